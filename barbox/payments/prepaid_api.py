"""Calls for money that is taken before there is a bill, and for what a guest may pay a bill with."""

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import View
from barbox.core.transaction import Transaction
from barbox.members import commands as members
from barbox.orders.commands import load
from barbox.orders.queries import OrderView
from barbox.payments import prepaid
from barbox.payments.prepaid import BalanceView, DepositView, Keep, PayOut, TopUp
from barbox.reservations import commands as reservations

routes = Routes("payments")


class PrepaidView(View):
    """What this order's member and booking can pay: `balance` with its bonus, points up to `pointsPay` at most."""

    member_id: int | None
    balance: int
    points: int
    point_value: int
    points_pay: int
    reservation_id: int | None
    deposit_left: int


@routes.post("/api/members/{member_id}/top-up", "payment.take", 201)
async def top_up(call: Call, member_id: int, body: TopUp) -> Answer[BalanceView]:
    """Take money for a member's balance; the bonus comes by the rules of the house."""
    return await call.write(prepaid.top_up, member_id, body)


@routes.post("/api/members/{member_id}/pay-out", "payment.refund", 201)
async def pay_out(call: Call, member_id: int, body: PayOut) -> Answer[BalanceView]:
    """Give back what was paid in, with a reason."""
    return await call.write(prepaid.pay_out, member_id, body)


@routes.post("/api/reservations/{reservation_id}/deposit", "payment.take", 201)
async def take_deposit(call: Call, reservation_id: int, body: TopUp) -> Answer[DepositView]:
    """Take a booking's deposit; it lands on the bill as a tender of its own."""
    return await call.write(prepaid.take_deposit, reservation_id, body)


@routes.get("/api/reservations/{reservation_id}/deposit", "payment.take")
async def deposit(call: Call, reservation_id: int) -> DepositView:
    """What is left of a booking's deposit."""
    return await call.db.write_as(call.actor, _deposit, reservation_id)


@routes.post("/api/reservations/{reservation_id}/deposit/return", "payment.refund", 201)
async def return_deposit(call: Call, reservation_id: int, body: PayOut) -> Answer[DepositView]:
    """Give a deposit back, with a reason."""
    return await call.write(prepaid.give_deposit_back, reservation_id, body)


@routes.post("/api/reservations/{reservation_id}/deposit/keep", "payment.refund", 201)
async def keep_deposit(call: Call, reservation_id: int, body: Keep) -> Answer[DepositView]:
    """Keep the deposit of who never came, with a reason."""
    return await call.write(prepaid.keep_deposit, reservation_id, body)


@routes.post("/api/orders/{order_id}/bill", "order.place")
async def bill(call: Call, order_id: int) -> Answer[OrderView]:
    """Print what is owed, less the deposit of their booking; the order waits to be paid."""
    return await call.write(prepaid.print_bill, order_id)


@routes.get("/api/orders/{order_id}/prepaid", "payment.take")
async def of_order(call: Call, order_id: int) -> PrepaidView:
    """What the order's member and booking can pay it with."""
    return await call.db.write_as(call.actor, _of_order, order_id)


def _deposit(tx: Transaction, reservation_id: int) -> DepositView:
    reservations.load(tx, reservation_id)
    return DepositView(reservation_id, prepaid.deposit_left(tx, reservation_id))


def _of_order(tx: Transaction, order_id: int) -> PrepaidView:
    order, _, _ = load(tx, order_id)
    program = tx.cached(members.load_program)
    has = members.holding(tx, order.member_id) if order.member_id is not None else None
    booking = reservations.of_order(tx, order.id)
    points, most = (has.points if has else 0), order.total * program.most_by_points // 10_000
    worth = max(0, min(points * program.point_value, most, order.total - order.paid))
    return PrepaidView(
        member_id=order.member_id,
        balance=has.balance + has.bonus if has else 0,
        points=points,
        point_value=program.point_value,
        points_pay=worth - worth % program.point_value if program.point_value else 0,
        reservation_id=booking.id if booking else None,
        deposit_left=prepaid.deposit_left(tx, booking.id) if booking else 0,
    )
