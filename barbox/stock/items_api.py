"""The calls of items and recipes: the office's part of stock."""

from typing import Annotated

from msgspec import Meta

from barbox.core.errors import NotFound
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, Made, View
from barbox.core.money import show_quantity
from barbox.core.names import decode, first
from barbox.core.settings import read_venue
from barbox.menu.queries import read_catalogue
from barbox.stock import commands, queries, rules
from barbox.stock.commands import EditItem, EditRecipe, RecipeOf
from barbox.stock.pricing import Pricing

routes = Routes("stock")


class PackView(View):
    id: int
    name: str
    names: dict[str, str]
    quantity: float
    barcode: str | None
    price: int | None
    deposit_item_id: int | None


class ItemView(View):
    """An item as the office edits it; `cost` is the moving average of one unit, in minor units."""

    id: int
    name: str
    names: dict[str, str]
    kind: str
    unit: str
    policy: str
    location_id: int
    shelf: str | None
    low_at: float
    par: float
    cost: float
    last_cost: float
    supplier_id: int | None
    barcode: str | None
    tare: float | None
    full_weight: float | None
    full_quantity: float | None
    dated: bool
    note: str | None
    packs: list[PackView]


class ItemsView(View):
    items: list[ItemView]


class ItemsQuery(View):
    """A page of `limit` items, by name; `q` is part of a name or a barcode."""

    q: Annotated[str, Meta(max_length=60)] = ""
    limit: Annotated[int, Meta(ge=1, le=2000)] = 500
    offset: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


@routes.get("/api/inventory/items", "stock.edit")
async def items(call: Call, query: ItemsQuery) -> ItemsView:
    """Items as the office edits them."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        rows = await snapshot.all(queries.items(query.q, query.limit, query.offset), queries.ItemRow)
        packs = await queries.packs_of(snapshot, [row.id for row in rows])
    return ItemsView([_item(row, packs.get(row.id, []), language) for row in rows])


@routes.get("/api/inventory/items/{item_id}", "stock.edit")
async def item(call: Call, item_id: int) -> ItemView:
    """One of them."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        row = await snapshot.one(queries.ITEM, queries.ItemRow, id=item_id)
        if row is None or row.hidden:
            raise NotFound("item", item_id)
        packs = await queries.packs_of(snapshot, [item_id])
    return _item(row, packs.get(item_id, []), language)


def _item(row: queries.ItemRow, packs: list[queries.PackRow], language: str) -> ItemView:
    def maybe(quantity: int | None) -> float | None:
        return None if quantity is None else show_quantity(quantity)

    names = decode(row.names)
    return ItemView(
        id=row.id,
        name=first(names, language),
        names=names,
        kind=row.kind,
        unit=row.unit,
        policy=row.policy,
        location_id=row.location_id,
        shelf=row.shelf,
        low_at=show_quantity(row.low_at),
        par=show_quantity(row.par),
        cost=rules.show_cost(row.cost),
        last_cost=rules.show_cost(row.last_cost),
        supplier_id=row.supplier_id,
        barcode=row.barcode,
        tare=maybe(row.tare),
        full_weight=maybe(row.full_weight),
        full_quantity=maybe(row.full_quantity),
        dated=bool(row.dated),
        note=row.note,
        packs=[_pack(each, language) for each in packs],
    )


def _pack(row: queries.PackRow, language: str) -> PackView:
    names = decode(row.names)
    return PackView(
        row.id, first(names, language), names, show_quantity(row.quantity), row.barcode, row.price, row.deposit_item_id
    )


@routes.post("/api/inventory/items", "stock.edit", 201)
async def add_item(call: Call, body: EditItem) -> Answer[Made]:
    """Add an item."""
    return await call.write(commands.save_item, None, body)


@routes.put("/api/inventory/items/{item_id}", "stock.edit")
async def change_item(call: Call, item_id: int, body: EditItem) -> Answer[Made]:
    """Change an item."""
    return await call.write(commands.save_item, item_id, body)


@routes.delete("/api/inventory/items/{item_id}", "stock.edit")
async def hide_item(call: Call, item_id: int) -> None:
    """Take an item away; history keeps it."""
    await call.write(commands.hide_item, item_id)


class Scanned(View):
    """What carries a barcode: an item, or a pack of it that holds `quantity`."""

    item_id: int
    pack_id: int | None
    quantity: float


class BarcodeQuery(View):
    code: Annotated[str, Meta(min_length=1, max_length=40)]


@routes.get("/api/inventory/barcode", "stock.read")
async def scan(call: Call, query: BarcodeQuery) -> Scanned:
    """Which item or pack carries a barcode; also the product's, where it is counted as it is sold."""
    async with call.db.snapshot() as snapshot:
        found = await queries.scan(snapshot, query.code)
    if found is None:
        raise NotFound("barcode", query.code)
    return Scanned(found.item_id, found.pack_id, show_quantity(found.quantity))


class IngredientView(View):
    item_id: int
    name: str
    unit: str
    quantity: float
    loss: int
    cost: float


class RecipeView(View):
    """A recipe with what one costs now, in minor units.

    `pourCost` is its share of the menu's price without tax, in basis points, `margin` what is left of that price; null
    where there is no price to compare with. Where something must be chosen with it (which gin), the cheapest choice is
    counted, which costs `chosenCost`; `costTo` and `pourCostTo` are with the dearest.
    """

    product_id: int | None
    modifier_id: int | None
    item_id: int | None
    name: str
    yields: float
    items: list[IngredientView]
    cost: float
    price: int | None
    pour_cost: int | None
    margin: int | None
    chosen_cost: float | None = None
    cost_to: float | None = None
    pour_cost_to: int | None = None


