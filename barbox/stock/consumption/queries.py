"""What was used: sold, given, drunk by staff, thrown away; what counts found missing; what nobody uses."""

from collections.abc import Collection, Iterable

import msgspec
import peewee

from barbox.core.clock import days_after
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.names import decode, first
from barbox.core.statements import Statement, freeze
from barbox.staff.models import Staff
from barbox.stock import rules
from barbox.stock.counting.likely import CauseView, causes_of
from barbox.stock.models import StockDay, StockItem, StockLevel, StockMove

D, IT, M, S = StockDay, StockItem, StockMove, StockLevel

COUNTED = ("count", "adjust")


class Used(View):
    """Quantities in the item's unit; `value` is of `theoretical`, `differenceValue` of the difference (minor units).

    `theoretical` is what sales by recipes, gifts, staff drinks, waste and production used; `difference` what counts
    found beyond it (negative: missing), with its likely `causes`; `actual` is what is really gone. What was not
    `counted` in these days may well differ.
    """

    item_id: int
    name: str
    names: dict[str, str]
    kind: str
    unit: str
    sold: float
    comped: float
    staff: float
    wasted: float
    produced: float
    theoretical: float
    difference: float
    actual: float
    value: int
    waste_value: int
    difference_value: int
    counted: bool
    causes: list[CauseView]


class KindUsed(View):
    """The cost of goods of a kind of item (minor units), and of what was wasted and missing of it."""

    kind: str
    value: int
    waste_value: int
    difference_value: int


class ConsumptionView(View):
    """What cost most comes first. `kinds` leaves out what production used: the premix's own use tells its cost."""

    items: list[Used]
    kinds: list[KindUsed]


class WasteRow(View):
    """What was thrown away for a reason by a person; `value` minor units, `moves` lines of the ledger."""

    reason: str
    staff_id: int | None
    staff: str | None
    moves: int
    value: int


class WastedItem(View):
    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    quantity: float
    value: int


class WasteView(View):
    """By reason and person, and by item, the dearest first."""

    value: int
    rows: list[WasteRow]
    items: list[WastedItem]


class DeadItem(View):
    """There, and nothing of it used since `lastUsed` (YYYYMMDD, null: never); `value` minor units."""

    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    on_hand: float
    value: int
    last_used: int | None
    last_received: int | None


class DeadView(View):
    items: list[DeadItem]
    value: int


class _SumRow(msgspec.Struct, gc=False):
    item_id: int
    names: str
    item_kind: str
    unit: str
    kind: str
    quantity: int
    value: int


class _ItemId(msgspec.Struct):
    item_id: int


class _WasteRow(msgspec.Struct, gc=False):
    item_id: int
    names: str
    unit: str
    reason: str
    staff_id: int | None
    staff: str | None
    moves: int
    quantity: int
    value: int


class _DeadRow(msgspec.Struct, gc=False):
    id: int
    names: str
    unit: str
    cost: int
    on_hand: int
    last_used: int | None
    last_received: int | None


_SUMS = freeze(
    lambda p: (
        D.select(IT.id, IT.names, IT.kind, IT.unit, D.kind, peewee.fn.SUM(D.quantity), peewee.fn.SUM(D.value))
        .join(IT, on=(IT.id == D.item_id))
        .where(
            (D.business_day >= p.first)
            & (D.business_day <= p.last)
            & (D.kind.in_([*rules.CONSUMED, *COUNTED]) | ((D.kind == "production") & (D.quantity < 0)))
        )
        .group_by(IT.id, D.kind)
    )
)
_TAKEN = Statement(
    "SELECT DISTINCT e.item_id FROM stock_count c JOIN stock_count_entry e ON e.count_id = c.id"
    " WHERE c.status = 'closed' AND c.business_day BETWEEN ? AND ?",
    ("first", "last"),
)
_NOT_SOLD = peewee.NodeList((M.kind, peewee.SQL("NOT IN ('sale', 'void_back')")))
"""In these very words: so the ledger's index is found."""
_thrown = D.select(D.item_id).distinct()
_WASTE = freeze(
    lambda p: (
        M.select(
            *(IT.id, IT.names, IT.unit, peewee.fn.COALESCE(M.reason, ""), M.staff_id, Staff.name),
            *(peewee.fn.COUNT(M.id), peewee.fn.SUM(M.quantity) * -1, peewee.fn.SUM(M.value) * -1),
        )
        .join(IT, on=(IT.id == M.item_id))
        .join(Staff, peewee.JOIN.LEFT_OUTER, on=(Staff.id == M.staff_id))
        .where(
            M.item_id.in_(_thrown.where((D.business_day >= p.first) & (D.business_day <= p.last) & (D.kind == "waste")))
            & _NOT_SOLD
            & (M.kind == "waste")
            & (M.business_day >= p.first)
            & (M.business_day <= p.last)
        )
        .group_by(IT.id, M.reason, M.staff_id)
    )
)
_used = D.kind.in_([*rules.CONSUMED, "production"]) & (D.quantity < 0)
_there = S.select(peewee.fn.COALESCE(peewee.fn.SUM(S.on_hand), 0)).where(S.item_id == IT.id)
_last = D.select(peewee.fn.MAX(D.business_day)).where(D.item_id == IT.id)
_begun = D.select(peewee.fn.MIN(D.business_day)).where(D.item_id == IT.id)
_DEAD = freeze(
    lambda p: IT.select(
        *(IT.id, IT.names, IT.unit, IT.cost, _there, _last.where(_used), _last.where(D.kind == "receive"))
    ).where(
        (IT.hidden == 0)
        & (_there > 0)
        & (_begun <= p.since)
        & IT.id.not_in(D.select(D.item_id).where((D.business_day > p.since) & _used))
    )
)


