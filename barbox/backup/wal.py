"""SQLite's write-ahead log as bytes: how far it is committed, and where in it each transaction ends.

The layouts are those of https://sqlite.org/walformat.html. The index (`-shm`) says how far the log is committed *and
synced*: with `synchronous=FULL` its header moves on only after the sync, so what is read up to there survives a power
cut. The index is opened once and closed only after the database: closing any descriptor of it would take SQLite's own
locks away (https://sqlite.org/howtocorrupt.html, 2.2). The log itself carries no locks.
"""

import contextlib
import os
import sqlite3
import struct
from pathlib import Path
from typing import NamedTuple

HEADER = 32
FRAME = 24
INDEX_VERSION = 3_007_000
_INDEX = struct.Struct("=IIIBBHIIII8sII")
"""Version, unused, change counter, initialised, byte order, page size, last frame, pages, checksum, salts, checksum."""


class Mark(NamedTuple):
    """Where a log is committed up to: which log (its salts change whenever it is begun anew) and how many bytes."""

    salts: bytes
    end: int
    page: int


class Index:
    """The log's index, read while SQLite has the database open. `close` only after SQLite has closed it."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + "-shm")
        self._file: int | None = None

    def mark(self) -> Mark | None:
        """How far the log is committed and synced; None where it is empty."""
        if self._file is None:
            self._file = os.open(self._path, os.O_RDONLY)
        while True:
            both = os.pread(self._file, 2 * _INDEX.size, 0)
            if both[: _INDEX.size] == both[_INDEX.size :]:  # else it is being written just now
                break
        version, _, _, ready, _, page, frames, _, _, _, salts, _, _ = _INDEX.unpack(both[: _INDEX.size])
        if version != INDEX_VERSION or not ready:
            raise OSError(f"{self._path} is of an unknown kind ({version})")
        page = 65536 if page == 1 else page
        return Mark(salts, HEADER + frames * (FRAME + page), page) if frames else None

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def log_file(database: Path) -> Path:
    """The log beside a database."""
    return database.with_name(database.name + "-wal")


def read(log: Path, start: int, end: int) -> bytes:
    """Bytes of a log. Raises OSError when it is shorter."""
    with log.open("rb") as source:
        source.seek(start)
        data = source.read(end - start)
    if len(data) != end - start:
        raise OSError(f"{log} ends at {start + len(data)}, not at {end}")
    return data


def commits(log: bytes) -> list[int]:
    """Where in a log transactions end, as lengths that a whole log may have."""
    page: int = struct.unpack_from(">I", log, 8)[0]
    frames_at = range(HEADER, len(log) - FRAME - page + 1, FRAME + page)
    return [at + FRAME + page for at in frames_at if struct.unpack_from(">I", log, at + 4)[0]]


def replay(database: Path, log: bytes) -> bool:
    """Put a log beside a database that nobody has open and let SQLite take it over; whether it took all of it.

    SQLite's own checksums decide: it stops at the first page that does not fit. What follows the last transaction that
    is whole belongs to one that is not, and is left out.
    """
    whole = commits(log)
    if not whole:
        return True
    log_file(database).write_bytes(log)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("PRAGMA synchronous=OFF")
        index = Index(database)
        try:
            connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            found = index.mark()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
            index.close()
    return found is not None and found.end == whole[-1]
