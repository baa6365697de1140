"""The least that aiohttp can do with an order: decode it, answer something of the same size, keep nothing.

Prints its port as one line of JSON.
"""

import asyncio
import json
import socket
from typing import Annotated

import msgspec
from aiohttp import web


class Item(msgspec.Struct, rename="camel"):
    """An ordered line."""

    item_id: Annotated[int, msgspec.Meta(ge=1)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=999)]
    modifiers: list[int] = []


class NewOrder(msgspec.Struct, rename="camel"):
    """The same body that the box gets."""

    tab: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    items: Annotated[list[Item], msgspec.Meta(min_length=1, max_length=200)]
    covers: int | None = None


class Line(msgspec.Struct, rename="camel"):
    """An answered line, with about as many members as the box gives it."""

    line_id: int
    item_id: int
    name: str
    names: dict[str, str]
    quantity: int
    price: int
    amount: int
    modifiers: list[int]
    station_id: int
    station_name: str
    status: str
    staff_id: int
    sent_at: str


class Order(msgspec.Struct, rename="camel"):
    """The answer."""

    order_id: int
    number: int
    tab: str
    items: list[Line]
    subtotal: int
    tax_amount: int
    total_amount: int
    paid_amount: int
    balance: int
    status: str
    version: int
    business_day: str
    created_at: str


_AT = "2026-11-22T19:00:00.123Z"
_decode = msgspec.json.Decoder(NewOrder).decode
_encode = msgspec.json.Encoder().encode


async def place(request: web.Request) -> web.Response:
    """Answer an order without having kept it."""
    order = _decode(await request.read())
    lines = [
        Line(
            line_id=number,
            item_id=item.item_id,
            name="青岛经典",
            names={"zh": "青岛经典", "en": "Tsingtao"},
            quantity=item.quantity,
            price=1800,
            amount=1800 * item.quantity,
            modifiers=item.modifiers,
            station_id=1,
            station_name="吧台",
            status="preparing",
            staff_id=3,
            sent_at=_AT,
        )
        for number, item in enumerate(order.items, 1)
    ]
    total = sum(line.amount for line in lines)
    answer = Order(
        order_id=1,
        number=1,
        tab=order.tab,
        items=lines,
        subtotal=total,
        tax_amount=total * 6 // 106,
        total_amount=total,
        paid_amount=0,
        balance=total,
        status="open",
        version=1,
        business_day="2026-11-22",
        created_at=_AT,
    )
    return web.Response(status=201, body=_encode(answer), content_type="application/json")


async def serve() -> None:
    """Serve until ended."""
    app = web.Application()
    app.router.add_post("/api/orders", place)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    await web.SockSite(runner, listener).start()
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
