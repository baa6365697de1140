"""What the next days will bring: fitted once a day to complete business days, with the country's holidays.

Where the forecast was no nearer than the mean of four weeks, that mean is told instead, and that it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from barbox.core.clock import as_date, days_after
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.statements import freeze
from barbox.reports.models import SalesHour

if TYPE_CHECKING:
    from barbox.reports import forecast

H = SalesHour
AHEAD_DAYS = 14
RECENT_DAYS = 56
HISTORY_DAYS = 3 * 366
WEEKS = 4
MOST_CHANGE = 4
"""No day is told to stock as more than so many times the usual, or less than that part of it."""
Method = Literal["forecast", "four_weeks", "none"]

_SERIES = freeze(
    lambda p: (
        H.select(H.business_day, H.hour, H.total, H.covers, H.orders)
        .where((H.business_day >= p.first) & (H.business_day <= p.last))
        .order_by(H.business_day)
    )
)


class Accuracy(View):
    """Mean absolute error an hour over the last weeks, each foretold from what was known before it.

    `mase` is the error by that of "as in the same hour last week"; `covered` which share of the hours ended within
    the interval that promises 0.8; `better` whether it beat both baselines: else the four weeks' mean is shown.
    """

    weeks: int
    error: float
    last_week: float
    four_weeks: float
    mase: float
    covered: float | None
    better: bool


class HourRow(msgspec.Struct):
    business_day: int
    hour: int
    total: int
    covers: int
    orders: int


class Foreseen(msgspec.Struct, frozen=True):
    """One quantity's next days: a row a day, a value an hour, and between what eight of ten should end."""

    method: Method
    values: list[list[float]]
    low: list[list[float]]
    high: list[list[float]]
    days: list[tuple[float, float, float]]
    """Each day's value and interval: of a day's hours not all go wrong the same way."""
    accuracy: Accuracy | None


Holidays = dict[date, dict[str, str]]


class Outlook(NamedTuple):
    """The days from today on; `history_days` complete ones are known."""

    today: date
    history_days: int
    sales: Foreseen
    covers: Foreseen
    orders: Foreseen
    holidays: Holidays


class Series(msgspec.Struct, frozen=True):
    """Complete business days from `first` on, 24 hours each."""

    first: date
    sales: list[list[float]]
    covers: list[list[float]]
    orders: list[list[float]]


class Foresight:
    """Keeps the day's outlook: it is fitted once and asked often."""

    def __init__(self) -> None:
        self._known: tuple[int, str, Outlook] | None = None
        self._fitting = asyncio.Lock()

    async def outlook(self, snapshot: Snapshot, today: int, country: str) -> Outlook:
        """Sales, covers and orders of the days from `today` (YYYYMMDD) on."""
        async with self._fitting:
            if self._known is None or self._known[:2] != (today, country):
                series = await read_series(snapshot, today)
                self._known = (today, country, await asyncio.to_thread(_foresee, series, as_date(today), country))
            return self._known[2]


async def read_series(snapshot: Snapshot, today: int) -> Series:
    """What was sold in each hour of the complete business days, from the first that sold anything."""
    rows = await snapshot.all(_SERIES, HourRow, first=days_after(today, -HISTORY_DAYS), last=days_after(today, -1))
    return series_of(rows, as_date(today))


async def recent_days(snapshot: Snapshot, today: int) -> dict[date, int]:
    """What was sold on each day of the last four weeks."""
    found: dict[date, int] = {}
    for row in await snapshot.all(_SERIES, HourRow, first=days_after(today, -WEEKS * 7), last=days_after(today, -1)):
        day = as_date(row.business_day)
        found[day] = found.get(day, 0) + row.total
    return found


def demand(outlook: Outlook, sold: Mapping[date, int]) -> dict[int, int]:
    """The next days (YYYYMMDD) per mille of what such weekdays sold in the last four weeks; none without forecast."""
    if outlook.sales.method == "none":
        return {}
    found = {}
    for index, (value, _, _) in enumerate(outlook.sales.days):
        day = outlook.today + timedelta(index)
        backs = [outlook.today + timedelta(index % 7 - 7 * week) for week in range(1, WEEKS + 1)]
        usual = sum(sold.get(back, 0) for back in backs) / WEEKS
        if usual > 0:
            factor = min(max(value / usual, 1 / MOST_CHANGE), MOST_CHANGE)
            found[int(f"{day:%Y%m%d}")] = round(1000 * factor)
    return found


