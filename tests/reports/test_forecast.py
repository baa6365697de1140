"""What the next days bring: weekdays, holidays and evenings without a guest; intervals that hold; bookings on top."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from barbox.core.settings import change_venue
from barbox.core.transaction import Transaction
from barbox.reports import forecast
from barbox.reports.forecast import Array, Forecaster, History
from barbox.reports.outlook import foresee, holidays_of, special_days
from tests.bar import Swan

MONDAY = date(2024, 1, 1)
EVENING = {18: 1.0, 19: 2.0, 20: 3.0, 21: 4.0, 22: 3.0, 23: 2.0, 0: 1.0, 1: 0.5}
WEEK = (0.0, 0.8, 0.9, 1.0, 1.7, 2.0, 0.7)
"""Closed on Mondays; Friday and Saturday are the week."""


def nights(count: int, *, busy: float = 1000.0, special: dict[date, float] | None = None) -> Array:
    """So many days of a bar that follows its weekdays to the letter."""
    values = np.zeros((count, 24))
    for index in range(count):
        day = MONDAY + timedelta(index)
        for hour, share in EVENING.items():
            values[index, hour] = busy * share * WEEK[day.weekday()] * (special or {}).get(day, 1.0)
    return values


def noisy(values: Array, seed: int, dispersion: float = 4.0) -> Array:
    """The same as guests are: few or many, at random."""
    chance = np.random.default_rng(seed)
    return chance.gamma(np.maximum(values, 1e-9) / dispersion, dispersion) * (values > 0)


def test_a_bar_that_follows_its_weekdays_is_foretold_to_the_hour() -> None:
    values = nights(120)
    known = Forecaster(History(MONDAY, values[:113]), {})
    for index in range(113, 120):
        day = MONDAY + timedelta(index)
        assert known.of(day) == pytest.approx(values[index], rel=0.05, abs=1)


def test_nobody_is_expected_on_the_evening_that_is_closed() -> None:
    known = Forecaster(History(MONDAY, nights(60)), {})
    assert known.of(date(2024, 3, 4)).sum() == 0


def test_new_year_is_known_from_the_last_ones() -> None:
    last, next_ = date(2024, 12, 31), date(2025, 12, 31)
    special = dict.fromkeys((MONDAY, last, next_), "eve")
    count = (date(2025, 12, 1) - MONDAY).days
    history = History(MONDAY, nights(count, special=dict.fromkeys((last, date(2024, 1, 1)), 3.0)))
    without, with_it = Forecaster(history, {}).of(next_).sum(), Forecaster(history, special).of(next_).sum()
    assert with_it > 1.2 * without


def test_eight_of_ten_hours_end_within_the_interval_and_the_forecast_beats_both_baselines() -> None:
    values = noisy(nights(280, busy=10.0), seed=7)
    history = History(MONDAY, values)
    tested = forecast.tested(history, {}, 16)
    score = forecast.score(tested.weeks(8, 16), forecast.doubt(tested.weeks(0, 8)))
    assert score.better
    assert score.mase < 1
    assert score.covered is not None
    assert 0.7 < score.covered < 0.9


def test_where_the_forecast_is_no_better_it_says_so_and_tells_the_four_weeks_mean() -> None:
    values = nights(140)
    values[-28:, 20] *= np.linspace(40, 0.01, 28)  # something that no calendar knows
    told = foresee(MONDAY, values.tolist(), {})
    assert told.accuracy is not None
    better = told.accuracy.error < min(told.accuracy.last_week, told.accuracy.four_weeks)
    assert (told.method == "forecast") is told.accuracy.better is better
    if not better:
        weekday = [values[-7 * back] for back in (1, 2, 3, 4)]
        assert told.values[0] == pytest.approx(np.mean(weekday, axis=0))


def test_of_three_weeks_nothing_is_said() -> None:
    told = foresee(MONDAY, nights(21).tolist(), {})
    assert (told.method, told.accuracy) == ("none", None)
    assert not any(itertools.chain.from_iterable(told.values))


def test_spring_festival_has_its_names_and_its_eve() -> None:
    known = holidays_of("CN", date(2026, 1, 1), date(2026, 12, 31))
    assert known[date(2026, 2, 17)] == {"en": "Chinese New Year (Spring Festival)", "zh": "春节"}
    assert special_days(known)[date(2026, 9, 30)] == "eve"
    assert holidays_of("", date(2026, 1, 1), date(2026, 2, 1)) == holidays_of("XX", MONDAY, MONDAY) == {}


def sold(tx: Transaction, first: date, values: list[list[float]]) -> None:
    """Roll-ups as the nights of `values` left them: four guests and two orders for each hundred."""
    rows = [
        (int(f"{first + timedelta(index):%Y%m%d}"), hour, round(value / 50), round(value / 25), round(value * 100))
        for index, day in enumerate(values)
        for hour, value in enumerate(day)
        if value
    ]
    connection = tx._direct()
    connection.executemany(
        "INSERT INTO sales_hour (business_day, hour, orders, covers, subtotal, discount, service, cover, tax, total,"
        " comped, refunded) VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, 0, ?5, 0, 0)",
        rows,
    )


async def test_the_owner_sees_the_next_fourteen_days_with_who_has_booked(quiet_swan: Swan) -> None:
    database = quiet_swan.database
    today = date.fromisoformat((await (await quiet_swan.sign_in("Max")).get("/api/reports/sales"))["to"])
    monday = today - timedelta(weeks=30) - timedelta(days=today.weekday())
    values = noisy(nights((today - monday).days), seed=3)
    await database.write(sold, monday, values.tolist())
    await database.write(change_venue, {"country": "CN"})
    max_ = await quiet_swan.sign_in("Max")
    first = await max_.get("/api/reports/forecast")
    assert first.status == 200, first.body
    assert (first["method"], first["historyDays"], len(first["days"])) == ("forecast", len(values) - 1, 14)
    assert first["salesAccuracy"]["better"]
    saturday = next(day for day in first["days"] if day["weekday"] == 6)
    closed = next(day for day in first["days"] if day["weekday"] == 1)
    assert (closed["sales"], closed["hours"], closed["peakHour"]) == (0, [], None)
    assert saturday["peakHour"] == 21
    assert saturday["salesLow"] < saturday["sales"] < saturday["salesHigh"]
    hours = [each["hour"] for each in saturday["hours"]]
    assert hours == sorted(hours, key=lambda hour: (hour - 6) % 24)
    assert first["peaks"][0]["hour"] == 21
    assert {peak["hour"] for peak in first["peaks"]} <= {20, 21, 22}
    party = {"name": "Li", "covers": 30, "minutes": 120, "startsAt": f"{closed['day']}T12:00:00Z"}
    assert (await max_.post("/api/reservations", party)).status == 201
    second = await max_.get("/api/reports/forecast")
    booked = next(day for day in second["days"] if day["day"] == closed["day"])
    assert (booked["booked"], booked["covers"], booked["hours"][0]["hour"]) == (30, 30, 20)
    assert booked["sales"] > 0


async def test_the_forecast_is_the_owners_not_the_waiters(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    assert (await wei.get("/api/reports/forecast"))["code"] == "permission"


async def test_a_bar_that_has_just_opened_is_told_its_bookings_and_no_figures(quiet_swan: Swan) -> None:
    told: Any = await (await quiet_swan.sign_in("Max")).get("/api/reports/forecast")
    assert (told["method"], told["salesAccuracy"], told["peaks"]) == ("none", None, [])
    assert datetime.now(UTC).year == int(told["days"][0]["day"][:4])