class RecipesView(View):
    recipes: list[RecipeView]


class RecipesQuery(View):
    product_id: Id | None = None


@routes.get("/api/recipes", "stock.edit")
async def recipes(call: Call, query: RecipesQuery) -> RecipesView:
    """All recipes, with cost, pour cost and margin as of now."""
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        catalogue = await read_catalogue(snapshot)
        rows = await snapshot.all(queries.RECIPES, queries.RecipeRow)
        known = {row.id: row for row in await snapshot.all(queries.ITEMS, queries.ItemRow)}
    gathered: dict[int, list[queries.RecipeRow]] = {}
    for row in rows:
        if query.product_id in (None, row.product_id):
            gathered.setdefault(row.recipe_id, []).append(row)
    card = _Card(known, Pricing(catalogue, included=venue.tax_included), queries.recipes(rows), venue.language)
    return RecipesView([card.recipe(lines) for lines in gathered.values()])


class _Card:
    """Writes recipes out, with what they cost now."""

    def __init__(
        self, known: dict[int, queries.ItemRow], pricing: Pricing, recipes: rules.Recipes, language: str
    ) -> None:
        self._known, self._pricing, self._recipes, self._language = known, pricing, recipes, language
        self._costs = {row.id: row.cost for row in known.values()}

    def recipe(self, lines: list[queries.RecipeRow]) -> RecipeView:
        of = lines[0]
        must = self._pricing.must(of, self._recipes, self._costs)
        low, high = must or (rules.Must(0, 0), rules.Must(0, 0))
        own = sum(rules.worth(line.takes, self._costs[line.item_id]) for line in lines) * 1000 // of.yields
        names, price, net = self._pricing.of(of)
        if of.made_id is not None:
            names = decode(self._known[of.made_id].names)
        if price is not None and must:
            price += low.price
            net = self._pricing.without_tax(of, price)
        view = RecipeView(
            product_id=of.product_id,
            modifier_id=of.modifier_id,
            item_id=of.made_id,
            name=first(names, self._language) if names else "",
            yields=show_quantity(of.yields),
            items=[self._ingredient(line) for line in lines],
            cost=rules.show_cost(own + low.cost),
            price=price,
            pour_cost=rules.pour_cost(own + low.cost, net) if net else None,
            margin=net - rules.in_minor(own + low.cost) if net else None,
        )
        if must:
            view.chosen_cost, view.cost_to = rules.show_cost(low.cost), rules.show_cost(own + high.cost)
            if price is not None:
                dear = self._pricing.without_tax(of, price - low.price + high.price)
                view.pour_cost_to = rules.pour_cost(own + high.cost, dear) if dear > 0 else None
        return view

    def _ingredient(self, line: queries.RecipeRow) -> IngredientView:
        item = self._known[line.item_id]
        return IngredientView(
            line.item_id,
            first(decode(item.names), self._language),
            item.unit,
            show_quantity(line.quantity),
            line.loss,
            rules.show_cost(rules.worth(line.takes, item.cost)),
        )


@routes.put("/api/recipes/products/{product_id}", "stock.edit")
async def product_recipe(call: Call, product_id: int, body: EditRecipe) -> Answer[Made]:
    """What one of a product takes, from the next order on."""
    return await call.write(commands.save_recipe, RecipeOf(product_id=product_id), body)


@routes.put("/api/recipes/products/{product_id}/choices/{modifier_id}", "stock.edit")
async def choice_recipe(call: Call, product_id: int, modifier_id: int, body: EditRecipe) -> Answer[Made]:
    """What one of a product takes in a size, instead of its own; or with a choice, beside its own."""
    return await call.write(commands.save_recipe, RecipeOf(product_id, modifier_id), body)


@routes.put("/api/recipes/modifiers/{modifier_id}", "stock.edit")
async def modifier_recipe(call: Call, modifier_id: int, body: EditRecipe) -> Answer[Made]:
    """What a modifier takes on top, whatever it is chosen for."""
    return await call.write(commands.save_recipe, RecipeOf(modifier_id=modifier_id), body)


@routes.put("/api/recipes/items/{item_id}", "stock.edit")
async def premix_recipe(call: Call, item_id: int, body: EditRecipe) -> Answer[Made]:
    """How a premix is produced."""
    return await call.write(commands.save_recipe, RecipeOf(item_id=item_id), body)


@routes.delete("/api/recipes/products/{product_id}", "stock.edit")
async def drop_product_recipe(call: Call, product_id: int) -> None:
    """A product takes nothing any more."""
    await call.write(commands.drop_recipe, RecipeOf(product_id=product_id))


@routes.delete("/api/recipes/products/{product_id}/choices/{modifier_id}", "stock.edit")
async def drop_choice_recipe(call: Call, product_id: int, modifier_id: int) -> None:
    """A size or choice takes what the product takes."""
    await call.write(commands.drop_recipe, RecipeOf(product_id, modifier_id))


@routes.delete("/api/recipes/modifiers/{modifier_id}", "stock.edit")
async def drop_modifier_recipe(call: Call, modifier_id: int) -> None:
    """A modifier takes nothing any more."""
    await call.write(commands.drop_recipe, RecipeOf(modifier_id=modifier_id))


@routes.delete("/api/recipes/items/{item_id}", "stock.edit")
async def drop_premix_recipe(call: Call, item_id: int) -> None:
    """A premix is no longer produced here."""
    await call.write(commands.drop_recipe, RecipeOf(item_id=item_id))
