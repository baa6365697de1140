"""Who is at the door: device tokens and session JWTs, checked against what the database says is still in force."""

import asyncio
import os

from aiohttp import web

from barbox.core.actor import Actor
from barbox.core.database import Database
from barbox.core.errors import TokenExpired, Unauthenticated
from barbox.core.http import OPEN, SESSION
from barbox.core.hub import Hub
from barbox.core.ids import digest
from barbox.staff import queries, rules
from barbox.staff.queries import LiveSession
from barbox.staff.roles import Roles, read_roles
from barbox.staff.tokens import TOKEN_MS, Tokens

LOOK_S = 5.0
"""How often open sockets are looked at: one may outlive its session by so long."""
MOST_REMEMBERED = 512
NOBODY = Actor()


class Sessions:
    """Devices and sessions in force, in memory; `refresh` after every change of them."""

    def __init__(self, database: Database, tokens: Tokens) -> None:
        self._database = database
        self.tokens = tokens
        self._devices: dict[bytes, Actor] = {}
        self._live: dict[int, queries.LiveSession] = {}
        self._checked: dict[str, tuple[int, Actor]] = {}
        self._refreshing = asyncio.Lock()
        self.roles: Roles = rules.PERMISSIONS
        """What each role may do."""
        self._nobodys = os.urandom(32)
        self.anybody = False
        """Whether the box has people; without them it waits to be set up."""

    async def refresh(self) -> None:
        """Read what is in force; tokens of what is not are refused from here on.

        One at a time: an older reading that ends later would let a revoked device in again.
        """
        async with self._refreshing:
            async with self._database.snapshot() as snapshot:
                devices = await snapshot.all(queries.DEVICES, queries.KnownDevice)
                live = await snapshot.all(queries.SESSIONS, queries.LiveSession, now=self._database.clock.now())
                self.roles = await read_roles(snapshot)
                self.anybody = bool(await snapshot.all(queries.PEOPLE, queries.Person))
            self._devices = {bytes(each.token_hash): Actor(device_id=each.id, name=each.name) for each in devices}
            self._live = {each.id: each for each in live}
            self._checked.clear()

    def lives(self, actor: Actor) -> bool:
        """Whether an actor's session is still in force."""
        live = self._live.get(actor.session_id or 0)
        return live is not None and live.expires_at > self._database.clock.now()

    def digest_of(self, device_id: int) -> bytes:
        """What is stored of a paired device's token; for any other something that nobody can tell from it."""
        for stored, actor in self._devices.items():
            if actor.device_id == device_id:
                return stored
        return self._nobodys

    def changed(self, actor: Actor) -> bool:
        """Whether an actor of some time ago may now do more or less than then."""
        return actor.permissions != self.roles.get(actor.role, frozenset())

    def pin_given(self, actor: Actor) -> int:
        """When (ms) an actor last gave their PIN in this session; 0 where there is none."""
        live = self._live.get(actor.session_id or 0)
        return live.pin_at if live else 0

    def token(self, session_id: int) -> tuple[str, int]:
        """A fresh token for a session in force and when it expires (ms). Raises Unauthenticated."""
        live = self._in_force(session_id)
        expires = min(live.expires_at, self._database.clock.now() + TOKEN_MS)
        return self.tokens.issue(live.id, live.staff_id, expires), expires

    def renewable(self, token: str, device_id: int) -> LiveSession:
        """The session that an old token is of, when `device_id` asks, the tablet it was begun on.

        Raises Unauthenticated: what was overheard cannot be renewed elsewhere.
        """
        live = self._in_force(self.tokens.read(token).sid)
        if live.device_id != device_id:
            raise Unauthenticated("the session is another tablet's")
        return live

    async def watch(self, hub: Hub) -> None:
        """Close the sockets of sessions that end by themselves, and have the keys turned, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.tokens.turn(self._database.clock.now())
            hub.end_sessions(lambda actor: not self.lives(actor))

    def admit(self, request: web.Request, level: str) -> Actor:
        """The box's doorkeeper. Raises Unauthenticated."""
        if level == OPEN:
            return NOBODY
        token = _token(request)
        if token is None or not token.isascii():
            raise Unauthenticated("no token")
        checked = self._checked.get(token)
        if checked is not None:
            if checked[0] > self._database.clock.now():
                return checked[1]
            del self._checked[token]
        if token.count(".") == 2:
            return self._session(token)
        device = self._devices.get(digest(token))
        if device is None:
            raise Unauthenticated("this device is not paired")
        if level == SESSION:
            raise Unauthenticated("nobody is signed in")
        return device

    def _in_force(self, session_id: int) -> LiveSession:
        live = self._live.get(session_id)
        if live is None or live.expires_at <= self._database.clock.now():
            raise Unauthenticated("the session has ended")
        return live

    def _session(self, token: str) -> Actor:
        claims = self.tokens.read(token)
        live = self._in_force(claims.sid)
        expires = min(live.expires_at, claims.exp * 1000)
        if expires <= self._database.clock.now():
            raise TokenExpired
        actor = Actor(
            staff_id=live.staff_id,
            device_id=live.device_id,
            name=live.name,
            role=live.role,
            permissions=self.roles.get(live.role, frozenset()),
            session_id=live.id,
        )
        if len(self._checked) >= MOST_REMEMBERED:
            self._checked.clear()
        self._checked[token] = (expires, actor)
        return actor


def _token(request: web.Request) -> str | None:
    """From the Authorization header, or, as browsers cannot set it, from a WebSocket's offered subprotocols."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    for offered in request.headers.get("Sec-WebSocket-Protocol", "").split(","):
        if offered.strip().startswith("bearer."):
            return offered.strip().removeprefix("bearer.")
    return None
