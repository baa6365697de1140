"""The calls that tell what became of the stock."""

from typing import Annotated

from msgspec import Meta

from barbox.core.http import Call, Routes
from barbox.core.messages import View
from barbox.core.spans import Span, span
from barbox.stock import consumption
from barbox.stock.consumption import ConsumptionView, DeadView, WasteView

routes = Routes("stock")


class DeadQuery(View):
    """Nothing used for so many days."""

    days: Annotated[int, Meta(ge=1, le=3700)] = 60


@routes.get("/api/inventory/consumption", "stock.edit")
async def read_consumption(call: Call, query: Span) -> ConsumptionView:
    """What was used of each item, theoretical against counted, and the cost of goods by kind of item."""
    days = span(call, query)
    async with call.db.snapshot() as snapshot:
        return await consumption.consumption(snapshot, *days, call.language)


@routes.get("/api/inventory/waste", "stock.edit")
async def read_waste(call: Call, query: Span) -> WasteView:
    """What was thrown away, by reason and person, and by item."""
    days = span(call, query)
    async with call.db.snapshot() as snapshot:
        return await consumption.waste(snapshot, *days, call.language)


@routes.get("/api/inventory/dead", "stock.edit")
async def read_dead(call: Call, query: DeadQuery) -> DeadView:
    """What stands there and nobody wants, and what it is worth."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        return await consumption.dead(snapshot, today, query.days, call.language)
