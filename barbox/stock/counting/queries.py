"""Stock-takes, read: the sheet that people count by, and what it found."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.clock import rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.statements import Statement, freeze
from barbox.stock import queries, rules
from barbox.stock.counting.commands import COUNT, ENTRIES, CountRow, EntryRow, in_scope, scope_of, summed
from barbox.stock.counting.likely import CauseView, causes_of
from barbox.stock.counting.models import StockCount
from barbox.stock.queries import ItemRow, LevelRow, PackRow

C = StockCount
LATEST = 100
ALL = freeze(C.select(*(getattr(C, name) for name in CountRow.__struct_fields__)).order_by(C.id.desc()).limit(LATEST))
_MOVED = Statement(
    "SELECT item_id, kind, sum(quantity) FROM stock_day WHERE business_day >= ? GROUP BY 1, 2",
    ("since",),
)
_LAST_CLOSED = Statement(
    "SELECT coalesce(max(business_day), 0) FROM stock_count WHERE status = 'closed' AND id < ?", ("id",)
)


class _Moved(msgspec.Struct):
    item_id: int
    kind: str
    quantity: int


class _Number(msgspec.Struct):
    number: int


class CountView(View):
    """A stock-take; `counted` of `items` have an entry."""

    count_id: int
    status: str
    title: str | None
    location_id: int | None
    blind: bool
    opened_at: str
    opened_by: int | None
    closed_at: str | None
    closed_by: int | None
    business_day: str


class CountsView(View):
    counts: list[CountView]


class SheetPack(View):
    id: int
    name: str
    quantity: float
    barcode: str | None


class SheetEntry(View):
    """`replaced`: somebody corrected it."""

    entry_id: int
    quantity: float
    at: str
    staff_id: int | None
    note: str | None
    replaced: bool


class SheetItem(View):
    """An item at a place. `counted` is null until somebody counted it; `expected` while counting only if not blind.

    `weighed`: open bottles may be put on the scales.
    """

    item_id: int
    name: str
    names: dict[str, str]
    kind: str
    unit: str
    location_id: int
    shelf: str | None
    barcode: str | None
    packs: list[SheetPack]
    weighed: bool
    counted: float | None
    expected: float | None
    entries: list[SheetEntry]


class SheetView(CountView):
    items: list[SheetItem]


class VarianceRow(View):
    """`difference` = counted - expected, in the item's unit; `value` its worth (minor units, at the cost it had).

    `consumed` and `received` since the stock-take before.
    """

    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    counted: float
    expected: float
    difference: float
    value: int
    consumed: float
    received: float
    causes: list[CauseView]


class VarianceView(View):
    """Dearest first; `missing` and `over` are sums of values, `since` the business day of the stock-take before."""

    count_id: int
    status: str
    since: str | None
    missing: int
    over: int
    counted_value: int
    rows: list[VarianceRow]


async def read_counts(snapshot: Snapshot) -> CountsView:
    """The latest stock-takes, the newest first."""
    return CountsView([CountView(**_about(row)) for row in await snapshot.all(ALL, CountRow)])


async def read_sheet(snapshot: Snapshot, count_id: int, language: str) -> SheetView:
    """What to count, place by place and shelf by shelf, with what was found so far. Raises NotFound."""
    sheet = await _sheet(snapshot, count_id)
    entries: defaultdict[tuple[int, int], list[EntryRow]] = defaultdict(list)
    rows = await snapshot.all(ENTRIES, EntryRow, count_id=count_id)
    for entry in rows:
        entries[entry.item_id, entry.location_id].append(entry)
    replaced = {each.replaces for each in rows}
    sums, levels = summed(rows), await _levels(snapshot)
    items = {row.id: row for row in await snapshot.all(queries.ITEMS, ItemRow)}
    packs = await queries.packs_of(snapshot, list(items))
    shown = []
    for item_id, place in sorted(
        _stands(sheet, items, levels) | set(entries), key=lambda each: _order(items[each[0]], each[1])
    ):
        row = items[item_id]
        counted = sums.get((item_id, place))
        tell = not sheet.blind or sheet.status != "open"
        expected = counted[1] if counted else levels.get((item_id, place), 0)
        called = names.decode(row.names)
        shown.append(
            SheetItem(
                item_id=item_id,
                name=names.first(called, language),
                names=called,
                kind=row.kind,
                unit=row.unit,
                location_id=place,
                shelf=row.shelf,
                barcode=row.barcode,
                packs=[_pack(each, language) for each in packs.get(item_id, [])],
                weighed=None not in (row.tare, row.full_weight, row.full_quantity),
                counted=show_quantity(counted[0]) if counted else None,
                expected=show_quantity(expected) if tell else None,
                entries=[_entry(each, replaced) for each in entries[item_id, place]],
            )
        )
    return SheetView(**_about(sheet), items=shown)


async def read_variance(snapshot: Snapshot, count_id: int, language: str) -> VarianceView:
    """What was found otherwise than expected, with its worth and likely causes. Raises NotFound."""
    sheet = await _sheet(snapshot, count_id)
    entries = await snapshot.all(ENTRIES, EntryRow, count_id=count_id)
    items = {row.id: row for row in await snapshot.all(queries.ITEMS, ItemRow)}
    since = (await snapshot.all(_LAST_CLOSED, _Number, id=count_id))[0].number
    consumed, received = await _moved(snapshot, since)
    costs = {each.item_id: each.cost for each in entries}
    by_item: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for (item_id, _), (counted, expected) in summed(entries).items():
        by_item[item_id][0] += counted
        by_item[item_id][1] += expected
    differences = {item_id: counted - expected for item_id, (counted, expected) in by_item.items()}
    likely = await causes_of(snapshot, differences, consumed)
    rows = []
    for item_id, (counted, expected) in by_item.items():
        called, difference = names.decode(items[item_id].names), differences[item_id]
        rows.append(
            VarianceRow(
                item_id=item_id,
                name=names.first(called, language),
                names=called,
                unit=items[item_id].unit,
                counted=show_quantity(counted),
                expected=show_quantity(expected),
                difference=show_quantity(difference),
                value=rules.in_minor(rules.worth(difference, costs[item_id])),
                consumed=show_quantity(consumed.get(item_id, 0)),
                received=show_quantity(received.get(item_id, 0)),
                causes=likely.get(item_id, []),
            )
        )
    rows.sort(key=lambda row: (-abs(row.value), -abs(row.difference), row.item_id))
    return VarianceView(
        count_id=count_id,
        status=sheet.status,
        since=show_day(since) if since else None,
        missing=-sum(row.value for row in rows if row.value < 0),
        over=sum(row.value for row in rows if row.value > 0),
        counted_value=rules.in_minor(sum(rules.worth(each[0], costs[item_id]) for item_id, each in by_item.items())),
        rows=rows,
    )


async def _moved(snapshot: Snapshot, since: int) -> tuple[dict[int, int], dict[int, int]]:
    """By item: what was consumed, and what came in, since a business day."""
    consumed: defaultdict[int, int] = defaultdict(int)
    received: defaultdict[int, int] = defaultdict(int)
    for each in await snapshot.all(_MOVED, _Moved, since=since):
        if each.kind in rules.CONSUMED:
            consumed[each.item_id] -= each.quantity
        elif each.kind == "receive":
            received[each.item_id] += each.quantity
    return consumed, received


async def _sheet(snapshot: Snapshot, count_id: int) -> CountRow:
    rows = await snapshot.all(COUNT, CountRow, id=count_id)
    if not rows:
        raise NotFound("stock-take", count_id)
    return rows[0]


async def _levels(snapshot: Snapshot) -> dict[tuple[int, int], int]:
    return {(each.item_id, each.location_id): each.on_hand for each in await snapshot.all(queries.LEVELS, LevelRow)}


def _stands(
    sheet: CountRow, items: Mapping[int, ItemRow], levels: Mapping[tuple[int, int], int]
) -> set[tuple[int, int]]:
    """Where something of the sheet's items stands, or should."""
    totals: defaultdict[int, int] = defaultdict(int)
    for (item_id, _), on_hand in levels.items():
        totals[item_id] += on_hand
    scope = scope_of(sheet)
    wanted = {row.id for row in items.values() if not row.hidden and in_scope(scope, row, totals[row.id])}
    places = {(item_id, place) for (item_id, place), on_hand in levels.items() if on_hand and item_id in wanted}
    places |= {(item_id, items[item_id].location_id) for item_id in wanted}
    return {each for each in places if sheet.location_id in (None, each[1])}


def _order(row: ItemRow, place: int) -> tuple[int, str, str, int]:
    return place, row.shelf or "~", row.names, row.id


def _about(row: CountRow) -> dict[str, Any]:
    return {
        "count_id": row.id,
        "status": row.status,
        "title": row.title,
        "location_id": row.location_id,
        "blind": bool(row.blind),
        "opened_at": rfc3339(row.opened_at),
        "opened_by": row.opened_by,
        "closed_at": rfc3339(row.closed_at) if row.closed_at is not None else None,
        "closed_by": row.closed_by,
        "business_day": show_day(row.business_day),
    }


def _pack(row: PackRow, language: str) -> SheetPack:
    return SheetPack(row.id, names.first(names.decode(row.names), language), show_quantity(row.quantity), row.barcode)


def _entry(row: EntryRow, replaced: set[int | None]) -> SheetEntry:
    return SheetEntry(
        entry_id=row.id,
        quantity=show_quantity(row.quantity),
        at=rfc3339(row.at),
        staff_id=row.staff_id,
        note=row.note,
        replaced=row.id in replaced,
    )
