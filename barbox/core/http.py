"""Route -> decode -> call -> encode; every refusal becomes problem+json here.

A room declares its calls on a `Routes`; what a handler takes and gives is read off its annotations, once:

    routes = Routes("orders")

    @routes.post("/api/orders/{order_id}/void", "order.void")
    async def void(call: Call, order_id: int, body: Void) -> Answer[OrderView]: ...
"""

import functools
import hashlib
import inspect
import logging
import re
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any, Concatenate, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import SERVER_SOFTWARE
from aiohttp.web_request import BaseRequest

from barbox.core import asking
from barbox.core.actor import Actor
from barbox.core.database import Database
from barbox.core.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    NotJson,
    PinAgain,
    Refusal,
    TooLarge,
    TooMany,
    Unavailable,
)
from barbox.core.idempotency import Answer, Key
from barbox.core.transaction import Transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")

_encode = msgspec.json.Encoder().encode
LARGEST_BODY = 1024 * 1024
AT_ONCE = 16 * 1024
"""A body of at most this is taken as it came."""
OPEN, DEVICE, SESSION = "open", "device", "session"
"""What a call asks for: nothing, a paired device, or a person signed in on one."""

OVERRIDE = "Manager-Override"
"""A header of "staffId:pin": somebody on the spot lends what they may do, for this one call."""

Doorkeeper = Callable[[web.Request, str], Actor]
Lender = Callable[[web.Request, Actor], Awaitable[Actor]]
Confirmer = Callable[[web.Request, Actor], Awaitable[bool]]
CONFIRMER: web.AppKey[Confirmer] = web.AppKey("CONFIRMER")
LENDER: web.AppKey[Lender] = web.AppKey("LENDER")
DATABASE = web.AppKey("DATABASE", Database)
DOORKEEPER: web.AppKey[Doorkeeper] = web.AppKey("DOORKEEPER")