async def consumption(snapshot: Snapshot, first_day: int, last_day: int, language: str) -> ConsumptionView:
    """What the days from one to another used of each item (YYYYMMDD, both included)."""
    items: dict[int, list[_SumRow]] = {}
    for row in await snapshot.all(_SUMS, _SumRow, first=first_day, last=last_day):
        items.setdefault(row.item_id, []).append(row)
    gone = {item_id: -_sum(rows, rules.CONSUMED) for item_id, rows in items.items()}
    differences = {item_id: found for item_id, rows in items.items() if (found := _sum(rows, COUNTED))}
    likely = await causes_of(snapshot, differences, gone) if differences else {}
    counted = {row.item_id for row in await snapshot.all(_TAKEN, _ItemId, first=first_day, last=last_day)}
    counted |= differences.keys()
    used = [
        _used_of(rows, likely.get(item_id, []), language, counted=item_id in counted) for item_id, rows in items.items()
    ]
    used.sort(key=lambda each: (-each.value, each.item_id))
    kinds: dict[str, list[int]] = {}
    for rows in items.values():
        sums = kinds.setdefault(rows[0].item_kind, [0, 0, 0])
        sums[0] -= sum(row.value for row in rows if row.kind in rules.CONSUMED)
        sums[1] -= sum(row.value for row in rows if row.kind == "waste")
        sums[2] += sum(row.value for row in rows if row.kind in COUNTED)
    told = [KindUsed(kind, *(rules.in_minor(value) for value in sums)) for kind, sums in sorted(kinds.items())]
    return ConsumptionView(used, told)


def _sum(rows: Iterable[_SumRow], kinds: Collection[str]) -> int:
    return sum(row.quantity for row in rows if row.kind in kinds)


def _used_of(rows: list[_SumRow], causes: list[CauseView], language: str, *, counted: bool) -> Used:
    quantity = {row.kind: row.quantity for row in rows}
    value = {row.kind: row.value for row in rows}
    gone = (*rules.CONSUMED, "production")
    theoretical = -sum(quantity.get(kind, 0) for kind in gone)
    difference = sum(quantity.get(kind, 0) for kind in COUNTED)
    names = decode(rows[0].names)
    return Used(
        item_id=rows[0].item_id,
        name=first(names, language),
        names=names,
        kind=rows[0].item_kind,
        unit=rows[0].unit,
        sold=show_quantity(-quantity.get("sale", 0) - quantity.get("void_back", 0)),
        comped=show_quantity(-quantity.get("comp", 0)),
        staff=show_quantity(-quantity.get("staff", 0)),
        wasted=show_quantity(-quantity.get("waste", 0)),
        produced=show_quantity(-quantity.get("production", 0)),
        theoretical=show_quantity(theoretical),
        difference=show_quantity(difference),
        actual=show_quantity(theoretical - difference),
        value=rules.in_minor(-sum(value.get(kind, 0) for kind in gone)),
        waste_value=rules.in_minor(-value.get("waste", 0)),
        difference_value=rules.in_minor(sum(value.get(kind, 0) for kind in COUNTED)),
        counted=counted,
        causes=causes,
    )


async def waste(snapshot: Snapshot, first_day: int, last_day: int, language: str) -> WasteView:
    """What was thrown away: why, by whom, and what."""
    found = await snapshot.all(_WASTE, _WasteRow, first=first_day, last=last_day)
    people: dict[tuple[str, int | None, str | None], list[int]] = {}
    items: dict[int, list[_WasteRow]] = {}
    for row in found:
        sums = people.setdefault((row.reason, row.staff_id, row.staff), [0, 0])
        sums[0] += row.moves
        sums[1] += row.value
        items.setdefault(row.item_id, []).append(row)
    rows = [WasteRow(*who, moves, rules.in_minor(value)) for who, (moves, value) in people.items()]
    told = [
        WastedItem(
            number,
            first(decode(own[0].names), language),
            decode(own[0].names),
            own[0].unit,
            show_quantity(sum(row.quantity for row in own)),
            rules.in_minor(sum(row.value for row in own)),
        )
        for number, own in items.items()
    ]
    return WasteView(
        rules.in_minor(sum(row.value for row in found)),
        sorted(rows, key=lambda row: (-row.value, row.reason)),
        sorted(told, key=lambda each: (-each.value, each.item_id)),
    )


async def dead(snapshot: Snapshot, today: int, days: int, language: str) -> DeadView:
    """What has been there for so many days and not been used in them, the dearest first."""
    rows = await snapshot.all(_DEAD, _DeadRow, since=days_after(today, -days))
    items = [
        DeadItem(
            row.id,
            first(decode(row.names), language),
            decode(row.names),
            row.unit,
            show_quantity(row.on_hand),
            rules.in_minor(rules.worth(row.on_hand, row.cost)),
            row.last_used,
            row.last_received,
        )
        for row in rows
    ]
    total = rules.in_minor(sum(rules.worth(row.on_hand, row.cost) for row in rows))
    return DeadView(sorted(items, key=lambda each: (-each.value, each.item_id)), total)
