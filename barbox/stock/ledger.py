"""The ledger, read: an item's history, and the proof that what is on hand is the sum of its moves."""

from bisect import bisect
from typing import Any

import msgspec
import peewee

from barbox.core.database import Snapshot
from barbox.core.statements import Statement, freeze
from barbox.staff.models import Staff
from barbox.stock.models import StockDay, StockLevel, StockMove, StockProof

M, D, S = StockMove, StockDay, StockLevel


class HistoryRow(msgspec.Struct):
    """A move, or the sum of what was sold between two others, as of the last; `balance` is what was there after it."""

    id: int
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
    staff: str | None = None
    balance: int = 0


class DifferenceRow(msgspec.Struct):
    """By how much two books differ about an item at a place."""

    item_id: int
    location_id: int
    quantity: int


class Proof(msgspec.Struct):
    """What was found wrong, how many moves were added up to which last one, and the day that was proven before."""

    differences: list[DifferenceRow]
    moves: int
    last_move: int
    proven: int


class LastProof(msgspec.Struct):
    business_day: int
    last_move: int
    at: int
    moves: int


class CostRow(msgspec.Struct):
    """So much came in; `value` is what it counts at the average since then, `paid` what a delivery says it cost."""

    at: int
    business_day: int
    kind: str
    quantity: int
    value: int
    document: str | None
    paid: int | None


class _Counted(msgspec.Struct):
    moves: int
    last_move: int


class _Count(msgspec.Struct):
    count: int


class _Bounds(msgspec.Struct):
    first: int
    last: int


SOLD = ("sale", "void_back")
"""Kinds of which the history tells sums."""
MOST_SEARCHED = 300_000
"""So many moves are gone through for what an item sold."""
_BOUNDS = Statement(
    "SELECT coalesce((SELECT max(last_move) FROM stock_proof WHERE business_day < ?), 0),"
    " coalesce((SELECT min(last_move) FROM stock_proof WHERE business_day >= ?),"
    " (SELECT coalesce(max(id), 0) FROM stock_move))",
    ("first", "until"),
)
_SOLD = Statement(
    "SELECT id, at, business_day, kind, location_id, quantity, value, NULL, NULL, NULL, NULL FROM stock_move"
    " WHERE id > ? AND id <= ? AND item_id = ? AND kind IN ('sale', 'void_back') ORDER BY id",
    ("after", "last", "item_id"),
)
_SOLD_BY_DAY = Statement(
    "SELECT 0, NULL, business_day, kind, location_id, quantity, value, NULL, NULL, NULL, NULL FROM stock_day"
    " WHERE item_id = ? AND business_day BETWEEN ? AND ? AND kind IN ('sale', 'void_back')",
    ("item_id", "first", "until"),
)
_ZERO = peewee.Value(0).alias("value")
LAST_PROOF = freeze(
    StockProof.select(StockProof.business_day, StockProof.last_move, StockProof.at, StockProof.moves)
    .order_by(StockProof.business_day.desc())
    .limit(1)
)
_COSTS = Statement(
    "SELECT m.at, m.business_day, m.kind, m.quantity, m.value, m.document, l.amount FROM stock_move m"
    " LEFT JOIN delivery_line l ON l.item_id = m.item_id AND l.quantity = m.quantity"
    " AND m.document = 'delivery:' || l.delivery_id"
    " WHERE m.item_id = ? AND m.kind NOT IN ('sale', 'void_back') AND m.kind IN ('receive', 'production')"
    " AND m.quantity > 0 GROUP BY m.id ORDER BY m.id DESC LIMIT ?",
    ("item_id", "most"),
)
_COUNTED = freeze(
    lambda p: M.select(peewee.fn.COUNT(M.id), peewee.fn.COALESCE(peewee.fn.MAX(M.id), p.after)).where(
        (M.id > p.after) & (M.business_day <= p.until)
    )
)


def _opposed(one: Any, other: Any, keys: int) -> peewee.Query:
    """Where the sums of two books differ: the first added up, the second taken off."""
    both = (one + other).alias("both")
    columns = [getattr(both.c, name) for name in ("day", "item_id", "location_id", "kind")[-keys:]]
    total = peewee.fn.SUM(both.c.quantity)
    wrong = (total != 0) | (peewee.fn.SUM(both.c.value) != 0)
    shown = [both.c.item_id, both.c.location_id]
    return M.select(*shown, total).from_(both).group_by(*columns).having(wrong)


