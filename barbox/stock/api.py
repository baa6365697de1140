"""Stock's calls."""

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.names import first
from barbox.core.settings import read_venue
from barbox.menu.queries import read_catalogue
from barbox.stock import commands, queries
from barbox.stock.commands import LevelsView, LevelView, StockChange, StockPolicy

routes = Routes("stock")


class InventoryItem(View):
    item_id: int
    name: str
    names: dict[str, str]
    on_hand: float | None
    policy: str
    low: bool


class InventoryView(View):
    items: list[InventoryItem]


@routes.get("/api/inventory", "stock.read")
async def inventory(call: Call) -> InventoryView:
    """What is on the shelf, low items first; `untracked` products are not counted."""
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        products = (await read_catalogue(snapshot)).products
        levels = {row.product_id: row for row in await snapshot.all(queries.LEVELS, queries.Level)}
    items = []
    for product in products.values():
        level, name = levels.get(product.id), first(product.names, venue.language)
        if level is None:
            items.append(InventoryItem(product.id, name, product.names, None, "untracked", False))
        else:
            low = level.on_hand <= level.low_at
            items.append(
                InventoryItem(product.id, name, product.names, show_quantity(level.on_hand), level.policy, low)
            )
    return InventoryView(sorted(items, key=lambda item: (not item.low, item.on_hand is None)))


@routes.post("/api/inventory/receive", "stock.edit")
async def receive(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Goods came in: added to what is there."""
    return await call.write(commands.receive, body)


@routes.post("/api/inventory/count", "stock.edit")
async def count(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Counted: this is what is there."""
    return await call.write(commands.count, body)


@routes.post("/api/inventory/waste", "stock.edit")
async def waste(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Broken or poured away, with a reason."""
    return await call.write(commands.waste, body)


@routes.post("/api/inventory/adjust", "stock.edit")
async def adjust(call: Call, body: StockChange) -> Answer[LevelsView]:
    """Set right, with a reason; journalled as a count."""
    return await call.write(commands.count, body)


@routes.put("/api/inventory/{product_id}", "stock.edit")
async def policy(call: Call, product_id: int, body: StockPolicy) -> Answer[LevelView]:
    """Begin to count a product: refuse, warn or allow when there is none, and when it is low."""
    return await call.write(commands.set_policy, product_id, body)
