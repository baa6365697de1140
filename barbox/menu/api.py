"""The menu's calls."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.http import DEVICE, Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, Made, View
from barbox.core.names import decode, first
from barbox.core.settings import Venue, read_venue
from barbox.menu import commands, queries, rules
from barbox.menu.commands import EditCategory, EditGroup, EditPriceRule, EditProduct, EditTaxRate
from barbox.menu.stations import check_station

routes = Routes("menu")

Left = Callable[[Snapshot], Awaitable[dict[int, float]]]
LEFT: web.AppKey[Left] = web.AppKey("LEFT")
"""How many of each counted product are left: told by the room that counts them, which stands above this one."""
Tiers = Callable[[Snapshot, int, int], Awaitable[frozenset[int]]]
TIERS: web.AppKey[Tiers] = web.AppKey("TIERS")
"""The tiers whose prices a member has on a business day: told by the room that knows guests, which stands beside."""


class CategoryView(View):
    """`stationId`: who makes what is in it, where a product names no other."""

    id: int
    name: str
    names: dict[str, str]
    color: str
    sort: int
    station_id: int | None


class ModifierView(View):
    """`itemId`: the product it is in a set, or whose stock it takes."""

    id: int
    name: str
    names: dict[str, str]
    price: int
    item_id: int | None


class GroupView(View):
    """`kind`: "choice", "size" (its price is part of the product's own), or "set" (what is chosen is a product)."""

    id: int
    kind: str
    name: str
    names: dict[str, str]
    minimum: int
    maximum: int
    modifiers: list[ModifierView]


class SizePrice(View):
    """What a product costs now in one of its sizes."""

    modifier_id: int
    price: int


class ProductView(View):
    """`price` is the one in force now; `regularPrice` the menu's; `stock` what is left, null where nobody counts.

    `sizes` are the prices in force of its sizes: a happy hour is reckoned on the size, not on the ordinary one.
    """

    id: int
    category_id: int
    name: str
    names: dict[str, str]
    price: int
    regular_price: int
    tax_rate_id: int
    station_id: int | None
    available: bool
    stock: float | None
    group_ids: list[int]
    barcode: str | None
    sort: int
    open_price: bool
    unit: str
    age: int
    discountable: bool
    sizes: list[SizePrice]


class TaxRateView(View):
    id: int
    name: str
    names: dict[str, str]
    rate: int


class MenuView(View):
    tax_included: bool
    categories: list[CategoryView]
    products: list[ProductView]
    groups: list[GroupView]
    tax_rates: list[TaxRateView]


class MenuQuery(View):
    """`areaId`: prices as they are in this area; `memberId`: for this guest."""

    area_id: int | None = None
    member_id: Id | None = None


@routes.get("/api/menu", DEVICE)
async def menu(call: Call, query: MenuQuery) -> MenuView:
    """Categories, products, prices in force now and availability; with ETag, 304 when nothing changed."""
    async with call.db.snapshot() as snapshot:
        view = await _view(call, snapshot, query)
    body = msgspec.json.encode(view)
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if call.request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)  # type: ignore[return-value]
    return web.Response(body=body, headers=headers, content_type="application/json")  # type: ignore[return-value]


async def _view(call: Call, snapshot: Snapshot, query: MenuQuery) -> MenuView:
    venue = await read_venue(snapshot)
    catalogue = await queries.read_catalogue(snapshot)
    categories = await snapshot.all(queries.CATEGORIES, queries.CategoryRow)
    tax_rates = await snapshot.all(queries.TAX_RATES, queries.TaxRow)
    left = await call.request.app[LEFT](snapshot)
    now = call.db.clock.now()
    local = call.db.days.local(now)
    moment = rules.Moment(local.weekday(), local.hour * 60 + local.minute)
    tiers = rules.NO_TIERS
    if query.member_id is not None:
        tiers = await call.request.app[TIERS](snapshot, query.member_id, call.db.days.of(now))
    groups = {group.id: group for product in catalogue.products.values() for group in product.groups}
    return MenuView(
        tax_included=venue.tax_included,
        categories=[
            CategoryView(
                id=row.id, color=row.color, sort=row.sort, station_id=row.station_id, **_named(row.names, venue)
            )
            for row in categories
        ],
        products=[
            _product(
                product,
                rules.rule_in_force(product, catalogue.price_rules, moment, query.area_id, tiers),
                left.get(product.id),
                venue,
            )
            for product in catalogue.products.values()
        ],
        groups=[_group(group, venue) for group in groups.values()],
        tax_rates=[TaxRateView(id=row.id, rate=row.rate, **_named(row.names, venue)) for row in tax_rates],
    )


def _product(product: rules.Product, rule: rules.PriceRule | None, left: float | None, venue: Venue) -> ProductView:
    sizes = [size for group in product.groups if group.kind == "size" for size in group.modifiers]
    return ProductView(
        id=product.id,
        category_id=product.category_id,
        name=first(product.names, venue.language),
        names=product.names,
        price=rules.sized(product, None, rule),
        regular_price=product.price,
        tax_rate_id=product.tax_rate_id,
        station_id=product.station_id,
        available=product.available and (left is None or left > 0),
        stock=left,
        group_ids=[group.id for group in product.groups],
        barcode=product.barcode,
        sort=product.sort,
        open_price=product.open_price,
        unit=product.unit,
        age=product.age,
        discountable=product.discountable,
        sizes=[SizePrice(size.id, rules.sized(product, size, rule)) for size in sizes],
    )


