"""The payments' calls: money in and back, the drawer, X and Z, the closing of the day, receipts on a phone."""

from typing import Annotated

import segno
from aiohttp import web
from msgspec import Meta

from barbox.core.api import ADDRESSES
from barbox.core.errors import NotFound
from barbox.core.http import OPEN, Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, View
from barbox.core.settings import read_venue
from barbox.core.transaction import Transaction
from barbox.orders import commands as orders
from barbox.orders import queries
from barbox.orders.queries import OrderView
from barbox.payments import closing, commands, day, drawers, page, refunds
from barbox.payments.closing import Count, PrintBills
from barbox.payments.commands import NewPayment, PaymentView
from barbox.payments.day import DayView
from barbox.payments.drawers import DrawerView, EditDrawer, MoveCash, OpenDrawer, SessionView
from barbox.payments.figures import Figures
from barbox.payments.refunds import NewRefund, RefundView
from barbox.printing.commands import Queued

routes = Routes("payments")


class Why(Body):
    reason: Annotated[str, Meta(min_length=2, max_length=200)]


class PayCode(View):
    """What the QR code says, and its picture."""

    amount: int
    text: str
    qr_svg: str


class PayCodeQuery(View):
    """`amount` for a part of what is owed, in minor units; all of it by default. A `tip` comes on top."""

    amount: Annotated[int, Meta(ge=1, le=10**11)] | None = None
    tip: Annotated[int, Meta(ge=0, le=10**11)] = 0


class ReceiptCode(View):
    """A receipt's number in its business day, and the QR code of its page for the guest's own phone."""

    number: int
    url: str
    qr_svg: str


class Drawers(View):
    drawers: list[DrawerView]


class ZQuery(View):
    """Upwards from one `after` a number; or, with `before`, downwards from below it."""

    after: Annotated[int, Meta(ge=0, le=2**53)] = 0
    before: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class ZReports(View):
    reports: list[Figures]


class Billed(View):
    orders: list[OrderView]


@routes.post("/api/payments", "payment.take", 201)
async def take(call: Call, body: NewPayment) -> Answer[PaymentView]:
    """Take money on an order: cash with change, card or mobile recorded; the receipt prints when nothing is owed."""
    return await call.write(commands.take, body, _home(call))


@routes.post("/api/refunds", "payment.refund", 201)
async def refund(call: Call, body: NewRefund) -> Answer[RefundView]:
    """Give money back by the tender it came in, never more than was paid by it, with a reason."""
    return await call.write(refunds.refund, body)


@routes.post("/api/orders/{order_id}/receipt", "payment.take", 202)
async def receipt(call: Call, order_id: int) -> Answer[Queued]:
    """Print the receipt again, marked as a copy."""
    return await call.write(commands.print_receipt, order_id, _home(call))


@routes.get("/api/orders/{order_id}/pay-code", "payment.take")
async def pay_code(call: Call, order_id: int, query: PayCodeQuery) -> PayCode:
    """The venue's own payment QR with what this order owes, to be shown to the guest; empty where there is none."""
    async with call.db.snapshot() as snapshot:
        order = await queries.read(snapshot, order_id)
        amount = query.tip + (order.balance if query.amount is None else min(query.amount, order.balance))
        text = orders.pay_code(await read_venue(snapshot), amount)
    return PayCode(amount, text, _qr(text))


@routes.get("/api/orders/{order_id}/receipt-code", "payment.take")
async def receipt_code(call: Call, order_id: int) -> ReceiptCode:
    """The QR code of a paid order's receipt, to be scanned off the screen."""
    async with call.db.snapshot() as snapshot:
        known = await commands.read_receipt(snapshot, order_id)
    url = commands.page_of(_home(call), known) if known else None
    if known is None or url is None:
        raise NotFound("receipt", order_id)
    return ReceiptCode(known.number, url, _qr(url))


@routes.post("/api/orders/{order_id}/reopen", "order.reopen")
async def reopen(call: Call, order_id: int, body: Why) -> Answer[OrderView]:
    """Go on with an order that was billed or paid, with a reason."""
    return await call.write(commands.reopen, order_id, body.reason)


@routes.post("/api/orders/{order_id}/carry-over", "day.close")
async def carry_over(call: Call, order_id: int, body: Why) -> Answer[OrderView]:
    """Leave an order open although tonight is closed, with a reason."""
    return await call.write(orders.carry_over, order_id, body.reason)


