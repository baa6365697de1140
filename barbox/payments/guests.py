"""Members and deposits at the till: their money pays, what they pay earns, and what is given back is taken back."""

from collections.abc import Iterable, Sequence

import msgspec

from barbox.core.errors import BadRequest
from barbox.core.transaction import Transaction
from barbox.members import commands as members
from barbox.members.rules import Program, Sale
from barbox.menu.queries import load_catalogue
from barbox.orders.queries import OrderRow, OrderView
from barbox.payments.prepaid import return_deposit, use_deposit
from barbox.payments.rules import NewTender, Settled
from barbox.reservations import commands as reservations

ACCOUNTS = {"member": "M", "points": "M", "deposit": "R"}
"""What stands before the number in a tender's reference: a member's, or a booking's."""
PAID = frozenset({"cash", "card", "mobile", "voucher", "member", "deposit"})
"""What counts as spent; points and the house's treat do not."""


def addressed(tx: Transaction, order: OrderRow, tenders: Sequence[NewTender]) -> list[NewTender]:
    """Tenders by balance, points or deposit with whose it is: by default the order's member or booking.

    Raises BadRequest where the order has none.
    """
    return [_addressed(tx, order, each, f"tenders[{index}]") for index, each in enumerate(tenders)]


def _addressed(tx: Transaction, order: OrderRow, tender: NewTender, field: str) -> NewTender:
    letter = ACCOUNTS.get(tender.method)
    if letter is None:
        if tender.account is not None:
            raise BadRequest("is for balance, points and deposit", f"{field}.account")
        return tender
    if tender.tip and tender.method != "member":
        raise BadRequest("cannot be paid so", f"{field}.tip")
    number = tender.account
    if number is None and letter == "M":
        number = order.member_id
    elif number is None:
        booking = reservations.of_order(tx, order.id)
        number = booking.id if booking else None
    if number is None:
        raise BadRequest("is needed: whose it is", f"{field}.account")
    if letter == "M":
        members.must_be_welcome(tx, found := members.guest(tx, number, f"{field}.account"))
        number = found.id
    return msgspec.structs.replace(tender, reference=f"{letter}{number}")


def charge(tx: Transaction, order: OrderRow, payment_id: int, settled: Iterable[Settled], session_id: int) -> None:
    """Take what was tendered off balance, points and deposit. Raises BadRequest for more than there is."""
    for each in settled:
        if each.method not in ACCOUNTS or each.reference is None:
            continue
        number = int(each.reference[1:])
        if each.method == "member":
            members.pay_by_balance(tx, number, order.id, payment_id, each.amount + each.tip)
        elif each.method == "points":
            members.pay_by_points(tx, number, order.id, payment_id, each.amount, order.total)
        else:
            use_deposit(tx, number, payment_id, each.amount, session_id)


def give_back(
    tx: Transaction, order: OrderRow, payment_ids: Iterable[int], given: Iterable[Settled], session_id: int
) -> None:
    """A refund of what was paid by balance, points or deposit goes back there."""
    payments = list(payment_ids)
    for each in given:
        amount = -each.amount - each.tip
        if each.method in ("member", "points"):
            members.give_back(tx, payments, order.id, each.method == "points", amount)
        elif each.method == "deposit":
            return_deposit(tx, payments, amount, session_id)


def earn(tx: Transaction, order: OrderView, payment_id: int) -> None:
    """The order is settled: its member earns points and spend, and a booking's tables are free."""
    if order.member_id is not None:
        members.settle(tx, order.member_id, order.order_id, payment_id, _sale(tx, order))
    reservations.left(tx, order.order_id)


def take_back(tx: Transaction, order: OrderView) -> None:
    """After a refund, or when an order is reopened: what it earned shrinks to what is left paid."""
    if order.status == "paid":
        paid, earning = _paid(order, tx.cached(members.load_program))
        members.take_back(tx, order.order_id, paid, earning)
    else:
        members.take_back(tx, order.order_id, 0, 0)


def _sale(tx: Transaction, order: OrderView) -> Sale:
    program, products = tx.cached(members.load_program), tx.cached(load_catalogue).products
    excluded = set(program.excluded_category_ids)
    net = counts = 0
    for line in order.items:
        if line.status == "void" or line.comp:
            continue
        worth = line.amount - line.discount_amount
        net += worth
        product = products.get(line.item_id)
        counts += worth if product is None or product.category_id not in excluded else 0
    eligible = order.total_amount * counts // net if net > 0 else 0
    return Sale(order.total_amount, eligible, *_paid(order, program))


def _paid(order: OrderView, program: Program) -> tuple[int, int]:
    """What was paid with money or balance less what went back, and the part of it that earns points."""
    paid = sum(each.amount for each in order.payments if each.method in PAID)
    by_balance = sum(each.amount for each in order.payments if each.method == "member")
    return paid, paid if program.earn_on_balance else paid - by_balance
