"""The live feed: WebSocket rooms that are told after each commit and resume from a sequence number.

A frame is `{"seq": n, "events": […]}`: one per client and commit, built once for all who listen to the same rooms.
On arrival the listener is attached first, then the journal after `since` is replayed as the present state of every
subject it touched, then it follows. A reader that falls behind is closed with 1013 and resumes; nothing is skipped.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, cast

import msgspec
from aiohttp import WSCloseCode, web

from barbox.core.actor import Actor
from barbox.core.clock import rfc3339
from barbox.core.database import Database, Snapshot
from barbox.core.errors import BadRequest
from barbox.core.http import DATABASE, DOORKEEPER, SESSION
from barbox.core.models import JournalEntry
from barbox.core.statements import freeze
from barbox.core.transaction import Event

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
MOST_UNREAD_BYTES = 1024 * 1024
"""A reader with more than this in its send buffer has stopped reading: about 256 frames of a busy night."""
OLDEST_REPLAY = 2000
"""A listener that missed more events than this loads its screens afresh."""
SESSION_OVER = 4401

Loader = Callable[[Snapshot, list[int]], Awaitable[dict[int, Any]]]
"""Reads the present state of some subjects of one type, by number."""

_MISSED = freeze(
    lambda p: (
        JournalEntry.select(JournalEntry.seq, JournalEntry.at, JournalEntry.kind, JournalEntry.subject)
        .where(JournalEntry.seq > p.since)
        .order_by(JournalEntry.seq)
        .limit(OLDEST_REPLAY + 1)
    )
)
_encoder = msgspec.json.Encoder()


class _Missed(msgspec.Struct):
    seq: int
    at: int
    kind: str
    subject: str


class Listener:
    """One WebSocket and the rooms it listens to."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.WriteTransport, actor: Actor, rooms: frozenset[str]
    ) -> None:
        self.socket = socket
        self.transport = transport
        self.actor = actor
        self.rooms = rooms
        self.waiting: list[bytes] | None = []
        """Frames that came while the past was being replayed; None once it follows live."""
        self.held = 0

    def tell(self, frame: bytes) -> None:
        if self.waiting is not None:
            self.waiting.append(frame)
            self.held += len(frame)
        elif not self.transport.is_closing():
            self.transport.write(frame)

    def follow(self) -> None:
        waiting, self.waiting, self.held = self.waiting or [], None, 0
        for frame in waiting:
            self.tell(frame)

    @property
    def behind(self) -> bool:
        return self.transport.get_write_buffer_size() + self.held > MOST_UNREAD_BYTES


