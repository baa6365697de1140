"""The journal: append-only, hash-chained. Audit trail, live feed and proof that nothing was altered, in one table.

Each entry's hash is SHA-256 over the previous hash, the JSON array `[seq, at, businessDay, staffId, deviceId, kind,
subject]` and the payload's bytes. The table's triggers refuse UPDATE and DELETE; `verify` finds what got past them.
"""

import hashlib
import sqlite3
from typing import Any, NoReturn

import msgspec

from barbox.core.errors import Broken
from barbox.core.models import JournalEntry
from barbox.core.statements import Statement, freeze

GENESIS = bytes(32)
"""The hash before the first entry."""

APPEND = freeze(
    lambda p: JournalEntry.insert(
        seq=p.seq,
        at=p.at,
        business_day=p.business_day,
        staff_id=p.staff_id,
        device_id=p.device_id,
        kind=p.kind,
        subject=p.subject,
        payload=p.payload,
        hash=p.hash,
    )
)
LAST = freeze(
    JournalEntry.select(JournalEntry.seq, JournalEntry.at, JournalEntry.hash).order_by(JournalEntry.seq.desc()).limit(1)
)
ALL: Statement = freeze(
    JournalEntry.select(
        JournalEntry.seq,
        JournalEntry.at,
        JournalEntry.business_day,
        JournalEntry.staff_id,
        JournalEntry.device_id,
        JournalEntry.kind,
        JournalEntry.subject,
        JournalEntry.payload,
        JournalEntry.hash,
    ).order_by(JournalEntry.seq)
)


class Head(msgspec.Struct, frozen=True):
    """The journal's end: the last sequence number, its time (ms) and its hash."""

    seq: int = 0
    at: int = 0
    hash: bytes = GENESIS


class Entry(msgspec.Struct, frozen=True):
    seq: int
    at: int
    business_day: int
    staff_id: int | None
    device_id: int | None
    kind: str
    subject: str
    payload: bytes
    hash: bytes


_AT_ONCE = 500
_encode = msgspec.json.Encoder().encode
_sha256 = hashlib.sha256


def chained(previous: bytes, entry: tuple[Any, ...], payload: bytes) -> bytes:
    """The hash of `(seq, at, business_day, staff_id, device_id, kind, subject)` with its payload, after `previous`."""
    return _sha256(previous + _encode(entry) + payload).digest()


def head(connection: sqlite3.Connection) -> Head:
    """The end of the journal in a database, or the genesis of an empty one."""
    row = connection.execute(LAST.sql).fetchone()
    return Head(*row) if row else Head()


def verify(connection: sqlite3.Connection) -> Head:
    """Recompute the whole chain; returns its head. Raises Broken at the first entry that does not fit."""
    last, rows = Head(), connection.execute(ALL.sql)
    while some := rows.fetchmany(_AT_ONCE):  # years of entries: nothing is built that is not hashed
        hashes = [row[8] for row in some]
        numbers = [row[0] for row in some]
        found = [chained(before, row[:7], row[7]) for before, row in zip((last.hash, *hashes), some, strict=False)]
        if found != hashes or numbers != list(range(last.seq + 1, last.seq + 1 + len(some))):
            _blame(last, some)
        last = Head(some[-1][0], some[-1][1], hashes[-1])
    return last


def _blame(last: Head, rows: list[tuple[Any, ...]]) -> NoReturn:
    """Raises Broken for the first entry after `last` that does not fit, of those among which one does not."""
    seq, chain = last.seq, last.hash
    for row in rows:
        if row[0] != seq + 1:
            raise Broken(f"the journal lacks entry {seq + 1}: after {seq} comes {row[0]}")
        seq, chain = row[0], chained(chain, row[:7], row[7])
        if chain != row[8]:
            break
    raise Broken(f"journal entry {seq} was altered: its hash does not fit")
