"""Orders, read: the rows, and the view that the API answers and the live feed tells."""

from collections import defaultdict
from typing import Any

import msgspec
import peewee

from barbox.core import names
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.settings import read_venue
from barbox.core.statements import freeze
from barbox.menu import models as menu
from barbox.orders.models import Order, OrderLine, Payment, Tender
from barbox.orders.rows import LineRow as LineRow
from barbox.orders.rows import OrderRow as OrderRow
from barbox.orders.rows import TenderRow
from barbox.orders.rows import charge as charge
from barbox.orders.rows import discount_of as discount_of
from barbox.orders.rows import sums as sums
from barbox.orders.rows import terms_of as terms_of
from barbox.orders.views import Around as Around
from barbox.orders.views import CustomerInfo as CustomerInfo
from barbox.orders.views import LineView as LineView
from barbox.orders.views import OrderView as OrderView
from barbox.orders.views import view as view
from barbox.printing.queries import read_stations

O, L, P, T = Order, OrderLine, Payment, Tender  # noqa: E741


class RateRow(msgspec.Struct):
    id: int
    names: str


_ORDER = tuple(getattr(O, name) for name in OrderRow.__struct_fields__)
_LINE = tuple(getattr(L, name) for name in LineRow.__struct_fields__)
_TENDER = (
    *(P.order_id, P.id, P.at, P.staff_id, P.kind, P.reason),
    *(T.method, T.amount, T.tip, T.tendered, T.change, T.reference, T.rounding),
)
_tenders = P.select(*_TENDER).join(T, on=(T.payment_id == P.id)).order_by(P.id, T.tender)

NOT_ENDED = peewee.SQL("status IN ('open', 'billed')")
"""Written out, so that SQLite sees that the partial index on it serves."""

ORDER = freeze(lambda p: O.select(*_ORDER).where(O.id == p.id))
LINES = freeze(lambda p: L.select(*_LINE).where(L.order_id == p.order_id).order_by(L.line_id))
TENDERS = freeze(lambda p: _tenders.where(P.order_id == p.order_id))
RATES = freeze(menu.TaxRate.select(menu.TaxRate.id, menu.TaxRate.names))
NOT_ENDED_ORDERS = freeze(O.select(*_ORDER).where(NOT_ENDED).order_by(O.id))


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
