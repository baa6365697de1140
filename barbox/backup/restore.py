"""From a backup to a box: chosen, fetched, opened with the owner's key, proven, brought up to date, switched in.

Everything happens in a folder of its own beside the place where the database will stand; the last step is one rename.
A power cut before it leaves nothing that looks like a box.
"""

import contextlib
import os
import secrets as chance
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from barbox.backup import commands, proof, recovery_key, rules
from barbox.backup.faults import BackupFault
from barbox.backup.jobs import newest_schema
from barbox.backup.recovery_key import RecoveryKey
from barbox.backup.rules import BackupName
from barbox.backup.targets import Credentials, open_store
from barbox.core import secrets
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database, Lock
from barbox.core.errors import BadRequest, Broken
from barbox.core.migrations import migrate
from barbox.staff.rules import check_pin

WORK = "restoring"
OURS = {WORK, "barbox.lock", "secrets.json"}
"""What an interrupted restore leaves; the next one goes on over it."""
PIN_DIGITS = 6


class Offer(NamedTuple):
    """A backup at a target, and its size."""

    name: BackupName
    size: int


class Restored(NamedTuple):
    """What was restored; `admin` can sign in with `pin` (both empty where the bar had no people yet)."""

    name: BackupName
    bar: str
    orders: int
    admin: str
    pin: str


async def offers(url: str, credentials: Credentials | None, store: str | None = None) -> list[Offer]:
    """The backups at a target, the latest made first.

    Raises Broken when there are none, or of several bars and `store` does not say which.
    """
    place = open_store(url, credentials)
    try:
        there = await place.names()
    except BackupFault as fault:
        raise Broken(f"{url}: {fault}") from None
    finally:
        await place.close()
    found = [Offer(name, each.size) for each in there if (name := rules.parse_name(each.name))]
    stores = sorted({each.name.store for each in found})
    if store:
        found = [each for each in found if each.name.store == rules.plain_store(store)]
    elif len(stores) > 1:
        raise Broken(f"{url} holds backups of several stores ({', '.join(stores)}): say which with --store")
    if not found:
        raise Broken(f"{url} answers, but holds no backups" + (f" of {store}" if store else ""))
    return sorted(found, key=lambda each: each.name.made, reverse=True)


def choose(found: Sequence[Offer], at: int | None, key: RecoveryKey) -> Offer:
    """The last backup not after `at` (ms; None: the last of all). Raises Broken when there is none `key` opens."""
    fitting = [each for each in found if at is None or each.name.at <= at]
    if not fitting:
        oldest = min(found, key=lambda each: each.name.at)
        raise Broken(f"there is no backup that old: the oldest is of {show(oldest.name.at)}")
    chosen = fitting[0]
    if chosen.name.key != key.fingerprint:
        openable = [each for each in found if each.name.key == key.fingerprint]
        hint = f" Your key opens that of {show(openable[0].name.at)}: say --at." if openable else ""
        needed, given = (recovery_key.show_fingerprint(each) for each in (chosen.name.key, key.fingerprint))
        raise Broken(f"the backup of {show(chosen.name.at)} opens with the slip {needed}; yours is {given}.{hint}")
    if chosen.name.schema > newest_schema():
        raise Broken(f"the backup of {show(chosen.name.at)} was written by a newer release: update Barbox first")
    return chosen


async def restore(
    url: str,
    credentials: Credentials | None,
    chosen: Offer,
    key: RecoveryKey,
    folder: Path,
    file_name: str,
    hash_pin: Callable[[str, str], Awaitable[str]],
    tell: Callable[[str], None],
) -> Restored:
    """Make `folder` the data of a box; `hash_pin(pepper, pin)` hashes the admin's new PIN. Raises Broken."""
    with _workplace(folder) as work:
        database = work / file_name
        tell(f"Fetching the backup of {show(chosen.name.at)} ({show_size(chosen.size)}) …")
        await _fetch(url, credentials, chosen, key, database)
        tell("Proving the database and the journal …")
        try:
            proof.examine(database, chosen.name.seq, chosen.name.head)
        except BackupFault as fault:
            raise Broken(f"the backup was fetched, but {fault.detail}: choose an older one with --at") from None
        proof.forget_beside(database)
        migrate(database)
        pin = _fresh_pin()
        known = secrets.load(folder)
        admin = await _mark(database, chosen.name, await hash_pin(known.pepper, pin))
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            orders = connection.execute("SELECT COUNT(*) FROM orders").fetchone()[0]
            row = connection.execute("SELECT value FROM setting WHERE name = 'name'").fetchone()
        proof.forget_beside(database)
        _switch(database, folder / file_name)
    return Restored(chosen.name, row[0].decode().strip('"') if row else "", orders, admin, pin if admin else "")


def parse_moment(text: str) -> int:
    """ "2026-11-22" (its end), "2026-11-22 05:10" (this machine's zone) or RFC 3339, as ms. Raises Broken."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Broken(f"{text!r} is not a time: write 2026-11-22 or 2026-11-22T05:10") from None
    whole_day = len(text) == len("2026-11-22")
    stamp = moment.timestamp() if moment.tzinfo else moment.astimezone().timestamp()
    return int(stamp * 1000) + (86_400_000 - 1 if whole_day else 999)


def show(at: int) -> str:
    """A moment (ms) for people, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def show_size(size: int) -> str:
    """Bytes for people."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


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


async def _fetch(url: str, credentials: Credentials | None, chosen: Offer, key: RecoveryKey, to: Path) -> None:
    place = open_store(url, credentials)
    try:
        await proof.read_back(place, str(chosen.name), key.key, to)
    except BackupFault as fault:
        if fault.code == "damaged":
            raise Broken(
                f"the backup of {show(chosen.name.at)} is damaged ({fault.detail}): choose an older one with --at"
            ) from None
        raise Broken(str(fault)) from None
    finally:
        await place.close()


async def _mark(database: Path, name: BackupName, pin_hash: str) -> str:
    async with Database.open(database, Clock(), BusinessDays("UTC", 360)) as opened:
        return await opened.write(commands.mark_restored, str(name), name.generation, pin_hash)


def _switch(database: Path, final: Path) -> None:
    for path in (database, database.parent):
        _sync(path)
    database.rename(final)
    _sync(final.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fresh_pin() -> str:
    while True:
        pin = "".join(chance.choice("0123456789") for _ in range(PIN_DIGITS))
        with contextlib.suppress(BadRequest):
            check_pin(pin)
            return pin
