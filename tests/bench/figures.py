"""Five years of a busy bar and how long its reports take: four weeks lived through the till, copied again and again."""

import asyncio
import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from barbox.app import DATABASE_FILE
from barbox.core.clock import BusinessDays, Clock, days_after, parse_day
from barbox.core.database import Database, Snapshot
from barbox.core.settings import read_venue
from barbox.demo import sample
from barbox.demo.bar import fill
from barbox.demo.desk import Desk
from barbox.orders import commands
from barbox.orders.requests import NewItem, NewOrder
from barbox.payments import commands as payments
from barbox.payments.commands import NewPayment
from barbox.payments.rules import NewTender
from barbox.reports import behind, deductions, engineering, morning, patterns, queries
from tests.payments.books import Books
from tests.payments.books import opened as opened_books

WEEKS = 4
SPAN_DAYS = 90
READINGS = 21
ROUND = [NewItem(1 + at, 1 + at % 2) for at in range(4)]
COPIED: dict[str, dict[str, str]] = {
    "orders": {"id": "orders", "business_day": "day"},
    "order_line": {"order_id": "orders"},
    "payment": {"id": "payment", "order_id": "orders", "business_day": "day"},
    "tender": {"payment_id": "payment"},
    "payment_tax": {"payment_id": "payment"},
    "settlement": {"id": "settlement", "order_id": "orders", "payment_id": "payment", "business_day": "day"},
    "deduction": {"id": "deduction", "order_id": "orders", "business_day": "day"},
    **{
        table: {"business_day": "day"}
        for table in ("sales_hour", "sales_staff", "sales_table", "sales_product", "money_taken", "tax_taken")
    },
}
"""What is copied; columns that differ from one copy to the next, and by whose numbers."""
OF_FIRST = {"order_line": ("order_id", "orders"), "tender": ("payment_id", "payment")}
OF_FIRST |= {"payment_tax": ("payment_id", "payment")}
ROLLED_HEAT = "SELECT business_day, hour, orders, total FROM sales_hour WHERE business_day BETWEEN ? AND ?"
RAW_HEATS = {
    "the same figures, settled": (
        "CREATE INDEX IF NOT EXISTS bench_settled ON settlement (business_day, order_id, orders, total)",
        (
            "SELECT s.business_day, o.hour, sum(s.orders), sum(s.total) FROM settlement s INDEXED BY bench_settled"
            " JOIN orders o ON o.id = s.order_id WHERE s.business_day BETWEEN ? AND ? GROUP BY 1, 2"
        ),
    ),
    "what was ordered, reopened or not": (
        "CREATE INDEX IF NOT EXISTS bench_heat ON orders (business_day, hour, total)",
        (
            "SELECT business_day, hour, count(*), sum(total) FROM orders INDEXED BY bench_heat"
            " WHERE business_day BETWEEN ? AND ? GROUP BY 1, 2"
        ),
    ),
}
"""The raw rows, each with an index that holds all it reads of them."""


@dataclass(frozen=True)
class Read:
    """How long a report took (ms): with nothing of the file in memory, and the median after that."""

    name: str
    cold_ms: float
    warm_ms: float
    most_ms: float


@contextmanager
def built(orders: int) -> Iterator[Path]:
    """A database with about so many orders, the newest yesterday. `BARBOX_BENCH_YEARS` keeps it for the next time."""
    kept = os.environ.get("BARBOX_BENCH_YEARS")
    with contextlib.ExitStack() as stack:
        folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        path = folder / DATABASE_FILE
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            asyncio.run(_live(folder, orders / (5 * 365.25)))
            multiply(path, orders)
        yield path


async def _live(folder: Path, a_day: float) -> None:
    """The last weeks, through the till itself."""
    with Desk(sample.load()).switched_on() as desk:
        await fill(folder, desk, WEEKS, a_day=a_day / 1.2)


