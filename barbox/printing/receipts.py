"""Where a receipt is laid out: lines, sums, taxes, tenders, change."""

from collections.abc import Iterator

from barbox.core.clock import BusinessDays
from barbox.core.money import SYMBOLS, show_amount, show_quantity
from barbox.core.names import first
from barbox.core.settings import Venue
from barbox.printing.contents import Bill, BillLine, BillTender
from barbox.printing.marks import Marks, warnings
from barbox.printing.templates import ReceiptTemplate, logo
from barbox.printing.texts import text
from printers.document import QR, AnyElement, Bar, Columns, Cut, Feed, Image, Line, Rule


def lines_of_bill(
    bill: Bill, marks: Marks, venue: Venue, days: BusinessDays, template: ReceiptTemplate
) -> Iterator[AnyElement]:
    """A receipt or pre-bill from top to cut."""
    language = marks.language
    yield from warnings(marks, days)
    if template.logo:
        yield Image(logo(template))
    yield Line(venue.name, width=template.name_size, height=template.name_size, bold=True, align="center")
    for line in filter(None, venue.address.split("\n")):
        yield Line(line, align="center")
    for line in template.header:
        yield Line(line, align="center")
    if venue.tax_number:
        yield Line(text("tax_number", language, number=venue.tax_number), align="center")
    yield Feed()
    if bill.pro_forma:
        yield Bar(text("pro_forma", language))
    local = days.local(marks.created_at)
    guests = "  " + text("guests", language, n=bill.covers) if bill.covers and template.show_covers else ""
    waiter = f"{text('served_by', language)} {bill.staff}" if template.show_waiter else ""
    yield Columns(f"{text('order', language)} {bill.order_number}", local.strftime("%Y-%m-%d %H:%M"))
    if marks.time_is_a_guess:
        yield Line(text("time_unverified", language), align="right")
    yield Columns(f"{bill.place}{guests}".strip() or marks.number, waiter)
    if bill.takeaway:
        yield Bar(text("takeaway", language))
    yield Rule()
    for each in bill.lines:
        yield from _bill_line(each, venue, language, template)
    yield Rule()
    yield from _sums(bill, venue, language, template)
    yield from _codes(bill, language)
    for line in filter(None, [venue.receipt_footer, *template.footer]):
        yield Line(line, align="center")
    yield Feed()
    yield Line(text("thanks", language), align="center", bold=True)
    number = f"{local:%Y%m%d}-{bill.receipt:04d}" if bill.receipt else ""
    yield Line(text("receipt_number", language, number=number) if number else marks.number, align="center")
    yield Cut()


def _codes(bill: Bill, language: str) -> Iterator[AnyElement]:
    """Where to pay, and where to see the receipt again."""
    if bill.pay:
        yield Feed()
        yield Line(text("scan_to_pay", language), align="center")
        yield QR(bill.pay)
    if bill.url:
        yield Feed()
        yield Line(text("scan_receipt", language), align="center")
        yield QR(bill.url, size=5)


def _bill_line(line: BillLine, venue: Venue, language: str, template: ReceiptTemplate) -> Iterator[AnyElement]:
    quantity = show_quantity(line.quantity)
    money = "" if line.part else _money(0 if line.comp else line.amount, venue)
    indent = 3 if line.part else 0
    yield Columns(f"{quantity} {first(line.names, language)}", money, hang=len(str(quantity)) + 1, indent=indent)
    if quantity != 1 and template.show_unit_price and not line.part:
        yield Line(f"@ {_money(line.price, venue)}", indent=3)
    for modifier in line.modifiers if template.show_modifiers else ():
        yield Line(first(modifier, language), indent=indent + 3)
    if line.part:
        return
    if line.comp:
        yield Line(text("complimentary", language), indent=3)
    elif line.discount:
        yield Columns(text("line_discount", language), _money(-line.discount, venue), indent=3)


def _sums(bill: Bill, venue: Venue, language: str, template: ReceiptTemplate) -> Iterator[AnyElement]:
    if bill.discount or bill.subtotal != bill.total:
        yield Columns(text("subtotal", language), _money(bill.subtotal, venue))
    if bill.discount:
        yield Columns(text("discount", language), _money(-bill.discount, venue))
    yield from _charges(bill, venue, language)
    if not venue.tax_included:
        yield from _taxes("tax_added", bill, venue, language)
    symbol = SYMBOLS.get(venue.currency, venue.currency + " ")
    size, total = template.total_size, f"{symbol}{_money(bill.total, venue)}"
    yield Columns(text("total", language), total, width=size, height=size, bold=True)
    if venue.tax_included:
        yield from _taxes("tax_included", bill, venue, language)
    yield from _still_to_do(bill, venue, language)
    before = bool(bill.tenders or bill.deposit)
    if before:
        yield Rule()
    for tender in bill.tenders:
        yield from _tender(tender, venue, language)
    if bill.rounding:
        yield Columns(text("rounding", language), _money(bill.rounding, venue))
    if bill.deposit:
        yield Columns(text("deposit", language), _money(bill.deposit, venue))
    owed = bill.balance - bill.deposit
    if owed and (before or not bill.pro_forma):
        yield Columns(text("balance", language), _money(owed, venue), bold=True)


def _charges(bill: Bill, venue: Venue, language: str) -> Iterator[AnyElement]:
    if bill.service:
        rate = _percent(bill.service_rate)
        yield Columns(text("service_at", language, rate=rate), _money(bill.service, venue))
    if bill.cover:
        yield Columns(text("cover", language), _money(bill.cover, venue))


def _still_to_do(bill: Bill, venue: Venue, language: str) -> Iterator[AnyElement]:
    """What a pre-bill says of the minimum spend and of each guest's share."""
    if not bill.pro_forma:
        return
    if bill.minimum_left:
        yield Columns(text("minimum_left", language), _money(bill.minimum_left, venue))
    for number, share in enumerate(bill.shares, 1):
        yield Columns(text("share_of", language, n=number), _money(share, venue))


def _taxes(key: str, bill: Bill, venue: Venue, language: str) -> Iterator[AnyElement]:
    for tax in bill.taxes:
        base, name = _money(tax.base, venue), first(tax.names, language)
        yield Columns(text(key, language, name=name, rate=_percent(tax.rate), base=base), _money(tax.tax, venue))


def _tender(tender: BillTender, venue: Venue, language: str) -> Iterator[AnyElement]:
    label = text(tender.method, language)
    if tender.kind == "refund":
        label = text("refund_of", language, method=label)
    yield Columns(f"{label} {tender.reference}" if tender.reference else label, _money(tender.amount, venue))
    if tender.tip:
        yield Columns(text("tip", language), _money(tender.tip, venue), indent=2)
    if tender.tendered is not None:
        yield Columns(text("tendered", language), _money(tender.tendered, venue), indent=2)
        yield Columns(text("change", language), _money(tender.change, venue), indent=2, bold=True)


def _money(amount: int, venue: Venue) -> str:
    return show_amount(amount, venue.currency)


def _percent(rate: int) -> str:
    return f"{rate / 100:g}%"