@routes.post("/api/orders/{order_id}/write-off", "day.close")
async def write_off(call: Call, order_id: int, body: Why) -> Answer[PaymentView]:
    """The guests walked out: book what they owe as lost, with a reason."""
    return await call.write(commands.write_off, order_id, body.reason)


@routes.get("/api/drawers", "order.read")
async def all_drawers(call: Call) -> Drawers:
    """Drawers and who has them open; never what should be in them."""
    async with call.db.snapshot() as snapshot:
        return Drawers(await day.read_drawers(snapshot))


@routes.post("/api/drawers", "settings.edit", 201)
async def add_drawer(call: Call, body: EditDrawer) -> Answer[DrawerView]:
    """Add a drawer; the first is there already."""
    return await call.write(drawers.save_drawer, None, body)


@routes.put("/api/drawers/{drawer_id}", "settings.edit")
async def change_drawer(call: Call, drawer_id: int, body: EditDrawer) -> Answer[DrawerView]:
    """Rename a drawer."""
    return await call.write(drawers.save_drawer, drawer_id, body)


@routes.post("/api/drawers/{drawer_id}/open", "drawer.open")
async def open_drawer(call: Call, drawer_id: int, body: OpenDrawer) -> Answer[SessionView]:
    """Begin a drawer session with its float."""
    return await call.write(drawers.open_drawer, drawer_id, body)


@routes.post("/api/drawers/{drawer_id}/cash", "drawer.open")
async def move_cash(call: Call, drawer_id: int, body: MoveCash) -> Answer[SessionView]:
    """Cash paid in, paid out or dropped into the safe; or the drawer opened without a sale; each with a reason."""
    return await call.write(drawers.move_cash, drawer_id, body)


@routes.post("/api/drawers/{drawer_id}/close", "drawer.open")
async def close_drawer(call: Call, drawer_id: int, body: Count) -> Answer[Figures]:
    """Count the drawer blind and close it: the Z report with what is over or short."""
    return await call.write(closing.close_drawer, drawer_id, body)


@routes.get("/api/drawers/{drawer_id}/x", "report.read")
async def x_report(call: Call, drawer_id: int) -> Figures:
    """The X report: totals so far."""
    return await call.db.write_as(call.actor, closing.x_report, drawer_id)


@routes.post("/api/drawers/{drawer_id}/x", "report.read")
async def print_x(call: Call, drawer_id: int) -> Answer[Figures]:
    """The same on paper."""
    return await call.write(closing.x_report, drawer_id, on_paper=True)


@routes.get("/api/z", "report.read")
async def z_reports(call: Call, query: ZQuery) -> ZReports:
    """Z reports in the order of their numbers, which have no gaps; with `before` the newest first."""
    found = await call.db.write_as(call.actor, closing.z_reports, query.after, query.limit, query.before)
    return ZReports(found)


@routes.post("/api/z/{z_id}/print", "report.read", 202)
async def print_z(call: Call, z_id: int) -> Answer[Queued]:
    """Print a Z report again, marked as a copy."""
    return await call.write(closing.reprint_z, z_id)


@routes.get("/api/day", "order.read")
async def the_day(call: Call) -> DayView:
    """The end-of-night list: open orders by age, unsent lines, unprinted papers, drawers to count."""
    return await day.read_day(call.db)


@routes.post("/api/day/close", "day.close")
async def close_day(call: Call) -> Answer[Figures]:
    """Close the business day once every order has ended or was carried over and every drawer is counted."""
    return await call.write(closing.close_day)


@routes.post("/api/day/bills", "order.place")
async def print_bills(call: Call, body: PrintBills) -> Answer[Billed]:
    """Last call: pre-bills of all open orders, of one area or of the house."""
    return await call.write(_print_bills, body)


def _print_bills(tx: Transaction, body: PrintBills) -> Billed:
    return Billed(closing.print_bills(tx, body))


@routes.get("/r/{token}", OPEN)
async def receipt_page(call: Call, token: str) -> web.Response:
    """A receipt on the guest's own phone, by the secret in its QR code."""
    async with call.db.snapshot() as snapshot:
        known = await page.find(snapshot, token)
        if known is None:
            raise NotFound("receipt", token[:40])
        order = await queries.read(snapshot, known.order_id)
        venue = await read_venue(snapshot)
    html = page.page(known, order, venue, call.db.days, call.language)
    return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})


def _qr(text: str) -> str:
    return segno.make(text, error="m").svg_inline(scale=6, border=3, dark="#000", light="#fff") if text else ""


def _home(call: Call) -> str:
    """Where a guest's phone finds this box."""
    return next(iter(call.request.app[ADDRESSES]()), "")
