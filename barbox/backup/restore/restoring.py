"""From a backup to a box: chosen, fetched, opened with the owner's key, proven, brought up to date, switched in.

Everything happens in a folder of its own beside the place where the database will stand; the last step is one rename.
A power cut before it leaves nothing that looks like a box.
"""

import asyncio
import contextlib
import secrets as chance
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from barbox.backup import commands, recovery_key, rules
from barbox.backup.commands import Admission
from barbox.backup.faults import BackupFault
from barbox.backup.jobs import newest_schema
from barbox.backup.live import replay
from barbox.backup.making import proof
from barbox.backup.recovery_key import RecoveryKey
from barbox.backup.rules import BackupName
from barbox.backup.targets.store import Credentials, open_store
from barbox.core import ids, secrets
from barbox.core.clock import BusinessDays, Clock, show_day
from barbox.core.database import Database, Lock
from barbox.core.disk import sync
from barbox.core.errors import BadRequest, Broken
from barbox.core.migrations import migrate
from barbox.staff.rules import check_pin

WORK = "restoring"
OURS = {WORK, "barbox.lock", "secrets.json"}
"""What an interrupted restore leaves; the next one goes on over it."""
PIN_DIGITS = 6
SAID = {
    "fetching": "Fetching the backup ({size}) …",
    "proving": "Proving the database and the journal …",
    "updating": "Bringing it up to this release …",
}


class Offer(NamedTuple):
    """A backup at a target, and its size; of a live copy also what leads there."""

    name: BackupName
    size: int
    live: replay.Chosen | None = None

    def reaches(self, at: int) -> int:
        """The last moment (ms) up to `at` that it leads to; 0 where it is all later."""
        if self.live is None:
            return self.name.at if self.name.at <= at else 0
        earlier = any(each.at <= at for each in self.live.line.bases)
        return min(at, self.name.at) if earlier else 0


class Source(NamedTuple):
    """The chosen backup, where it is, and the key that opens it."""

    url: str
    credentials: Credentials | None
    offer: Offer
    key: RecoveryKey


Stage = Literal["fetching", "proving", "updating", "ready", "failed"]


class Step(NamedTuple):
    """How far a restore is: while "fetching", `done` of `size` bytes are here."""

    name: Stage
    done: int = 0
    size: int = 0


class Restored(NamedTuple):
    """What was restored; `admin` (empty where the bar had no people yet) has the new PIN; `device` was paired, or 0."""

    name: BackupName
    bar: str
    orders: int
    admin: str
    device: int
    lacks: str = ""
    """What of a live copy is missing or damaged: it was restored up to there."""


Tell = Callable[[Step], None]


async def listed(url: str, credentials: Credentials | None) -> list[Offer]:
    """The backups at a target, of all stores, the latest made first. Raises BackupFault, Broken for a bad address."""
    place = open_store(url, credentials)
    try:
        there = await place.names()
    finally:
        await place.close()
    found = [Offer(name, each.size) for each in there if (name := rules.parse_name(each.name))]
    for store in {marked for each in there if (marked := rules.marked_store(each.name))}:
        found += [_of_line(store, each) for each in await replay.offers(url, credentials, store)]
    if not found:
        raise BackupFault("nothing_there", url)
    return sorted(found, key=lambda each: each.name.made, reverse=True)


async def offers(url: str, credentials: Credentials | None, store: str | None = None) -> list[Offer]:
    """The backups of one store at a target, the latest made first.

    Raises Broken when there are none, or of several bars and `store` does not say which.
    """
    try:
        found = await listed(url, credentials)
    except BackupFault as fault:
        raise Broken(f"{url}: {fault}") from None
    stores = sorted({each.name.store for each in found})
    if store:
        found = [each for each in found if each.name.store == rules.plain_store(store)]
    elif len(stores) > 1:
        raise Broken(f"{url} holds backups of several stores ({', '.join(stores)}): say which with --store")
    if not found:
        raise Broken(f"{url} answers, but holds no backups of {store}")
    return found


def choose(found: Sequence[Offer], at: int | None, key: RecoveryKey) -> Offer:
    """The last backup not after `at` (ms; None: the last of all). Raises Broken when there is none `key` opens."""
    fitting = [each for each in found if at is None or each.reaches(at)]
    if not fitting:
        oldest = min(found, key=lambda each: each.name.at)
        raise Broken(f"there is no backup that old: the oldest is of {show(oldest.name.at)}")
    chosen = fitting[0]
    if at is not None and any(each.live for each in fitting):
        chosen = max(fitting, key=lambda each: (each.name.generation, each.reaches(at)))
        chosen = chosen._replace(live=replay.choose([chosen.live.line], at) if chosen.live else None)
    try:
        fits(chosen, key)
    except BackupFault as fault:
        openable = [each for each in found if each.name.key == key.fingerprint]
        hint = f" Your key opens that of {show(openable[0].name.at)}: say --at." if openable else ""
        raise Broken(f"the backup of {show(chosen.name.at)}: {fault}{hint}") from None
    return chosen


def ending(offer: Offer, at: int) -> Offer:
    """A live copy, to be restored up to the moment `at` (ms). Raises Broken where it does not lead there."""
    if offer.live is None or not offer.reaches(at):
        since = show(offer.live.line.bases[0].at) if offer.live else show(offer.name.at)
        raise Broken(
            f"it does not lead to {show(at)}: " + (f"it begins {since}" if offer.live else f"it is of {since}")
        )
    return offer._replace(live=replay.choose([offer.live.line], at))


