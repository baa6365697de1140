"""/demo/printers: the paper of the virtual printers as it comes out, and switches to break them.

Mounted by `barbox demo` alone; a real box has no such page and no virtual printer.
"""

import asyncio
from importlib.resources import files

import msgspec
from aiohttp import web

from barbox.demo.desk import Desk, News, State, Switch

DESK: web.AppKey[Desk] = web.AppKey("DESK", Desk)
_LOOK_S = 0.5
"""How often an open page learns of what no event tells, such as a drawer kick."""

_encode = msgspec.json.Encoder().encode
_CONTENT = {"printers.html": "text/html", "printers.css": "text/css", "printers.js": "text/javascript"}


class Turn(msgspec.Struct, frozen=True):
    """A switch and whether the printer shall be at fault."""

    switch: Switch
    faulty: bool


def mount(app: web.Application, desk: Desk) -> None:
    """Add the page and what it asks for. The desk's printers are run by whoever made it."""
    app[DESK] = desk
    app.router.add_get("/demo/printers", _page)
    app.router.add_get("/demo/{file:printers\\.(css|js)}", _part)
    app.router.add_get("/demo/printers/live", _live)
    app.router.add_get("/demo/printers/{printer}/{number:[0-9]{1,9}}.png", _picture)
    app.router.add_post("/demo/printers/{printer}/switches", _turn)
    app.on_shutdown.append(_goodbye)


async def _goodbye(app: web.Application) -> None:
    app[DESK].say_goodbye()


async def _page(_request: web.Request) -> web.Response:
    return _file("printers.html")


async def _part(request: web.Request) -> web.Response:
    return _file(request.match_info["file"])


def _file(name: str) -> web.Response:
    body = files(__package__).joinpath(name).read_bytes()
    headers = {"Content-Type": f"{_CONTENT[name]}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.Response(body=body, headers=headers)


async def _picture(request: web.Request) -> web.Response:
    printer = request.app[DESK].printers.get(request.match_info["printer"])
    png = printer.picture(int(request.match_info["number"])) if printer else None
    if png is None:
        raise web.HTTPNotFound
    return web.Response(body=png, content_type="image/png")


async def _turn(request: web.Request) -> web.Response:
    asked = msgspec.json.decode(await request.read(), type=Turn)
    desk, printer = request.app[DESK], request.match_info["printer"]
    if printer not in desk.printers:
        raise web.HTTPNotFound
    state = await asyncio.to_thread(desk.turn, printer, asked.switch, faulty=asked.faulty)
    return web.Response(body=_encode(state), content_type="application/json")


async def _live(request: web.Request) -> web.StreamResponse:
    """Server-sent events: first the whole desk, then what changes. A page that comes back starts anew."""
    desk = request.app[DESK]
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    with desk.news() as queue:
        await response.write(_event("desk", desk.shown()))
        seen = {name: printer.state for name, printer in desk.printers.items()}
        while True:
            try:
                news = await asyncio.wait_for(queue.get(), _LOOK_S)
            except TimeoutError:
                changed = [item for item in _states(desk) if seen[item[0]] != item[1]]
                seen |= dict(changed)
                for name, state in changed:
                    await response.write(_event("news", News(name, state=state)))
                if not changed:
                    await response.write(b": still here\n\n")
                continue
            if news is None:
                return response
            await response.write(_event("news", news))


def _states(desk: Desk) -> list[tuple[str, State]]:
    return [(name, printer.state) for name, printer in desk.printers.items()]


def _event(name: str, data: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), _encode(data))
