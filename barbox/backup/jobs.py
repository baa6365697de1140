"""The keeper of backups: makes them at night and when asked, one at a time, and raises the alarm without one."""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from aiohttp import web

from barbox.backup import commands, queries, rules
from barbox.backup.commands import Outcome
from barbox.backup.errand import Destination, Errand, Failed, Go, Proven, Ready, Report, WasSealed
from barbox.backup.faults import BackupFault
from barbox.backup.queries import CopyRow, KeyRow, RestorationRow, TargetRow
from barbox.backup.targets import Credentials
from barbox.core import journal
from barbox.core.clock import rfc3339
from barbox.core.database import Database
from barbox.core.errors import Unavailable
from barbox.core.migrations import FOLDER as MIGRATIONS
from barbox.core.writer import Frozen
from barbox.printing import commands as printing

log = logging.getLogger(__name__)

SPOOL = "backup-spool"
FREEZE_TRIES = 10
ALARM_AGAIN_MS = 24 * 3_600_000
LONGEST_LINE = 1024 * 1024


class Standing(NamedTuple):
    """What is known of backups at one moment."""

    keys: list[KeyRow]
    targets: list[TargetRow]
    copies: list[CopyRow]
    generation: int

    def proven(self, target_id: int | None = None) -> list[CopyRow]:
        """What was read back, the latest first; of one target or of all."""
        return [
            each
            for each in self.copies
            if each.state == "proven" and target_id in (None, each.target_id) and self.still(each.target_id)
        ]

    def still(self, target_id: int) -> bool:
        """Whether a target is in use."""
        return any(each.id == target_id for each in self.targets)

    def of(self, target: TargetRow) -> rules.Copy:
        """How one target stands."""
        failures, tried_at = 0, 0
        key = self.keys[0].fingerprint if self.keys else ""
        for each in self.copies:
            if each.target_id == target.id:
                tried_at = max(tried_at, each.at)
                if each.state == "proven":
                    if each.fingerprint != key:
                        break  # a new slip: a backup that opens with it is wanted at once
                    return rules.Copy(target.id, each.business_day, failures, tried_at)
                failures += 1
        return rules.Copy(target.id, None, failures, tried_at)

    def doubtful(self, target_id: int) -> list[str]:
        """Names that were sent to a target and never proven."""
        return sorted(
            {each.name for each in self.copies if each.target_id == target_id and each.state == "failed"} - {""}
        )


class Ended(NamedTuple):
    """How a run ended: `faults` by target (0: all of it), `proven` by target."""

    proven: list[Outcome]
    faults: list[Outcome]


