"""The least that aiohttp can do with an order: check it as the box does, answer the same shape, keep nothing.

On the box's own event loop, uvloop, with the box's own decoder, and with nothing else: one route, no middleware, no
sign-in, no key, no listener to tell. Prints its port as one line of JSON.
"""

import asyncio
import json
import socket

import msgspec
import uvloop
from aiohttp import web

from barbox.orders.requests import NewItem, NewOrder
from barbox.orders.views import LineView, OrderView, TaxView

_AT = "2026-11-22T19:00:00.123Z"
_BEER = {"zh": "青岛经典", "en": "Tsingtao"}
_decode = msgspec.json.Decoder(NewOrder).decode
_encode = msgspec.json.Encoder().encode


async def place(request: web.Request) -> web.Response:
    """Answer an order without having kept it."""
    order = _decode(await request.read())
    lines = [_line(number, item) for number, item in enumerate(order.items, 1)]
    answer = _answer(order, lines, sum(line.amount for line in lines))
    return web.Response(status=201, body=_encode(answer), content_type="application/json")


def _line(number: int, item: NewItem) -> LineView:
    return LineView(
        line_id=number,
        item_id=item.item_id,
        name="青岛经典",
        names=_BEER,
        quantity=item.quantity,
        price=1800,
        amount=int(1800 * item.quantity),
        modifiers=[],
        seat=item.seat,
        course=item.course,
        note=item.note,
        station_id=1,
        station_name="吧台",
        status="preparing",
        staff_id=3,
        sent_at=_AT,
        ready_at=None,
        comp=False,
        reason=None,
        parent_id=None,
        price_rule_id=None,
        discount=None,
        discount_amount=0,
    )


def _answer(order: NewOrder, lines: list[LineView], total: int) -> OrderView:
    tax = total * 6 // 106
    return OrderView(
        order_id=1,
        number=1,
        status="open",
        version=1,
        seq=1,
        table_id=order.table_id,
        table_name=None,
        area_id=None,
        tab=order.tab,
        covers=order.covers,
        takeaway=order.takeaway,
        staff_id=3,
        staff_name="Wei",
        customer_info=order.customer_info,
        member_id=None,
        items=lines,
        subtotal=total,
        discount=None,
        discount_amount=0,
        service_rate=0,
        service_amount=0,
        cover_amount=0,
        minimum_spend=0,
        minimum_left=0,
        tax_amount=tax,
        taxes=[TaxView(1, "税", {"zh": "税", "en": "Tax"}, 600, total - tax, tax)],
        total_amount=total,
        rounding_amount=0,
        paid_amount=0,
        refunded_amount=0,
        balance=total,
        payments=[],
        shares=[],
        split_from=None,
        merged_into=None,
        carried_over=None,
        business_day="2026-11-22",
        created_at=_AT,
        billed_at=None,
        paid_at=None,
    )


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
    uvloop.run(serve())
