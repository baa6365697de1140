"""How long a party at the door will wait: by who sits where since when, what is booked, and who waits already."""

from typing import Any

import msgspec

from barbox.core.database import Database
from barbox.core.messages import View
from barbox.floor.queries import TABLES, TableRow
from barbox.orders.models import Order
from barbox.orders.queries import NOT_ENDED
from barbox.reservations.models import Reservation
from barbox.reservations.queries import HELD, ReservationView, search
from barbox.reservations.rules import MINUTE_MS, Held, Seats, quote, usual_minutes

SOONEST_MS = 10 * MINUTE_MS
"""Who has sat longer than usual goes any moment, but not at once."""


class WaitingView(View):
    """Who waits, longest first, and what a party would be quoted now; null where no table is large enough."""

    quoted_minutes: int | None
    waiting: list[ReservationView]


class _Sitting(msgspec.Struct):
    table_id: int
    opened_at: int
    covers: int | None


async def read_waiting(database: Database, covers: int) -> WaitingView:
    """The waiting list as it stands."""
    now = database.clock.now()
    today = database.days.of(now)
    sitting: Any = Order.select(Order.table_id, Order.opened_at, Order.covers)
    async with database.snapshot() as snapshot:
        which: Any = (Reservation.status == "waiting") & (Reservation.business_day == today)
        waiting = await search(snapshot, which)
        tables = await snapshot.all(TABLES, TableRow)
        held = await snapshot.all(HELD, Held, first=today, last=today)
        orders = await snapshot.all(sitting.where(NOT_ENDED & Order.table_id.is_null(False)), _Sitting)
    soon = [_seats(table, held, orders, now) for table in tables]
    return WaitingView(quote(soon, covers, [each.covers for each in waiting], now), waiting)


def _seats(table: TableRow, held: list[Held], orders: list[_Sitting], now: int) -> Seats:
    free_at = now
    for order in orders:
        if order.table_id == table.id:
            stay = usual_minutes(order.covers or table.seats) * MINUTE_MS
            free_at = max(free_at, now + SOONEST_MS, order.opened_at + stay)
    stay = usual_minutes(table.seats) * MINUTE_MS
    for each in sorted((each for each in held if each.table_id == table.id), key=lambda each: each.begins):
        if each.begins < free_at + stay and free_at < each.ends:
            free_at = each.ends
    return Seats(table.seats, free_at)
