"""What came in: booked as received, with what it cost, and how it differs from what was ordered."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import peewee
from msgspec import Meta

from barbox.core.clock import rfc3339
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound, WrongState
from barbox.core.messages import Amount, Body, Id, View
from barbox.core.money import THOUSANDTH, divide_half_up, show_quantity, times
from barbox.core.names import decode, first
from barbox.core.settings import load_venue, read_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock import purchases, rules
from barbox.stock.items import thousandths
from barbox.stock.models import Delivery, DeliveryLine, PurchaseLine, StockBatch, StockItem, StockPack, Supplier
from barbox.stock.moves import Costs, Day, StockChange, take_in
from barbox.stock.moves import StockItem as Received
from barbox.stock.purchases import AWAITED, LINES, ONE_UNIT, LineRow, Note, Packs
from barbox.stock.suppliers import supplier_of

D, L, PL, IT, SP, S, B = Delivery, DeliveryLine, PurchaseLine, StockItem, StockPack, Supplier, StockBatch


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


class DeliveryLineView(View):
    """`expected` are the packs that were still awaited (null without an order), `difference` what came beyond them,
    `packSize` what one holds.

    `amountDifference` is what was paid beyond the ordered price, where both are known. `costBefore` and `costAfter` are
    what such a pack cost on average (minor units) before and after, `priceBefore` what it was last bought for.
    """

    line: int
    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    pack_id: int | None
    pack: dict[str, str] | None
    pack_size: float
    packs: float
    quantity: float
    amount: int | None
    expected: float | None
    difference: float | None
    amount_difference: int | None
    code: str | None
    expires_on: int | None
    cost_before: float | None
    cost_after: float | None
    price_before: int | None


class DeliveryHead(View):
    """`differs` tells that something came otherwise than ordered; `amount` what all of it cost.

    One that was written down wrong was taken back at `reversedAt`, and may be `replacedBy` another.
    """

    id: int
    purchase_id: int | None
    supplier_id: int | None
    supplier: str | None
    paper: str | None
    at: str
    business_day: int
    staff_id: int | None
    note: str | None
    amount: int
    differs: bool
    reversed_at: str | None
    reversed_by: int | None
    reversed_for: str | None
    replaced_by: int | None


class DeliveryView(DeliveryHead):
    lines: list[DeliveryLineView]


class DeliveriesView(View):
    deliveries: list[DeliveryHead]


class DeliveryRow(msgspec.Struct):
    id: int
    purchase_id: int | None
    supplier_id: int | None
    paper: str | None
    at: int
    business_day: int
    staff_id: int | None
    note: str | None
    reversed_at: int | None
    reversed_by: int | None
    reversed_for: str | None
    replaced_by: int | None
    supplier: str | None


class DeliveredRow(msgspec.Struct):
    delivery_id: int
    line: int
    item_id: int
    names: str
    unit: str
    pack_id: int | None
    pack: str | None
    pack_size: int
    packs: int
    quantity: int
    amount: int | None
    expected: int | None
    cost_before: int | None
    cost_after: int | None
    last_before: int | None
    price_before: int | None
    batch_id: int | None
    price: int | None
    code: str | None
    expires_on: int | None

    @property
    def amount_difference(self) -> int | None:
        """What was paid beyond the ordered price, where both are known."""
        return None if self.amount is None or self.price is None else self.amount - times(self.price, self.packs)


class _BatchRow(msgspec.Struct):
    id: int


_head = tuple(getattr(D, name) for name in DeliveryRow.__struct_fields__[:-1])
_heads = D.select(*_head, S.name).join(S, peewee.JOIN.LEFT_OUTER, on=(S.id == D.supplier_id))
_price = PL.select(peewee.fn.MIN(PL.price)).where(
    (PL.purchase_id == D.purchase_id)
    & (PL.item_id == L.item_id)
    & (peewee.fn.COALESCE(PL.pack_id, 0) == peewee.fn.COALESCE(L.pack_id, 0))
)
_lines = (
    L.select(
        *(L.delivery_id, L.line, L.item_id, IT.names, IT.unit, L.pack_id, SP.names),
        peewee.fn.COALESCE(SP.quantity, ONE_UNIT),
        *(L.packs, L.quantity, L.amount, L.expected, L.cost_before, L.cost_after, L.last_before, L.price_before),
        *(L.batch_id, _price, B.code, B.expires_on),
    )
    .join(D, on=(D.id == L.delivery_id))
    .join(IT, on=(IT.id == L.item_id))
    .join(SP, peewee.JOIN.LEFT_OUTER, on=(SP.id == L.pack_id))
    .join(B, peewee.JOIN.LEFT_OUTER, on=(B.id == L.batch_id))
    .order_by(L.delivery_id, L.line)
)
HEAD = freeze(lambda p: _heads.where(D.id == p.id))
DELIVERED = freeze(lambda p: _lines.where(L.delivery_id == p.id))


class Asked(msgspec.Struct, frozen=True):
    """Which deliveries: see `buying_api.DeliveriesQuery`."""

    first: int
    last: int
    supplier_id: int | None
    purchase_id: int | None
    limit: int


async def read_deliveries(snapshot: Snapshot, asked: Asked) -> DeliveriesView:
    """Deliveries of some days, the newest first."""
    which = D.business_day.between(asked.first, asked.last)
    if asked.supplier_id is not None:
        which &= D.supplier_id == asked.supplier_id
    if asked.purchase_id is not None:
        which &= D.purchase_id == asked.purchase_id
    heads = await snapshot.all(_heads.where(which).order_by(D.id.desc()).limit(asked.limit), DeliveryRow)
    lines: dict[int, list[DeliveredRow]] = {}
    for row in await snapshot.all(_lines.where(L.delivery_id.in_([head.id for head in heads] or [0])), DeliveredRow):
        lines.setdefault(row.delivery_id, []).append(row)
    return DeliveriesView([DeliveryHead(**_told(head, lines.get(head.id, []))) for head in heads])


async def read_delivery(snapshot: Snapshot, delivery_id: int) -> DeliveryView:
    """One of them. Raises NotFound."""
    head = await snapshot.one(HEAD, DeliveryRow, id=delivery_id)
    if head is None:
        raise NotFound("delivery", delivery_id)
    lines = await snapshot.all(DELIVERED, DeliveredRow, id=delivery_id)
    return _view(head, lines, (await read_venue(snapshot)).language)


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
    _, costs = take_in(tx, StockChange(items, document=f"delivery:{delivery_id}"))
    _write(tx, delivery_id, came, costs, ordered)
    view = view_of(tx, delivery_id)
    tx.emit("delivery.received", f"delivery:{delivery_id}", view, rooms=("office",))
    return view


def view_of(tx: Transaction, delivery_id: int) -> DeliveryView:
    """One of them, inside a command. Raises NotFound."""
    head = tx.one(HEAD, DeliveryRow, id=delivery_id)
    if head is None:
        raise NotFound("delivery", delivery_id)
    return _view(head, tx.all(DELIVERED, DeliveredRow, id=delivery_id), tx.cached(load_venue).language)


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
    tx: Transaction, delivery_id: int, came: Sequence[_Came], costs: Sequence[Costs], ordered: Sequence[LineRow]
) -> None:
    """The lines as they came, and those of which nothing came; ordered lines know then what they received."""
    further = Counter(each.of.line for each in came if each.of)
    rows: list[tuple[int | None, ...]] = []
    for each, was in zip(came, costs, strict=True):
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
        rows.append(
            (said.item_id, said.pack_id, each.packs, each.quantity, each.amount, expected, _batch(tx, said), *known)
        )
    missing = [line for line in ordered if line.line not in further and line.received < line.packs]
    rows += [(line.item_id, line.pack_id, 0, 0, None, line.packs - line.received, *(None,) * 5) for line in missing]
    names = (
        *("item_id", "pack_id", "packs", "quantity", "amount", "expected", "batch_id"),
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


def _told(head: DeliveryRow, lines: Sequence[DeliveredRow]) -> dict[str, Any]:
    differs = any(row.expected not in (None, row.packs) or row.amount_difference for row in lines)
    facts = {"at": rfc3339(head.at), "amount": sum(row.amount or 0 for row in lines), "differs": differs}
    reversed_at = None if head.reversed_at is None else rfc3339(head.reversed_at)
    return msgspec.structs.asdict(head) | facts | {"reversed_at": reversed_at}


def _view(head: DeliveryRow, lines: Sequence[DeliveredRow], language: str) -> DeliveryView:
    return DeliveryView(**_told(head, lines), lines=[_line(row, language) for row in lines])


def _line(row: DeliveredRow, language: str) -> DeliveryLineView:
    expected = None if row.expected is None else show_quantity(row.expected)
    return DeliveryLineView(
        line=row.line,
        item_id=row.item_id,
        name=first(decode(row.names), language),
        names=decode(row.names),
        unit=row.unit,
        pack_id=row.pack_id,
        pack=decode(row.pack) if row.pack else None,
        pack_size=show_quantity(row.pack_size),
        packs=show_quantity(row.packs),
        quantity=show_quantity(row.quantity),
        amount=row.amount,
        expected=expected,
        difference=None if row.expected is None else show_quantity(row.packs - row.expected),
        amount_difference=row.amount_difference,
        code=row.code,
        expires_on=row.expires_on,
        cost_before=_pack_cost(row, row.cost_before),
        cost_after=_pack_cost(row, row.cost_after),
        price_before=row.price_before,
    )


def _pack_cost(row: DeliveredRow, cost: int | None) -> float | None:
    return None if cost is None else rules.show_cost(rules.worth(row.pack_size, cost))
