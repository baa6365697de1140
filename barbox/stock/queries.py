"""Items, levels and recipes, read."""

from typing import Any

import msgspec
import peewee

from barbox.core.database import Snapshot
from barbox.core.money import THOUSANDTH, show_quantity
from barbox.core.statements import freeze
from barbox.menu.models import Modifier, ModifierGroup, Product
from barbox.menu.queries import read_catalogue
from barbox.stock import rules
from barbox.stock.models import Countdown, Recipe, RecipeLine, StockItem, StockLevel, StockLocation, StockLow, StockPack

IT, S, R, L, P, M, G = StockItem, StockLevel, Recipe, RecipeLine, StockPack, Modifier, ModifierGroup


class CountdownRow(msgspec.Struct):
    """`remaining` thousandths of a product, as a cook said."""

    product_id: int
    remaining: int


class ItemRow(msgspec.Struct):
    """The columns of `stock_item`, in their order."""

    id: int
    names: str
    kind: rules.ItemKind
    unit: rules.Unit
    policy: rules.Policy
    location_id: int
    shelf: str | None = None
    low_at: int = 0
    par: int = 0
    cost: int = 0
    last_cost: int = 0
    supplier_id: int | None = None
    barcode: str | None = None
    tare: int | None = None
    full_weight: int | None = None
    full_quantity: int | None = None
    dated: int = 0
    note: str | None = None
    hidden: int = 0


class LevelRow(msgspec.Struct, frozen=True, gc=False):
    item_id: int
    location_id: int
    on_hand: int


class PackRow(msgspec.Struct):
    id: int
    item_id: int
    names: str
    quantity: int
    barcode: str | None
    price: int | None
    deposit_item_id: int | None


class LocationRow(msgspec.Struct):
    id: int
    names: str
    sort: int


class RecipeRow(msgspec.Struct, frozen=True, gc=False):
    """One ingredient of one recipe, with what the recipe is of."""

    recipe_id: int
    product_id: int | None
    modifier_id: int | None
    made_id: int | None
    yields: int
    from_line: int
    of_size: int
    group_id: int | None
    one_of: int
    """Of a choice that must be made: how many there are to choose from; else 0."""
    item_id: int
    quantity: int
    loss: int
    takes: int


class IdRow(msgspec.Struct):
    id: int


_MUST = (G.kind == "choice") & (G.minimum >= 1)
_OTHER = Modifier.alias()
_CHOICES = _OTHER.select(peewee.fn.COUNT(_OTHER.id)).where((_OTHER.group_id == G.id) & (_OTHER.hidden == 0))
_item = tuple(getattr(IT, name) for name in ItemRow.__struct_fields__)
_recipe = (
    *(R.id, R.product_id, R.modifier_id, R.item_id, R.yields, R.from_line),
    peewee.fn.COALESCE(G.kind == "size", 0),
    M.group_id,
    peewee.Case(None, [(R.product_id.is_null(False) & _MUST, _CHOICES)], 0),
    *(L.item_id, L.quantity, L.loss, L.takes),
)
_recipes = (
    R.select(*_recipe)
    .join(L, on=(L.recipe_id == R.id))
    .join(M, peewee.JOIN.LEFT_OUTER, on=(M.id == R.modifier_id))
    .join(G, peewee.JOIN.LEFT_OUTER, on=(G.id == M.group_id))
)

