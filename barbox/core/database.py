"""One writer thread with group commit, and a small pool of readers.

A write is a plain synchronous function given to the thread that owns the only writing connection: it runs inside its
own SAVEPOINT, together with whatever else waits, and is answered after their one COMMIT with `synchronous=FULL`: what
was answered survives the plug being pulled. SQLite before 3.51.3 can corrupt a database on which two connections write
or checkpoint at once, so exactly one does both; a lock file keeps a second process away.
"""

import asyncio
import collections
import contextlib
import fcntl
import functools
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import IO, Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import aiosqlite
import peewee

from barbox.core import journal
from barbox.core.actor import THE_BOX, Actor
from barbox.core.clock import BusinessDays, Clock
from barbox.core.errors import Broken, Refusal, Unavailable
from barbox.core.statements import Statement
from barbox.core.transaction import Event, Signal, Transaction, WriterMemory

log = logging.getLogger(__name__)

MOST_IN_A_BATCH = 128
LONGEST_BATCH_S = 0.020
CHECKPOINT_BYTES = 16 * 1024 * 1024
"""Under load the write-ahead log is checkpointed at this size; otherwise as soon as the writer is idle."""
CHECKPOINT_PATIENCE_MS = 100
IDLE_S = 1.0
MOST_HELD_BYTES = 256 * 1024 * 1024
"""However long somebody holds the main file frozen, the write-ahead log does not outgrow this."""
READERS = 2
DISK_FAILED = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOMEM,
}

Row = TypeVar("Row")
T = TypeVar("T")
P = ParamSpec("P")


class _Job(NamedTuple):
    command: Callable[..., Any]
    arguments: tuple[Any, ...]
    actor: Actor
    future: asyncio.Future[Any]


class _Done(NamedTuple):
    future: asyncio.Future[Any]
    result: Any
    refusal: BaseException | None


