"""What is done every night: the ledger is proven."""

import logging

from barbox.core.clock import days_after
from barbox.core.database import Database
from barbox.core.money import show_quantity
from barbox.core.transaction import Transaction
from barbox.stock import ledger
from barbox.stock.ledger import Proof
from barbox.stock.models import StockProof

log = logging.getLogger(__name__)
MOST_TOLD = 50


async def prove(database: Database) -> None:
    """Prove the day that has ended, once: on hand is the sum of all moves. What differs is an alarm in the journal."""
    ended = days_after(database.days.of(database.clock.now()), -1)
    async with database.snapshot() as snapshot:
        last = await snapshot.one(ledger.LAST_PROOF, ledger.LastProof)
        if last is not None and last.business_day >= ended:
            return
        found = await ledger.proof(snapshot, until=ended)
    if found.differences:
        log.error("the stock ledger does not add up", extra={"differences": len(found.differences)})
    await database.write(record, ended, found)


def record(tx: Transaction, day: int, found: Proof) -> None:
    """Keep what the check found; a day that does not add up is checked again the next time."""
    told = [
        {"itemId": each.item_id, "locationId": each.location_id, "quantity": show_quantity(each.quantity)}
        for each in found.differences[:MOST_TOLD]
    ]
    facts = {"day": day, "moves": found.moves, "differences": told}
    if found.differences:
        tx.emit("stock.wrong", "stock", facts, rooms=("office",))
        return
    tx.run(StockProof.insert(business_day=day, at=tx.now, moves=found.moves, last_move=found.last_move))
    tx.emit("stock.proved", "stock", facts, rooms=("office",))