COUNTDOWNS = freeze(Countdown.select(Countdown.product_id, Countdown.remaining))
ITEMS = freeze(IT.select(*_item).order_by(IT.id))
ITEM = freeze(lambda p: IT.select(*_item).where(IT.id == p.id))
LEVELS = freeze(S.select(S.item_id, S.location_id, S.on_hand))
LEVELS_OF = freeze(lambda p: S.select(S.item_id, S.location_id, S.on_hand).where(S.item_id == p.id))
LOW = freeze(StockLow.select(StockLow.item_id))
LOCATIONS = freeze(
    StockLocation.select(StockLocation.id, StockLocation.names, StockLocation.sort)
    .where(StockLocation.hidden == 0)
    .order_by(StockLocation.sort, StockLocation.id)
)
PACKS = freeze(
    P.select(P.id, P.item_id, P.names, P.quantity, P.barcode, P.price, P.deposit_item_id)
    .where(P.hidden == 0)
    .order_by(P.item_id, P.sort, P.id)
)
RECIPES = freeze(_recipes.where(R.until_line.is_null()).order_by(R.id, L.line))
RECIPES_AT = freeze(
    lambda p: _recipes.where((R.from_line <= p.line) & (R.until_line.is_null() | (R.until_line > p.line))).order_by(
        R.id, L.line
    )
)
LAST_CHANGE = freeze(R.select(peewee.fn.COALESCE(peewee.fn.MAX(peewee.fn.COALESCE(R.until_line, R.from_line)), 0)))

_there = peewee.fn.COALESCE(S.select(peewee.fn.SUM(S.on_hand)).where(S.item_id == L.item_id), 0)


class MakeableRow(msgspec.Struct, frozen=True, gc=False):
    product_id: int
    plain: int
    itself: int
    left: int


_in_force = (
    R.until_line.is_null()
    & R.product_id.is_null(False)
    & (R.modifier_id.is_null() | ((G.kind == "size") & (M.hidden == 0)))
    & (IT.policy == "refuse")
)
MAKEABLE = freeze(
    R.select(
        R.product_id,
        R.modifier_id.is_null(),
        (peewee.fn.COUNT(L.item_id) == 1)
        & (peewee.fn.MAX(L.item_id) == R.product_id)
        & (peewee.fn.MAX(L.takes) == THOUSANDTH),
        peewee.fn.MIN(_there * THOUSANDTH / L.takes),
    )
    .join(L, on=(L.recipe_id == R.id))
    .join(IT, on=(IT.id == L.item_id))
    .join(M, peewee.JOIN.LEFT_OUTER, on=(M.id == R.modifier_id))
    .join(G, peewee.JOIN.LEFT_OUTER, on=(G.id == M.group_id))
    .where(_in_force)
    .group_by(R.id)
)
"""How many thousandths of each product its recipes can still make."""


class ChoiceRow(msgspec.Struct, frozen=True, gc=False):
    product_id: int
    group_id: int
    one_of: int
    left: int


CHOICES = freeze(
    R.select(R.product_id, M.group_id, _CHOICES, peewee.fn.MIN(_there * THOUSANDTH / L.takes))
    .join(L, on=(L.recipe_id == R.id))
    .join(IT, on=(IT.id == L.item_id))
    .join(M, on=(M.id == R.modifier_id))
    .join(G, on=(G.id == M.group_id))
    .where(R.until_line.is_null() & R.product_id.is_null(False) & (IT.policy == "refuse") & (M.hidden == 0) & _MUST)
    .group_by(R.id)
)
"""The same for each choice of those of which one must be made."""


async def left(snapshot: Snapshot) -> dict[int, float]:
    """What the menu shows as left: products of which something is refused when there is none."""
    found: dict[int, int] = {}
    plain: set[int] = set()
    for row in await snapshot.all(MAKEABLE, MakeableRow):
        can = max(0, row.left if row.itself else rules.whole(row.left))
        if row.plain:
            found[row.product_id] = can
            plain.add(row.product_id)
        elif row.product_id not in plain:
            found[row.product_id] = max(can, found.get(row.product_id, 0))
    groups: dict[tuple[int, int, int], list[int]] = {}
    for choice in await snapshot.all(CHOICES, ChoiceRow):
        groups.setdefault((choice.product_id, choice.group_id, choice.one_of), []).append(choice.left)
    for (product_id, _, one_of), lefts in groups.items():
        if len(lefts) == one_of:
            best = rules.whole(max(0, *lefts))
            found[product_id] = min(best, found.get(product_id, best))
    for counted in await snapshot.all(COUNTDOWNS, CountdownRow):
        found[counted.product_id] = min(counted.remaining, found.get(counted.product_id, counted.remaining))
    return {product_id: show_quantity(can) for product_id, can in found.items()}


