"""Pairing, signing in, people and devices."""

import hashlib
import hmac
from typing import Annotated

import segno
from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from msgspec import Meta

from barbox.core import ids
from barbox.core.api import ADDRESSES
from barbox.core.clock import rfc3339
from barbox.core.errors import BadRequest, TooMany, Unauthenticated, WrongPin
from barbox.core.http import DEVICE, OPEN, SESSION, Call, Routes
from barbox.core.hub import HUB
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, Id, ShortText, View
from barbox.staff import commands, queries, rules
from barbox.staff.commands import EditStaff, FirstVenue, PersonView, Pin
from barbox.staff.pins import Pins
from barbox.staff.sessions import Sessions

routes = Routes("staff")

SESSIONS = web.AppKey("SESSIONS", Sessions)
PINS = web.AppKey("PINS", Pins)
SETUP_CODE = web.AppKey("SETUP_CODE", str)
KNOCKS_A_MINUTE = 10


class Knocks:
    """How often an address may try a pairing or set-up code."""

    def __init__(self) -> None:
        self._limit = RateLimitItemPerMinute(KNOCKS_A_MINUTE)
        self._seen = MovingWindowRateLimiter(MemoryStorage())

    def knock(self, address: str) -> None:
        """Raises TooMany."""
        if not self._seen.hit(self._limit, address):
            raise TooMany(60)

    def let_in(self, address: str) -> None:
        """Who had the right code was not guessing: the tablets of one address come one after the other."""
        self._seen.clear(self._limit, address)


KNOCKS = web.AppKey("KNOCKS", Knocks)


class Pairing(Body):
    code: Annotated[str, Meta(min_length=6, max_length=40)]
    name: ShortText


class Paired(View):
    device_id: int
    device_token: str


class Whether(View):
    """A device, and what the answer has to be made of."""

    device: Id
    nonce: Annotated[str, Meta(min_length=16, max_length=64, pattern="^[0-9a-f]+$")]


class FirstAdmin(Body):
    name: ShortText
    pin: Pin


class Setup(Body):
    code: Annotated[str, Meta(min_length=6, max_length=40)]
    venue: FirstVenue
    admin: FirstAdmin
    device_name: ShortText = "Office"


class SignIn(Body):
    pin: Pin
    staff_id: Id | None = None


class SignedInPerson(View):
    id: int
    name: str
    role: str
    language: str


class Renewal(Body):
    """The session's last token."""

    token: Annotated[str, Meta(min_length=1, max_length=2000)]


class SignedIn(View):
    """A session: its token is good until `expiresAt`, and renewed before."""

    token: str
    staff: SignedInPerson
    permissions: list[str]
    expires_at: str


class DeviceView(View):
    """A paired tablet or phone; last seen when somebody signed in on it."""

    id: int
    name: str
    paired_at: str
    seen_at: str | None


class Invitation(View):
    """A code for one more tablet: `code` to type, `url` and its QR to scan; ten minutes, once."""

    code: str
    expires_at: str
    url: str
    qr_svg: str


class People(View):
    people: list[SignedInPerson]


class StaffList(View):
    staff: list[PersonView]


class Devices(View):
    devices: list[DeviceView]


@routes.post("/api/setup", OPEN, 201)
async def set_up(call: Call, body: Setup) -> Paired:
    """Make a new box a bar's: venue, first admin, first device; only while it has no people, with its start code."""
    check_setup_code(call.request, body.code)
    rules.check_pin(body.admin.pin)
    token = ids.token()
    pin_hash = await call.request.app[PINS].hash(body.admin.pin)
    admin = EditStaff(name=body.admin.name, role="admin", language=body.venue.language)
    device = await call.db.write(commands.set_up, body.venue, admin, pin_hash, body.device_name, ids.digest(token))
    await call.request.app[SESSIONS].refresh()
    return Paired(device, token)


@routes.post("/api/devices/pair", OPEN, 201)
async def pair(call: Call, body: Pairing) -> Paired:
    """A tablet becomes known by a code, which is then spent."""
    _knock(call.request)
    token = ids.token()
    code = ids.digest(body.code.strip().upper().replace(" ", ""))
    device = await call.db.write(commands.pair, code, body.name, ids.digest(token))
    call.request.app[KNOCKS].let_in(call.request.remote or "")
    await call.request.app[SESSIONS].refresh()
    return Paired(device, token)


