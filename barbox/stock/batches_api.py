"""The calls of batches: what lapses, and what is taken out."""

from typing import Annotated

from msgspec import Meta

from barbox.core.clock import days_after, rfc3339
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, Made, View
from barbox.core.money import show_quantity
from barbox.core.names import decode, first
from barbox.core.settings import read_venue
from barbox.stock import batches
from barbox.stock.batches import WasteBatch

routes = Routes("stock")


class BatchView(View):
    """A batch with what is probably `left` of it: what expires first is used first. `expiresOn` is YYYYMMDD."""

    id: int
    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    code: str | None
    expires_on: int | None
    received_at: str
    quantity: float
    left: float
    expired: bool


class BatchesView(View):
    batches: list[BatchView]


class BatchesQuery(View):
    """What expires within so many days; without, all that is there. Of one item where it is named."""

    within: Annotated[int, Meta(ge=0, le=3660)] | None = None
    item_id: Id | None = None


@routes.get("/api/inventory/batches", "stock.read")
async def open_batches(call: Call, query: BatchesQuery) -> BatchesView:
    """Batches that are still there, the first to expire first."""
    today = call.db.days.of(call.db.clock.now())
    until = batches.NEVER if query.within is None else days_after(today, query.within)
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        found = await batches.open_batches(snapshot, until)
    return BatchesView(
        [
            BatchView(
                id=row.id,
                item_id=row.item_id,
                name=first(decode(row.names), language),
                names=decode(row.names),
                unit=row.unit,
                code=row.code,
                expires_on=row.expires_on,
                received_at=rfc3339(row.received_at),
                quantity=show_quantity(row.quantity),
                left=show_quantity(left),
                expired=(row.expires_on or batches.NEVER) < today,
            )
            for row, left in found
            if query.item_id in (None, row.item_id)
        ]
    )


@routes.post("/api/inventory/batches/{batch_id}/finish", "stock.edit")
async def finish_batch(call: Call, batch_id: int) -> Answer[Made]:
    """A batch is used up."""
    return await call.write(batches.finish, batch_id)


@routes.post("/api/inventory/batches/{batch_id}/waste", "stock.waste")
async def waste_batch(call: Call, batch_id: int, body: WasteBatch) -> Answer[Made]:
    """A batch is thrown away, with a reason."""
    return await call.write(batches.take_out, batch_id, body)
