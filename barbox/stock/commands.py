"""What an order takes off the shelf, and what goes back on it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from barbox.core import names
from barbox.core.errors import InsufficientStock
from barbox.core.money import show_quantity
from barbox.core.transaction import Transaction
from barbox.stock import countdown, rules, shelf
from barbox.stock.batches import BatchRow as BatchRow
from barbox.stock.batches import open_batches as open_batches
from barbox.stock.cookbook import Cookbook, Wanted, load_cookbook
from barbox.stock.countdown import SetLeft as SetLeft
from barbox.stock.countdown import set_left as set_left
from barbox.stock.items import EditItem as EditItem
from barbox.stock.items import EditLocation as EditLocation
from barbox.stock.items import EditPack as EditPack
from barbox.stock.items import hide_item as hide_item
from barbox.stock.items import hide_location as hide_location
from barbox.stock.items import save_item as save_item
from barbox.stock.items import save_location as save_location
from barbox.stock.moves import Deposit as Deposit
from barbox.stock.moves import Production as Production
from barbox.stock.moves import StockChange as StockChange
from barbox.stock.moves import StockItem as StockItem
from barbox.stock.moves import StockPolicy as StockPolicy
from barbox.stock.moves import StockTransfer as StockTransfer
from barbox.stock.moves import adjust as adjust
from barbox.stock.moves import count as count
from barbox.stock.moves import deposit as deposit
from barbox.stock.moves import produce as produce
from barbox.stock.moves import receive as receive
from barbox.stock.moves import set_policy as set_policy
from barbox.stock.moves import transfer as transfer
from barbox.stock.moves import waste as waste
from barbox.stock.recipes import EditRecipe as EditRecipe
from barbox.stock.recipes import Ingredient as Ingredient
from barbox.stock.recipes import RecipeOf as RecipeOf
from barbox.stock.recipes import drop_recipe as drop_recipe
from barbox.stock.recipes import save_recipe as save_recipe
from barbox.stock.shelf import Change, Item, Shelf, load_shelf


def take(tx: Transaction, order_id: int, lines: Iterable[Wanted], *, among: Iterable[Wanted] = ()) -> None:
    """Take what these lines are made of off the shelf. `among` are earlier lines, with the sets these are courses of.

    Raises InsufficientStock naming every product that cannot be made, and what of it lacks.
    """
    lines = list(lines)
    cookbook = tx.cached(load_cookbook)
    for product_id in countdown.take(tx, lines):
        shelf.tell_product(tx, product_id)
    needed, costs = _needed(tx, cookbook, lines, among)
    if not needed:
        return
    there = tx.cached(load_shelf)
    changes: list[Change] = []
    lacking, warned = [], []
    for item_id, quantity in needed.items():
        item = there.items[item_id]
        place = item.row.location_id
        if item.places.get(place, 0) >= quantity:
            changes.append((item, place, -quantity))
            continue
        if item.on_hand < quantity:
            if item.row.policy == "refuse":
                lacking.append(item_id)
            elif item.row.policy == "warn":
                warned.append(item)
        changes += shelf.fetched(item, quantity)
    if lacking:
        raise InsufficientStock(_shortages(tx, cookbook, there, lines, set(lacking)))
    shelf.book(tx, "sale", changes, order_id=order_id)
    shelf.spend(tx, "sale", costs)
    for item in warned:
        tx.announce("stock.short", shelf.subject(item.row.id), shelf.view(item), rooms=("floor", "office"))


def put_back(
    tx: Transaction,
    order_id: int,
    lines: Iterable[Wanted],
    booked: rules.MoveKind = "sale",
    *,
    among: Iterable[Wanted] = (),
) -> None:
    """Lines that were never made: what they took is on the shelf again. `booked` is what they were consumed as.

    `among` are the order's lines, with the set menus that these may be courses of.
    """
    lines = list(lines)
    for product_id in countdown.put_back(tx, lines):
        shelf.tell_product(tx, product_id)
    kind: rules.MoveKind = "void_back" if booked == "sale" else booked
    changes, costs = _at_home(tx, lines, among)
    shelf.book(tx, kind, changes, order_id=order_id)
    shelf.spend(tx, kind, {product_id: -spent for product_id, spent in costs.items()})


def rebook(
    tx: Transaction,
    order_id: int,
    lines: Iterable[Wanted],
    kind: rules.MoveKind,
    reason: str,
    *,
    among: Iterable[Wanted] = (),
) -> None:
    """What lines took was no sale: it was given away, drunk by staff, or thrown away. `among` as in `put_back`."""
    changes, costs = _at_home(tx, lines, among)
    shelf.rebook(tx, kind, changes, order_id=order_id, reason=reason)
    shelf.spend(tx, "sale", {product_id: -spent for product_id, spent in costs.items()})
    shelf.spend(tx, kind, costs)


def _needed(
    tx: Transaction, cookbook: Cookbook, lines: Sequence[Wanted], among: Iterable[Wanted] = ()
) -> tuple[dict[int, int], dict[int, int]]:
    """What lines take of each item, and what that costs by product: a course's by its set menu."""
    items = tx.cached(load_shelf).items
    needed: dict[int, int] = {}
    costs: dict[int, int] = {}
    sets: dict[int, int] | None = None
    for line in lines:
        quantity, product_id, spent = line.quantity, line.product_id, 0
        for item_id, takes in cookbook.needs(tx, line):
            much = (takes * quantity + 500) // 1000
            needed[item_id] = needed.get(item_id, 0) + much
            spent += rules.worth(much, items[item_id].row.cost)
        if spent:
            if line.parent_id is not None:
                sets = {each.line_id: each.product_id for each in (*lines, *among)} if sets is None else sets
                product_id = sets.get(line.parent_id, product_id)
            costs[product_id] = costs.get(product_id, 0) + spent
    return needed, costs


