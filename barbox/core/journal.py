"""The journal: append-only, hash-chained. Audit trail, live feed and proof that nothing was altered, in one table.

Each entry's hash is SHA-256 over the previous hash, the JSON array `[seq, at, businessDay, staffId, deviceId, kind,
subject]` and the payload's bytes. The table's triggers refuse UPDATE and DELETE; `verify` finds what got past them.
"""

import hashlib
import sqlite3
from typing import Any

import msgspec
from peewee import fn

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
FIRST = freeze(JournalEntry.select(fn.MIN(JournalEntry.seq)))
_HASHED = (
    JournalEntry.seq,
    JournalEntry.at,
    JournalEntry.business_day,
    JournalEntry.staff_id,
    JournalEntry.device_id,
    JournalEntry.kind,
    JournalEntry.subject,
)
SPELLED = freeze(
    JournalEntry.select(JournalEntry.hash, fn.json_array(*_HASHED).concat(JournalEntry.payload).cast("BLOB")).order_by(
        JournalEntry.seq
    )
)
"""Each entry's hash, and what was hashed as SQLite spells it: half the work of spelling it here."""
AFTER: Statement = freeze(
    lambda p: (
        JournalEntry.select(*_HASHED, JournalEntry.payload, JournalEntry.hash)
        .where(JournalEntry.seq > p.seq)
        .order_by(JournalEntry.seq)
        .limit(p.count)
    )
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
    last, count, rows = GENESIS, 0, connection.execute(SPELLED.sql)
    while some := rows.fetchmany(_AT_ONCE):  # years of entries: nothing is built that is not hashed
        hashes = [row[0] for row in some]
        if [_sha256(before + row[1]).digest() for before, row in zip((last, *hashes), some, strict=False)] != hashes:
            _check(connection, last, count, len(some))
        last, count = hashes[-1], count + len(some)
    end = head(connection)
    if count and (connection.execute(FIRST.sql).fetchone()[0], end.seq) != (1, count):
        _check(connection, GENESIS, 0, count)
    return end


def _check(connection: sqlite3.Connection, last: bytes, seq: int, count: int) -> None:
    """So many entries after `seq`, spelled as they were when written. Raises Broken for the first that does not fit."""
    for row in connection.execute(AFTER.sql, AFTER.bind({"seq": seq, "count": count})):
        if row[0] != seq + 1:
            raise Broken(f"the journal lacks entry {seq + 1}: after {seq} comes {row[0]}")
        seq, last = row[0], chained(last, row[:7], row[7])
        if last != row[8]:
            raise Broken(f"journal entry {seq} was altered: its hash does not fit")
