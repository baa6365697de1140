"""What comes in, is counted, thrown away, carried elsewhere or produced: moves made by people."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from barbox.core import names
from barbox.core.errors import BadRequest, InsufficientStock
from barbox.core.messages import Amount, Body, Id, View
from barbox.core.money import show_quantity
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import rules, shelf
from barbox.stock.cookbook import load_cookbook
from barbox.stock.items import counted, place_of, row_of, store_item, thousandths
from barbox.stock.models import StockBatch, StockPack
from barbox.stock.queries import PackRow
from barbox.stock.rules import Policy
from barbox.stock.shelf import Change, Item, load_shelf

GUEST = "guest"
"""The document of what guests took along or brought back with a deposit on it."""
Day = Annotated[int, Meta(ge=2000_01_01, le=9999_12_31, description="YYYYMMDD")]
Reason = Annotated[str, Meta(max_length=200)]
Quantity = Annotated[float, Meta(ge=0, le=10_000_000)]

_INSERT_BATCH = freeze(
    lambda p: StockBatch.insert(
        item_id=p.item_id, code=p.code, expires_on=p.expires_on, quantity=p.quantity, received_at=p.received_at
    )
)
_PACK = freeze(
    lambda p: StockPack.select(
        StockPack.id,
        StockPack.item_id,
        StockPack.names,
        StockPack.quantity,
        StockPack.barcode,
        StockPack.price,
        StockPack.deposit_item_id,
    ).where((StockPack.id == p.id) & (StockPack.hidden == 0))
)
_PACK_PRICE = freeze(lambda p: StockPack.update(price=p.price).where(StockPack.id == p.id))


class StockItem(Body):
    """So much of an item, in its unit or in packs, at a place (where it is served from by default).

    What was received may say what all of it cost (`amount`, minor units), its batch `code` and when it expires.
    """

    item_id: Id
    quantity: Quantity
    pack_id: Id | None = None
    location_id: Id | None = None
    amount: Amount | None = None
    code: Annotated[str, Meta(max_length=60)] | None = None
    expires_on: Day | None = None


class StockChange(Body):
    """What was received, counted, wasted or corrected. `document` is the paper it belongs to."""

    items: Annotated[list[StockItem], Meta(min_length=1, max_length=500)]
    reason: Reason = ""
    document: Annotated[str, Meta(max_length=60)] | None = None


class StockTransfer(Body):
    """Carried from one place to another, as from the cellar to the bar."""

    items: Annotated[list[StockItem], Meta(min_length=1, max_length=500)]
    from_id: Id
    to_id: Id
    reason: Reason = ""


class Production(Body):
    """So much of a premix was made by its recipe. `made` is what came of it where that differs."""

    item_id: Id
    quantity: Annotated[float, Meta(gt=0, le=10_000_000)]
    made: Quantity | None = None
    location_id: Id | None = None
    reason: Reason = ""


class Deposit(Body):
    """Empties and crates with a deposit on them: `in` from a supplier or guests, `out` back to them.

    `party` tells which: what guests take along and bring back is told apart from what suppliers bring and fetch.
    """

    items: Annotated[list[StockItem], Meta(min_length=1, max_length=500)]
    direction: Literal["in", "out"]
    reason: Reason = ""
    party: Literal["supplier", "guest"] = "supplier"


class StockPolicy(Body):
    policy: Policy
    low_at: Annotated[float, Meta(ge=0, le=1_000_000)] = 0


class LevelView(View):
    item_id: int
    on_hand: float


class LevelsView(View):
    items: list[LevelView]


class _Asked(msgspec.Struct):
    """One line of what somebody asked for, its numbers found."""

    item: Item
    place: int
    quantity: int
    said: StockItem
    pack: PackRow | None


class TakenIn(msgspec.Struct, frozen=True):
    """Where something was put, and what it cost until then, on average and last (millionths of the minor unit).

    `price` is what its pack was bought for (minor units), `after` the average from then on.
    """

    place: int
    average: int
    last: int
    price: int | None
    after: int


def receive(tx: Transaction, change: StockChange) -> LevelsView:
    """Goods came in. What they cost moves the average; crates and kegs with a deposit come along."""
    return take_in(tx, change)[0]


def take_in(tx: Transaction, change: StockChange) -> tuple[LevelsView, list[TakenIn]]:
    """The same; tells also where each thing was put, what it cost before and costs after."""
    asked = _found(tx, change.items)
    before = _before(asked)
    taken = []
    for each in asked:
        was = each.item.row
        if each.said.amount is not None and each.quantity:
            _paid(tx, each, each.said.amount)
        price = each.pack.price if each.pack else None
        taken.append(TakenIn(each.place, was.cost, was.last_cost, price, each.item.row.cost))
        shelf.book(
            tx, "receive", [_change(each, each.quantity)], document=change.document, reason=change.reason or None
        )
        if each.said.expires_on is not None or each.said.code is not None:
            tx.insert(
                _INSERT_BATCH,
                item_id=each.item.row.id,
                code=each.said.code,
                expires_on=each.said.expires_on,
                quantity=each.quantity,
                received_at=tx.now,
            )
        if each.pack is not None and each.pack.deposit_item_id is not None:
            empties = tx.cached(load_shelf).items[each.pack.deposit_item_id]
            packs = thousandths(each.said.quantity, "quantity")
            shelf.book(tx, "deposit_in", [(empties, each.place, packs)], document=change.document)
    return _told(tx, "stock.received", asked, before, change.reason), taken


def count(tx: Transaction, change: StockChange) -> LevelsView:
    """This is what is there: at a place where one is named, else in all; the difference is booked."""
    return _set(tx, "count", change)


def adjust(tx: Transaction, change: StockChange) -> LevelsView:
    """Set right, with a reason; journalled as a count."""
    return _set(tx, "adjust", change)


def _set(tx: Transaction, kind: rules.MoveKind, change: StockChange) -> LevelsView:
    asked = _found(tx, change.items)
    before = _before(asked)
    for each in asked:
        known = each.item.on_hand if each.said.location_id is None else each.item.places.get(each.place, 0)
        gained = each.quantity - known
        difference = [_change(each, gained)]
        if gained < 0 and each.said.location_id is None:
            difference = shelf.fetched(each.item, -gained)
        shelf.book(tx, kind, difference, document=change.document, reason=change.reason or None)
    return _told(tx, "stock.counted", asked, before, change.reason)


def waste(tx: Transaction, change: StockChange) -> LevelsView:
    """Broken, spoilt or poured away. Raises BadRequest without a reason, InsufficientStock for more than is there."""
    if not change.reason.strip():
        raise BadRequest("is needed for waste", "reason")
    asked = _found(tx, change.items)
    before = _before(asked)
    _must_be_there(asked, anywhere=True)
    for each in asked:
        gone = [_change(each, -each.quantity)] if each.said.location_id else shelf.fetched(each.item, each.quantity)
        shelf.book(tx, "waste", gone, document=change.document, reason=change.reason)
    return _told(tx, "stock.wasted", asked, before, change.reason)


def transfer(tx: Transaction, body: StockTransfer) -> LevelsView:
    """Carry things from one place to another. Raises InsufficientStock for more than is there."""
    if place_of(tx, body.from_id, "fromId") == place_of(tx, body.to_id, "toId"):
        raise BadRequest("is where it comes from", "toId")
    asked = _found(tx, body.items)
    for each in asked:
        each.place = body.from_id
    _must_be_there(asked, anywhere=False)
    changes: list[Change] = []
    for each in asked:
        changes += [(each.item, body.from_id, -each.quantity), (each.item, body.to_id, each.quantity)]
    shelf.book(tx, "transfer", changes, reason=body.reason or None)
    return _told(tx, "stock.moved", asked, _before(asked), body.reason, fromId=body.from_id, toId=body.to_id)


def produce(tx: Transaction, body: Production) -> LevelsView:
    """Make a premix: its ingredients leave the shelf, it comes on it at what they cost.

    Raises BadRequest for what has no recipe, InsufficientStock naming what lacks.
    """
    row = row_of(tx, body.item_id)
    brew = tx.cached(load_cookbook).recipes.made.get(row.id)
    if brew is None:
        raise BadRequest("has no recipe to make it by", "itemId")
    items = tx.cached(load_shelf).items
    wanted = thousandths(body.quantity, "quantity")
    made = wanted if body.made is None else thousandths(body.made, "made")
    place = row.location_id if body.location_id is None else place_of(tx, body.location_id)
    needed = [(items[item_id], takes * wanted // brew.yields) for item_id, takes in brew.needs]
    short = [(item, much) for item, much in needed if item.row.policy == "refuse" and item.on_hand < much]
    if short:
        raise InsufficientStock([lack(item, much, item.on_hand) for item, much in short])
    used = [change for item, much in needed for change in shelf.fetched(item, much)]
    product = items[row.id]
    if made:
        spent = sum(rules.worth(-quantity, item.row.cost) for item, _, quantity in used)
        _costs(tx, product, made, spent * 1000 // made)
    document = f"production:{tx.number('stock_production')}"
    shelf.book(tx, "production", used, document=document, reason=body.reason or None)
    shelf.book(tx, "production", [(product, place, made)], document=document, reason=body.reason or None)
    asked = [_Asked(product, place, made, StockItem(row.id, body.quantity), None)]
    return _told(tx, "stock.produced", asked, [product.on_hand - made], body.reason)


def deposit(tx: Transaction, body: Deposit) -> LevelsView:
    """Empties come in or go out. Raises InsufficientStock when more go than are there."""
    asked = _found(tx, body.items)
    before = _before(asked)
    incoming = body.direction == "in"
    if not incoming:
        _must_be_there(asked, anywhere=False)
    for each in asked:
        quantity = each.quantity if incoming else -each.quantity
        kind: rules.MoveKind = "deposit_in" if incoming else "deposit_out"
        document = GUEST if body.party == "guest" else None
        shelf.book(tx, kind, [_change(each, quantity)], document=document, reason=body.reason or None)
    return _told(tx, "stock.deposit", asked, before, body.reason)


def set_policy(tx: Transaction, product_id: int, body: StockPolicy) -> LevelView:
    """Begin to count a product, or change what happens when there is none left."""
    row = counted(tx, product_id)
    row = msgspec.structs.replace(row, policy=body.policy, low_at=thousandths(body.low_at, "lowAt"))
    store_item(tx, row)
    item = tx.cached(load_shelf).items[product_id]
    tx.emit("stock.policy", shelf.subject(product_id), body, state=shelf.view(item), rooms=("floor",))
    return LevelView(product_id, show_quantity(item.on_hand))


def _found(tx: Transaction, said: Sequence[StockItem]) -> list[_Asked]:
    """Items, places and quantities. Raises NotFound, or BadRequest naming the field."""
    items = tx.cached(load_shelf).items
    found = []
    for index, each in enumerate(said):
        field = f"items[{index}]"
        sold = each.item_id in tx.cached(load_catalogue).products
        row = counted(tx, each.item_id) if sold else row_of(tx, each.item_id)
        place = row.location_id if each.location_id is None else place_of(tx, each.location_id, f"{field}.locationId")
        quantity, pack = thousandths(each.quantity, f"{field}.quantity"), None
        if each.pack_id is not None:
            pack = tx.one(_PACK, PackRow, id=each.pack_id)
            if pack is None or pack.item_id != row.id:
                raise BadRequest(f"it has no pack {each.pack_id}", f"{field}.packId")
            quantity = rules.share(pack.quantity, quantity)
        found.append(_Asked(items[row.id], place, quantity, each, pack))
    return found


def _change(asked: _Asked, quantity: int) -> Change:
    return asked.item, asked.place, quantity


def _before(asked: Sequence[_Asked]) -> list[int]:
    return [each.item.on_hand for each in asked]


def _paid(tx: Transaction, asked: _Asked, amount: int) -> None:
    _costs(tx, asked.item, asked.quantity, rules.cost_of(amount, asked.quantity))
    packs = thousandths(asked.said.quantity, "quantity")
    if asked.pack is not None and packs:
        tx.execute(_PACK_PRICE, id=asked.pack.id, price=rules.cost_of(amount, packs) // rules.MILLIONTHS)


def _costs(tx: Transaction, item: Item, added: int, cost: int) -> None:
    """`added` comes in at this cost: the item's average and last cost from here on."""
    row = item.row
    average = rules.average(item.on_hand, row.cost, added, cost)
    if (average, cost) != (row.cost, row.last_cost):
        store_item(tx, msgspec.structs.replace(row, cost=average, last_cost=cost))
        facts = {"before": row.cost, "after": average, "last": cost}
        tx.emit("stock.cost", shelf.subject(row.id), facts, rooms=("office",))


