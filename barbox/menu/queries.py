"""The menu as the writer keeps it in memory, and as tablets read it."""

from collections import defaultdict
from typing import Literal

import msgspec
import peewee

from barbox.core import names
from barbox.core.database import Snapshot
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.menu import models, rules


class Catalogue(msgspec.Struct, frozen=True):
    """Everything that can be ordered; loaded once, anew after each change of the menu."""

    products: dict[int, rules.Product]
    price_rules: tuple[rules.PriceRule, ...]
    tax_rates: dict[int, int]
    """Basis points by number."""


class CategoryRow(msgspec.Struct, frozen=True):
    id: int
    names: str
    color: str
    sort: int
    station_id: int | None


class TaxRow(msgspec.Struct, frozen=True):
    id: int
    names: str
    rate: int


class _ProductRow(msgspec.Struct):
    id: int
    category_id: int
    names: str
    price: int
    tax_rate_id: int
    tax_rate: int
    station_id: int | None
    available: int
    barcode: str | None
    sort: int
    open_price: int
    unit: str
    age: int
    discountable: int


class GroupRow(msgspec.Struct):
    id: int
    names: str
    minimum: int
    maximum: int
    kind: Literal["choice", "size", "set"]


class ModifierRow(msgspec.Struct):
    id: int
    group_id: int
    names: str
    price: int
    product_id: int | None
    takes: int


class LinkRow(msgspec.Struct):
    product_id: int
    group_id: int


class RuleRow(msgspec.Struct):
    id: int
    names: str
    weekdays: int
    from_minute: int
    until_minute: int
    area_id: int | None
    category_id: int | None
    product_id: int | None
    kind: str
    value: int
    priority: int
    combines: bool
    tier_id: int | None


P, C, G, M, L, T, R = (
    models.Product,
    models.Category,
    models.ModifierGroup,
    models.Modifier,
    models.ProductGroup,
    models.TaxRate,
    models.PriceRule,
)
PRODUCTS = freeze(
    P.select(
        P.id,
        P.category_id,
        P.names,
        P.price,
        P.tax_rate_id,
        T.rate,
        peewee.fn.COALESCE(P.station_id, C.station_id),
        P.available,
        P.barcode,
        P.sort,
        P.open_price,
        P.unit,
        P.age,
        P.discountable,
    )
    .join(C, on=(C.id == P.category_id))
    .join(T, on=(T.id == P.tax_rate_id))
    .where((P.hidden == 0) & (C.hidden == 0))
    .order_by(P.sort, P.id)
)
CATEGORIES = freeze(C.select(C.id, C.names, C.color, C.sort, C.station_id).where(C.hidden == 0).order_by(C.sort, C.id))
GROUPS = freeze(G.select(G.id, G.names, G.minimum, G.maximum, G.kind).where(G.hidden == 0).order_by(G.id))
MODIFIERS = freeze(
    M.select(M.id, M.group_id, M.names, M.price, M.product_id, M.takes).where(M.hidden == 0).order_by(M.sort, M.id)
)
LINKS = freeze(L.select(L.product_id, L.group_id).order_by(L.sort, L.group_id))
TAX_RATES = freeze(T.select(T.id, T.names, T.rate).order_by(T.id))
PRICE_RULES = freeze(
    R.select(
        R.id,
        R.names,
        R.weekdays,
        R.from_minute,
        R.until_minute,
        R.area_id,
        R.category_id,
        R.product_id,
        R.kind,
        R.value,
        R.priority,
        R.combines,
        R.tier_id,
    ).where(R.hidden == 0)
)

BY_BARCODE = freeze(lambda p: P.select(P.id).where((P.barcode == p.barcode) & (P.hidden == 0)))


class ScannedRow(msgspec.Struct):
    id: int


def load_catalogue(tx: Transaction) -> Catalogue:
    """Use through `tx.cached(load_catalogue)`."""
    return _catalogue(
        tx.all(PRODUCTS, _ProductRow),
        tx.all(GROUPS, GroupRow),
        tx.all(MODIFIERS, ModifierRow),
        tx.all(LINKS, LinkRow),
        tx.all(PRICE_RULES, RuleRow),
        tx.all(TAX_RATES, TaxRow),
    )


async def read_catalogue(snapshot: Snapshot) -> Catalogue:
    """The same, for reads."""
    return _catalogue(
        await snapshot.all(PRODUCTS, _ProductRow),
        await snapshot.all(GROUPS, GroupRow),
        await snapshot.all(MODIFIERS, ModifierRow),
        await snapshot.all(LINKS, LinkRow),
        await snapshot.all(PRICE_RULES, RuleRow),
        await snapshot.all(TAX_RATES, TaxRow),
    )


def _catalogue(
    products: list[_ProductRow],
    groups: list[GroupRow],
    modifiers: list[ModifierRow],
    links: list[LinkRow],
    price_rules: list[RuleRow],
    tax_rates: list[TaxRow],
) -> Catalogue:
    of_group: defaultdict[int, list[rules.Modifier]] = defaultdict(list)
    for each in modifiers:
        modifier = rules.Modifier(
            each.id, each.group_id, names.decode(each.names), each.price, each.product_id, each.takes
        )
        of_group[each.group_id].append(modifier)
    by_id = {
        each.id: rules.Group(
            each.id, names.decode(each.names), each.minimum, each.maximum, tuple(of_group[each.id]), each.kind
        )
        for each in groups
    }
    of_product: defaultdict[int, list[rules.Group]] = defaultdict(list)
    for link in links:
        if link.group_id in by_id:
            of_product[link.product_id].append(by_id[link.group_id])
    return Catalogue(
        {row.id: _product(row, tuple(of_product[row.id])) for row in products},
        tuple(
            msgspec.convert(
                msgspec.structs.asdict(row) | {"names": names.decode(row.names), "combines": bool(row.combines)},
                rules.PriceRule,
            )
            for row in price_rules
        ),
        {row.id: row.rate for row in tax_rates},
    )


def _product(row: _ProductRow, groups: tuple[rules.Group, ...]) -> rules.Product:
    return rules.Product(
        row.id,
        row.category_id,
        names.decode(row.names),
        row.price,
        row.tax_rate_id,
        row.tax_rate,
        row.station_id,
        bool(row.available),
        row.barcode,
        row.sort,
        groups,
        bool(row.open_price),
        row.unit,
        row.age,
        bool(row.discountable),
        row.names,
    )
