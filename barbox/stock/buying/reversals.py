"""A delivery that was written down wrong is taken back, and written anew: the ledger only grows."""

from collections.abc import Sequence

import msgspec

from barbox.core.errors import BadRequest, InsufficientStock, WrongState
from barbox.core.messages import Body
from barbox.core.money import THOUSANDTH, divide_half_up
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock import moves, rules, shelf
from barbox.stock.buying import delivered, deliveries, purchases
from barbox.stock.buying.delivered import DELIVERED, HEAD, DeliveredRow, DeliveryRow, DeliveryView
from barbox.stock.buying.deliveries import NewDelivery
from barbox.stock.buying.models import Delivery, PurchaseLine
from barbox.stock.buying.purchases import LINES, LineRow
from barbox.stock.items import store_item
from barbox.stock.models import StockBatch, StockMove, StockPack
from barbox.stock.moves import Reason
from barbox.stock.shelf import load_shelf

D, M, PL, SP, B = Delivery, StockMove, PurchaseLine, StockPack, StockBatch


class ReverseDelivery(Body):
    """Why it is taken back, and what came in its place, if anything did: of the same order, from the same supplier."""

    reason: Reason
    instead: deliveries.ReceivePurchase | None = None


class _MoveRow(msgspec.Struct):
    item_id: int
    location_id: int
    kind: rules.MoveKind
    quantity: int


class _PriceRow(msgspec.Struct):
    price: int | None


_MOVES = freeze(
    lambda p: (
        M.select(M.item_id, M.location_id, M.kind, M.quantity).where(M.document == p.document).order_by(M.id.desc())
    )
)
_PRICE = freeze(lambda p: SP.select(SP.price).where(SP.id == p.id))


def reverse_delivery(tx: Transaction, delivery_id: int, body: ReverseDelivery) -> DeliveryView:
    """What came is off the shelf again, its costs as they were, its order awaited; told is what stands in its place.

    Raises NotFound, BadRequest without a reason, WrongState for one that was taken back before, InsufficientStock
    naming what is no longer there.
    """
    if not body.reason.strip():
        raise BadRequest("is needed to take a delivery back", "reason")
    delivered.view_of(tx, delivery_id)
    head = tx.all(HEAD, DeliveryRow, id=delivery_id)[0]
    if head.reversed_at is not None:
        raise WrongState("the delivery", "taken back already")
    lines = tx.all(DELIVERED, DeliveredRow, id=delivery_id)
    items = tx.cached(load_shelf).items
    before = {row.item_id: items[row.item_id].on_hand for row in lines}
    document = f"delivery:{delivery_id}"
    came = iter([row for row in reversed(lines) if row.quantity])
    for move in tx.all(_MOVES, _MoveRow, document=document):
        changes = shelf.fetched(items[move.item_id], move.quantity, move.location_id)
        shelf.book(tx, move.kind, changes, document=document, reason=body.reason)
        row = next(came) if move.kind == "receive" else None
        if row is not None and row.amount is not None:
            _cost_back(tx, row)
    tx.run(B.update(quantity=0, finished_at=tx.now).where(B.id.in_([row.batch_id for row in lines if row.batch_id])))
    mark = {"reversed_at": tx.now, "reversed_by": tx.actor.staff_id, "reversed_for": body.reason.strip()}
    tx.run(D.update(mark).where(D.id == delivery_id))
    if head.purchase_id is not None:
        _await_again(tx, head.purchase_id, lines)
    made = None if body.instead is None else _instead(tx, head, body.instead)
    if made is not None:
        tx.run(D.update(replaced_by=made.id).where(D.id == delivery_id))
    short = [
        moves.lack(items[each], was, items[each].on_hand) for each, was in before.items() if _owed(items[each], was)
    ]
    if short:
        raise InsufficientStock(short)
    view = delivered.view_of(tx, delivery_id)
    tx.emit("delivery.reversed", f"delivery:{delivery_id}", view, rooms=("office",))
    return made or view


def _owed(item: shelf.Item, was: int) -> bool:
    return item.row.policy == "refuse" and item.on_hand < min(0, was)


def _instead(tx: Transaction, head: DeliveryRow, came: deliveries.ReceivePurchase) -> DeliveryView:
    if head.purchase_id is not None:
        return deliveries.receive_purchase(tx, head.purchase_id, came)
    return deliveries.receive_delivery(tx, NewDelivery(came.lines, head.supplier_id, came.paper, came.note))


def _cost_back(tx: Transaction, row: DeliveredRow) -> None:
    """What the item cost before; where its cost moved since, as if this had not come."""
    item = tx.cached(load_shelf).items[row.item_id]
    paid, kept = rules.cost_of(row.amount or 0, row.quantity), item.row
    average: int | None = row.cost_before
    if row.cost_after is None or kept.cost != row.cost_after:
        average = rules.average_without(item.on_hand, kept.cost, row.quantity, paid)
    last = row.last_before if row.last_before is not None and kept.last_cost == paid else kept.last_cost
    back = msgspec.structs.replace(kept, cost=kept.cost if average is None else average, last_cost=last)
    if back != kept:
        store_item(tx, back)
        facts = {"before": kept.cost, "after": back.cost, "last": back.last_cost}
        tx.emit("stock.cost", shelf.subject(row.item_id), facts, rooms=("office",))
    if row.pack_id is not None and row.cost_before is not None:
        price = rules.cost_of(row.amount or 0, row.packs) // rules.MILLIONTHS
        known = tx.one(_PRICE, _PriceRow, id=row.pack_id)
        if known is not None and known.price == price:
            tx.run(SP.update(price=row.price_before).where(SP.id == row.pack_id))


def _await_again(tx: Transaction, purchase_id: int, lines: Sequence[DeliveredRow]) -> None:
    """Its order has received that much less, and is open again."""
    ordered = tx.all(LINES, LineRow, id=purchase_id)
    for row in lines:
        of = deliveries.line_of(ordered, row.item_id, row.pack_id)
        if of is not None and row.quantity:
            of.received = max(0, of.received - divide_half_up(row.quantity * THOUSANDTH, of.pack_quantity))
    for line in ordered:
        update = PL.update(received=line.received)
        tx.run(update.where((PL.purchase_id == purchase_id) & (PL.line == line.line)))
    status = "partly" if any(line.received for line in ordered) else "sent"
    purchases.change(tx, purchases.purchase_of(tx, purchase_id), status=status, closed_at=None)
    purchases.tell(tx, purchase_id)
