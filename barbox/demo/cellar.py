"""The sample bar's shelves: what is kept, what is made of it, and who brings it."""

import random
from collections.abc import Mapping
from datetime import date

import msgspec

from barbox.core.transaction import Transaction
from barbox.demo import sample
from barbox.demo.sample import Amount, Names, SampleBar
from barbox.menu.queries import load_catalogue
from barbox.stock.buying.suppliers import EditSupplier, save_supplier
from barbox.stock.commands import (
    EditItem,
    EditPack,
    EditRecipe,
    Ingredient,
    Production,
    RecipeOf,
    StockChange,
    StockItem,
    StockPolicy,
    count,
    produce,
    receive,
    save_item,
    save_recipe,
    set_policy,
)
from barbox.stock.queries import PACKS, PackRow
from barbox.stock.rules import Policy
from barbox.stock.shelf import load_shelf

COUNTED = "每周盘点"
SHORT_BY = ("beefeater", "vodka", "tequila", "bourbon", "campari-bitter", "white-rum")
"""Bottles of which a little is missing at every stock-take, as in any bar."""


class Stocked(msgspec.Struct, frozen=True):
    """What is kept, and who brings it, by the names of the sample: numbers, packs (thousandths, price), and batches."""

    items: Mapping[str, int]
    packs: Mapping[int, tuple[int | None, int, int]]
    batches: Mapping[int, int]
    suppliers: Mapping[str, int]


def stock_up(tx: Transaction, bar: SampleBar, products: Mapping[str, int], policy: Policy) -> Stocked:
    """Suppliers, items and recipes; nothing is on the shelf yet."""
    suppliers = _suppliers(tx, bar)
    items: dict[str, int] = {}
    for item in sorted(bar.items, key=lambda each: each.pack is not None and each.pack.deposit is not None):
        items[item.id] = save_item(tx, None, _edit(item, items, suppliers, policy)).id
    catalogue = tx.cached(load_catalogue)
    reorder = {product.id: product.reorder for product in bar.products() if product.stock is not None}
    for goods in bar.goods:
        for slug in goods.products:
            number = items[slug] = products[slug]
            set_policy(tx, number, StockPolicy(policy, reorder[slug]))
            case = EditPack({"zh": f"箱 {goods.case} 件", "en": f"case of {goods.case}"}, goods.case, price=goods.price)
            edit = EditItem(
                names=catalogue.products[number].names,
                policy=policy,
                low_at=reorder[slug],
                par=float(next(each.stock or 0 for each in bar.products() if each.id == slug)),
                supplier_id=suppliers[goods.supplier],
                packs=[case],
            )
            save_item(tx, number, edit)
    _write_recipes(tx, bar, products, items)
    packs = {row.item_id: (row.id, row.quantity, row.price or 0) for row in tx.all(PACKS, PackRow)}
    return Stocked(items, packs, {items[each.id]: each.batch for each in bar.items if each.batch}, suppliers)


def _suppliers(tx: Transaction, bar: SampleBar) -> dict[str, int]:
    numbers = {}
    for each in bar.suppliers:
        edit = EditSupplier(
            name=each.name,
            phone=each.phone,
            email=each.email,
            language=bar.venue.language,
            lead_days=each.lead_days,
            weekdays=list(each.weekdays),
            minimum=each.minimum,
        )
        numbers[each.id] = save_supplier(tx, None, edit).id
    return numbers


def _edit(item: sample.Item, items: Mapping[str, int], suppliers: Mapping[str, int], policy: Policy) -> EditItem:
    pack = item.pack
    per_pack = pack.quantity if pack else 1
    packs = []
    if pack is not None:
        shell = items[pack.deposit] if pack.deposit else None
        packs = [EditPack(_named(pack.names), pack.quantity, price=pack.price, deposit_item_id=shell)]
    return EditItem(
        names=_named(item.names),
        unit=item.unit,
        kind=item.kind,
        policy=policy,
        location_id=item.place,
        low_at=float(item.reorder * per_pack),
        par=float(item.par * per_pack),
        supplier_id=suppliers[item.supplier] if item.supplier else None,
        tare=item.tare,
        full_weight=item.full,
        full_quantity=per_pack if item.full else None,
        dated=item.dated,
        packs=packs,
    )


