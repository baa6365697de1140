"""Tables as orders need them and as the floor plan shows them."""

import msgspec

from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.floor.models import Area, DiningTable

T = DiningTable
TABLES = freeze(
    T.select(T.id, T.area_id, T.name, T.seats, T.x, T.y, T.width, T.height, T.shape)
    .where(T.hidden == 0)
    .order_by(T.area_id, T.id)
)
AREAS = freeze(
    Area.select(
        Area.id,
        Area.names,
        Area.sort,
        Area.service_rate,
        Area.cover_price,
        Area.cover_tax_rate_id,
        Area.minimum_spend,
    )
    .where(Area.hidden == 0)
    .order_by(Area.sort, Area.id)
)


class TableRow(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    area_id: int
    name: str
    seats: int
    x: int
    y: int
    width: int
    height: int
    shape: str


class AreaRow(msgspec.Struct, frozen=True):
    id: int
    names: str
    sort: int
    service_rate: int
    cover_price: int
    cover_tax_rate_id: int | None
    minimum_spend: int

    @property
    def charges(self) -> bool:
        """Whether sitting here costs or asks for anything besides what is ordered."""
        return bool(self.service_rate or self.cover_price or self.minimum_spend)


def load_tables(tx: Transaction) -> dict[int, TableRow]:
    """All tables by number; use through `tx.cached(load_tables)`."""
    return {row.id: row for row in tx.all(TABLES, TableRow)}


def load_areas(tx: Transaction) -> dict[int, AreaRow]:
    """All areas by number; use through `tx.cached(load_areas)`."""
    return {row.id: row for row in tx.all(AREAS, AreaRow)}