class Call:
    """One request as a handler sees it."""

    __slots__ = ("actor", "key", "request", "status")

    def __init__(self, request: web.Request, actor: Actor, key: Key | None, status: int) -> None:
        self.request = request
        self.actor = actor
        self.key = key
        self.status = status

    @property
    def db(self) -> Database:
        return self.request.app[DATABASE]

    @property
    def language(self) -> str:
        return language_of(self.request.headers.get("Accept-Language", ""))

    def write(
        self, command: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[Answer[T]]:
        """Run a command for this caller, once for its Idempotency-Key; the journal tells who lent a permission."""
        if self.actor.lent_by is not None:
            command = _lent(f"{self.request.method} {self.request.path}", command)
        return self.db.write_once(self.actor, self.key, self.status, command, *args, **kwargs)


def _lent(call: str, command: Callable[Concatenate[Transaction, P], T]) -> Callable[Concatenate[Transaction, P], T]:
    """The command, with the journal's word on who allowed it."""

    def run(tx: Transaction, /, *args: P.args, **kwargs: P.kwargs) -> T:
        facts = {"to": tx.actor.staff_id, "for": call}
        tx.emit("permission.lent", f"staff:{tx.actor.lent_by}", facts, rooms=("office",))
        return command(tx, *args, **kwargs)

    return run


class Route(msgspec.Struct, frozen=True):
    """One call of the API, as served and as described in OpenAPI."""

    method: str
    path: str
    needs: str
    status: int
    handler: Callable[..., Awaitable[Any]]
    body: Any
    query: Any
    answer: Any
    room: str
    summary: str


class Routes:
    """The calls of one room. `needs` is OPEN, DEVICE, SESSION or the permission a person must have."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.all: list[Route] = []

    def get(self, path: str, needs: str) -> Callable[[Callable[..., Awaitable[T]]], Callable[..., Awaitable[T]]]:
        return self._add("GET", path, needs, 200)

    def post(
        self, path: str, needs: str, status: int = 200
    ) -> Callable[[Callable[..., Awaitable[T]]], Callable[..., Awaitable[T]]]:
        return self._add("POST", path, needs, status)

    def put(self, path: str, needs: str) -> Callable[[Callable[..., Awaitable[T]]], Callable[..., Awaitable[T]]]:
        return self._add("PUT", path, needs, 200)

    def delete(self, path: str, needs: str) -> Callable[[Callable[..., Awaitable[T]]], Callable[..., Awaitable[T]]]:
        return self._add("DELETE", path, needs, 200)

    def _add(
        self, method: str, path: str, needs: str, status: int
    ) -> Callable[[Callable[..., Awaitable[T]]], Callable[..., Awaitable[T]]]:
        def declare(handler: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
            hints = get_type_hints(handler, include_extras=True)
            answer = hints["return"]
            if get_origin(answer) is Answer:
                (answer,) = get_args(answer)
            summary = (inspect.getdoc(handler) or handler.__name__).partition("\n\n")[0].replace("\n", " ")
            self.all.append(
                Route(
                    method,
                    path,
                    needs,
                    status,
                    handler,
                    hints.get("body"),
                    hints.get("query"),
                    answer,
                    self.room,
                    summary,
                )
            )
            return handler

        return declare


def mount(app: web.Application, *rooms: Routes, sensitive: frozenset[str] = frozenset()) -> None:
    """Serve the calls of these rooms; a change that needs a `sensitive` permission asks for a PIN given lately."""
    for room in rooms:
        for route in room.all:
            path = re.sub(r"\{(\w+_id)\}", r"{\1:[0-9]{1,15}}", route.path)
            app.router.add_route(route.method, path, _serve(route, sensitive))


def _serve(route: Route, sensitive: frozenset[str]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    level = route.needs if route.needs in (OPEN, DEVICE, SESSION) else SESSION
    permission = None if level == route.needs else route.needs
    decode = msgspec.json.Decoder(route.body).decode if route.body is not None else None
    path_ids = re.findall(r"\{(\w+_id)\}", route.path)
    path_words = re.findall(r"\{(\w+)\}", re.sub(r"\{\w+_id\}", "", route.path))
    mutates = route.method != "GET"
    lendable = mutates and level == SESSION
    dear = permission if mutates and permission in sensitive else None

    async def handle(request: web.Request) -> web.StreamResponse:
        app = request.app
        actor = app[DOORKEEPER](request, level)
        if lendable and OVERRIDE in request.headers:
            actor = await app[LENDER](request, actor)
        if permission is not None and permission not in actor.permissions:
            raise Forbidden(permission)
        if dear is not None and not await app[CONFIRMER](request, actor):
            raise PinAgain(dear)
        found = request.match_info
        arguments: dict[str, Any] = {name: int(found[name]) for name in path_ids}
        arguments |= {name: found[name] for name in path_words}
        if route.query is not None:
            arguments["query"] = msgspec.convert(dict(request.query), route.query, strict=False)
        raw = await _body(request) if mutates else b""
        if (decode is not None or raw) and request.content_type != "application/json":
            raise NotJson
        if decode is not None:
            try:
                arguments["body"] = decode(raw)
            except RecursionError:
                raise BadRequest("is nested too deeply") from None
        key = _key(request, raw) if mutates else None
        call = Call(request, actor, key, route.status)
        return _response(request, await route.handler(call, **arguments), route.status)

    return handle


async def _body(request: web.Request) -> bytes:
    """The body. What came together with its head lies there already: no line was stopped that has to be let on."""
    content = request.content
    if content.is_eof() and 0 < content.total_bytes <= AT_ONCE and content.exception() is None:
        return b"".join(content._buffer)  # noqa: SLF001 (reading it costs three times as much as decoding it)
    return await request.read()


def _response(request: web.Request, result: Any, status: int) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if result is None:
        return web.Response(status=204)
    status, body = (result.status, result.body) if isinstance(result, Answer) else (status, _encode(result))
    if request.version == HttpVersion11 and request.keep_alive:
        return Ready(status, body)
    return web.Response(status=status, body=body, headers=JSON)


JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}
DATA_HEADERS = {"X-Content-Type-Options": "nosniff"}
"""Of every answer that is no page."""


class Ready(web.StreamResponse):
    """JSON over a connection that stays: head and body in one piece.

    aiohttp's own answer puts its headers together one by one, which takes a third of the time of answering.
    """

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status=status)
        self._json = body

    @property
    def keep_alive(self) -> bool:
        return True

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter:
        head = _head(self.status, self.reason, int(time.time()))
        await request.writer.write(b"%sContent-Length: %d\r\n\r\n%s" % (head, len(self._json), self._json))
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:  # noqa: ARG002 (all of it has been written)
        return


@functools.lru_cache(maxsize=64)
def _head(status: int, reason: str, second: int) -> bytes:
    """Status line and headers as far as they are the same for every answer of this second."""
    lines = [f"HTTP/1.1 {status} {reason}", f"Date: {formatdate(second, usegmt=True)}", f"Server: {SERVER_SOFTWARE}"]
    lines += [f"{name}: {value}" for name, value in (JSON | DATA_HEADERS).items()]
    return "\r\n".join([*lines, ""]).encode()


def _key(request: web.Request, raw: bytes) -> Key | None:
    text = request.headers.get("Idempotency-Key")
    if text is None:
        return None
    if not 8 <= len(text) <= 64 or not text.isascii():
        raise BadRequest("has 8 to 64 ASCII characters", "Idempotency-Key")
    fingerprint = hashlib.sha256(f"{request.method} {request.path}\n".encode() + raw).digest()[:16]
    return Key(text, fingerprint)


@functools.lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """The first of our two languages in an Accept-Language header; "en" where it names neither."""
    for part in accepted.lower().split(","):
        tag = part.strip()[:2]
        if tag in ("en", "zh"):
            return tag
    return "en"


def refused(request: web.Request, error: Exception) -> web.Response:
    """The one place where refusals, bad input and accidents become problem+json. Raises aiohttp's redirections."""
    match error:
        case Refusal():
            refusal: Refusal = error
        case msgspec.ValidationError():
            refusal = _unfit(error)
        case msgspec.DecodeError():
            refusal = BadRequest(f"is not JSON: {error}")
        case UnicodeDecodeError() | web.RequestPayloadError():
            refusal = BadRequest("is not UTF-8, or not packed as its headers say")
        case web.HTTPRequestEntityTooLarge():
            refusal = TooLarge(LARGEST_BODY)
        case web.HTTPException() if error.status < 400:
            raise error
        case web.HTTPException():
            refusal = NotFound("page", printable(request.path)) if error.status == 404 else _Plain(error)
        case ConnectionError() | TimeoutError():
            log.warning("request failed", extra={"path": request.path, "error": repr(error)})
            refusal = Unavailable("a connection failed")
        case _:
            log.error("request crashed", exc_info=error, extra={"path": request.path})
            refusal = _Accident(requestId=asking.request_id())
    return problem(request, refusal)


def problem(request: web.Request, refusal: Refusal) -> web.Response:
    """A refusal as application/problem+json in the caller's language."""
    document = refusal.problem(language_of(request.headers.get("Accept-Language", "")))
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(refusal.fields["retryAfter"])
    if isinstance(refusal, _Plain):
        headers |= refusal.headers
    return web.Response(status=document["status"], body=msgspec.json.encode(document), headers=headers)


def printable(text: str) -> str:
    """Text from a request line or header, where bytes that are no UTF-8 arrive as lone surrogates."""
    return text.encode("utf-8", "replace").decode()[:200]


def _unfit(error: msgspec.ValidationError) -> BadRequest:
    """msgspec says "Expected `int`, got `str` - at `$.items[0].quantity`"."""
    text = str(error)
    detail, _, path = text.rpartition(" - at `")
    if not detail:
        named = re.search(r"field `(\w+)`", text)
        return BadRequest(text, named[1] if named else "$")
    return BadRequest(detail, path.rstrip("`").removeprefix("$.") or "$")


class _Plain(Refusal):
    """aiohttp's own refusals: 405 and the like."""

    texts = {"en": "{reason}", "zh": "{reason}"}

    def __init__(self, error: web.HTTPException) -> None:
        super().__init__(reason=error.reason)
        self._status = error.status
        self.headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}

    def problem(self, language: str) -> dict[str, Any]:
        return super().problem(language) | {
            "status": self._status,
            "title": self.fields["reason"],
            "code": "http",
        }


class _Accident(Refusal):
    status = 500
    code = "internal"
    title = "Our mistake"
    texts = {"en": "Something went wrong in the box; it is in its log", "zh": "系统内部错误，已记录日志"}
