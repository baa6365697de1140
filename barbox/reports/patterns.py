"""When the bar is busy, and what a happy hour does."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.clock import show_day
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.money import divide_half_up
from barbox.core.statements import Statement
from barbox.reports.queries import PRODUCT_NAMES, UNKNOWN, Label, rows_of

_SPAN = ("first", "last")
_HOURS = Statement(
    "SELECT business_day, hour, orders, covers, total, refunded FROM sales_hour WHERE business_day BETWEEN ? AND ?",
    _SPAN,
)
_SOLD_BY = Statement(
    "SELECT product_id, rule_id, sum(quantity), sum(amount) FROM sales_product"
    " WHERE business_day BETWEEN ? AND ? GROUP BY 1, 2",
    _SPAN,
)
_DAYS_OF_RULE = Statement(
    "SELECT DISTINCT rule_id, business_day FROM sales_product WHERE business_day BETWEEN ? AND ? AND rule_id > 0", _SPAN
)
_RULES = Statement("SELECT id, names, weekdays, from_minute, until_minute FROM price_rule", ())
_PRICES = Statement("SELECT id, price FROM product", ())


class HeatCell(View):
    """An hour of a weekday (0 is Monday), over `days` such days on which the bar sold something; minor units."""

    weekday: int
    hour: int
    days: int
    orders: int
    covers: int
    total: int
    net: int


class RuleProduct(View):
    """A product sold by a happy hour; `regularAmount` is what the same cost otherwise in these days."""

    product_id: int
    names: Label
    quantity: float
    amount: int
    regular_amount: int


class HappyHour(View):
    """What was sold by a rule, and what was given for it: `given` = regularAmount - amount.

    `hoursShare` is the part of a day's sales made in the rule's hours on the days it was used, `otherShare` the same
    hours' part on all other days, both in basis points; null where there is no such day.
    """

    rule_id: int
    names: Label
    days: int
    quantity: float
    amount: int
    regular_amount: int
    given: int
    hours_share: int | None
    other_share: int | None
    products: list[RuleProduct]


class _Rule(msgspec.Struct):
    id: int
    names: str
    weekdays: int
    from_minute: int
    until_minute: int

    def holds_in(self, hour: int) -> bool:
        """Whether it holds in the middle of an hour on the wall."""
        minute = hour * 60 + 30
        if self.from_minute < self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


async def heat(snapshot: Snapshot, first: int, last: int) -> list[HeatCell]:
    """Weekday by hour, Monday first."""
    sums: dict[tuple[int, int], list[int]] = {}
    weekdays: dict[int, int] = {}
    for day, hour, orders, covers, total, refunded in await rows_of(snapshot, _HOURS, first, last):
        weekday = weekdays.get(day)
        if weekday is None:
            weekday = weekdays[day] = date(day // 10_000, day // 100 % 100, day % 100).weekday()
        cell = sums.get((weekday, hour))
        if cell is None:
            cell = sums[weekday, hour] = [0, 0, 0, 0]
        cell[0] += orders
        cell[1] += covers
        cell[2] += total
        cell[3] += total - refunded
    days = [0] * 7
    for weekday in weekdays.values():
        days[weekday] += 1
    return [HeatCell(weekday, hour, days[weekday], *cell) for (weekday, hour), cell in sorted(sums.items())]


async def happy_hours(snapshot: Snapshot, first: int, last: int) -> list[HappyHour]:
    """What each happy hour sold, gave and moved."""
    sold = await rows_of(snapshot, _SOLD_BY, first, last)
    if not any(rule_id for _, rule_id, _, _ in sold):
        return []
    called = {row[0]: names.decode(row[1]) for row in await rows_of(snapshot, PRODUCT_NAMES)}
    regular = _regular_prices(sold, dict(await rows_of(snapshot, _PRICES)))
    rules = {row[0]: _Rule(*row) for row in await rows_of(snapshot, _RULES)}
    used: dict[int, set[int]] = {}
    for rule_id, day in await rows_of(snapshot, _DAYS_OF_RULE, first, last):
        used.setdefault(rule_id, set()).add(day)
    hours = await rows_of(snapshot, _HOURS, first, last)
    found = []
    for rule_id, days in sorted(used.items()):
        products = [
            RuleProduct(
                product_id,
                called.get(product_id, UNKNOWN),
                quantity / 1000,
                amount,
                divide_half_up(regular[product_id] * quantity, 1_000_000),
            )
            for product_id, by, quantity, amount in sold
            if by == rule_id
        ]
        products.sort(key=lambda each: -each.amount)
        rule = rules.get(rule_id)
        amount, usual = sum(each.amount for each in products), sum(each.regular_amount for each in products)
        found.append(
            HappyHour(
                rule_id,
                names.decode(rule.names) if rule else UNKNOWN,
                len(days),
                sum(each.quantity for each in products),
                amount,
                usual,
                usual - amount,
                _share(hours, rule, days, used=True) if rule else None,
                _share(hours, rule, days, used=False) if rule else None,
                products,
            )
        )
    return found


def _regular_prices(sold: Iterable[tuple[Any, ...]], menu: dict[int, int]) -> dict[int, int]:
    """What one costs without a happy hour, in thousandths: as it was sold in these days, else by today's menu."""
    prices = {product_id: price * 1000 for product_id, price in menu.items()}
    for product_id, rule_id, quantity, amount in sold:
        prices.setdefault(product_id, 0)
        if not rule_id and quantity > 0:
            prices[product_id] = divide_half_up(amount * 1_000_000, quantity)
    return prices


def _share(hours: Iterable[tuple[Any, ...]], rule: _Rule, days: set[int], *, used: bool) -> int | None:
    within = whole = 0
    for day, hour, _, _, total, _ in hours:
        if (day in days) is used:
            whole += total
            within += total if rule.holds_in(hour) else 0
    return divide_half_up(within * 10_000, whole) if whole else None


def weekday_of(day: int) -> int:
    """0 is Monday."""
    return date.fromisoformat(show_day(day)).weekday()
