"""Leaving a note, and seeing to one; every screen hears of it by `note.changed`."""

from typing import Annotated

from msgspec import Meta

from barbox.core.errors import BadRequest, NotFound
from barbox.core.messages import Body
from barbox.core.transaction import Transaction
from barbox.notes import queries
from barbox.notes.models import ShiftNote
from barbox.notes.queries import NoteView

ROOMS = ("floor", "kitchen", "bar", "office")


class NewNote(Body):
    text: Annotated[str, Meta(min_length=1, max_length=500)]


class SeeTo(Body):
    """`done` false takes it back."""

    done: bool = True


def leave(tx: Transaction, body: NewNote) -> NoteView:
    """Leave a note in the caller's name. Raises BadRequest for one that says nothing."""
    text = body.text.strip()
    if not text:
        raise BadRequest("the note says nothing")
    made = tx.run(ShiftNote.insert(text=text, staff_id=tx.actor.staff_id, at=tx.now))
    return _told(tx, int(made.lastrowid or 0), {"text": text})


def see_to(tx: Transaction, note_id: int, body: SeeTo) -> NoteView:
    """A note is seen to, or is not after all; saying it twice changes nothing. Raises NotFound."""
    known = queries.read(tx, note_id)
    if known is None:
        raise NotFound("note", note_id)
    if (known.done_at is not None) is body.done:
        return known
    when, who = (tx.now, tx.actor.staff_id) if body.done else (None, None)
    tx.run(ShiftNote.update(done_at=when, done_by=who).where(ShiftNote.id == note_id))
    return _told(tx, note_id, {"done": body.done})


def _told(tx: Transaction, note_id: int, change: dict[str, object]) -> NoteView:
    view = queries.read(tx, note_id)
    if view is None:
        raise NotFound("note", note_id)
    tx.emit("note.changed", f"note:{note_id}", change, state=view, rooms=ROOMS)
    return view
