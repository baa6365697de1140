"""The outlook's call: the next days with their bookings, peaks, and how many people they take."""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import msgspec
from aiohttp import web

from barbox.core.clock import BusinessDays, as_date, as_day, days_after
from barbox.core.database import Snapshot
from barbox.core.http import Call, Routes
from barbox.core.messages import View
from barbox.core.settings import read_venue
from barbox.core.statements import Statement, freeze
from barbox.reports.models import SalesStaff
from barbox.reports.outlook import AHEAD_DAYS, RECENT_DAYS, Accuracy, Foresight, Method, Outlook
from barbox.reservations.models import Reservation
from barbox.reservations.rules import HOLDS_TABLES
from barbox.staff.models import Staff

routes = Routes("reports")
FORESIGHT = web.AppKey("FORESIGHT", Foresight)

R, S = Reservation, SalesStaff
PEAKS = 5
QUIET = 0.02
"""Hours with less than this share of their day are not told: the bar is closed, or as good as."""
BUSY = 0.6
"""How many orders one person manages is seen in hours with at least this share of the busiest."""
MOST_PEOPLE_NAMED = 8

_BOOKED = freeze(
    lambda p: R.select(R.business_day, R.starts_at, R.covers).where(
        R.status.in_([*HOLDS_TABLES, "done"]) & (R.business_day >= p.first) & (R.business_day <= p.last)
    )
)
_PEOPLE_PER_HOUR = Statement(
    "SELECT business_day, hour, count(DISTINCT staff_id), count(*) FROM orders"
    " WHERE business_day BETWEEN ? AND ? AND status <> 'void' AND staff_id IS NOT NULL GROUP BY 1, 2",
    ("first", "last"),
)
_WORKED = freeze(
    lambda p: (
        S.select(S.business_day, S.staff_id, Staff.name, S.orders)
        .join(Staff, on=(Staff.id == S.staff_id))
        .where((S.business_day >= p.first) & (S.business_day <= p.last) & (S.orders > 0) & (Staff.hidden == 0))
    )
)


class _Booking(msgspec.Struct):
    business_day: int
    starts_at: int
    covers: int


class _Busy(msgspec.Struct):
    business_day: int
    hour: int
    people: int
    orders: int


class _Worked(msgspec.Struct):
    business_day: int
    staff_id: int
    name: str
    orders: int


class HourAhead(View):
    """An hour by the clock; eight of ten such hours should end between `low` and `high` (minor units, covers).

    `people` is how many it takes to serve it, by what one person served in busy hours.
    """

    hour: int
    sales: int
    sales_low: int
    sales_high: int
    covers: float
    covers_low: float
    covers_high: float
    booked: int
    people: int


class DayAhead(View):
    """A business day: its hours with business, the busiest of them, who usually works on this weekday."""

    day: str
    weekday: int
    holiday: dict[str, str] | None
    sales: int
    sales_low: int
    sales_high: int
    covers: float
    booked: int
    usually_booked: float
    peak_hour: int | None
    people: int
    usual_people: list[str]
    hours: list[HourAhead]


class Peak(View):
    day: str
    hour: int
    sales: int
    covers: float


class OutlookView(View):
    """`method` "none": too little history, only bookings and holidays are known."""

    method: Method
    currency: str
    history_days: int
    days: list[DayAhead]
    peaks: list[Peak]
    sales_accuracy: Accuracy | None
    covers_accuracy: Accuracy | None
    orders_per_person: float | None


class Booked(NamedTuple):
    """Covers that have booked, by day and hour, and how many usually book, by weekday and hour."""

    covers: Mapping[tuple[int, int], int]
    usually: Mapping[tuple[int, int], float]

    def beyond(self, day: int, hour: int) -> float:
        """How many more have booked than usually do: the forecast does not know of them."""
        usual = self.usually.get((as_date(day).weekday(), hour), 0.0)
        return max(0.0, self.covers.get((day, hour), 0) - usual)


class People(NamedTuple):
    """Orders an hour that one person manages, None where nobody knows, and who usually works on which weekday."""

    orders_each: float | None
    usual: Mapping[int, list[str]]

    def needed(self, orders: float) -> int:
        if orders <= 0 or not self.orders_each:
            return 0
        return max(1, math.ceil(orders / self.orders_each - 0.1))


