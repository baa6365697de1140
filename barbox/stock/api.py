"""What is on the shelf, and the moves that people make."""

from typing import Annotated

from msgspec import Meta

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, Made, View
from barbox.core.money import show_quantity
from barbox.core.names import decode, first
from barbox.core.settings import read_venue
from barbox.menu.queries import read_catalogue
from barbox.stock import commands, deposits, queries, rules
from barbox.stock.deposits import DepositsView
from barbox.stock.moves import Deposit, LevelsView, LevelView, Production, StockChange, StockPolicy, StockTransfer

routes = Routes("stock")


class PlaceLevel(View):
    location_id: int
    on_hand: float


class InventoryPack(View):
    """A way to count it: a case of 24."""

    id: int
    name: str
    names: dict[str, str]
    quantity: float
    barcode: str | None


class InventoryItem(View):
    """Quantities in the item's `unit`; `value` (minor units) for those who may change the stock.

    `packs` where they were asked for.
    """

    item_id: int
    name: str
    names: dict[str, str]
    on_hand: float | None
    policy: str
    low: bool
    kind: str = "other"
    unit: str = "piece"
    low_at: float = 0
    par: float = 0
    location_id: int | None = None
    shelf: str | None = None
    supplier_id: int | None = None
    barcode: str | None = None
    value: int | None = None
    places: list[PlaceLevel] = []
    packs: list[InventoryPack] = []


class InventoryView(View):
    """`total` is how many there are in all, `low` how many of them are at their reorder point."""

    items: list[InventoryItem]
    total: int
    low: int


class InventoryQuery(View):
    """`q` is part of a name or a barcode; `low` only what is to be bought; a page of `limit` from `offset` on.

    `packs`: with what each is counted in.
    """

    q: Annotated[str, Meta(max_length=60)] = ""
    low: bool = False
    location_id: Id | None = None
    supplier_id: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=2000)] = 500
    offset: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    packs: bool = False


@routes.get("/api/inventory", "stock.read")
async def inventory(call: Call, query: InventoryQuery) -> InventoryView:
    """What is on the shelf, low items first; `untracked` products are not counted."""
    counts = call.actor.may("stock.edit")
    asked = queries.Asked(query.q, query.low, query.location_id, query.supplier_id, query.limit, query.offset)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        page = await queries.inventory(snapshot, asked)
        items = [_item(row, page, venue.language, counts=counts) for row in page.rows]
        if query.packs:
            packs = await queries.packs_of(snapshot, [row.id for row in page.rows])
            for item in items:
                item.packs = [_pack(row, venue.language) for row in packs.get(item.item_id, [])]
        if asked.everything and len(items) < query.limit:
            known = await queries.tracked(snapshot)
            items += [
                InventoryItem(product.id, first(product.names, venue.language), product.names, None, "untracked", False)
                for product in (await read_catalogue(snapshot)).products.values()
                if product.id not in known
            ]
    return InventoryView(items, page.total, len(page.low))


def _pack(row: queries.PackRow, language: str) -> InventoryPack:
    names = decode(row.names)
    return InventoryPack(row.id, first(names, language), names, show_quantity(row.quantity), row.barcode)


def _item(row: queries.InventoryRow, page: queries.Page, language: str, *, counts: bool) -> InventoryItem:
    names, places = decode(row.names), page.places.get(row.id, [])
    there = page.there(row.id)
    return InventoryItem(
        item_id=row.id,
        name=first(names, language),
        names=names,
        on_hand=show_quantity(there),
        policy=row.policy,
        low=row.id in page.low,
        kind=row.kind,
        unit=row.unit,
        low_at=show_quantity(row.low_at),
        par=show_quantity(row.par),
        location_id=row.location_id,
        shelf=row.shelf,
        supplier_id=row.supplier_id,
        barcode=row.barcode,
        value=rules.in_minor(rules.worth(there, row.cost)) if counts else None,
        places=[PlaceLevel(each.location_id, show_quantity(each.on_hand)) for each in places],
    )


@routes.post("/api/inventory/receive", "stock.edit")
async def receive(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Goods came in: added to what is there, with what they cost."""
    return await call.write(commands.receive, body)


@routes.post("/api/inventory/count", "stock.edit")
async def count(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Counted: this is what is there."""
    return await call.write(commands.count, body)


@routes.post("/api/inventory/waste", "stock.waste")
async def waste(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Broken or poured away, with a reason."""
    return await call.write(commands.waste, body)


@routes.post("/api/inventory/adjust", "stock.edit")
async def adjust(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Set right, with a reason; journalled as a count."""
    return await call.write(commands.adjust, body)


@routes.post("/api/inventory/transfer", "stock.edit")
async def transfer(call: Call, body: StockTransfer) -> Answer[LevelsView]:
    """Carried from one place to another, as from the cellar to the bar."""
    return await call.write(commands.transfer, body)


@routes.post("/api/inventory/produce", "stock.edit")
async def produce(call: Call, body: Production) -> Answer[LevelsView]:
    """A premix was made by its recipe."""
    return await call.write(commands.produce, body)


@routes.post("/api/inventory/deposit", "stock.edit")
async def deposit(call: Call, body: Deposit) -> Answer[LevelsView]:
    """Empties with a deposit on them came in or went out."""
    return await call.write(commands.deposit, body)


@routes.get("/api/inventory/deposits", "stock.edit")
async def read_deposits(call: Call) -> DepositsView:
    """What carries a deposit: what is in the house, what guests have, what suppliers are to take back."""
    async with call.db.snapshot() as snapshot:
        return await deposits.read(snapshot, call.language)


@routes.post("/api/menu/products/{product_id}/left", "menu.soldout")
async def left(call: Call, product_id: int, body: commands.SetLeft) -> Answer[Made]:
    """So many are left: counted down with the orders, 86 at none; null ends the counting and any 86."""
    return await call.write(commands.set_left, product_id, body)


@routes.put("/api/inventory/{product_id}", "stock.edit")
async def policy(call: Call, product_id: int, body: StockPolicy) -> Answer[LevelView]:
    """Begin to count a product: refuse, warn or allow when there is none, and when it is low."""
    return await call.write(commands.set_policy, product_id, body)


class LocationView(View):
    id: int
    name: str
    names: dict[str, str]
    sort: int


class LocationsView(View):
    locations: list[LocationView]


@routes.get("/api/inventory/locations", "stock.read")
async def locations(call: Call) -> LocationsView:
    """Where things stand: bar, cellar, kitchen."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        rows = await snapshot.all(queries.LOCATIONS, queries.LocationRow)
    return LocationsView(
        [LocationView(row.id, first(decode(row.names), language), decode(row.names), row.sort) for row in rows]
    )


@routes.post("/api/inventory/locations", "stock.edit", 201)
async def add_location(call: Call, body: commands.EditLocation) -> Answer[Made]:
    """Add a place."""
    return await call.write(commands.save_location, None, body)


@routes.put("/api/inventory/locations/{location_id}", "stock.edit")
async def change_location(call: Call, location_id: int, body: commands.EditLocation) -> Answer[Made]:
    """Rename a place."""
    return await call.write(commands.save_location, location_id, body)


@routes.delete("/api/inventory/locations/{location_id}", "stock.edit")
async def hide_location(call: Call, location_id: int) -> None:
    """Take an empty place away."""
    await call.write(commands.hide_location, location_id)
