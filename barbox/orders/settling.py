"""What payments do to an order: its balance falls, and at zero it is paid; refunds give back what was paid."""

from typing import Any

import msgspec

from barbox.core.errors import BadRequest, WrongState
from barbox.core.transaction import Transaction
from barbox.orders.book import load, release, store
from barbox.orders.rows import keep_terms, terms_of
from barbox.orders.rules import Share
from barbox.orders.views import OrderView


def record_payment(tx: Transaction, order_id: int, amount: int, facts: Any, *, share: int | None = None) -> OrderView:
    """Lower an order's balance by what was paid (its tenders are stored already); at zero it is paid.

    `share` is the part of a split order that this pays. Raises BadRequest when the part is less than that.
    """
    order, lines, tenders = load(tx, order_id)
    order.paid += amount
    if share is not None:
        terms = terms_of(order)
        shares = list(terms.shares)
        if share > len(shares):
            raise BadRequest(f"the order has {len(shares)} shares", "share")
        paid = shares[share - 1].paid + amount
        if paid > shares[share - 1].amount:
            raise BadRequest(f"is more than share {share} still owes", "tenders")
        shares[share - 1] = Share(shares[share - 1].amount, paid)
        keep_terms(order, msgspec.structs.replace(terms, shares=tuple(shares)))
    settled = order.paid == order.total
    if settled:
        order.status, order.paid_at = "paid", tx.now
        release(tx, order, (line for line in lines if line.status == "held"), "new")
    return store(tx, "order.paid" if settled else "payment.taken", order, lines, tenders, facts)


def record_refund(tx: Transaction, order_id: int, amount: int, facts: Any) -> OrderView:
    """Note what was given back. A paid order stays paid and tells what was refunded; an open one owes it again."""
    order, lines, tenders = load(tx, order_id)
    if order.status == "paid":
        order.refunded += amount
    elif order.paid >= amount:
        order.paid -= amount
        keep_terms(order, msgspec.structs.replace(terms_of(order), shares=()))
    else:
        raise WrongState("the order", "paid with less")
    return store(tx, "payment.refunded", order, lines, tenders, facts)


def carry_over(tx: Transaction, order_id: int, reason: str) -> OrderView:
    """Leave an order open although its day is closed. Raises WrongState when it has ended."""
    order, lines, tenders = load(tx, order_id)
    if order.status not in ("open", "billed"):
        raise WrongState("the order", order.status)
    keep_terms(order, msgspec.structs.replace(terms_of(order), carried_over=reason, carried_day=tx.business_day))
    return store(tx, "order.carriedover", order, lines, tenders, {"reason": reason})
