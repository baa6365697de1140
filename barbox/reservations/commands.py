"""Taking bookings and keeping the waiting list. A table is promised once: the check and the promise are one command."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from barbox.core.clock import BusinessDays, show_day
from barbox.core.errors import BadRequest, NotFound, StaleVersion, TableTaken, WrongState
from barbox.core.messages import Amount, Body, Id, Made
from barbox.core.settings import load_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.floor.queries import load_tables
from barbox.members.commands import by_phone, guest, must_be_welcome
from barbox.members.rules import phone_number
from barbox.reservations import rules
from barbox.reservations.models import Reservation, ReservationTable
from barbox.reservations.queries import (
    FIELDS,
    HELD,
    OF_ORDER,
    RESERVATION,
    TABLES_OF,
    ReservationRow,
    ReservationView,
    TableOf,
    view,
)
from barbox.reservations.rules import Held

R, T = Reservation, ReservationTable
DAY_MS = 86_400_000
CENTURY_MS = 36_525 * DAY_MS

_INSERT = freeze(lambda p: R.insert(**{name: getattr(p, name) for name in FIELDS if name != "id"}))
_UPDATE = freeze(lambda p: R.update(**{name: getattr(p, name) for name in FIELDS if name != "id"}).where(R.id == p.id))
_CLEAR = freeze(lambda p: T.delete().where(T.reservation_id == p.reservation_id))
_TABLE = freeze(lambda p: T.insert(reservation_id=p.reservation_id, table_id=p.table_id))
_LEFT = freeze(
    lambda p: R.update(status="done", ended_at=p.now, version=R.version + 1).where(
        (R.order_id == p.order_id) & (R.status == "seated")
    )
)

Minutes = Annotated[int, Meta(ge=15, le=1440)]
Source = Literal["phone", "walk_in", "web", "member", "other"]


class EditReservation(Body):
    """A booking. `startsAt` is an RFC 3339 time; without `minutes` it lasts as long as a party of that size stays.

    `tableIds` may be left for later. `depositAmount` is what is asked for.
    """

    covers: Annotated[int, Meta(ge=1, le=500)]
    starts_at: datetime
    name: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    phone: Annotated[str, Meta(max_length=24)] | None = None
    member_id: Id | None = None
    minutes: Minutes | None = None
    table_ids: Annotated[list[Id], Meta(max_length=30)] = []
    note: Annotated[str, Meta(max_length=300)] | None = None
    source: Source = "phone"
    deposit_amount: Amount = 0


class ChangeReservation(EditReservation, kw_only=True):
    """The same, against the version that was read."""

    version: Annotated[int, Meta(ge=1)]


class NewWaiting(Body):
    """A party at the door, and what it was told: `quotedMinutes`."""

    covers: Annotated[int, Meta(ge=1, le=500)]
    name: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    phone: Annotated[str, Meta(max_length=24)] | None = None
    member_id: Id | None = None
    quoted_minutes: Annotated[int, Meta(ge=0, le=600)] | None = None
    note: Annotated[str, Meta(max_length=300)] | None = None


class EndReservation(Body):
    """How it ends without anybody sitting down; `booked` takes that back."""

    status: Literal["no_show", "cancelled", "booked", "done"]
    reason: Annotated[str, Meta(max_length=200)] | None = None


def book(tx: Transaction, body: EditReservation) -> Made:
    """Take a booking. Raises TableTaken naming who has one of its tables then."""
    row = ReservationRow(
        id=0,
        version=0,
        status="booked",
        staff_id=tx.actor.staff_id,
        created_at=tx.now,
        **_said(tx, body),
        quoted=None,
        reminded_at=None,
        order_id=None,
        ended_at=None,
        reason=None,
    )
    row.id = _insert(tx, row)
    return _store(tx, "reservation.booked", row, _promise(tx, row, body.table_ids), {"covers": row.covers})


def wait(tx: Transaction, body: NewWaiting) -> Made:
    """Put a party on the waiting list."""
    phone, member_id = _person(tx, body.phone, body.member_id)
    row = ReservationRow(
        id=0,
        version=0,
        status="waiting",
        name=body.name,
        phone=phone,
        member_id=member_id,
        covers=body.covers,
        business_day=tx.business_day,
        starts_at=tx.now,
        minutes=rules.usual_minutes(body.covers),
        note=body.note or None,
        source="walk_in",
        deposit=0,
        quoted=body.quoted_minutes,
        reminded_at=None,
        order_id=None,
        staff_id=tx.actor.staff_id,
        created_at=tx.now,
        ended_at=None,
        reason=None,
    )
    row.id = _insert(tx, row)
    return _store(tx, "reservation.waiting", row, [], {"covers": row.covers, "quoted": row.quoted})


def change(tx: Transaction, reservation_id: int, body: ChangeReservation) -> Made:
    """Change a booking. Raises StaleVersion, TableTaken, and WrongState for one that has ended."""
    row, tables = load(tx, reservation_id)
    if row.version != body.version:
        raise StaleVersion(msgspec.to_builtins(_shown(tx, row, tables)))
    if row.status not in ("booked", "waiting"):
        raise WrongState("the booking", row.status)
    for name, value in _said(tx, body).items():
        setattr(row, name, value)
    row.status = "booked"
    return _store(tx, "reservation.changed", row, _promise(tx, row, body.table_ids), {"covers": row.covers})


def end(tx: Transaction, reservation_id: int, body: EndReservation) -> Made:
    """No-show, cancelled, or after all not; the tables are free again. Raises WrongState, TableTaken."""
    row, tables = load(tx, reservation_id)
    _may_become(row, body.status)
    row.status, row.reason = body.status, body.reason
    row.ended_at = None if body.status == "booked" else tx.now
    if body.status == "booked":
        tables = _promise(tx, row, tables)
    return _store(tx, f"reservation.{body.status.replace('_', '')}", row, tables, {})


def remind(tx: Transaction, reservation_id: int) -> Made:
    """Note that somebody has called them. Raises WrongState for one that is not to come any more."""
    row, tables = load(tx, reservation_id)
    if row.status not in ("booked", "waiting"):
        raise WrongState("the booking", row.status)
    row.reminded_at = tx.now
    return _store(tx, "reservation.reminded", row, tables, {})


def seat(tx: Transaction, reservation_id: int, order_id: int, table_ids: list[int]) -> ReservationView:
    """They sit at these tables, and this is their order. Raises WrongState for who has ended already."""
    row, _ = load(tx, reservation_id)
    _may_become(row, "seated")
    row.status, row.order_id = "seated", order_id
    row.starts_at, row.business_day = tx.now, tx.business_day
    _store(tx, "reservation.seated", row, _promise(tx, row, table_ids, others=False), {"orderId": order_id})
    return _shown(tx, row, table_ids)


def left(tx: Transaction, order_id: int) -> None:
    """Their order is paid: the tables are free."""
    if tx.execute(_LEFT, order_id=order_id, now=tx.now).rowcount:
        for row in tx.all(OF_ORDER, ReservationRow, order_id=order_id):
            tables = [each.table_id for each in tx.all(TABLES_OF, TableOf, id=row.id)]
            state = _shown(tx, row, tables)
            tx.emit("reservation.done", f"reservation:{row.id}", {"orderId": order_id}, state=state, rooms=("floor",))


def forget(tx: Transaction, member_ids: list[int], phones: list[str]) -> int:
    """Forget the names and phones of somebody's bookings; the figures stay. Returns how many it was."""
    whose = R.member_id.in_(member_ids) | R.phone.in_(phones)
    return tx.run(R.update(name=None, phone=None, note=None, reason=None).where(whose)).rowcount


