"""The reports' calls: figures of some business days."""

from typing import Annotated

import msgspec
from msgspec import Meta

from barbox.core.clock import parse_day, show_day
from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.messages import View
from barbox.core.settings import read_venue
from barbox.reports import queries
from barbox.reports.queries import By, SalesRow, days_between, shifted

routes = Routes("reports")

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
MOST_DAYS = 3700


class Span(View):
    """Business days, both included; today by default."""

    first: Day | None = msgspec.field(name="from", default=None)
    last: Day | None = msgspec.field(name="to", default=None)


class SalesQuery(Span):
    by: By = "day"


class SalesView(View):
    """`lastTime` is the same many days before, on the same weekdays; `usually` the mean of the last four such spans."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    by: By
    currency: str
    rows: list[SalesRow]
    total: SalesRow
    last_time: SalesRow
    usually: SalesRow


@routes.get("/api/reports/sales", "report.read")
async def sales(call: Call, query: SalesQuery) -> SalesView:
    """What was sold from one business day to another, by hour, day, product and so on."""
    first, last = span(call, query)
    step = -(-days_between(first, last) // 7) * 7
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        before = [
            await queries.total(snapshot, shifted(first, -step * n), shifted(last, -step * n)) for n in range(1, 5)
        ]
        return SalesView(
            first=show_day(first),
            last=show_day(last),
            by=query.by,
            currency=venue.currency,
            rows=await queries.by(snapshot, query.by, first, last, venue),
            total=await queries.total(snapshot, first, last),
            last_time=before[0],
            usually=queries.mean(before),
        )


def span(call: Call, query: Span) -> tuple[int, int]:
    """The business days that are asked for (YYYYMMDD). Raises BadRequest for days that are none, or none between."""
    today = call.db.days.of(call.db.clock.now())
    first = _day(query.first, "from") or today
    last = _day(query.last, "to") or max(first, today)
    if last < first:
        raise BadRequest("is before `from`", "to")
    if days_between(first, last) > MOST_DAYS:
        raise BadRequest(f"is more than {MOST_DAYS} days after `from`", "to")
    return first, last


def _day(text: str | None, field: str) -> int:
    if text is None:
        return 0
    try:
        return parse_day(text)
    except ValueError:
        raise BadRequest("is not a day", field) from None
