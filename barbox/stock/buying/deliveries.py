"""What came in: booked as received, with what it cost, and how it differs from what was ordered."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from barbox.core.errors import WrongState
from barbox.core.messages import Amount, Body, Id
from barbox.core.money import THOUSANDTH, divide_half_up, times
from barbox.core.transaction import Transaction
from barbox.stock.buying import purchases
from barbox.stock.buying.delivered import DeliveryView, view_of
from barbox.stock.buying.models import Delivery, DeliveryLine, PurchaseLine
from barbox.stock.buying.purchases import AWAITED, LINES, ONE_UNIT, LineRow, Note, Packs
from barbox.stock.buying.suppliers import supplier_of
from barbox.stock.items import thousandths
from barbox.stock.models import StockBatch
from barbox.stock.moves import Day, StockChange, TakenIn, take_in
from barbox.stock.moves import StockItem as Received

D, L, PL, B = Delivery, DeliveryLine, PurchaseLine, StockBatch


class DeliveredLine(Body):
    """So many packs of an item came, or of its unit, and what all of them cost (`amount`, minor units).

    Without an amount it is what was ordered for; what was not ordered then leaves the item's cost as it is.
    """

    item_id: Id
    packs: Packs
    pack_id: Id | None = None
    amount: Amount | None = None
    location_id: Id | None = None
    code: Annotated[str, Meta(max_length=60)] | None = None
    expires_on: Day | None = None


class ReceivePurchase(Body):
    """What came of an order. `paper` is the delivery note's number; `close`: the rest is awaited no longer."""

    lines: Annotated[list[DeliveredLine], Meta(min_length=1, max_length=500)]
    paper: Annotated[str, Meta(max_length=60)] | None = None
    note: Note | None = None
    close: bool = False


class NewDelivery(Body):
    """What came without an order."""

    lines: Annotated[list[DeliveredLine], Meta(min_length=1, max_length=500)]
    supplier_id: Id | None = None
    paper: Annotated[str, Meta(max_length=60)] | None = None
    note: Note | None = None


class _BatchRow(msgspec.Struct):
    id: int


def receive_purchase(tx: Transaction, purchase_id: int, body: ReceivePurchase) -> DeliveryView:
    """What came of an order is on the shelf, and what did not is kept as a difference.

    Raises NotFound, BadRequest naming the line, WrongState for an order that is not awaited.
    """
    known = purchases.purchase_of(tx, purchase_id)
    if known.status not in AWAITED:
        raise WrongState("the order", known.status)
    ordered = tx.all(LINES, LineRow, id=purchase_id)
    view = _book(tx, body, known.supplier_id, purchase_id, ordered)
    for line in ordered:
        update = PL.update(received=line.received)
        tx.run(update.where((PL.purchase_id == purchase_id) & (PL.line == line.line)))
    if body.close or all(line.received >= line.packs for line in ordered):
        purchases.change(tx, known, status="closed", closed_at=tx.now)
    else:
        purchases.change(tx, known, status="partly")
    purchases.tell(tx, purchase_id)
    return view


def receive_delivery(tx: Transaction, body: NewDelivery) -> DeliveryView:
    """What came without an order is on the shelf. Raises BadRequest naming the line."""
    if body.supplier_id is not None:
        supplier_of(tx, body.supplier_id, "supplierId")
    return _book(tx, body, body.supplier_id, None, [])


class _Came(msgspec.Struct):
    """A line with its packs and quantity in thousandths, and the ordered line it is part of."""

    said: DeliveredLine
    packs: int
    size: int
    of: LineRow | None
    amount: int | None

    @property
    def quantity(self) -> int:
        return times(self.size, self.packs)


