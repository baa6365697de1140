"""The end-of-night list: what is still open, unsent, unprinted or uncounted; open tabs by age for the last call."""

import msgspec
import peewee

from barbox.core.clock import rfc3339, show_day
from barbox.core.database import Database, Snapshot
from barbox.core.messages import View
from barbox.core.statements import freeze
from barbox.orders.models import Order, OrderLine
from barbox.orders.queries import NOT_ENDED, NOT_ENDED_ORDERS, OrderRow, terms_of
from barbox.payments.drawers import (
    DRAWERS,
    MOVEMENTS,
    OPEN,
    DrawerRow,
    DrawerView,
    MovementRow,
    SessionRow,
    session_view,
)
from barbox.printing.models import PrintJob
from barbox.printing.rules import WAITING

_HELD = freeze(
    OrderLine.select(OrderLine.order_id, peewee.fn.COUNT(OrderLine.line_id))
    .where((OrderLine.status == "held") & OrderLine.order_id.in_(Order.select(Order.id).where(NOT_ENDED)))
    .group_by(OrderLine.order_id)
)
_UNPRINTED = freeze(PrintJob.select(peewee.fn.COUNT(PrintJob.id)).where(PrintJob.state.in_(WAITING)))
MINUTE_MS = 60_000


class OpenOrder(View):
    """An order that has not ended; `minutes` since it was opened, `carriedOver` tonight's reason to leave it open."""

    order_id: int
    number: int
    table_id: int | None
    area_id: int | None
    place: str
    status: str
    staff_id: int | None
    staff_name: str
    business_day: str
    opened_at: str
    minutes: int
    total_amount: int
    balance: int
    held_lines: int
    carried_over: str | None


class DayView(View):
    """What stands between now and a closed day; `ready` once nothing does. Orders are oldest first."""

    business_day: str
    ready: bool
    orders: list[OpenOrder]
    open_amount: int
    held_lines: int
    unprinted: int
    drawers: list[DrawerView]


class _Held(msgspec.Struct):
    order_id: int
    lines: int


class _Count(msgspec.Struct):
    count: int


async def read_day(database: Database) -> DayView:
    """The list as it stands."""
    now = database.clock.now()
    today = database.days.of(now)
    async with database.snapshot() as snapshot:
        rows = await snapshot.all(NOT_ENDED_ORDERS, OrderRow)
        held = {each.order_id: each.lines for each in await snapshot.all(_HELD, _Held)}
        unprinted = (await snapshot.all(_UNPRINTED, _Count))[0].count
        drawers = await read_drawers(snapshot)
    orders = [_open_order(row, held.get(row.id, 0), now, today) for row in rows]
    waiting = any(each.carried_over is None for each in orders)
    return DayView(
        business_day=show_day(today),
        ready=not waiting and not any(each.session for each in drawers),
        orders=orders,
        open_amount=sum(each.balance for each in orders),
        held_lines=sum(held.values()),
        unprinted=unprinted,
        drawers=drawers,
    )


async def read_drawers(snapshot: Snapshot) -> list[DrawerView]:
    """Drawers with their open sessions."""
    sessions = {each.drawer_id: each for each in await snapshot.all(OPEN, SessionRow)}
    views = []
    for drawer in await snapshot.all(DRAWERS, DrawerRow):
        session = sessions.get(drawer.id)
        shown = None
        if session is not None:
            shown = session_view(session, await snapshot.all(MOVEMENTS, MovementRow, session_id=session.id))
        views.append(DrawerView(drawer.id, drawer.name, shown))
    return views


async def read_some(snapshot: Snapshot, drawer_ids: list[int]) -> dict[int, DrawerView]:
    """Several drawers by number, for the live feed."""
    return {each.id: each for each in await read_drawers(snapshot) if each.id in drawer_ids}


def _open_order(row: OrderRow, held: int, now: int, today: int) -> OpenOrder:
    terms = terms_of(row)
    return OpenOrder(
        order_id=row.id,
        number=row.number,
        table_id=row.table_id,
        area_id=row.area_id,
        place=row.table_name or row.tab or "",
        status=row.status,
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        business_day=show_day(row.business_day),
        opened_at=rfc3339(row.opened_at),
        minutes=(now - row.opened_at) // MINUTE_MS,
        total_amount=row.total,
        balance=row.total - row.paid,
        held_lines=held,
        carried_over=terms.carried_over if terms.carried_day == today else None,
    )
