"""Restoring in the first-run page: what is there, and have it restored; only on a box without people, with its code."""

from collections.abc import Callable
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from barbox.backup import recovery_key
from barbox.backup.faults import BackupFault, sentence
from barbox.backup.jobs import newest_schema
from barbox.backup.restore import restoring
from barbox.backup.restore.restoring import Offer, Source, Stage
from barbox.backup.restore.wizard import WIZARD
from barbox.backup.targets import media
from barbox.backup.targets.media import Medium
from barbox.backup.targets.store import Credentials
from barbox.core import ids
from barbox.core.api import NEEDS_SETUP
from barbox.core.clock import rfc3339, show_day
from barbox.core.errors import BadRequest, Broken, NotFound, WrongState
from barbox.core.http import OPEN, Call, Routes
from barbox.core.messages import Body, ShortText, View
from barbox.staff.commands import Pin
from barbox.staff.rules import check_pin

routes = Routes("backup")

ADMIT: web.AppKey[Callable[[web.Request, str], None]] = web.AppKey("ADMIT")
"""Counts a knock and compares the set-up code; raises TooMany, BadRequest."""

Code = Annotated[str, Meta(min_length=6, max_length=40)]
Url = Annotated[str, Meta(min_length=6, max_length=500)]


class Knock(Body):
    """`code`: what the box shows while it is new."""

    code: Code


class LookThere(Body):
    """A target's address, as in the office, and what opens it."""

    code: Code
    url: Url
    credentials: Credentials | None = None


class Restore(Body):
    """`key`: the slip's words or its QR's text; `pin` is the admin's new one; `deviceName` is this browser's.

    `at`: of a live copy, the moment to end with; without it, the last one.
    """

    code: Code
    url: Url
    name: Annotated[str, Meta(min_length=10, max_length=200)]
    key: Annotated[str, Meta(min_length=10, max_length=1000)]
    pin: Pin
    credentials: Credentials | None = None
    device_name: ShortText = "Office"
    at: Annotated[str, Meta(min_length=10, max_length=40)] | None = None


class MediumView(View):
    """A stick or disk that is plugged in: `url` is its address as a target; `free` and `size` in bytes."""

    label: str
    url: str
    free: int
    size: int


class Media(View):
    media: list[MediumView]


class OfferView(View):
    """A backup: `orders` of its last `businessDay`; `slip` is the fingerprint of the key that opens it.

    `tooNew`: it was written by a newer release than this box has. `since`: it is a live copy, of which any moment from
    then to `at` can be restored; null for a backup.
    """

    name: str
    store: str
    at: str
    size: int
    business_day: str
    orders: int
    entries: int
    slip: str
    too_new: bool
    since: str | None


class Offers(View):
    offers: list[OfferView]


class Ticket(View):
    """`ticket` asks how it goes; `deviceToken` is this browser's once all is restored."""

    ticket: str
    device_token: str


class Progress(View):
    """`step` "fetching" counts `done` of `size` bytes. With `ready` the box opens anew within seconds as that bar.

    `problem` is empty unless `step` is "failed". `lacks` says where a live copy ends, and why, before what it promised.
    """

    step: Stage
    done: int
    size: int
    problem: str
    lacks: str
    bar: str
    orders: int
    admin: str
    device_id: int


@routes.post("/api/setup/restore/media", OPEN)
async def plugged_in(call: Call, body: Knock) -> Media:
    """Sticks and disks that are plugged in now, where backups could be."""
    _admit(call, body.code)
    return Media([medium_view(each) for each in await media.plugged_in()])


@routes.post("/api/setup/restore/offers", OPEN)
async def look_there(call: Call, body: LookThere) -> Offers:
    """The backups at a target, the latest made first."""
    _admit(call, body.code)
    return Offers([_offer(each) for each in await _listed(call, body.url, body.credentials)])


@routes.post("/api/setup/restore", OPEN, 202)
async def start(call: Call, body: Restore) -> Ticket:
    """Restore this backup: fetched, proven, brought up to date; then the box opens anew as that bar."""
    _admit(call, body.code)
    check_pin(body.pin)
    wizard = call.request.app[WIZARD]
    try:
        key = recovery_key.read(body.key)
    except BackupFault as fault:
        raise BadRequest(sentence(fault.code, fault.detail, call.language), "key") from None
    found = await _listed(call, body.url, body.credentials)
    chosen = next((each for each in found if str(each.name) == body.name), None)
    if chosen is None:
        raise NotFound("backup", body.name)
    if body.at is not None:
        try:
            chosen = restoring.ending(chosen, restoring.parse_moment(body.at))
        except Broken as error:
            raise BadRequest(str(error), "at") from None
    token = ids.token()
    try:
        restoring.fits(chosen, key)
        ticket = wizard.start(Source(body.url, body.credentials, chosen, key), body.pin, body.device_name, token)
    except BackupFault as fault:
        raise fault.refusal(call.language) from None
    return Ticket(ticket, token)


@routes.get("/api/setup/restore/{ticket}", OPEN)
async def progress(call: Call, ticket: str) -> Progress:
    """How the restore goes; told once that it is ready, the box opens anew."""
    now = call.request.app[WIZARD].standing(ticket)
    if now is None:
        raise NotFound("restore", "of this ticket")
    step, problem = now.step, ""
    if now.fault:
        step, problem = step._replace(name="failed"), sentence(now.fault.code, now.fault.detail, call.language)
    done = now.restored
    return Progress(
        step=step.name,
        done=step.done,
        size=step.size,
        problem=problem,
        lacks=done.lacks if done else "",
        bar=done.bar if done else "",
        orders=done.orders if done else 0,
        admin=done.admin if done else "",
        device_id=done.device if done else 0,
    )


def medium_view(medium: Medium) -> MediumView:
    """A medium for the office and the first-run page."""
    return MediumView(medium.label, medium.url, medium.free, medium.size)


def _admit(call: Call, code: str) -> None:
    app = call.request.app
    app[ADMIT](call.request, code)
    if not app[NEEDS_SETUP]():
        raise WrongState("the box", "set up already")


async def _listed(call: Call, url: str, credentials: Credentials | None) -> list[Offer]:
    try:
        return await restoring.listed(url, credentials)
    except BackupFault as fault:
        raise fault.refusal(call.language) from None
    except Broken as error:
        raise BadRequest(str(error), "url") from None


def _offer(offer: Offer) -> OfferView:
    name = offer.name
    return OfferView(
        name=str(name),
        store=name.store,
        at=rfc3339(name.at),
        size=offer.size,
        business_day=show_day(name.day) if name.day else "",
        orders=name.orders,
        entries=name.seq,
        slip=recovery_key.show_fingerprint(name.key),
        too_new=name.schema > newest_schema(),
        since=rfc3339(offer.live.line.bases[0].at) if offer.live else None,
    )
