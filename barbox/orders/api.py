"""The orders' calls."""

from typing import Annotated, Literal

import peewee
from msgspec import Meta

from barbox.core.clock import parse_day
from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, View
from barbox.orders import commands, discounts, queries, splits
from barbox.orders.models import Order
from barbox.orders.requests import (
    Again,
    Comp,
    Fire,
    Merge,
    Move,
    NewDiscount,
    NewOrder,
    OrderChange,
    Send,
    Split,
    StatusChange,
    Transfer,
    Void,
)
from barbox.orders.splits import SplitView
from barbox.orders.views import OrderView

routes = Routes("orders")


class OrderSearch(View):
    status: Literal["open", "billed", "paid", "void"] | None = None
    table_id: Id | None = None
    tab: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    day: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 200


class OrderList(View):
    """Orders, oldest first, as of journal sequence `seq`: follow the live feed from there."""

    orders: list[OrderView]
    seq: int


@routes.post("/api/orders", "order.place", 201)
async def place(call: Call, body: NewOrder) -> Answer[OrderView]:
    """Place an order; its lines go to their stations at once unless held."""
    return await call.write(commands.place, body)


@routes.get("/api/orders", "order.read")
async def search(call: Call, query: OrderSearch) -> OrderList:
    """Orders by status, table or business day; `open` includes those whose bill was asked for."""
    which = _which(query)
    async with call.db.snapshot() as snapshot:
        return OrderList(await queries.search(snapshot, which, query.limit), await snapshot.seq())


@routes.get("/api/orders/{order_id}", "order.read")
async def read(call: Call, order_id: int) -> OrderView:
    """One order."""
    async with call.db.snapshot() as snapshot:
        return await queries.read(snapshot, order_id)


@routes.put("/api/orders/{order_id}", "order.place")
async def change(call: Call, order_id: int, body: OrderChange) -> Answer[OrderView]:
    """Add lines; or change held lines, covers, table or tab, against a version."""
    return await call.write(commands.change, order_id, body)


@routes.post("/api/orders/{order_id}/send", "order.send")
async def send(call: Call, order_id: int, body: Send) -> Answer[OrderView]:
    """Send held lines to their stations."""
    return await call.write(commands.send, order_id, body)


@routes.post("/api/orders/{order_id}/fire", "order.send")
async def fire(call: Call, order_id: int, body: Fire) -> Answer[OrderView]:
    """Send the held lines of a course."""
    return await call.write(commands.fire, order_id, body)


@routes.post("/api/orders/{order_id}/void", "order.void")
async def void(call: Call, order_id: int, body: Void) -> Answer[OrderView]:
    """Take lines back, or the whole order, with a reason."""
    return await call.write(commands.void, order_id, body)


@routes.post("/api/orders/{order_id}/comp", "order.comp")
async def comp(call: Call, order_id: int, body: Comp) -> Answer[OrderView]:
    """Give lines away, with a reason."""
    return await call.write(commands.comp, order_id, body)


@routes.post("/api/orders/{order_id}/move", "order.move")
async def move(call: Call, order_id: int, body: Move) -> Answer[OrderView]:
    """Seat the party at another table or keep it as a tab; or move some lines to another order."""
    command = commands.move if body.line_ids is None else splits.move_lines
    return await call.write(command, order_id, body)


@routes.post("/api/orders/{order_id}/discount", "order.discount")
async def discount(call: Call, order_id: int, body: NewDiscount) -> Answer[OrderView]:
    """Take something off some lines or off the order, with a reason; a value of 0 takes that back."""
    return await call.write(discounts.discount, order_id, body)


@routes.post("/api/orders/{order_id}/split", "order.move")
async def split(call: Call, order_id: int, body: Split) -> Answer[SplitView]:
    """Split by line or seat into a new order, or evenly or by amount into shares to be paid one by one."""
    return await call.write(splits.split, order_id, body)


@routes.post("/api/orders/{order_id}/merge", "order.move")
async def merge(call: Call, order_id: int, body: Merge) -> Answer[OrderView]:
    """Make one order of several; nothing is sent to a station again."""
    return await call.write(splits.merge, order_id, body)


@routes.post("/api/orders/{order_id}/transfer", "order.move")
async def transfer(call: Call, order_id: int, body: Transfer) -> Answer[OrderView]:
    """Give the order to another waiter."""
    return await call.write(commands.transfer, order_id, body)


@routes.post("/api/orders/{order_id}/again", "order.place")
async def again(call: Call, order_id: int, body: Again) -> Answer[OrderView]:
    """The same again: the last round, or some lines, at the prices in force now."""
    return await call.write(commands.again, order_id, body)


@routes.post("/api/orders/{order_id}/lines/status", "line.status")
async def set_status(call: Call, order_id: int, body: StatusChange) -> Answer[OrderView]:
    """Bump lines on a display, or recall them."""
    return await call.write(commands.set_status, order_id, body)


def _which(query: OrderSearch) -> peewee.Expression:
    which: peewee.Expression = Order.id > 0
    if query.status == "open":
        which &= queries.NOT_ENDED
    elif query.status is not None:
        which &= Order.status == query.status
    if query.table_id is not None:
        which &= Order.table_id == query.table_id
    if query.tab is not None:
        which &= Order.tab == query.tab
    if query.day is not None:
        try:
            which &= Order.business_day == parse_day(query.day)
        except ValueError:
            raise BadRequest("is not a day", "day") from None
    return which