def load(tx: Transaction, reservation_id: int) -> tuple[ReservationRow, list[int]]:
    """A booking with its tables. Raises NotFound."""
    row = tx.one(RESERVATION, ReservationRow, id=reservation_id)
    if row is None:
        raise NotFound("booking", reservation_id)
    return row, [each.table_id for each in tx.all(TABLES_OF, TableOf, id=reservation_id)]


def of_order(tx: Transaction, order_id: int) -> ReservationRow | None:
    """Whose booking became this order."""
    return tx.one(OF_ORDER, ReservationRow, order_id=order_id)


def held(tx: Transaction, first: int, last: int) -> list[Held]:
    """Tables that are somebody's on these business days (YYYYMMDD)."""
    return tx.all(HELD, Held, first=first, last=last)


def _said(tx: Transaction, body: EditReservation) -> dict[str, Any]:
    if body.starts_at.tzinfo is None:
        raise BadRequest("needs its time zone, as 2026-11-22T20:00:00+08:00", "startsAt")
    starts_at = int(body.starts_at.timestamp() * 1000)
    if not tx.now - DAY_MS < starts_at < tx.now + CENTURY_MS:
        raise BadRequest("is long ago, or too far ahead", "startsAt")
    phone, member_id = _person(tx, body.phone, body.member_id)
    if body.name is None and phone is None and member_id is None:
        raise BadRequest("a name, a phone or a member is needed", "name")
    return {
        "name": body.name,
        "phone": phone,
        "member_id": member_id,
        "covers": body.covers,
        "business_day": _day(tx, starts_at),
        "starts_at": starts_at,
        "minutes": body.minutes or rules.usual_minutes(body.covers),
        "note": body.note or None,
        "source": body.source,
        "deposit": body.deposit_amount,
    }


