"""SQLite's write-ahead log as bytes: where in it each transaction ends, and a database brought forward by one."""

import contextlib
import sqlite3
import struct
from pathlib import Path

from barbox.core.wal import FRAME as FRAME
from barbox.core.wal import HEADER as HEADER
from barbox.core.wal import Index as Index
from barbox.core.wal import Mark as Mark
from barbox.core.wal import log_file as log_file


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