def _at_home(tx: Transaction, lines: Iterable[Wanted], among: Iterable[Wanted]) -> tuple[list[Change], dict[int, int]]:
    items = tx.cached(load_shelf).items
    needed, costs = _needed(tx, tx.cached(load_cookbook), list(lines), among)
    return [(items[item_id], items[item_id].row.location_id, quantity) for item_id, quantity in needed.items()], costs


def _shortages(
    tx: Transaction, cookbook: Cookbook, there: Shelf, lines: Iterable[Wanted], lacking: set[int]
) -> list[dict[str, Any]]:
    """Each product that cannot be made as often as asked, how often it can, and what lacks."""
    asked: dict[tuple[int, str | None], tuple[Wanted, int]] = {}
    for line in lines:
        before = asked.get((line.product_id, line.modifiers))
        asked[line.product_id, line.modifiers] = line, line.quantity + (before[1] if before else 0)
    found: dict[int, dict[str, Any]] = {}
    for line, quantity in asked.values():
        needs = cookbook.needs(tx, line)
        short = {item_id: takes for item_id, takes in needs if item_id in lacking}
        if short:
            one = _shortage(there, line, quantity, needs, short)
            known = found.setdefault(line.product_id, one)
            if known is not one:
                known["requested"] += one["requested"]
                known["left"] = min(known["left"], one["left"])
    return list(found.values())


def _shortage(
    there: Shelf, line: Wanted, quantity: int, needs: rules.Needs, short: Mapping[int, int]
) -> dict[str, Any]:
    called = names.decode(line.names)
    can = rules.makeable(needs, there.limit) or 0
    told = {
        "itemId": line.product_id,
        "name": next(iter(called.values())),
        "names": called,
        "requested": show_quantity(quantity),
        "left": show_quantity(rules.shown(line.product_id, needs, can)),
    }
    if line.product_id in short:
        return told
    return told | {"lacks": [_lack(there.items[each], takes, quantity) for each, takes in short.items()]}


def _lack(item: Item, takes: int, quantity: int) -> dict[str, Any]:
    called = names.decode(item.row.names)
    return {
        "itemId": item.row.id,
        "name": next(iter(called.values())),
        "names": called,
        "unit": item.row.unit,
        "requested": show_quantity(rules.share(takes, quantity)),
        "left": max(0, show_quantity(item.on_hand)),
    }
