"""The shelf in the writer's memory: read and taken from there, written and told to the screens once per commit."""

from typing import Any

import msgspec

from barbox.core.money import show_quantity
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock.models import StockLevel
from barbox.stock.queries import LEVELS, Level

S = StockLevel
_STORE = freeze(
    lambda p: S.insert(product_id=p.product_id, on_hand=p.on_hand, policy=p.policy, low_at=p.low_at).on_conflict(
        conflict_target=[S.product_id], preserve=[S.on_hand, S.policy, S.low_at]
    )
)


class Shelf:
    """Levels of all counted products, and which of them the database does not have yet."""

    def __init__(self, levels: dict[int, Level]) -> None:
        self.levels = levels
        self.unwritten: set[int] = set()


def load_shelf(tx: Transaction) -> Shelf:
    """Use through `level` and `put`."""
    return Shelf({row.product_id: row for row in tx.all(LEVELS, Level)})


def level(tx: Transaction, product_id: int) -> Level | None:
    """What is there of a product; None where nobody counts it."""
    return tx.cached(load_shelf).levels.get(product_id)


def put(tx: Transaction, changed: Level) -> None:
    """Set a product's level, taken back when the command fails."""
    shelf = tx.cached(load_shelf)
    before = shelf.levels.get(changed.product_id)
    shelf.levels[changed.product_id] = changed
    shelf.unwritten.add(changed.product_id)
    tx.on_undo(lambda: _restore(shelf, changed.product_id, before))
    tx.before_commit(_write)


def on_hand(changed: Level, quantity: int) -> Level:
    """The same product with another level (thousandths)."""
    return msgspec.structs.replace(changed, on_hand=quantity)


def _restore(shelf: Shelf, product_id: int, before: Level | None) -> None:
    if before is None:
        del shelf.levels[product_id]
        shelf.unwritten.discard(product_id)
    else:
        shelf.levels[product_id] = before


def view(level: Level) -> dict[str, Any]:
    """A level as screens are told it."""
    return {
        "itemId": level.product_id,
        "onHand": show_quantity(level.on_hand),
        "policy": level.policy,
        "available": level.on_hand > 0 or level.policy != "refuse",
    }


def _write(tx: Transaction) -> None:
    shelf = tx.cached(load_shelf)
    changed = [shelf.levels[product_id] for product_id in shelf.unwritten]
    shelf.unwritten.clear()
    tx.insert_rows(_STORE, changed)
    for level in changed:
        tx.announce("stock.changed", f"product:{level.product_id}", view(level), rooms=("floor", "office"))
