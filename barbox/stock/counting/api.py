"""The calls of stock-takes: begin, count, close, and see what was missing."""

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Made
from barbox.stock.counting import commands, queries
from barbox.stock.counting.commands import CloseCount, CountEntry, OpenCount
from barbox.stock.counting.queries import CountsView, SheetView, VarianceView

routes = Routes("stock")


@routes.get("/api/inventory/counts", "stock.count")
async def read_counts(call: Call) -> CountsView:
    """The latest stock-takes, the newest first."""
    async with call.db.snapshot() as snapshot:
        return await queries.read_counts(snapshot)


@routes.post("/api/inventory/counts", "stock.edit", 201)
async def open_count(call: Call, body: OpenCount) -> Answer[Made]:
    """Begin a stock-take of a place, or of all; several people may count at once."""
    return await call.write(commands.open_count, body)


@routes.get("/api/inventory/counts/{count_id}", "stock.count")
async def read_sheet(call: Call, count_id: int) -> SheetView:
    """The sheet to count by; blind while it is open, if it was begun so."""
    async with call.db.snapshot() as snapshot:
        return await queries.read_sheet(snapshot, count_id, call.language)


@routes.post("/api/inventory/counts/{count_id}/entries", "stock.count", 201)
async def enter(call: Call, count_id: int, body: CountEntry) -> Answer[Made]:
    """What somebody found of an item: units, packs, open bottles by weight; or the correction of an earlier entry."""
    return await call.write(commands.enter, count_id, body)


@routes.post("/api/inventory/counts/{count_id}/close", "stock.edit")
async def close_count(call: Call, count_id: int, body: CloseCount) -> Answer[Made]:
    """Put right what differs. What was sold since something was counted stays sold."""
    return await call.write(commands.close_count, count_id, body)


@routes.post("/api/inventory/counts/{count_id}/cancel", "stock.edit")
async def cancel_count(call: Call, count_id: int) -> Answer[Made]:
    """Forget a stock-take."""
    return await call.write(commands.cancel_count, count_id)


@routes.get("/api/inventory/counts/{count_id}/variance", "stock.edit")
async def read_variance(call: Call, count_id: int) -> VarianceView:
    """What was found otherwise than expected, in units and money, with likely causes."""
    async with call.db.snapshot() as snapshot:
        return await queries.read_variance(snapshot, count_id, call.language)