class Hub:
    """Everyone who listens. Rooms register how their subjects are read again with `subject`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop = asyncio.get_running_loop()
        self._seq = database.seq
        """What all have been told up to."""
        self._listeners: set[Listener] = set()
        self._subjects: dict[str, tuple[Loader, frozenset[str]]] = {}
        self._closing: set[asyncio.Task[Any]] = set()
        database.subscribe(self.publish)

    def __len__(self) -> int:
        return len(self._listeners)

    def subject(self, type_: str, load: Loader, rooms: Iterable[str]) -> None:
        """How to read the state of "type:number" again, and for which rooms a replay of it is."""
        self._subjects[type_] = (load, frozenset(rooms))

    def publish(self, seq: int, events: list[Event]) -> None:
        """Tell of a commit, as soon as those who wait for its answer have it."""
        self._loop.call_soon(self._tell, seq, events)

    def _tell(self, seq: int, events: list[Event]) -> None:
        """Send one frame with all events of a commit to each listener that listens for any."""
        self._seq = seq
        frames: dict[frozenset[str], bytes | None] = {}
        written = [(event.rooms, _written(event)) for event in events]
        for listener in tuple(self._listeners):
            if listener.rooms not in frames:
                wanted = [text for rooms, text in written if not rooms.isdisjoint(listener.rooms)]
                frames[listener.rooms] = text_frame(_frame(seq, wanted)) if wanted else None
            frame = frames[listener.rooms]
            if frame is not None:
                listener.tell(frame)
                if listener.behind:
                    self._drop(listener, WSCloseCode.TRY_AGAIN_LATER, b"fell behind: resume")

    def end_sessions(self, over: Callable[[Actor], bool], code: int = SESSION_OVER) -> None:
        """Close the sockets of those who may listen no longer, or not as they did."""
        for listener in tuple(self._listeners):
            if over(listener.actor):
                self._drop(listener, code, b"session over")

    async def close(self) -> None:
        """Say goodbye to all."""
        for listener in tuple(self._listeners):
            self._drop(listener, WSCloseCode.GOING_AWAY, b"the box is stopping")
        if self._closing:
            await asyncio.wait(self._closing, timeout=2.0)

    async def listen(self, request: web.Request, actor: Actor) -> web.WebSocketResponse:
        """Serve one WebSocket until it ends."""
        rooms = _rooms(request.query.get("rooms", "floor"), actor)
        since = request.query.get("since", "")
        if since and not (since.isascii() and since.isdecimal() and len(since) <= 15):
            raise BadRequest("is a sequence number", "since")
        socket = web.WebSocketResponse(heartbeat=15.0, compress=False, protocols=("barbox",), max_msg_size=4096)
        await socket.prepare(request)
        if request.transport is None:
            return socket
        transport = cast(asyncio.WriteTransport, request.transport)  # uvloop's are no subclass of it
        listener = Listener(socket, transport, actor, rooms)
        self._listeners.add(listener)
        try:
            await self._replay(listener, int(since) if since else None)
            listener.follow()
            async for _ in socket:
                continue
        except ConnectionError as error:
            log.debug("listener lost", extra={"error": repr(error)})
        finally:
            self._listeners.discard(listener)
        return socket

    async def beat(self) -> None:
        """Send a heartbeat to all every 5 s, for ever: pages cannot see ping frames."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            frame = text_frame(_frame(self._seq, []))
            for listener in tuple(self._listeners):
                listener.tell(frame)

    async def _replay(self, listener: Listener, since: int | None) -> None:
        frame = await self._missed(listener, since)
        await listener.socket.send_str(frame.decode())

    async def _missed(self, listener: Listener, since: int | None) -> bytes:
        """The first frame. It is sent after the snapshot has ended: a slow tablet must not hold a reader."""
        async with self._database.snapshot() as snapshot:
            seq = await snapshot.seq()
            if since is None:
                return _frame(seq, [])
            missed = await snapshot.all(_MISSED, _Missed, since=since)
            if since > seq or len(missed) > OLDEST_REPLAY:
                return b'{"seq":%d,"events":[],"reset":true}' % seq
            return _frame(seq, await self._present(snapshot, missed, listener.rooms))

    async def _present(self, snapshot: Snapshot, missed: list[_Missed], rooms: frozenset[str]) -> list[bytes]:
        """The present state of what was missed, each subject once, in the order of its last change."""
        last = {each.subject: each for each in missed}
        by_type: dict[str, list[int]] = {}
        for subject in last:
            type_, _, digits = subject.partition(":")
            if type_ in self._subjects and not self._subjects[type_][1].isdisjoint(rooms):
                by_type.setdefault(type_, []).append(int(digits or 0))
        events: list[tuple[int, bytes]] = []
        for type_, numbers in by_type.items():
            load = self._subjects[type_][0]
            for number, state in (await load(snapshot, numbers)).items():
                entry = last.get(f"{type_}:{number}") or last[type_]
                told = Event(entry.seq, entry.kind, entry.at, entry.subject, _encoder.encode(state), rooms)
                events.append((entry.seq, _written(told)))
        return [text for _, text in sorted(events)]

    def _drop(self, listener: Listener, code: int, words: bytes) -> None:
        self._listeners.discard(listener)
        task = asyncio.create_task(_end(listener, code, words))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


HUB = web.AppKey("HUB", Hub)


async def live(request: web.Request) -> web.StreamResponse:
    """GET /api/live: the WebSocket."""
    return await request.app[HUB].listen(request, request.app[DOORKEEPER](request, SESSION))


async def hub_context(app: web.Application) -> AsyncIterator[None]:
    """The hub beats while the app runs; its sockets are closed by `app.on_shutdown`."""
    beating = asyncio.create_task(app[HUB].beat())
    yield
    beating.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await beating


def make_hub(app: web.Application) -> Hub:
    """Put the hub into the app; the database must be there."""
    hub = app[HUB] = Hub(app[DATABASE])
    return hub


async def _end(listener: Listener, code: int, words: bytes) -> None:
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(1.0):
            await listener.socket.close(code=code, message=words)
    listener.transport.abort()


def _rooms(asked: str, actor: Actor) -> frozenset[str]:
    rooms = frozenset(room for room in asked.split(",") if room)
    for room in rooms:
        known = room in ("floor", "kitchen", "bar") or (room.startswith("station:") and room[8:].isdecimal())
        if not known and not (room == "office" and actor.may("report.read")):
            raise BadRequest(f"there is no room {room[:40]!r} for you", "rooms")
    return rooms


def _written(event: Event) -> bytes:
    head = _encoder.encode({"seq": event.seq, "kind": event.kind, "at": rfc3339(event.at), "subject": event.subject})
    return head[:-1] + b',"data":' + event.data + b"}"


def _frame(seq: int, events: list[bytes]) -> bytes:
    return b'{"seq":%d,"events":[%s]}' % (seq, b",".join(events))


def text_frame(payload: bytes) -> bytes:
    """An unmasked, final WebSocket text frame (RFC 6455, section 5.2), the same bytes for every listener."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload
