"""Orders as rows and as the API shows them; the same assembly for the writer and for readers."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
import peewee

from barbox.core import names
from barbox.core.clock import rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.settings import Venue, read_venue
from barbox.core.statements import freeze
from barbox.menu import models as menu
from barbox.orders import rules
from barbox.orders.models import Order, OrderLine, Payment, Tender
from barbox.printing.queries import KnownStation, read_stations

O, L, P, T = Order, OrderLine, Payment, Tender  # noqa: E741


class OrderRow(msgspec.Struct):
    """The columns of `orders`, in their order."""

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
    customer: str | None
    total: int
    paid: int
    opened_at: int
    billed_at: int | None
    paid_at: int | None


class LineRow(msgspec.Struct):
    """The columns of `order_line`, in their order; quantity in thousandths."""

    order_id: int
    line_id: int
    product_id: int
    names: str
    quantity: int
    price: int
    amount: int
    tax_rate_id: int
    tax_rate: int
    modifiers: str | None
    seat: int | None
    course: int | None
    note: str | None
    station_id: int | None
    status: str
    staff_id: int | None
    sent_at: int | None
    ready_at: int | None
    comp: int
    reason: str | None


class TenderRow(msgspec.Struct):
    order_id: int
    payment_id: int
    at: int
    staff_id: int | None
    method: str
    amount: int
    tip: int
    tendered: int | None
    change: int
    reference: str | None


class RateRow(msgspec.Struct):
    id: int
    names: str


_ORDER = tuple(getattr(O, name) for name in OrderRow.__struct_fields__)
_LINE = tuple(getattr(L, name) for name in LineRow.__struct_fields__)
_TENDER = (P.order_id, P.id, P.at, P.staff_id, T.method, T.amount, T.tip, T.tendered, T.change, T.reference)
_tenders = P.select(*_TENDER).join(T, on=(T.payment_id == P.id)).order_by(P.id, T.tender)

NOT_ENDED = peewee.SQL("status IN ('open', 'billed')")
"""Written out, so that SQLite sees that the partial index on it serves."""

ORDER = freeze(lambda p: O.select(*_ORDER).where(O.id == p.id))
LINES = freeze(lambda p: L.select(*_LINE).where(L.order_id == p.order_id).order_by(L.line_id))
TENDERS = freeze(lambda p: _tenders.where(P.order_id == p.order_id))
RATES = freeze(menu.TaxRate.select(menu.TaxRate.id, menu.TaxRate.names))


class CustomerInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who it is for, as far as somebody said."""

    name: str | None = None
    phone: str | None = None
    note: str | None = None


