"""Items and recipes as the tables that an import takes."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec
import peewee

from barbox.core.database import Snapshot
from barbox.core.money import exponent, show_quantity
from barbox.core.names import decode
from barbox.core.settings import read_venue
from barbox.core.statements import freeze
from barbox.menu.models import Modifier, Product
from barbox.stock import queries, rules
from barbox.stock.buying.suppliers import SUPPLIERS, SupplierRow
from barbox.stock.models import Recipe, RecipeLine, StockItem
from barbox.stock.queries import ItemRow, LocationRow, PackRow
from barbox.stock.sheets.columns import ITEMS, RECIPES

R, L, IT = Recipe, RecipeLine, StockItem
Made = IT.alias()


class _Line(msgspec.Struct):
    recipe_id: int
    product: str | None
    choice: str | None
    premix: str | None
    yields: int
    ingredient: str
    quantity: int
    loss: int
    product_id: int | None
    item_id: int


_LINES = freeze(
    R.select(
        *(R.id, Product.names, Modifier.names, Made.names, R.yields, IT.names, L.quantity, L.loss),
        *(R.product_id, L.item_id),
    )
    .join(L, on=(L.recipe_id == R.id))
    .join(IT, on=(IT.id == L.item_id))
    .join(Product, peewee.JOIN.LEFT_OUTER, on=(Product.id == R.product_id))
    .join(Modifier, peewee.JOIN.LEFT_OUTER, on=(Modifier.id == R.modifier_id))
    .join(Made, peewee.JOIN.LEFT_OUTER, on=(Made.id == R.item_id))
    .where(R.until_line.is_null())
    .order_by(R.id, L.line)
)


async def tables(snapshot: Snapshot) -> dict[str, list[list[str]]]:
    """Both, headings first."""
    places = {row.id: decode(row.names) for row in await snapshot.all(queries.LOCATIONS, LocationRow)}
    suppliers = {row.id: row.name for row in await snapshot.all(SUPPLIERS, SupplierRow)}
    packs: dict[int, list[PackRow]] = {}
    for pack in await snapshot.all(queries.PACKS, PackRow):
        packs.setdefault(pack.item_id, []).append(pack)
    items = [row for row in await snapshot.all(queries.ITEMS, ItemRow) if not row.hidden]
    digits = exponent((await read_venue(snapshot)).currency)
    found = [list(ITEMS)]
    for row in items:
        own = packs.get(row.id, [])
        found.append([*_item(row, places, suppliers, digits), *_pack(own[0] if own else None, digits), *_rest(row)])
        blank = [str(row.id), *[""] * (ITEMS.index("pack") - 1)]
        found += [[*blank, *_pack(pack, digits), *[""] * len(_rest(row))] for pack in own[1:]]
    return {"Items": found, "Recipes": list(_recipes(await snapshot.all(_LINES, _Line)))}


def _item(
    row: ItemRow, places: Mapping[int, Mapping[str, str]], suppliers: Mapping[int, str], digits: int
) -> list[str]:
    names = decode(row.names)
    return [
        *(str(row.id), names.get("en", ""), names.get("zh", ""), row.kind, row.unit, row.policy),
        *(_some(places.get(row.location_id, {})), row.shelf or "", _plain(row.low_at), _plain(row.par)),
        f"{Decimal(str(rules.show_cost(row.cost))).scaleb(-digits):f}" if row.cost else "",
        *(suppliers.get(row.supplier_id or 0, ""), row.barcode or ""),
    ]


def _pack(pack: PackRow | None, digits: int) -> list[str]:
    if pack is None:
        return [""] * 5
    names = decode(pack.names)
    price = "" if pack.price is None else f"{Decimal(pack.price).scaleb(-digits):f}"
    return [names.get("en", ""), names.get("zh", ""), _plain(pack.quantity), price, pack.barcode or ""]


def _rest(row: ItemRow) -> list[str]:
    weights = [_plain(each) for each in (row.tare, row.full_weight, row.full_quantity)]
    return [*weights, "yes" if row.dated else "no", row.note or ""]


def _recipes(lines: list[_Line]) -> Iterator[list[str]]:
    yield list(RECIPES)
    for each in lines:
        if each.product_id == each.item_id:
            continue  # what is counted as it is sold has no recipe of its own to edit
        premix = each.premix is not None
        yield [
            *(_called(each.product), _called(each.choice), _called(each.premix)),
            *(_plain(each.yields) if premix else "", _called(each.ingredient), _plain(each.quantity)),
            f"{Decimal(each.loss) / 10:f}" if each.loss else "",
        ]


def _called(names: str | None) -> str:
    return "" if names is None else _some(decode(names))


def _some(names: Mapping[str, str]) -> str:
    return names.get("en") or next(iter(names.values()), "")


def _plain(quantity: int | None) -> str:
    return "" if quantity is None else f"{Decimal(str(show_quantity(quantity))):f}"
