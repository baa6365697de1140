"""The menu's calls for the office: the whole of it, its order, its prices at any hour, and its tables."""

import asyncio
import base64
import binascii
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta

from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, Id, View
from barbox.core.settings import read_venue
from barbox.menu import commands, exporting, importing, queries, rules, sample, sheets
from barbox.menu.commands import Sorted
from barbox.menu.importing import ImportReport
from barbox.menu.office import OfficeMenu, read_menu
from barbox.menu.stations import STATIONS

routes = Routes("menu")

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class PriceQuery(View):
    """A moment of the week: `weekday` 0 is Monday, `minute` counts from local midnight."""

    weekday: Annotated[int, Meta(ge=0, le=6)]
    minute: Annotated[int, Meta(ge=0, lt=1440)]
    area_id: Id | None = None


class PriceAt(View):
    """A product's price at the moment asked for, and the rule that makes it; without one it is the menu's own."""

    item_id: int
    price: int
    regular_price: int
    rule_id: int | None


class PricesAt(View):
    prices: list[PriceAt]


class ExportQuery(View):
    format: Literal["csv", "xlsx"] = "xlsx"


class ImportFile(Body):
    """A CSV or XLSX file in base64; only checked unless `apply`."""

    content: Annotated[str, Meta(min_length=1, max_length=1_000_000)]
    apply: bool = False


@routes.get("/api/menu/office", "menu.edit")
async def office(call: Call) -> OfficeMenu:
    """The menu as it is edited."""
    async with call.db.snapshot() as snapshot:
        return await read_menu(snapshot)


@routes.put("/api/menu/sort", "menu.edit")
async def sort(call: Call, body: Sorted) -> None:
    """Put categories or products in another order."""
    await call.write(commands.sort, body)


@routes.get("/api/menu/prices", "menu.edit")
async def prices(call: Call, query: PriceQuery) -> PricesAt:
    """What everything would cost at a moment of the week, in an area."""
    async with call.db.snapshot() as snapshot:
        catalogue = await queries.read_catalogue(snapshot)
    moment = rules.Moment(query.weekday, query.minute)
    found = []
    for product in catalogue.products.values():
        rule = rules.rule_in_force(product, catalogue.price_rules, moment, query.area_id)
        price = rules.discounted(product.price, rule) if rule else product.price
        found.append(PriceAt(product.id, price, product.price, rule.id if rule else None))
    return PricesAt(found)


@routes.get("/api/menu/export", "menu.edit")
async def export(call: Call, query: ExportQuery) -> web.Response:
    """The menu as a table to edit and import again; XLSX has the choices on a second sheet."""
    async with call.db.snapshot() as snapshot:
        venue, menu = await read_venue(snapshot), await read_menu(snapshot)
        stations = await call.request.app[STATIONS](snapshot)
    products = list(exporting.product_rows(menu, stations, venue.currency))
    if query.format == "csv":
        body = sheets.write_csv(products)
    else:
        tables = {"Products": products, "Groups": list(exporting.group_rows(menu, venue.currency))}
        body = await asyncio.to_thread(sheets.write_xlsx, tables)
    headers = {"Content-Disposition": f'attachment; filename="menu.{query.format}"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type=TYPES[query.format], headers=headers)


@routes.post("/api/menu/import", "menu.edit")
async def take(call: Call, body: ImportFile) -> Answer[ImportReport]:
    """Check a table of products, every wrong cell by its row; with `apply`, and nothing wrong, it becomes the menu."""
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("is not base64", "content") from None
    tables = await asyncio.to_thread(sheets.read, content)
    async with call.db.snapshot() as snapshot:
        stations = await call.request.app[STATIONS](snapshot)
    return await call.write(importing.import_menu, tables, stations, call.language, body.apply)


@routes.post("/api/menu/sample", "menu.edit", 201)
async def add_sample(call: Call) -> Answer[ImportReport]:
    """Put a small bar's usual drinks and snacks on the menu, to begin with."""
    async with call.db.snapshot() as snapshot:
        stations = await call.request.app[STATIONS](snapshot)
    return await call.write(sample.add_sample_menu, stations, call.language)
