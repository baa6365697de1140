"""Business time and business days.

Business time never runs backwards: it starts at the latest of the journal's last time, this release's date and the
wall clock, and then runs on CLOCK_BOOTTIME, so that steps of the wall clock do not move it. A time that is trusted
steps it forward at once; where it is ahead of that, it runs at half speed until the two meet. Order of events is the
journal's sequence, never the time.
"""

import functools
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as dtime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

RELEASED = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)
"""This release's date in ms: no clock that shows less can be right."""

DAY_MS = 86_400_000
LONGEST_SLOW_MS = 12 * 3_600_000
"""Further ahead than this, the clock is not slowed until the owner says so: it would take more than a day."""
WORTH_CORRECTING_MS = 1000
CREDIBLE_MS = 3 * 365 * DAY_MS
"""A wall clock so far past the journal is a dead battery's: forward is mended in a moment, back never."""
CREDIBLE_AT_FIRST_MS = 15 * 365 * DAY_MS

Quality = Literal["guess", "unverified", "trusted", "ahead"]
"""guess: the wall clock cannot be right. unverified: it may be. ahead: by so much that the owner has to decide."""
Source = Literal["ntp", "tablets", "owner"]


def boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Correction(NamedTuple):
    """By how many ms business time was wrong (positive: it was behind), by whose word, and what it showed (ms)."""

    source: Source
    was: int
    now: int

    @property
    def behind(self) -> int:
        return self.now - self.was


class _Line(NamedTuple):
    """Time as a function of the time since boot: `base` + boot, at half speed from `knee` on until `ahead` is made up.

    One value, so that threads see the old line or the new one and nothing between.
    """

    base: int
    knee: int = 0
    ahead: int = 0


class Clock:
    """Business time in ms since the epoch, UTC; only ever forward."""

    def __init__(self, last: int = 0, *, wall: Callable[[], int] = wall_ms, boot: Callable[[], int] = boot_ms) -> None:
        self._boot = boot
        self._wall = wall
        self._last = 0
        self.quality: Quality = "unverified"
        self.source: Source | None = None
        self._start(last)

    def now(self) -> int:
        """The time of this moment in ms, never less than any time told before."""
        base, knee, ahead = self._line
        moment = base + self._boot()
        if ahead:
            run = moment - knee
            moment = knee + run // 2 if run < 2 * ahead else moment - ahead
        if moment > self._last:
            self._last = moment
        return self._last

    def not_before(self, moment: int) -> None:
        """Start after `moment`, as when the journal is found to end later than the wall clock shows."""
        if self._last == 0:
            self._start(moment)
        elif self.now() <= moment:
            self._line = _Line(moment + 1 - self._boot())
            self._last = moment + 1

    def believed(self, moment: int, source: Source) -> Correction | None:
        """Take a time from a source that is trusted; returns what was corrected, None where it was right to a second.

        Forward at once; up to 12 hours back by running slower; more than that only on the owner's word.
        """
        now = self.now()
        wrong = moment - self.believes()
        if wrong < -LONGEST_SLOW_MS and source != "owner":
            self.quality = "ahead"
            return None
        self.quality, self.source = "trusted", source
        if abs(wrong) < WORTH_CORRECTING_MS:
            return None
        boot = self._boot()
        self._line = _Line(moment - boot) if moment >= now else _Line(now - boot, now, now - moment)
        return Correction(source, moment - wrong, moment)

    @property
    def ahead(self) -> int:
        """By how many ms it still runs ahead of the time it believes."""
        return self.now() - self.believes()

    def believes(self) -> int:
        """What the time should be by all that is known; `now` may still be ahead of it."""
        base, _, ahead = self._line
        return base + self._boot() - ahead

    def _start(self, last: int) -> None:
        earliest = max(last + 1, RELEASED)
        latest = earliest + (CREDIBLE_MS if last else CREDIBLE_AT_FIRST_MS)
        wall = self._wall()
        credible = earliest <= wall <= latest
        self.quality = "unverified" if credible else "guess"
        self._line = _Line((wall if credible else earliest) - self._boot())


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


@functools.lru_cache(maxsize=64)
def show_day(day: int) -> str:
    """20261122 as "2026-11-22"."""
    return f"{day // 10_000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def parse_day(text: str) -> int:
    """ "2026-11-22" as 20261122. Raises ValueError."""
    return as_day(date.fromisoformat(text))


def as_date(day: int) -> date:
    """20261122 as a date."""
    return date(day // 10_000, day // 100 % 100, day % 100)


def as_day(day: date) -> int:
    """A date as 20261122."""
    return day.year * 10_000 + day.month * 100 + day.day


def days_after(day: int, days: int) -> int:
    """A day (YYYYMMDD) so many days later, or earlier."""
    return as_day(as_date(day) + timedelta(days))


def days_between(day: int, later: int) -> int:
    """How many days (YYYYMMDD) one is after another."""
    return (as_date(later) - as_date(day)).days