def _book(
    tx: Transaction,
    body: ReceivePurchase | NewDelivery,
    supplier_id: int | None,
    purchase_id: int | None,
    ordered: Sequence[LineRow],
) -> DeliveryView:
    came = [_came(tx, f"lines[{number}]", said, ordered) for number, said in enumerate(body.lines)]
    head = D.insert(
        purchase_id=purchase_id,
        supplier_id=supplier_id,
        paper=body.paper,
        at=tx.now,
        business_day=tx.business_day,
        staff_id=tx.actor.staff_id,
        note=body.note,
    )
    delivery_id = int(tx.run(head).lastrowid or 0)
    items = [
        Received(
            *(each.said.item_id, each.said.packs, each.said.pack_id, each.said.location_id, each.amount),
            *(each.said.code, each.said.expires_on),
        )
        for each in came
    ]
    _, taken = take_in(tx, StockChange(items, document=f"delivery:{delivery_id}"))
    _write(tx, delivery_id, came, taken, ordered)
    view = view_of(tx, delivery_id)
    tx.emit("delivery.received", f"delivery:{delivery_id}", view, rooms=("office",))
    return view


def _came(tx: Transaction, field: str, said: DeliveredLine, ordered: Sequence[LineRow]) -> _Came:
    pack = purchases.pack_of(tx, said.item_id, said.pack_id, field)
    of = line_of(ordered, said.item_id, said.pack_id)
    packs = thousandths(said.packs, f"{field}.packs")
    amount = said.amount
    if amount is None and of is not None and of.pack_id == said.pack_id and of.price is not None:
        amount = times(of.price, packs)
    return _Came(said, packs, pack.quantity if pack else ONE_UNIT, of, amount)


def line_of(ordered: Sequence[LineRow], item_id: int, pack_id: int | None) -> LineRow | None:
    """The ordered line that something is part of: the one of its pack, else one of the item."""
    alike = [line for line in ordered if line.item_id == item_id]
    return next((line for line in alike if line.pack_id == pack_id), next(iter(alike), None))


def _write(
    tx: Transaction, delivery_id: int, came: Sequence[_Came], taken: Sequence[TakenIn], ordered: Sequence[LineRow]
) -> None:
    """The lines as they came, and those of which nothing came; ordered lines know then what they received."""
    further = Counter(each.of.line for each in came if each.of)
    rows: list[tuple[int | None, ...]] = []
    for each, was in zip(came, taken, strict=True):
        expected = None
        if each.of is not None:
            further[each.of.line] -= 1
            rest = times(each.of.pack_quantity, max(0, each.of.packs - each.of.received))
            awaited = divide_half_up(rest * THOUSANDTH, each.size)
            expected = min(awaited, each.packs) if further[each.of.line] else awaited
            each.of.received += divide_half_up(each.quantity * THOUSANDTH, each.of.pack_quantity)
        elif ordered:
            expected = 0
        said = each.said
        known = (was.average, was.after, was.last, was.price) if each.amount is not None else (None,) * 4
        place = was.place, _batch(tx, said)
        rows.append((said.item_id, said.pack_id, each.packs, each.quantity, each.amount, expected, *place, *known))
    missing = [line for line in ordered if line.line not in further and line.received < line.packs]
    rows += [(line.item_id, line.pack_id, 0, 0, None, line.packs - line.received, *(None,) * 6) for line in missing]
    names = (
        *("item_id", "pack_id", "packs", "quantity", "amount", "expected", "location_id", "batch_id"),
        *("cost_before", "cost_after", "last_before", "price_before"),
    )
    for number, row in enumerate(rows, 1):
        tx.run(L.insert(delivery_id=delivery_id, line=number, **dict(zip(names, row, strict=True))))


def _batch(tx: Transaction, said: DeliveredLine) -> int | None:
    """The batch that was just made of a line, if it has one."""
    if said.code is None and said.expires_on is None:
        return None
    newest = B.select(B.id).where((B.item_id == said.item_id) & (B.received_at == tx.now))
    same = B.code.is_null() if said.code is None else B.code == said.code
    found = tx.one(newest.where(same).order_by(B.id.desc()).limit(1), _BatchRow)
    return found.id if found else None
