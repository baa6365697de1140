"""What reports do by themselves: count what was sold before them, check the sums, make the morning report."""

import asyncio
import contextlib
import logging
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from barbox.core.clock import days_after, show_day
from barbox.core.database import Database
from barbox.core.models import Counter
from barbox.core.settings import read_venue
from barbox.core.statements import Statement, freeze
from barbox.core.transaction import Transaction
from barbox.payments.models import DayClose
from barbox.reports import morning
from barbox.reports.morning import DIFFERED, MADE
from barbox.reports.outlook import Foresight, demand, recent_days
from barbox.reports.queries import rows_of
from barbox.reports.recount import Difference, differences, rebuild
from barbox.stock.buying.replenishment import foresee

log = logging.getLogger(__name__)

CHECKED = "reports.checked"
"""The counter that says up to which business day old days were checked in turn."""
FORETOLD = "reports.foretold"
"""The counter that says for which business day stock was told the forecast."""
NIGHTLY_DAYS = 8
"""So many days are checked every night, and as many of the older ones, in turn."""
MOST_NAMED = 50

C = Counter
_PUT = freeze(lambda p: C.insert(name=p.name, value=p.value).on_conflict(conflict_target=[C.name], preserve=[C.value]))
_DAYS = Statement(
    "SELECT business_day FROM settlement UNION SELECT business_day FROM payment UNION SELECT business_day FROM orders"
    " ORDER BY 1 DESC",
    (),
)
_OLDEST_SETTLED = Statement("SELECT coalesce(min(business_day), 0) FROM settlement", ())
_OLDEST = Statement("SELECT coalesce(min(business_day), 0) FROM sales_hour", ())
_LAST_CLOSE = freeze(DayClose.select(DayClose.business_day).order_by(DayClose.number.desc()).limit(1))


async def tend(database: Database) -> None:
    """Looked at once a minute: after the day's close, or at the latest when a new day begins, the morning report."""
    today = database.days.of(database.clock.now())
    async with database.snapshot() as snapshot:
        made = await morning.counter(snapshot, MADE)
        closed = await rows_of(snapshot, _LAST_CLOSE)
        ended = await morning.last_sold(snapshot, today)
    day = max(closed[0][0] if closed else 0, ended)
    if day > made:
        await make(database, day)


async def count_the_past(database: Database) -> None:
    """At the start: roll-ups of what was settled before there were any; the oldest day, which tells, comes last."""
    async with database.snapshot() as snapshot:
        oldest = (await rows_of(snapshot, _OLDEST_SETTLED))[0][0]
        since = (await rows_of(snapshot, _OLDEST))[0][0]
        if not oldest or 0 < since <= oldest:
            return
        days = await rows_of(snapshot, _DAYS)
    for (day,) in days:
        await database.write(rebuild, day, day)


async def foretell(database: Database, foresight: Foresight) -> None:
    """Once a day: what the forecast says of the next days, for stock to order by."""
    today = database.days.of(database.clock.now())
    async with database.snapshot() as snapshot:
        if await morning.counter(snapshot, FORETOLD) >= today:
            return
        told = await foresight.outlook(snapshot, today, (await read_venue(snapshot)).country)
        factors = demand(told, await recent_days(snapshot, today))
    await database.write(_foretold, today, factors)


def _foretold(tx: Transaction, today: int, factors: dict[int, int]) -> None:
    foresee(tx, factors)
    _put(tx, FORETOLD, today)


async def make(database: Database, day: int) -> list[Difference]:
    """Check the sums, put right what is not, and make the morning report of a business day; returns what was wrong."""
    found = await check(database, days_after(day, 1 - NIGHTLY_DAYS), day)
    async with database.snapshot() as snapshot:
        oldest = (await rows_of(snapshot, _OLDEST))[0][0] or day
        begin = max(await morning.counter(snapshot, CHECKED), oldest)
    until = days_after(begin, NIGHTLY_DAYS - 1)
    if begin <= days_after(day, -NIGHTLY_DAYS):
        found += await check(database, begin, min(until, days_after(day, -NIGHTLY_DAYS)))
    async with database.snapshot() as snapshot:
        told = await morning.read(database, snapshot, day)
    turn = 0 if until >= days_after(day, -NIGHTLY_DAYS) else days_after(until, 1)
    await database.write(_made, day, {CHECKED: turn, DIFFERED: len(found)}, told.total.total)
    return found


async def check(database: Database, first: int, last: int) -> list[Difference]:
    """Recount some business days from the raw rows; days that differ are made anew, and the log says what was wrong."""
    async with database.snapshot() as snapshot:
        included = (await read_venue(snapshot)).tax_included
    found = await asyncio.to_thread(_compared, database.path, first, last, included)
    for day in sorted({int(each.key[1] if each.table == "deduction" else each.key[0]) for each in found}):
        await database.write(rebuild, day, day)
    for each in found[:MOST_NAMED]:
        told = {"table": each.table, "key": each.key, "counted": each.counted, "raw": each.raw}
        log.error("a roll-up differed from what was sold, and was made anew", extra=told)
    if found:
        await database.write(_tell, first, last, [msgspec.to_builtins(each) for each in found[:MOST_NAMED]])
    return found


def _compared(path: Path, first: int, last: int, tax_included: bool) -> list[Difference]:
    """On a connection and a thread of its own: it takes a while."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")

        def run(statement: Statement, **values: Any) -> Any:
            return connection.execute(statement.sql, statement.bind(values))

        return differences(run, first, last, tax_included=tax_included)


def _tell(tx: Transaction, first: int, last: int, found: list[Any]) -> None:
    facts = {"from": show_day(first), "to": show_day(last), "found": found}
    tx.emit("report.corrected", f"day:{last}", facts, rooms=("office",))


def _made(tx: Transaction, day: int, counters: dict[str, int], total: int) -> None:
    for name, value in {**counters, MADE: day, morning.MADE_AT: tx.now}.items():
        _put(tx, name, value)
    tx.emit("report.made", f"day:{day}", {"total": total}, rooms=("office",))


def _put(tx: Transaction, name: str, value: int) -> None:
    tx.execute(_PUT, name=name, value=value)
