"""Business time and business days.

Business time never runs backwards: it starts at the latest of the journal's last time, this release's date and the
wall clock, and then runs on CLOCK_BOOTTIME, so that steps of the wall clock do not move it. Order of events is the
journal's sequence, never the time.
"""

import functools
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as dtime
from zoneinfo import ZoneInfo

RELEASED = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)
"""This release's date in ms: no clock that shows less can be right."""

DAY_MS = 86_400_000


def boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Clock:
    """Business time in ms since the epoch, UTC; only ever forward."""

    def __init__(self, last: int = 0, *, wall: Callable[[], int] = wall_ms, boot: Callable[[], int] = boot_ms) -> None:
        self._boot = boot
        self._last = last
        self._base = max(last + 1, RELEASED, wall()) - boot()

    def now(self) -> int:
        """The time of this moment in ms, never less than any time told before."""
        self._last = max(self._last, self._base + self._boot())
        return self._last

    def not_before(self, moment: int) -> None:
        """Start after `moment`, as when the journal is found to end later than the wall clock shows."""
        if self.now() <= moment:
            self._base += moment + 1 - self._last
            self._last = moment + 1

    def trusted(self, moment: int) -> int:
        """Step forward to a time from a source that is believed; returns by how many ms it moved (never back)."""
        step = max(0, moment - self.now())
        self._base += step
        return step


class BusinessDays:
    """Which day a sale belongs to: the venue's local date, changing at `cutoff` minutes past midnight."""

    def __init__(self, timezone: str, cutoff: int) -> None:
        self._zone = ZoneInfo(timezone)
        self._cutoff = timedelta(minutes=cutoff)
        self._span = (0, 0, 0)

    def of(self, moment: int) -> int:
        """The business day of a moment (ms) as YYYYMMDD."""
        begin, end, number = self._span
        if not begin <= moment < end:
            day = (self.local(moment).replace(tzinfo=None) - self._cutoff).date()
            # Where clocks are turned at the cut-off's own hour, the wall alone would tell a day twice.
            day += timedelta(days=(moment >= self._start(day + timedelta(days=1))) - (moment < self._start(day)))
            number = day.year * 10_000 + day.month * 100 + day.day
            self._span = (self._start(day), self._start(day + timedelta(days=1)), number)
        return number

    def began(self, moment: int) -> int:
        """When (ms) the business day of a moment began."""
        self.of(moment)
        return self._span[0]

    def local(self, moment: int) -> datetime:
        """The moment on the venue's wall."""
        return datetime.fromtimestamp(moment / 1000, self._zone)

    def _start(self, day: date) -> int:
        begin = datetime.combine(day, dtime.min) + self._cutoff
        return int(begin.replace(tzinfo=self._zone).timestamp() * 1000)


@functools.lru_cache(maxsize=1024)
def rfc3339(moment: int) -> str:
    """A moment (ms) as the API writes it: "2026-11-22T19:00:00.123Z". All lines of a round share one."""
    seconds, ms = divmod(moment, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{ms:03d}Z"


def show_day(day: int) -> str:
    """20261122 as "2026-11-22"."""
    return f"{day // 10_000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def parse_day(text: str) -> int:
    """ "2026-11-22" as 20261122. Raises ValueError."""
    day = date.fromisoformat(text)
    return day.year * 10_000 + day.month * 100 + day.day