def series_of(rows: Sequence[HourRow], today: date) -> Series:
    """Rows by day and hour as series without gaps that end yesterday."""
    first = as_date(rows[0].business_day) if rows else today
    count = (today - first).days
    series = Series(first, *([[0.0] * 24 for _ in range(count)] for _ in range(3)))
    for row in rows:
        index = (as_date(row.business_day) - first).days
        series.sales[index][row.hour] += row.total
        series.covers[index][row.hour] += row.covers
        series.orders[index][row.hour] += row.orders
    return series


def _foresee(series: Series, today: date, country: str) -> Outlook:
    holidays = holidays_of(country, series.first, today + timedelta(AHEAD_DAYS + 1))
    special = special_days(holidays)
    sales, covers, orders = (
        foresee(series.first, values, special) for values in (series.sales, series.covers, series.orders)
    )
    return Outlook(today, len(series.sales), sales, covers, orders, holidays)


def foresee(first: date, values: list[list[float]], special: Mapping[date, str], ahead: int = AHEAD_DAYS) -> Foreseen:
    """A history's next days, told by whatever was nearest in the last weeks. Imports numpy: not on the event loop."""
    import numpy as np

    from barbox.reports import forecast

    history = forecast.History(first, np.array(values, dtype=np.float64).reshape(-1, forecast.HOURS))
    weeks = forecast.weeks_to_test(history)
    count = len(values)
    if weeks < 2 or not history.values[-RECENT_DAYS:].any():
        nothing = [[0.0] * forecast.HOURS for _ in range(ahead)]
        return Foreseen("none", nothing, nothing, nothing, [(0.0, 0.0, 0.0)] * ahead, None)
    tested = forecast.tested(history, special, weeks)
    half = weeks // 2
    learned = forecast.doubt(tested.weeks(0, half))
    score = forecast.score(tested.weeks(half, weeks), learned)
    if score.better:
        known = forecast.Forecaster(history, special)
        rows = np.array([known.of(history.day(count + each)) for each in range(ahead)])
    else:
        tested = tested.by_four_weeks()
        backs = [[count - 7 * back + each % 7 for back in (1, 2, 3, 4)] for each in range(ahead)]
        rows = history.values[backs].mean(axis=1)
    low, high = forecast.doubt(tested).around(rows)
    totals = rows.sum(axis=1)
    lowest, highest = forecast.doubt(tested.by_day()).around(totals)
    return Foreseen(
        method="forecast" if score.better else "four_weeks",
        values=rows.tolist(),
        low=low.tolist(),
        high=high.tolist(),
        days=list(zip(totals.tolist(), lowest.tolist(), highest.tolist(), strict=True)),
        accuracy=_accuracy(score, weeks - half),
    )


def holidays_of(country: str, first: date, last: date) -> Holidays:
    """A country's public holidays, named in both languages; none for no country or one that is not known."""
    if not country:
        return {}
    import holidays

    if country not in holidays.list_supported_countries():
        return {}
    years = range(first.year, last.year + 1)
    called: dict[str, Mapping[date, str]] = {}
    for ours, theirs in (("en", "en_US"), ("zh", "zh_CN")):
        known = holidays.list_localized_countries().get(country, [])
        language = theirs if theirs in known else "en_US" if "en_US" in known else None
        called[ours] = dict(holidays.country_holidays(country, years=years, language=language))
    return {day: {"en": name, "zh": called["zh"].get(day, name)} for day, name in called["en"].items()}


def special_days(holidays: Mapping[date, Any]) -> dict[date, str]:
    """Holidays and the evenings before them."""
    eves = {day - timedelta(1): "eve" for day in holidays}
    return eves | dict.fromkeys(holidays, "holiday")


def _accuracy(score: "forecast.Score", weeks: int) -> Accuracy:
    return Accuracy(
        weeks, score.error, score.last_week, score.four_weeks, score.mase, score.covered, better=score.better
    )
