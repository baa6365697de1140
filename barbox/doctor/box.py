"""The box: clock, name, printers, backups, database, updates."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

from aiohttp import web

from barbox.backup.jobs import KEEPER
from barbox.core.clock import Clock
from barbox.core.database import Database
from barbox.core.http import DATABASE
from barbox.discovery import Advertiser, local_addresses
from barbox.doctor import machine
from barbox.doctor.findings import Finding
from barbox.printing import queries as printing
from barbox.printing.spooler import SPOOLER
from barbox.stock import ledger
from barbox.updates import slots, staging

BACKUP_OLD_MS = 26 * 3_600_000
TIME_ADVICE = {"guess": "time_guess", "unverified": "time_unverified", "ahead": "time_ahead"}


class Advertising:
    """Under which name the network is told of the box; `wished` is the one it was given."""

    def __init__(self, wished: str) -> None:
        self.wished = f"{wished}.local"
        self.advertiser: Advertiser | None = None


ADVERTISER = web.AppKey("ADVERTISER", Advertising)


async def look(app: web.Application) -> list[Finding]:
    """Everything, the machine first."""
    database = app[DATABASE]
    found = await asyncio.to_thread(machine.look, database.path.parent, local_addresses())
    return [
        *found,
        time(database.clock),
        name(app[ADVERTISER]),
        await printers(app, database),
        await backups(app, database),
        await stored(database),
        await shelves(database),
        await asyncio.to_thread(updates, database.path.parent),
    ]


def time(clock: Clock) -> Finding:
    value = clock.source or ""
    if advice := TIME_ADVICE.get(clock.quality):
        return Finding("time", "alarm" if clock.quality == "ahead" else "warning", value, advice)
    return Finding("time", "good", value)


def name(advertising: Advertising) -> Finding:
    host = advertising.advertiser.host if advertising.advertiser else ""
    if not host:
        return Finding("mdns", "unknown", "", "mdns_off")
    if host != advertising.wished:
        return Finding("mdns", "warning", host, "mdns_other")
    return Finding("mdns", "good", host)


async def printers(app: web.Application, database: Database) -> Finding:
    rows = await database.read(printing.PRINTERS, printing.PrinterRow)
    if not rows:
        return Finding("printers", "unknown", "", "no_printers")
    spooler = app[SPOOLER]
    silent = [each.name for each in rows if spooler.state(each.id).reachable is False or spooler.state(each.id).alarmed]
    if silent:
        return Finding("printers", "warning", ", ".join(silent), "printers_out")
    return Finding("printers", "good", str(len(rows)))


async def backups(app: web.Application, database: Database) -> Finding:
    standing = await app[KEEPER].standing()
    good = standing.proven()
    if not good:
        return Finding("backups", "warning", "", "no_backup")
    age = database.clock.now() - good[0].at
    value = f"{age // 3_600_000} h"
    return (
        Finding("backups", "alarm", value, "backup_old") if age > BACKUP_OLD_MS else Finding("backups", "good", value)
    )


async def stored(database: Database) -> Finding:
    if not database.healthy():
        return Finding("database", "alarm", "", "database_stopped")
    return await asyncio.to_thread(sound, database.path)


async def shelves(database: Database) -> Finding:
    """Whether what is on hand is the sum of the stock ledger, as far as the nightly check has not said so already."""
    async with database.snapshot() as snapshot:
        found = await ledger.proof(snapshot)
    wrong = sorted({each.item_id for each in found.differences})
    if wrong:
        return Finding("stock", "alarm", ", ".join(map(str, wrong[:10])), "stock_wrong")
    return Finding("stock", "good", str(found.moves))


def sound(path: Path) -> Finding:
    """Whether the database's pages and indexes fit together; reads all of it."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as books:
            # Only ever read: the running box alone writes and checkpoints.
            books.execute("PRAGMA wal_autocheckpoint=0")
            said = str(books.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        said = str(error)
    value = f"{path.stat().st_size / 1e6:.1f} MB"
    return (
        Finding("database", "good", value) if said == "ok" else Finding("database", "alarm", said, "database_unsound")
    )


def updates(data: Path) -> Finding:
    places = staging.places_here(data)
    if places is None:
        return Finding("updates", "good", staging.running_release())
    slot, status = slots.read(places), staging.read_status(places)
    if slot.refused:
        return Finding("updates", "warning", f"{slot.refused}: {slot.reason}", "update_refused")
    if status.step == "failed":
        return Finding("updates", "warning", status.detail, "update_failed")
    return Finding("updates", "good", slot.good)
