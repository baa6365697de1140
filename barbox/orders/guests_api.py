"""Calls about guests that need their orders: a booking sits down, the waiting list, a member's visits and data."""

from typing import Annotated

from msgspec import Meta

from barbox.core.clock import parse_day
from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, Made, View
from barbox.core.transaction import Transaction
from barbox.members.queries import read as read_member
from barbox.members.rules import Day
from barbox.orders import evening, guests, visits, waiting
from barbox.orders.guests import SeatReservation
from barbox.orders.views import OrderView
from barbox.orders.visits import PersonExport, VisitsView
from barbox.orders.waiting import WaitingView
from barbox.printing.commands import Queued

routes = Routes("guests")


class WaitingQuery(View):
    """`covers`: for how many a time is asked."""

    covers: Annotated[int, Meta(ge=1, le=500)] = 2


class PrintDay(Body):
    """A business day; today by default."""

    day: Day | None = None


def _print(tx: Transaction, body: PrintDay) -> Queued:
    try:
        return evening.print_evening(tx, parse_day(body.day) if body.day else tx.business_day)
    except ValueError:
        raise BadRequest("is not a day", "day") from None


@routes.post("/api/reservations/{reservation_id}/seat", "reservation.edit", 201)
async def seat(call: Call, reservation_id: int, body: SeatReservation) -> Answer[OrderView]:
    """They are here: the booking, or the party that waited, becomes an order at its table."""
    return await call.write(guests.seat_reservation, reservation_id, body)


@routes.post("/api/reservations/print", "reservation.edit", 202)
async def print_evening(call: Call, body: PrintDay) -> Answer[Queued]:
    """The evening's list on paper: who is expected, when, where."""
    return await call.write(_print, body)


@routes.get("/api/waiting-list", "order.read")
async def waiting_list(call: Call, query: WaitingQuery) -> WaitingView:
    """Who waits, longest first, and how long a party of `covers` would wait now."""
    return await waiting.read_waiting(call.db, query.covers)


@routes.get("/api/members/{member_id}/visits", "member.read")
async def read_visits(call: Call, member_id: int) -> VisitsView:
    """A member's visits and what they like best: the usual."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        member = await read_member(snapshot, member_id, today, call.language)
        return await visits.read_visits(snapshot, member.member_id)


@routes.get("/api/members/{member_id}/export", "member.manage")
async def export(call: Call, member_id: int) -> PersonExport:
    """All that is stored of one person, for them; the journal notes that it was asked for."""
    async with call.db.snapshot() as snapshot:
        person = await visits.export(snapshot, member_id, call.db.days.of(call.db.clock.now()), call.language)
    await call.db.write_as(call.actor, visits.tell_export, person.member.member_id)
    return person


@routes.post("/api/members/{member_id}/erase", "member.manage")
async def erase(call: Call, member_id: int) -> Answer[Made]:
    """Forget one person: name, phone, card, birthday, notes, bookings. Figures stay; money is paid out before."""
    return await call.write(visits.erase, member_id)
