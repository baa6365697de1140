"""What is likely behind what was found missing or over: what `variance` needs to know, read."""

from collections.abc import Mapping

import msgspec

from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.statements import Statement
from barbox.stock import queries
from barbox.stock.counting import variance
from barbox.stock.queries import ItemRow

_AWAITED = Statement(
    "SELECT l.item_id, sum((l.packs - l.received) * coalesce(p.quantity, 1000) / 1000) FROM purchase_line l"
    " JOIN purchase o ON o.id = l.purchase_id LEFT JOIN stock_pack p ON p.id = l.pack_id"
    " WHERE o.status IN ('sent', 'partly') AND l.packs > l.received GROUP BY 1",
    (),
)
_MIXED = Statement(
    "SELECT DISTINCT l.item_id FROM recipe_line l JOIN recipe r ON r.id = l.recipe_id"
    " WHERE r.until_line IS NULL AND NOT (l.item_id = coalesce(r.product_id, 0) AND l.takes = 1000)",
    (),
)
ONE = 1_000
"""A pack of a single piece tells nothing: every difference is whole ones of it."""


class _Number(msgspec.Struct):
    number: int


class _Awaited(msgspec.Struct):
    item_id: int
    quantity: int


class CauseView(View):
    """Likely: "overpoured" by `share` of what was poured, "whole_packs" so many, "delivery" not booked in, "mixed_up"
    with `otherId`, "waste" not told.
    """

    kind: variance.CauseKind
    share: float | None
    packs: int | None
    other_id: int | None


async def causes_of(
    snapshot: Snapshot, differences: Mapping[int, int], consumed: Mapping[int, int]
) -> dict[int, list[CauseView]]:
    """Likely causes by item of what was counted beyond what was expected; both thousandths.

    `consumed` is what recipes took in the same time.
    """
    items = {row.id: row for row in await snapshot.all(queries.ITEMS, ItemRow) if row.id in differences}
    packs = await queries.packs_of(snapshot, list(items))
    mixed = {each.number for each in await snapshot.all(_MIXED, _Number)}
    awaited = {each.item_id: each.quantity for each in await snapshot.all(_AWAITED, _Awaited)}
    found = []
    for item_id, row in items.items():
        sizes = {each.quantity for each in packs.get(item_id, [])} | {row.full_quantity or 0}
        sizes = {size for size in sizes if size > (ONE if row.unit == "piece" else 0)}
        told = (differences[item_id], consumed.get(item_id, 0), tuple(sorted(sizes)), item_id in mixed)
        found.append(variance.Found(item_id, row.kind, row.unit, *told))
    likely = variance.causes(found, awaited)
    return {item_id: [CauseView(*cause) for cause in each] for item_id, each in likely.items()}
