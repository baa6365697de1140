"""The shelf in the writer's memory: taken from there, written and told to the screens once per commit."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from peewee import EXCLUDED

from barbox.core import names
from barbox.core.money import show_quantity
from barbox.core.statements import Insert, freeze
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import queries, rules
from barbox.stock.cookbook import load_cookbook
from barbox.stock.countdown import limited
from barbox.stock.models import CostDay, StockDay, StockLevel, StockLow, StockMove
from barbox.stock.queries import IdRow, ItemRow, LevelRow

S, M, D, C = StockLevel, StockMove, StockDay, CostDay
_PUT_LEVEL = freeze(
    lambda p: S.insert(item_id=p.item_id, location_id=p.location_id, on_hand=p.on_hand).on_conflict(
        conflict_target=[S.item_id, S.location_id], preserve=[S.on_hand]
    )
)
_ADD_TO_DAY = freeze(
    lambda p: D.insert(
        business_day=p.business_day,
        item_id=p.item_id,
        location_id=p.location_id,
        kind=p.kind,
        quantity=p.quantity,
        value=p.value,
    ).on_conflict(
        conflict_target=[D.business_day, D.item_id, D.location_id, D.kind],
        update={
            D.quantity: D.quantity + EXCLUDED.quantity,
            D.value: D.value + EXCLUDED.value,
        },
    )
)
_ADD_TO_COSTS = freeze(
    lambda p: C.insert(business_day=p.business_day, product_id=p.product_id, kind=p.kind, spent=p.spent).on_conflict(
        conflict_target=[C.business_day, C.product_id, C.kind], update={C.spent: C.spent + EXCLUDED.spent}
    )
)
_IS_LOW = freeze(lambda p: StockLow.insert(item_id=p.item_id))
_NOT_LOW = freeze(lambda p: StockLow.delete().where(StockLow.item_id == p.item_id))


class Move(msgspec.Struct, gc=False):
    """A row of the ledger."""

    item_id: int
    location_id: int
    kind: str
    quantity: int
    value: int
    at: int
    business_day: int
    staff_id: int | None
    order_id: int | None
    document: str | None = None
    reason: str | None = None


_INSERT_MOVE = Insert(M, Move)


class DaySum(msgspec.Struct, gc=False):
    """What a day's sums grow by."""

    business_day: int
    item_id: int
    location_id: int
    kind: str
    quantity: int
    value: int


class CostSum(msgspec.Struct, gc=False):
    """What a day's costs of a product grow by."""

    business_day: int
    product_id: int
    kind: str
    spent: int


class Item:
    """An item with what is there of it, in all and by place."""

    __slots__ = ("on_hand", "places", "row", "told")

    def __init__(self, row: ItemRow) -> None:
        self.row = row
        self.on_hand = 0
        self.places: dict[int, int] = {}
        self.told = 0
        """What was there when the screens were told last."""


class Shelf:
    """All items, and what the database does not have yet of their levels and of the day's sums."""

    def __init__(self, rows: Iterable[ItemRow], levels: Iterable[LevelRow], low: Iterable[int]) -> None:
        self.items = {row.id: Item(row) for row in rows}
        for level in levels:
            item = self.items[level.item_id]
            item.places[level.location_id] = level.on_hand
            item.on_hand += level.on_hand
            item.told = item.on_hand
        self.touched: set[tuple[int, int]] = set()
        self.low = set(low)
        """Those at their reorder point, as the database has it."""
        self.changed: set[int] = set()
        """Items that may have come to theirs, or above it, because they were changed."""
        self.days: dict[tuple[int, int, int, str], list[int]] = {}
        self.costs: dict[tuple[int, int, str], int] = {}
        self.left_told: dict[int, int] = {}
        self.anew: set[int] = set()
        """Products that the screens are to be told of, whatever they were told before."""

    def limit(self, item_id: int) -> int | None:
        """What is there of an item that is refused when there is none; None for any other."""
        item = self.items[item_id]
        return item.on_hand if item.row.policy == "refuse" else None


Change = tuple[Item, int, int]
"""An item, the place, and what it gains there."""


def load_shelf(tx: Transaction) -> Shelf:
    """Use through `tx.cached(load_shelf)`; never invalidate: it holds what is not written yet."""
    low = (row.id for row in tx.all(queries.LOW, IdRow))
    return Shelf(tx.all(queries.ITEMS, ItemRow), tx.all(queries.LEVELS, LevelRow), low)


