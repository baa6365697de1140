"""The box's own calls: health, venue, journal, OpenAPI, and the live feed."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from barbox import __version__
from barbox.core import money
from barbox.core.clock import rfc3339, show_day
from barbox.core.errors import Unavailable
from barbox.core.http import DATABASE, DEVICE, OPEN, SESSION, Call, Routes
from barbox.core.hub import live
from barbox.core.idempotency import Answer
from barbox.core.journal import Entry
from barbox.core.messages import View
from barbox.core.models import JournalEntry
from barbox.core.settings import Venue, change_venue, read_venue
from barbox.core.statements import freeze

routes = Routes("box")

BOX_ID = web.AppKey("BOX_ID", str)
STORE = web.AppKey("STORE", str)
OPENAPI = web.AppKey("OPENAPI", bytes)
ADDRESSES: web.AppKey[Callable[[], list[str]]] = web.AppKey("ADDRESSES")
"""Where tablets reach this box, best first: "http://192.168.1.5:8080"."""
NEEDS_SETUP: web.AppKey[Callable[[], bool]] = web.AppKey("NEEDS_SETUP")

_SINCE = freeze(
    lambda p: JournalEntry.select().where(JournalEntry.seq > p.since).order_by(JournalEntry.seq).limit(p.most)
)


class Health(View):
    """`status` is "setup" while the box has no people; `seq` the journal's head."""

    status: str
    version: str
    store: str
    box_id: str
    seq: int


class VenueView(View):
    name: str
    currency: str
    exponent: int
    language: str
    languages: list[str]
    timezone: str
    tax_included: bool
    cash_rounding: int
    business_day: str
    late_amber: int
    late_red: int
    auto_lock: int
    box_id: str
    version: str
    reachable_at: list[str]


class JournalQuery(View):
    since: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


class JournalView(View):
    seq: int
    at: str
    business_day: str
    staff_id: int | None
    device_id: int | None
    kind: str
    subject: str
    data: Any
    hash: str


class JournalPage(View):
    events: list[JournalView]


@routes.get("/api/health", OPEN)
async def health(call: Call) -> Health:
    """Whether the box takes orders; no login."""
    app = call.request.app
    if not call.db.healthy():
        raise Unavailable("the disk failed")
    status = "setup" if app[NEEDS_SETUP]() else "ok"
    return Health(status, __version__, app[STORE], app[BOX_ID], call.db.seq)


@routes.get("/api/venue", DEVICE)
async def venue(call: Call) -> VenueView:
    """What every screen needs to know about the bar."""
    app = call.request.app
    async with call.db.snapshot() as snapshot:
        settings = await read_venue(snapshot)
    return VenueView(
        name=settings.name,
        currency=settings.currency,
        exponent=money.exponent(settings.currency),
        language=settings.language,
        languages=sorted(("en", "zh"), key=lambda each: each != settings.language),
        timezone=settings.timezone,
        tax_included=settings.tax_included,
        cash_rounding=settings.cash_rounding,
        business_day=show_day(call.db.days.of(call.db.clock.now())),
        late_amber=settings.late_amber,
        late_red=settings.late_red,
        auto_lock=settings.auto_lock,
        box_id=app[BOX_ID],
        version=__version__,
        reachable_at=app[ADDRESSES](),
    )


@routes.get("/api/settings", "settings.edit")
async def settings(call: Call) -> Venue:
    """The venue's settings; each one's help is its description in the schema."""
    async with call.db.snapshot() as snapshot:
        return await read_venue(snapshot)


@routes.put("/api/settings", "settings.edit")
async def change_settings(call: Call, body: dict[str, Any]) -> Answer[Venue]:
    """Change some of the venue's settings by name."""
    return await call.write(change_venue, body)


@routes.get("/api/journal", "journal.read")
async def journal(call: Call, query: JournalQuery) -> JournalPage:
    """What happened, in order, from a sequence number on."""
    rows = await call.db.read(_SINCE, Entry, since=query.since, most=query.limit)
    return JournalPage([_entry(row) for row in rows])


@routes.get("/api/openapi.json", OPEN)
async def openapi(call: Call) -> web.Response:
    """This document."""
    return web.Response(body=call.request.app[OPENAPI], content_type="application/json")


@routes.get("/api/live", SESSION)
async def follow(call: Call) -> web.StreamResponse:
    """WebSocket: what happens, as it happens; `since` resumes, `rooms` chooses."""
    return await live(call.request)


def _entry(row: Entry) -> JournalView:
    return JournalView(
        seq=row.seq,
        at=rfc3339(row.at),
        business_day=show_day(row.business_day),
        staff_id=row.staff_id,
        device_id=row.device_id,
        kind=row.kind,
        subject=row.subject,
        data=msgspec.Raw(row.payload),
        hash=row.hash.hex(),
    )


async def writer_answers(app: web.Application) -> bool:
    """Whether the writer thread takes and commits a command now."""
    database = app[DATABASE]
    if not database.healthy():
        return False
    await database.write(lambda _tx: None)
    return True