def _person(tx: Transaction, phone: str | None, member_id: int | None) -> tuple[str | None, int | None]:
    """A phone as it is stored, and whose it is. Raises WrongState for somebody who is barred."""
    number = phone_number(phone) if phone is not None else None
    found = guest(tx, member_id) if member_id is not None else by_phone(tx, number) if number else None
    if found is None:
        return number, None
    must_be_welcome(tx, found)
    return number, found.id


def _promise(tx: Transaction, row: ReservationRow, table_ids: list[int], *, others: bool = True) -> list[int]:
    """Give tables to a booking. Raises BadRequest for one that is not there, TableTaken where somebody has it.

    Who sits down (not `others`) sits: what comes later sees it.
    """
    tables = tx.cached(load_tables)
    wanted = list(dict.fromkeys(table_ids))
    for index, table_id in enumerate(wanted):
        if table_id not in tables:
            raise BadRequest(f"there is no table {table_id}", f"tableIds[{index}]")
    if others:
        around = held(tx, _day(tx, row.starts_at - DAY_MS), _day(tx, row.ends_at))
        in_the_way = rules.conflicts(
            (each for each in around if each.reservation_id != row.id), wanted, row.starts_at, row.ends_at
        )
        if in_the_way:
            raise TableTaken(
                [
                    {
                        "tableId": each.table_id,
                        "table": tables[each.table_id].name,
                        "reservationId": each.reservation_id,
                    }
                    for each in in_the_way
                ]
            )
    tx.execute(_CLEAR, reservation_id=row.id)
    tx.execute_many(_TABLE, [{"reservation_id": row.id, "table_id": each} for each in wanted])
    return wanted


def _day(tx: Transaction, moment: int) -> int:
    """The business day (YYYYMMDD) of another moment than now."""
    venue = tx.cached(load_venue)
    return BusinessDays(venue.timezone, venue.cutoff).of(moment)


def _may_become(row: ReservationRow, status: str) -> None:
    if status not in rules.NEXT[row.status]:
        raise WrongState("the booking", row.status)


def _insert(tx: Transaction, row: ReservationRow) -> int:
    return int(tx.execute(_INSERT, **msgspec.structs.asdict(row)).lastrowid or 0)


def _store(tx: Transaction, kind: str, row: ReservationRow, tables: list[int], facts: dict[str, object]) -> Made:
    """Store a booking, journal it without its person, and tell the rooms its whole state."""
    row.version += 1
    tx.store(_UPDATE, row)
    told = {"day": show_day(row.business_day), "startsAt": row.starts_at, "tableIds": tables, **facts}
    tx.emit(kind, f"reservation:{row.id}", told, state=_shown(tx, row, tables), rooms=("floor",))
    return Made(row.id)


def _shown(tx: Transaction, row: ReservationRow, tables: list[int]) -> ReservationView:
    return view(row, tables, {each.id: each.name for each in tx.cached(load_tables).values()})
