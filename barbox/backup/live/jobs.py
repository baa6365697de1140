"""The live copy: every second to a stick, every few seconds to the cloud, what was sold since the last backup.

For each target there is a carrier (`shipping`); what they bring is kept by the log (`log`). Here it is decided when
a line begins and who needs a copy of the database to begin with, and here stands what an owner is told.
"""

import asyncio
import contextlib
import functools
import logging
import secrets
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from aiohttp import web
from peewee import fn

from barbox.backup import children, commands, queries, rules
from barbox.backup.faults import BackupFault
from barbox.backup.jobs import Keeper, newest_schema
from barbox.backup.live.log import FOLDER, Gone, LiveLog
from barbox.backup.live.segments import Base
from barbox.backup.live.shipping import Carrier, LiveState, Sender
from barbox.backup.making import snapshot
from barbox.backup.making.errand import Errand
from barbox.backup.queries import KeyRow, TargetRow
from barbox.core.clock import rfc3339
from barbox.core.database import Database
from barbox.core.errors import Unavailable
from barbox.core.statements import freeze
from barbox.core.transaction import Event, Transaction
from barbox.orders.models import Order

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
READ_AGAIN_S = 30.0
"""Targets and keys are read again so often, and at once when somebody changed them."""
NOTE_EVERY_S = 30.0
WRITE_EVERY_S = 60.0
"""For the command line, where nothing but the time has changed."""
LAST_WORD_S = 2.0
BASE_AGAIN_S = 10.0
STANDING = "live.json"
"""In the data folder: how things stood last, for the command line."""
SOLD = freeze(
    Order.select(Order.business_day, fn.COUNT(Order.id))
    .group_by(Order.business_day)
    .order_by(Order.business_day.desc())
    .limit(1)
)
_CHANGES = {"backup.key", "backup.target", "backup.takeover"}


class LiveRow(msgspec.Struct, frozen=True):
    """One target: `at`: everything up to then (ms) is there; `base_at`: the copy it goes on from."""

    target_id: int
    name: str
    state: LiveState
    code: str
    detail: str
    at: int | None
    base_at: int | None
    every_s: float


class _Sold(NamedTuple):
    day: int
    orders: int


