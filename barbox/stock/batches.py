"""What expires: batches as they came in, and how much of each is probably left."""

import msgspec
import peewee

from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.messages import Body, Made
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock import rules, shelf
from barbox.stock.models import StockBatch, StockLevel
from barbox.stock.models import StockItem as Item
from barbox.stock.moves import Quantity, Reason, StockChange, StockItem, waste

B, IT, S = StockBatch, Item, StockLevel
NEVER = 9999_12_31


class BatchRow(msgspec.Struct):
    """A batch that may still be there, with what is on hand of its item in all."""

    id: int
    item_id: int
    names: str
    unit: str
    code: str | None
    expires_on: int | None
    quantity: int
    received_at: int
    on_hand: int


class _IdRow(msgspec.Struct):
    item_id: int


_there = S.select(peewee.fn.COALESCE(peewee.fn.SUM(S.on_hand), 0)).where(S.item_id == B.item_id)
OPEN = freeze(
    B.select(B.id, B.item_id, IT.names, IT.unit, B.code, B.expires_on, B.quantity, B.received_at, _there)
    .join(IT, on=(IT.id == B.item_id))
    .where(B.finished_at.is_null() & (IT.hidden == 0))
    .order_by(B.item_id, peewee.fn.COALESCE(B.expires_on, NEVER).desc(), B.id.desc())
)
_OF = freeze(lambda p: B.select(B.item_id).where((B.id == p.id) & B.finished_at.is_null()))


async def open_batches(snapshot: Snapshot, until: int) -> list[tuple[BatchRow, int]]:
    """Batches that expire by a day (YYYYMMDD), the first to go first, each with what is probably left of it."""
    found: list[tuple[BatchRow, int]] = []
    rows: dict[int, list[BatchRow]] = {}
    for row in await snapshot.all(OPEN, BatchRow):
        rows.setdefault(row.item_id, []).append(row)
    for batches in rows.values():
        rests = rules.rests(batches[0].on_hand, [each.quantity for each in batches])
        found += [(batch, rest) for batch, rest in zip(batches, rests, strict=True) if rest]
    return sorted(
        ((batch, rest) for batch, rest in found if (batch.expires_on or NEVER) <= until),
        key=lambda each: (each[0].expires_on or NEVER, each[0].id),
    )


class WasteBatch(Body):
    """So much of a batch (in the item's unit) is thrown away for a reason; nothing of it is left."""

    quantity: Quantity
    reason: Reason


def finish(tx: Transaction, batch_id: int) -> Made:
    """A batch is used up. Raises NotFound."""
    found = tx.one(_OF, _IdRow, id=batch_id)
    if found is None:
        raise NotFound("batch", batch_id)
    tx.run(B.update(finished_at=tx.now).where(B.id == batch_id))
    tx.emit("stock.batch", shelf.subject(found.item_id), {"batchId": batch_id, "finished": True}, rooms=("office",))
    return Made(batch_id)


def take_out(tx: Transaction, batch_id: int, body: WasteBatch) -> Made:
    """A batch is thrown away. Raises NotFound; BadRequest without a reason, InsufficientStock for too much."""
    found = tx.one(_OF, _IdRow, id=batch_id)
    if found is None:
        raise NotFound("batch", batch_id)
    if body.quantity:
        gone = StockItem(found.item_id, body.quantity)
        waste(tx, StockChange([gone], body.reason, f"batch:{batch_id}"))
    return finish(tx, batch_id)
