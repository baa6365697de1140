"""What came in, read: deliveries with their lines, what each differs in and what it did to costs."""

from collections.abc import Sequence
from typing import Any

import msgspec
import peewee

from barbox.core.clock import rfc3339
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.messages import View
from barbox.core.money import show_quantity, times
from barbox.core.names import decode, first
from barbox.core.settings import load_venue, read_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock import rules
from barbox.stock.buying.models import Delivery, DeliveryLine, PurchaseLine
from barbox.stock.buying.purchases import ONE_UNIT
from barbox.stock.models import StockBatch, StockItem, StockPack, Supplier

D, L, PL, IT, SP, S, B = Delivery, DeliveryLine, PurchaseLine, StockItem, StockPack, Supplier, StockBatch


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
    location_id: int | None
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
    location_id: int | None
    batch_id: int | None
    price: int | None
    code: str | None
    expires_on: int | None

    @property
    def amount_difference(self) -> int | None:
        """What was paid beyond the ordered price, where both are known."""
        return None if self.amount is None or self.price is None else self.amount - times(self.price, self.packs)


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
        *(L.location_id, L.batch_id, _price, B.code, B.expires_on),
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
    """Which deliveries: see `api.DeliveriesQuery`."""

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


def view_of(tx: Transaction, delivery_id: int) -> DeliveryView:
    """One of them, inside a command. Raises NotFound."""
    head = tx.one(HEAD, DeliveryRow, id=delivery_id)
    if head is None:
        raise NotFound("delivery", delivery_id)
    return _view(head, tx.all(DELIVERED, DeliveredRow, id=delivery_id), tx.cached(load_venue).language)


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
        location_id=row.location_id,
        cost_before=_pack_cost(row, row.cost_before),
        cost_after=_pack_cost(row, row.cost_after),
        price_before=row.price_before,
    )


def _pack_cost(row: DeliveredRow, cost: int | None) -> float | None:
    return None if cost is None else rules.show_cost(rules.worth(row.pack_size, cost))
