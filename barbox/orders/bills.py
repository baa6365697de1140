"""An order as it stands on a receipt or pre-bill."""

from collections import defaultdict
from collections.abc import Sequence

from barbox.core.money import show_amount
from barbox.core.settings import Venue
from barbox.orders.views import LineView, OrderView
from barbox.printing.contents import Bill, BillLine, BillTax, BillTender


def bill_of(
    view: OrderView,
    *,
    pro_forma: bool = False,
    receipt: int | None = None,
    url: str | None = None,
    pay: str = "",
    deposit: int = 0,
) -> Bill:
    """What is printed of an order: `receipt` its number that day, `url` its page.

    A pre-bill has a payment QR, `pay`, and the `deposit` that will pay of it.
    """
    return Bill(
        order_number=view.number,
        place=view.table_name or view.tab or "",
        staff=view.staff_name,
        lines=[_line(line) for line in _nested(view.items) if line.status != "void"],
        subtotal=view.subtotal,
        discount=view.discount_amount,
        taxes=[BillTax(tax.names, tax.rate, tax.base, tax.tax) for tax in view.taxes if tax.base or tax.tax],
        total=view.total_amount,
        tenders=[
            BillTender(each.method, each.amount, each.tip, each.tendered, each.change, each.reference, each.kind)
            for each in view.payments
        ],
        balance=view.balance,
        covers=view.covers,
        pro_forma=pro_forma,
        service=view.service_amount,
        service_rate=view.service_rate,
        cover=view.cover_amount,
        rounding=view.rounding_amount,
        minimum_left=view.minimum_left,
        receipt=receipt,
        url=url,
        pay=pay,
        deposit=deposit,
        takeaway=view.takeaway,
        shares=[each.amount for each in view.shares],
    )


def pay_code(venue: Venue, amount: int) -> str:
    """What a QR code says that a guest scans to pay `amount`; empty where the venue has none."""
    return venue.mobile_qr.replace("{amount}", show_amount(amount, venue.currency).replace(",", ""))


def _nested(lines: Sequence[LineView]) -> list[LineView]:
    """Every set menu with its courses below it."""
    courses: defaultdict[int | None, list[LineView]] = defaultdict(list)
    for line in lines:
        courses[line.parent_id].append(line)
    return [each for line in courses[None] for each in (line, *courses[line.line_id])]


def _line(line: LineView) -> BillLine:
    return BillLine(
        quantity=round(line.quantity * 1000),
        names=line.names,
        price=line.price,
        amount=line.amount,
        modifiers=[modifier.names for modifier in line.modifiers if not modifier.course],
        comp=line.comp,
        discount=line.discount_amount,
        part=line.parent_id is not None,
    )
