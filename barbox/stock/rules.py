"""Quantities, costs and recipes. Pure.

Quantities are thousandths of an item's unit, costs millionths of the minor unit for one unit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from barbox.core.money import THOUSANDTH, divide_half_up, show_quantity
from barbox.menu.rules import Modifier, Product

Policy = Literal["refuse", "warn", "allow"]
ItemKind = Literal["drink", "food", "premix", "packaging", "other"]
Unit = Literal["ml", "g", "piece"]
MoveKind = Literal[
    "sale",
    "void_back",
    "comp",
    "staff",
    "waste",
    "receive",
    "count",
    "adjust",
    "transfer",
    "production",
    "deposit_out",
    "deposit_in",
]
CONSUMED: tuple[MoveKind, ...] = ("sale", "void_back", "comp", "staff", "waste")
"""Moves that are consumption, by reason."""

FIRST_ITEM = 1_000_001
"""Below stand the items that are a product as it is sold: they have its number."""
FEW = 20 * THOUSANDTH
"""From here down screens are told how many of a mixed product can still be made."""
MILLIONTHS = 1_000_000

Needs = tuple[tuple[int, int], ...]
"""(item, what one of it takes)."""


class Chosen(msgspec.Struct, rename="camel"):
    """A modifier as a line keeps it; `takes` thousandths of product `item_id`, or, as a size, of the line's own."""

    id: int
    takes: int = 0
    item_id: int | None = None


class Brew(msgspec.Struct, frozen=True):
    """How a premix is made: its lines make `yields` of it."""

    yields: int
    needs: Needs


class Recipes(msgspec.Struct, frozen=True):
    """All recipes in force at one moment."""

    plain: dict[int, Needs] = {}
    sized: dict[tuple[int, int], Needs] = {}
    """Of a product in a size, instead of its own."""
    choice: dict[tuple[int, int], Needs] = {}
    """Of a choice on a product, beside its own: another gin in this very drink."""
    extra: dict[int, Needs] = {}
    """Of a modifier, on whatever it is chosen for."""
    made: dict[int, Brew] = {}
    musts: dict[int, list[list[Needs]]] = {}
    """Of a product: for each choice that must be made, what each way of making it takes."""

    def of(self, product_id: int, chosen: Iterable[Chosen]) -> Needs:
        """What one of a product takes with what was chosen for it."""
        own = self.plain.get(product_id, ())
        wanted: dict[int, int] = {}
        for each in chosen:
            own = self.sized.get((product_id, each.id), own)
            if each.takes and each.item_id is None:
                own = tuple((item_id, share(takes, each.takes)) for item_id, takes in own)
            for item_id, takes in self.choice.get((product_id, each.id)) or self.extra.get(each.id, ()):
                wanted[item_id] = wanted.get(item_id, 0) + takes
            if each.takes and each.item_id is not None:
                for item_id, takes in self.plain.get(each.item_id, ()):
                    wanted[item_id] = wanted.get(item_id, 0) + share(takes, each.takes)
        for item_id, takes in own:
            wanted[item_id] = wanted.get(item_id, 0) + takes
        return tuple(wanted.items())

    def ways(self, product_id: int) -> Sequence[Needs]:
        """What one takes, for each size where it is sold in sizes only."""
        if product_id in self.plain:
            return (self.plain[product_id],)
        return [needs for (product, _), needs in self.sized.items() if product == product_id]

    def items(self) -> Iterator[int]:
        """Every item that some recipe takes."""
        for needs in chain(self.plain.values(), self.sized.values(), self.choice.values(), self.extra.values()):
            yield from (item_id for item_id, _ in needs)
        for brew in self.made.values():
            yield from (item_id for item_id, _ in brew.needs)


def share(takes: int, quantity: int) -> int:
    """What `quantity` (thousandths) take where one takes `takes`."""
    return (takes * quantity + 500) // THOUSANDTH


def with_loss(quantity: int, loss: int) -> int:
    """What leaves the shelf for a quantity when `loss` per mille is lost on the way."""
    return (quantity * (1000 + loss) + 500) // 1000


