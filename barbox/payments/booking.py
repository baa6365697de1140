"""Storing a payment or refund with its tenders, the taxes it belongs to, and what it settled."""

from collections.abc import Mapping, Sequence

import msgspec

from barbox.core.errors import WrongState
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.orders.models import Payment, Tender
from barbox.orders.queries import OrderView
from barbox.payments.models import PaymentTax, Settlement
from barbox.payments.rules import Rate, Settled, TaxPart, tax_parts

P, X, S = Payment, PaymentTax, Settlement
_PAYMENT_FIELDS = (
    *("id", "order_id", "business_day", "at", "staff_id", "device_id"),
    *("session_id", "kind", "reason"),
)
_TENDER_FIELDS = (*("payment_id", "tender"), *Settled.__struct_fields__)
_SETTLED_FIELDS = ("orders", "covers", "subtotal", "discount", "service", "cover", "tax", "total", "comped")

_PAYMENT = freeze(lambda p: P.insert(**{name: getattr(p, name) for name in _PAYMENT_FIELDS}))
_TENDER = freeze(lambda p: Tender.insert(**{name: getattr(p, name) for name in _TENDER_FIELDS}))
_TAX = freeze(
    lambda p: X.insert(payment_id=p.payment_id, tax_rate_id=p.tax_rate_id, rate=p.rate, gross=p.gross, tax=p.tax)
)
_BOOKED = freeze(
    lambda p: (
        X.select(X.tax_rate_id, X.rate, X.gross, X.tax)
        .join(P, on=(P.id == X.payment_id))
        .where(P.order_id == p.order_id)
    )
)
_SETTLE = freeze(
    lambda p: S.insert(
        **{name: getattr(p, name) for name in ("order_id", "session_id", "business_day", "at", "payment_id")},
        **{name: getattr(p, name) for name in _SETTLED_FIELDS},
    )
)
_SETTLED = freeze(lambda p: S.select(*(getattr(S, name) for name in _SETTLED_FIELDS)).where(S.order_id == p.order_id))


class _Booked(msgspec.Struct):
    tax_rate_id: int
    rate: int
    gross: int
    tax: int


class _Settlement(msgspec.Struct):
    orders: int
    covers: int
    subtotal: int
    discount: int
    service: int
    cover: int
    tax: int
    total: int
    comped: int


def store_payment(
    tx: Transaction,
    order_id: int,
    session_id: int,
    tenders: Sequence[Settled],
    *,
    kind: str = "payment",
    reason: str | None = None,
) -> int:
    """A payment with its tenders, in a drawer session; returns its number."""
    payment_id = tx.number("payment")
    tx.execute(
        _PAYMENT,
        id=payment_id,
        order_id=order_id,
        business_day=tx.business_day,
        at=tx.now,
        staff_id=tx.actor.staff_id,
        device_id=tx.actor.device_id,
        session_id=session_id,
        kind=kind,
        reason=reason,
    )
    for index, each in enumerate(tenders):
        tx.execute(_TENDER, payment_id=payment_id, tender=index, **msgspec.structs.asdict(each))
    return payment_id


def book(tx: Transaction, payment_id: int, order: OrderView, session_id: int) -> None:
    """Book a payment's or refund's taxes; and what the order came to, when it is settled by it."""
    booked: dict[Rate, TaxPart] = {}
    for row in tx.all(_BOOKED, _Booked, order_id=order.order_id):
        before = booked.get((row.tax_rate_id, row.rate), TaxPart(0, 0))
        booked[row.tax_rate_id, row.rate] = TaxPart(before.gross + row.gross, before.tax + row.tax)
    of_order = {(tax.rate_id, tax.rate): TaxPart(tax.base + tax.tax, tax.tax) for tax in order.taxes}
    net = order.paid_amount - order.refunded_amount
    for (rate_id, rate), part in tax_parts(net, of_order, booked).items():
        tx.execute(_TAX, payment_id=payment_id, tax_rate_id=rate_id, rate=rate, gross=part.gross, tax=part.tax)
    if order.status == "paid" and not order.refunded_amount:
        _settle(tx, order, session_id, payment_id)


def unsettle(tx: Transaction, order_id: int, session_id: int) -> None:
    """An order that was settled is open again: what it came to is taken off the session's totals."""
    told = tx.all(_SETTLED, _Settlement, order_id=order_id)
    off = {name: -sum(getattr(each, name) for each in told) for name in _SETTLED_FIELDS}
    if any(off.values()):
        _store(tx, order_id, session_id, None, off)


def _settle(tx: Transaction, order: OrderView, session_id: int, payment_id: int) -> None:
    sums = {
        "orders": 1,
        "covers": order.covers or 0,
        "subtotal": order.subtotal,
        "discount": order.discount_amount,
        "service": order.service_amount,
        "cover": order.cover_amount,
        "tax": order.tax_amount,
        "total": order.total_amount,
        "comped": sum(line.amount for line in order.items if line.comp and line.status != "void"),
    }
    _store(tx, order.order_id, session_id, payment_id, sums)


def _store(tx: Transaction, order_id: int, session_id: int, payment_id: int | None, sums: Mapping[str, int]) -> None:
    tx.execute(
        _SETTLE,
        order_id=order_id,
        session_id=session_id,
        business_day=tx.business_day,
        at=tx.now,
        payment_id=payment_id,
        **sums,
    )


def must_owe(order_status: str) -> None:
    """Raises WrongState for an order on which nothing can be paid."""
    if order_status not in ("open", "billed"):
        raise WrongState("the order", order_status)
