"""The ledger, read: an item's history, and the proof that what is on hand is the sum of its moves."""

import msgspec
import peewee

from barbox.core.database import Snapshot
from barbox.core.statements import freeze
from barbox.stock.models import StockDay, StockLevel, StockMove

M, D, S = StockMove, StockDay, StockLevel


class HistoryRow(msgspec.Struct):
    """A move, or a day's sum of one kind, which has no time of its own."""

    at: int | None
    business_day: int
    kind: str
    location_id: int
    quantity: int
    value: int
    staff_id: int | None
    order_id: int | None
    document: str | None
    reason: str | None


class DifferenceRow(msgspec.Struct):
    item_id: int
    location_id: int
    on_hand: int
    moved: int


class _Count(msgspec.Struct):
    count: int


SUMMED = ("sale", "void_back")
"""Kinds of which the history tells a day's sum."""
_LAST = freeze(M.select(peewee.fn.COALESCE(peewee.fn.MAX(M.id), 0)))
_moved = (
    M.select(M.item_id, M.location_id, peewee.fn.SUM(M.quantity).alias("moved"))
    .group_by(M.item_id, M.location_id)
    .alias("ledger")
)
DIFFERENCES = freeze(
    _moved.select_from(_moved.c.item_id, _moved.c.location_id, peewee.fn.COALESCE(S.on_hand, 0), _moved.c.moved)
    .join(S, peewee.JOIN.LEFT_OUTER, on=((S.item_id == _moved.c.item_id) & (S.location_id == _moved.c.location_id)))
    .where(peewee.fn.COALESCE(S.on_hand, 0) != _moved.c.moved)
)
UNMOVED = freeze(
    S.select(S.item_id, S.location_id, S.on_hand, peewee.Value(0))
    .join(
        M,
        peewee.JOIN.LEFT_OUTER,
        on=(M.id == M.select(M.id).where((M.item_id == S.item_id) & (M.location_id == S.location_id)).limit(1)),
    )
    .where((S.on_hand != 0) & M.id.is_null())
)


async def differences(snapshot: Snapshot) -> tuple[list[DifferenceRow], int]:
    """Where on hand is not the sum of all moves, and how many moves were added up."""
    last = await snapshot.one(_LAST, _Count)
    found = await snapshot.all(DIFFERENCES, DifferenceRow)
    return found, last.count if last else 0


async def history(snapshot: Snapshot, item_id: int, until: int, days: int) -> list[HistoryRow]:
    """What happened to an item in its last `days` days with moves up to `until`, newest first."""
    nothing = peewee.Value(None)
    of_item = (D.item_id == item_id) & (D.business_day <= until)
    moved_on = D.select(D.business_day).where(of_item).distinct().order_by(D.business_day.desc()).limit(days)
    sold = await snapshot.all(
        D.select(nothing, D.business_day, D.kind, D.location_id, D.quantity, D.value, *[nothing] * 4)
        .where((D.item_id == item_id) & (D.business_day << moved_on) & (D.kind << SUMMED))
        .order_by(D.business_day.desc()),
        HistoryRow,
    )
    if not sold and not await snapshot.all(moved_on, _Count):
        return []
    first = min(row.count for row in await snapshot.all(moved_on, _Count))
    others = await snapshot.all(
        M.select(
            *(M.at, M.business_day, M.kind, M.location_id, M.quantity, M.value),
            *(M.staff_id, M.order_id, M.document, M.reason),
        )
        .where(
            (M.item_id == item_id)
            & peewee.SQL("kind NOT IN ('sale', 'void_back')")
            & (M.business_day >= first)
            & (M.business_day <= until)
        )
        .order_by(M.id.desc()),
        HistoryRow,
    )
    return sorted([*sold, *others], key=lambda row: (row.business_day, row.at or 0), reverse=True)
