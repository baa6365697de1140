"""The evening's bookings on paper."""

from typing import Any

import msgspec

from barbox.core.clock import show_day
from barbox.core.errors import WrongState
from barbox.core.names import first
from barbox.core.settings import load_venue
from barbox.core.transaction import Transaction
from barbox.floor.queries import load_tables
from barbox.members.commands import person_of
from barbox.printing.commands import Queued, print_slip
from barbox.printing.contents import Booked, BookingList
from barbox.reservations.models import Reservation, ReservationTable
from barbox.reservations.queries import FIELDS, ReservationRow

R, T = Reservation, ReservationTable


class _Table(msgspec.Struct):
    table_id: int


def print_evening(tx: Transaction, day: int) -> Queued:
    """Print who is expected on a business day (YYYYMMDD). Raises WrongState where no receipt printer is there."""
    expected: Any = R.select(*(getattr(R, name) for name in FIELDS)).where(
        (R.business_day == day) & (R.status == "booked")
    )
    rows = tx.all(expected.order_by(R.starts_at, R.id), ReservationRow)
    job_id = print_slip(tx, BookingList(show_day(day), [_booked(tx, row) for row in rows]), f"R-{show_day(day)[5:]}")
    if job_id is None:
        raise WrongState("the receipt printer", "not there")
    tx.emit("reservation.printed", f"day:{day}", {"bookings": len(rows)}, rooms=("office",))
    return Queued(job_id)


def _booked(tx: Transaction, row: ReservationRow) -> Booked:
    tables = tx.cached(load_tables)
    seats = tx.all(T.select(T.table_id).where(T.reservation_id == row.id), _Table)
    name = row.name
    if name is None and row.member_id is not None:
        name = person_of(tx, row.member_id).name
    guest = {"en": "Guest", "zh": "客人"}
    return Booked(
        at=row.starts_at,
        name=name or first(guest, tx.cached(load_venue).language),
        covers=row.covers,
        tables=[tables[each.table_id].name for each in seats if each.table_id in tables],
        phone=row.phone or "",
        note=row.note or "",
        deposit=row.deposit,
    )