@routes.get("/api/reports/forecast", "report.read")
async def forecast(call: Call) -> OutlookView:
    """Sales and covers an hour for the next fourteen days with bookings and holidays, and how far off it has been."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        outlook = await call.request.app[FORESIGHT].outlook(snapshot, today, venue.country)
        booked = await read_booked(snapshot, call.db.days, today)
        people = await read_people(snapshot, today)
    begins = venue.cutoff // 60
    clock = [(begins + hour) % 24 for hour in range(24)]
    days = [_day(outlook, index, clock, booked, people) for index in range(AHEAD_DAYS)]
    hours = [(each.sales, each.covers, day.day, each.hour) for day in days for each in day.hours]
    peaks = sorted((each for each in hours if each[0]), reverse=True)[:PEAKS]
    return OutlookView(
        method=outlook.sales.method,
        currency=venue.currency,
        history_days=outlook.history_days,
        days=days,
        peaks=[Peak(day, hour, sales, covers) for sales, covers, day, hour in peaks],
        sales_accuracy=outlook.sales.accuracy,
        covers_accuracy=outlook.covers.accuracy,
        orders_per_person=people.orders_each,
    )


async def read_booked(snapshot: Snapshot, days: BusinessDays, today: int) -> Booked:
    """Bookings of the next days, and of as many weeks before as tell what is usual."""
    span = {"first": days_after(today, -RECENT_DAYS), "last": days_after(today, AHEAD_DAYS - 1)}
    covers, before = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for row in await snapshot.all(_BOOKED, _Booking, **span):
        hour = days.local(row.starts_at).hour
        if row.business_day >= today:
            covers[row.business_day, hour] += row.covers
        else:
            before[as_date(row.business_day).weekday(), hour] += row.covers
    return Booked(covers, {key: each / (RECENT_DAYS / 7) for key, each in before.items()})


async def read_people(snapshot: Snapshot, today: int) -> People:
    """What one person manages in busy hours, and who worked on which weekdays, over the last weeks."""
    span = {"first": days_after(today, -RECENT_DAYS), "last": days_after(today, -1)}
    hours = await snapshot.all(_PEOPLE_PER_HOUR, _Busy, **span)
    busiest = max((each.orders for each in hours), default=0)
    managed = [each.orders / each.people for each in hours if each.orders >= BUSY * busiest]
    worked: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for each in await snapshot.all(_WORKED, _Worked, **span):
        worked[as_date(each.business_day).weekday()][each.name] += each.orders
    usual = {day: [name for name, _ in names.most_common(MOST_PEOPLE_NAMED)] for day, names in worked.items()}
    return People(round(statistics.median(managed), 1) if managed else None, usual)


def _day(outlook: Outlook, index: int, clock: list[int], booked: Booked, people: People) -> DayAhead:
    date = outlook.today + timedelta(index)
    day = as_day(date)
    hours = [_hour(outlook, index, hour, booked, people) for hour in clock]
    extra_covers = sum(booked.beyond(day, hour) for hour in clock)
    extra_sales = extra_covers * _spend(outlook)
    sales, low, high = (round(each + extra_sales) for each in outlook.sales.days[index])
    told = [each for each in hours if each.sales > QUIET * sales or each.booked]
    peak = max(told, key=lambda each: each.sales, default=None)
    return DayAhead(
        day=date.isoformat(),
        weekday=date.isoweekday(),
        holiday=outlook.holidays.get(date),
        sales=sales,
        sales_low=low,
        sales_high=high,
        covers=round(outlook.covers.days[index][0] + extra_covers, 1),
        booked=sum(each.booked for each in hours),
        usually_booked=round(sum(n for (weekday, _), n in booked.usually.items() if weekday == date.weekday()), 1),
        peak_hour=peak.hour if peak and peak.sales else None,
        people=max((each.people for each in told), default=0),
        usual_people=people.usual.get(date.weekday(), []),
        hours=told,
    )


def _hour(outlook: Outlook, index: int, hour: int, booked: Booked, people: People) -> HourAhead:
    day = as_day(outlook.today + timedelta(index))
    sales, covers, orders = outlook.sales, outlook.covers, outlook.orders.values[index][hour]
    extra = booked.beyond(day, hour)
    worth = extra * _spend(outlook)
    if covers.values[index][hour] > 0:
        orders *= 1 + extra / covers.values[index][hour]
    return HourAhead(
        hour=hour,
        sales=round(sales.values[index][hour] + worth),
        sales_low=round(sales.low[index][hour] + worth),
        sales_high=round(sales.high[index][hour] + worth),
        covers=round(covers.values[index][hour] + extra, 1),
        covers_low=round(covers.low[index][hour] + extra, 1),
        covers_high=round(covers.high[index][hour] + extra, 1),
        booked=booked.covers.get((day, hour), 0),
        people=people.needed(orders),
    )


def _spend(outlook: Outlook) -> float:
    """What a cover is expected to spend, in minor units."""
    covers = sum(each[0] for each in outlook.covers.days)
    return sum(each[0] for each in outlook.sales.days) / covers if covers else 0.0
