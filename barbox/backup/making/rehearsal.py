"""A rehearsal: the app is started on a backup that was read back, as on the Sunday morning when it counts.

In a folder of its own, on a free port of the loopback that no tablet knows, without printers, targets or a name on the
network: nothing of it is heard outside.
"""

import asyncio
import contextlib
import re
import shutil
import sqlite3
import sys
import urllib.request
from pathlib import Path

import msgspec
import peewee

from barbox.backup import children, commands
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.errors import Broken
from barbox.core.migrations import migrate

PATIENCE_S = 300.0
"""Years of data on a slow card are migrated before the app opens."""
FOLDER = "rehearsal"


class _Health(msgspec.Struct):
    status: str
    seq: int


async def rehearse(database: Path, seq: int) -> str:
    """Start the app on `database`, whose journal ends at `seq`; returns what went wrong, or nothing.

    The file is used up by it.
    """
    folder = database.parent / FOLDER
    folder.mkdir(mode=0o700)
    try:
        own = folder / "barbox.db"
        await asyncio.to_thread(database.rename, own)
        await asyncio.to_thread(migrate, own)
        async with Database.open(own, Clock(), BusinessDays("UTC", 360)) as opened:
            await opened.write(commands.defuse)
        async with asyncio.timeout(PATIENCE_S):
            health = await _open(folder)
    except (Broken, OSError, TimeoutError, sqlite3.Error, peewee.PeeweeException, msgspec.MsgspecError) as error:
        return repr(error)[:500]
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return "" if health.seq >= seq else f"it opened at entry {health.seq}, not {seq}"


async def _open(folder: Path) -> _Health:
    """Start it, ask how it is, stop it. Raises Broken with its last words when it does not open."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "barbox", "serve", "--data", str(folder)),
        *("--host", "127.0.0.1", "--port", "0", "--no-mdns"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={name: value for name, value in children.environment().items() if name not in _OF_THE_BOX},
    )
    try:
        said = ""
        while child.stdout and (line := await child.stdout.readline()):
            said += line.decode(errors="replace")
            if found := re.search(r"localhost:(\d+)", said):
                return await asyncio.to_thread(_ask, int(found[1]))
        raise Broken(said.strip()[-400:] or "it ended without a word")
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), 20)
        with contextlib.suppress(ProcessLookupError):
            child.kill()


_OF_THE_BOX = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}
"""systemd is told of the box alone."""


def _ask(port: int) -> _Health:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=30) as answer:
        return msgspec.json.decode(answer.read(), type=_Health)
