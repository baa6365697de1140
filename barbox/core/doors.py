"""Who may knock at all: Host allow-list against DNS rebinding, Origin checks, headers of every answer."""

import functools
import ipaddress
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from barbox.core import asking
from barbox.core.errors import (
    BadRequest,
    Forbidden,
    ForeignOrigin,
    Misdirected,
    NotLent,
    PinAgain,
    TooMany,
    Unauthenticated,
    WrongPin,
)
from barbox.core.http import DATA_HEADERS, printable, refused
from barbox.core.porter import PORTER

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HOSTNAMES: web.AppKey[Callable[[], frozenset[str]]] = web.AppKey("HOSTNAMES")
"""The names this box answers to now, lower case, without port; any IP address is accepted besides."""

log = logging.getLogger(__name__)

AT_THE_DOOR = (
    *(Unauthenticated, WrongPin, NotLent, TooMany, ForeignOrigin, Misdirected),
    web.HTTPRequestEntityTooLarge,
)
"""Refusals that an honest tablet seldom meets."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = DATA_HEADERS | {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
}


@web.middleware
async def doors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what is not meant for this box (421) or comes from another page (403); every refusal is a problem+json.

    The one layer that every request goes through: each costs it 4 us.
    """
    asking.begin()
    try:
        _check(request)
        return await handler(request)
    except Exception as error:  # noqa: BLE001 (whatever it is, the caller gets an answer)
        if isinstance(error, (*AT_THE_DOOR, Forbidden, PinAgain)):
            _note(request, error)
        return refused(request, error)


def _note(request: web.Request, refusal: Exception) -> None:
    """Tell the log, and the porter of what an honest tablet seldom meets."""
    facts = {"call": f"{request.method} {printable(request.path)}", "address": request.remote, "why": str(refusal)}
    log.info("refused", extra=facts)
    if isinstance(refusal, AT_THE_DOOR):
        request.app[PORTER].refused(request)


def _check(request: web.Request) -> None:
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1:
        raise BadRequest("is sent exactly once", "Host")
    names, host = request.app[HOSTNAMES](), hosts[0]
    for named in {host, request.host}:  # the second is the request line's, where that names a host of its own
        if not _ours(named, names):
            raise Misdirected(printable(named))
    upgrading = request.headers.get("Upgrade") is not None
    if upgrading or request.method not in SAFE:
        for origin in request.headers.getall("Origin", []):
            if _place(origin) != host.lower():
                raise ForeignOrigin


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For the app's on_response_prepare: pages carry all of them, data says that it is no page."""
    response.headers.update(DATA_HEADERS if request.path.startswith("/api/") else HEADERS)


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


@functools.lru_cache(maxsize=512)
def _ours(host: str, names: frozenset[str]) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in names or name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