def put_item(tx: Transaction, row: ItemRow) -> None:
    """An item that is new or was changed, as it stands from here on; taken back when the command fails."""
    shelf = tx.cached(load_shelf)
    item = shelf.items.get(row.id)
    if item is None:
        shelf.items[row.id] = Item(row)
        tx.on_undo(lambda: shelf.items.__delitem__(row.id))
    else:
        before, item.row = item.row, row
        tx.on_undo(lambda: setattr(item, "row", before))
    shelf.changed.add(row.id)
    tx.before_commit(_write)


def book(
    tx: Transaction,
    kind: rules.MoveKind,
    changes: Iterable[Change],
    *,
    order_id: int | None = None,
    document: str | None = None,
    reason: str | None = None,
) -> None:
    """Write moves in the ledger and keep what is on hand in step; `stock.low` when one falls to its reorder point."""
    shelf, now, day, staff_id = tx.cached(load_shelf), tx.now, tx.business_day, tx.actor.staff_id
    moves = []
    for item, place, quantity in changes:
        if not quantity:
            continue
        row, before = item.row, item.on_hand
        item.on_hand = after = before + quantity
        item.places[place] = item.places.get(place, 0) + quantity
        value = rules.worth(quantity, row.cost)
        moves.append(Move(row.id, place, kind, quantity, value, now, day, staff_id, order_id, document, reason))
        shelf.touched.add((row.id, place))
        if after <= row.low_at < before:
            tx.emit("stock.low", subject(row.id), view(item), rooms=("floor", "office"))
    _record(tx, shelf, moves)
    tx.on_undo(lambda: _unbook(shelf, moves))


def rebook(tx: Transaction, kind: rules.MoveKind, changes: Iterable[Change], *, order_id: int, reason: str) -> None:
    """What was sold was no sale, but consumed in another way: what is on hand stays."""
    shelf, now, day, staff_id = tx.cached(load_shelf), tx.now, tx.business_day, tx.actor.staff_id
    moves = []
    for item, place, quantity in changes:
        value = rules.worth(quantity, item.row.cost)
        who = (now, day, staff_id, order_id, None, reason)
        moves.append(Move(item.row.id, place, "sale", quantity, value, *who))
        moves.append(Move(item.row.id, place, kind, -quantity, -value, *who))
    _record(tx, shelf, moves)


def spend(tx: Transaction, kind: rules.MoveKind, costs: Mapping[int, int]) -> None:
    """Products took so much (millionths of the minor unit) of what was booked: what they cost by day, beside it."""
    shelf, day = tx.cached(load_shelf), tx.business_day

    def add(sign: int) -> None:
        for product_id, spent in costs.items():
            key = day, product_id, kind
            shelf.costs[key] = shelf.costs.get(key, 0) + sign * spent

    add(1)
    tx.on_undo(lambda: add(-1))


def _record(tx: Transaction, shelf: Shelf, moves: list[Move]) -> None:
    days = shelf.days
    for move in moves:
        key = move.business_day, move.item_id, move.location_id, move.kind
        sums = days.get(key)
        if sums is None:
            days[key] = [move.quantity, move.value]
        else:
            sums[0] += move.quantity
            sums[1] += move.value
    tx.insert_rows(_INSERT_MOVE, moves)
    tx.on_undo(lambda: _forget(days, moves))
    tx.before_commit(_write)


def _forget(days: dict[tuple[int, int, int, str], list[int]], moves: Iterable[Move]) -> None:
    for move in moves:
        sums = days[move.business_day, move.item_id, move.location_id, move.kind]
        sums[0] -= move.quantity
        sums[1] -= move.value


def _unbook(shelf: Shelf, moves: Iterable[Move]) -> None:
    for move in moves:
        item = shelf.items[move.item_id]
        item.on_hand -= move.quantity
        item.places[move.location_id] -= move.quantity


def fetched(item: Item, quantity: int, home: int | None = None) -> list[Change]:
    """Where a quantity comes from: what its own place (or `home`) lacks is fetched from where there is some."""
    home = item.row.location_id if home is None else home
    from_home = min(quantity, max(0, item.places.get(home, 0)))
    rest = quantity - from_home
    changes: list[Change] = []
    for place, there in sorted(item.places.items()):
        if rest and place != home and there > 0:
            part = min(rest, there)
            changes.append((item, place, -part))
            rest -= part
    if from_home or rest:
        changes.append((item, home, -from_home - rest))
    return changes


def subject(item_id: int) -> str:
    """Of whom the journal speaks: an item that is a product as it is sold is called by its product."""
    return f"product:{item_id}" if item_id < rules.FIRST_ITEM else f"item:{item_id}"