async def product_costs(snapshot: Snapshot) -> dict[int, int]:
    """What one of each product takes from the shelf, in minor units; only where all of it has a cost.

    Where something must be chosen with it, the cheapest choice counts.
    """
    costs = {row.id: row.cost for row in await snapshot.all(ITEMS, ItemRow)}
    book = recipes(await snapshot.all(RECIPES, RecipeRow))
    products = (await read_catalogue(snapshot)).products
    found = {}
    sized = {product_id for product_id, _ in book.sized}
    for product in products.values():
        needs = book.plain.get(product.id, ())
        must = rules.must_choose(book, product, None, costs)
        chosen = must[0].cost if must is not None else 0
        if (needs or (chosen and product.id not in sized)) and all(costs.get(item_id) for item_id, _ in needs):
            found[product.id] = rules.in_minor(rules.recipe_cost(needs, costs) + chosen)
    return found


def recipes(rows: list[RecipeRow]) -> rules.Recipes:
    """Recipes by what they are of."""
    gathered: dict[int, tuple[RecipeRow, list[tuple[int, int]]]] = {}
    for row in rows:
        gathered.setdefault(row.recipe_id, (row, []))[1].append((row.item_id, row.takes))
    found = rules.Recipes({}, {}, {}, {}, {}, {})
    musts: dict[tuple[int, int | None, int], list[rules.Needs]] = {}
    for row, lines in gathered.values():
        needs = tuple(lines)
        if row.made_id is not None:
            found.made[row.made_id] = rules.Brew(row.yields, needs)
        elif row.product_id is None and row.modifier_id is not None:
            found.extra[row.modifier_id] = needs
        elif row.product_id is not None and row.modifier_id is not None:
            (found.sized if row.of_size else found.choice)[row.product_id, row.modifier_id] = needs
            if row.one_of:
                musts.setdefault((row.product_id, row.group_id, row.one_of), []).append(needs)
        elif row.product_id is not None:
            found.plain[row.product_id] = needs
    for (product_id, _, one_of), choices in musts.items():
        if len(choices) == one_of:
            found.musts.setdefault(product_id, []).append(choices)
    return found


class InventoryRow(msgspec.Struct, gc=False):
    id: int
    names: str
    kind: str
    unit: str
    policy: str
    location_id: int
    shelf: str | None
    low_at: int
    par: int
    cost: int
    supplier_id: int | None
    barcode: str | None


class Asked(msgspec.Struct, frozen=True):
    """Which part of the inventory: see `api.InventoryQuery`."""

    q: str = ""
    low: bool = False
    location_id: int | None = None
    supplier_id: int | None = None
    limit: int = 500
    offset: int = 0

    @property
    def everything(self) -> bool:
        """Whether nothing was left out on purpose."""
        return not (self.q or self.low or self.location_id or self.supplier_id)


_columns = tuple(getattr(IT, name) for name in InventoryRow.__struct_fields__)


def _listed(ids: Any) -> Any:
    """The numbers in a JSON array: hundreds of parameters would take longer to write than to find."""
    return peewee.NodeList((peewee.SQL("(SELECT value FROM json_each("), ids, peewee.SQL("))")))


LISTED_ITEMS = freeze(lambda p: IT.select(*_columns).where(IT.id << _listed(p.ids)))
LISTED_LEVELS = freeze(lambda p: S.select(S.item_id, S.location_id, S.on_hand).where(S.item_id << _listed(p.ids)))
LISTED_PACKS = freeze(
    lambda p: (
        P.select(P.id, P.item_id, P.names, P.quantity, P.barcode, P.price, P.deposit_item_id)
        .where((P.hidden == 0) & (P.item_id << _listed(p.ids)))
        .order_by(P.item_id, P.sort, P.id)
    )
)


