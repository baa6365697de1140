"""The floor's calls."""

from barbox.core.http import DEVICE, Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Made, View
from barbox.core.names import decode, first
from barbox.core.settings import read_venue
from barbox.floor import commands, queries
from barbox.floor.commands import EditArea, EditTable
from barbox.floor.queries import TableRow

routes = Routes("floor")


class AreaView(View):
    id: int
    name: str
    names: dict[str, str]
    sort: int
    service_rate: int
    cover_price: int
    cover_tax_rate_id: int | None
    minimum_spend: int


class FloorView(View):
    areas: list[AreaView]
    tables: list[TableRow]


@routes.get("/api/floor", DEVICE)
async def floor(call: Call) -> FloorView:
    """Areas and tables; who sits where is in the open orders."""
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        areas = await snapshot.all(queries.AREAS, queries.AreaRow)
        tables = await snapshot.all(queries.TABLES, TableRow)
    views = []
    for area in areas:
        names = decode(area.names)
        views.append(
            AreaView(
                area.id,
                first(names, venue.language),
                names,
                area.sort,
                area.service_rate,
                area.cover_price,
                area.cover_tax_rate_id,
                area.minimum_spend,
            )
        )
    return FloorView(views, tables)


@routes.post("/api/floor/areas", "floor.edit", 201)
async def add_area(call: Call, body: EditArea) -> Answer[Made]:
    """Add an area."""
    return await call.write(commands.save_area, None, body)


@routes.put("/api/floor/areas/{area_id}", "floor.edit")
async def change_area(call: Call, area_id: int, body: EditArea) -> Answer[Made]:
    """Change an area."""
    return await call.write(commands.save_area, area_id, body)


@routes.delete("/api/floor/areas/{area_id}", "floor.edit")
async def hide_area(call: Call, area_id: int) -> None:
    """Take an area with its tables off the floor."""
    await call.write(commands.hide_area, area_id)


@routes.post("/api/floor/tables", "floor.edit", 201)
async def add_table(call: Call, body: EditTable) -> Answer[Made]:
    """Add a table."""
    return await call.write(commands.save_table, None, body)


@routes.put("/api/floor/tables/{table_id}", "floor.edit")
async def change_table(call: Call, table_id: int, body: EditTable) -> Answer[Made]:
    """Change or move a table on the plan."""
    return await call.write(commands.save_table, table_id, body)


@routes.delete("/api/floor/tables/{table_id}", "floor.edit")
async def hide_table(call: Call, table_id: int) -> None:
    """Take a table off the floor."""
    await call.write(commands.hide_table, table_id)
