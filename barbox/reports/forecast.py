"""What the next days will bring, hour by hour: a level, a weekday, a season, holidays, and each weekday's own shape.

A day's total is a log-linear sum of weekday, holiday and (with more than a year of history) season, fitted by ridge
regression; the level of the last weeks is what that leaves over, exponentially weighted. The hours share the total as
they did on the last days of the same weekday, drawn a little towards the whole week's. numpy alone: it has wheels for
small boxes, and the libraries that know more of time series bring a compiler or two.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOURS = 24
WEEK = 7
FEWEST_DAYS = 28
"""Less history than this says nothing of weekdays."""
TESTED_WEEKS = 8
LEARNED_WEEKS = 8
"""Weeks before the tested ones, from whose misses the intervals are made."""
LEVEL_HALF_LIFE, SHAPE_HALF_LIFE, WEEKDAY_HALF_LIFE, HISTORY_HALF_LIFE = 28.0, 42.0, 42.0, 365.0
SHAPE_PRIOR, WEEKDAY_PRIOR = 4.0, 10.0
RIDGE_WEEKDAY, RIDGE_SPECIAL, RIDGE_SEASON = 0.5, 1.0, 3.0
"""How many days' worth of doubt each of them has to overcome."""
SEASON_FROM_DAYS = 380
OUTLIER = 3.0
"""A day further off than this many typical deviations counts as if it were just that far."""

Special = Mapping[date, str]
"""Days unlike others, by kind: "holiday", "eve"."""


@dataclass(frozen=True, slots=True)
class History:
    """A value for each hour (by the clock, 0 to 23) of each business day, without gaps from `first` on."""

    first: date
    values: Array

    def until(self, days: int) -> "History":
        """The first so many days of it."""
        return History(self.first, self.values[:days])

    def day(self, index: int) -> date:
        return self.first + timedelta(index)