def view(item: Item) -> dict[str, Any]:
    """A level as screens are told it."""
    row = item.row
    return {
        "itemId": row.id,
        "name": names.first(names.decode(row.names), "en"),
        "names": names.decode(row.names),
        "unit": row.unit,
        "onHand": show_quantity(item.on_hand),
        "lowAt": show_quantity(row.low_at),
        "policy": row.policy,
        "available": item.on_hand > 0 or row.policy != "refuse",
    }


def _write(tx: Transaction) -> None:
    shelf = tx.cached(load_shelf)
    touched, shelf.touched = shelf.touched, set()
    days, shelf.days = shelf.days, {}
    costs, shelf.costs = shelf.costs, {}
    items = shelf.items
    there = [each for each in touched if each[0] in items]
    changed, shelf.changed = shelf.changed, set()
    _judge(tx, shelf, changed.union(item_id for item_id, _ in there))
    tx.insert_rows(_PUT_LEVEL, [LevelRow(item_id, place, items[item_id].places[place]) for item_id, place in there])
    tx.insert_rows(_ADD_TO_DAY, [DaySum(*key, *sums) for key, sums in days.items() if sums != _NOTHING])
    tx.insert_rows(_ADD_TO_COSTS, [CostSum(*key, spent) for key, spent in costs.items() if spent])
    tell(tx, shelf, {item_id for item_id, _ in there})
    anew, shelf.anew = shelf.anew, set()
    for product_id in anew:
        _announce(tx, product_id, _left(product_id, tx.cached(load_cookbook).left(product_id, shelf.limit)))


_NOTHING = [0, 0]


def _judge(tx: Transaction, shelf: Shelf, item_ids: Iterable[int]) -> None:
    """Which of these are low now: written where that is news, which is seldom."""
    for item_id in item_ids:
        item = shelf.items.get(item_id)
        low = item is not None and item.on_hand <= item.row.low_at
        if low and item_id not in shelf.low:
            tx.insert(_IS_LOW, item_id=item_id)
            shelf.low.add(item_id)
        elif not low and item_id in shelf.low:
            tx.execute(_NOT_LOW, item_id=item_id)
            shelf.low.discard(item_id)


def tell(tx: Transaction, shelf: Shelf, item_ids: Iterable[int]) -> None:
    """Tell the screens what is left of the products that take these items: of mixed ones only when few are left."""
    cookbook = tx.cached(load_cookbook)
    mixed: set[int] = set()
    for item_id in item_ids:
        item = shelf.items[item_id]
        if item_id in cookbook.themselves and item.told != item.on_hand:
            _announce(tx, item_id, view(item))
        users = cookbook.users.get(item_id)
        if users is not None and min(item.told, item.on_hand) <= users.heed:
            mixed.update(users.products)
        item.told = item.on_hand
    for product_id in mixed:
        left = cookbook.left(product_id, shelf.limit)
        told = shelf.left_told.get(product_id)
        if left is not None and left != told and (told is None or min(left, told) <= rules.FEW):
            shelf.left_told[product_id] = left
            _announce(tx, product_id, _left(product_id, left))


def tell_anew(tx: Transaction, item_id: int) -> None:
    """An item's policy or level changed in a way that no move tells: its products are told as they are."""
    shelf, cookbook = tx.cached(load_shelf), tx.cached(load_cookbook)
    item = shelf.items[item_id]
    if item_id in cookbook.themselves:
        _announce(tx, item_id, view(item))
    users = cookbook.users.get(item_id)
    for product_id in users.products if users else ():
        tell_product(tx, product_id)


def tell_product(tx: Transaction, product_id: int) -> None:
    """Tell the screens what is left of a product, whatever they were told before: once, when all is written."""
    tx.cached(load_shelf).anew.add(product_id)
    tx.before_commit(_write)


def _left(product_id: int, left: int | None) -> dict[str, Any]:
    shown = None if left is None else show_quantity(left)
    return {"itemId": product_id, "onHand": shown, "policy": "refuse", "available": left is None or left > 0}


def _announce(tx: Transaction, product_id: int, state: dict[str, Any]) -> None:
    """A product's state on the shelf; what somebody took off the menu by hand stays off it."""
    state = limited(tx, product_id, state)
    product = tx.cached(load_catalogue).products.get(product_id)
    state["available"] = state["available"] and product is not None and product.available
    tx.announce("stock.changed", f"product:{product_id}", state, rooms=("floor", "office"))
