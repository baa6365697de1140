"""Keeps one bad neighbour from stopping the bar: caps on connections, time-outs for slow ones, a limit on requests.

Nothing of this runs in a request's way: what is open is counted as it opens and closes, and looked over once a second.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import NamedTuple

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

log = logging.getLogger(__name__)

LOOK_S = 1.0
MOST_CONNECTIONS = 600
MOST_OF_ONE = 128
"""Ten tablets behind one router, each with a live feed and a browser's six connections."""
REQUESTS = RateLimitItemPerSecond(1500, 5, namespace="requests")
"""What an address may ask in five seconds: less than a whole bar behind one router that has just come back."""
REFUSALS = RateLimitItemPerMinute(120, namespace="refusals")
"""How often it may be refused at the door: by a wrong token, PIN, code, host or origin."""
SHUT_S = 30.0
FIRST_REQUEST_S = 10.0
"""For a connection to have asked its first question."""
BODY_S = 20.0
"""For a request to have arrived in full."""
READING_S = 60.0
"""For an answer to have been taken."""
ITSELF = frozenset({"127.0.0.1", "::1"})
"""The box's own screen and programs."""


class _Seen(NamedTuple):
    """A connection as it was at the last look: its requests so far, and since when it is on the present one."""

    requests: int
    since: float


class Porter:
    """Stands at the door of one server."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._open: Counter[str] = Counter()
        self._shut: dict[str, float] = {}
        self._seen: dict[RequestHandler, _Seen] = {}
        self._asked: Counter[str] = Counter()

    def stand_at(self, server: web.Server) -> None:
        """Be told of each connection as it opens and closes."""
        opened, closed = server.connection_made, server.connection_lost

        def made(handler: RequestHandler, transport: asyncio.Transport) -> None:
            opened(handler, transport)
            address = _address(handler)
            self._open[address] += 1
            self._asked[address] += 1
            self._seen[handler] = _Seen(0, time.monotonic())
            if not self._admits(address):
                # After the handler has begun: cut off before, it complains in the log, once for each knock.
                asyncio.get_running_loop().call_soon(transport.abort)

        def lost(handler: RequestHandler, exc: BaseException | None = None) -> None:
            closed(handler, exc)
            address, seen = _address(handler), self._seen.pop(handler)
            self._asked[address] += _requests(handler) - seen.requests
            self._open[address] -= 1
            if self._open[address] <= 0:
                del self._open[address]

        server.connection_made = made  # type: ignore[method-assign]
        server.connection_lost = lost  # type: ignore[method-assign]

    def refused(self, request: web.Request) -> None:
        """An address was refused at the door once more; after too often it is shut out for a while."""
        address = request.remote or ""
        if address not in ITSELF and not self._limiter.hit(REFUSALS, address):
            self._shut_out(address, "refused too often")

    def look(self) -> None:
        """Hang up on whoever holds a connection without using it, and on addresses that ask too much."""
        now = time.monotonic()
        for handler, seen in list(self._seen.items()):
            requests = _requests(handler)
            if requests != seen.requests:
                self._asked[_address(handler)] += requests - seen.requests
                self._seen[handler] = _Seen(requests, now)
            elif _stuck(handler, requests, now - seen.since):
                _hang_up(handler)
        asked, self._asked = self._asked, Counter()
        for address, count in asked.items():
            if address not in ITSELF and not self._limiter.hit(REQUESTS, address, cost=count):
                self._shut_out(address, "asks too much")
        self._shut = {address: until for address, until in self._shut.items() if until > now}

    async def watch(self) -> None:
        """Look every second, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def _admits(self, address: str) -> bool:
        if address in ITSELF:
            return True
        if self._shut and self._shut.get(address, 0.0) > time.monotonic():
            return False
        if self._open[address] > MOST_OF_ONE:
            return False
        return len(self._seen) <= MOST_CONNECTIONS

    def _shut_out(self, address: str, why: str) -> None:
        if address not in self._shut:
            log.warning("an address is shut out for half a minute", extra={"address": address, "why": why})
        self._shut[address] = time.monotonic() + SHUT_S
        for handler in list(self._seen):
            if _address(handler) == address:
                _hang_up(handler)


PORTER = web.AppKey("PORTER", Porter)


@contextlib.asynccontextmanager
async def standing(app: web.Application, runner: web.AppRunner) -> AsyncIterator[None]:
    """The porter is at the runner's doors for as long as the block runs."""
    porter = app[PORTER]
    if runner.server is not None:
        porter.stand_at(runner.server)
    watching = asyncio.create_task(porter.watch(), name="porter")
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def _stuck(handler: RequestHandler, requests: int, idle: float) -> bool:
    """Whether a connection has done nothing for longer than its present business takes."""
    if requests == 0:
        return idle > FIRST_REQUEST_S
    request = handler._current_request  # noqa: SLF001
    if request is None or handler._upgraded:  # noqa: SLF001 (for idle ones aiohttp's time-out counts, for sockets the hub's)
        return False
    if not request.content.is_eof():
        return idle > BODY_S
    transport = handler.transport
    return idle > READING_S and isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size() > 0


def _requests(handler: RequestHandler) -> int:
    return handler._request_count  # noqa: SLF001 (aiohttp counts, but does not tell)


def _hang_up(handler: RequestHandler) -> None:
    if handler.transport is not None:
        handler.transport.abort()


def _address(handler: RequestHandler) -> str:
    peer = handler.peername
    return str(peer[0]) if isinstance(peer, tuple) else ""
