"""What a stock-take found missing or over, in units and money, and what is likely behind it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

CauseKind = Literal["overpoured", "whole_packs", "delivery", "mixed_up", "waste"]
SMALL = 0.02
"""A difference of less than this share of a pack is a difference of measuring."""
POURED = (0.01, 0.20)
"""Who pours too much pours this much too much; more than that has another cause."""
ALIKE = 0.1


class Found(NamedTuple):
    """An item's difference, what recipes consumed of it meanwhile (`sold`), and the sizes it comes in: thousandths."""

    item_id: int
    kind: str
    unit: str
    difference: int
    sold: int
    packs: tuple[int, ...]
    mixed: bool
    """Whether it is poured or weighed into something, rather than handed over whole."""


class Cause(NamedTuple):
    """`share` is how much too much was poured (0.08: 8 %), `packs` how many whole ones, `other_id` the one it was taken
    for."""

    kind: CauseKind
    share: float | None = None
    packs: int | None = None
    other_id: int | None = None


def causes(found: Sequence[Found], expected_packs: Mapping[int, int]) -> dict[int, list[Cause]]:
    """Likely causes for each item, likeliest first; `expected_packs` (thousandths) were ordered and not booked in."""
    return {each.item_id: _of(each, found, expected_packs.get(each.item_id, 0)) for each in found if each.difference}


def _of(each: Found, found: Sequence[Found], awaited: int) -> list[Cause]:
    likely = []
    if each.difference > 0 and awaited and abs(each.difference - awaited) <= ALIKE * awaited:
        likely.append(Cause("delivery"))
    other = _mirror(each, found)
    if other is not None:
        likely.append(Cause("mixed_up", other_id=other.item_id))
    packs = _whole(each)
    if packs:
        likely.append(Cause("whole_packs", packs=packs))
    if each.mixed and each.difference < 0 and each.sold:
        share = -each.difference / each.sold
        if POURED[0] <= share <= POURED[1]:
            likely.append(Cause("overpoured", share=round(share, 3)))
    if each.difference < 0 and not likely:
        likely.append(Cause("waste"))
    return likely


def _mirror(each: Found, found: Sequence[Found]) -> Found | None:
    """Another of its kind that is over by as much as this one lacks, or the other way round."""
    for other in found:
        alike = other.kind == each.kind and other.unit == each.unit and other.item_id != each.item_id
        opposite = each.difference * other.difference < 0
        if alike and opposite and abs(each.difference + other.difference) <= ALIKE * abs(each.difference):
            return other
    return None


def _whole(each: Found) -> int:
    """How many whole packs the difference is, 0 if it is none."""
    for size in sorted(each.packs, reverse=True):
        count = round(each.difference / size)
        if count and abs(each.difference - count * size) <= SMALL * size:
            return count
    return 0
