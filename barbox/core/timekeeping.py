"""Whom the box believes about the time: the internet's clocks, two tablets that agree, and the owner.

Every correction is a journal entry, and none ever moves business time back (see `clock`).
"""

import ctypes
import logging
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from barbox.core.clock import WORTH_CORRECTING_MS, Clock, Quality, Source, boot_ms, rfc3339, show_day, wall_ms
from barbox.core.database import Database
from barbox.core.errors import BadRequest
from barbox.core.http import DATABASE, DEVICE, SESSION, Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, View
from barbox.core.transaction import Transaction

log = logging.getLogger(__name__)
routes = Routes("box")

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it each time it has heard from a time server (systemd-timesyncd.service(8))."""
UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2): no program keeps the kernel's clock right."""
AGREEMENT_MS = 60_000
"""Tablets that differ by less tell the same time."""
REMEMBERED_MS = 3_600_000
MOST_TABLETS = 64


class ClockView(View):
    """`quality` guess: certainly wrong; unverified: nobody has confirmed it; trusted; ahead: the owner must decide.

    `aheadMs`: by how much business time still waits for the time it believes; `source` of that belief.
    """

    now: str
    business_day: str
    quality: Quality
    source: Source | None
    ahead_ms: int


class SetClock(Body):
    """`now`: the right time, RFC 3339 with its zone: "2026-11-22T20:15:00+08:00"."""

    now: Annotated[str, Meta(min_length=20, max_length=40)]


class Tablets:
    """What tablets say the time is, as how far it lies from the boot clock: two that agree are believed."""

    def __init__(self) -> None:
        self._said: dict[int, tuple[int, int]] = {}

    def agreed(self, device: int, moment: int) -> int | None:
        """Note what a tablet says; the middle of the two that agree best, or None while no two do."""
        boot = boot_ms()
        self._said = {who: said for who, said in self._said.items() if boot - said[0] < REMEMBERED_MS}
        if device in self._said or len(self._said) < MOST_TABLETS:
            self._said[device] = (boot, moment - boot)
        others = [offset for who, (_, offset) in self._said.items() if who != device]
        mine = moment - boot
        nearest = min(others, key=lambda offset: abs(offset - mine), default=None)
        if nearest is None or abs(nearest - mine) > AGREEMENT_MS:
            return None
        return boot + (nearest + mine) // 2


TABLETS = web.AppKey("TABLETS", Tablets)


def correct(tx: Transaction, clock: Clock, moment: int, source: Source) -> None:
    """Take a time that is trusted, and write down what it corrected."""
    correction = clock.believed(moment, source)
    if correction is not None:
        facts = {
            "source": source,
            "was": rfc3339(correction.was),
            "now": rfc3339(correction.now),
            "behindMs": correction.behind,
        }
        tx.emit("clock.corrected", "clock", facts, rooms=("office",))


async def look(database: Database) -> None:
    """Believe the machine's clock while a time server keeps it right."""
    clock = database.clock
    if not synchronised():
        return
    wall = wall_ms()
    if clock.source != "ntp" or abs(wall - clock.believes()) >= WORTH_CORRECTING_MS:
        await database.write(correct, clock, wall, "ntp")


async def keeping(app: web.Application) -> AsyncIterator[None]:
    """For the app's cleanup_ctx: the time is looked up before anything is sold."""
    app[TABLETS] = Tablets()
    await look(app[DATABASE])
    yield


def synchronised() -> bool:
    """Whether a time server keeps this machine's clock right."""
    return SYNCHRONISED.exists() or _kernel_is_kept_right()


def _kernel_is_kept_right() -> bool:
    """As chrony and ntpd tell the kernel; the box's own sandbox may forbid the question."""
    answer = ctypes.create_string_buffer(512)
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "adjtimex"):
        return False
    state = library.adjtimex(answer)
    if state < 0:
        log.debug("adjtimex: %s", os.strerror(ctypes.get_errno()))
        return False
    # struct timex (64 bit): modes, offset, freq, maxerror, esterror, then status
    status = int.from_bytes(answer.raw[40:44], "little")
    return not status & UNSYNCHRONISED


@routes.get("/api/clock", SESSION)
async def clock(call: Call) -> ClockView:
    """What time the box believes it is, and how sure it is."""
    return _view(call.db)


@routes.post("/api/clock", "settings.edit")
async def set_clock(call: Call, body: SetClock) -> Answer[ClockView]:
    """Tell the box the right time. It never goes back: where it is ahead, it runs at half speed until they meet."""
    moment = _moment(body.now)
    return await call.write(_set, call.db, moment)


@routes.post("/api/clock/told", DEVICE)
async def told(call: Call, body: SetClock) -> ClockView:
    """What a tablet's own clock shows; two tablets that agree are believed where no time server is heard."""
    database = call.db
    moment = _moment(body.now)
    if database.clock.source not in ("ntp", "owner") and call.actor.device_id is not None:
        agreed = call.request.app[TABLETS].agreed(call.actor.device_id, moment)
        if agreed is not None:
            await database.write_as(call.actor, correct, database.clock, agreed, "tablets")
    return _view(database)


def _set(tx: Transaction, database: Database, moment: int) -> ClockView:
    correct(tx, database.clock, moment, "owner")
    return _view(database)


def _view(database: Database) -> ClockView:
    clock = database.clock
    now = clock.now()
    return ClockView(rfc3339(now), show_day(database.days.of(now)), clock.quality, clock.source, clock.ahead)


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest("is not a time like 2026-11-22T20:15:00+08:00", "now") from None
    if moment.tzinfo is None:
        raise BadRequest("lacks its zone, such as +08:00 or Z", "now")
    ms = int(moment.timestamp() * 1000)
    if not 0 < ms < 253_402_300_800_000:
        raise BadRequest("is no time a bar is open at", "now")
    return ms
