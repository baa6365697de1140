"""What the command line does with backups: now, list, verify. It never writes to a running box's database."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from barbox.backup import hatch, jobs, queries, rules
from barbox.backup.commands import Outcome
from barbox.backup.faults import BackupFault, sentence
from barbox.backup.hatch import Told
from barbox.backup.live import jobs as live
from barbox.backup.live.jobs import LiveRow
from barbox.backup.live.log import LiveLog
from barbox.backup.making import proof
from barbox.backup.queries import CopyRow, TargetRow
from barbox.backup.recovery_key import RecoveryKey
from barbox.backup.restore.restoring import show, show_size
from barbox.backup.targets.store import Credentials, Store, content_of, open_store
from barbox.core import secrets
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database, Lock
from barbox.core.errors import Broken
from barbox.core.migrations import migrate
from barbox.core.settings import read_venue

Tell = Callable[[str], None]


async def now(database: Path, store: str, tell: Tell) -> bool:
    """Make a backup: the running box is asked to, else it is made here. Returns whether all targets have it."""
    told = await hatch.ask(database.parent)
    if told is None:
        told = await _at_rest(database, store)
    if told.code:
        raise Broken(sentence(told.code, "", "en"))
    names = {each.id: each.name for each in _rows(database)[0]}
    for each in told.proven:
        tell(f"{names.get(each.target_id, '?')}: {each.name} ({show_size(each.size)}), read back and proven")
    for each in told.faults:
        tell(f"{names.get(each.target_id, 'backup')}: {_said(each)}")
    return not told.faults


def listed(database: Path, tell: Tell) -> None:
    """Every backup that was read back, by target, and how far its live copy is."""
    targets, copies = _rows(database)
    for target in targets:
        tell(f"{target.name}  {target.url}")
        good = [each for each in copies if each.target_id == target.id and each.state == "proven"]
        for each in good:
            tell(f"  {show(each.at)}  {show_size(each.size):>10}  slip {each.fingerprint}  {each.name}")
        last = next((each for each in copies if each.target_id == target.id), None)
        if last and last.state == "failed":
            tell(f"  last try, {show(last.at)}: {sentence(last.code, last.detail, 'en')}")
        if not good:
            tell("  nothing yet")
        for copy in (each for each in live.standing(database.parent) if each.target_id == target.id):
            tell(f"  {_said_live(copy)}")
    if not targets:
        tell("No place for backups is set up yet: add one in the office, under Backups.")


async def verify(database: Path, key: RecoveryKey | None, tell: Tell) -> bool:
    """Fetch the latest backup of each target again: every byte as it was; with `key` also opened and proven."""
    targets, copies = _rows(database)
    sound = bool(targets)
    for target in targets:
        last = next((each for each in copies if each.target_id == target.id and each.state == "proven"), None)
        if last is None:
            tell(f"{target.name}: nothing to verify yet")
            sound = False
            continue
        credentials = msgspec.json.decode(target.credentials, type=Credentials) if target.credentials else None
        place = open_store(target.url, credentials)
        try:
            await (_opened(place, last, key, database.parent) if key else _unchanged(place, last))
            tell(f"{target.name}: {last.name} {'opened and proven' if key else 'unchanged, every byte'}")
        except BackupFault as fault:
            tell(f"{target.name}: {last.name}: {fault}")
            sound = False
        finally:
            await place.close()
    return sound


async def _unchanged(place: Store, copy: CopyRow) -> None:
    back = await content_of(place, copy.name)
    if back != (copy.size, copy.sha256):
        raise BackupFault("damaged", f"{back.size} bytes")


async def _opened(place: Store, copy: CopyRow, key: RecoveryKey, folder: Path) -> None:
    if copy.fingerprint != key.fingerprint:
        raise BackupFault("refused", f"it opens with the slip {copy.fingerprint}, yours is {key.fingerprint}")
    name = rules.parse_name(copy.name)
    with tempfile.TemporaryDirectory(prefix="verify-", dir=folder) as scratch:
        database = Path(scratch) / "scratch.db"
        await proof.read_back(place, copy.name, key.key, database)
        if name:
            proof.examine(database, name)


async def _at_rest(database: Path, store: str) -> Told:
    lock = Lock(database.parent)
    try:
        async with contextlib.AsyncExitStack() as stack:
            kept = stack.enter_context(LiveLog(database).watching())
            migrate(database)
            known = secrets.load(database.parent)
            opened = await stack.enter_async_context(
                Database.open(database, Clock(), BusinessDays("UTC", 360), gate=kept.gate)
            )
            async with opened.snapshot() as snapshot:
                venue = await read_venue(snapshot)
            await opened.write(lambda tx: tx.move_cutoff(BusinessDays(venue.timezone, venue.cutoff)))
            keeper = await stack.enter_async_context(jobs.keeping(opened, known.box_id, store))
            try:
                ended = await keeper.run("asked")
            except BackupFault as fault:
                return Told(fault.code)
            return Told("", ended.proven, ended.faults)
    finally:
        lock.release()


def _rows(database: Path) -> tuple[list[TargetRow], list[CopyRow]]:
    if not database.exists():
        raise Broken(f"there is no {database}")
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA query_only=ON")
        try:
            targets = [TargetRow(*row) for row in connection.execute(queries.TARGETS.sql)]
            most = {"most": queries.MOST_COPIES}
            return targets, [CopyRow(*row) for row in connection.execute(queries.COPIES.sql, queries.COPIES.bind(most))]
        except sqlite3.OperationalError as error:
            raise Broken(f"{database} is of an older release: start the box once ({error})") from None


def _said_live(copy: LiveRow) -> str:
    upto = f"live copy up to {show(copy.at, seconds=True)}" if copy.at else "live copy: nothing yet"
    return f"{upto}; {sentence(copy.code, copy.detail, 'en')}" if copy.code else f"{upto} ({copy.state})"


def _said(outcome: Outcome) -> str:
    return sentence(outcome.code, outcome.detail, "en")
