"""The writer: one thread, one connection, group commit.

It takes all that waits (no timer), runs each command so that its failure undoes only itself, commits once, and only
then has the callers answered. SQLite before 3.51.3 can corrupt a database on which two connections write or checkpoint
at once, so this one does both.
"""

import asyncio
import collections
import contextlib
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from barbox.core import idempotency, journal, wal
from barbox.core.actor import Actor
from barbox.core.clock import BusinessDays, Clock
from barbox.core.errors import Broken, Refusal, Unavailable
from barbox.core.transaction import Event, Followers, Signal, Transaction, WriterMemory

log = logging.getLogger(__name__)

MOST_IN_A_BATCH = 128
LONGEST_BATCH_S = 0.020
CHECKPOINT_BYTES = 16 * 1024 * 1024
"""Under load the write-ahead log is checkpointed at this size; otherwise as soon as the writer is idle.

Its file stays and is written over: a sync of a file that grows costs the file system's journal a second one.
"""
ASK_AGAIN_BYTES = 1024 * 1024
"""When the gate said no."""
CHECKPOINT_PATIENCE_MS = 100
IDLE_S = 1.0
MOST_READ_BYTES = 64 * 1024 * 1024
"""A reader that stays in its snapshot while the write-ahead log grows beyond this has to leave."""
MOST_HELD_BYTES = 256 * 1024 * 1024
"""However long somebody holds the main file frozen, the write-ahead log does not outgrow this."""
DISK_FAILED = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOMEM,
}


class Job(msgspec.Struct, frozen=True):
    """A command to run, for whom, and who waits for its answer."""

    command: Callable[..., Any]
    arguments: tuple[Any, ...]
    actor: Actor
    future: asyncio.Future[Any]
    key: str | None = None
    """Its Idempotency-Key, to be looked up before it runs."""


class Done(msgspec.Struct, frozen=True):
    """A job that was run: its result, or what it raised."""

    future: asyncio.Future[Any]
    result: Any
    refusal: BaseException | None


