"""The menu as the office edits it: everything that is stored, a product's own station, groups that nothing uses yet."""

from collections import defaultdict
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.database import Snapshot
from barbox.core.messages import Id, View
from barbox.core.money import show_quantity
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.menu import queries
from barbox.menu.commands import EditCategory, EditGroup, EditPriceRule, EditProduct, EditTaxRate
from barbox.menu.models import Product
from barbox.menu.queries import CategoryRow, GroupRow, LinkRow, ModifierRow, RuleRow, TaxRow


class OfficeCategory(EditCategory, kw_only=True):
    id: Id


class OfficeGroup(EditGroup, kw_only=True):
    id: Id


class OfficeProduct(EditProduct, kw_only=True):
    id: Id


class OfficeTaxRate(EditTaxRate, kw_only=True):
    id: Id


class OfficePriceRule(EditPriceRule, kw_only=True):
    id: Id


class OfficeMenu(View):
    """Each part as it is sent to change it, with its number; in the menu's order."""

    categories: list[OfficeCategory]
    products: list[OfficeProduct]
    groups: list[OfficeGroup]
    tax_rates: list[OfficeTaxRate]
    price_rules: list[OfficePriceRule]


class _ProductRow(msgspec.Struct):
    id: int
    category_id: int
    names: str
    price: int
    tax_rate_id: int
    station_id: int | None
    available: bool
    barcode: str | None
    sort: int
    open_price: bool
    unit: str
    age: int
    discountable: bool


P = Product
_PRODUCTS = freeze(
    P.select(
        P.id,
        P.category_id,
        P.names,
        P.price,
        P.tax_rate_id,
        P.station_id,
        P.available,
        P.barcode,
        P.sort,
        P.open_price,
        P.unit,
        P.age,
        P.discountable,
    )
    .where(P.hidden == 0)
    .order_by(P.sort, P.id)
)
_PARTS: tuple[tuple[Any, type[Any]], ...] = (
    (queries.CATEGORIES, CategoryRow),
    (_PRODUCTS, _ProductRow),
    (queries.GROUPS, GroupRow),
    (queries.MODIFIERS, ModifierRow),
    (queries.LINKS, LinkRow),
    (queries.TAX_RATES, TaxRow),
    (queries.PRICE_RULES, RuleRow),
)


def load_menu(tx: Transaction) -> OfficeMenu:
    return _menu(*[tx.all(query, row) for query, row in _PARTS])


async def read_menu(snapshot: Snapshot) -> OfficeMenu:
    """The same, for reads."""
    return _menu(*[await snapshot.all(query, row) for query, row in _PARTS])


def _menu(
    categories: list[CategoryRow],
    products: list[_ProductRow],
    groups: list[GroupRow],
    modifiers: list[ModifierRow],
    links: list[LinkRow],
    tax_rates: list[TaxRow],
    price_rules: list[RuleRow],
) -> OfficeMenu:
    there = {each.id for each in groups}
    of_product: defaultdict[int, list[int]] = defaultdict(list)
    for link in links:
        if link.group_id in there:
            of_product[link.product_id].append(link.group_id)
    of_group: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for each in modifiers:
        of_group[each.group_id].append(_plain(each, group_id=None, takes=show_quantity(each.takes)))
    known = {each.id for each in categories}
    return msgspec.convert(
        {
            "categories": [_plain(each) for each in categories],
            "products": [_plain(p, group_ids=of_product[p.id]) for p in products if p.category_id in known],
            "groups": [_plain(each, modifiers=of_group[each.id]) for each in groups],
            "taxRates": [_plain(each) for each in tax_rates],
            "priceRules": [
                _plain(
                    each, weekdays=[day for day in range(7) if each.weekdays >> day & 1], combines=bool(each.combines)
                )
                for each in price_rules
            ],
        },
        OfficeMenu,
        strict=False,
    )


def _days(bits: int) -> list[int]:
    return [day for day in range(7) if bits >> day & 1]


def _plain(row: msgspec.Struct, **better: Any) -> dict[str, Any]:
    """A row as its shape is decoded from: decoded names, camelCase; None leaves a field out."""
    stored: dict[str, Any] = msgspec.structs.asdict(row) | better
    stored["names"] = names.decode(stored["names"])
    return {_camel(name): value for name, value in stored.items() if value is not None}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
