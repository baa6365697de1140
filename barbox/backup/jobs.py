"""The keeper of backups: makes them at night and when asked, one at a time, and raises the alarm without one."""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from barbox.backup import commands, rules
from barbox.backup.commands import Outcome
from barbox.backup.faults import BackupFault
from barbox.backup.making import courier
from barbox.backup.making.errand import Destination, Errand, Failed, Go, Proven, Ready, Rehearsed, Report, WasSealed
from barbox.backup.queries import KeyRow, TargetRow
from barbox.backup.standing import Standing, read_standing
from barbox.backup.targets import reach
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
GREET_AFTER_S = 5.0
"""The till opens first."""


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
        self._horizon = reach.Horizon()
        self.step = ""
        """What is being done: "" nothing, "reaching", "sealing" or "sending"."""
        self.replaced_by = 0
        """The generation of the box that took this one's place; 0: none. Then nothing is changed here."""

    @property
    def busy(self) -> bool:
        return self._turn.locked()

    async def standing(self) -> Standing:
        """Everything that decides what is to be done."""
        return await read_standing(self._database)

    async def recall(self) -> None:
        """After a start: what was being made has failed, and who was replaced still is."""
        await self._database.write(commands.recover)
        self.replaced_by = (await self.standing()).replaced_by

    @contextlib.asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """No backup is made during the block, in which a slip may be stored. Raises BackupFault("busy")."""
        if self.busy:
            raise BackupFault("busy")
        async with self._turn:
            self._slips_out = True
            yield

    def greet(self, after_s: float = GREET_AFTER_S) -> None:
        """Soon after a start: see whose name stands at the targets, lest a box that was replaced goes on selling."""
        self._beside(self._greet(after_s))

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
        copies = [standing.of(each) for each in standing.targets]
        back = await self._horizon.back(
            [each.url for each, copy in zip(standing.targets, copies, strict=True) if copy.failures]
        )
        copies = [
            copy._replace(tried_at=0) if each.url in back else copy
            for each, copy in zip(standing.targets, copies, strict=True)
        ]
        wanted = rules.due(copies, today, now, last.at if last else 0, days.began(now))
        if wanted and not self.replaced_by:
            rehearse = now - standing.rehearsed_at >= rules.REHEARSE_MS
            with contextlib.suppress(BackupFault):
                await self.run("night", wanted, rehearse=rehearse)
        await self._watch()

    async def run(self, reason: str, target_ids: Sequence[int] | None = None, *, rehearse: bool = False) -> Ended:
        """Make a backup at these targets, or at all; `rehearse`: also start the app on what was read back.

        Raises BackupFault("busy", "slip", "no_key", "no_target").
        """
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
            return await self._run(reason, standing, targets, rehearse)

    def start(self, reason: str, *, rehearse: bool = False) -> None:
        """`run`, beside. Raises BackupFault("busy")."""
        if self.busy:
            raise BackupFault("busy")
        self._beside(self._quietly(reason, rehearse))

    async def try_out(self, target: TargetRow) -> Outcome:
        """Write, read and delete a small file there, and put this box's name there anew."""
        standing = await self.standing()
        outcome = Outcome(target.id, "proven")
        for each in await self._visit(standing, [standing.destination(target, anew=True)], try_out=True):
            outcome = each
        await self._database.write(commands.claimed, target.id, outcome.state == "proven")
        return outcome

    async def stop(self) -> None:
        """Give up what is being made."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _quietly(self, reason: str, rehearse: bool) -> None:
        with contextlib.suppress(BackupFault):
            await self.run(reason, rehearse=rehearse)

    async def _slips_wait(self) -> bool:
        """Whether a secret still stands in the spool: then no backup is made, for it would be in it."""
        if self._slips_out:
            self._slips_out = bool(await self._database.write(printing.forget_keys))
        return self._slips_out

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[object] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _greet(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self.meet()

    async def meet(self) -> None:
        """See whose name stands at the targets that know this box."""
        standing = await self.standing()
        known = [standing.destination(each) for each in standing.targets if each.claimed]
        if known and not self.replaced_by:
            await self._visit(standing, known)
            await self._note_replaced(standing)

    async def _visit(
        self, standing: Standing, destinations: list[Destination], *, try_out: bool = False
    ) -> list[Outcome]:
        """Go to targets without a backup; returns where that failed."""
        errand = self._errand(standing, destinations, None, try_out=try_out)
        async with courier.sent_out(errand) as child:
            return [
                self._failed(report, standing) async for report in courier.reports(child) if isinstance(report, Failed)
            ]

    async def _run(self, reason: str, standing: Standing, targets: list[TargetRow], rehearse: bool) -> Ended:
        run_id = await self._database.write(commands.begin_run, reason)
        day = self._database.days.of(self._database.clock.now())
        key, ended = standing.keys[0], Ended([], [])
        left = {each.id for each in targets}
        try:
            await asyncio.to_thread(self._sweep)
            errand = self._errand(standing, [standing.destination(each) for each in targets], key, rehearse=rehearse)
            async with courier.sent_out(errand) as child:
                async for outcome in self._follow(child, standing, run_id):
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
            await self._note_replaced(standing)
        finally:
            self.step = ""
            await asyncio.to_thread(self._sweep)
        log.info("backup ended", extra={"proven": len(ended.proven), "failed": len(ended.faults)})
        return ended

    async def _follow(
        self, child: asyncio.subprocess.Process, standing: Standing, run_id: int
    ) -> AsyncIterator[Outcome]:
        self.step = "reaching"
        reports = courier.reports(child)
        async for report in reports:
            match report:
                case Ready(target_ids) if target_ids:
                    async for failed in self._still(child, reports, standing, target_ids):
                        yield failed
                case Rehearsed(problem):
                    await self._database.write(commands.rehearsed, run_id, problem)
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
                    yield self._failed(report, standing)

    async def _still(
        self,
        child: asyncio.subprocess.Process,
        reports: AsyncIterator[Report],
        standing: Standing,
        target_ids: Sequence[int],
    ) -> AsyncIterator[Outcome]:
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
            await courier.tell(child, msgspec.json.encode(Go(held.head.seq, held.head.hash.hex(), now)))
            async for report in reports:
                if isinstance(report, WasSealed):
                    break
                if isinstance(report, Failed):
                    yield self._failed(report, standing)
            if held.thawed:
                child.kill()
                yield Outcome(0, "failed", "stopped", "the write-ahead log outgrew its bound")
        for target_id in target_ids:
            await self._database.write(commands.claimed, target_id, True)
        self.step = "sending"

    async def _hold(self, stack: contextlib.AsyncExitStack) -> Frozen:
        """Raises Unavailable when readers never leave."""
        for _ in range(FREEZE_TRIES):
            with contextlib.suppress(Unavailable):
                return await stack.enter_async_context(self._database.frozen())
            await asyncio.sleep(1)
        return await stack.enter_async_context(self._database.frozen())

    def _failed(self, report: Failed, standing: Standing) -> Outcome:
        """Only at a target that knew this box does another's name mean that this one was replaced."""
        known = any(each.id == report.target_id and each.claimed for each in standing.targets)
        if report.code == "replaced" and known:
            self.replaced_by = max(self.replaced_by, report.generation)
        return Outcome(report.target_id, "failed", report.code, report.detail, name=report.name)

    async def _note_replaced(self, before: Standing) -> None:
        if self.replaced_by > before.replaced_by:
            log.warning("this box was replaced", extra={"generation": self.replaced_by})
            await self._database.write(commands.replaced, self.replaced_by)

    def _errand(
        self,
        standing: Standing,
        destinations: list[Destination],
        key: KeyRow | None,
        *,
        try_out: bool = False,
        rehearse: bool = False,
    ) -> Errand:
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
            try_out=try_out,
            rehearse=rehearse,
        )

    def _sweep(self) -> None:
        shutil.rmtree(self._spool, ignore_errors=True)
        self._spool.mkdir(mode=0o700, exist_ok=True)

    async def _watch(self) -> None:
        standing, now = await self.standing(), self._database.clock.now()
        nights, good = standing.nights(now), standing.proven()
        if nights and now - self._alarmed_at > ALARM_AGAIN_MS:
            self._alarmed_at = now
            await self._database.write(commands.alarm, good[0].at if good else None, nights)


KEEPER = web.AppKey("KEEPER", Keeper)


@contextlib.asynccontextmanager
async def keeping(database: Database, box_id: str, store: str) -> AsyncIterator[Keeper]:
    """The keeper, for the length of the block."""
    keeper = Keeper(database, box_id, store)
    await keeper.recall()
    try:
        yield keeper
    finally:
        await keeper.stop()


def newest_schema() -> int:
    """The number of the last migration this release has."""
    return max(int(each.name[:4]) for each in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))
