"""Levels, read."""

import msgspec

from barbox.core.database import Snapshot
from barbox.core.money import show_quantity
from barbox.core.statements import freeze
from barbox.stock.models import StockLevel

S = StockLevel
LEVELS = freeze(S.select(S.product_id, S.on_hand, S.policy, S.low_at))


class Level(msgspec.Struct, frozen=True):
    product_id: int
    on_hand: int
    policy: str
    low_at: int


async def left(snapshot: Snapshot) -> dict[int, float]:
    """What the menu shows as left: products that are refused when there is none."""
    return {
        row.product_id: max(0, show_quantity(row.on_hand))
        for row in await snapshot.all(LEVELS, Level)
        if row.policy == "refuse"
    }