def _disk_failed(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DISK_FAILED


class Frozen:
    """The database's main file standing still: all that was committed up to `head` is in it, and nothing after.

    `thawed` is set when the write-ahead log outgrew its bound and the file moved on after all.
    """

    def __init__(self, head: journal.Head) -> None:
        self.head = head
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
        "cache_size=-32768",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        raise Broken(f"{path} cannot be put in WAL mode: is it on a network drive?")
    return connection


class Lock:
    """Keeps a second process from opening the same data for writing. Raises Broken when one has it."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = (folder / "barbox.lock").open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise Broken(f"another Barbox is already running on {folder}") from None

    def release(self) -> None:
        self._file.close()


class Database:
    """Opened with `Database.open`; `write` and `read` are all that rooms need."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, clock: Clock, days: BusinessDays, batch: int
    ) -> None:
        self.path = path
        self._wal = path.with_name(path.name + "-wal")
        self.clock = clock
        self._connection = connection
        self._memory = WriterMemory(journal.head(connection), days)
        self._to_freeze: collections.deque[asyncio.Future[Frozen]] = collections.deque()
        self._frozen: set[Frozen] = set()
        self.clock.not_before(self._memory.head.at)
        self._most = batch
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._subscribers: list[Callable[[int, list[Event]], None]] = []
        self._signals: dict[Signal, list[Callable[[], None]]] = {}
        self._readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._opened = 0
        self._failure: str | None = None
        self._broken = False
        self._checkpoint_at = CHECKPOINT_BYTES
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, path: Path, clock: Clock, days: BusinessDays, *, batch: int = MOST_IN_A_BATCH
    ) -> AsyncIterator["Database"]:
        """The database at `path`, already migrated. `batch` 1 commits each command alone (for measuring)."""
        connection = connect_for_writing(path)
        database = cls(path, connection, clock, days, batch)
        database._thread.start()
        try:
            await database._open_readers()
            yield database
        finally:
            await database._close()

    @property
    def seq(self) -> int:
        """The last journal sequence that is committed and announced."""
        return self._memory.announced

    @property
    def days(self) -> BusinessDays:
        return self._memory.days

    def healthy(self) -> bool:
        """Whether the writer takes commands: false after a failed COMMIT, for good."""
        return self._failure is None and self._thread.is_alive()

    async def write(self, command: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `command(tx, …)` as the box itself; see `write_as`."""
        return await self.write_as(THE_BOX, command, *args, **kwargs)

    async def write_as(
        self,
        actor: Actor,
        command: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `command(tx, …)` on the writer thread and answer after COMMIT.

        What it raises undoes its own changes alone and is raised here. Raises Unavailable when the writer has stopped.
        """
        if self._failure is not None:
            raise Unavailable(self._failure)
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Job(functools.partial(command, **kwargs) if kwargs else command, args, actor, future))
        return await future

    async def read(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> list[Row]:
        """All rows of a query, each as `row(*columns)`."""
        async with self.snapshot() as snapshot:
            return await snapshot.all(query, row, **parameters)

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator["Snapshot"]:
        """Several reads of one moment; `snapshot.seq` is the journal's head at it."""
        connection = await self._readers.get()
        try:
            await connection.execute("BEGIN")
            yield Snapshot(connection)
        finally:
            # A cancelled reader's statements still run on the connection's thread: it is free only after them.
            ending = asyncio.ensure_future(connection.rollback())
            ending.add_done_callback(lambda _: self._readers.put_nowait(connection))
            await asyncio.shield(ending)

    @contextlib.asynccontextmanager
    async def frozen(self) -> AsyncIterator[Frozen]:
        """Hold the main file still while it is copied: commits go on, into the write-ahead log alone.

        Raises Unavailable while a reader keeps the log from being emptied: try again.
        """
        future: asyncio.Future[Frozen] = self._loop.create_future()
        self._to_freeze.append(future)
        await self.write(lambda _tx: None)
        held = await future
        try:
            yield held
        finally:
            self._frozen.discard(held)

    def subscribe(self, told: Callable[[int, list[Event]], None]) -> None:
        """Have `told(seq, events)` called on the event loop after each commit that has events."""
        self._subscribers.append(told)

    def on(self, signal: Signal, wake: Callable[[], None]) -> None:
        """Have `wake()` called on the event loop after a commit in which a command raised `signal`."""
        self._signals.setdefault(signal, []).append(wake)

    async def _open_readers(self) -> None:
        for _ in range(READERS):
            reader = await aiosqlite.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None)
            for pragma in (
                "busy_timeout=5000",
                "query_only=ON",
                "wal_autocheckpoint=0",
                "trusted_schema=OFF",
            ):
                await reader.execute(f"PRAGMA {pragma}")
            self._readers.put_nowait(reader)
            self._opened += 1

    async def _close(self) -> None:
        self._failure = self._failure or "it is stopping"
        for _ in range(self._opened):
            await (await self._readers.get()).close()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    def _serve(self) -> None:
        dirty = True
        while True:
            try:
                first = self._queue.get(timeout=IDLE_S if dirty else None)
            except queue.Empty:
                self._checkpoint()
                dirty = False
                continue
            if first is None:
                break
            dirty = True
            stopping = self._batch(first)
            if self._to_freeze:
                self._freeze()
            if self._wal_bytes() > self._checkpoint_at:
                self._checkpoint()
            if stopping:
                break
        self._checkpoint()

    def _batch(self, job: _Job | None) -> bool:
        """Run what waits and commit it once; whether the end of the queue was met."""
        begun = time.monotonic()
        jobs, done = list[_Job](), list[_Done]()
        if self._broken:
            return self._refuse(job)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            while job is not None:
                jobs.append(job)
                done.append(self._run(job))
                if len(done) >= self._most or time.monotonic() - begun > LONGEST_BATCH_S:
                    break
                try:
                    job = self._queue.get_nowait()
                except queue.Empty:
                    break
            self._commit(done)
        except Exception as error:  # noqa: BLE001 (whatever it is, every caller gets an answer)
            if _disk_failed(error) or not self._connection.in_transaction:
                self._fail(error, jobs)
            else:
                self._each_alone(jobs, error)
        return job is None

    def _commit(self, done: Sequence[_Done]) -> None:
        memory = self._memory
        memory.write_behind(self._connection)
        self._connection.execute("COMMIT")
        events, signals = memory.take_announcements()
        self._loop.call_soon_threadsafe(self._settle, done, memory.head.seq, events, signals)

    def _each_alone(self, jobs: Sequence[_Job], cause: Exception) -> None:
        """A row of some command does not fit its table: find out whose, and let the others through."""
        log.error("a batch could not be written: each of its commands is tried alone", exc_info=cause)
        self._start_over()
        for at, job in enumerate(jobs):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._commit([self._run(job)])
            except Exception as error:  # noqa: BLE001
                if _disk_failed(error) or not self._connection.in_transaction:
                    self._fail(error, jobs[at:])
                    return
                self._start_over()
                self._loop.call_soon_threadsafe(self._settle, [_Done(job.future, None, error)], 0, [], set())

    def _start_over(self) -> None:
        self._connection.execute("ROLLBACK")
        self._memory.reset(journal.head(self._connection))

    def _refuse(self, job: _Job | None) -> bool:
        """What still waited when the disk failed: the writer's memory is ahead of the disk, so nothing may follow."""
        if job is not None:
            left = [_Done(job.future, None, Unavailable(self._failure or ""))]
            self._loop.call_soon_threadsafe(self._settle, left, 0, [], set())
        return job is None

    def _run(self, job: _Job) -> _Done:
        memory, connection = self._memory, self._connection
        memory.begin(self.clock.now())
        try:
            result = job.command(Transaction(connection, memory, job.actor), *job.arguments)
        except Refusal as refusal:
            memory.undo(connection)
            return _Done(job.future, None, refusal)
        except Exception as error:
            if _disk_failed(error):
                raise
            memory.undo(connection)
            log.exception("command failed", extra={"command": repr(job.command)})
            return _Done(job.future, None, error)
        memory.keep(connection)
        return _Done(job.future, result, None)

    def _fail(self, error: Exception, jobs: Sequence[_Job]) -> None:
        """After a failed COMMIT the disk's state is unknown: take nothing more, never retry blindly."""
        self._failure, self._broken = f"the disk failed ({error})", True
        log.critical("the writer stopped", extra={"error": str(error)})
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")
        left = [_Done(each.future, None, Unavailable(self._failure)) for each in jobs]
        self._loop.call_soon_threadsafe(self._settle, left, 0, [], set())

    def _settle(self, done: Sequence[_Done], seq: int, events: list[Event], signals: set[Signal]) -> None:
        for each in done:
            if each.future.cancelled():
                continue
            if each.refusal is not None:
                each.future.set_exception(each.refusal)
            else:
                each.future.set_result(each.result)
        self._memory.announced = max(self._memory.announced, seq)
        if events:
            for told in self._subscribers:
                told(seq, events)
        for signal in signals:
            for wake in self._signals.get(signal, ()):
                wake()

    def _freeze(self) -> None:
        emptied = self._checkpoint()
        while self._to_freeze:
            future = self._to_freeze.popleft()
            held = Frozen(self._memory.head)
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

    def _checkpoint(self) -> bool:
        """As far as it goes at once: a reader that stays in its snapshot must not hold up the next order.

        Returns whether the main file now holds everything.
        """
        if self._broken or (self._frozen and self._wal_bytes() < MOST_HELD_BYTES):
            return False
        while self._frozen:
            self._frozen.pop().thawed = True
        try:
            self._connection.execute(f"PRAGMA busy_timeout={CHECKPOINT_PATIENCE_MS}")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._connection.execute("PRAGMA busy_timeout=5000")
        except sqlite3.Error:
            log.exception("checkpoint failed")
            busy = 1
        self._checkpoint_at = self._wal_bytes() + CHECKPOINT_BYTES if busy else CHECKPOINT_BYTES
        return not busy

    def _wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0


class Snapshot:
    """One moment of the database, seen by a reader."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def all(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> list[Row]:
        """All rows of a query, each as `row(*columns)`."""
        if isinstance(query, Statement):
            rows = await self._connection.execute_fetchall(query.sql, query.bind(parameters))
        else:
            rows = await self._connection.execute_fetchall(*query.sql())
        return [row(*columns) for columns in rows]

    async def one(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.all(query, row, **parameters)
        return rows[0] if rows else None

    async def seq(self) -> int:
        """The journal's head at this moment."""
        head = await self.one(journal.LAST, journal.Head)
        return head.seq if head else 0