class Forecaster:
    """Fitted to a history; raises ValueError for one that is shorter than FEWEST_DAYS or never sold anything."""

    def __init__(self, history: History, special: Special) -> None:
        values = history.values
        count, totals = len(values), values.sum(axis=1)
        opened = totals > 0
        if count < FEWEST_DAYS or not opened.any():
            raise ValueError(f"{count} days of history, {FEWEST_DAYS} with sales are needed")
        days = [history.day(index) for index in range(count)]
        self._special = special
        self._kinds = sorted({special[day] for day in days if day in special})
        self._season = count >= SEASON_FROM_DAYS
        weekdays = np.array([day.weekday() for day in days])
        self._closed = _closed(weekdays, opened)
        left_over = self._fit_days(days, totals, opened)
        self._level, self._weekday_level = _recent(left_over, weekdays, opened)
        self._shape = _shapes(values, totals, weekdays, opened)

    def of(self, day: date) -> Array:
        """What the hours of a day will bring."""
        weekday = day.weekday()
        if self._closed[weekday]:
            return np.zeros(HOURS)
        log_total = self._base + self._features(day) @ self._weights + self._level + self._weekday_level[weekday]
        shares: Array = self._shape[weekday]
        return math.exp(log_total) * shares

    def _fit_days(self, days: Sequence[date], totals: Array, opened: NDArray[np.bool_]) -> Array:
        logs = np.log(np.where(opened, totals, 1.0))
        trust = _fading(len(days), HISTORY_HALF_LIFE) * opened
        self._base = float(np.average(logs, weights=trust))
        features = np.array([self._features(day) for day in days])
        doubt = np.full(features.shape[1], RIDGE_SEASON)
        doubt[: WEEK + len(self._kinds)] = RIDGE_SPECIAL
        doubt[:WEEK] = RIDGE_WEEKDAY
        weighted = features * trust[:, None]
        self._weights = np.linalg.solve(features.T @ weighted + np.diag(doubt), weighted.T @ (logs - self._base))
        left_over = logs - self._base - features @ self._weights
        typical = 1.4826 * float(np.median(np.abs(left_over[opened]))) + 1e-9
        clipped: Array = np.clip(left_over, -OUTLIER * typical, OUTLIER * typical)
        return clipped

    def _features(self, day: date) -> Array:
        kinds = self._special.get(day)
        turn = 2 * math.pi * day.timetuple().tm_yday / 365.25
        season = [math.sin(turn), math.cos(turn), math.sin(2 * turn), math.cos(2 * turn)] if self._season else []
        weekday = [float(day.weekday() == each) for each in range(WEEK)]
        return np.array([*weekday, *(float(kinds == each) for each in self._kinds), *season])


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far off forecasts were: the deviation at `value` is sqrt(small * value + large * value ** 2)."""

    small: float
    large: float
    low: float
    high: float
    """The tenth and the ninetieth of a hundred misses, in deviations."""

    def around(self, values: Array) -> tuple[Array, Array]:
        """Between what eight of ten outcomes should lie."""
        deviation = np.sqrt(self.small * values + self.large * values**2)
        return np.maximum(values + self.low * deviation, 0.0), values + self.high * deviation


@dataclass(frozen=True, slots=True)
class Tested:
    """Forecasts of weeks that are past, each made with what was known when it began, beside what came and baselines.

    `last_week` is the same hour a week before, `four_weeks` the mean of the four weeks before; one row a day.
    """

    forecast: Array
    came: Array
    last_week: Array
    four_weeks: Array

    def weeks(self, first: int, last: int) -> "Tested":
        """Some of its weeks."""
        days = slice(first * WEEK, last * WEEK)
        return Tested(self.forecast[days], self.came[days], self.last_week[days], self.four_weeks[days])

    def by_four_weeks(self) -> "Tested":
        """The same with the mean of four weeks as the forecast."""
        return Tested(self.four_weeks, self.came, self.last_week, self.four_weeks)

    def by_day(self) -> "Tested":
        """The same for whole days: one value a row."""
        whole = (
            each.sum(axis=1, keepdims=True) for each in (self.forecast, self.came, self.last_week, self.four_weeks)
        )
        return Tested(*whole)


@dataclass(frozen=True, slots=True)
class Score:
    """Mean absolute errors an hour, of the forecast and of two baselines; `mase` is by the same hour last week.

    `covered` is the share of hours that came within the interval, which promises 0.8; None with too little history.
    """

    error: float
    last_week: float
    four_weeks: float
    covered: float | None

    @property
    def mase(self) -> float:
        """Mean absolute scaled error: below 1 is better than to say "as last week"."""
        return self.error / max(self.last_week, 1e-9)

    @property
    def better(self) -> bool:
        """Whether it was nearer than both baselines: else nobody needs it."""
        return self.error < min(self.last_week, self.four_weeks)


def tested(history: History, special: Special, weeks: int) -> Tested:
    """Forecast the last `weeks` weeks of a history, each from what was known before it."""
    count = len(history.values)
    forecast, came, last_week, four_weeks = list[Array](), list[Array](), list[Array](), list[Array]()
    for begin in range(count - WEEK * weeks, count, WEEK):
        known = Forecaster(history.until(begin), special)
        for index in range(begin, begin + WEEK):
            forecast.append(known.of(history.day(index)))
            came.append(history.values[index])
            last_week.append(history.values[index - WEEK])
            four_weeks.append(history.values[[index - WEEK * back for back in (1, 2, 3, 4)]].mean(axis=0))
    return Tested(*(np.array(each) for each in (forecast, came, last_week, four_weeks)))


def weeks_to_test(history: History) -> int:
    """How many weeks can be foretold from what was before them, at most those tested and those learned from."""
    return max(0, min(TESTED_WEEKS + LEARNED_WEEKS, (len(history.values) - FEWEST_DAYS) // WEEK))


def doubt(tested: Tested) -> Doubt:
    """What misses say of the next ones."""
    values, misses = tested.forecast.ravel(), (tested.came - tested.forecast).ravel()
    awake = values > 1e-6 * max(float(values.max(initial=0.0)), 1e-9)
    values, misses = values[awake], misses[awake]
    if len(values) < WEEK:
        return Doubt(0.0, 1.0, -1.3, 1.3)
    terms = np.stack([np.ones_like(values), values], axis=1)
    small, large = np.linalg.lstsq(terms, misses**2 / values, rcond=None)[0]
    small = max(float(small), 1e-6)
    large = max(float(large), 0.0)
    scaled = misses / np.sqrt(small * values + large * values**2)
    low, high = np.quantile(scaled, [0.1, 0.9])
    return Doubt(small, large, float(low), float(high))


def score(tested: Tested, learned: Doubt | None) -> Score:
    """How good forecasts were; `learned` from earlier weeks is held to its promise on these."""

    def error(guess: Array) -> float:
        return float(np.abs(guess - tested.came).mean())

    covered = None
    if learned is not None:
        low, high = learned.around(tested.forecast)
        awake = (tested.forecast > 0) | (tested.came > 0)
        covered = float(((low <= tested.came) & (tested.came <= high))[awake].mean())
    return Score(error(tested.forecast), error(tested.last_week), error(tested.four_weeks), covered)


def _fading(count: int, half_life: float) -> Array:
    ages = np.arange(count - 1, -1, -1, dtype=np.float64)
    weights: Array = 0.5 ** (ages / half_life)
    return weights


def _closed(weekdays: NDArray[np.int_], opened: NDArray[np.bool_]) -> list[bool]:
    """Weekdays on which the bar lately did not open."""
    recent = _fading(len(weekdays), WEEK * 4.0)
    share = [float((recent * opened)[weekdays == each].sum() / recent[weekdays == each].sum()) for each in range(WEEK)]
    return [each < 0.5 for each in share]


def _recent(left_over: Array, weekdays: NDArray[np.int_], opened: NDArray[np.bool_]) -> tuple[float, Array]:
    """How much better or worse it goes lately than the long run says: for all days, and for each weekday."""
    trust = _fading(len(left_over), LEVEL_HALF_LIFE) * opened
    level = float(np.average(left_over, weights=trust))
    trust = _fading(len(left_over), WEEKDAY_HALF_LIFE) * opened
    of_weekday = [
        float((trust * (left_over - level))[weekdays == each].sum() / (trust[weekdays == each].sum() + WEEKDAY_PRIOR))
        for each in range(WEEK)
    ]
    return level, np.array(of_weekday)


def _shapes(values: Array, totals: Array, weekdays: NDArray[np.int_], opened: NDArray[np.bool_]) -> Array:
    """Each weekday's hours as shares of the day."""
    shares = values / np.where(opened, totals, 1.0)[:, None]
    trust = (_fading(len(values), SHAPE_HALF_LIFE) * opened)[:, None]
    week = (trust * shares).sum(axis=0) / trust.sum()
    own = [
        ((trust * shares)[weekdays == each].sum(axis=0) + SHAPE_PRIOR * week)
        / (trust[weekdays == each].sum() + SHAPE_PRIOR)
        for each in range(WEEK)
    ]
    return np.array(own)