def multiply(path: Path, orders: int) -> int:
    """Copy what the database holds to the weeks before until it has so many orders; returns how many it then has."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=DELETE", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("a_day", 2, _day, deterministic=True)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        copies = list(_copies(connection))
        of_first = connection.execute("SELECT count(*) FROM orders").fetchone()[0]
        for number in range(1, round(orders / of_first)):
            connection.execute("BEGIN")
            for copy in copies:
                connection.execute(copy, {"n": number, "days": 7 * WEEKS * number})
            connection.execute("COMMIT")
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("PRAGMA journal_mode=WAL")
        return int(connection.execute("SELECT count(*) FROM orders").fetchone()[0])


def _copies(connection: sqlite3.Connection) -> Iterator[str]:
    numbered = ("orders", "payment", "settlement", "deduction")
    most = {table: connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0] for table in numbered}  # noqa: S608
    first_day = connection.execute("SELECT min(business_day) FROM orders").fetchone()[0]
    for table, shift in COPIED.items():
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        values = [
            f"a_day({name}, :days)"
            if shift.get(name) == "day"
            else f"{name} + {most[shift[name]]} * :n"
            if name in shift
            else name
            for name in names
        ]
        column, of = OF_FIRST.get(table, ("id" if table in most else "business_day", table))
        which = f"{column} <= {most[of]}" if of in most else f"{column} >= {first_day}"
        yield f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} WHERE {which}"  # noqa: S608


def _day(day: int, days: int) -> int:
    return parse_day((date(day // 10_000, day // 100 % 100, day % 100) - timedelta(days=days)).isoformat())


Report = Callable[[Snapshot, int, int], Awaitable[Any]]


async def read_all(path: Path) -> list[Read]:
    """Every report over the last 90 days."""
    async with Database.open(path, Clock(), BusinessDays("Asia/Shanghai", 360)) as database:
        async with database.snapshot() as snapshot:
            venue = await read_venue(snapshot)
            last = await morning.last_sold(snapshot, 99_999_999)
        first = days_after(last, 1 - SPAN_DAYS)
        reports: dict[str, Report] = {
            f"sales by {by}": _sales(by, venue)
            for by in ("hour", "day", "week", "month", "product", "category", "staff", "table", "area", "tender", "tax")
        }
        reports |= {
            "heat map": patterns.heat,
            "deductions": deductions.read,
            "happy hours": patterns.happy_hours,
            "menu engineering": lambda snapshot, a, b: engineering.card(snapshot, a, b, venue),
            "morning (one day)": lambda snapshot, _a, b: morning.read(database, snapshot, b),
            "50 orders behind the total": _behind("total", ""),
            "50 orders behind an hour": _behind("hour", "1"),
            "50 orders behind a product": _behind("product", "41"),
            "50 orders behind a tender": _behind("tender", "cash"),
            "50 orders behind voids": _behind("void", ""),
        }
        return [await _timed(database, name, report, first, last) for name, report in reports.items()]


def cost(rounds: int, orders: int = 400) -> list[tuple[float, float]]:
    """What an order from placing to paying costs (us of CPU), without roll-ups and with them, round by round.

    Sixteen orders at a time, as on a busy evening; nothing else differs.
    """
    found = []
    with opened_books(followers={}) as plain, opened_books() as followed:
        for number in range(rounds):
            pair = {}
            for books in (plain, followed) if number % 2 else (followed, plain):
                begun = time.process_time()
                for _ in range(orders // 16):
                    books.loop.run_until_complete(_sixteen(books))
                pair[books] = (time.process_time() - begun) / (orders // 16 * 16) * 1e6
            found.append((pair[plain], pair[followed]))
    return found


async def _sixteen(books: Books) -> None:
    placed = [
        books.database.write_as(books.actor, commands.place, NewOrder(ROUND, table_id=1 + at % 3)) for at in range(16)
    ]
    bills = [
        NewPayment(each.order_id, [NewTender("cash", each.total_amount)]) for each in await asyncio.gather(*placed)
    ]
    await asyncio.gather(*(books.database.write_as(books.actor, payments.take, each) for each in bills))


def _sales(by: Any, venue: Any) -> Report:
    async def read(snapshot: Snapshot, first: int, last: int) -> None:
        for n in range(5):
            await queries.total(snapshot, days_after(first, -91 * n), days_after(last, -91 * n))
        await queries.by(snapshot, by, first, last, venue)

    return read


def _behind(of: Any, key: str) -> Report:
    return lambda snapshot, first, last: behind.read(snapshot, of, key, first, last, behind.NEWEST, 50)


async def _timed(database: Database, name: str, report: Report, first: int, last: int) -> Read:
    with database.path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    took = []
    for _ in range(READINGS):
        async with database.snapshot() as snapshot:
            begun = time.perf_counter()
            await report(snapshot, first, last)
            took.append((time.perf_counter() - begun) * 1000)
    return Read(name, took[0], statistics.median(took[1:]), max(took[1:]))


def heat_against_raw(path: Path) -> tuple[float, dict[str, float]]:
    """The heat map's sums by roll-up, and by raw rows with an index made for them, in SQLite alone (ms)."""
    with closing(sqlite3.connect(path)) as connection:
        for index, _ in RAW_HEATS.values():
            connection.execute(index)
        connection.commit()
        last = connection.execute("SELECT max(business_day) FROM sales_hour").fetchone()[0]
        span = (days_after(last, 1 - SPAN_DAYS), last)
        asked = {"": ROLLED_HEAT} | {name: query for name, (_, query) in RAW_HEATS.items()}
        took: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(READINGS):
            for name, query in asked.items():
                begun = time.perf_counter()
                rows = connection.execute(query, span).fetchall()
                took[name].append((time.perf_counter() - begun) * 1000)
                assert sum(row[2] for row in rows) > 0
        found = {name: statistics.median(times) for name, times in took.items()}
        return found.pop(""), found
