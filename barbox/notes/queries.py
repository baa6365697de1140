"""Notes, read: those that stand, and those that were seen to lately."""

from typing import Any

import msgspec
import peewee

from barbox.core.clock import rfc3339
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.transaction import Transaction
from barbox.notes.models import ShiftNote
from barbox.staff.models import Staff

MOST = 200
LATELY_MS = 3 * 24 * 3600 * 1000
"""What was seen to is shown this long: a slip of the finger is taken back."""

Doer = Staff.alias()


class NoteRow(msgspec.Struct, frozen=True):
    id: int
    text: str
    staff_id: int
    staff_name: str
    at: int
    done_at: int | None
    done_by: int | None
    done_by_name: str | None


class NoteView(View):
    """A note of `staffName`; `doneAt` and `doneByName` once somebody has seen to it."""

    note_id: int
    text: str
    staff_id: int
    staff_name: str
    at: str
    done_at: str | None
    done_by: int | None
    done_by_name: str | None


def select(which: Any) -> Any:
    """Notes that fit, newest first, as NoteRow."""
    n = ShiftNote
    columns = (n.id, n.text, n.staff_id, Staff.name, n.at, n.done_at, n.done_by, Doer.name)
    return (
        n.select(*columns)
        .join(Staff, on=(Staff.id == n.staff_id))
        .switch(n)
        .join(Doer, peewee.JOIN.LEFT_OUTER, on=(Doer.id == n.done_by))
        .where(which)
        .order_by(n.id.desc())
        .limit(MOST)
    )


async def standing(snapshot: Snapshot, now: int) -> list[NoteView]:
    """What nobody has seen to, and what was lately; newest first."""
    which = ShiftNote.done_at.is_null() | (ShiftNote.done_at >= now - LATELY_MS)
    return [view(row) for row in await snapshot.all(select(which), NoteRow)]


def read(tx: Transaction, note_id: int) -> NoteView | None:
    """One note."""
    row = tx.one(select(ShiftNote.id == note_id), NoteRow)
    return view(row) if row else None


def view(row: NoteRow) -> NoteView:
    """A note as the API shows it."""
    return NoteView(
        note_id=row.id,
        text=row.text,
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        at=rfc3339(row.at),
        done_at=rfc3339(row.done_at) if row.done_at is not None else None,
        done_by=row.done_by,
        done_by_name=row.done_by_name,
    )
