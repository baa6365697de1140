"""Giving money back: by the tender it came in, never more than was paid by it, with a reason."""

from typing import Annotated

from msgspec import Meta

from barbox.core.errors import BadRequest
from barbox.core.messages import Body, Id, View
from barbox.core.settings import load_venue
from barbox.core.transaction import Transaction
from barbox.orders.commands import bill_of, load, record_refund
from barbox.orders.queries import OrderView
from barbox.payments import guests, rules
from barbox.payments.booking import book, store_payment
from barbox.payments.drawers import session_for
from barbox.payments.rules import Settled
from barbox.printing.commands import kick_drawer, print_bill


class RefundTender(Body):
    method: rules.Method
    amount: Annotated[int, Meta(ge=0, le=10**11)]
    tip: Annotated[int, Meta(ge=0, le=10**11)] = 0
    reference: Annotated[str, Meta(max_length=80)] | None = None


class NewRefund(Body):
    """What is given back, by tender, and why. Each tender's `amount` is what the guest gets of it."""

    order_id: Id
    tenders: Annotated[list[RefundTender], Meta(min_length=1, max_length=20)]
    reason: Annotated[str, Meta(min_length=2, max_length=200)]
    drawer_id: Id | None = None


class RefundView(View):
    payment_id: int
    refunded: int
    order: OrderView


def refund(tx: Transaction, request: NewRefund) -> RefundView:
    """Give money back by the tenders it came in. Raises BadRequest for more of one than was paid by it."""
    order, _, tenders = load(tx, request.order_id)
    step = tx.cached(load_venue).cash_rounding
    given: list[Settled] = []
    for index, asked in enumerate(request.tenders):
        paid = [(each.amount, each.tip, each.rounding) for each in tenders if each.method == asked.method]
        paid += [(each.amount, each.tip, each.rounding) for each in given if each.method == asked.method]
        amount, tip, rounding = (sum(column) for column in zip(*paid, strict=True)) if paid else (0, 0, 0)
        if asked.amount > amount:
            raise BadRequest(f"is more than the {amount} paid by {asked.method}", f"tenders[{index}].amount")
        if asked.tip > tip:
            raise BadRequest(f"is more than the tips of {tip}", f"tenders[{index}].tip")
        if not asked.amount + asked.tip:
            raise BadRequest("is nothing", f"tenders[{index}].amount")
        back = -rounding if asked.amount == amount else 0
        if asked.method == "cash" and asked.amount < amount:
            back = -rules.rounded(asked.amount, step)
        given.append(Settled(asked.method, -asked.amount, -asked.tip, None, asked.reference, 0, back))
    session_id = session_for(tx, request.drawer_id)
    payment_id = store_payment(tx, order.id, session_id, given, kind="refund", reason=request.reason)
    guests.give_back(tx, order, {each.payment_id for each in tenders}, given, session_id)
    total = -sum(each.amount for each in given)
    facts = {"paymentId": payment_id, "sessionId": session_id, "tenders": given, "reason": request.reason}
    after = record_refund(tx, order.id, total, facts)
    book(tx, payment_id, after, session_id)
    guests.take_back(tx, after)
    if any(each.method == "cash" for each in given):
        kick_drawer(tx)
    print_bill(tx, bill_of(after), order.id)
    return RefundView(payment_id, total, after)
