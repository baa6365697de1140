"""A cook says "eight left": it counts down with the orders, and at none the product is 86, whatever the shelf has."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
import peewee
from msgspec import Meta

from barbox.core import names
from barbox.core.errors import InsufficientStock
from barbox.core.messages import Made
from barbox.core.money import THOUSANDTH, show_quantity
from barbox.core.transaction import Transaction
from barbox.menu import commands as menu
from barbox.stock.cookbook import Wanted
from barbox.stock.models import Countdown
from barbox.stock.queries import COUNTDOWNS, CountdownRow


class SetLeft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`left`: how many can still be sold; null ends the counting."""

    left: Annotated[int, Meta(ge=1, le=999)] | None = None


def load_left(tx: Transaction) -> dict[int, int]:
    """Use through `tx.cached(load_left)`: what is left of each product that is counted down, in thousandths."""
    return {row.product_id: row.remaining for row in tx.all(COUNTDOWNS, CountdownRow)}


def set_left(tx: Transaction, product_id: int, body: SetLeft) -> Made:
    """Begin to count down, or end it; either way the product is on the menu. Raises NotFound."""
    made = menu.set_available(tx, product_id, True)
    tx.run(Countdown.delete().where(Countdown.product_id == product_id))
    if body.left is not None:
        tx.run(Countdown.insert(product_id=product_id, remaining=body.left * THOUSANDTH))
    tx.invalidate(load_left)
    tx.emit("menu.left", f"product:{product_id}", body, rooms=("floor", "kitchen"))
    return made


def limited(tx: Transaction, product_id: int, state: dict[str, Any]) -> dict[str, Any]:
    """What is left of a product as screens are told it, with what a cook said of it."""
    left = tx.cached(load_left).get(product_id)
    if left is None:
        return state
    shown = show_quantity(left)
    shelf = state["onHand"]
    return state | {
        "onHand": shown if shelf is None else min(shown, shelf),
        "available": state["available"] and left > 0,
    }


def take(tx: Transaction, lines: Iterable[Wanted]) -> set[int]:
    """Count down by these lines; which products are fewer now. Raises InsufficientStock naming what is short."""
    counted = tx.cached(load_left)
    wanted = _wanted(counted, lines)
    short = [line for line, asked in wanted.values() if asked > counted[line.product_id]]
    if short:
        raise InsufficientStock([_short(line, wanted[line.product_id][1], counted) for line in short])
    return _change(tx, {product_id: -asked for product_id, (_, asked) in wanted.items()})


def put_back(tx: Transaction, lines: Iterable[Wanted]) -> set[int]:
    """What was never made can be sold again; which products are more now."""
    wanted = _wanted(tx.cached(load_left), lines)
    return _change(tx, {product_id: asked for product_id, (_, asked) in wanted.items()})


def _wanted(counted: Mapping[int, int], lines: Iterable[Wanted]) -> dict[int, tuple[Wanted, int]]:
    found: dict[int, tuple[Wanted, int]] = {}
    for line in lines:
        if line.product_id in counted:
            before = found.get(line.product_id, (line, 0))[1]
            found[line.product_id] = line, before + line.quantity
    return found


def _change(tx: Transaction, changes: Mapping[int, int]) -> set[int]:
    for product_id, quantity in changes.items():
        grown = Countdown.update(remaining=peewee.fn.MAX(0, Countdown.remaining + quantity))
        tx.run(grown.where(Countdown.product_id == product_id))
        tx.invalidate(load_left)
    return set(changes)


def _short(line: Wanted, asked: int, counted: Mapping[int, int]) -> dict[str, Any]:
    called = names.decode(line.names)
    return {
        "itemId": line.product_id,
        "name": next(iter(called.values())),
        "names": called,
        "requested": show_quantity(asked),
        "left": show_quantity(counted[line.product_id]),
    }
