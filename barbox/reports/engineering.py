"""Menu engineering: what is popular, and what earns. Stars, ploughhorses, puzzles and dogs.

A product is popular when it sells at least 70 % of what its category's products sell on average, and earns well when
its margin is at least its category's average margin, weighed by what was sold.
"""

from collections import defaultdict
from typing import Literal

import msgspec

from barbox.core import names
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.money import divide_half_up, included_tax
from barbox.core.settings import Venue
from barbox.core.statements import Statement
from barbox.reports.queries import BY_PRODUCT, CATEGORY_NAMES, UNKNOWN, Label, rows_of
from barbox.stock import queries as stock

Kind = Literal["star", "ploughhorse", "puzzle", "dog"]
POPULAR = 70
"""Percent of the category's average."""
_PRODUCTS = Statement(
    "SELECT p.id, p.names, p.category_id, t.rate FROM product p JOIN tax_rate t ON t.id = p.tax_rate_id", ()
)


class MenuProduct(View):
    """`price` is what one brought on average without tax, `cost` what one takes from the shelf now, by its recipe.

    `margin` = price - cost; without a recipe cost, margin and kind are null, and `popular` is all that is known.
    """

    product_id: int
    names: Label
    category_id: int
    category_names: Label
    quantity: float
    net: int
    price: int
    cost: int | None
    margin: int | None
    earned: int | None
    """Margin times quantity."""
    popular: bool
    kind: Kind | None


class _Sold(msgspec.Struct):
    product_id: int
    names: Label
    category_id: int
    quantity: int
    net: int
    cost: int | None

    @property
    def price(self) -> int:
        return divide_half_up(self.net * 1000, self.quantity) if self.quantity else 0

    @property
    def margin(self) -> int | None:
        return None if self.cost is None else self.price - self.cost


async def card(snapshot: Snapshot, first: int, last: int, venue: Venue) -> list[MenuProduct]:
    """All products that were sold, by what they earned."""
    products = {row[0]: row[1:] for row in await rows_of(snapshot, _PRODUCTS)}
    categories = {row[0]: names.decode(row[1]) for row in await rows_of(snapshot, CATEGORY_NAMES)}
    costs = await stock.product_costs(snapshot)
    by_category: defaultdict[int, list[_Sold]] = defaultdict(list)
    for product_id, quantity, _, amount, discount, _, _ in await rows_of(snapshot, BY_PRODUCT, first, last):
        if quantity <= 0 or product_id not in products:
            continue
        called, category_id, rate = products[product_id]
        net = amount - discount
        net -= included_tax(net, rate) if venue.tax_included else 0
        sold = _Sold(product_id, names.decode(called), category_id, quantity, net, costs.get(product_id))
        by_category[category_id].append(sold)
    card = [each for of, sold in by_category.items() for each in _judged(sold, categories.get(of, UNKNOWN))]
    return sorted(card, key=lambda each: (-(each.earned if each.earned is not None else each.net), each.product_id))


def _judged(sold: list[_Sold], category: Label) -> list[MenuProduct]:
    """The products of one category beside each other."""
    average = sum(each.quantity for each in sold) / len(sold)
    known = [(each.quantity, each.margin) for each in sold if each.margin is not None]
    quantity = sum(count for count, _ in known)
    usual = sum(count * margin for count, margin in known) / quantity if quantity else 0
    found = []
    for each in sold:
        popular = each.quantity * 100 >= average * POPULAR
        margin = each.margin
        kind: Kind | None = None
        if margin is not None:
            kind = _kind(popular=popular, earns=margin >= usual)
        found.append(
            MenuProduct(
                each.product_id,
                each.names,
                each.category_id,
                category,
                each.quantity / 1000,
                each.net,
                each.price,
                each.cost,
                margin,
                None if margin is None else divide_half_up(margin * each.quantity, 1000),
                popular,
                kind,
            )
        )
    return found


def _kind(*, popular: bool, earns: bool) -> Kind:
    if popular:
        return "star" if earns else "ploughhorse"
    return "puzzle" if earns else "dog"
