"""How long a party stays, what stands in a booking's way, how long somebody waits, what may follow what. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

Status = Literal["booked", "waiting", "seated", "done", "no_show", "cancelled"]
MINUTE_MS = 60_000

NEXT: dict[str, frozenset[str]] = {
    "booked": frozenset({"seated", "no_show", "cancelled"}),
    "waiting": frozenset({"seated", "cancelled", "no_show"}),
    "seated": frozenset({"done"}),
    "done": frozenset(),
    "no_show": frozenset({"booked"}),
    "cancelled": frozenset({"booked"}),
}
"""A no-show may still turn up, and a cancelled party change its mind."""

HOLDS_TABLES = ("booked", "seated")


class Held(msgspec.Struct, frozen=True):
    """A table that is somebody's from one moment until another (ms)."""

    reservation_id: int
    table_id: int
    begins: int
    ends: int


class Seats(msgspec.Struct, frozen=True):
    """A table as somebody who waits sees it: how many sit there, and when it will be free (ms)."""

    seats: int
    free_at: int


def usual_minutes(covers: int) -> int:
    """How long a party of that size stays, unless somebody knows better."""
    if covers <= 2:
        return 90
    return 120 if covers <= 6 else 150


def conflicts(held: Iterable[Held], table_ids: Sequence[int], begins: int, ends: int) -> list[Held]:
    """What stands in the way of having these tables from `begins` until `ends`; one may follow another directly."""
    return [each for each in held if each.table_id in table_ids and each.begins < ends and begins < each.ends]


def quote(tables: Iterable[Seats], covers: int, ahead: Sequence[int], now: int) -> int | None:
    """How many minutes a party of `covers` will wait behind the parties `ahead`, in steps of five.

    Each party ahead takes the first table that suits it. None where no table is large enough.
    """
    free = list(tables)
    for party in ahead:
        taken = _first(free, party)
        if taken is not None:
            free.remove(taken)
            free.append(Seats(taken.seats, max(now, taken.free_at) + usual_minutes(party) * MINUTE_MS))
    found = _first(free, covers)
    if found is None:
        return None
    minutes = -(-max(0, found.free_at - now) // MINUTE_MS)
    return 5 * -(-minutes // 5)


def _first(tables: Iterable[Seats], covers: int) -> Seats | None:
    suiting = (each for each in tables if each.seats >= covers)
    return min(suiting, key=lambda each: (each.free_at, each.seats), default=None)
