"""Taking from the shelf and putting back, each change told to the screens."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest, InsufficientStock, NotFound
from barbox.core.messages import Body, Id, View
from barbox.core.money import parse_quantity, show_quantity
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import rules
from barbox.stock.models import StockLevel
from barbox.stock.queries import LEVELS, Level
from barbox.stock.rules import Policy

S = StockLevel
TAKE = freeze(
    lambda p: (
        S.update(on_hand=S.on_hand - p.quantity)
        .where(S.product_id == p.product_id)
        .returning(S.product_id, S.on_hand, S.policy, S.low_at)
    )
)
COUNTED = freeze(S.select(S.product_id))


class StockItem(Body):
    item_id: Id
    quantity: Annotated[float, Meta(ge=0, le=1_000_000)]


class StockChange(Body):
    """What was received, counted, wasted or corrected, in the product's own unit."""

    items: Annotated[list[StockItem], Meta(min_length=1, max_length=500)]
    reason: Annotated[str, Meta(max_length=200)] = ""


class StockPolicy(Body):
    policy: Policy
    low_at: Annotated[float, Meta(ge=0, le=1_000_000)] = 0


class LevelView(View):
    item_id: int
    on_hand: float


class LevelsView(View):
    items: list[LevelView]


class Taken(NamedTuple):
    """What an order takes of one product, in thousandths."""

    product_id: int
    quantity: int
    names: dict[str, str]


def load_counted(tx: Transaction) -> frozenset[int]:
    """Products that are counted; use through `tx.cached(load_counted)`."""
    return frozenset(row.id for row in tx.all(COUNTED, _Id))


class _Id(msgspec.Struct):
    id: int


def take(tx: Transaction, wanted: Iterable[Taken]) -> None:
    """Take an order's products off the shelf. Raises InsufficientStock naming every product that does not suffice."""
    counted = tx.cached(load_counted)
    needed: defaultdict[int, int] = defaultdict(int)
    names: dict[int, dict[str, str]] = {}
    for each in wanted:
        if each.product_id in counted:
            needed[each.product_id] += each.quantity
            names[each.product_id] = each.names
    missing = []
    for product_id, quantity in needed.items():
        level = Level(*tx.execute(TAKE, product_id=product_id, quantity=quantity).fetchone())
        if rules.short(level.on_hand, level.policy):
            missing.append(_shortage(level, quantity, names[product_id]))
        elif not missing:
            _tell(tx, level, level.on_hand + quantity)
    if missing:
        raise InsufficientStock(missing)


def put_back(tx: Transaction, product_id: int, quantity: int) -> None:
    """A void before it was made: the product is on the shelf again."""
    if product_id in tx.cached(load_counted):
        level = Level(*tx.execute(TAKE, product_id=product_id, quantity=-quantity).fetchone())
        _tell(tx, level, level.on_hand - quantity)


def receive(tx: Transaction, change: StockChange) -> LevelsView:
    return _move(tx, "stock.received", change, lambda before, quantity: before + quantity)


def count(tx: Transaction, change: StockChange) -> LevelsView:
    return _move(tx, "stock.counted", change, lambda _before, quantity: quantity)


def waste(tx: Transaction, change: StockChange) -> LevelsView:
    if not change.reason.strip():
        raise BadRequest("is needed for waste", "reason")
    return _move(tx, "stock.wasted", change, lambda before, quantity: before - quantity)


def set_policy(tx: Transaction, product_id: int, body: StockPolicy) -> LevelView:
    """Begin to count a product, or change what happens when there is none left."""
    _known(tx, product_id)
    low_at = _thousandths(body.low_at, "lowAt")
    query = S.insert(product_id=product_id, on_hand=0, policy=body.policy, low_at=low_at).on_conflict(
        conflict_target=[S.product_id], preserve=[S.policy, S.low_at]
    )
    tx.run(query)
    tx.invalidate(load_counted)
    level = next(row for row in tx.all(LEVELS, Level) if row.product_id == product_id)
    tx.emit("stock.policy", f"product:{product_id}", body, state=_view(level), rooms=("floor",))
    return LevelView(product_id, show_quantity(level.on_hand))


def _move(tx: Transaction, kind: str, change: StockChange, after: Callable[[int, int], int]) -> LevelsView:
    levels = {row.product_id: row for row in tx.all(LEVELS, Level)}
    moved = []
    for index, item in enumerate(change.items):
        _known(tx, item.item_id)
        level = levels.get(item.item_id)
        if level is None:
            tx.run(S.insert(product_id=item.item_id, on_hand=0, policy="refuse", low_at=0))
            tx.invalidate(load_counted)
            level = Level(item.item_id, 0, "refuse", 0)
        on_hand = after(level.on_hand, _thousandths(item.quantity, f"items[{index}].quantity"))
        tx.run(S.update(on_hand=on_hand).where(S.product_id == item.item_id))
        levels[item.item_id] = moved_level = Level(item.item_id, on_hand, level.policy, level.low_at)
        moved.append({"itemId": item.item_id, "before": level.on_hand, "after": on_hand})
        _tell(tx, moved_level, level.on_hand)
    tx.emit(kind, "stock", {"items": moved, "reason": change.reason}, rooms=("office",))
    return LevelsView([LevelView(m["itemId"], show_quantity(m["after"])) for m in moved])


def _tell(tx: Transaction, level: Level, before: int) -> None:
    tx.announce("stock.changed", f"product:{level.product_id}", _view(level), rooms=("floor", "office"))
    if rules.crossed(before, level.on_hand, level.low_at):
        tx.emit("stock.low", f"product:{level.product_id}", _view(level), rooms=("floor", "office"))


def _view(level: Level) -> dict[str, Any]:
    enough = level.on_hand > 0 or level.policy != "refuse"
    return {
        "itemId": level.product_id,
        "onHand": show_quantity(level.on_hand),
        "policy": level.policy,
        "available": enough,
    }


def _shortage(level: Level, quantity: int, names: dict[str, str]) -> dict[str, Any]:
    return {
        "itemId": level.product_id,
        "name": next(iter(names.values())),
        "names": names,
        "requested": show_quantity(quantity),
        "left": max(0, show_quantity(level.on_hand + quantity)),
    }


def _thousandths(quantity: float, field: str) -> int:
    thousandths = parse_quantity(quantity)
    if thousandths is None:
        raise BadRequest("is finer than a thousandth", field)
    return thousandths


def _known(tx: Transaction, product_id: int) -> None:
    if product_id not in tx.cached(load_catalogue).products:
        raise NotFound("product", product_id)
