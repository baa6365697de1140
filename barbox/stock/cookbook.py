"""All recipes in the writer's memory, and which products feel it when an item runs out."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from barbox.core.transaction import Transaction
from barbox.stock import queries, rules
from barbox.stock.queries import RecipeRow

MOST_KEPT = 4096
MOST_OLD = 16
_decode = msgspec.json.Decoder(list[rules.Chosen]).decode


class Wanted(Protocol):
    """A line of an order, as far as the shelf is concerned: `modifiers` and `names` are JSON as the line keeps them.

    `parent_id` is the line of the set menu it is a course of.
    """

    line_id: int
    parent_id: int | None
    product_id: int
    quantity: int
    names: str
    modifiers: str | None


class Users:
    """The mixed products that take an item; at `heed` or below, one of them may be short."""

    __slots__ = ("heed", "products")

    def __init__(self) -> None:
        self.heed = 0
        self.products: set[int] = set()


class Cookbook:
    """The recipes in force, for lines numbered from `since` on; `themselves` are products counted as they are sold."""

    def __init__(self, recipes: rules.Recipes, since: int) -> None:
        self.recipes = recipes
        self.since = since
        self.themselves: set[int] = set()
        self.users: dict[int, Users] = {}
        self._known: dict[tuple[int, str], rules.Needs] = {}
        self._older: dict[int, rules.Recipes] = {}
        for product_id in {*recipes.plain, *recipes.musts, *(product_id for product_id, _ in recipes.sized)}:
            self._enter(product_id)

    def _enter(self, product_id: int) -> None:
        choices = [needs for group in self.recipes.musts.get(product_id, ()) for needs in group]
        for needs in (*self.recipes.ways(product_id), *choices):
            if rules.itself(product_id, needs):
                self.themselves.add(product_id)
                continue
            for item_id, takes in needs:
                users = self.users.setdefault(item_id, Users())
                users.products.add(product_id)
                users.heed = max(users.heed, rules.share(takes, rules.FEW))

    def needs(self, tx: Transaction, line: Wanted) -> rules.Needs:
        """What one of a line takes, by the recipe that was in force when it was ordered."""
        if line.line_id < self.since:
            return self._then(tx, line.line_id).of(line.product_id, _decode(line.modifiers or "[]"))
        if line.modifiers is None:
            return self.recipes.plain.get(line.product_id, ())
        key = line.product_id, line.modifiers
        needs = self._known.get(key)
        if needs is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            needs = self._known[key] = self.recipes.of(line.product_id, _decode(line.modifiers))
        return needs

    def left(self, product_id: int, limit: Callable[[int], int | None]) -> int | None:
        """How many thousandths of a product can be made; None where nothing limits it."""
        ways = [
            rules.shown(product_id, needs, can)
            for needs in self.recipes.ways(product_id)
            if (can := rules.makeable(needs, limit)) is not None
        ]
        limits = [max(ways)] if ways else []
        for group in self.recipes.musts.get(product_id, ()):
            cans = [rules.makeable(needs, limit) for needs in group]
            if None not in cans:
                limits.append(rules.whole(max(can or 0 for can in cans)))
        return min(limits) if limits else None

    def _then(self, tx: Transaction, line_id: int) -> rules.Recipes:
        found = self._older.get(line_id)
        if found is None:
            if len(self._older) >= MOST_OLD:
                self._older.clear()
            rows = tx.all(queries.RECIPES_AT, RecipeRow, line=line_id)
            found = self._older[line_id] = queries.recipes(rows)
        return found


def load_cookbook(tx: Transaction) -> Cookbook:
    """Use through `tx.cached(load_cookbook)`; anew after each change of a recipe."""
    since = tx.all(queries.LAST_CHANGE, int)
    return Cookbook(queries.recipes(tx.all(queries.RECIPES, RecipeRow)), since[0])
