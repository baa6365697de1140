"""An order as the API shows it."""

from collections.abc import Iterable

import msgspec

from barbox.core import names
from barbox.core.clock import rfc3339, show_day
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.settings import Venue
from barbox.orders import rules
from barbox.orders.rows import LineRow, OrderRow, TenderRow, discount_of, sums, terms_of
from barbox.printing.queries import KnownStation


class CustomerInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who it is for, as far as somebody said; `card` is the number of a tab's card."""

    name: str | None = None
    phone: str | None = None
    note: str | None = None
    card: str | None = None


class ModifierView(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What was chosen; a `course` of a set menu stands below the set as a line of its own."""

    id: int
    name: str
    names: dict[str, str]
    price: int
    course: bool = False


class DiscountView(View):
    """`value` is basis points (percent) or minor units (amount)."""

    kind: str
    value: int
    reason: str
    staff_id: int | None


class LineView(View):
    """`price` is one unit's with its modifiers, `amount` the line's before its discount; both in minor units.

    `parentId` is the line of the set menu it is part of; `priceRuleId` the happy hour it was sold by.
    """

    line_id: int
    item_id: int
    name: str
    names: dict[str, str]
    quantity: float
    price: int
    amount: int
    modifiers: list[ModifierView]
    seat: int | None
    course: int | None
    note: str | None
    station_id: int | None
    station_name: str | None
    status: str
    staff_id: int | None
    sent_at: str | None
    ready_at: str | None
    comp: bool
    reason: str | None
    parent_id: int | None
    price_rule_id: int | None
    discount: DiscountView | None
    discount_amount: int


class TaxView(View):
    rate_id: int
    name: str
    names: dict[str, str]
    rate: int
    base: int
    tax: int


class TenderView(View):
    """A refund's amounts are negative; `rounding` is what the smallest coin added to the cash or took off."""

    payment_id: int
    kind: str
    method: str
    amount: int
    tip: int
    tendered: int | None
    change: int
    reference: str | None
    rounding: int
    reason: str | None
    at: str
    staff_id: int | None


class ShareView(View):
    """One guest's part, numbered from 1."""

    share: int
    amount: int
    paid_amount: int


class OrderView(View):
    """totalAmount = subtotal - discountAmount + serviceAmount + coverAmount, plus taxAmount where prices exclude it.

    `roundingAmount` is on top of the total, in the cash alone. `minimumLeft` is what a table must still order.
    """

    order_id: int
    number: int
    status: str
    version: int
    seq: int
    table_id: int | None
    table_name: str | None
    area_id: int | None
    tab: str | None
    covers: int | None
    takeaway: bool
    staff_id: int | None
    staff_name: str
    customer_info: CustomerInfo | None
    member_id: int | None
    items: list[LineView]
    subtotal: int
    discount: DiscountView | None
    discount_amount: int
    service_rate: int
    service_amount: int
    cover_amount: int
    minimum_spend: int
    minimum_left: int
    tax_amount: int
    taxes: list[TaxView]
    total_amount: int
    rounding_amount: int
    paid_amount: int
    refunded_amount: int
    balance: int
    payments: list[TenderView]
    shares: list[ShareView]
    split_from: int | None
    merged_into: int | None
    carried_over: str | None
    business_day: str
    created_at: str
    billed_at: str | None
    paid_at: str | None


class Around(msgspec.Struct, frozen=True):
    """What an order's view needs besides its own rows."""

    venue: Venue
    stations: dict[int, KnownStation]
    rates: dict[int, dict[str, str]]


_decode_modifiers = msgspec.json.Decoder(list[ModifierView]).decode
_decode_customer = msgspec.json.Decoder(CustomerInfo).decode


def view(
    order: OrderRow,
    lines: Iterable[LineRow],
    tenders: Iterable[TenderRow],
    around: Around,
    totals: rules.Totals | None = None,
) -> OrderView:
    """An order as the API shows it; `totals` where they are known already."""
    lines = list(lines)
    payments = [_tender_view(each) for each in tenders]
    found = totals or sums(order, lines, tax_included=around.venue.tax_included)
    terms = terms_of(order)
    language = around.venue.language
    return OrderView(  # in its order: to name all of this takes longer than to make it
        order.id,
        order.number,
        order.status,
        order.version,
        order.seq,
        order.table_id,
        order.table_name,
        order.area_id,
        order.tab,
        order.covers,
        bool(order.takeaway),
        order.staff_id,
        order.staff_name,
        _decode_customer(order.customer) if order.customer else None,
        order.member_id,
        [_line_view(line, around) for line in lines],
        found.subtotal,
        _discount_view(terms.discount),
        found.discount,
        terms.service_rate,
        found.service,
        found.cover,
        terms.minimum_spend,
        max(0, terms.minimum_spend - found.subtotal + found.discount),
        found.tax,
        [_tax_view(each, around.rates, language) for each in found.taxes],
        order.total,
        sum(each.rounding for each in payments),
        order.paid,
        order.refunded,
        order.total - order.paid,
        payments,
        [ShareView(number, each.amount, each.paid) for number, each in enumerate(terms.shares, 1)],
        terms.split_from,
        terms.merged_into,
        terms.carried_over,
        show_day(order.business_day),
        rfc3339(order.opened_at),
        _time(order.billed_at),
        _time(order.paid_at),
    )


def _line_view(line: LineRow, around: Around) -> LineView:
    called, language = names.decode(line.names), around.venue.language
    station = around.stations.get(line.station_id) if line.station_id is not None else None
    discount = discount_of(line)
    return LineView(  # in its order
        line.line_id,
        line.product_id,
        names.first(called, language),
        called,
        show_quantity(line.quantity),
        line.price,
        line.amount,
        _decode_modifiers(line.modifiers) if line.modifiers else [],
        line.seat,
        line.course,
        line.note,
        line.station_id,
        names.first(station.names, language) if station else None,
        line.status,
        line.staff_id,
        _time(line.sent_at),
        _time(line.ready_at),
        bool(line.comp),
        line.reason,
        line.parent_id,
        line.rule_id,
        _discount_view(discount),
        discount.of(line.amount) if discount else 0,
    )


def _discount_view(discount: rules.Discount | None) -> DiscountView | None:
    if discount is None:
        return None
    return DiscountView(discount.kind, discount.value, discount.reason, discount.staff_id)


def _tax_view(each: rules.TaxSum, rates: dict[int, dict[str, str]], language: str) -> TaxView:
    called = rates.get(each.tax_rate_id) or {"en": "Tax", "zh": "税"}
    return TaxView(each.tax_rate_id, names.first(called, language), called, each.rate, each.base, each.tax)


def _tender_view(row: TenderRow) -> TenderView:
    return TenderView(
        payment_id=row.payment_id,
        kind=row.kind,
        method=row.method,
        amount=row.amount,
        tip=row.tip,
        tendered=row.tendered,
        change=row.change,
        reference=row.reference,
        rounding=row.rounding,
        reason=row.reason,
        at=rfc3339(row.at),
        staff_id=row.staff_id,
    )


def _time(moment: int | None) -> str | None:
    return None if moment is None else rfc3339(moment)
