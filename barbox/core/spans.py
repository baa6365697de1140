"""Business days as calls ask for them: "2026-11-22" to "2026-11-23", both included."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from barbox.core.clock import parse_day, show_day
from barbox.core.errors import BadRequest
from barbox.core.http import Call
from barbox.core.messages import View

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
MOST_DAYS = 3700


class Span(View):
    """Business days, both included; today by default."""

    first: Day | None = msgspec.field(name="from", default=None)
    last: Day | None = msgspec.field(name="to", default=None)


def span(call: Call, query: Span) -> tuple[int, int]:
    """The business days that are asked for (YYYYMMDD). Raises BadRequest for days that are none, or none between."""
    today = call.db.days.of(call.db.clock.now())
    first = day_of(query.first, "from") or today
    last = day_of(query.last, "to") or max(first, today)
    if last < first:
        raise BadRequest("is before `from`", "to")
    if (date.fromisoformat(show_day(last)) - date.fromisoformat(show_day(first))).days > MOST_DAYS:
        raise BadRequest(f"is more than {MOST_DAYS} days after `from`", "to")
    return first, last


def day_of(text: str | None, field: str) -> int:
    """A day as YYYYMMDD, 0 where none is named. Raises BadRequest."""
    if text is None:
        return 0
    try:
        day = parse_day(text)
    except ValueError:
        raise BadRequest("is not a day", field) from None
    if not 1970_00_00 < day < 9000_00_00:
        raise BadRequest("is not a day", field)
    return day
