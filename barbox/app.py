"""The composition root: which parts start, in which order, and how they stop. Only this module knows every room."""

import asyncio
import contextlib
import importlib
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from aiohttp import web

from barbox import __version__, discovery, supervision
from barbox import web as screens
from barbox.backup import api as backup_api
from barbox.backup import hatch
from barbox.backup import jobs as backup
from barbox.backup.export import api as export_api
from barbox.backup.live import api as live_api
from barbox.backup.live import jobs as live
from barbox.backup.live.log import LiveLog
from barbox.backup.restore import api as restore_api
from barbox.backup.restore import replaced, wizard
from barbox.config import Config
from barbox.core import api as box_api
from barbox.core import doors, hub, idempotency, ids, openapi, porter, secrets, timekeeping
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database, Lock, Snapshot
from barbox.core.http import CONFIRMER, DATABASE, DOORKEEPER, LARGEST_BODY, LENDER, Routes, mount
from barbox.core.migrations import migrate
from barbox.core.settings import read_venue
from barbox.core.transaction import Followers
from barbox.doctor import api as doctor_api
from barbox.doctor import box as checkup
from barbox.doctor import metrics
from barbox.floor import api as floor_api
from barbox.members import api as members_api
from barbox.members import commands as members
from barbox.members import queries as guests
from barbox.menu import api as menu_api
from barbox.menu import office_api as menu_office_api
from barbox.menu import stations as menu_stations
from barbox.notes import api as notes_api
from barbox.orders import api as orders_api
from barbox.orders import guests_api
from barbox.orders import queries as orders
from barbox.payments import api as payments_api
from barbox.payments import day as drawers
from barbox.payments import prepaid_api
from barbox.printing import api as printing_api
from barbox.printing import jobs as print_jobs
from barbox.printing import jobs_api as spool_api
from barbox.printing import office_api as paper_api
from barbox.printing import queries as stations
from barbox.printing import setup_api as printers_api
from barbox.printing import spooler
from barbox.reports import api as reports_api
from barbox.reports import counting, files_api, outlook_api
from barbox.reports import jobs as reports
from barbox.reports.outlook import Foresight
from barbox.reservations import api as reservations_api
from barbox.reservations import queries as reservations
from barbox.staff import api as staff_api
from barbox.staff import lending, roles_api
from barbox.staff.pins import Pins
from barbox.staff.rules import SENSITIVE
from barbox.staff.sessions import Sessions
from barbox.staff.tokens import Tokens
from barbox.stock import api as stock_api
from barbox.stock import batches_api, ledger_api
from barbox.stock import items_api as stock_items_api
from barbox.stock import jobs as shelves
from barbox.stock import queries as stock
from barbox.stock.buying import api as buying_api
from barbox.stock.consumption import api as consumption_api
from barbox.stock.counting import api as counting_api
from barbox.stock.kept_bottles import api as kept_bottles_api
from barbox.stock.kept_bottles.commands import lapse_all
from barbox.stock.sheets import api as stock_sheets_api
from barbox.stock.taps import api as taps_api
from barbox.suggestions import api as suggestions_api
from barbox.suggestions.card import Cards
from barbox.suggestions.learning import Learner
from barbox.tls import api as tls_api
from barbox.tls import listener
from barbox.tls.authority import Authority
from barbox.updates import api as updates_api
from barbox.updates import probation, shelf, staging

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