class Keeper:
    """`look` is called every minute; `run` makes a backup now. Only one is made at a time."""

    def __init__(self, database: Database, box_id: str, store: str) -> None:
        self._database = database
        self._box_id = box_id
        self._store = rules.plain_store(store)
        self._spool = database.path.parent / SPOOL
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[object]] = set()
        self._alarmed_at = 0
        self._slips_out = True
        self.step = ""
        """What is being done: "" nothing, "reaching", "sealing" or "sending"."""
        self.replaced_by = 0
        """The generation of the box whose name was found at a target; 0: none."""

    @property
    def busy(self) -> bool:
        return self._turn.locked()

    async def standing(self) -> Standing:
        """Everything that decides what is to be done."""
        async with self._database.snapshot() as snapshot:
            restored = await snapshot.all(queries.RESTORATIONS, RestorationRow)
            return Standing(
                await snapshot.all(queries.KEYS, KeyRow),
                await snapshot.all(queries.TARGETS, TargetRow),
                await snapshot.all(queries.COPIES, CopyRow, most=queries.MOST_COPIES),
                max((each.generation for each in restored), default=1),
            )

    @contextlib.asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """No backup is made during the block, in which a slip may be stored. Raises BackupFault("busy")."""
        if self.busy:
            raise BackupFault("busy")
        async with self._turn:
            self._slips_out = True
            yield

    async def look(self) -> None:
        """Make the backups that are due, and raise the alarm when none was proven for 26 hours."""
        if self.busy or await self._slips_wait():
            return
        standing = await self.standing()
        if not standing.keys or not standing.targets:
            return
        now, days = self._database.clock.now(), self._database.days
        today = days.of(now)
        async with self._database.snapshot() as snapshot:
            last = await snapshot.one(journal.LAST, journal.Head)
        wanted = rules.due(
            [standing.of(each) for each in standing.targets], today, now, last.at if last else 0, days.began(now)
        )
        if wanted:
            with contextlib.suppress(BackupFault):
                await self.run("night", wanted)
        await self._watch()

    async def run(self, reason: str, target_ids: Sequence[int] | None = None) -> Ended:
        """Make a backup at these targets, or at all. Raises BackupFault("busy", "no_key", "no_target")."""
        if self.busy:
            raise BackupFault("busy")
        async with self._turn:
            if await self._slips_wait():
                raise BackupFault("slip")
            standing = await self.standing()
            if not standing.keys:
                raise BackupFault("no_key")
            targets = [each for each in standing.targets if target_ids is None or each.id in target_ids]
            if not targets:
                raise BackupFault("no_target")
            return await self._run(reason, standing, targets)

    def start(self, reason: str) -> None:
        """`run`, beside. Raises BackupFault("busy")."""
        if self.busy:
            raise BackupFault("busy")
        task: asyncio.Task[object] = asyncio.create_task(self._quietly(reason))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def try_out(self, target: TargetRow) -> Outcome:
        """Write, read and delete a small file there, and put this box's name there anew."""
        standing = await self.standing()
        errand = self._errand(standing, [_destination(target, standing, anew=True)], None)
        async with self._child(errand) as child:
            outcome = Outcome(target.id, "proven")
            async for report in _reports(child):
                if isinstance(report, Failed):
                    outcome = self._failed(report)
        await self._database.write(commands.claimed, target.id, outcome.state == "proven")
        return outcome

    async def stop(self) -> None:
        """Give up what is being made."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _quietly(self, reason: str) -> None:
        with contextlib.suppress(BackupFault):
            await self.run(reason)

    async def _slips_wait(self) -> bool:
        """Whether a secret still stands in the spool: then no backup is made, for it would be in it."""
        if self._slips_out:
            self._slips_out = bool(await self._database.write(printing.forget_keys))
        return self._slips_out

    async def _run(self, reason: str, standing: Standing, targets: list[TargetRow]) -> Ended:
        run_id = await self._database.write(commands.begin_run, reason)
        day = self._database.days.of(self._database.clock.now())
        key, ended = standing.keys[0], Ended([], [])
        left = {each.id for each in targets}
        try:
            await asyncio.to_thread(self._sweep)
            errand = self._errand(standing, [_destination(each, standing) for each in targets], key)
            async with self._child(errand) as child:
                async for outcome in self._follow(child):
                    if outcome.target_id:
                        left.discard(outcome.target_id)
                        await self._database.write(commands.end_copy, run_id, outcome, day, key.fingerprint)
                    (ended.proven if outcome.state == "proven" else ended.faults).append(outcome)
            whole = next((each for each in ended.faults if not each.target_id), None)
            for target_id in sorted(left):
                code, detail = (whole.code, whole.detail) if whole else ("stopped", "")
                outcome = Outcome(target_id, "failed", code, detail)
                ended.faults.append(outcome)
                await self._database.write(commands.end_copy, run_id, outcome, day, key.fingerprint)
            worst = ended.faults[0] if ended.faults else Outcome(0, "proven")
            await self._database.write(commands.end_run, run_id, worst.code, worst.detail)
        finally:
            self.step = ""
            await asyncio.to_thread(self._sweep)
        log.info("backup ended", extra={"proven": len(ended.proven), "failed": len(ended.faults)})
        return ended

    async def _follow(self, child: asyncio.subprocess.Process) -> AsyncIterator[Outcome]:
        self.step = "reaching"
        reports = _reports(child)
        async for report in reports:
            match report:
                case Ready(target_ids) if target_ids:
                    async for failed in self._still(child, reports):
                        yield failed
                case Proven():
                    yield Outcome(
                        report.target_id,
                        "proven",
                        name=report.name,
                        size=report.size,
                        sha256=report.sha256,
                        entries=report.entries,
                        removed=report.removed,
                    )
                case Failed():
                    yield self._failed(report)

    async def _still(self, child: asyncio.subprocess.Process, reports: AsyncIterator[Report]) -> AsyncIterator[Outcome]:
        """Hold the database still until the child has sealed it."""
        self.step = "sealing"
        async with contextlib.AsyncExitStack() as stack:
            try:
                held = await self._hold(stack)
            except Unavailable as error:
                child.kill()
                yield Outcome(0, "failed", "stopped", str(error))
                return
            now = self._database.clock.now()
            await _send(child, msgspec.json.encode(Go(held.head.seq, held.head.hash.hex(), now)))
            async for report in reports:
                if isinstance(report, WasSealed):
                    break
                if isinstance(report, Failed):
                    yield self._failed(report)
            if held.thawed:
                child.kill()
                yield Outcome(0, "failed", "stopped", "the write-ahead log outgrew its bound")
        for target in (await self.standing()).targets:
            await self._database.write(commands.claimed, target.id, True)
        self.step = "sending"

    async def _hold(self, stack: contextlib.AsyncExitStack) -> Frozen:
        """Raises Unavailable when readers never leave."""
        for _ in range(FREEZE_TRIES):
            with contextlib.suppress(Unavailable):
                return await stack.enter_async_context(self._database.frozen())
            await asyncio.sleep(1)
        return await stack.enter_async_context(self._database.frozen())

    def _failed(self, report: Failed) -> Outcome:
        if report.code in ("replaced", "occupied"):
            self.replaced_by = max(self.replaced_by, report.generation)
        return Outcome(report.target_id, "failed", report.code, report.detail, name=report.name)

    def _errand(self, standing: Standing, destinations: list[Destination], key: KeyRow | None) -> Errand:
        return Errand(
            source=str(self._database.path.absolute()),
            spool=str(self._spool.absolute()),
            store=self._store,
            box_id=self._box_id,
            generation=standing.generation,
            schema=newest_schema(),
            now=rfc3339(self._database.clock.now()),
            destinations=destinations,
            recipient=key.recipient if key else "",
            fingerprint=key.fingerprint if key else "",
        )

    @contextlib.asynccontextmanager
    async def _child(self, errand: Errand) -> AsyncIterator[asyncio.subprocess.Process]:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "barbox.backup.errand",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            env=child_environment(),
        )
        try:
            await _send(child, msgspec.json.encode(errand))
            yield child
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
            await child.wait()

    def _sweep(self) -> None:
        shutil.rmtree(self._spool, ignore_errors=True)
        self._spool.mkdir(mode=0o700, exist_ok=True)

    async def _watch(self) -> None:
        standing, now = await self.standing(), self._database.clock.now()
        since = max(standing.keys[0].made_at, min(each.added_at for each in standing.targets))
        good = standing.proven()
        last_good = good[0].at if good else None
        if rules.overdue(last_good, since, now) and now - self._alarmed_at > ALARM_AGAIN_MS:
            self._alarmed_at = now
            await self._database.write(commands.alarm, last_good)


KEEPER = web.AppKey("KEEPER", Keeper)


@contextlib.asynccontextmanager
async def keeping(database: Database, box_id: str, store: str) -> AsyncIterator[Keeper]:
    """The keeper, for the length of the block."""
    keeper = Keeper(database, box_id, store)
    await database.write(commands.recover)
    try:
        yield keeper
    finally:
        await keeper.stop()


def child_environment() -> dict[str, str]:
    """The environment in which a child finds this same program."""
    package = str(Path(__file__).parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))}


def newest_schema() -> int:
    """The number of the last migration this release has."""
    return max(int(each.name[:4]) for each in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))


def _destination(target: TargetRow, standing: Standing, *, anew: bool = False) -> Destination:
    credentials = msgspec.json.decode(target.credentials, type=Credentials) if target.credentials else None
    known = bool(target.claimed) and not anew
    return Destination(target.id, target.url, credentials, target.limit_kb, known, standing.doubtful(target.id))


async def _reports(child: asyncio.subprocess.Process) -> AsyncIterator[Report]:
    decode = msgspec.json.Decoder(Report).decode
    while child.stdout and (line := await child.stdout.readline()):
        yield decode(line)


async def _send(child: asyncio.subprocess.Process, line: bytes) -> None:
    if child.stdin:
        child.stdin.write(line + b"\n")
        with contextlib.suppress(ConnectionError):
            await child.stdin.drain()
