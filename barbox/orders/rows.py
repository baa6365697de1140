"""Rows of orders, lines and tenders, as they are read and written."""

import msgspec

from barbox.orders import rules


class OrderRow(msgspec.Struct, gc=False):
    """The columns of `orders`; what most orders have nothing to say in comes last."""

    id: int
    number: int
    business_day: int
    hour: int
    status: str
    version: int
    seq: int
    table_id: int | None
    table_name: str | None
    area_id: int | None
    tab: str | None
    covers: int | None
    staff_id: int | None
    staff_name: str
    total: int
    paid: int
    opened_at: int
    billed_at: int | None = None
    paid_at: int | None = None
    customer: str | None = None
    takeaway: int = 0
    refunded: int = 0
    terms: str | None = None
    member_id: int | None = None


class LineRow(msgspec.Struct, gc=False):
    """The columns of `order_line`; quantity in thousandths. What most lines have nothing to say in comes last."""

    order_id: int
    line_id: int
    product_id: int
    names: str
    quantity: int
    price: int
    amount: int
    tax_rate_id: int
    tax_rate: int
    station_id: int | None
    status: str
    staff_id: int | None
    sent_at: int | None
    modifiers: str | None = None
    seat: int | None = None
    course: int | None = None
    note: str | None = None
    ready_at: int | None = None
    comp: int = 0
    reason: str | None = None
    parent_id: int | None = None
    rule_id: int | None = None
    discountable: int = 1
    discount: str | None = None


class TenderRow(msgspec.Struct, gc=False):
    order_id: int
    payment_id: int
    at: int
    staff_id: int | None
    kind: str
    reason: str | None
    method: str
    amount: int
    tip: int
    tendered: int | None
    change: int
    reference: str | None
    rounding: int


_decode_terms = msgspec.json.Decoder(rules.Terms).decode
_decode_discount = msgspec.json.Decoder(rules.Discount).decode
_NO_TERMS = rules.Terms()


def terms_of(order: OrderRow) -> rules.Terms:
    """What was agreed for an order besides its lines."""
    return _decode_terms(order.terms) if order.terms is not None else _NO_TERMS


def keep_terms(order: OrderRow, terms: rules.Terms) -> None:
    """Write them into the row; null where there is nothing to say."""
    order.terms = None if terms == _NO_TERMS else msgspec.json.encode(terms).decode()


def discount_of(line: LineRow) -> rules.Discount | None:
    """A line's own discount."""
    return _decode_discount(line.discount) if line.discount is not None else None


def keep_discount(line: LineRow, discount: rules.Discount | None) -> None:
    """Write it into the row."""
    line.discount = None if discount is None else msgspec.json.encode(discount).decode()


def charge(line: LineRow) -> rules.Charge:
    """What a line adds: nothing once void or given away."""
    owed = 0 if line.comp or line.status == "void" else line.amount
    if line.discount is None:
        return rules.Charge(owed, line.tax_rate_id, line.tax_rate, 0, bool(line.discountable))
    return rules.Charge(owed, line.tax_rate_id, line.tax_rate, _decode_discount(line.discount).of(owed), False)


def sums(order: OrderRow, lines: list[LineRow], *, tax_included: bool) -> rules.Totals:
    """What an order comes to now."""
    if order.terms is None:
        return rules.totals(map(charge, lines), tax_included=tax_included)
    consumed = any(line.status != "void" for line in lines)
    return rules.totals(
        map(charge, lines),
        tax_included=tax_included,
        terms=terms_of(order),
        covers=(order.covers or 0) if consumed else 0,
    )
