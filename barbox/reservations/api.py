"""The bookings' calls. A change answers with a number alone: answers are kept for two weeks, and hold no name."""

from typing import Annotated

from msgspec import Meta

from barbox.core.clock import parse_day
from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Made, View
from barbox.reservations import commands, queries
from barbox.reservations.commands import ChangeReservation, EditReservation, EndReservation, NewWaiting
from barbox.reservations.queries import ReservationView

routes = Routes("reservations")

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class ReservationSearch(View):
    """Of one business day, or from `day` until `until`; today by default."""

    day: Day | None = None
    until: Day | None = None


class Reservations(View):
    """Bookings and waiting parties by time, as of journal sequence `seq`: follow the live feed from there."""

    reservations: list[ReservationView]
    seq: int


@routes.get("/api/reservations", "order.read")
async def search(call: Call, query: ReservationSearch) -> Reservations:
    """Bookings, walk-ins and the waiting list of a business day, or of several."""
    today = call.db.days.of(call.db.clock.now())
    first = _day(query.day, "day") or today
    last = _day(query.until, "until") or first
    async with call.db.snapshot() as snapshot:
        return Reservations(await queries.of_days(snapshot, first, last), await snapshot.seq())


@routes.post("/api/reservations", "reservation.edit", 201)
async def book(call: Call, body: EditReservation) -> Answer[Made]:
    """Take a booking; a table is promised to one party at a time."""
    return await call.write(commands.book, body)


@routes.get("/api/reservations/{reservation_id}", "order.read")
async def read(call: Call, reservation_id: int) -> ReservationView:
    """One booking."""
    async with call.db.snapshot() as snapshot:
        return await queries.read(snapshot, reservation_id)


@routes.put("/api/reservations/{reservation_id}", "reservation.edit")
async def change(call: Call, reservation_id: int, body: ChangeReservation) -> Answer[Made]:
    """Change a booking against the version that was read."""
    return await call.write(commands.change, reservation_id, body)


@routes.post("/api/reservations/{reservation_id}/end", "reservation.edit")
async def end(call: Call, reservation_id: int, body: EndReservation) -> Answer[Made]:
    """They did not come, or do not; or after all they do. A party that left frees its tables."""
    return await call.write(commands.end, reservation_id, body)


@routes.post("/api/reservations/{reservation_id}/remind", "reservation.edit")
async def remind(call: Call, reservation_id: int) -> Answer[Made]:
    """Note that they were called."""
    return await call.write(commands.remind, reservation_id)


@routes.post("/api/waiting-list", "reservation.edit", 201)
async def wait(call: Call, body: NewWaiting) -> Answer[Made]:
    """Put a party at the door on the waiting list, with the time it was quoted."""
    return await call.write(commands.wait, body)


def _day(text: str | None, field: str) -> int | None:
    try:
        return parse_day(text) if text is not None else None
    except ValueError:
        raise BadRequest("is not a day", field) from None
