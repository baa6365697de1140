"""What the files of a live copy are called, how they follow one another, and which may go. Pure.

`barbox-live-g1-3fa91c02-base-12-…` is a copy of the database just before log 12 of that line, and
`barbox-live-g1-3fa91c02-log-12-0-4152-…` are bytes 0 to 4152 of that log. Every name carries the chain before and
after: a segment follows where the chain before it is the one after what came earlier, so one that is missing is
noticed. `…-head.json`, written after each segment, tells how far the line went: so the last one is missed too.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

DAYS = 30
"""Any moment of the last 30 days that the bar was open can be restored."""
LATEST_BASES = 2
CHAIN = 16
"""How many digits the chain has."""

_BASE = re.compile(
    r"barbox-live-g(\d{1,6})-([0-9a-f]{8})-base-(\d{1,9})-(\d{13})-s(\d{4})-k([0-9A-F]{8})-([0-9a-f]{16})\.db\.zst\.age"
)
_SEGMENT = re.compile(
    r"barbox-live-g(\d{1,6})-([0-9a-f]{8})-log-(\d{1,9})-(\d{1,12})-(\d{1,12})-(\d{13})-([0-9a-f]{16})-([0-9a-f]{16})\.zst\.age"
)
_HEAD = re.compile(r"barbox-live-g(\d{1,6})-([0-9a-f]{8})-head\.json")


class Base(NamedTuple):
    """A copy of the database before log `no`; `at` in ms; `chain` before it; `key`: the slip that opens it."""

    generation: int
    line: str
    no: int
    at: int
    schema: int
    key: str
    chain: str

    def __str__(self) -> str:
        return (
            f"barbox-live-g{self.generation}-{self.line}-base-{self.no}-{self.at:013d}-s{self.schema:04d}-k{self.key}"
            f"-{self.chain}.db.zst.age"
        )


class Segment(NamedTuple):
    """Bytes `start` to `end` of log `no`, all committed not after `at`; the chain `before` and `after` them."""

    generation: int
    line: str
    no: int
    start: int
    end: int
    at: int
    before: str
    after: str

    def __str__(self) -> str:
        return (
            f"barbox-live-g{self.generation}-{self.line}-log-{self.no}-{self.start}-{self.end}-{self.at:013d}"
            f"-{self.before}-{self.after}.zst.age"
        )


class Head(msgspec.Struct, frozen=True, rename="camel"):
    """How far a line was shipped: the last log, its bytes, the chain after them, and when (ms).

    `seq`: the journal's length then; `orders` are those of `day`, the last business day that had any.
    """

    no: int
    end: int
    after: str
    at: int
    seq: int = 0
    day: int = 0
    orders: int = 0


class Place(NamedTuple):
    """A place in a line: so many bytes of log `no`, the chain up to there."""

    no: int
    end: int
    chain: str


class Line(NamedTuple):
    """All there is of one line at a target."""

    generation: int
    line: str
    bases: list[Base]
    segments: list[Segment]
    has_head: bool

    @property
    def until(self) -> int:
        """When the last of it was shipped (ms)."""
        return max(self.bases[-1].at, *(each.at for each in self.segments), 0)

    def after(self, place: Place) -> list[Segment]:
        """What may follow at that place, the farthest first: also a whole log of which that place is in the middle."""
        fits = [
            each
            for each in self.segments
            if (each.before == place.chain and (each.no, each.start) in ((place.no, place.end), (place.no + 1, 0)))
            or ((each.no, each.start) == (place.no, 0) and each.end > place.end)
        ]
        return sorted(fits, key=lambda each: (each.no, each.end), reverse=True)

    def reached(self, base: Base) -> Place:
        """How far the line goes on from a base without a gap, by its names."""
        place = Place(base.no, 0, base.chain)
        while following := self.after(place):
            place = Place(following[0].no, following[0].end, following[0].after)
        return place


def folder(store: str) -> str:
    """The folder at a target that holds a store's live copies."""
    return f"barbox-{store}-live"


def chain_from(before: str) -> Any:
    """The running hash of a log, with the chain before it: BLAKE2, which a Pi makes in a third of SHA-256's time."""
    return hashlib.blake2b(before.encode(), digest_size=CHAIN // 2)


def chain_of(digest: Any) -> str:
    """What a running hash has come to, as names carry it."""
    return str(digest.hexdigest())


def head_name(generation: int, line: str) -> str:
    """The file that tells how far a line was shipped."""
    return f"barbox-live-g{generation}-{line}-head.json"


def parse(name: str) -> Base | Segment | None:
    """What a name tells, or None for a file that is neither."""
    if found := _BASE.fullmatch(name):
        generation, line, no, at, schema, key, chain = found.groups()
        return Base(int(generation), line, int(no), int(at), int(schema), key, chain)
    if found := _SEGMENT.fullmatch(name):
        generation, line, no, start, end, at, before, after = found.groups()
        return Segment(int(generation), line, int(no), int(start), int(end), int(at), before, after)
    return None


def lines(names: Iterable[str]) -> list[Line]:
    """The lines at a target that have a base, the latest first."""
    found: dict[tuple[int, str], Line] = {}

    def line_of(generation: int, line: str) -> Line:
        return found.setdefault((generation, line), Line(generation, line, [], [], False))

    heads = set()
    for name in names:
        part = parse(name)
        if isinstance(part, Base):
            line_of(part.generation, part.line).bases.append(part)
        elif part:
            line_of(part.generation, part.line).segments.append(part)
        elif head := _HEAD.fullmatch(name):
            heads.add((int(head[1]), head[2]))
    whole = [each._replace(has_head=key in heads) for key, each in found.items() if each.bases]
    for each in whole:
        each.bases.sort(key=lambda base: base.no)
    return sorted(whole, key=lambda each: (each.generation, each.until), reverse=True)


def covered(line: Line) -> list[str]:
    """Parts of logs that are there in one longer piece from their beginning."""
    longest: dict[int, int] = {}
    for each in line.segments:
        if each.start == 0:
            longest[each.no] = max(longest.get(each.no, 0), each.end)
    return [
        str(each)
        for each in line.segments
        if each.end <= longest.get(each.no, 0) and (each.start, each.end) != (0, longest[each.no])
    ]


def superfluous(names: Iterable[str]) -> list[str]:
    """What may go: everything that only leads to moments before the last 30 days with anything in them.

    Days are counted by what is there, never by the time of now: a clock that jumps deletes nothing. The latest two
    bases and all that follows them stay.
    """
    names = list(names)
    parts = {name: part for name in names if (part := parse(name))}
    days = sorted({_day(each.at) for each in parts.values()}, reverse=True)
    first_day = days[min(DAYS, len(days)) - 1] if days else ""
    gone: set[str] = set()
    bases = sorted(
        (each for each in parts.values() if isinstance(each, Base)), key=lambda base: (base.generation, base.at)
    )
    for base, following in pairwise(bases[: 1 - LATEST_BASES]):
        if _day(following.at) >= first_day:
            break
        gone.add(str(base))
    kept: dict[tuple[int, str], int] = {}
    for base in bases:
        if str(base) not in gone:
            of = (base.generation, base.line)
            kept[of] = min(kept.get(of, base.no), base.no)
    for name, part in parts.items():
        if isinstance(part, Segment) and part.no < kept.get((part.generation, part.line), 1 << 60):
            gone.add(name)
    gone |= {
        name for name in names if (head := _HEAD.fullmatch(name)) and (int(head[1]), head[2]) not in kept and bases
    }
    return sorted(gone)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y%m%d")
