"""Changing the floor plan; every screen hears of it by `floor.changed`."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from barbox.core.errors import AlreadyThere, NotFound
from barbox.core.messages import Amount, Body, Id, Made
from barbox.core.names import Names, encode
from barbox.core.transaction import Transaction
from barbox.floor.models import Area, DiningTable
from barbox.floor.queries import load_areas, load_tables

Percent = Annotated[int, Meta(ge=0, le=100)]


class EditArea(Body):
    """An area and what sitting there costs: `serviceRate` in basis points, the rest in minor units.

    The cover charge is taxed at `coverTaxRateId`, or, without one, as what was ordered is.
    """

    names: Names
    sort: Annotated[int, Meta(ge=0, le=1000)] = 0
    service_rate: Annotated[int, Meta(ge=0, le=10_000, description="basis points: 1000 is 10 %")] = 0
    cover_price: Amount = 0
    cover_tax_rate_id: Id | None = None
    minimum_spend: Amount = 0


class EditTable(Body):
    area_id: Id
    name: Annotated[str, Meta(min_length=1, max_length=12)]
    seats: Annotated[int, Meta(ge=1, le=200)] = 4
    x: Percent = 0
    y: Percent = 0
    width: Annotated[int, Meta(ge=1, le=100)] = 12
    height: Annotated[int, Meta(ge=1, le=100)] = 12
    shape: Literal["round", "square"] = "square"


def save_area(tx: Transaction, area_id: int | None, body: EditArea) -> Made:
    row = msgspec.structs.asdict(body) | {"names": encode(body.names)}
    return _saved(tx, Area, area_id, row, body)


def save_table(tx: Transaction, table_id: int | None, body: EditTable) -> Made:
    """Add or change a table. Raises AlreadyThere when another of that name stands on the floor."""
    for table in tx.cached(load_tables).values():
        if table.name == body.name and table.id != table_id:
            raise AlreadyThere(f"a table called {body.name}")
    if tx.run(Area.select(Area.id).where(Area.id == body.area_id)).fetchone() is None:
        raise NotFound("area", body.area_id)
    return _saved(tx, DiningTable, table_id, msgspec.structs.asdict(body), body)


def hide_table(tx: Transaction, table_id: int) -> None:
    """Take a table off the floor; its orders keep its name."""
    if tx.run(DiningTable.update(hidden=1).where(DiningTable.id == table_id)).rowcount == 0:
        raise NotFound("table", table_id)
    _told(tx, "table", table_id, {"hidden": True})


def hide_area(tx: Transaction, area_id: int) -> None:
    """Take an area with its tables off the floor."""
    if tx.run(Area.update(hidden=1).where(Area.id == area_id)).rowcount == 0:
        raise NotFound("area", area_id)
    tx.run(DiningTable.update(hidden=1).where(DiningTable.area_id == area_id))
    _told(tx, "area", area_id, {"hidden": True})


def _saved(tx: Transaction, model: type[Any], id: int | None, row: dict[str, Any], body: Body) -> Made:  # noqa: A002
    if id is None:
        id = int(tx.run(model.insert(**row)).lastrowid or 0)  # noqa: A001
    elif tx.run(model.update(**row).where(model.id == id)).rowcount == 0:
        raise NotFound(model._meta.table_name, id)
    _told(tx, "area" if model is Area else "table", id, body)
    return Made(id=id)


def _told(tx: Transaction, what: str, id: int, change: Any) -> None:  # noqa: A002
    tx.invalidate(load_tables)
    tx.invalidate(load_areas)
    tx.emit("floor.changed", f"{what}:{id}", change, rooms=("floor",))
