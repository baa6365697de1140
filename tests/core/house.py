"""A database without a box around it, and a small table to write in."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Self

import msgspec
import peewee

from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.errors import AlreadyThere
from barbox.core.migrations import migrate
from barbox.core.models import Counter
from barbox.core.transaction import Transaction


class Value(msgspec.Struct):
    value: Any


@asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[Database]:
    """A migrated database in `folder`."""
    path = folder / "barbox.db"
    migrate(path)
    async with Database.open(path, Clock(), BusinessDays("UTC", 360)) as database:
        yield database


def note(tx: Transaction, text: str) -> int:
    """Something small that is stored, counted and journalled; returns its number."""
    number = tx.number("note")
    tx.run(Counter.insert(name=f"note:{text}", value=number))
    tx.emit("note.taken", f"note:{number}", {"text": text})
    return number


def note_and_refuse(tx: Transaction, text: str) -> int:
    """The same, and then a refusal."""
    note(tx, text)
    raise AlreadyThere(text)


def notes(path: Path) -> list[str]:
    """What another connection sees."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return [
            row[0][5:] for row in connection.execute("SELECT name FROM counter WHERE name LIKE 'note:%' ORDER BY value")
        ]


def notes_query() -> peewee.Query:
    return Counter.select(Counter.name).where(Counter.name.startswith("note:"))


class Busy:
    """Keeps the writer thread in a command, so that what is asked meanwhile waits and shares a commit."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._entered = threading.Event()
        self._leave = threading.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.database.write(self._stay))
        await asyncio.to_thread(self._entered.wait, 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.let_go()
        assert self._task is not None
        await asyncio.wait([self._task])

    def let_go(self) -> None:
        self._leave.set()

    def _stay(self, _tx: Transaction) -> None:
        self._entered.set()
        self._leave.wait(10)


async def at_once(database: Database, *commands: tuple[Callable[..., Any], str]) -> list[Any]:
    """Ask for all of these while the writer is busy; the answers or what was raised, in order."""
    async with Busy(database) as busy:
        asked = [asyncio.ensure_future(database.write(command, text)) for command, text in commands]
        await asyncio.sleep(0)  # each has put its command on the queue
        busy.let_go()
        return await asyncio.gather(*asked, return_exceptions=True)


def stored_levels(path: Path) -> dict[int, int]:
    """What the disk says is on the shelf, in thousandths."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("SELECT item_id, sum(on_hand) FROM stock_level GROUP BY item_id").fetchall())