class Live:
    """`run` until cancelled; `rows` tell how things stand."""

    def __init__(self, database: Database, keeper: Keeper, live_log: LiveLog, box_id: str, store: str) -> None:
        self._database = database
        self._keeper = keeper
        self._log = live_log
        self._box_id = box_id
        self._store = rules.plain_store(store)
        self._folder = database.path.parent
        self._carriers: dict[TargetRow, tuple[Carrier, asyncio.Task[None]]] = {}
        self._names: dict[int, str] = {}
        self._key: KeyRow | None = None
        self._generation = 1
        self._wake = asyncio.Event()
        self._changed = True
        loop = asyncio.get_running_loop()
        self._making: asyncio.Future[None] = loop.create_future()
        self._making.set_result(None)
        self._held_from: int | None = None
        """While a base is being brought: the log that follows it, which must not go before."""
        self._told: list[tuple[int, LiveState, str]] = []
        self._written_at = 0.0
        self._pressed = False
        live_log.pressed = functools.partial(loop.call_soon_threadsafe, self._press)
        database.subscribe(self._hear)

    @property
    def rows(self) -> list[LiveRow]:
        """How each target stands."""
        return [
            LiveRow(
                carrier.destination.target_id,
                self._names.get(carrier.destination.target_id, ""),
                carrier.state,
                carrier.code,
                carrier.detail[:200],
                carrier.shipped_at,
                carrier.base_at,
                carrier.every_s,
            )
            for carrier, _ in self._carriers.values()
        ]

    async def run(self) -> None:
        """Keep every target up to date, for ever."""
        read_at = noted_at = base_at = float("-inf")
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)
            self._wake.clear()
            now = loop.time()
            try:
                if self._changed or now - read_at > READ_AGAIN_S:
                    self._changed, read_at = False, now
                    await self._read()
                if self._pressed:
                    self._pressed = False
                    await asyncio.to_thread(self._log.keep_up)
                if self._wanting() and self._making.done() and now - base_at > BASE_AGAIN_S:
                    base_at = now
                    self._making = asyncio.create_task(self._make_base())
                if now - noted_at > NOTE_EVERY_S:
                    noted_at = now
                    await asyncio.to_thread(self._log.note, self._reached())
                await self._tell()
            except (BackupFault, Unavailable, OSError, Gone) as error:
                log.warning("live copy", extra={"fault": str(error)})

    async def close(self) -> None:
        """Bring what is left, unless that takes long, and stop the carriers."""
        self._making.cancel()
        await asyncio.gather(self._making, return_exceptions=True)
        leaving = list(self._carriers.values())
        for _, task in leaving:
            task.cancel()
        await asyncio.gather(*(task for _, task in leaving), return_exceptions=True)
        await asyncio.gather(*(carrier.finish(LAST_WORD_S) for carrier, _ in leaving))
        await self._dismiss(list(self._carriers))
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._log.note, self._reached())

    def _hear(self, _seq: int, events: list[Event]) -> None:
        if any(each.kind in _CHANGES for each in events):
            self._changed = True
            self._wake.set()

    def _press(self) -> None:
        self._pressed = True
        self._wake.set()

    async def _read(self) -> None:
        """Who the targets are and whose key seals: carriers come and go accordingly."""
        standing = await self._keeper.standing()
        key = standing.keys[0] if standing.keys else None
        if (key, standing.generation) != (self._key, self._generation):
            await self._dismiss(list(self._carriers))
        self._key, self._generation = key, standing.generation
        self._names = {each.id: each.name for each in standing.targets}
        wanted = {each for each in standing.targets if each.live} if key else set()
        await self._dismiss([each for each, (_, task) in self._carriers.items() if each not in wanted or task.done()])
        if not wanted:
            await asyncio.to_thread(self._log.stop)
        for each in wanted - self._carriers.keys():
            carrier = Carrier(standing.destination(each), self._log, self._database.clock, self._sender())
            self._carriers[each] = carrier, asyncio.create_task(carrier.serve())

    async def _dismiss(self, targets: list[TargetRow]) -> None:
        gone = [self._carriers.pop(each) for each in targets]
        for _, task in gone:
            task.cancel()
        ended = await asyncio.gather(*(task for _, task in gone), return_exceptions=True)
        for (carrier, _), error in zip(gone, ended, strict=True):
            if isinstance(error, Exception):
                log.error("a carrier fell", exc_info=error)
            await carrier.close()

    def _sender(self) -> Sender:
        return Sender(self._errand(), self._newest_key, self._figures)

    async def _figures(self) -> tuple[int, int, int]:
        async with self._database.snapshot() as snapshot:
            sold = await snapshot.one(SOLD, _Sold)
            return await snapshot.seq(), *((sold.day, sold.orders) if sold else (0, 0))

    async def _newest_key(self) -> str:
        keys = await self._database.read(queries.KEYS, KeyRow)
        return keys[0].fingerprint if keys else ""

    def _errand(self) -> Errand:
        return Errand(
            source="",
            spool="",
            store=self._store,
            box_id=self._box_id,
            generation=self._generation,
            schema=newest_schema(),
            now=rfc3339(self._database.clock.now()),
            destinations=[],
            recipient=self._key.recipient if self._key else "",
            fingerprint=self._key.fingerprint if self._key else "",
        )

    def _wanting(self) -> list[Carrier]:
        """Carriers at their target that need a copy of the database."""
        return [carrier for carrier, _ in self._carriers.values() if carrier.wanting]

    def _reached(self) -> dict[int, int]:
        """Where each target has got to; where that is not known now, as it was known last."""
        known = {
            carrier.destination.target_id: carrier.reached
            for carrier, _ in self._carriers.values()
            if carrier.reached is not None
        }
        mine = {each.id for each in self._carriers}
        reached = {at: no for at, no in (self._log.reached | known).items() if at in mine}
        return reached if self._held_from is None else reached | {0: self._held_from}

    async def _make_base(self) -> None:
        """Copy the database for those who need it, unless a backup is being made or a reader is in the way."""
        sealed = self._folder / FOLDER / "base.sealed"
        try:
            async with self._keeper.undisturbed():
                try:
                    base, sha256 = await self._seal(sealed)
                except BackupFault as fault:
                    for each in self._wanting():
                        each.go_without(fault)
                    return
            self._held_from = base.no
            await asyncio.gather(*(self._bring(each, base, sealed, sha256) for each in self._wanting()))
        except (BackupFault, Unavailable, OSError, Gone) as error:
            log.warning("the live copy's base", extra={"fault": str(error)})
        finally:
            self._held_from = None
            await asyncio.to_thread(sealed.unlink, missing_ok=True)

    async def _seal(self, sealed: Path) -> tuple[Base, str]:
        async with self._database.frozen() as held:
            standing = await self._keeper.standing()
            key, generation = standing.keys[0], standing.generation
            if self._log.owner != (generation, key.fingerprint):
                line = secrets.token_hex(4)
                await asyncio.to_thread(self._log.begin, line, generation, key.fingerprint, held.emptied)
            no, opening = self._log.point()
            at = self._database.clock.now()
            sha256 = await _sealed_by_a_child(self._database.path, sealed, key.recipient)
            if held.thawed:
                raise BackupFault("stopped", "the write-ahead log outgrew its bound")
        return Base(generation, self._log.line, no, at, newest_schema(), key.fingerprint, opening), sha256

    async def _bring(self, carrier: Carrier, base: Base, sealed: Path, sha256: str) -> None:
        await carrier.bring(base, sealed, sha256)
        if not carrier.wants_base and not carrier.destination.claimed:
            await self._database.write(commands.claimed, carrier.destination.target_id, True)

    async def _tell(self) -> None:
        """Rooms hear when a target's state changes; the command line reads a file."""
        replaced_by = max((carrier.replaced_by for carrier, _ in self._carriers.values()), default=0)
        if replaced_by > self._keeper.replaced_by:
            self._keeper.replaced_by = replaced_by
            await self._database.write(commands.replaced, replaced_by)
        rows, now = self.rows, time.monotonic()
        states = [(each.target_id, each.state, each.code) for each in rows]
        if states == self._told and now - self._written_at < WRITE_EVERY_S:
            return
        known, self._told, self._written_at = set(self._told), states, now
        for each in rows:
            if (each.target_id, each.state, each.code) not in known and each.state != "reaching":
                await self._database.write(_announce, each)
        await asyncio.to_thread(_write, self._folder / STANDING, msgspec.json.encode(rows))