ROOMS: tuple[Routes, ...] = (
    box_api.routes,
    timekeeping.routes,
    tls_api.routes,
    staff_api.routes,
    roles_api.routes,
    lending.routes,
    menu_api.routes,
    menu_office_api.routes,
    floor_api.routes,
    members_api.routes,
    reservations_api.routes,
    notes_api.routes,
    stock_api.routes,
    stock_items_api.routes,
    batches_api.routes,
    ledger_api.routes,
    buying_api.routes,
    stock_sheets_api.routes,
    consumption_api.routes,
    counting_api.routes,
    taps_api.routes,
    kept_bottles_api.routes,
    printing_api.routes,
    printers_api.routes,
    spool_api.routes,
    paper_api.routes,
    orders_api.routes,
    guests_api.routes,
    payments_api.routes,
    prepaid_api.routes,
    reports_api.routes,
    files_api.routes,
    outlook_api.routes,
    suggestions_api.routes,
    backup_api.routes,
    updates_api.routes,
    doctor_api.routes,
    metrics.routes,
    live_api.routes,
    restore_api.routes,
    export_api.routes,
)
FOLLOWERS: Followers = counting.FOLLOWERS
"""Who follows the journal inside its transactions, by the kind of entry."""
CONFIG = web.AppKey("CONFIG", Config)
DATABASE_FILE = "barbox.db"


LOCAL_FOR_S = 5.0
"""Asking the system for its addresses takes 0.7 ms: not for every receipt."""


class Whereabouts:
    """Where the box is reached: known once its port is open, and changing with the network."""

    def __init__(self, config: Config) -> None:
        self.port = config.port
        self.advertiser: discovery.Advertiser | None = None
        self._local: tuple[str, ...] = ()
        self._look_again = 0.0
        called = [*config.extra_hosts, f"{config.hostname}.local"]
        self._names = self._given = frozenset(name.lower() for name in called)

    def names(self) -> frozenset[str]:
        """The host names this box answers to."""
        taken = self.advertiser.host if self.advertiser else ""
        if taken and taken not in self._names:
            self._names = self._given | {taken}
        return self._names

    def local(self) -> tuple[str, ...]:
        """The box's addresses on the networks it is on."""
        now = time.monotonic()
        if now >= self._look_again:
            self._local, self._look_again = discovery.local_addresses(), now + LOCAL_FOR_S
        return self._local

    def addresses(self) -> list[str]:
        """URLs for tablets, addresses before names: `.local` fails on many Androids."""
        hosts = [*self.local(), *sorted(self.names())]
        return [f"http://{host}:{self.port}" if self.port != HTTP else f"http://{host}" for host in hosts]


WHEREABOUTS = web.AppKey("WHEREABOUTS", Whereabouts)
HTTP = 80


LINGER_S = 1.0
"""How long a body is still read off the line that was refused before it was there."""


class Running(NamedTuple):
    """A box that takes orders: its app and the port it listens on."""

    app: web.Application
    port: int


def make_app(
    config: Config, *, extend: Callable[[web.Application], None] | None = None, outward: bool = True
) -> web.Application:
    """The box, not started. `extend` may add pages, as the demo does.

    Not `outward`: nothing is printed, sent or done by itself, as in the rehearsal of an update.
    """
    app = web.Application(middlewares=[doors.doors], client_max_size=LARGEST_BODY)
    app[CONFIG] = config
    app[box_api.STORE] = config.store
    app[box_api.OPENAPI] = msgspec.json.encode(openapi.document(ROOMS))
    whereabouts = app[WHEREABOUTS] = Whereabouts(config)
    app[doors.HOSTNAMES] = whereabouts.names
    app[porter.PORTER] = porter.Porter()
    app[box_api.ADDRESSES] = whereabouts.addresses
    app[menu_api.LEFT] = stock.left
    app[menu_api.TIERS] = guests.tiers_of
    app[updates_api.KEYS] = Path(config.update_keys)
    app[updates_api.SOURCE] = config.updates_from
    app[shelf.LOOKED] = shelf.Looked()
    app[checkup.ADVERTISER] = checkup.Advertising(config.hostname)
    app[menu_stations.STATIONS] = _station_names
    app[outlook_api.FORESIGHT] = Foresight()
    app[suggestions_api.LEARNER] = Learner()
    app[suggestions_api.CARDS] = Cards()
    mount(app, *ROOMS, sensitive=SENSITIVE)
    if extend is not None:
        extend(app)
    screens.mount(app)
    app.on_response_prepare.append(doors.add_headers)
    inward = [_data, timekeeping.keeping, _people]
    outside = [probation.probation, _live, spooler.spooling, _backups, _schedule, _watchdog]
    app.cleanup_ctx.extend([*inward, *(outside if outward else [_live])])
    app.on_shutdown.append(_hang_up)
    return app


