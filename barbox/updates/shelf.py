"""The bundles within reach: put in by hand, on USB sticks, or fetched from the internet while nobody is served."""

import asyncio
import contextlib
import logging
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
from aiohttp import web

from barbox.core.clock import rfc3339
from barbox.core.database import Database
from barbox.core.errors import Broken
from barbox.core.journal import Head
from barbox.core.models import JournalEntry
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.orders.models import Order
from barbox.updates import bundle, minisign, staging
from barbox.updates.bundle import Manifest
from barbox.updates.slots import FOLDER, Places

log = logging.getLogger(__name__)

STICKS = (Path("/media"), Path("/mnt"), Path("/run/media"))
DEPTH = ("*", "*/*", "*/*/*")
MOST_SHOWN = 20
QUIET_MS = 30 * 60_000
"""Nobody did anything for so long, and no order is open: the bar is closed."""
LONGEST_ANSWER = 64 * 1024
LARGEST_BUNDLE = 512 * 1024 * 1024

_LAST_BY_PEOPLE = freeze(
    JournalEntry.select(JournalEntry.seq, JournalEntry.at, JournalEntry.hash)
    .where(JournalEntry.staff_id.is_null(False))
    .order_by(JournalEntry.seq.desc())
    .limit(1)
)
_OPEN = freeze(Order.select(Order.id).where(Order.status == "open").limit(1))


class Latest(msgspec.Struct, frozen=True):
    """What a server offers: the newest release for a kind of machine. Not signed; the bundle is."""

    version: bundle.Version
    file: str


class Looked(msgspec.Struct):
    """When the internet was last asked, and what was wrong."""

    at: str = ""
    problem: str = ""


class Found(msgspec.Struct, frozen=True):
    """A bundle on the shelf: whose signature it bears, or why it cannot be used."""

    file: str
    manifest: Manifest | None = None
    key: str = ""
    problem: str = ""


LOOKED = web.AppKey("LOOKED", Looked)


def found(data: Path, keys: Path, running: str, sticks: tuple[Path, ...] = STICKS) -> list[Found]:
    """What can be installed, and what cannot and why; the newest version first."""
    try:
        trusted = minisign.trusted_keys(keys)
    except (Broken, OSError) as error:
        return [Found(str(keys), problem=str(error))]
    seen = [_examined(path, trusted, running) for path in list(_files(data, sticks))[:MOST_SHOWN]]
    return sorted(seen, key=lambda each: bundle.numbers(each.manifest.version if each.manifest else ""), reverse=True)


def _files(data: Path, sticks: tuple[Path, ...]) -> Iterator[Path]:
    yield from sorted((data / FOLDER / "incoming").glob(f"*{bundle.SUFFIX}"))
    for stick in sticks:
        for depth in DEPTH:
            with contextlib.suppress(OSError):
                yield from sorted(stick.glob(f"{depth}{bundle.SUFFIX}"))


def _examined(path: Path, keys: list[minisign.TrustedKey], running: str) -> Found:
    try:
        with path.open("rb") as file, bundle.opened(file, keys) as opened:
            manifest, key = opened.manifest, opened.key.name
    except (Broken, OSError) as error:
        return Found(str(path), problem=str(error))
    try:
        bundle.check_fits(manifest, running)
    except Broken as error:
        return Found(str(path), manifest, key, str(error))
    return Found(str(path), manifest, key)


async def look_online(database: Database, url: str, keys: Path, running: str, looked: Looked) -> Path | None:
    """Fetch a newer release from `url`, if there is one; the path of its proven bundle. Never raises for a bad line."""
    looked.at, looked.problem = rfc3339(database.clock.now()), ""
    incoming = database.path.parent / FOLDER / "incoming"
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1800, sock_read=60)) as http:
            latest = await _latest(http, url)
            if bundle.numbers(latest.version) <= bundle.numbers(running):
                return None
            target = incoming / f"barbox-{latest.version}{bundle.SUFFIX}"
            if not target.exists():
                await asyncio.to_thread(incoming.mkdir, mode=0o700, parents=True, exist_ok=True)
                await _fetch(http, f"{url.rstrip('/')}/{latest.file}", target)
    except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError, Broken) as error:
        looked.problem = str(error) or type(error).__name__
        log.info("no update was fetched", extra={"problem": looked.problem})
        return None
    seen = await asyncio.to_thread(_examined, target, minisign.trusted_keys(keys), running)
    if seen.problem:
        looked.problem = seen.problem
        await asyncio.to_thread(target.unlink)
        return None
    return target


async def quiet(database: Database) -> bool:
    """Whether nobody would be disturbed: no order is open, and nobody has touched a tablet for half an hour."""
    async with database.snapshot() as snapshot:
        if await snapshot.one(_OPEN, int):
            return False
        last = await snapshot.one(_LAST_BY_PEOPLE, Head)
    return last is None or database.clock.now() - last.at > QUIET_MS


async def tend(app: web.Application, database: Database, places: Places, url: str, keys: Path) -> None:
    """The hourly round: fetch what is new, and have it installed while the bar is closed."""
    if not await quiet(database):
        return
    running = staging.running_release()
    fetched = await look_online(database, url, keys, running, app[LOOKED])
    status = staging.read_status(places)
    tried = bundle.numbers(status.version) if status.step else (0, 0, 0)
    if fetched is None or bundle.numbers(fetched.stem.rpartition("-")[2]) == tried or not await quiet(database):
        return
    await database.write(asked, places, str(fetched))


def asked(tx: Transaction, places: Places, file: str) -> None:
    """Have the bundle installed, and write down who wanted it."""
    tx.emit("update.asked", "release", {"file": Path(file).name}, rooms=("office",))
    staging.ask(places, file)


async def _latest(http: aiohttp.ClientSession, url: str) -> Latest:
    machine, python = platform.machine(), f"{sys.version_info.major}.{sys.version_info.minor}"
    async with http.get(f"{url.rstrip('/')}/latest-{machine}-{python}.json") as answer:
        answer.raise_for_status()
        latest = msgspec.json.decode(await answer.content.read(LONGEST_ANSWER), type=Latest)
    if "/" in latest.file or not latest.file.endswith(bundle.SUFFIX):
        raise Broken(f"the server offers {latest.file[:80]!r}, which is not a bundle")
    return latest


async def _fetch(http: aiohttp.ClientSession, url: str, target: Path) -> None:
    beside = target.with_suffix(".part")
    size = 0
    async with http.get(url) as answer:
        answer.raise_for_status()
        with await asyncio.to_thread(beside.open, "wb") as out:
            async for piece in answer.content.iter_chunked(1 << 18):
                size += len(piece)
                if size > LARGEST_BUNDLE:
                    raise Broken("the bundle is too large")
                await asyncio.to_thread(out.write, piece)
    await asyncio.to_thread(beside.rename, target)