def fits(chosen: Offer, key: RecoveryKey) -> None:
    """Raises BackupFault where the backup opens with another slip ("other_slip") or is of a newer release ("newer")."""
    if chosen.name.key != key.fingerprint:
        needed, given = (recovery_key.show_fingerprint(each) for each in (chosen.name.key, key.fingerprint))
        raise BackupFault("other_slip", f"{needed}; yours is {given}.")
    if chosen.name.schema > newest_schema():
        raise BackupFault("newer")


async def restore(
    source: Source,
    folder: Path,
    file_name: str,
    hash_pin: Callable[[str, str], Awaitable[str]],
    tell: Tell,
) -> tuple[Restored, str, str]:
    """Make the new `folder` the data of a box; `hash_pin(pepper, pin)` hashes the admin's new PIN.

    Returns what was restored, that PIN, and a code that pairs one tablet within a day. Raises Broken.
    """
    with _workplace(folder) as work:
        pin, code = fresh_pin(), ids.typed_code()
        admission = Admission(await hash_pin(secrets.load(folder).pepper, pin), code=ids.digest(code))
        done = await prepare(source, work / file_name, admission, tell)
        _switch(work / file_name, folder / file_name)
    return done, pin, code


async def prepare(source: Source, database: Path, admission: Admission, tell: Tell) -> Restored:
    """Fetch the backup to the new file `database`, prove it, bring it up to date and admit its new people.

    Raises BackupFault.
    """
    name, size, lacks = source.offer.name, source.offer.size, ""
    tell(Step("fetching", 0, size))
    reached = await _fetch(source, database, lambda done: tell(Step("fetching", done, size)))
    if reached:
        name = name._replace(at=reached.at, seq=reached.seq, head=reached.head[:16], day=0, orders=0)
        lacks = reached.lacks
    tell(Step("proving"))
    try:
        await asyncio.to_thread(proof.examine, database, name)
    except BackupFault as fault:
        raise BackupFault("damaged_there", fault.detail) from None
    proof.forget_beside(database)
    tell(Step("updating"))
    await asyncio.to_thread(migrate, database)
    async with Database.open(database, Clock(), BusinessDays("UTC", 360)) as opened:
        admin, device = await opened.write(commands.mark_restored, str(name), name.generation, admission)
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        orders = connection.execute("SELECT COUNT(*) FROM orders").fetchone()[0]
        row = connection.execute("SELECT value FROM setting WHERE name = 'name'").fetchone()
    proof.forget_beside(database)
    sync(database)
    sync(database.parent)
    tell(Step("ready"))
    return Restored(name, row[0].decode().strip('"') if row else "", orders, admin, device, lacks)


def parse_moment(text: str) -> int:
    """ "2026-11-22" (its end), "2026-11-22 05:10:00" (this machine's zone; that second's end) or RFC 3339, as ms.

    Raises Broken.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Broken(f"{text!r} is not a time: write 2026-11-22 or 2026-11-22T05:10") from None
    whole_day = len(text) == len("2026-11-22")
    stamp = moment.timestamp() if moment.tzinfo else moment.astimezone().timestamp()
    return round(stamp * 1000) + (86_400_000 - 1 if whole_day else 0 if "." in text else 999)


def show(at: int, *, seconds: bool = False) -> str:
    """A moment (ms) for people, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC" if seconds else "%Y-%m-%d %H:%M UTC")


def show_size(size: int) -> str:
    """Bytes for people."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _of_line(store: str, found: replay.Offer) -> Offer:
    line, head, size = found
    base = line.bases[-1]
    name = BackupName(
        store, line.generation, head.at, base.schema, head.seq, head.after, base.key, head.day, head.orders
    )
    return Offer(name, size, replay.Chosen(line, base, None))


def show_offer(offer: Offer) -> str:
    """A backup as a line for people."""
    name = offer.name
    sold = f"{name.orders} orders of {show_day(name.day)}" if name.day else "no orders"
    return (
        f"{show(name.at)}  {show_size(offer.size):>10}  {sold}  {name.seq} entries  store {name.store}  slip {name.key}"
        + (f"  live copy, any moment since {show(offer.live.line.bases[0].at)}" if offer.live else "")
    )


def teller(say: Callable[[str], object]) -> Tell:
    """Says each step once, in a sentence."""
    said: set[str] = set()

    def tell(step: Step) -> None:
        if step.name in SAID and step.name not in said:
            said.add(step.name)
            say(SAID[step.name].format(size=show_size(step.size)))

    return tell


def fresh_pin() -> str:
    """A PIN that nobody tries first."""
    while True:
        pin = "".join(chance.choice("0123456789") for _ in range(PIN_DIGITS))
        with contextlib.suppress(BadRequest):
            check_pin(pin)
            return pin


@contextlib.contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    foreign = sorted({each.name for each in folder.iterdir()} - OURS)
    if foreign:
        raise Broken(f"{folder} is not empty ({', '.join(foreign[:3])}): give a new folder, nothing is written over")
    lock = Lock(folder)
    work = folder / WORK
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        lock.release()


async def _fetch(source: Source, to: Path, told: Callable[[int], None]) -> replay.Reached | None:
    """The backup as it is, or a live copy as far as it goes."""
    url, credentials, offer, key = source
    if offer.live:
        try:
            return await replay.restore(url, credentials, offer.name.store, offer.live, key.key, to, told)
        except BackupFault as fault:
            raise BackupFault("damaged_there" if fault.code == "damaged" else fault.code, fault.detail) from None
    place = open_store(url, credentials)
    try:
        await proof.read_back(place, str(offer.name), key.key, to, told)
        return None
    except BackupFault as fault:
        if fault.code == "damaged":
            raise BackupFault("damaged_there", fault.detail) from None
        raise
    finally:
        await place.close()


def _switch(database: Path, final: Path) -> None:
    for path in (database, database.parent):
        sync(path)
    database.rename(final)
    sync(final.parent)