class ModifierView(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    name: str
    names: dict[str, str]
    price: int


class LineView(View):
    """`price` is one unit's with its modifiers, `amount` the line's; both in minor units."""

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


class TaxView(View):
    rate_id: int
    name: str
    names: dict[str, str]
    rate: int
    base: int
    tax: int


class TenderView(View):
    payment_id: int
    method: str
    amount: int
    tip: int
    tendered: int | None
    change: int
    reference: str | None
    at: str
    staff_id: int | None


class OrderView(View):
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
    staff_id: int | None
    staff_name: str
    customer_info: CustomerInfo | None
    items: list[LineView]
    subtotal: int
    discount_amount: int
    tax_amount: int
    taxes: list[TaxView]
    total_amount: int
    paid_amount: int
    balance: int
    payments: list[TenderView]
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


def charge(line: LineRow) -> rules.Charge:
    """What a line adds: nothing once void or given away."""
    owed = 0 if line.comp or line.status == "void" else line.amount
    return rules.Charge(owed, line.tax_rate_id, line.tax_rate)


def view(order: OrderRow, lines: Iterable[LineRow], tenders: Iterable[TenderRow], around: Around) -> OrderView:
    """An order as the API shows it."""
    lines = list(lines)
    sums = rules.totals(map(charge, lines), tax_included=around.venue.tax_included)
    language = around.venue.language
    return OrderView(
        order_id=order.id,
        number=order.number,
        status=order.status,
        version=order.version,
        seq=order.seq,
        table_id=order.table_id,
        table_name=order.table_name,
        area_id=order.area_id,
        tab=order.tab,
        covers=order.covers,
        staff_id=order.staff_id,
        staff_name=order.staff_name,
        customer_info=_decode_customer(order.customer) if order.customer else None,
        items=[_line_view(line, around) for line in lines],
        subtotal=sums.subtotal,
        discount_amount=0,
        tax_amount=sums.tax,
        taxes=[_tax_view(each, around.rates, language) for each in sums.taxes],
        total_amount=order.total,
        paid_amount=order.paid,
        balance=order.total - order.paid,
        payments=[_tender_view(each) for each in tenders],
        business_day=show_day(order.business_day),
        created_at=rfc3339(order.opened_at),
        billed_at=_time(order.billed_at),
        paid_at=_time(order.paid_at),
    )


def _line_view(line: LineRow, around: Around) -> LineView:
    called = names.decode(line.names)
    language = around.venue.language
    station = around.stations.get(line.station_id) if line.station_id is not None else None
    return LineView(
        line_id=line.line_id,
        item_id=line.product_id,
        name=names.first(called, language),
        names=called,
        quantity=show_quantity(line.quantity),
        price=line.price,
        amount=line.amount,
        modifiers=_decode_modifiers(line.modifiers) if line.modifiers else [],
        seat=line.seat,
        course=line.course,
        note=line.note,
        station_id=line.station_id,
        station_name=names.first(station.names, language) if station else None,
        status=line.status,
        staff_id=line.staff_id,
        sent_at=_time(line.sent_at),
        ready_at=_time(line.ready_at),
        comp=bool(line.comp),
        reason=line.reason,
    )


def _tax_view(each: rules.TaxSum, rates: dict[int, dict[str, str]], language: str) -> TaxView:
    called = rates.get(each.tax_rate_id) or {"en": "Tax", "zh": "税"}
    return TaxView(each.tax_rate_id, names.first(called, language), called, each.rate, each.base, each.tax)


def _tender_view(row: TenderRow) -> TenderView:
    return TenderView(
        payment_id=row.payment_id,
        method=row.method,
        amount=row.amount,
        tip=row.tip,
        tendered=row.tendered,
        change=row.change,
        reference=row.reference,
        at=rfc3339(row.at),
        staff_id=row.staff_id,
    )


def _time(moment: int | None) -> str | None:
    return None if moment is None else rfc3339(moment)


async def read_around(snapshot: Snapshot) -> Around:
    """For reads."""
    rates = await snapshot.all(RATES, RateRow)
    return Around(
        await read_venue(snapshot),
        await read_stations(snapshot),
        {row.id: names.decode(row.names) for row in rates},
    )


async def read(snapshot: Snapshot, order_id: int) -> OrderView:
    """One order. Raises NotFound."""
    order = await snapshot.one(ORDER, OrderRow, id=order_id)
    if order is None:
        raise NotFound("order", order_id)
    lines = await snapshot.all(LINES, LineRow, order_id=order_id)
    tenders = await snapshot.all(TENDERS, TenderRow, order_id=order_id)
    return view(order, lines, tenders, await read_around(snapshot))


async def read_some(snapshot: Snapshot, order_ids: list[int]) -> dict[int, OrderView]:
    """Several orders by number."""
    found = await search(snapshot, O.id.in_(order_ids), len(order_ids))
    return {each.order_id: each for each in found}


async def search(snapshot: Snapshot, which: peewee.Expression, limit: int) -> list[OrderView]:
    """The newest `limit` orders that fit, oldest first."""
    query: Any = O.select(*_ORDER).where(which).order_by(O.id.desc()).limit(limit)
    orders = await snapshot.all(query, OrderRow)
    ids = [order.id for order in orders]
    lines: defaultdict[int, list[LineRow]] = defaultdict(list)
    for line in await snapshot.all(L.select(*_LINE).where(L.order_id.in_(ids)).order_by(L.line_id), LineRow):
        lines[line.order_id].append(line)
    tenders: defaultdict[int, list[TenderRow]] = defaultdict(list)
    for tender in await snapshot.all(_tenders.where(P.order_id.in_(ids)), TenderRow):
        tenders[tender.order_id].append(tender)
    around = await read_around(snapshot)
    return [view(order, lines[order.id], tenders[order.id], around) for order in reversed(orders)]
