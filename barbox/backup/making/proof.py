"""A backup is fetched and opened, in a stream, and its database and journal are proven."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import IO

from barbox.backup.faults import BackupFault
from barbox.backup.making import snapshot
from barbox.backup.rules import BackupName
from barbox.backup.targets.store import Store
from barbox.backup.tread import Tread
from barbox.core.errors import Broken
from barbox.verify import Proof, prove


async def read_back(
    store: Store, name: str, key: str, target: Path, told: Callable[[int], None] = lambda _done: None
) -> None:
    """Fetch a backup and open it with `key`; its database goes to the new file `target`, unsynced.

    In a stream: never more than a few pieces are in memory. `told(bytes so far)` hears of every piece.
    Raises BackupFault.
    """
    done = 0
    reader, writer = os.pipe()
    opening = asyncio.create_task(asyncio.to_thread(_open, reader, key, target))
    try:
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            async for piece in store.download(name):
                await asyncio.to_thread(_write, pipe, piece)
                done += len(piece)
                told(done)
    except BrokenPipeError:
        pass  # it has ended, and says why
    except BaseException:
        with contextlib.suppress(BackupFault, OSError):
            await opening
        raise
    await opening


def sold(database: Path) -> tuple[int, int]:
    """The last business day that has orders, and their number; of a database that nobody changes."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as connection:
        day = connection.execute("SELECT COALESCE(MAX(business_day), 0) FROM orders").fetchone()[0]
        return day, connection.execute("SELECT COUNT(*) FROM orders WHERE business_day = ?", (day,)).fetchone()[0]


def examine(database: Path, name: BackupName) -> Proof:
    """Prove a database file and that it ends as its name says. Raises BackupFault("unsound")."""
    seq, head = name.seq, name.head
    try:
        proof = prove(database)
    except Broken as error:
        raise BackupFault("unsound", str(error)) from None
    if proof.seq != seq or not proof.head.startswith(head):
        raise BackupFault("unsound", f"its journal ends at {proof.seq} {proof.head[:16]}, not at {seq} {head[:16]}")
    if name.day and sold(database) != (name.day, name.orders):
        raise BackupFault("unsound", f"it does not hold the {name.orders} orders of {name.day}")
    return proof


def forget(database: Path, tread: Tread) -> None:
    """Delete a database file and what SQLite put beside it."""
    for suffix in ("", "-wal", "-shm"):
        tread.forget(database.with_name(database.name + suffix))


def forget_beside(database: Path) -> None:
    """Delete the empty log and index that a reader left beside a database that nobody has open.

    Raises Broken when the log is not empty: then the database is not whole without it.
    """
    wal = database.with_name(database.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        raise Broken(f"{wal} is not empty")
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _open(reader: int, key: str, target: Path) -> None:
    with os.fdopen(reader, "rb") as source:
        snapshot.unseal(source, key, target)


def _write(pipe: IO[bytes], piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[pipe.write(rest) :]
