"""Taking payments, in one transaction with the order they settle."""

import secrets
from typing import Annotated

import msgspec
from msgspec import Meta

from barbox.core.database import Snapshot
from barbox.core.errors import Forbidden, WrongState
from barbox.core.messages import Body, Id, View
from barbox.core.settings import load_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.orders.commands import around, bill_of, load, record_payment, reopen_order, take_back_held
from barbox.orders.queries import OrderRow, OrderView, view
from barbox.payments import guests, rules
from barbox.payments.booking import book, must_owe, store_payment, unsettle
from barbox.payments.drawers import session_for
from barbox.payments.models import Receipt
from barbox.payments.rules import NewTender, Settled
from barbox.printing.commands import Queued, kick_drawer, print_bill

R = Receipt
_RECEIPT = freeze(
    lambda p: R.insert(token=p.token, order_id=p.order_id, business_day=p.business_day, number=p.number, at=p.at)
)
_RECEIPT_OF = freeze(
    lambda p: (
        R.select(R.token, R.number).where(R.order_id == p.order_id).order_by(R.at.desc(), R.number.desc()).limit(1)
    )
)


class NewPayment(Body):
    """Several tenders may settle an order together, or a part of it: `share` says which guest's.

    `drawerId` is where the money goes; by default the drawer that the one who takes it has opened, or the first.
    """

    order_id: Id
    tenders: Annotated[list[NewTender], Meta(min_length=1, max_length=20)]
    share: Annotated[int, Meta(ge=1, le=100)] | None = None
    drawer_id: Id | None = None


class PaymentView(View):
    """`change` to hand back, `balance` still owed; `receiptUrl` is the page of the receipt once nothing is."""

    payment_id: int
    change: int
    balance: int
    order: OrderView
    receipt_number: int | None
    receipt_url: str | None


class KnownReceipt(msgspec.Struct):
    token: str
    number: int


def take(tx: Transaction, request: NewPayment, home: str = "") -> PaymentView:
    """Take a payment; when it settles the order, print the receipt, with a QR code to its page below `home`.

    Raises BadRequest for more than is owed, Forbidden for giving away without the permission to.
    """
    if any(each.method == "house" for each in request.tenders) and not tx.actor.may("order.comp"):
        raise Forbidden("order.comp")
    order, _, _ = load(tx, request.order_id)
    must_owe(order.status)
    tenders = guests.addressed(tx, order, request.tenders)
    settled = rules.settle(tenders, order.total - order.paid, tx.cached(load_venue).cash_rounding)
    session_id = session_for(tx, request.drawer_id)
    return _take(tx, order, settled, session_id, home, share=request.share)


def write_off(tx: Transaction, order_id: int, reason: str) -> PaymentView:
    """The guests walked out: what was not sent is taken back, the rest is booked as lost. Raises WrongState."""
    take_back_held(tx, order_id, reason)
    order, _, _ = load(tx, order_id)
    must_owe(order.status)
    lost = Settled("walkout", order.total - order.paid, reference=reason)
    return _take(tx, order, [lost], session_for(tx, None), "", silent=True)


def reopen(tx: Transaction, order_id: int, reason: str) -> OrderView:
    """Go on with an order that was billed or paid; what was paid stays paid. Raises WrongState for any other."""
    order, _, _ = load(tx, order_id)
    shown = reopen_order(tx, order_id, reason)
    if order.status == "paid":
        unsettle(tx, order_id, session_for(tx, None))
        guests.take_back(tx, shown)
    return shown


def _take(
    tx: Transaction,
    order: OrderRow,
    settled: list[Settled],
    session_id: int,
    home: str,
    *,
    share: int | None = None,
    silent: bool = False,
) -> PaymentView:
    order_id = order.id
    payment_id = store_payment(tx, order_id, session_id, settled)
    guests.charge(tx, order, payment_id, settled, session_id)
    facts = {"paymentId": payment_id, "sessionId": session_id, "tenders": settled, "share": share}
    after = record_payment(tx, order_id, sum(each.amount for each in settled), facts, share=share)
    book(tx, payment_id, after, session_id)
    if after.status == "paid":
        guests.earn(tx, after, payment_id)
    if any(each.method == "cash" for each in settled):
        kick_drawer(tx)
    known = None
    if after.status == "paid" and not silent:
        known = _number(tx, order_id)
        print_bill(tx, bill_of(after, receipt=known.number, url=page_of(home, known)), order_id)
    return PaymentView(
        payment_id,
        sum(each.change for each in settled),
        after.balance,
        after,
        known.number if known else None,
        page_of(home, known) if known else None,
    )


def _number(tx: Transaction, order_id: int) -> KnownReceipt:
    """A receipt's number, without gaps in its business day, and a secret of 128 bits for its page."""
    known = KnownReceipt(secrets.token_urlsafe(16), tx.number(f"receipt:{tx.business_day}"))
    tx.execute(
        _RECEIPT, token=known.token, order_id=order_id, business_day=tx.business_day, number=known.number, at=tx.now
    )
    return known


async def read_receipt(snapshot: Snapshot, order_id: int) -> KnownReceipt | None:
    """The latest receipt of an order, if it was paid."""
    found = await snapshot.all(_RECEIPT_OF, KnownReceipt, order_id=order_id)
    return found[0] if found else None


def page_of(home: str, known: KnownReceipt) -> str | None:
    """Where a receipt's page is, below the box's address `home`; None while the box has none."""
    return f"{home}/r/{known.token}" if home else None


def print_receipt(tx: Transaction, order_id: int, home: str = "") -> Queued:
    """Print a receipt again, marked as a copy. Raises WrongState when nothing was paid or no printer is there."""
    order, lines, tenders = load(tx, order_id)
    if not tenders:
        raise WrongState("the order", "not paid")
    known = tx.one(_RECEIPT_OF, KnownReceipt, order_id=order_id)
    shown = view(order, lines, tenders, around(tx))
    paper = bill_of(shown, receipt=known.number, url=page_of(home, known)) if known else bill_of(shown)
    job_id = print_bill(tx, paper, order_id, copy=2)
    if job_id is None:
        raise WrongState("the receipt printer", "not there")
    tx.emit("receipt.reprinted", f"order:{order_id}", {"jobId": job_id}, rooms=("office",))
    return Queued(job_id)
