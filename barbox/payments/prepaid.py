"""Money that is taken before there is a bill: top-ups of members and deposits of bookings. No sale, but in the drawer.

`prepayment` is a ledger: what is left of a deposit is a sum over it, and it only grows.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
import peewee
from msgspec import Meta

from barbox.core.errors import BadRequest, WrongState
from barbox.core.messages import Body, Id, View
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.members import commands as members
from barbox.orders import commands as orders
from barbox.orders.queries import OrderView
from barbox.payments.drawers import drawer_of, session_for
from barbox.payments.models import Prepayment
from barbox.printing.commands import kick_drawer, print_slip
from barbox.printing.contents import DrawerSlip
from barbox.reservations import commands as reservations

P = Prepayment
_FIELDS = tuple(name for name in P._meta.fields if name != "id")
_INSERT = freeze(lambda p: P.insert(**{name: getattr(p, name) for name in _FIELDS}))
_LEFT = freeze(
    lambda p: P.select(peewee.fn.COALESCE(peewee.fn.SUM(P.amount), 0)).where(
        (P.kind == p.kind) & (P.holder == p.holder)
    )
)
_APPLIED = freeze(
    lambda p: (
        P.select(P.holder, peewee.fn.SUM(P.amount * -1))
        .where((P.payment_id == p.payment_id) & (P.kind == "deposit"))
        .group_by(P.holder)
    )
)

Positive = Annotated[int, Meta(ge=1, le=10**11, description="minor units")]
Reference = Annotated[str, Meta(max_length=80)]
Money = Literal["cash", "card", "mobile"]


class TopUp(Body):
    """Money for a member's balance; what comes on top of it the rules of the house say."""

    method: Money
    amount: Positive
    reference: Reference | None = None
    drawer_id: Id | None = None


class PayOut(Body):
    """Money back, with a reason."""

    method: Money
    amount: Positive
    reason: Annotated[str, Meta(min_length=2, max_length=200)]
    drawer_id: Id | None = None


class Keep(Body):
    """A deposit the house keeps, as of who never came."""

    reason: Annotated[str, Meta(min_length=2, max_length=200)]


class BalanceView(View):
    """What a member has after it; `bonusMoved` came on top, or went with the last of the money."""

    member_id: int
    balance: int
    bonus: int
    bonus_moved: int


class DepositView(View):
    """What is left of a booking's deposit."""

    reservation_id: int
    left: int


class _Sum(msgspec.Struct):
    amount: int


class _Applied(msgspec.Struct):
    holder: int
    amount: int


def top_up(tx: Transaction, member_id: int, body: TopUp) -> BalanceView:
    """Take money for a member's balance, with a slip. Raises NotFound."""
    member = members.person_of(tx, member_id)
    bonus = members.pay_in(tx, member.id, body.amount)
    _move(tx, "balance", member.id, body.method, body.amount, body.drawer_id, body.reference)
    return _balance(tx, member.id, bonus)


def pay_out(tx: Transaction, member_id: int, body: PayOut) -> BalanceView:
    """Give a member's money back; bonus is no money, and goes with the last of it. Raises BadRequest for too much."""
    member = members.person_of(tx, member_id)
    lapsed = members.pay_out(tx, member.id, body.amount, body.reason)
    _move(tx, "balance", member.id, body.method, -body.amount, body.drawer_id, None, body.reason)
    return _balance(tx, member.id, -lapsed)


def take_deposit(tx: Transaction, reservation_id: int, body: TopUp) -> DepositView:
    """Take a booking's deposit. Raises WrongState for one that has ended."""
    booking, _ = reservations.load(tx, reservation_id)
    if booking.status not in ("booked", "waiting", "seated"):
        raise WrongState("the booking", booking.status)
    _move(tx, "deposit", reservation_id, body.method, body.amount, body.drawer_id, body.reference)
    return _deposit(tx, "deposit.taken", reservation_id, body.amount)


def give_deposit_back(tx: Transaction, reservation_id: int, body: PayOut) -> DepositView:
    """Give back of a deposit. Raises BadRequest for more than is left of it."""
    reservations.load(tx, reservation_id)
    if body.amount > deposit_left(tx, reservation_id):
        raise BadRequest(f"is more than the {deposit_left(tx, reservation_id)} left", "amount")
    _move(tx, "deposit", reservation_id, body.method, -body.amount, body.drawer_id, None, body.reason)
    return _deposit(tx, "deposit.returned", reservation_id, -body.amount)


