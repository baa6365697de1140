"""A printer's worker: takes its jobs in order and carries each to paper, or says why not.

No order waits for it, and no printer for another. An attempt is committed before its first byte; whatever then goes
wrong, the next copy says that it may be one too many. Nothing times out into "dropped".
"""

import asyncio
import contextlib
import functools
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import msgspec

from barbox.core import names
from barbox.core.database import Database
from barbox.core.settings import read_venue
from barbox.core.transaction import Transaction
from barbox.printing import alarms, contents, jobs, queries, rules, templates
from barbox.printing.marks import Marks
from barbox.printing.queries import JobRow, PrinterRow
from barbox.printing.tickets import lay_out

if TYPE_CHECKING:
    from printers import profiles
    from printers.confirm import Delivery
    from printers.drivers import Driver

log = logging.getLogger(__name__)
T = TypeVar("T")

POLL_S = 0.5
IDLE_CLOSE_S = 2.0
CONNECT_S = 3.0
BREATH_S = 0.25
"""After a failed attempt: a printer that is away is not knocked at for every order that comes in."""
FALLBACK_AFTER = 3
"""How many times its patience a printer is waited for before its fallback takes over."""
UNPROVEN_TRIES = 2
"""A healthy printer that never proves what it prints was given too high a class: its papers are sent, not printed."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


class State(msgspec.Struct):
    """How a printer is, as far as its worker knows."""

    reachable: bool | None = None
    paper: str | None = None
    cover: str | None = None
    detail: str = ""
    last_ok_at: int | None = None
    waiting_since: int | None = None
    alarmed: bool = False


class Worker:
    """Owns one printer. Everything that blocks runs on its own thread."""

    def __init__(self, database: Database, printer: PrinterRow) -> None:
        self.printer = printer
        self.state = State()
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"printer-{printer.id}")
        self._awake = asyncio.Event()
        self._stopping = False
        self._driver: Driver | None = None
        self._failures = 0
        self._ghost = False
        """Something of an attempt whose end is not known may still be in the printer."""
        self._task = asyncio.create_task(self._run(), name=f"printer {printer.name}")

    def wake(self) -> None:
        self._awake.set()

    async def stop(self) -> None:
        """Let the print in hand finish, at most a few seconds, then hang up."""
        self._stopping = True
        self._awake.set()
        _, pending = await asyncio.wait([self._task], timeout=5.0)
        for task in pending:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._hang_up()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def die(self) -> None:
        """Drop everything as it is."""
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._hang_up()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        """Carry job after job; first of all mark what another worker, or a failure, left without an end."""
        await self._warm_up()
        unseen = True
        while not self._stopping:
            self._awake.clear()
            try:
                if unseen:
                    await self._database.write(jobs.recover, self.printer.id)
                    unseen = False
                job = await self._next()
                if job is None:
                    await self._idle()
                else:
                    await self._carry(job)
            except Exception:
                log.exception("printer worker stumbled", extra={"printer": self.printer.name})
                unseen = self._ghost = True
                await self._hang_up()
                await self._pause(rules.backoff(4))

    async def _warm_up(self) -> None:
        """Load what the first ticket would wait for; if that fails, each ticket tries again and says why."""
        try:
            await self._in_thread(_load_encoder)
        except Exception:
            log.exception("the printing thread did not warm up", extra={"printer": self.printer.name})

    async def _next(self) -> JobRow | None:
        found = await self._database.read(queries.WAITING, JobRow, printer_id=self.printer.id)
        return found[0] if found else None

    async def _idle(self) -> None:
        if self._driver is not None:
            await self._pause(IDLE_CLOSE_S)
            if not self._awake.is_set():
                await self._hang_up()
        else:
            await self._awake.wait()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._awake.wait()

    async def _carry(self, job: JobRow) -> None:
        """One attempt at a job, from connecting to knowing."""
        if await self._too_late(job):
            return
        driver = await self._connected()
        if driver is None:
            await self._waits(job, "unreachable")
            return
        delivery, attempt_id = await self._attempt(job, driver)
        self._ghost = delivery.bytes_written > 0 and delivery.outcome.value not in ("printed", "sent")
        if attempt_id is None:
            await self._hang_up()
            await self._waits(job, delivery.reason.value or "unreachable")
            return
        ended = delivery.outcome.value if delivery.outcome.value in ("printed", "sent") else "unknown"
        if delivery.reason.value == "no-proof" and len(await self._earlier(job)) >= UNPROVEN_TRIES:
            ended = "sent"
        await self._database.write(
            jobs.end_attempt,
            attempt_id,
            job.id,
            ended,
            delivery.detail or delivery.reason.value,
            delivery.bytes_written,
            delivery.evidence,
        )
        if ended == "unknown":
            await self._hang_up()
            if job.kind == "drawer":
                await self._database.write(jobs.expire, job.id)
            await self._waits(job, delivery.reason.value)
        else:
            await self._fine()

    async def _too_late(self, job: JobRow) -> bool:
        now = self._database.clock.now()
        if job.not_after is not None and now > job.not_after:
            await self._database.write(jobs.expire, job.id)
            return True
        if job.kind == "ticket" and now - job.created_at > rules.SHELF_LIFE_MS and job.reason != "wanted":
            await self._database.write(alarms.stale, self.printer.id, job.id)
            return True
        return False

    async def _connected(self) -> "Driver | None":
        if self._driver is not None:
            return self._driver
        from printers import drivers, transports

        try:
            connect = functools.partial(drivers.open, self.printer.connection, timeout=CONNECT_S)
            self._driver = await self._in_thread(connect)
        except transports.TransportError as error:
            self.state.detail = str(error)
            self.state.reachable = False
            return None
        self.state.reachable = True
        return self._driver

    async def _attempt(self, job: JobRow, driver: "Driver") -> tuple["Delivery", int | None]:
        from printers.confirm import Proof

        payload, profile = await self._bytes(job)
        loop, begun = asyncio.get_running_loop(), list[int]()
        process_id = "".join(secrets.choice(LETTERS) for _ in range(4))

        def write_ahead() -> None:
            writing = self._database.write(jobs.begin_attempt, job.id, process_id, self.printer.proof)
            begun.append(asyncio.run_coroutine_threadsafe(writing, loop).result(timeout=30))

        attempt = driver.attempt(
            payload,
            proof=Proof(self.printer.proof),
            process_id=process_id,
            profile=profile,
            on_first_byte=write_ahead,
            may_have_printed=bool(job.may_have_printed) or self._ghost,
            earlier_ids=await self._earlier(job),
        )
        told = ""
        while True:
            delivery = await self._in_thread(functools.partial(attempt.poll, POLL_S))
            if tell := self._note(delivery):
                await self._database.write(tell, self.printer.id)
            if delivery.finished:
                break
            if delivery.reason.value != told:
                told = delivery.reason.value
                await self._database.write(jobs.block, job.id, told)
            if told and await self._over(job, told, bool(begun)):
                break
            if self._stopping and not begun:
                break
        return delivery, begun[0] if begun else None

    async def _bytes(self, job: JobRow) -> tuple[bytes, "profiles.Profile"]:
        from printers import encoder, profiles

        async with self._database.snapshot() as snapshot:
            venue = await read_venue(snapshot)
            station = (await queries.read_stations(snapshot)).get(job.station_id or 0)
            original = await snapshot.one(queries.JOB, JobRow, id=job.copy_of) if job.copy_of else None
            printers = {row.id: row for row in await snapshot.all(queries.PRINTERS, PrinterRow)}
            wanted = templates.gathered(await snapshot.all(templates.ALL, templates.StoredTemplate))
        meant_for = None
        if original is not None and original.state == "rerouted" and original.printer_id != job.printer_id:
            meant_for = printers.get(original.printer_id)
        language = station.language if station else venue.language
        marks = Marks(
            number=job.number,
            created_at=original.created_at if original else job.created_at,
            copy=job.copy,
            may_have_printed=bool(job.may_have_printed),
            station=names.first(station.names, language) if station else "",
            language=language,
            instead_of=meant_for.name if meant_for else None,
            may_also=meant_for.name
            if meant_for is not None and original is not None and original.may_have_printed
            else None,
            time_is_a_guess=self._database.clock.quality == "guess",
        )
        document = lay_out(contents.decode(job.content), marks, venue, self._database.days, wanted)
        known = self.printer
        clears = None if known.clears is None else bool(known.clears)
        profile = profiles.load(known.profile).adjusted(
            columns=known.columns, kanji=known.kanji, proof=known.proof, clear=clears
        )
        return await self._in_thread(functools.partial(encoder.encode, document, profile)), profile

    async def _earlier(self, job: JobRow) -> list[str]:
        rows = await self._database.read(queries.ATTEMPTS, queries.AttemptRow, job_id=job.id)
        return [row.process_id for row in rows]

    async def _waits(self, job: JobRow, reason: str) -> None:
        """The job stays; say so when the printer's patience ends, and go to the fallback after thrice of it."""
        self._failures += 1
        await self._database.write(jobs.block, job.id, reason)
        if not await self._over(job, reason, begun=False):
            await asyncio.sleep(BREATH_S)
            await self._pause(rules.backoff(self._failures))

    async def _over(self, job: JobRow, reason: str, begun: bool) -> bool:
        """Raise the alarm when patience has ended; whether another printer took the job."""
        now = self._database.clock.now()
        self.state.waiting_since = self.state.waiting_since or now
        waited_s = (now - self.state.waiting_since) / 1000
        if waited_s >= self.printer.patience_s and not self.state.alarmed:
            self.state.alarmed = True
            await self._database.write(alarms.alarm, self.printer.id, job.id, reason)
        if job.kind == "drawer" or waited_s < self.printer.patience_s * FALLBACK_AFTER or not self.printer.fallback_id:
            return False
        cleared = begun and await self._cleared()
        await self._database.write(jobs.reroute, job.id, self.printer.fallback_id, begun and not cleared)
        return True

    async def _cleared(self) -> bool:
        from printers import transports

        if self._driver is None:
            return False
        try:
            return await self._in_thread(self._driver.clear)
        except transports.TransportError:
            return False

    async def _fine(self) -> None:
        self._failures = 0
        away_since, self.state.waiting_since = self.state.waiting_since, None
        self.state.last_ok_at = self._database.clock.now()
        self.state.detail = ""
        if self.state.alarmed:
            self.state.alarmed = False
            await self._database.write(alarms.recovered, self.printer.id, away_since)

    def _note(self, delivery: "Delivery") -> Callable[[Transaction, int], None] | None:
        """Keep what the printer said of itself; returns what to tell of a roll near its end, or of a new one."""
        status, before = delivery.status, self.state.paper
        self.state.paper = status.paper
        self.state.cover = "open" if status.cover_open else "closed"
        self.state.detail = delivery.detail or delivery.reason.value
        if status.paper == "low" and before != "low":
            return alarms.paper_low
        return alarms.paper_in if status.paper == "ok" and before in ("low", "out") else None

    async def _hang_up(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            await self._in_thread(driver.close)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _load_encoder() -> None:
    """Off the event loop: it takes most of a second."""
    from printers import encoder

    encoder.warm_up()
