"""A dress rehearsal: this release on a copy of the bar's data, before any guest depends on it."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from barbox.core.errors import Broken
from barbox.updates.staging import DATABASE, copy_of_data

PAGES = ("/api/health", "/api/openapi.json", "/")
COUNTED = ("orders", "payment", "journal")


async def rehearse(data: Path, scratch: Path, make_app: Callable[[Path], web.Application]) -> str:
    """Open the copy with this release, ask it what tablets ask, and compare the books. Raises Broken."""
    copy_of_data(data, scratch)
    before = _counts(scratch / DATABASE)
    runner = web.AppRunner(make_app(scratch), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = int(runner.addresses[0][1])
        await _ask(port)
    finally:
        await runner.cleanup()
    after = _counts(scratch / DATABASE)
    less = [name for name, count in before.items() if after.get(name, 0) < count]
    if less:
        raise Broken(f"after the migration there is less than before in {', '.join(less)}")
    return ", ".join(f"{count} {name}" for name, count in after.items()) or "no books yet"


async def _ask(port: int) -> None:
    async with aiohttp.ClientSession() as http:
        for page in PAGES:
            async with http.get(f"http://127.0.0.1:{port}{page}") as answer:
                if answer.status != 200:
                    raise Broken(f"{page} answered {answer.status}")


def _counts(database: Path) -> dict[str, int]:
    if not database.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as books:
        if books.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise Broken("the database is not sound")
        there = {name for (name,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        counted = [name for name in COUNTED if name in there]
        return {name: books.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in counted}  # noqa: S608
