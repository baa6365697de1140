"""What rooms write through and read through: the one writer, and a small pool of readers.

A write is a plain synchronous function given to the thread that owns the only writing connection (`writer.py`); it is
answered after COMMIT with `synchronous=FULL`: what was answered survives the plug being pulled. Readers only read; a
lock file keeps a second process away.
"""

import asyncio
import contextlib
import fcntl
import functools
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec, TypeVar

import aiosqlite
import peewee

from barbox.core import idempotency, journal
from barbox.core.actor import THE_BOX, Actor
from barbox.core.clock import BusinessDays, Clock
from barbox.core.errors import Broken, Unavailable
from barbox.core.idempotency import Answer, Key
from barbox.core.statements import Statement
from barbox.core.transaction import Event, Followers, Signal, Transaction
from barbox.core.writer import MOST_IN_A_BATCH, Done, Frozen, Gate, Job, Writer, connect_for_writing

log = logging.getLogger(__name__)

READERS = 2
NOBODY: Followers = {}

Row = TypeVar("Row")
T = TypeVar("T")
P = ParamSpec("P")


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
        self,
        path: Path,
        connection: sqlite3.Connection,
        clock: Clock,
        days: BusinessDays,
        batch: int,
        gate: Gate,
        followers: Followers,
    ) -> None:
        self.path = path
        self.clock = clock
        self._writer = Writer(path, connection, clock, days, batch, self._settle, gate, self._send_out, followers)
        self._loop = asyncio.get_running_loop()
        self._subscribers: list[Callable[[int, list[Event]], None]] = []
        self._signals: dict[Signal, list[Callable[[], None]]] = {}
        self._readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._opened = 0
        self._reading: dict[Snapshot, aiosqlite.Connection] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        path: Path,
        clock: Clock,
        days: BusinessDays,
        *,
        batch: int = MOST_IN_A_BATCH,
        gate: Gate = lambda _must: True,
        followers: Followers = NOBODY,
    ) -> AsyncIterator["Database"]:
        """The database at `path`, already migrated. `batch` 1 commits each command alone (for measuring).

        `gate` is asked before the write-ahead log is emptied; `followers` see journal entries inside their transaction.
        """
        connection = connect_for_writing(path)
        database = cls(path, connection, clock, days, batch, gate, followers)
        database._writer.start()
        try:
            await database._open_readers()
            yield database
        finally:
            await database._close()

    @property
    def seq(self) -> int:
        """The last journal sequence that is committed and announced."""
        return self._writer.memory.announced

    @property
    def days(self) -> BusinessDays:
        return self._writer.memory.days

    def healthy(self) -> bool:
        """Whether the writer takes commands: false after a failed COMMIT, for good."""
        return self._writer.failure is None and self._writer.alive

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
        return await self._submit(functools.partial(command, **kwargs) if kwargs else command, args, actor)

    def write_once(
        self, actor: Actor, key: Key | None, status: int, command: Callable[..., T], *args: Any, **kwargs: Any
    ) -> Awaitable[Answer[T]]:
        """The same, but answered with `status` and JSON, and for its Idempotency-Key once: a replay gets it again."""
        if kwargs:
            command = functools.partial(command, **kwargs)
        return self._submit(idempotency.once, (key, status, command, *args), actor, key.text if key else None)

    def _submit(
        self, command: Callable[..., T], args: tuple[Any, ...], actor: Actor, key: str | None = None
    ) -> asyncio.Future[T]:
        if self._writer.failure is not None:
            raise Unavailable(self._writer.failure)
        future: asyncio.Future[T] = self._loop.create_future()
        self._writer.submit(Job(command, args, actor, future, key))
        return future

    async def read(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> list[Row]:
        """All rows of a query, each as `row(*columns)`."""
        async with self.snapshot() as snapshot:
            return await snapshot.all(query, row, **parameters)

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator["Snapshot"]:
        """Several reads of one moment; `snapshot.seq` is the journal's head at it.

        Raises Unavailable in one that stays until the write-ahead log has grown too far.
        """
        connection = await self._readers.get()
        snapshot = Snapshot(connection)
        self._reading[snapshot] = connection
        try:
            await connection.execute("BEGIN")
            yield snapshot
        finally:
            del self._reading[snapshot]
            # A cancelled reader's statements still run on the connection's thread: it is free only after them.
            ending = asyncio.ensure_future(self._end(connection))
            ending.add_done_callback(lambda _: self._readers.put_nowait(connection))
            await asyncio.shield(ending)

    @contextlib.asynccontextmanager
    async def frozen(self) -> AsyncIterator[Frozen]:
        """Hold the main file still while it is copied: commits go on, into the write-ahead log alone.

        Raises Unavailable while a reader keeps the log from being emptied: try again.
        """
        future: asyncio.Future[Frozen] = self._loop.create_future()
        self._writer.freeze(future)
        await self.write(lambda _tx: None)
        held = await future
        try:
            yield held
        finally:
            self._writer.thaw(held)

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
        self._writer.failure = self._writer.failure or "it is stopping"
        for _ in range(self._opened):
            await (await self._readers.get()).close()
        self._writer.hand_over()
        await asyncio.to_thread(self._writer.stop)

    async def _end(self, connection: aiosqlite.Connection) -> None:
        await asyncio.gather(*self._leaving)
        await connection.rollback()

    def _send_out(self) -> None:
        """Readers are in the way: each is stopped, and its moment given up."""
        for snapshot, connection in self._reading.items():
            if not snapshot.over:
                snapshot.over = True
                leaving = asyncio.create_task(_leave(connection))
                self._leaving.add(leaving)
                leaving.add_done_callback(self._leaving.discard)

    def _settle(self, done: Sequence[Done], seq: int, events: list[Event], signals: set[Signal]) -> None:
        for each in done:
            if each.future.cancelled():
                continue
            if each.refusal is not None:
                each.future.set_exception(each.refusal)
            else:
                each.future.set_result(each.result)
        memory = self._writer.memory
        memory.announced = max(memory.announced, seq)
        if events:
            for told in self._subscribers:
                told(seq, events)
        for signal in signals:
            for wake in self._signals.get(signal, ()):
                wake()


async def _leave(connection: aiosqlite.Connection) -> None:
    await connection.interrupt()
    await connection.rollback()


class Snapshot:
    """One moment of the database, seen by a reader. `over` when the box could not wait for it any longer."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self.over = False

    async def all(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> list[Row]:
        """All rows of a query, each as `row(*columns)`. Raises Unavailable when it took far too long."""
        sql, values = (query.sql, query.bind(parameters)) if isinstance(query, Statement) else query.sql()
        try:
            rows = await self._connection.execute_fetchall(sql, values)
        except sqlite3.OperationalError as error:
            if not self.over:
                raise
            raise Unavailable(f"the reading took too long ({error})") from None
        if self.over:
            raise Unavailable("the reading took too long")
        return [row(*columns) for columns in rows]

    async def one(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.all(query, row, **parameters)
        return rows[0] if rows else None

    async def seq(self) -> int:
        """The journal's head at this moment."""
        head = await self.one(journal.LAST, journal.Head)
        return head.seq if head else 0
