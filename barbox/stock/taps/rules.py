"""Which keg gave how much, and whether a line is clean. Pure."""

from collections.abc import Sequence
from typing import Literal


def shared(taken: Sequence[int]) -> list[int]:
    """What each of the kegs on tap of one item gave: `taken` of it since each was tapped, the oldest keg first.

    Taps that pour the same share what is taken evenly, as the ledger does not know from which it came.
    """
    given = [0] * len(taken)
    for index, total in enumerate(taken):
        after = taken[index + 1] if index + 1 < len(taken) else 0
        for each in range(index + 1):
            given[each] += max(0, total - after) // (index + 1)
    return given


def cleaning(days_left: int | None) -> Literal["clean", "due", "overdue"]:
    """How a beer line stands that is to be cleaned in so many days; None: it never was."""
    if days_left is None:
        return "due"
    return "overdue" if days_left < 0 else "due" if days_left <= 1 else "clean"