def _write_recipes(tx: Transaction, bar: SampleBar, products: Mapping[str, int], items: Mapping[str, int]) -> None:
    """From the first order on."""
    for premix in bar.premixes:
        recipe = EditRecipe(_takes(premix.takes, items), yields=premix.yields)
        save_recipe(tx, RecipeOf(item_id=items[premix.id]), recipe)
    for slug, takes in bar.recipes.items():
        save_recipe(tx, RecipeOf(product_id=products[slug]), EditRecipe(_takes(takes, items)))
    catalogue = tx.cached(load_catalogue).products.values()
    for choice in bar.choices:
        names = next(group.names for group in bar.groups if group.id == choice.group)
        wanted = _named(names), len(choice.takes)
        of: list[int | None] = [products[slug] for slug in choice.products]
        for product_id in of or [None]:
            groups = [
                group
                for product in catalogue
                for group in product.groups
                if product_id in (None, product.id) and (dict(group.names), len(group.modifiers)) == wanted
            ]
            for modifier, takes in zip(groups[0].modifiers, choice.takes, strict=True):
                if takes:
                    save_recipe(tx, RecipeOf(product_id, modifier.id), EditRecipe(_takes(takes, items)))


def _takes(takes: Mapping[str, Amount], items: Mapping[str, int]) -> list[Ingredient]:
    said = {slug: much if isinstance(much, tuple) else (much, 0) for slug, much in takes.items()}
    return [Ingredient(items[slug], float(much), loss) for slug, (much, loss) in said.items()]


def deliver(tx: Transaction, stocked: Stocked, *, everything: bool = False) -> None:
    """Whole packs of what is at its reorder point, or of all, up to par; and what is mixed in the house is mixed."""
    shelf = tx.cached(load_shelf)
    came = []
    for item_id, (pack_id, quantity, price) in stocked.packs.items():
        item = shelf.items[item_id]
        missing = item.row.par - item.on_hand
        if missing > 0 and (everything or item.on_hand <= item.row.low_at or quantity <= 1000):
            packs = -(-missing // quantity) * (1 if everything or quantity > 1000 else 3)
            came.append(StockItem(item_id, packs, pack_id=pack_id, amount=packs * price))
    if came:
        receive(tx, StockChange(came))
    for item_id, batch in stocked.batches.items():
        if shelf.items[item_id].on_hand < batch * 500:
            produce(tx, Production(item_id, batch))


def take_stock(tx: Transaction, stocked: Stocked, day: date) -> None:
    """A count of the spirits: a little is always missing."""
    shelf, chance = tx.cached(load_shelf), random.Random(f"count {day}")  # noqa: S311 (the same every time)
    found = []
    for slug in SHORT_BY:
        item = shelf.items[stocked.items[slug]]
        missing = chance.choice((0, 0, 20, 40, 60, 150))
        found.append(StockItem(item.row.id, max(0, item.on_hand // 1000 - missing)))
    count(tx, StockChange(found, COUNTED))


def open_shelves(tx: Transaction, bar: SampleBar, stocked: Stocked) -> None:
    """Tonight everything is there, and what runs out is refused."""
    deliver(tx, stocked, everything=True)
    goods = {product.id: product.stock for product in bar.products() if product.stock is not None}
    count(tx, StockChange([StockItem(stocked.items[slug], there) for slug, there in goods.items()]))
    for item in tx.cached(load_shelf).items.values():
        if item.row.policy != "refuse":
            item_id = item.row.id
            set_policy(tx, item_id, StockPolicy("refuse", item.row.low_at / 1000))


def _named(names: Names) -> dict[str, str]:
    return {"zh": names.zh, "en": names.en}