class Page(msgspec.Struct):
    """Some items, low ones first, where they stand, and how many there are in all and low."""

    rows: list[InventoryRow]
    places: dict[int, list[LevelRow]]
    low: set[int]
    total: int

    def there(self, item_id: int) -> int:
        """What is there of an item in all."""
        return sum(each.on_hand for each in self.places.get(item_id, ()))


async def inventory(snapshot: Snapshot, asked: Asked) -> Page:
    """A page of what is on the shelf, low items first."""
    which = named(asked.q) & (IT.hidden == 0)
    if asked.location_id is not None:
        which &= IT.location_id == asked.location_id
    if asked.supplier_id is not None:
        which &= IT.supplier_id == asked.supplier_id
    lacking = IT.select(IT.id).join(StockLow, on=(StockLow.item_id == IT.id)).where(which)
    low = [row.id for row in await snapshot.all(lacking.order_by(IT.id), IdRow)]
    listed, rest = low[asked.offset : asked.offset + asked.limit], 0
    if not asked.low:
        rest = (await snapshot.all(IT.select(peewee.fn.COUNT(IT.id)).where(which), IdRow))[0].id
        if len(listed) < asked.limit:
            others = IT.select(IT.id).where(which & IT.id.not_in(StockLow.select(StockLow.item_id))).order_by(IT.id)
            others = others.limit(asked.limit - len(listed)).offset(max(0, asked.offset - len(low)))
            listed += [row.id for row in await snapshot.all(others, IdRow)]
    ids = msgspec.json.encode(listed).decode()
    rows = {row.id: row for row in await snapshot.all(LISTED_ITEMS, InventoryRow, ids=ids)}
    places: dict[int, list[LevelRow]] = {}
    for level in await snapshot.all(LISTED_LEVELS, LevelRow, ids=ids):
        places.setdefault(level.item_id, []).append(level)
    return Page([rows[item_id] for item_id in listed], places, set(low), max(rest, len(low)))


def named(q: str) -> peewee.Expression:
    """Items whose name or barcode holds `q`."""
    return (IT.names.contains(q) | (IT.barcode == q)) if q else (IT.hidden == 0)


def items(q: str, limit: int, offset: int) -> peewee.Query:
    """A page of items as the office edits them."""
    return IT.select(*_item).where((IT.hidden == 0) & named(q)).order_by(IT.id).limit(limit).offset(offset)


async def packs_of(snapshot: Snapshot, item_ids: list[int]) -> dict[int, list[PackRow]]:
    """The packs of these items."""
    found: dict[int, list[PackRow]] = {}
    for row in await snapshot.all(LISTED_PACKS, PackRow, ids=msgspec.json.encode(item_ids).decode()):
        found.setdefault(row.item_id, []).append(row)
    return found


async def tracked(snapshot: Snapshot) -> set[int]:
    """Products that are counted, or made of what is counted."""
    query = R.select(R.product_id).where(R.until_line.is_null() & R.product_id.is_null(False)).distinct()
    return {row.id for row in await snapshot.all(query, IdRow)}


class ScannedRow(msgspec.Struct):
    item_id: int
    pack_id: int | None
    quantity: int


SCAN_PACK = freeze(lambda p: P.select(P.item_id, P.id, P.quantity).where((P.barcode == p.code) & (P.hidden == 0)))
SCAN_ITEM = freeze(
    lambda p: IT.select(IT.id, peewee.Value(None), peewee.Value(THOUSANDTH)).where(
        (IT.barcode == p.code) & (IT.hidden == 0)
    )
)
SCAN_PRODUCT = freeze(
    lambda p: (
        IT.select(IT.id, peewee.Value(None), peewee.Value(THOUSANDTH))
        .join(Product, on=(Product.id == IT.id))
        .where((Product.barcode == p.code) & (Product.hidden == 0) & (IT.hidden == 0))
    )
)


async def scan(snapshot: Snapshot, code: str) -> ScannedRow | None:
    """What carries a barcode."""
    for where in (SCAN_PACK, SCAN_ITEM, SCAN_PRODUCT):
        found = await snapshot.one(where, ScannedRow, code=code)
        if found is not None:
            return found
    return None