_LEVELS = freeze(
    _opposed(
        S.select(S.item_id, S.location_id, peewee.Value("").alias("kind"), S.on_hand.alias("quantity"), _ZERO),
        D.select(D.item_id, D.location_id, peewee.Value(""), D.quantity * -1, _ZERO),
        3,
    )
)
_DAYS = freeze(
    lambda p: _opposed(
        M.select(M.business_day.alias("day"), M.item_id, M.location_id, M.kind, M.quantity, M.value).where(
            (M.id > p.after) & (M.business_day <= p.until)
        ),
        D.select(D.business_day, D.item_id, D.location_id, D.kind, D.quantity * -1, D.value * -1).where(
            (D.business_day > p.proven) & (D.business_day <= p.until)
        ),
        4,
    )
)


async def proof(snapshot: Snapshot, *, until: int = 9999_12_31, full: bool = False) -> Proof:
    """Add up the ledger and compare: moves with the days' sums, and these with what is on hand.

    Moves of days that were proven before are left out, unless `full`: a ledger only grows.
    """
    last = None if full else await snapshot.one(LAST_PROOF, LastProof)
    after, proven = (last.last_move, last.business_day) if last else (0, 0)
    counted = await snapshot.one(_COUNTED, _Counted, after=after, until=until)
    days = await snapshot.all(_DAYS, DifferenceRow, after=after, until=until, proven=proven)
    levels = await snapshot.all(_LEVELS, DifferenceRow)
    return Proof(days + levels, counted.moves if counted else 0, counted.last_move if counted else after, proven)


async def history(snapshot: Snapshot, item_id: int, until: int, days: int) -> list[HistoryRow]:
    """What happened to an item in its last `days` days with moves up to `until`, newest first."""
    of_item = (D.item_id == item_id) & (D.business_day <= until)
    moved_on = D.select(D.business_day).where(of_item).distinct().order_by(D.business_day.desc()).limit(days)
    found = await snapshot.all(moved_on, _Count)
    if not found:
        return []
    first = min(row.count for row in found)
    rows = await snapshot.all(
        M.select(
            *(M.id, M.at, M.business_day, M.kind, M.location_id, M.quantity, M.value),
            *(M.staff_id, M.order_id, M.document, M.reason, Staff.name),
        )
        .join(Staff, peewee.JOIN.LEFT_OUTER, on=(Staff.id == M.staff_id))
        .where(
            (M.item_id == item_id)
            & peewee.SQL("kind NOT IN ('sale', 'void_back')")
            & (M.business_day >= first)
            & (M.business_day <= until)
        )
        .order_by(M.id),
        HistoryRow,
    )
    rows += await _sold(snapshot, item_id, first, until, [row.id for row in rows if row.order_id is None])
    rows.sort(key=lambda row: (row.business_day, row.id, row.kind in SOLD), reverse=True)
    balance = await snapshot.all(D.select(peewee.fn.COALESCE(peewee.fn.SUM(D.quantity), 0)).where(of_item), _Count)
    there = balance[0].count
    for row in rows:
        row.balance = there
        there -= row.quantity
    return rows


async def _sold(snapshot: Snapshot, item_id: int, first: int, until: int, others: list[int]) -> list[HistoryRow]:
    """What was sold in these days, summed up between the `others`: moves that no order made, in order.

    What an order gave away or wasted is taken out of what it sold by a move of its own: only their sum means something.
    Each sum stands next to the move before it.

    No index leads to sales, but each proven day says where it ended. Where too much would have to be gone through, what
    a day sold is one sum.
    """
    bounds = (await snapshot.all(_BOUNDS, _Bounds, first=first, until=until))[0]
    if bounds.last - bounds.first > MOST_SEARCHED:
        return await snapshot.all(_SOLD_BY_DAY, HistoryRow, item_id=item_id, first=first, until=until)
    summed: dict[tuple[int, int, int, str], HistoryRow] = {}
    for row in await snapshot.all(_SOLD, HistoryRow, item_id=item_id, after=bounds.first, last=bounds.last):
        if first <= row.business_day <= until:
            after = bisect(others, row.id)
            key, row.id = (after, row.business_day, row.location_id, row.kind), others[after - 1] if after else 0
            before = summed.get(key)
            if before is not None:
                row.quantity, row.value = row.quantity + before.quantity, row.value + before.value
            summed[key] = row
    return [row for row in summed.values() if row.quantity]


async def cost_history(snapshot: Snapshot, item_id: int, most: int = 200) -> list[CostRow]:
    """What an item cost each time some came in, or was produced, newest first."""
    return await snapshot.all(_COSTS, CostRow, item_id=item_id, most=most)


async def last_proof(snapshot: Snapshot) -> LastProof | None:
    """The last business day whose books agreed."""
    return await snapshot.one(LAST_PROOF, LastProof)
