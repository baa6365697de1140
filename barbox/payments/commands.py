"""Taking payments, in one transaction with the order they settle."""

from typing import Annotated

import msgspec
from msgspec import Meta

from barbox.core.errors import WrongState
from barbox.core.messages import Body, Id, View
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.orders.commands import around, bill_of, load, record_payment
from barbox.orders.models import Payment, Tender
from barbox.orders.queries import OrderView as OrderView
from barbox.orders.queries import view as view
from barbox.payments import rules
from barbox.payments.rules import NewTender
from barbox.printing.commands import Queued, kick_drawer, print_bill

_PAYMENT = freeze(
    lambda p: Payment.insert(
        id=p.id,
        order_id=p.order_id,
        business_day=p.business_day,
        at=p.at,
        staff_id=p.staff_id,
        device_id=p.device_id,
    )
)
_TENDER = freeze(
    lambda p: Tender.insert(
        payment_id=p.payment_id,
        tender=p.tender,
        method=p.method,
        amount=p.amount,
        tip=p.tip,
        tendered=p.tendered,
        change=p.change,
        reference=p.reference,
    )
)


class NewPayment(Body):
    """Several tenders may settle an order together, or a part of it."""

    order_id: Id
    tenders: Annotated[list[NewTender], Meta(min_length=1, max_length=20)]


class PaymentView(View):
    """`change` to hand back, `balance` still owed."""

    payment_id: int
    change: int
    balance: int
    order: OrderView


def take(tx: Transaction, request: NewPayment) -> PaymentView:
    """Take a payment; when it settles the order, print the receipt. Raises BadRequest for more than is owed."""
    order, _, _ = load(tx, request.order_id)
    if order.status not in ("open", "billed"):
        raise WrongState("the order", order.status)
    settled = rules.settle(request.tenders, order.total - order.paid)
    payment_id = tx.number("payment")
    tx.execute(
        _PAYMENT,
        id=payment_id,
        order_id=order.id,
        business_day=tx.business_day,
        at=tx.now,
        staff_id=tx.actor.staff_id,
        device_id=tx.actor.device_id,
    )
    for index, each in enumerate(settled):
        row = msgspec.structs.asdict(each.tender)
        tx.execute(_TENDER, payment_id=payment_id, tender=index, change=each.change, **row)
    facts = {"paymentId": payment_id, "tenders": request.tenders}
    paid = sum(each.tender.amount for each in settled)
    after = record_payment(tx, order.id, paid, facts)
    if any(each.tender.method == "cash" for each in settled):
        kick_drawer(tx)
    if after.status == "paid":
        print_bill(tx, bill_of(after), order.id)
    return PaymentView(payment_id, sum(each.change for each in settled), after.balance, after)


def print_receipt(tx: Transaction, order_id: int) -> Queued:
    """Print a receipt again, marked as a copy. Raises WrongState when nothing was paid or no printer is there."""
    order, lines, tenders = load(tx, order_id)
    if not tenders:
        raise WrongState("the order", "not paid")
    job_id = print_bill(tx, bill_of(view(order, lines, tenders, around(tx))), order_id, copy=2)
    if job_id is None:
        raise WrongState("the receipt printer", "not there")
    tx.emit("receipt.reprinted", f"order:{order_id}", {"jobId": job_id}, rooms=("office",))
    return Queued(job_id)
