"""Items and recipes out as tables, and in again."""

import asyncio
import base64
import binascii
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from barbox.core import sheets
from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, View
from barbox.stock.sheets import exporting, importing
from barbox.stock.sheets.columns import FORM
from barbox.stock.sheets.importing import TriedOut
from barbox.stock.sheets.reading import StockImport
from barbox.stock.sheets.template import template

routes = Routes("stock")

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ExportQuery(View):
    """CSV holds one `table`, XLSX both. A `template` has only headings, in XLSX with a sheet that explains them."""

    format: Literal["csv", "xlsx"] = "xlsx"
    table: Literal["items", "recipes"] = "items"
    template: bool = False


class ImportQuery(View):
    """`dryRun`: only tell what would happen."""

    dry_run: bool = False


class StockFile(Body):
    """A CSV or XLSX file of items, recipes or both, in base64."""

    content: Annotated[str, Meta(min_length=1, max_length=1_000_000)]


@routes.get("/api/inventory/export", "stock.edit")
async def export(call: Call, query: ExportQuery) -> web.Response:
    """Items and recipes as tables to edit and import again."""
    if query.template:
        tables = template(call.language)
    else:
        async with call.db.snapshot() as snapshot:
            tables = await exporting.tables(snapshot)
    if query.format == "csv":
        body = await asyncio.to_thread(sheets.write_csv, tables[query.table.capitalize()])
    else:
        body = await asyncio.to_thread(sheets.write_xlsx, tables)
    headers = {"Content-Disposition": f'attachment; filename="stock.{query.format}"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type=TYPES[query.format], headers=headers)


@routes.post("/api/inventory/import", "stock.edit")
async def take(call: Call, query: ImportQuery, body: StockFile) -> Answer[StockImport]:
    """Items and recipes from tables, all or nothing: every problem by its row; suppliers that are new are made."""
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("is not base64", "content") from None
    tables = await asyncio.to_thread(sheets.read, content, FORM)
    try:
        return await call.write(importing.import_stock, tables, call.language, query.dry_run)
    except TriedOut as tried:
        return Answer(200, msgspec.json.encode(tried.report))
