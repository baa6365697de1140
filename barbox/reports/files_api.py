"""Reports to take away: as a file, or on the receipt printer."""

import asyncio
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from barbox.core import tables
from barbox.core.clock import show_day
from barbox.core.errors import NotFound, WrongState
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body
from barbox.core.settings import read_venue
from barbox.core.spans import Day, Span, span
from barbox.core.tables import Cell, Format, Table, shown
from barbox.core.transaction import Transaction
from barbox.printing.commands import Queued, print_slip
from barbox.printing.contents import Figure, FigureList
from barbox.reports import deductions, engineering, morning, patterns, pour_cost, queries
from barbox.reports.queries import By
from barbox.reports.tables import Writer

routes = Routes("reports")


Language = Annotated[Literal["en", "zh"], Meta(description="of its words; the caller's by default")]


class TableQuery(Span):
    """Which days, and for sales by what; the morning report is of the day `to`."""

    by: By = "day"
    language: Language | None = None


class FileQuery(TableQuery):
    format: Format = "csv"


class PrintReport(Body):
    """The same, for paper."""

    first: Day | None = msgspec.field(name="from", default=None)
    last: Day | None = msgspec.field(name="to", default=None)
    by: By = "day"
    language: Language | None = None


@routes.get("/api/reports/{report}/file", "report.read")
async def file(call: Call, report: str, query: FileQuery) -> web.Response:
    """A report as CSV, XLSX or PDF."""
    table, venue = await _table(call, report, query)
    body = await asyncio.to_thread(tables.write, table, query.format, venue)
    called = "-".join(dict.fromkeys((report, *table.span.split(" - "))))
    headers = {
        "Content-Type": tables.KINDS[query.format],
        "Content-Disposition": f'attachment; filename="barbox-{called}.{query.format}"',
        "Cache-Control": "no-store",
    }
    return web.Response(body=body, headers=headers)


@routes.post("/api/reports/{report}/print", "report.read", 202)
async def on_paper(call: Call, report: str, body: PrintReport) -> Answer[Queued]:
    """A report at the receipt printer, with the columns that paper has room for."""
    query = TableQuery(body.first, body.last, body.by, body.language)
    table, _ = await _table(call, report, query)
    return await call.write(print_table, table, report)


def print_table(tx: Transaction, table: Table, report: str) -> Queued:
    """Put a report in the spool. Raises WrongState where no receipt printer is there."""
    slip = FigureList(table.title, table.span, _slim(table, table.heading), [_slim(table, row) for row in table.rows])
    job_id = print_slip(tx, slip, report)
    if job_id is None:
        raise WrongState("the receipt printer", "not there")
    tx.emit("report.printed", f"report:{report}", {"span": table.span}, rooms=("office",))
    return Queued(job_id)


def _slim(table: Table, row: list[str] | list[Cell]) -> Figure:
    told = [shown(row[at]) for at in table.slim]
    return Figure(told[0], told[1] if len(told) > 2 else "", told[-1])


async def _table(call: Call, report: str, query: TableQuery) -> tuple[Table, str]:
    """The report as a table, and the venue's name. Raises NotFound for a report there is none of."""
    first, last = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        writer = Writer(query.language or call.language, venue.currency)
        days = show_day(first) if first == last else f"{show_day(first)} - {show_day(last)}"
        match report:
            case "sales":
                rows = await queries.by(snapshot, query.by, first, last, venue)
                table = writer.sales(query.by, days, rows, await queries.total(snapshot, first, last))
            case "heatmap":
                table = writer.heat(days, await patterns.heat(snapshot, first, last))
            case "deductions":
                table = writer.deductions(days, await deductions.read(snapshot, first, last))
            case "happy-hours":
                table = writer.happy_hours(days, await patterns.happy_hours(snapshot, first, last))
            case "menu":
                table = writer.menu(days, await engineering.card(snapshot, first, last, venue))
            case "pour-cost":
                table = writer.pour_costs(days, await pour_cost.read(snapshot, first, last, venue))
            case "morning":
                today = call.db.days.of(call.db.clock.now())
                day = last if query.last else await morning.last_day(snapshot, today)
                table = writer.morning(await morning.read(call.db, snapshot, day))
            case _:
                raise NotFound("report", report[:40])
    return table, venue.name