@routes.post("/api/devices/codes", "device.edit", 201)
async def invite(call: Call) -> Invitation:
    """Make a pairing code: 8 digits to type, 130 bits in the QR."""
    typed, scanned = ids.typed_code(), ids.scanned_code()
    expires = await call.db.write_as(call.actor, commands.make_code, [ids.digest(typed), ids.digest(scanned)])
    base = next(iter(call.request.app[ADDRESSES]()), f"http://{call.request.host}")
    url = f"{base}/pair#{scanned}"
    svg = segno.make(url, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff")
    return Invitation(code=typed, expires_at=rfc3339(expires), url=url, qr_svg=svg)


@routes.get("/api/devices", "device.edit")
async def devices(call: Call) -> Devices:
    """Paired devices."""
    rows = await call.db.read(queries.DEVICES, queries.KnownDevice)
    return Devices(
        [DeviceView(r.id, r.name, rfc3339(r.paired_at), rfc3339(r.seen_at) if r.seen_at else None) for r in rows]
    )


@routes.delete("/api/devices/{device_id}", "device.edit")
async def revoke(call: Call, device_id: int) -> None:
    """Shut a lost tablet out at once, its live feed too."""
    await call.write(commands.revoke, device_id)
    await _shut_out(call)


@routes.get("/api/known", OPEN)
async def known(call: Call, query: Whether) -> web.Response:
    """Prove to a tablet that it found its own box at another address, before it tells that address anything.

    `proof` is the HMAC-SHA-256 of the nonce, by the SHA-256 of the device's token. Any page may read it.
    """
    digest = call.request.app[SESSIONS].digest_of(query.device)
    proof = hmac.new(digest, b"barbox:" + query.nonce.encode(), hashlib.sha256).hexdigest()
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
    return web.json_response({"proof": proof}, headers=headers)


@routes.get("/api/session/people", DEVICE)
async def people(call: Call) -> People:
    """The names on the PIN pad."""
    rows = await call.db.read(queries.PEOPLE, queries.Person)
    return People([SignedInPerson(row.id, row.name, row.role, row.language) for row in rows])


@routes.post("/api/session", DEVICE)
async def sign_in(call: Call, body: SignIn) -> SignedIn:
    """Sign in with a PIN on a paired device; `staffId` names who, else the PIN alone tells."""
    app, device_id = call.request.app, call.actor.device_id or 0
    before = await call.db.write_as(call.actor, commands.try_pin, device_id, body.staff_id)
    everybody = await call.db.read(queries.PEOPLE, queries.Person)
    for person in everybody:
        if body.staff_id in (None, person.id) and await app[PINS].matches(person.pin_hash, body.pin):
            break
    else:
        await call.db.write_as(call.actor, commands.wrong_pin, body.staff_id)
        raise WrongPin
    begun = await call.db.write_as(call.actor, commands.sign_in, device_id, body.staff_id, person.id, before)
    await app[SESSIONS].refresh()
    return _signed_in(call, begun, person)


@routes.post("/api/session/renew", DEVICE)
async def renew(call: Call, body: Renewal) -> SignedIn:
    """A fresh token for a session that goes on, for the tablet it was begun on; the old one may be over already."""
    live = call.request.app[SESSIONS].renewable(body.token, call.actor.device_id or 0)
    for person in await call.db.read(queries.PEOPLE, queries.Person):
        if person.id == live.staff_id:
            return _signed_in(call, live.id, person)
    raise Unauthenticated("this person has left")


@routes.delete("/api/session", SESSION)
async def sign_out(call: Call) -> None:
    """End this session."""
    await call.db.write_as(call.actor, commands.sign_out, call.actor.session_id or 0)
    await _shut_out(call)


@routes.get("/api/staff", "staff.edit")
async def staff(call: Call) -> StaffList:
    """Everybody who works here."""
    rows = await call.db.read(queries.PEOPLE, queries.Person)
    locked = rules.WRONG_BEFORE_LOCK
    return StaffList([PersonView(r.id, r.name, r.role, r.language, r.wrong_pins >= locked) for r in rows])


@routes.post("/api/staff", "staff.edit", 201)
async def add_person(call: Call, body: EditStaff) -> Answer[PersonView]:
    """Add a person."""
    return await call.write(commands.save_person, None, body, await _pin_hash(call, body))


@routes.put("/api/staff/{staff_id}", "staff.edit")
async def change_person(call: Call, staff_id: int, body: EditStaff) -> Answer[PersonView]:
    """Change a person; a new role or PIN ends their sessions."""
    answer = await call.write(commands.save_person, staff_id, body, await _pin_hash(call, body))
    await _shut_out(call)
    return answer


@routes.delete("/api/staff/{staff_id}", "staff.edit")
async def hide_person(call: Call, staff_id: int) -> None:
    """Somebody left."""
    await call.write(commands.hide_person, staff_id)
    await _shut_out(call)


@routes.post("/api/staff/{staff_id}/free", "staff.edit")
async def free(call: Call, staff_id: int) -> None:
    """Free somebody locked out by wrong PINs."""
    await call.write(commands.free, staff_id)


def _signed_in(call: Call, session_id: int, person: queries.Person) -> SignedIn:
    sessions = call.request.app[SESSIONS]
    token, expires_at = sessions.token(session_id)
    return SignedIn(
        token=token,
        staff=SignedInPerson(person.id, person.name, person.role, person.language),
        permissions=sorted(sessions.roles[person.role]),
        expires_at=rfc3339(expires_at),
    )


async def _pin_hash(call: Call, body: EditStaff) -> str | None:
    if body.pin is None:
        return None
    rules.check_pin(body.pin)
    return await call.request.app[PINS].hash(body.pin)


async def _shut_out(call: Call) -> None:
    sessions = call.request.app[SESSIONS]
    await sessions.refresh()
    call.request.app[HUB].end_sessions(lambda actor: not sessions.lives(actor))


def check_setup_code(request: web.Request, code: str) -> None:
    """Raises TooMany, and BadRequest where it is not the code that this new box shows."""
    _knock(request)
    if not hmac.compare_digest(code.strip().encode(), request.app[SETUP_CODE].encode()):
        raise BadRequest("is not the one this box shows", "code")


def _knock(request: web.Request) -> None:
    request.app[KNOCKS].knock(request.remote or "")