def keep_deposit(tx: Transaction, reservation_id: int, body: Keep) -> DepositView:
    """The house keeps what is left of a deposit. Raises WrongState where nothing is, or they may still come."""
    booking, _ = reservations.load(tx, reservation_id)
    left = deposit_left(tx, reservation_id)
    if booking.status not in ("no_show", "cancelled", "done"):
        raise WrongState("the booking", booking.status)
    if not left:
        raise WrongState("the deposit", "used up")
    _move(tx, "deposit", reservation_id, "kept", -left, None, None, body.reason)
    return _deposit(tx, "deposit.kept", reservation_id, -left)


def deposit_left(tx: Transaction, reservation_id: int) -> int:
    """What is left of a booking's deposit: a sum."""
    rows = tx.all(_LEFT, _Sum, kind="deposit", holder=reservation_id)
    return rows[0].amount


def print_bill(tx: Transaction, order_id: int) -> OrderView:
    """A pre-bill that knows of the deposit of their booking. Raises WrongState while lines are held."""
    booking = reservations.of_order(tx, order_id)
    return orders.bill(tx, order_id, deposit_left(tx, booking.id) if booking else 0)


def use_deposit(tx: Transaction, reservation_id: int, payment_id: int, amount: int, session_id: int) -> None:
    """Put a deposit, or a part of it, on a bill. Raises BadRequest for more than is left."""
    left = deposit_left(tx, reservation_id)
    if amount > left:
        raise BadRequest(f"is more than the {left} left of the deposit", "tenders")
    _write(tx, "deposit", reservation_id, "bill", -amount, session_id, payment_id=payment_id)


def return_deposit(tx: Transaction, payment_ids: Iterable[int], amount: int, session_id: int) -> None:
    """Take a deposit off the bill again; from the booking it can be given back. Raises WrongState for too much."""
    left = amount
    for each in sorted(set(payment_ids), reverse=True):
        for applied in tx.all(_APPLIED, _Applied, payment_id=each):
            part = min(left, applied.amount)
            if part > 0:
                _write(tx, "deposit", applied.holder, "bill", part, session_id, payment_id=each)
                left -= part
    if left:
        raise WrongState("the deposit", "not on this bill")


def _balance(tx: Transaction, member_id: int, bonus: int) -> BalanceView:
    has = members.holding(tx, member_id)
    return BalanceView(member_id, has.balance, has.bonus, bonus)


def _deposit(tx: Transaction, kind: str, reservation_id: int, amount: int) -> DepositView:
    shown = DepositView(reservation_id, deposit_left(tx, reservation_id))
    tx.emit(kind, f"deposit:{reservation_id}", {"amount": amount}, state=shown, rooms=("floor", "office"))
    return shown


def _move(
    tx: Transaction,
    kind: str,
    holder: int,
    method: str,
    amount: int,
    drawer_id: int | None,
    reference: str | None,
    reason: str | None = None,
) -> None:
    """Money comes or goes; cash opens the drawer, and a slip tells both sides."""
    session_id = session_for(tx, drawer_id)
    _write(tx, kind, holder, method, amount, session_id, reference=reference, reason=reason)
    if method == "cash":
        kick_drawer(tx)
    number = f"{'M' if kind == 'balance' else 'R'}{holder}"
    direction = "kept" if method == "kept" else "in" if amount > 0 else "out"
    said = " ".join(filter(None, (number, reason)))
    slip = DrawerSlip(f"{kind}_{direction}", drawer_of(tx, session_id), abs(amount), said, tx.actor.name)
    print_slip(tx, slip, number)


def _write(
    tx: Transaction,
    kind: str,
    holder: int,
    method: str,
    amount: int,
    session_id: int,
    *,
    reference: str | None = None,
    payment_id: int | None = None,
    reason: str | None = None,
) -> None:
    tx.execute(
        _INSERT,
        kind=kind,
        holder=holder,
        method=method,
        amount=amount,
        reference=reference,
        at=tx.now,
        business_day=tx.business_day,
        staff_id=tx.actor.staff_id,
        session_id=session_id,
        payment_id=payment_id,
        reason=reason,
    )
