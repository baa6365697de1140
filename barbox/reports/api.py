"""The reports' calls: figures of some business days, each with the orders behind it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from barbox.core.clock import days_after, show_day
from barbox.core.database import Snapshot
from barbox.core.http import SESSION, Call, Routes
from barbox.core.messages import View
from barbox.core.settings import Venue, read_venue
from barbox.core.spans import Day, Span, day_of, span
from barbox.reports import behind, deductions, engineering, morning, patterns, pour_cost, queries
from barbox.reports.behind import OrderBehind
from barbox.reports.deductions import DeductionView
from barbox.reports.engineering import MenuProduct
from barbox.reports.morning import MorningView
from barbox.reports.patterns import HappyHour, HeatCell
from barbox.reports.pour_cost import CostRow
from barbox.reports.queries import By, SalesRow, days_between

routes = Routes("reports")


class MorningQuery(View):
    """Of the last business day by default."""

    day: Day | None = None


class SalesQuery(Span):
    by: By = "day"


class OrdersQuery(Span):
    """`of` what, and its `key` as the report tells it (an hour, a product's number, "cash").

    Of a weekday's hour it is "4-21", of voids, comps and discounts nothing, a person's number, or that and the reason:
    "3:spilt". `before` is the cursor of the last order that is known.
    """

    of: behind.Of = "total"
    key: Annotated[str, Meta(max_length=240)] = ""
    before: Annotated[str, Meta(pattern=r"^\d{8}-\d{1,16}$")] = behind.NEWEST
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class _Spanned(View):
    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    currency: str


class SalesView(_Spanned):
    """`lastTime` is as many days before, on the same weekdays; `usually` the mean of the last four such spans."""

    by: By
    rows: list[SalesRow]
    total: SalesRow
    last_time: SalesRow
    usually: SalesRow


class HeatView(_Spanned):
    cells: list[HeatCell]


class DeductionsView(_Spanned):
    rows: list[DeductionView]


class HappyHoursView(_Spanned):
    rules: list[HappyHour]


class EngineeringView(_Spanned):
    """`costsKnown` of so many products: for the others nobody wrote down what they take, or what that costs."""

    products: list[MenuProduct]
    costs_known: int


class PourCostView(_Spanned):
    """A sale costs what its ingredients cost on the day they left the shelf.

    `since`: costs are known from that day on only, and so are these sums; null where all days asked for are counted.
    """

    since: str | None
    total: CostRow
    categories: list[CostRow]
    products: list[CostRow]


class OrdersView(_Spanned):
    orders: list[OrderBehind]


class MineView(_Spanned):
    """What somebody sold themselves, and the money they took."""

    sales: SalesRow
    money: list[SalesRow]


@routes.get("/api/reports/sales", "report.read")
async def sales(call: Call, query: SalesQuery) -> SalesView:
    """What was sold from one business day to another, by hour, day, product and so on."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        return await read_sales(snapshot, query.by, first, last, await read_venue(snapshot))


async def read_sales(snapshot: Snapshot, by: By, first: int, last: int, venue: Venue) -> SalesView:
    """Figures with what they are held against."""
    step = -(-days_between(first, last) // 7) * 7
    before = [
        await queries.total(snapshot, days_after(first, -step * n), days_after(last, -step * n)) for n in range(1, 5)
    ]
    return SalesView(
        first=show_day(first),
        last=show_day(last),
        by=by,
        currency=venue.currency,
        rows=await queries.by(snapshot, by, first, last, venue),
        total=await queries.total(snapshot, first, last),
        last_time=before[0],
        usually=queries.mean(before),
    )


@routes.get("/api/reports/heatmap", "report.read")
async def heatmap(call: Call, query: Span) -> HeatView:
    """When the bar is busy: weekday by hour."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        return HeatView(show_day(first), show_day(last), venue.currency, await patterns.heat(snapshot, first, last))


@routes.get("/api/reports/deductions", "report.read")
async def deducted(call: Call, query: Span) -> DeductionsView:
    """What was taken back, given away and taken off: by whom, and why."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        rows = await deductions.read(snapshot, first, last)
        return DeductionsView(show_day(first), show_day(last), venue.currency, rows)


@routes.get("/api/reports/happy-hours", "report.read")
async def happy_hours(call: Call, query: Span) -> HappyHoursView:
    """What each happy hour sold, gave and moved."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        rules = await patterns.happy_hours(snapshot, first, last)
        return HappyHoursView(show_day(first), show_day(last), venue.currency, rules)


@routes.get("/api/reports/menu", "report.read")
async def menu(call: Call, query: Span) -> EngineeringView:
    """Menu engineering: stars, ploughhorses, puzzles and dogs."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        products = await engineering.card(snapshot, first, last, venue)
        known = sum(each.cost is not None for each in products)
        return EngineeringView(show_day(first), show_day(last), venue.currency, products, known)


@routes.get("/api/reports/pour-cost", "report.read")
async def pour_costs(call: Call, query: Span) -> PourCostView:
    """What was sold, against what it took from the shelf: by category and product, the dearest share first."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        costs = await pour_cost.read(snapshot, first, last, venue)
    return PourCostView(
        show_day(first),
        show_day(last),
        venue.currency,
        pour_cost.since_shown(costs, first),
        costs.total,
        costs.categories,
        costs.products,
    )


@routes.get("/api/reports/orders", "report.read")
async def orders(call: Call, query: OrdersQuery) -> OrdersView:
    """The orders behind a figure, newest first."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        found = await behind.read(snapshot, query.of, query.key, first, last, query.before, query.limit)
        return OrdersView(show_day(first), show_day(last), venue.currency, found)


@routes.get("/api/reports/morning", "report.read")
async def morning_report(call: Call, query: MorningQuery) -> MorningView:
    """Yesterday and what today needs, or the same of another day."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        day = day_of(query.day, "day") or await morning.last_day(snapshot, today)
        return await morning.read(call.db, snapshot, day)


@routes.get("/api/reports/mine", SESSION)
async def mine(call: Call, query: Span) -> MineView:
    """What one sold oneself: no other's figures."""
    first, last = span(call, query)
    staff_id = call.actor.staff_id or 0
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        sold, money = await queries.of_person(snapshot, staff_id, first, last)
        return MineView(show_day(first), show_day(last), venue.currency, sold, money)
