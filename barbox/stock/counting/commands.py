"""Stock-takes: what people count while selling goes on, and what is put right when they are done.

A count is taken at its instant: each entry keeps what the ledger expected then, and only the difference is booked, so
that what was sold since stays sold. Several people add what each found of an item at a place; the expectation of the
last of them counts. What nobody counted stays as it is.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest, NotFound, WrongState
from barbox.core.messages import Body, Id, Made
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import rules, shelf
from barbox.stock.counting.models import StockCount, StockCountEntry
from barbox.stock.items import counted, place_of, row_of, thousandths
from barbox.stock.models import StockPack
from barbox.stock.queries import ItemRow
from barbox.stock.shelf import load_shelf

C, E, P = StockCount, StockCountEntry, StockPack


class CountRow(msgspec.Struct):
    """The columns of `stock_count`, in their order."""

    id: int
    location_id: int | None
    title: str | None
    status: str
    blind: int
    scope: str | None
    opened_at: int
    opened_by: int | None
    closed_at: int | None
    closed_by: int | None
    business_day: int


class EntryRow(msgspec.Struct):
    """The columns of `stock_count_entry`, in their order."""

    id: int
    count_id: int
    item_id: int
    location_id: int
    quantity: int
    expected: int
    cost: int
    weights: str | None
    at: int
    staff_id: int | None
    device_id: int | None
    replaces: int | None
    note: str | None


class _Pack(msgspec.Struct):
    item_id: int
    quantity: int


_count = tuple(getattr(C, name) for name in CountRow.__struct_fields__)
_entry = tuple(getattr(E, name) for name in EntryRow.__struct_fields__)
COUNT = freeze(lambda p: C.select(*_count).where(C.id == p.id))
ENTRIES = freeze(lambda p: E.select(*_entry).where(E.count_id == p.count_id).order_by(E.id))
_PACK = freeze(lambda p: P.select(P.item_id, P.quantity).where(P.id == p.id))


class Scope(Body):
    """Which items: those of some kinds, of a shelf, those that are low, or these alone; all where nothing is said."""

    kinds: Annotated[list[rules.ItemKind], Meta(max_length=10)] = []
    shelf: Annotated[str, Meta(max_length=60)] = ""
    low: bool = False
    item_ids: Annotated[list[Id], Meta(max_length=2000)] = []


class OpenCount(Body):
    """A stock-take of a place, or of all. Who counts `blind` is not shown what is expected."""

    location_id: Id | None = None
    title: Annotated[str, Meta(max_length=80)] = ""
    blind: bool = True
    scope: Scope = msgspec.field(default_factory=Scope)


class CountedPacks(Body):
    pack_id: Id
    count: Annotated[float, Meta(ge=0, le=100_000)]


class CountEntry(Body):
    """What was found of an item at a place: so much in its unit, so many packs, and open bottles by weight (g).

    `replaces` is an earlier entry that was wrong.
    """

    item_id: Id
    location_id: Id | None = None
    quantity: Annotated[float, Meta(ge=0, le=10_000_000)] = 0
    packs: Annotated[list[CountedPacks], Meta(max_length=20)] = []
    weights: Annotated[list[Annotated[float, Meta(gt=0, le=200_000)]], Meta(max_length=200)] = []
    replaces: Id | None = None
    note: Annotated[str, Meta(max_length=200)] = ""


class CloseCount(Body):
    """`uncounted` "zero": of what is on the sheet and nobody found, nothing is there."""

    uncounted: Literal["keep", "zero"] = "keep"


def open_count(tx: Transaction, body: OpenCount) -> Made:
    """Begin a stock-take."""
    if body.location_id is not None:
        place_of(tx, body.location_id)
    scope = msgspec.json.encode(body.scope).decode() if body.scope != Scope() else None
    made = tx.run(
        C.insert(
            location_id=body.location_id,
            title=body.title or None,
            status="open",
            blind=int(body.blind),
            scope=scope,
            opened_at=tx.now,
            opened_by=tx.actor.staff_id,
            business_day=tx.business_day,
        )
    )
    count_id = int(made.lastrowid or 0)
    tx.emit("count.opened", f"count:{count_id}", body, rooms=("office", "floor"))
    return Made(count_id)


def enter(tx: Transaction, count_id: int, body: CountEntry) -> Made:
    """Somebody counted an item. Raises WrongState once the stock-take is closed, BadRequest for what does not fit."""
    sheet = _open(tx, count_id)
    sold = body.item_id in tx.cached(load_catalogue).products
    row = counted(tx, body.item_id) if sold else row_of(tx, body.item_id)
    place = sheet.location_id or row.location_id
    if body.location_id is not None:
        place = place_of(tx, body.location_id)
        if sheet.location_id not in (None, place):
            raise BadRequest("is not where this is counted", "locationId")
    if body.replaces is not None:
        _must_be_of(tx, count_id, body.replaces, row.id)
    item = tx.cached(load_shelf).items[row.id]
    made = tx.run(
        E.insert(
            count_id=count_id,
            item_id=row.id,
            location_id=place,
            quantity=found(tx, row, body),
            expected=item.places.get(place, 0),
            cost=row.cost,
            weights=msgspec.json.encode(body.weights).decode() if body.weights else None,
            at=tx.now,
            staff_id=tx.actor.staff_id,
            device_id=tx.actor.device_id,
            replaces=body.replaces,
            note=body.note or None,
        )
    )
    facts = {"entryId": made.lastrowid, "itemId": row.id, "locationId": place}
    tx.emit("count.entered", f"count:{count_id}", facts, rooms=("office", "floor"))
    return Made(int(made.lastrowid or 0))


def close_count(tx: Transaction, count_id: int, body: CloseCount) -> Made:
    """Put right what was found otherwise than expected; what was sold meanwhile stays sold."""
    sheet = _open(tx, count_id)
    items = tx.cached(load_shelf).items
    document, moved = f"count:{count_id}", []
    sums = summed(tx.all(ENTRIES, EntryRow, count_id=count_id))
    if body.uncounted == "zero":
        sums |= {key: (0, there) for key, there in _uncounted(tx, sheet, sums)}
    for (item_id, place), (quantity, expected) in sums.items():
        item = items[item_id]
        shelf.book(tx, "count", [(item, place, quantity - expected)], document=document)
        moved.append({"itemId": item_id, "locationId": place, "counted": quantity, "expected": expected})
    tx.run(C.update(status="closed", closed_at=tx.now, closed_by=tx.actor.staff_id).where(C.id == count_id))
    tx.emit("stock.counted", document, {"items": moved, "title": sheet.title}, rooms=("office", "floor"))
    return Made(count_id)


def cancel_count(tx: Transaction, count_id: int) -> Made:
    """Forget a stock-take: nothing is put right by it."""
    _open(tx, count_id)
    tx.run(C.update(status="cancelled", closed_at=tx.now, closed_by=tx.actor.staff_id).where(C.id == count_id))
    tx.emit("count.cancelled", f"count:{count_id}", {}, rooms=("office", "floor"))
    return Made(count_id)


def found(tx: Transaction, row: ItemRow, body: CountEntry) -> int:
    """What an entry comes to, in thousandths. Raises BadRequest naming the field."""
    total = thousandths(body.quantity, "quantity")
    for index, each in enumerate(body.packs):
        pack = tx.one(_PACK, _Pack, id=each.pack_id)
        if pack is None or pack.item_id != row.id:
            raise BadRequest(f"it has no pack {each.pack_id}", f"packs[{index}].packId")
        total += rules.share(pack.quantity, thousandths(each.count, f"packs[{index}].count"))
    for index, weight in enumerate(body.weights):
        total += _weighed(row, thousandths(weight, f"weights[{index}]"), f"weights[{index}]")
    return total


def summed(entries: Iterable[EntryRow]) -> dict[tuple[int, int], tuple[int, int]]:
    """By item and place: what all of them found, and what was expected when the last did."""
    entries = list(entries)
    replaced = {each.replaces for each in entries}
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    for each in entries:
        if each.id not in replaced:
            key = each.item_id, each.location_id
            sums[key] = sums.get(key, (0, 0))[0] + each.quantity, each.expected
    return sums


def scope_of(sheet: CountRow) -> Scope:
    """Which items a sheet is about."""
    return msgspec.json.decode(sheet.scope, type=Scope) if sheet.scope else Scope()


def in_scope(scope: Scope, row: ItemRow, on_hand: int) -> bool:
    """Whether an item stands on the sheet."""
    return (
        (not scope.kinds or row.kind in scope.kinds)
        and (not scope.shelf or row.shelf == scope.shelf)
        and (not scope.low or on_hand <= row.low_at)
        and (not scope.item_ids or row.id in scope.item_ids)
    )


def _weighed(row: ItemRow, weight: int, field: str) -> int:
    if row.tare is None or row.full_weight is None or row.full_quantity is None:
        raise BadRequest("is not weighed: what its bottle weighs empty and full is not known", field)
    if not row.tare <= weight <= row.full_weight:
        raise BadRequest("is less than the empty bottle, or more than the full one", field)
    return rules.by_weight(weight, row.tare, row.full_weight, row.full_quantity)


def _uncounted(tx: Transaction, sheet: CountRow, sums: dict[tuple[int, int], Any]) -> list[tuple[tuple[int, int], int]]:
    scope, left = scope_of(sheet), []
    for item in tx.cached(load_shelf).items.values():
        if item.row.hidden or not in_scope(scope, item.row, item.on_hand):
            continue
        for place, there in item.places.items():
            if there and sheet.location_id in (None, place) and (item.row.id, place) not in sums:
                left.append(((item.row.id, place), there))
    return left


def _open(tx: Transaction, count_id: int) -> CountRow:
    sheet = tx.one(COUNT, CountRow, id=count_id)
    if sheet is None:
        raise NotFound("stock-take", count_id)
    if sheet.status != "open":
        raise WrongState("the stock-take", sheet.status)
    return sheet


def _must_be_of(tx: Transaction, count_id: int, entry_id: int, item_id: int) -> None:
    entries = tx.all(ENTRIES, EntryRow, count_id=count_id)
    if not any(each.id == entry_id and each.item_id == item_id for each in entries):
        raise BadRequest("is no entry of this item", "replaces")
    if any(each.replaces == entry_id for each in entries):
        raise WrongState("the entry", "corrected already")