LIVE = web.AppKey("LIVE", Live)
LIVE_LOG = web.AppKey("LIVE_LOG", LiveLog)


@contextlib.asynccontextmanager
async def shipping(live: Live) -> AsyncIterator[None]:
    """The live copy, for the length of the block."""
    task = asyncio.create_task(live.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await live.close()


def standing(folder: Path) -> list[LiveRow]:
    """How things stood last in a box's data folder."""
    try:
        return msgspec.json.decode((folder / STANDING).read_bytes(), type=list[LiveRow])
    except (FileNotFoundError, msgspec.DecodeError):
        return []


def _announce(tx: Transaction, row: LiveRow) -> None:
    state = {"targetId": row.target_id, "targetName": row.name, "state": row.state, "code": row.code}
    tx.announce("backup.live", f"target:{row.target_id}", state, rooms=commands.OFFICE)


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.rename(path)


async def _sealed_by_a_child(source: Path, sealed: Path, recipient: str) -> str:
    """The database sealed by a process of its own; returns the sealed file's SHA-256. Raises BackupFault.

    Not by this one: to open and close the file would take SQLite's locks away.
    """
    await asyncio.to_thread(sealed.unlink, missing_ok=True)
    with snapshot.room((await asyncio.to_thread(source.stat)).st_size, sealed.parent):
        pass
    child = await asyncio.create_subprocess_exec(
        *children.modestly(),
        *(sys.executable, "-m", "barbox.backup.making.sealing", str(source), str(sealed), recipient),
        env=children.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        out, _ = await child.communicate()
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    code, _, said = out.decode().partition(" ")
    if child.returncode or code != "sealed":
        raise BackupFault(code if code == "box_full" else "stopped", said)
    return said.strip()
