"""Bookings, read: a day's, one, those that hold tables."""

from collections import defaultdict
from typing import Any

import msgspec

from barbox.core.clock import rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.messages import View
from barbox.core.statements import freeze
from barbox.floor.queries import TABLES, TableRow
from barbox.reservations.models import Reservation, ReservationTable
from barbox.reservations.rules import HOLDS_TABLES, MINUTE_MS

R, T = Reservation, ReservationTable


class ReservationRow(msgspec.Struct):
    """The columns of `reservation`, in their order."""

    id: int
    version: int
    status: str
    name: str | None
    phone: str | None
    member_id: int | None
    covers: int
    business_day: int
    starts_at: int
    minutes: int
    note: str | None
    source: str
    deposit: int
    quoted: int | None
    reminded_at: int | None
    order_id: int | None
    staff_id: int | None
    created_at: int
    ended_at: int | None
    reason: str | None

    @property
    def ends_at(self) -> int:
        return self.starts_at + self.minutes * MINUTE_MS


class TableOf(msgspec.Struct):
    reservation_id: int
    table_id: int


class ReservationView(View):
    """`startsAt` and `minutes` say when the tables are theirs; who waits was quoted `quotedMinutes`.

    `depositAmount` is what was asked for.
    """

    reservation_id: int
    version: int
    status: str
    name: str | None
    phone: str | None
    member_id: int | None
    covers: int
    business_day: str
    starts_at: str
    ends_at: str
    minutes: int
    table_ids: list[int]
    table_names: list[str]
    note: str | None
    source: str
    deposit_amount: int
    quoted_minutes: int | None
    reminded_at: str | None
    order_id: int | None
    staff_id: int | None
    created_at: str
    reason: str | None


FIELDS = ReservationRow.__struct_fields__
_ROW = tuple(getattr(R, name) for name in FIELDS)
RESERVATION = freeze(lambda p: R.select(*_ROW).where(R.id == p.id))
TABLES_OF = freeze(lambda p: T.select(T.reservation_id, T.table_id).where(T.reservation_id == p.id))
HELD = freeze(
    lambda p: (
        R.select(R.id, T.table_id, R.starts_at, R.starts_at + R.minutes * MINUTE_MS)
        .join(T, on=(T.reservation_id == R.id))
        .where(R.status.in_(HOLDS_TABLES) & (R.business_day >= p.first) & (R.business_day <= p.last))
    )
)
OF_ORDER = freeze(lambda p: R.select(*_ROW).where(R.order_id == p.order_id).order_by(R.id))


async def read(snapshot: Snapshot, reservation_id: int) -> ReservationView:
    """One booking. Raises NotFound."""
    found = await search(snapshot, R.id == reservation_id)
    if not found:
        raise NotFound("booking", reservation_id)
    return found[0]


async def read_some(snapshot: Snapshot, reservation_ids: list[int]) -> dict[int, ReservationView]:
    """Several by number, for the live feed."""
    return {each.reservation_id: each for each in await search(snapshot, R.id.in_(reservation_ids))}


async def of_days(snapshot: Snapshot, first: int, last: int) -> list[ReservationView]:
    """All of some business days, by time."""
    return await search(snapshot, (R.business_day >= first) & (R.business_day <= last))


async def search(snapshot: Snapshot, which: Any) -> list[ReservationView]:
    """Those that fit, by time."""
    rows = await snapshot.all(R.select(*_ROW).where(which).order_by(R.starts_at, R.id).limit(1000), ReservationRow)
    ids = [row.id for row in rows]
    of: defaultdict[int, list[int]] = defaultdict(list)
    for each in await snapshot.all(T.select(T.reservation_id, T.table_id).where(T.reservation_id.in_(ids)), TableOf):
        of[each.reservation_id].append(each.table_id)
    called = {row.id: row.name for row in await snapshot.all(TABLES, TableRow)}
    return [view(row, of[row.id], called) for row in rows]


def view(row: ReservationRow, table_ids: list[int], called: dict[int, str]) -> ReservationView:
    """A booking as the API shows it."""
    return ReservationView(
        reservation_id=row.id,
        version=row.version,
        status=row.status,
        name=row.name,
        phone=row.phone,
        member_id=row.member_id,
        covers=row.covers,
        business_day=show_day(row.business_day),
        starts_at=rfc3339(row.starts_at),
        ends_at=rfc3339(row.ends_at),
        minutes=row.minutes,
        table_ids=table_ids,
        table_names=[called[each] for each in table_ids if each in called],
        note=row.note,
        source=row.source,
        deposit_amount=row.deposit,
        quoted_minutes=row.quoted,
        reminded_at=rfc3339(row.reminded_at) if row.reminded_at is not None else None,
        order_id=row.order_id,
        staff_id=row.staff_id,
        created_at=rfc3339(row.created_at),
        reason=row.reason,
    )
