"""How far SQLite's write-ahead log is committed.

The layouts are those of https://sqlite.org/walformat.html. The index (`-shm`) says how far the log is committed *and
synced*: with `synchronous=FULL` its header moves on only after the sync, so what is read up to there survives a power
cut. The index is opened once and closed only after the database: closing any descriptor of it would take SQLite's own
locks away (https://sqlite.org/howtocorrupt.html, 2.2). The log itself carries no locks.
"""

import mmap
import struct
from pathlib import Path
from typing import IO, NamedTuple

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
        self._file: IO[bytes] | None = None
        self._map: mmap.mmap | None = None

    def mark(self) -> Mark | None:
        """How far the log is committed and synced; None where it is empty."""
        if self._map is None:
            self._file = self._path.open("rb")
            self._map = mmap.mmap(self._file.fileno(), 2 * _INDEX.size, access=mmap.ACCESS_READ)
        while True:
            both = self._map[:]
            if both[: _INDEX.size] == both[_INDEX.size :]:  # else it is being written just now
                break
        version, _, _, ready, _, page, frames, _, _, _, salts, _, _ = _INDEX.unpack(both[: _INDEX.size])
        if version != INDEX_VERSION or not ready:
            raise OSError(f"{self._path} is of an unknown kind ({version})")
        page = 65536 if page == 1 else page
        return Mark(salts, HEADER + frames * (FRAME + page), page) if frames else None

    def close(self) -> None:
        if self._map is not None and self._file is not None:
            self._map.close()
            self._file.close()
            self._map = None


def log_file(database: Path) -> Path:
    """The log beside a database."""
    return database.with_name(database.name + "-wal")
