"""The calls that tell what became of the stock."""

import asyncio
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from barbox.core import tables
from barbox.core.clock import show_day
from barbox.core.http import Call, Routes
from barbox.core.messages import View
from barbox.core.settings import read_venue
from barbox.core.spans import Span, span
from barbox.core.tables import Format, Table
from barbox.stock.consumption import queries
from barbox.stock.consumption.queries import ConsumptionView, DeadView, WasteView
from barbox.stock.consumption.tables import UsedWriter

routes = Routes("stock")


class DeadQuery(View):
    """Nothing used for so many days."""

    days: Annotated[int, Meta(ge=1, le=3700)] = 60


class UsedFile(Span):
    format: Format = "csv"


class DeadFile(DeadQuery):
    format: Format = "csv"


@routes.get("/api/inventory/consumption", "stock.edit")
async def read_consumption(call: Call, query: Span) -> ConsumptionView:
    """What was used of each item, theoretical against counted, and the cost of goods by kind of item."""
    days = span(call, query)
    async with call.db.snapshot() as snapshot:
        return await queries.consumption(snapshot, *days, call.language)


@routes.get("/api/inventory/waste", "stock.edit")
async def read_waste(call: Call, query: Span) -> WasteView:
    """What was thrown away, by reason and person, and by item."""
    days = span(call, query)
    async with call.db.snapshot() as snapshot:
        return await queries.waste(snapshot, *days, call.language)


@routes.get("/api/inventory/dead", "stock.edit")
async def read_dead(call: Call, query: DeadQuery) -> DeadView:
    """What stands there and nobody wants, and what it is worth."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        return await queries.dead(snapshot, today, query.days, call.language)


@routes.get("/api/inventory/consumption/file", "stock.edit")
async def consumption_file(call: Call, query: UsedFile) -> web.Response:
    """What was used of each item as CSV, XLSX or PDF, the most that is missing first."""
    days = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        told = await queries.consumption(snapshot, *days, call.language)
    table = UsedWriter(call.language, venue.currency).consumption(told, _span(days))
    return await _file(table, query.format, f"consumption-{_span(days, '-')}", venue.name)


@routes.get("/api/inventory/waste/file", "stock.edit")
async def waste_file(call: Call, query: UsedFile) -> web.Response:
    """What was thrown away by reason and person as CSV, XLSX or PDF."""
    days = span(call, query)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        told = await queries.waste(snapshot, *days, call.language)
    table = UsedWriter(call.language, venue.currency).waste(told, _span(days))
    return await _file(table, query.format, f"waste-{_span(days, '-')}", venue.name)


@routes.get("/api/inventory/dead/file", "stock.edit")
async def dead_file(call: Call, query: DeadFile) -> web.Response:
    """What nobody wants as CSV, XLSX or PDF."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        told = await queries.dead(snapshot, today, query.days, call.language)
    table = UsedWriter(call.language, venue.currency).dead(told, query.days)
    return await _file(table, query.format, f"dead-stock-{show_day(today)}", venue.name)


def _span(days: tuple[int, int], between: str = " - ") -> str:
    return between.join(dict.fromkeys(show_day(day) for day in days))


async def _file(table: Table, kind: Format, called: str, venue: str) -> web.Response:
    body = await asyncio.to_thread(tables.write, table, kind, venue)
    headers = {
        "Content-Type": tables.KINDS[kind],
        "Content-Disposition": f'attachment; filename="{called}.{kind}"',
        "Cache-Control": "no-store",
    }
    return web.Response(body=body, headers=headers)