def makeable(needs: Needs, left: Callable[[int], int | None]) -> int | None:
    """How many thousandths can be made of what is `left` of each item; None where nothing limits it."""
    limits = [there * THOUSANDTH // takes for item_id, takes in needs if (there := left(item_id)) is not None]
    return max(0, min(limits)) if limits else None


def itself(product_id: int, needs: Needs) -> bool:
    """Whether a product is counted as it is sold: then a part of one may be left."""
    return needs == ((product_id, THOUSANDTH),)


def shown(product_id: int, needs: Needs, thousandths: int) -> int:
    """What is left of a product as people are told: whole ones of what is mixed."""
    return thousandths if itself(product_id, needs) else whole(thousandths)


def whole(thousandths: int) -> int:
    """Whole ones of it."""
    return thousandths // THOUSANDTH * THOUSANDTH


def crossed(before: int, after: int, low_at: int) -> bool:
    """Whether a level has just fallen to its reorder point."""
    return after <= low_at < before


def worth(quantity: int, cost: int) -> int:
    """What a quantity is worth, in millionths of the minor unit."""
    return (quantity * cost + 500) // THOUSANDTH


def cost_of(amount: int, quantity: int) -> int:
    """The cost of one unit where `quantity` cost `amount` minor units."""
    return divide_half_up(amount * MILLIONTHS * THOUSANDTH, quantity)


def average(on_hand: int, cost: int, added: int, added_cost: int) -> int:
    """The moving average after `added` came in at `added_cost`."""
    if on_hand <= 0:
        return added_cost
    return divide_half_up(on_hand * cost + added * added_cost, on_hand + added)


def average_without(left: int, cost: int, taken: int, taken_cost: int) -> int | None:
    """The moving average of what is `left` had `taken` never come in at `taken_cost`; None where nothing tells it."""
    value = (left + taken) * cost - taken * taken_cost
    return divide_half_up(value, left) if left > 0 and value > 0 else None


def recipe_cost(needs: Needs, costs: Mapping[int, int]) -> int:
    """What one costs, in millionths of the minor unit."""
    return sum(worth(takes, costs.get(item_id, 0)) for item_id, takes in needs)


class Must(NamedTuple):
    """What must be chosen with a product adds to its cost (millionths of the minor unit) and price (minor units)."""

    cost: int
    price: int


def must_choose(
    recipes: Recipes, product: Product, size: int | None, costs: Mapping[int, int]
) -> tuple[Must, Must] | None:
    """The cheapest and the dearest that can be chosen where a choice must be made; None where none must.

    `size` is the modifier of the size it is for, `costs` those of items.
    """

    def spent(chosen: Sequence[Modifier]) -> int:
        numbers = [Chosen(size)] if size is not None else []
        numbers += [Chosen(each.id, each.takes, each.product_id) for each in chosen]
        return recipe_cost(recipes.of(product.id, numbers), costs)

    alone, low, high = spent(()), Must(0, 0), Must(0, 0)
    groups = [each for each in product.groups if each.kind == "choice" and each.minimum and each.modifiers]
    for group in groups:
        ways = sorted(Must(spent([each]) - alone, each.price) for each in group.modifiers)
        low, high = (
            Must(so_far.cost + sum(way.cost for way in picked), so_far.price + sum(way.price for way in picked))
            for so_far, picked in ((low, ways[: group.minimum]), (high, ways[-group.minimum :]))
        )
    return (low, high) if groups else None


def by_weight(weight: int, tare: int, full_weight: int, full_quantity: int) -> int:
    """What is in an open bottle that weighs `weight` (thousandths of a gram), to whole units: scales tell no more."""
    if full_weight <= tare:
        return 0
    return divide_half_up((weight - tare) * full_quantity, (full_weight - tare) * THOUSANDTH) * THOUSANDTH


def in_minor(millionths: int) -> int:
    """An amount in whole minor units, rounded half up."""
    return divide_half_up(millionths, MILLIONTHS)


def show_cost(millionths: int) -> float:
    """A cost in minor units as people read it, to a thousandth of the minor unit."""
    return show_quantity(divide_half_up(millionths, MILLIONTHS // THOUSANDTH))


def parse_cost(cost: float) -> int:
    """A cost in minor units, as sent, in millionths."""
    return int((Decimal(str(cost)) * MILLIONTHS).to_integral_value(ROUND_HALF_UP))


def pour_cost(cost: int, net: int) -> int:
    """A cost's (millionths) share of a price without tax (minor units), in basis points."""
    return divide_half_up(cost * 10_000, net * MILLIONTHS)


def rests(on_hand: int, quantities: Sequence[int]) -> list[int]:
    """What is probably left of batches, the last to expire first: what expires first is used first."""
    left, found = max(0, on_hand), []
    for quantity in quantities:
        found.append(min(left, quantity))
        left -= found[-1]
    return found
