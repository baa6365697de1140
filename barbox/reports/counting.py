"""Follows the journal inside the transaction and keeps the roll-ups in step: each row once for a whole batch."""

from collections.abc import Callable
from typing import Any

import msgspec

from barbox.core.settings import load_venue
from barbox.core.statements import Statement, freeze
from barbox.core.transaction import Followers, Told, Transaction
from barbox.orders.queries import OrderView
from barbox.payments.models import PaymentTax, Settlement
from barbox.payments.rules import Settled
from barbox.reports.models import Deduction, SaleUndone
from barbox.reports.sales import TABLES, Given, Sale, Tally, sale_of

D, S, U, X = Deduction, Settlement, SaleUndone, PaymentTax


def _upsert(table: str) -> Statement:
    keys, measures = TABLES[table]
    columns = (*keys, *measures)
    marks = ", ".join("?" * len(columns))
    added = ", ".join(f"{each} = {each} + excluded.{each}" for each in measures)
    return Statement(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}",
        columns,
    )


UPSERTS = {table: _upsert(table) for table in TABLES}
_DEDUCT = freeze(
    lambda p: D.insert(
        kind=p.kind,
        business_day=p.business_day,
        at=p.at,
        staff_id=p.staff_id,
        reason=p.reason,
        amount=p.amount,
        order_id=p.order_id,
    )
)
_TAXES = freeze(lambda p: X.select(X.tax_rate_id, X.rate, X.gross, X.tax).where(X.payment_id == p.payment_id))
_SETTLED = freeze(
    lambda p: S.select(S.id, S.at).where((S.order_id == p.order_id) & (S.orders > 0)).order_by(S.id.desc()).limit(1)
)
_UNDO = freeze(lambda p: U.insert(settlement_id=p.settlement_id, order_id=p.order_id, body=p.body))
encode_sale = msgspec.json.Encoder().encode


class _Settlement(msgspec.Struct):
    id: int
    at: int


class Batch:
    """What the commands of a batch add to the roll-ups; `steps` are taken back with the command that made them."""

    def __init__(self) -> None:
        self.steps: list[Callable[[Tally], None]] = []
        self.payments: list[tuple[int, int]] = []
        """The batch's payments: business day and number."""


def load_batch(_tx: Transaction) -> Batch:
    """Use through `tx.cached(load_batch)`: it is the writer's memory, and forgotten when a batch is."""
    return Batch()


def paid(tx: Transaction, told: Told) -> None:
    """Money came in; when it settles the order, that is a sale."""
    _money(tx, told, "payment")
    if told.kind == "order.paid":
        sale, day = _sale(tx, told, tx.now), tx.business_day
        _note(tx, lambda tally: tally.sale(day, sale, 1))
        _deduct_all(tx, sale, 1)


def refunded(tx: Transaction, told: Told) -> None:
    """Money went out; of a settled order that is told beside its sale."""
    _money(tx, told, "refund")
    order: OrderView = told.state
    if order.status == "paid":
        amount = -sum(each.amount for each in told.payload["tenders"])
        row, day = told.rows[0], tx.business_day
        _note(tx, lambda tally: tally.refund(day, row, amount))


def reopened(tx: Transaction, told: Told) -> None:
    """A sale is taken off again, as it was counted; that is kept, because the order may change from here on."""
    if told.payload["was"] != "paid":
        return
    order_id = told.state.order_id
    settled = tx.all(_SETTLED, _Settlement, order_id=order_id)[0]
    sale = _sale(tx, told, settled.at)
    tx.execute(_UNDO, settlement_id=settled.id, order_id=order_id, body=encode_sale(sale))
    day = tx.business_day
    _note(tx, lambda tally: tally.sale(day, sale, -1))
    _deduct_all(tx, sale, -1)


def voided(tx: Transaction, told: Told) -> None:
    """Lines were taken back."""
    _deduct(tx, "void", told.payload["reason"], told.payload["amount"], told.state.order_id, tx.actor.staff_id or 0)


def changed(tx: Transaction, told: Told) -> None:
    """Lines were given away, if that was the change."""
    if told.payload.get("comp"):
        _deduct(tx, "comp", told.payload["reason"], told.payload["amount"], told.state.order_id, tx.actor.staff_id or 0)


FOLLOWERS: Followers = {
    "payment.taken": (paid,),
    "order.paid": (paid,),
    "payment.refunded": (refunded,),
    "order.reopened": (reopened,),
    "order.voided": (voided,),
    "order.changed": (changed,),
}
"""What the box's writer is given, so that no figure is ever told without its sum."""


def write_batch(tx: Transaction) -> None:
    """Bring the roll-ups up to date, once for all commands of a batch: each row is written once."""
    batch = tx.cached(load_batch)
    tally = waiting(tx)
    batch.steps, batch.payments = [], []
    for table, upsert in UPSERTS.items():
        tx.insert_tuples(upsert, tally.rows(table))


def waiting(tx: Transaction) -> Tally:
    """What this batch has not written yet."""
    batch = tx.cached(load_batch)
    tally = Tally()
    for step in batch.steps:
        step(tally)
    for day, payment_id in batch.payments:
        for row in tx.execute(_TAXES, payment_id=payment_id):
            tally.tax(day, *row)
    return tally


def _sale(tx: Transaction, told: Told, settled_at: int) -> Sale:
    order, lines = told.rows
    return sale_of(order, lines, settled_at, tax_included=tx.cached(load_venue).tax_included)


def _money(tx: Transaction, told: Told, kind: str) -> None:
    day, staff_id = tx.business_day, tx.actor.staff_id or 0
    tenders: list[Settled] = told.payload["tenders"]
    payment_id: int = told.payload["paymentId"]

    def count(tally: Tally) -> None:
        for each in tenders:
            tally.tender(day, staff_id, each.method, kind, each.amount, each.tip, each.rounding)

    _note(tx, count)
    payments = tx.cached(load_batch).payments
    payments.append((day, payment_id))
    tx.on_undo(payments.pop)  # type: ignore[arg-type]


def _note(tx: Transaction, step: Callable[[Tally], None]) -> None:
    steps = tx.cached(load_batch).steps
    steps.append(step)
    tx.on_undo(steps.pop)  # type: ignore[arg-type]
    tx.before_commit(write_batch)


def _deduct_all(tx: Transaction, sale: Sale, sign: int) -> None:
    each: Given
    for each in sale.given:
        _deduct(tx, "discount", each.reason, sign * each.amount, sale.order_id, each.staff_id)


def _deduct(tx: Transaction, kind: str, reason: str, amount: int, order_id: int, staff_id: int) -> None:
    values: dict[str, Any] = {"kind": kind, "reason": reason, "amount": amount}
    tx.insert(_DEDUCT, **values, business_day=tx.business_day, at=tx.now, staff_id=staff_id, order_id=order_id)
