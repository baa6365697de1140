"""Taking along what is the owner's: everything as one zip, and the totals an accountant asks for."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta

from barbox.backup import children
from barbox.backup.export import accounts
from barbox.backup.targets.store import Pace
from barbox.core.clock import parse_day
from barbox.core.errors import BadRequest, Unavailable
from barbox.core.http import Call, Routes
from barbox.core.messages import View
from barbox.core.settings import read_venue

routes = Routes("backup")

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportQuery(View):
    """`xlsx`: also a spreadsheet for each table, which takes longer."""

    xlsx: bool = False


class AccountsQuery(View):
    """Both days included. A CSV file holds one part, a spreadsheet both."""

    first: Day
    last: Day
    format: Literal["xlsx", "csv"] = "xlsx"
    part: Literal["taxes", "tenders"] = "taxes"


@routes.get("/api/backups/export", "backup.run")
async def export(call: Call, query: ExportQuery) -> web.StreamResponse:
    """Everything the owner has, as a zip: one SQLite file, its schema explained, and a CSV file for each table."""
    scratch = await asyncio.to_thread(tempfile.mkdtemp, prefix="export-", dir=call.db.path.parent)
    try:
        target = f"{scratch}/barbox.zip"
        child = await asyncio.create_subprocess_exec(
            *(*children.modestly(), sys.executable, "-m", "barbox.backup.export.everything"),
            *(str(call.db.path), target, *(["--xlsx"] if query.xlsx else [])),
            env=children.environment(),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode:
            raise Unavailable(said.decode(errors="replace").strip()[-200:])
        response = web.StreamResponse(headers=_headers("application/zip", f"barbox-{_today(call)}.zip"))
        await response.prepare(call.request)
        async for piece in Pace().pieces(Path(target)):
            await response.write(piece)
        await response.write_eof()
        return response
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


@routes.get("/api/backups/accounts", "report.read")
async def accounts_of(call: Call, query: AccountsQuery) -> web.Response:
    """Each business day's takings by tax rate and by means of payment."""
    try:
        first, last = parse_day(query.first), parse_day(query.last)
    except ValueError as error:
        raise BadRequest(str(error), "first") from None
    if last < first:
        raise BadRequest("is before the first day", "last")
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        found = await accounts.totals(snapshot, first, last)
    name = f"barbox-{query.first}-{query.last}"
    if query.format == "csv":
        body = accounts.as_csv(found, query.part, venue, call.language)
        return web.Response(body=body, headers=_headers("text/csv; charset=utf-8", f"{name}-{query.part}.csv"))
    body = await asyncio.to_thread(accounts.as_xlsx, found, venue, call.language)
    return web.Response(body=body, headers=_headers(XLSX, f"{name}.xlsx"))


def _headers(kind: str, name: str) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }


def _today(call: Call) -> str:
    return call.db.days.local(call.db.clock.now()).strftime("%Y-%m-%d")