def _must_be_there(asked: Sequence[_Asked], *, anywhere: bool) -> None:
    """Nothing is taken that is not there, of items that are refused when there is none. Raises InsufficientStock."""
    left: dict[tuple[int, int | None], int] = {}
    lacking = []
    for each in asked:
        place = None if anywhere and each.said.location_id is None else each.place
        there = each.item.on_hand if place is None else each.item.places.get(place, 0)
        there = left.get((each.item.row.id, place), there)
        left[each.item.row.id, place] = there - each.quantity
        if each.item.row.policy == "refuse" and there < each.quantity:
            lacking.append(lack(each.item, each.quantity, there))
    if lacking:
        raise InsufficientStock(lacking)


def lack(item: Item, wanted: int, there: int) -> dict[str, Any]:
    """What an InsufficientStock tells of an item."""
    called = names.decode(item.row.names)
    return {
        "itemId": item.row.id,
        "name": next(iter(called.values())),
        "names": called,
        "unit": item.row.unit,
        "requested": show_quantity(wanted),
        "left": max(0, show_quantity(there)),
    }


def _told(
    tx: Transaction, kind: str, asked: Sequence[_Asked], before: Sequence[int], reason: str, **more: Any
) -> LevelsView:
    moved = [
        {"itemId": each.item.row.id, "quantity": each.quantity, "before": was, "after": each.item.on_hand}
        for each, was in zip(asked, before, strict=True)
    ]
    tx.emit(kind, "stock", {"items": moved, "reason": reason, **more}, rooms=("office",))
    return LevelsView([LevelView(each.item.row.id, show_quantity(each.item.on_hand)) for each in asked])
