"""Pour cost: what sold products took from the shelf, against what they brought without tax.

A sale costs what its ingredients cost on the day they left the shelf, as the stock's ledger has it: a later delivery
does not change the past. What is given away costs too, but is no part of a sale.
"""

from collections.abc import Iterable

import msgspec

from barbox.core import names
from barbox.core.clock import show_day
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.money import included_tax
from barbox.core.settings import Venue
from barbox.core.statements import Statement
from barbox.reports.queries import BY_PRODUCT, CATEGORY_NAMES, UNKNOWN, Label, rows_of
from barbox.stock import rules

_PRODUCTS = Statement(
    "SELECT p.id, p.names, p.category_id, t.rate FROM product p JOIN tax_rate t ON t.id = p.tax_rate_id", ()
)
_SPENT = Statement(
    "SELECT product_id, sum(CASE WHEN kind IN ('sale', 'void_back') THEN spent ELSE 0 END), max(kind = 'sale'),"
    " sum(CASE WHEN kind IN ('comp', 'staff') THEN spent ELSE 0 END)"
    " FROM cost_day WHERE business_day BETWEEN ? AND ? GROUP BY 1",
    ("first", "last"),
)
_SINCE = Statement("SELECT min(business_day) FROM cost_day", ())


class CostRow(View):
    """What a product, or a category's products, brought and cost, in minor units; `key` is its number.

    `net` is less discounts and without tax, `cost` what it took (null where nobody wrote that down, or what it costs),
    `pourCost` the cost's share of `net` in basis points, `margin` = net - cost, `given` the cost of what was on the
    house or staff drinks. Of a category, cost, share and margin are of its products whose cost is known, and
    `unknown` is what the others brought.
    """

    key: int
    names: Label
    category_id: int
    quantity: float
    net: int
    cost: int | None
    pour_cost: int | None
    margin: int | None
    given: int
    unknown: int


class PourCosts(msgspec.Struct):
    """`since` is the first day whose costs are known by product: what was sold before it is left out."""

    since: int | None
    total: CostRow
    categories: list[CostRow]
    products: list[CostRow]


class _Sold(msgspec.Struct):
    product_id: int
    names: Label
    category_id: int
    quantity: int
    net: int
    spent: int | None
    given: int


async def read(snapshot: Snapshot, first: int, last: int, venue: Venue) -> PourCosts:
    """The pour costs of some business days (YYYYMMDD, both included), the dearest share first."""
    since = (await rows_of(snapshot, _SINCE))[0][0]
    sold = await _sold(snapshot, max(first, since or 0), last, venue) if since else []
    categories = {row[0]: names.decode(row[1]) for row in await rows_of(snapshot, CATEGORY_NAMES)}
    of_category: dict[int, list[_Sold]] = {}
    for each in sold:
        of_category.setdefault(each.category_id, []).append(each)
    return PourCosts(
        since,
        _sum(0, {}, 0, sold),
        _dearest(_sum(number, categories.get(number, UNKNOWN), number, of) for number, of in of_category.items()),
        _dearest(_sum(each.product_id, each.names, each.category_id, [each]) for each in sold),
    )


def since_shown(costs: PourCosts, first: int) -> str | None:
    """The first day that is counted, where days before it were asked for."""
    return show_day(costs.since) if costs.since and costs.since > first else None


async def _sold(snapshot: Snapshot, first: int, last: int, venue: Venue) -> list[_Sold]:
    brought = {row[0]: row[1:] for row in await rows_of(snapshot, BY_PRODUCT, first, last)}
    spent = {row[0]: row[1:] for row in await rows_of(snapshot, _SPENT, first, last)}
    found = []
    for product_id, called, category_id, rate in await rows_of(snapshot, _PRODUCTS):
        quantity, _, amount, discount, _, _ = brought.get(product_id, (0,) * 6)
        cost, sales, given = spent.get(product_id, (0, 0, 0))
        if not (quantity or cost or given):
            continue
        net = amount - discount
        net -= included_tax(net, rate) if venue.tax_included else 0
        known = cost if sales and cost > 0 else 0 if not quantity else None
        found.append(_Sold(product_id, names.decode(called), category_id, quantity, net, known, given))
    return found


def _sum(key: int, called: Label, category_id: int, sold: list[_Sold]) -> CostRow:
    known = [each for each in sold if each.spent is not None]
    net, known_net = sum(each.net for each in sold), sum(each.net for each in known)
    spent = sum(each.spent or 0 for each in known)
    cost = rules.in_minor(spent)
    return CostRow(
        key,
        called,
        category_id,
        sum(each.quantity for each in sold) / 1000,
        net,
        cost if known else None,
        rules.pour_cost(spent, known_net) if known and known_net > 0 else None,
        known_net - cost if known else None,
        rules.in_minor(sum(each.given for each in sold)),
        net - known_net,
    )


def _dearest(rows: Iterable[CostRow]) -> list[CostRow]:
    return sorted(rows, key=lambda row: (-1 if row.pour_cost is None else row.pour_cost, row.net), reverse=True)
