"""Taking from the shelf and putting back, each change told to the screens."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from barbox.core.errors import BadRequest, InsufficientStock, NotFound
from barbox.core.messages import Body, Id, View
from barbox.core.money import parse_quantity, show_quantity
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import rules, shelf
from barbox.stock.queries import Level
from barbox.stock.rules import Policy


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


def take(tx: Transaction, wanted: Iterable[Taken]) -> None:
    """Take an order's products off the shelf. Raises InsufficientStock naming every product that does not suffice."""
    needed: dict[int, int] = {}
    names: dict[int, dict[str, str]] = {}
    for each in wanted:
        needed[each.product_id] = needed.get(each.product_id, 0) + each.quantity
        names[each.product_id] = each.names
    missing = []
    for product_id, quantity in needed.items():
        level = shelf.level(tx, product_id)
        if level is not None:
            after = _changed(tx, level, -quantity)
            if rules.short(after.on_hand, after.policy):
                missing.append(_shortage(level, quantity, names[product_id]))
    if missing:
        raise InsufficientStock(missing)


def put_back(tx: Transaction, product_id: int, quantity: int) -> None:
    """A void before it was made: the product is on the shelf again."""
    level = shelf.level(tx, product_id)
    if level is not None:
        _changed(tx, level, quantity)


def _changed(tx: Transaction, level: Level, quantity: int) -> Level:
    after = shelf.on_hand(level, level.on_hand + quantity)
    shelf.put(tx, after)
    if rules.crossed(level.on_hand, after.on_hand, level.low_at):
        tx.emit("stock.low", f"product:{level.product_id}", shelf.view(after), rooms=("floor", "office"))
    return after


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
    known = shelf.level(tx, product_id)
    level = Level(product_id, known.on_hand if known else 0, body.policy, _thousandths(body.low_at, "lowAt"))
    shelf.put(tx, level)
    tx.emit("stock.policy", f"product:{product_id}", body, state=shelf.view(level), rooms=("floor",))
    return LevelView(product_id, show_quantity(level.on_hand))


def _move(tx: Transaction, kind: str, change: StockChange, after: Callable[[int, int], int]) -> LevelsView:
    moved = []
    for index, item in enumerate(change.items):
        _known(tx, item.item_id)
        level = shelf.level(tx, item.item_id) or Level(item.item_id, 0, "refuse", 0)
        quantity = after(level.on_hand, _thousandths(item.quantity, f"items[{index}].quantity"))
        _changed(tx, level, quantity - level.on_hand)
        moved.append({"itemId": item.item_id, "before": level.on_hand, "after": quantity})
    tx.emit(kind, "stock", {"items": moved, "reason": change.reason}, rooms=("office",))
    return LevelsView([LevelView(m["itemId"], show_quantity(m["after"])) for m in moved])


def _shortage(before: Level, quantity: int, names: dict[str, str]) -> dict[str, Any]:
    return {
        "itemId": before.product_id,
        "name": next(iter(names.values())),
        "names": names,
        "requested": show_quantity(quantity),
        "left": max(0, show_quantity(before.on_hand)),
    }


def _thousandths(quantity: float, field: str) -> int:
    thousandths = parse_quantity(quantity)
    if thousandths is None:
        raise BadRequest("is finer than a thousandth", field)
    return thousandths


def _known(tx: Transaction, product_id: int) -> None:
    if product_id not in tx.cached(load_catalogue).products:
        raise NotFound("product", product_id)