def _disk_failed(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DISK_FAILED


class Frozen:
    """The database's main file standing still: all that was committed up to `head` is in it, and nothing after.

    `emptied` is the write-ahead log as it was left, all of it in the main file: until the next to write begins it anew,
    its index goes on to tell of it. `thawed` is set when the log outgrew its bound and the file moved on after all.
    """

    def __init__(self, head: journal.Head, emptied: wal.Mark | None) -> None:
        self.head = head
        self.emptied = emptied
        self.thawed = False


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """The one connection that writes and checkpoints. Raises Broken when it cannot be made durable."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in (
        "busy_timeout=5000",
        "journal_mode=WAL",
        f"synchronous={os.environ.get('BARBOX_TEST_SYNCHRONOUS', 'FULL')}",
        "wal_autocheckpoint=0",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cache_size=-16384",
        f"journal_size_limit={2 * CHECKPOINT_BYTES}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        raise Broken(f"{path} cannot be put in WAL mode: is it on a network drive?")
    return connection


Settle = Callable[[Sequence[Done], int, list[Event], set[Signal]], None]
Gate = Callable[[bool], bool]
"""Asked on the writer's thread before the write-ahead log is emptied: whether it may be. Given True it says yes."""


class Writer:
    """Owns the writing connection from `start` to `stop`; `settle` is called on the event loop after each commit,
    `crowded` when readers keep the write-ahead log from being emptied for too long."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        clock: Clock,
        days: BusinessDays,
        most: int,
        settle: Settle,
        gate: Gate,
        crowded: Callable[[], None],
        followers: Followers,
    ) -> None:
        self.memory = WriterMemory(journal.head(connection), days, followers)
        self.failure: str | None = None
        self.clock = clock
        self.clock.not_before(self.memory.head.at)
        self._index = wal.Index(path)
        self._emptied: wal.Mark | None = None
        """Where the write-ahead log ended when all of it was in the main file."""
        self._connection = connection
        self._most = most
        self._settle = settle
        self._gate = gate
        self._crowded = crowded
        self._loop = asyncio.get_running_loop()
        self._submitted: list[Job] = []
        self._queue: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._waiting: collections.deque[Job | None] = collections.deque()
        """Taken out of the queue, to be run next."""
        self._to_freeze: collections.deque[asyncio.Future[Frozen]] = collections.deque()
        self._frozen: set[Frozen] = set()
        self._broken = False
        self._checkpoint_at = CHECKPOINT_BYTES
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def stop(self) -> None:
        """Do what still waits, then end; blocks until that is done."""
        self._queue.put(None)
        self._thread.join()
        self._connection.close()
        self._index.close()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def submit(self, job: Job) -> None:
        """Put a job in the queue; its future is settled after COMMIT. Called on the event loop.

        All jobs of one turn of the loop go together: the first alone would wake the thread, and the two would then
        hand Python's one lock to and fro.
        """
        if not self._submitted:
            self._loop.call_soon(self.hand_over)
        self._submitted.append(job)

    def hand_over(self) -> None:
        """Let the thread have what was submitted."""
        if self._submitted:
            self._queue.put(self._submitted)
            self._submitted = []

    def freeze(self, future: asyncio.Future[Frozen]) -> None:
        """Have the main file held still after the next batch."""
        self._to_freeze.append(future)

    def thaw(self, held: Frozen) -> None:
        """Let the main file move on."""
        self._frozen.discard(held)

    def _serve(self) -> None:
        dirty = True
        while True:
            try:
                if not self._waiting:
                    self._take(self._queue.get(timeout=IDLE_S if dirty else None))
            except queue.Empty:
                self._checkpoint()
                dirty = False
                continue
            dirty = True
            stopping = self._batch()
            if self._to_freeze:
                self._freeze()
            if self._wal_bytes() > self._checkpoint_at:
                self._checkpoint()
            if stopping:
                break
        self._checkpoint(must=True, how="TRUNCATE")

    def _batch(self) -> bool:
        """Run what waits and commit it once; whether the end of the queue was met."""
        begun = time.monotonic()
        job: Job | None = None
        jobs, done = list[Job](), list[Done]()
        if self._broken:
            return self._refuse()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._gather()
            while self._waiting and (job := self._waiting.popleft()) is not None:
                jobs.append(job)
                done.append(self._run(job))
                if len(done) >= self._most or time.monotonic() - begun > LONGEST_BATCH_S:
                    break
                if not self._waiting:
                    self._gather()
            self._commit(done)
        except Exception as error:  # noqa: BLE001 (whatever it is, every caller gets an answer)
            if _disk_failed(error) or not self._connection.in_transaction:
                self._fail(error, jobs)
            else:
                self._each_alone(jobs, error)
        return job is None

    def _gather(self) -> None:
        """Take what waits out of the queue, and look up together what was answered to its keys before."""
        with contextlib.suppress(queue.Empty):
            while len(self._waiting) < self._most:
                self._take(self._queue.get_nowait())
        self._look_up(self._waiting)

    def _take(self, jobs: list[Job] | None) -> None:
        self._waiting.extend(jobs if jobs is not None else (None,))

    def _look_up(self, jobs: Iterable[Job | None]) -> None:
        keys = [job.key for job in jobs if job is not None and job.key is not None]
        if keys:
            self.memory.answers |= idempotency.look_up(self._connection, keys)

    def _commit(self, done: Sequence[Done]) -> None:
        memory = self.memory
        memory.write_behind(self._connection)
        self._connection.execute("COMMIT")
        events, signals = memory.take_announcements()
        self._loop.call_soon_threadsafe(self._settle, done, memory.head.seq, events, signals)

    def _each_alone(self, jobs: Sequence[Job], cause: Exception) -> None:
        """A row of some command does not fit its table: find out whose, and let the others through."""
        log.error("a batch could not be written: each of its commands is tried alone", exc_info=cause)
        self._start_over()
        for at, job in enumerate(jobs):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._look_up([job])
                self._commit([self._run(job)])
            except Exception as error:  # noqa: BLE001
                if _disk_failed(error) or not self._connection.in_transaction:
                    self._fail(error, jobs[at:])
                    return
                self._start_over()
                self._loop.call_soon_threadsafe(self._settle, [Done(job.future, None, error)], 0, [], set())

    def _start_over(self) -> None:
        self._connection.execute("ROLLBACK")
        self.memory.reset(journal.head(self._connection))

    def _refuse(self) -> bool:
        """What still waited when the disk failed: the writer's memory is ahead of the disk, so nothing may follow."""
        while self._waiting and (job := self._waiting.popleft()) is not None:
            left = [Done(job.future, None, Unavailable(self.failure or ""))]
            self._loop.call_soon_threadsafe(self._settle, left, 0, [], set())
        return job is None

    def _run(self, job: Job) -> Done:
        memory, connection = self.memory, self._connection
        memory.begin(self.clock.now())
        try:
            result = job.command(Transaction(connection, memory, job.actor), *job.arguments)
        except Refusal as refusal:
            memory.undo(connection)
            return Done(job.future, None, refusal)
        except Exception as error:
            if _disk_failed(error):
                raise
            memory.undo(connection)
            log.exception("command failed", extra={"command": repr(job.command)})
            return Done(job.future, None, error)
        memory.keep(connection)
        return Done(job.future, result, None)

    def _fail(self, error: Exception, jobs: Sequence[Job]) -> None:
        """After a failed COMMIT the disk's state is unknown: take nothing more, never retry blindly."""
        self.failure, self._broken = f"the disk failed ({error})", True
        log.critical("the writer stopped", extra={"error": str(error)})
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")
        left = [Done(each.future, None, Unavailable(self.failure)) for each in jobs]
        self._loop.call_soon_threadsafe(self._settle, left, 0, [], set())

    def _freeze(self) -> None:
        emptied = self._checkpoint(must=True)
        while self._to_freeze:
            future = self._to_freeze.popleft()
            held = Frozen(self.memory.head, self._emptied)
            if emptied:
                self._frozen.add(held)
            self._loop.call_soon_threadsafe(self._hand_over, future, held if emptied else None)

    def _hand_over(self, future: asyncio.Future[Frozen], held: Frozen | None) -> None:
        if future.cancelled():
            self._frozen -= {held} if held else set()
        elif held is None:
            future.set_exception(Unavailable("a long report is being read"))
        else:
            future.set_result(held)

    def _checkpoint(self, *, must: bool = False, how: Literal["RESTART", "TRUNCATE"] = "RESTART") -> bool:
        """As far as it goes at once: a reader that stays in its snapshot must not hold up the next order.

        The log keeps its size, for to write it over is durable in half the time of making it longer. Returns whether
        the main file now holds everything.
        """
        if self._broken or (self._frozen and self._wal_bytes() < MOST_HELD_BYTES):
            return False
        while self._frozen:
            self._frozen.pop().thawed, must = True, True
        if not self._gate(must or self._wal_bytes() > MOST_HELD_BYTES):
            self._checkpoint_at = max(CHECKPOINT_BYTES, self._wal_bytes() + ASK_AGAIN_BYTES)
            return False
        try:
            self._connection.execute(f"PRAGMA busy_timeout={CHECKPOINT_PATIENCE_MS}")
            busy = self._connection.execute(f"PRAGMA wal_checkpoint({how})").fetchone()[0]
            self._connection.execute("PRAGMA busy_timeout=5000")
            self._emptied = None if busy else self._index.mark()
        except sqlite3.Error:
            log.exception("checkpoint failed")
            busy = 1
        self._checkpoint_at = self._wal_bytes() + CHECKPOINT_BYTES if busy else CHECKPOINT_BYTES
        if busy and self._wal_bytes() > MOST_READ_BYTES:
            self._loop.call_soon_threadsafe(self._crowded)
            self._checkpoint_at = self._wal_bytes() + ASK_AGAIN_BYTES
        return not busy

    def _wal_bytes(self) -> int:
        """What of the write-ahead log is not in the main file yet: it is begun anew by the next to write."""
        mark = self._index.mark()
        return 0 if mark is None or mark == self._emptied else mark.end
