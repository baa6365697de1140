"""The calls of the taps: what is on them, a new keg, an empty one, a line that was cleaned."""

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, Made, View
from barbox.core.settings import read_venue
from barbox.stock.taps import commands, queries
from barbox.stock.taps.commands import CleanTap, EditTap, EmptyKeg, TapKeg
from barbox.stock.taps.queries import CleaningsView, KegsView, TapsView

routes = Routes("stock")


class KegsQuery(View):
    item_id: Id | None = None


@routes.get("/api/taps", "stock.read")
async def taps(call: Call) -> TapsView:
    """The taps, with what should still be in each keg, and when which line is to be cleaned."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        return await queries.read_taps(snapshot, call.db.days, call.db.days.of(call.db.clock.now()), language)


@routes.post("/api/taps", "stock.edit", 201)
async def add_tap(call: Call, body: EditTap) -> Answer[Made]:
    """Add a tap."""
    return await call.write(commands.save_tap, None, body)


@routes.put("/api/taps/{tap_id}", "stock.edit")
async def edit_tap(call: Call, tap_id: int, body: EditTap) -> Answer[Made]:
    """Rename a tap, or change how often its line is cleaned."""
    return await call.write(commands.save_tap, tap_id, body)


@routes.delete("/api/taps/{tap_id}", "stock.edit")
async def drop_tap(call: Call, tap_id: int) -> Answer[Made]:
    """Take a tap away; its history stays."""
    return await call.write(commands.hide_tap, tap_id)


@routes.post("/api/taps/{tap_id}/tap", "stock.keg", 201)
async def tap(call: Call, tap_id: int, body: TapKeg) -> Answer[Made]:
    """Put a keg on a tap; the one before it is empty."""
    return await call.write(commands.tap_keg, tap_id, body)


@routes.post("/api/taps/{tap_id}/empty", "stock.keg")
async def empty(call: Call, tap_id: int, body: EmptyKeg) -> Answer[Made]:
    """The keg on a tap is empty."""
    return await call.write(commands.empty_keg, tap_id, body)


@routes.post("/api/taps/{tap_id}/clean", "stock.keg")
async def clean(call: Call, tap_id: int, body: CleanTap) -> Answer[Made]:
    """A tap's line was cleaned."""
    return await call.write(commands.clean_tap, tap_id, body)


@routes.get("/api/taps/{tap_id}/cleanings", "stock.read")
async def cleanings(call: Call, tap_id: int) -> CleaningsView:
    """A tap's cleaning log."""
    async with call.db.snapshot() as snapshot:
        return await queries.read_cleanings(snapshot, tap_id)


@routes.get("/api/kegs", "stock.read")
async def read_kegs(call: Call, query: KegsQuery) -> KegsView:
    """Kegs that were tapped, and what each gave of its size."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        today = call.db.days.of(call.db.clock.now())
        return await queries.read_kegs(snapshot, query.item_id, call.db.days, today, language)