def _group(group: rules.Group, venue: Venue) -> GroupView:
    modifiers = [
        ModifierView(
            id=each.id,
            name=first(each.names, venue.language),
            names=each.names,
            price=each.price,
            item_id=each.product_id,
        )
        for each in group.modifiers
    ]
    return GroupView(
        id=group.id,
        kind=group.kind,
        name=first(group.names, venue.language),
        names=group.names,
        minimum=group.minimum,
        maximum=group.maximum,
        modifiers=modifiers,
    )


class Scanned(View):
    """The product of a barcode."""

    item_id: int


class BarcodeQuery(View):
    code: Annotated[str, Meta(min_length=1, max_length=40)]


@routes.get("/api/menu/barcode", DEVICE)
async def scan(call: Call, query: BarcodeQuery) -> Scanned:
    """Which product carries a barcode."""
    async with call.db.snapshot() as snapshot:
        found = await snapshot.one(queries.BY_BARCODE, queries.ScannedRow, barcode=query.code)
    if found is None:
        raise NotFound("barcode", query.code)
    return Scanned(item_id=found.id)


@routes.post("/api/menu/tax-rates", "menu.edit", 201)
async def add_tax_rate(call: Call, body: EditTaxRate) -> Answer[Made]:
    """Add a tax rate."""
    return await call.write(commands.save_tax_rate, None, body)


@routes.put("/api/menu/tax-rates/{rate_id}", "menu.edit")
async def change_tax_rate(call: Call, rate_id: int, body: EditTaxRate) -> Answer[Made]:
    """Change a tax rate for what is ordered from now on."""
    return await call.write(commands.save_tax_rate, rate_id, body)


@routes.post("/api/menu/categories", "menu.edit", 201)
async def add_category(call: Call, body: EditCategory) -> Answer[Made]:
    """Add a category."""
    await check_station(call, body.station_id)
    return await call.write(commands.save_category, None, body)


@routes.put("/api/menu/categories/{category_id}", "menu.edit")
async def change_category(call: Call, category_id: int, body: EditCategory) -> Answer[Made]:
    """Change a category."""
    await check_station(call, body.station_id)
    return await call.write(commands.save_category, category_id, body)


@routes.delete("/api/menu/categories/{category_id}", "menu.edit")
async def hide_category(call: Call, category_id: int) -> None:
    """Take a category off the menu; history keeps it."""
    await call.write(commands.hide, "category", category_id)


@routes.post("/api/menu/groups", "menu.edit", 201)
async def add_group(call: Call, body: EditGroup) -> Answer[Made]:
    """Add a modifier group with its modifiers."""
    return await call.write(commands.save_group, None, body)


@routes.put("/api/menu/groups/{group_id}", "menu.edit")
async def change_group(call: Call, group_id: int, body: EditGroup) -> Answer[Made]:
    """Change a modifier group; modifiers left out are hidden."""
    return await call.write(commands.save_group, group_id, body)


@routes.delete("/api/menu/groups/{group_id}", "menu.edit")
async def hide_group(call: Call, group_id: int) -> None:
    """Take a modifier group off the menu."""
    await call.write(commands.hide, "modifier_group", group_id)


@routes.post("/api/menu/products", "menu.edit", 201)
async def add_product(call: Call, body: EditProduct) -> Answer[Made]:
    """Add a product."""
    await check_station(call, body.station_id)
    return await call.write(commands.save_product, None, body)


@routes.put("/api/menu/products/{product_id}", "menu.edit")
async def change_product(call: Call, product_id: int, body: EditProduct) -> Answer[Made]:
    """Change a product; what was ordered keeps its price."""
    await check_station(call, body.station_id)
    return await call.write(commands.save_product, product_id, body)


@routes.delete("/api/menu/products/{product_id}", "menu.edit")
async def hide_product(call: Call, product_id: int) -> None:
    """Take a product off the menu; history keeps it."""
    await call.write(commands.hide, "product", product_id)


@routes.post("/api/menu/products/{product_id}/sold-out", "menu.soldout")
async def sold_out(call: Call, product_id: int) -> Answer[Made]:
    """86 a product: every screen shows it at once."""
    return await call.write(commands.set_available, product_id, False)


@routes.post("/api/menu/products/{product_id}/back", "menu.soldout")
async def back(call: Call, product_id: int) -> Answer[Made]:
    """Take an 86 back."""
    return await call.write(commands.set_available, product_id, True)


@routes.post("/api/menu/price-rules", "menu.edit", 201)
async def add_price_rule(call: Call, body: EditPriceRule) -> Answer[Made]:
    """Add a happy hour."""
    return await call.write(commands.save_price_rule, None, body)


@routes.put("/api/menu/price-rules/{rule_id}", "menu.edit")
async def change_price_rule(call: Call, rule_id: int, body: EditPriceRule) -> Answer[Made]:
    """Change a happy hour."""
    return await call.write(commands.save_price_rule, rule_id, body)


@routes.delete("/api/menu/price-rules/{rule_id}", "menu.edit")
async def hide_price_rule(call: Call, rule_id: int) -> None:
    """End a happy hour."""
    await call.write(commands.hide, "price_rule", rule_id)


def _named(names: str, venue: Venue) -> dict[str, Any]:
    decoded = decode(names)
    return {"name": first(decoded, venue.language), "names": decoded}
