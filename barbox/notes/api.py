"""The notes' calls: whoever is signed in may leave one, read them, and see to one."""

from barbox.core.http import SESSION, Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import View
from barbox.notes import commands, queries
from barbox.notes.commands import NewNote, SeeTo
from barbox.notes.queries import NoteView

routes = Routes("notes")


class Notes(View):
    """Newest first: what stands, and what was seen to in the last three days."""

    notes: list[NoteView]
    seq: int


@routes.get("/api/notes", SESSION)
async def standing(call: Call) -> Notes:
    """What the shifts tell each other."""
    async with call.db.snapshot() as snapshot:
        return Notes(await queries.standing(snapshot, call.db.clock.now()), await snapshot.seq())


@routes.post("/api/notes", SESSION, 201)
async def leave(call: Call, body: NewNote) -> Answer[NoteView]:
    """Leave a note for the next shift."""
    return await call.write(commands.leave, body)


@routes.post("/api/notes/{note_id}/done", SESSION)
async def see_to(call: Call, note_id: int, body: SeeTo) -> Answer[NoteView]:
    """See to a note, or take that back."""
    return await call.write(commands.see_to, note_id, body)