async def _station_names(snapshot: Snapshot) -> dict[int, dict[str, str]]:
    return {each.id: each.names for each in (await stations.read_stations(snapshot)).values()}


async def _data(app: web.Application) -> AsyncIterator[None]:
    folder = app[CONFIG].folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(folder)
    try:
        path = folder / DATABASE_FILE
        wizard.take_in(folder, DATABASE_FILE)
        async with contextlib.AsyncExitStack() as stack:
            live_log = app[live.LIVE_LOG] = stack.enter_context(LiveLog(path).watching())
            await asyncio.to_thread(migrate, path)
            known = secrets.load(folder)
            app[box_api.BOX_ID] = known.box_id
            batch = int(os.environ.get("BARBOX_TEST_BATCH", "128"))
            database = await stack.enter_async_context(
                Database.open(
                    path,
                    Clock(),
                    BusinessDays("UTC", 360),
                    batch=batch,
                    gate=live_log.gate,
                    followers=FOLLOWERS,
                )
            )
            async with database.snapshot() as snapshot:
                venue = await read_venue(snapshot)
            await database.write(lambda tx: tx.move_cutoff(BusinessDays(venue.timezone, venue.cutoff)))
            app[DATABASE] = database
            app[staff_api.PINS] = Pins(known.pepper)
            app[staff_api.SESSIONS] = Sessions(database, Tokens(folder, database.clock.now()))
            yield
    finally:
        lock.release()


async def _people(app: web.Application) -> AsyncIterator[None]:
    sessions, where = app[staff_api.SESSIONS], app[WHEREABOUTS]
    authority = Authority(app[CONFIG].folder / "tls")
    app[listener.DOORWAY] = listener.Doorway(
        app[DATABASE], authority, app[box_api.BOX_ID], lambda: sorted(where.names()), where.local
    )
    app[DOORKEEPER] = sessions.admit
    app[LENDER] = lending.lend
    app[CONFIRMER] = lending.confirmed
    await sessions.refresh()
    app[staff_api.KNOCKS] = staff_api.Knocks()
    app[staff_api.SETUP_CODE] = ids.typed_code()
    app[box_api.NEEDS_SETUP] = lambda: not sessions.anybody
    yield


async def _live(app: web.Application) -> AsyncIterator[None]:
    feed = hub.make_hub(app)
    feed.subject("order", orders.read_some, ("floor", "kitchen", "bar", "office"))
    feed.subject("drawer", drawers.read_some, ("floor", "office"))
    feed.subject("reservation", reservations.read_some, ("floor", "office"))
    spooler.make_spooler(app)
    watching = asyncio.create_task(app[staff_api.SESSIONS].watch(feed))
    async for _ in hub.hub_context(app):
        yield
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching


async def _backups(app: web.Application) -> AsyncIterator[None]:
    app[backup_api.MATCHES] = app[staff_api.PINS].matches
    async with backup.keeping(app[DATABASE], app[box_api.BOX_ID], app[CONFIG].store) as keeper:
        app[backup.KEEPER] = keeper
        app[DOORKEEPER] = replaced.guard(app[DOORKEEPER], keeper)
        keeper.greet()
        restoring = wizard.Wizard(app[CONFIG].folder, DATABASE_FILE, app[staff_api.PINS].hash)
        app[wizard.WIZARD], app[restore_api.ADMIT] = restoring, staff_api.check_setup_code
        copying = live.Live(app[DATABASE], keeper, app[live.LIVE_LOG], app[box_api.BOX_ID], app[CONFIG].store)
        app[live.LIVE] = copying
        async with hatch.listening(app[CONFIG].folder, keeper), live.shipping(copying):
            yield
        await restoring.stop()


