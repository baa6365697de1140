"""Years of a bar in a minute: one real evening's rows, copied day after day, their journal chained anew."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from barbox.core import journal

SHIFTED = {
    "orders": {"id": "orders", "business_day": "day"},
    "order_line": {"order_id": "orders"},
    "payment": {"id": "payment", "order_id": "orders", "business_day": "day"},
    "tender": {"payment_id": "payment"},
    "payment_tax": {"payment_id": "payment"},
    "settlement": {"id": "settlement", "order_id": "orders"},
    "receipt": {"token": "token", "order_id": "orders", "business_day": "day"},
    "print_job": {"id": "print_job", "order_id": "orders"},
    "print_attempt": {"id": "print_attempt", "job_id": "print_job"},
}
"""What is copied; columns that differ from day to day, and by whose numbers."""


def grow(database: Path, megabytes: int) -> int:
    """Copy the evening in `database` to days before it until the file has that size; returns how many it then holds."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=OFF")
        connection.create_function("a_day", 2, _day, deterministic=True)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        copies = _copies(connection)
        evening = connection.execute("SELECT * FROM journal ORDER BY seq").fetchall()
        days = 1
        while database.stat().st_size < megabytes * 1_000_000:
            connection.execute("BEGIN")
            for copy in copies:
                connection.execute(copy, {"days": days})
            _chain(connection, evening, days)
            connection.execute("COMMIT")
            days += 1
        for table in ("orders", "payment", "print_job"):
            most = _most(connection, table)
            name = "order" if table == "orders" else table
            connection.execute("UPDATE counter SET value = ? WHERE name = ?", (most, name))
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    return days


def _copies(connection: sqlite3.Connection) -> list[str]:
    steps = {table: _most(connection, table) for table in _NUMBERED}
    told = []
    for table, shifted in SHIFTED.items():
        first = f"WHERE {_OF_FIRST[table].format(**steps)}"
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        values = [_shift(name, shifted.get(name, ""), steps) for name in names]
        told.append(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} {first}")  # noqa: S608
    return told


def _most(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()[0])  # noqa: S608


_NUMBERED = ("orders", "payment", "settlement", "print_job", "print_attempt")
_OF_FIRST = {
    "orders": "id <= {orders}",
    "order_line": "order_id <= {orders}",
    "payment": "id <= {payment}",
    "tender": "payment_id <= {payment}",
    "payment_tax": "payment_id <= {payment}",
    "settlement": "id <= {settlement}",
    "receipt": "order_id <= {orders}",
    "print_job": "id <= {print_job}",
    "print_attempt": "id <= {print_attempt}",
}


def _shift(name: str, by: str, steps: dict[str, int]) -> str:
    if by == "day":
        return f"a_day({name}, :days)"
    if by == "token":
        return f"{name} || '-' || :days"
    return f"{name} + {steps[by]} * :days" if by else name


def _day(day: int, days: int) -> int:
    moved = date(day // 10_000, day // 100 % 100, day % 100) + timedelta(days=-days)
    return moved.year * 10_000 + moved.month * 100 + moved.day


def _chain(connection: sqlite3.Connection, evening: list[tuple[object, ...]], days: int) -> None:
    head = journal.head(connection)
    last, rows = head.hash, []
    for seq, row in enumerate(evening, head.seq + 1):
        entry, payload = (seq, *row[1:7]), bytes(row[7])  # type: ignore[call-overload]
        last = journal.chained(last, entry, payload)
        rows.append((*entry, payload, last))
    connection.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
