"""The first minute of a release on trial, seen from inside: it proves itself before it prints or takes an order."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator

from aiohttp import web

from barbox.core import journal
from barbox.core.errors import Broken
from barbox.core.http import DATABASE
from barbox.core.transaction import Transaction
from barbox.updates import slots, staging

log = logging.getLogger(__name__)


async def probation(app: web.Application) -> AsyncIterator[None]:
    """For the app's cleanup_ctx, before the first part that prints or listens.

    Until it has said that it is healthy, nobody was answered anything, so all that it did can be taken back.
    """
    database = app[DATABASE]
    places = staging.places_here(database.path.parent)
    if places is not None:
        release, slot = staging.running_release(), await asyncio.to_thread(slots.read, places)
        if slot.trial == release and slots.healthy(places) != release:
            await database.write(lambda _tx: None)
            await asyncio.to_thread(_examine, str(database.path))
            await database.write(_arrived, release, slot.good)
            await asyncio.to_thread(slots.say_healthy, places, release)
            log.info("the new release is healthy", extra={"release": release})
    yield


def _arrived(tx: Transaction, release: str, before: str) -> None:
    tx.emit("update.done", "release", {"release": release, "before": before}, rooms=("office",))


def _examine(path: str) -> None:
    """Raises Broken."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as books:
        books.execute("PRAGMA wal_autocheckpoint=0")
        said = books.execute("PRAGMA quick_check").fetchone()[0]
        if said != "ok":
            raise Broken(f"after the update the database is not sound: {said}")
        head = journal.head(books)
    log.debug("examined", extra={"seq": head.seq})