async def _schedule(app: web.Application) -> AsyncIterator[None]:
    starting = asyncio.create_task(_scheduler(app))
    yield
    (await starting).shutdown(wait=False)


async def _scheduler(app: web.Application) -> "AsyncIOScheduler":
    """Imported beside the opening of the till: it takes a quarter of a second that no guest should wait."""
    await asyncio.to_thread(importlib.import_module, "apscheduler.schedulers.asyncio")
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler, database, keeper = AsyncIOScheduler(), app[DATABASE], app[backup.KEEPER]
    for tidy in (idempotency.forget_old, print_jobs.forget_old):
        scheduler.add_job(database.write, "interval", args=[tidy], hours=6, coalesce=True)
    scheduler.add_job(database.write, "interval", args=[members.write_off_all_lapsed], hours=1, coalesce=True)
    scheduler.add_job(keeper.look, "interval", minutes=1, coalesce=True)
    scheduler.add_job(app[suggestions_api.LEARNER].learned, "interval", args=[database], minutes=30, coalesce=True)
    scheduler.add_job(database.write, "interval", args=[lapse_all], hours=1, coalesce=True)
    scheduler.add_job(shelves.prove, "interval", args=[database], hours=1, coalesce=True)
    scheduler.add_job(reports.count_the_past, args=[database])
    scheduler.add_job(reports.tend, "interval", args=[database], minutes=1, coalesce=True)
    foresight = app[outlook_api.FORESIGHT]
    scheduler.add_job(reports.foretell, "interval", args=[database, foresight], minutes=10, coalesce=True)
    scheduler.add_job(timekeeping.look, "interval", args=[database], minutes=1, coalesce=True)
    places, source = staging.places_here(database.path.parent), app[updates_api.SOURCE]
    if places and source:
        round_of = [app, database, places, source, app[updates_api.KEYS]]
        scheduler.add_job(shelf.tend, "interval", args=round_of, hours=1, jitter=900, coalesce=True)
    scheduler.start()
    return scheduler


async def _watchdog(app: web.Application) -> AsyncIterator[None]:
    async for _ in supervision.feeding(lambda: box_api.writer_answers(app)):
        yield


async def _hang_up(app: web.Application) -> None:
    await app[hub.HUB].close()


@contextlib.asynccontextmanager
async def opened(app: web.Application) -> AsyncIterator[Running]:
    """The box with its port open, until the end of the block."""
    config = app[CONFIG]
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0, keepalive_timeout=75.0, lingering_time=LINGER_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, config.host, config.port, backlog=256, reuse_address=True)
        await site.start()
        port = int(runner.addresses[0][1])
        app[WHEREABOUTS].port = port
        async with porter.standing(app, runner), _advertised(app, port):
            supervision.notify("READY=1")
            async with listener.listening(runner, app[listener.DOORWAY], config.host, config.https_port):
                yield Running(app, port)
            supervision.notify("STOPPING=1")
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _advertised(app: web.Application, port: int) -> AsyncIterator[None]:
    config = app[CONFIG]
    if not config.mdns:
        yield
        return
    async with app[DATABASE].snapshot() as snapshot:
        venue = await read_venue(snapshot)
    announcement = discovery.Announcement(
        box_id=app[box_api.BOX_ID],
        name=venue.name,
        store=config.store,
        version=__version__,
        port=port,
        host=_remembered_host(config),
    )
    async with discovery.advertised(announcement, on_host=_host_memory(config).write_text) as advertiser:
        app[WHEREABOUTS].advertiser = app[checkup.ADVERTISER].advertiser = advertiser
        yield


def _host_memory(config: Config) -> Path:
    return config.folder / "hostname"


def _remembered_host(config: Config) -> str:
    """The name this box had last, so that two boxes do not swap names over a restart."""
    memory = _host_memory(config)
    last = memory.read_text() if memory.exists() else ""
    return last if last.startswith(config.hostname) else config.hostname


def database_file(folder: Path) -> Path:
    """Where a box's data folder holds its database."""
    return folder / DATABASE_FILE
