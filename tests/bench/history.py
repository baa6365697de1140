"""Years of a bar in a minute: the rows of some real days, copied to the days before, their journal chained anew."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from barbox.core import journal
from barbox.core.clock import DAY_MS, days_after, days_between

SHIFTED = {
    "drawer_session": {"id": "drawer_session", "business_day": "day", "z_number": "drawer_session"},
    "day_close": {"number": "day_close", "business_day": "day"},
    "orders": {"id": "orders", "business_day": "day"},
    "order_line": {"order_id": "orders"},
    "payment": {"id": "payment", "order_id": "orders", "business_day": "day", "session_id": "drawer_session"},
    "tender": {"payment_id": "payment"},
    "payment_tax": {"payment_id": "payment"},
    "settlement": {
        "id": "settlement",
        "order_id": "orders",
        "session_id": "drawer_session",
        "business_day": "day",
        "payment_id": "payment",
    },
    "receipt": {"token": "token", "order_id": "orders", "business_day": "day"},
    "stock_move": {"id": "stock_move", "order_id": "orders", "business_day": "day"},
    "member_entry": {"id": "member_entry", "order_id": "orders", "payment_id": "payment", "business_day": "day"},
    "deduction": {"id": "deduction", "order_id": "discount", "business_day": "day"},
    "cost_day": {"business_day": "day"},
    "stock_day": {"business_day": "day"},
    "sales_hour": {"business_day": "day"},
    "sales_staff": {"business_day": "day"},
    "sales_table": {"business_day": "day"},
    "sales_product": {"business_day": "day"},
    "money_taken": {"business_day": "day"},
    "tax_taken": {"business_day": "day"},
}
"""What is copied; columns that differ from day to day, and by whose numbers."""


def grow(database: Path, *, megabytes: int = 0, orders: int = 0) -> int:
    """Copy the days in `database` to those before them until the file has about that size, or holds that many orders.

    Returns how many days it then holds. The papers of what is copied are forgotten, as by a box.
    """
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-262144")
        connection.create_function("a_day", 2, days_after, deterministic=True)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        first, last = connection.execute("SELECT min(business_day), max(business_day) FROM orders").fetchone()
        span = days_between(first, last) + 1
        copies = _copies(connection, f"BETWEEN {first} AND {last}")
        lived = connection.execute("SELECT * FROM journal ORDER BY seq").fetchall()
        wanted = -(-orders // _most(connection, "orders")) or round(megabytes * 1_000_000 / database.stat().st_size)
        times = max(1, wanted)
        connection.execute("DELETE FROM journal")
        for before in reversed(range(times)):  # time never runs backwards in the journal
            connection.execute("BEGIN")
            for copy in copies if before else ():
                connection.execute(copy, {"times": before, "days": before * span})
            _chain(connection, lived, before * span)
            connection.execute("COMMIT")
        for table, name in _COUNTERS.items():
            most = _most(connection, table)
            connection.execute("UPDATE counter SET value = max(value, ?) WHERE name = ?", (most, name))
        connection.execute(_LAST_DAY)
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    return times * span


def _copies(connection: sqlite3.Connection, days: str) -> list[str]:
    steps = {table: _most(connection, table) for table in _OF_FIRST}
    told = []
    for table, shifted in SHIFTED.items():
        first = f"WHERE {_OF_FIRST[table].format(**steps) if table in _OF_FIRST else f'business_day {days}'}"
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        values = [_shift(name, shifted.get(name, ""), steps) for name in names]
        told.append(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} {first}")  # noqa: S608
    return told


def _most(connection: sqlite3.Connection, table: str) -> int:
    if table in _BY_ANOTHER:
        return 0
    return int(connection.execute(f"SELECT COALESCE(MAX(rowid), 0) FROM {table}").fetchone()[0])  # noqa: S608


_BY_ANOTHER = ("order_line", "tender", "payment_tax", "receipt")
_OF_FIRST = {
    "drawer_session": "id <= {drawer_session}",
    "day_close": "number <= {day_close}",
    "orders": "id <= {orders}",
    "order_line": "order_id <= {orders}",
    "payment": "id <= {payment}",
    "tender": "payment_id <= {payment}",
    "payment_tax": "payment_id <= {payment}",
    "settlement": "id <= {settlement}",
    "receipt": "order_id <= {orders}",
    "stock_move": "id <= {stock_move}",
    "member_entry": "id <= {member_entry}",
    "deduction": "id <= {deduction}",
}
_COUNTERS = {
    "orders": "order",
    "payment": "payment",
    "drawer_session": "z",
    "day_close": "day",
}
_LAST_DAY = """UPDATE day_close SET figures = CAST(json_set(CAST(figures AS TEXT), '$.last_z',
    (SELECT max(z_number) FROM drawer_session)) AS BLOB) WHERE number = (SELECT max(number) FROM day_close)"""
"""The next day begins after its Z reports."""


def _shift(name: str, by: str, steps: dict[str, int]) -> str:
    if by == "day":
        return f"a_day({name}, -:days)"
    if by == "token":
        return f"{name} || '-' || :times"
    if by == "discount":  # what the journal tells of, a comp or a void, it tells of the order that was copied
        return f"{name} + iif(kind = 'discount', {steps['orders']} * :times, 0)"
    if name == "at" or name.endswith("_at"):
        return f"{name} - {DAY_MS} * :days"
    return f"{name} + {steps[by]} * :times" if by else name


def _chain(connection: sqlite3.Connection, lived: list[tuple[Any, ...]], days: int) -> None:
    head = journal.head(connection)
    last, rows = head.hash, []
    for seq, row in enumerate(lived, head.seq + 1):
        entry, payload = (seq, row[1] - DAY_MS * days, days_after(row[2], -days), *row[3:7]), bytes(row[7])
        last = journal.chained(last, entry, payload)
        rows.append((*entry, payload, last))
    connection.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
