"""Changing the menu. Nothing is deleted, only hidden; every screen hears of it by `menu.changed`."""

from typing import Annotated, Any, Literal

import msgspec
import peewee
from msgspec import Meta

from barbox.core.errors import AlreadyThere, BadRequest, NotFound
from barbox.core.messages import Amount, Body, Id, Made
from barbox.core.money import parse_quantity
from barbox.core.names import Names, encode
from barbox.core.transaction import Transaction
from barbox.menu import rules
from barbox.menu.models import Category, Modifier, ModifierGroup, PriceRule, Product, ProductGroup, TaxRate
from barbox.menu.queries import load_catalogue

Sort = Annotated[int, Meta(ge=0, le=100_000)]
Minute = Annotated[int, Meta(ge=0, le=1440)]


class EditTaxRate(Body):
    names: Names
    rate: Annotated[int, Meta(ge=0, le=10_000, description="basis points: 600 is 6 %")]


class EditCategory(Body):
    names: Names
    color: Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")] = "#64748b"
    sort: Sort = 0
    station_id: Id | None = None


class EditModifier(Body):
    """A modifier; `takes` of `productId`'s stock, or, as a size, of the product's own (0.5 of a bottle)."""

    names: Names
    price: Annotated[int, Meta(ge=-(10**9), le=10**9)] = 0
    id: Id | None = None
    product_id: Id | None = None
    takes: Annotated[float, Meta(ge=0, le=10_000)] = 0


class EditGroup(Body):
    names: Names
    modifiers: Annotated[list[EditModifier], Meta(min_length=1, max_length=60)]
    minimum: Annotated[int, Meta(ge=0, le=20)] = 0
    maximum: Annotated[int, Meta(ge=1, le=20)] = 1
    kind: rules.GroupKind = "choice"


class EditProduct(Body):
    """A product; `openPrice` is asked for at each sale, a `unit` other than "piece" is sold in decimals."""

    category_id: Id
    names: Names
    price: Amount
    tax_rate_id: Id
    station_id: Id | None = None
    available: bool = True
    barcode: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    sort: Sort = 0
    group_ids: Annotated[list[Id], Meta(max_length=12)] = []
    open_price: bool = False
    unit: Annotated[str, Meta(min_length=1, max_length=12)] = "piece"
    age: Annotated[int, Meta(ge=0, le=30, description="the youngest guest it may be sold to, in years")] = 0
    discountable: bool = True


class EditPriceRule(Body):
    """A happy hour; `weekdays` are 0 (Monday) to 6; from after until runs past midnight.

    Its prices take no further discount unless it `combines`. With a `tierId` they are for members of that tier and
    those above.
    """

    names: Names
    weekdays: Annotated[list[Annotated[int, Meta(ge=0, le=6)]], Meta(min_length=1, max_length=7)]
    from_minute: Minute
    until_minute: Minute
    kind: Literal["percent", "amount", "fixed"]
    value: Amount
    area_id: Id | None = None
    category_id: Id | None = None
    product_id: Id | None = None
    priority: Annotated[int, Meta(ge=0, le=1000)] = 0
    combines: bool = False
    tier_id: Id | None = None


class Sorted(Body):
    """What stands in which order; what is left out stays where it was."""

    categories: Annotated[list[Id], Meta(max_length=1000)] = []
    products: Annotated[list[Id], Meta(max_length=5000)] = []


def save_tax_rate(tx: Transaction, id: int | None, body: EditTaxRate) -> Made:  # noqa: A002
    """Add a tax rate, or change one for what is ordered from now on."""
    return _saved(tx, TaxRate, id, {"names": encode(body.names), "rate": body.rate})


def save_category(tx: Transaction, id: int | None, body: EditCategory) -> Made:  # noqa: A002
    return tell(tx, "category", put_category(tx, id, body), body)


def put_category(tx: Transaction, id: int | None, body: EditCategory) -> int:  # noqa: A002
    """Store a category; whoever stores many tells of them once."""
    row = {"names": encode(body.names), "color": body.color, "sort": body.sort, "station_id": body.station_id}
    return _store(tx, Category, id, row)


def save_group(tx: Transaction, id: int | None, body: EditGroup) -> Made:  # noqa: A002
    """A modifier group with all its modifiers; those left out are hidden."""
    return tell(tx, "modifier_group", put_group(tx, id, body), body)


def put_group(tx: Transaction, id: int | None, body: EditGroup) -> int:  # noqa: A002
    """Store a group with its modifiers. Raises BadRequest, NotFound."""
    if body.minimum > body.maximum:
        raise BadRequest("is more than maximum", "minimum")
    row = {"names": encode(body.names), "minimum": body.minimum, "maximum": body.maximum, "kind": body.kind}
    group_id = _store(tx, ModifierGroup, id, row)
    tx.run(Modifier.update(hidden=1).where(Modifier.group_id == group_id))
    for sort, modifier in enumerate(body.modifiers):
        fields = {
            "group_id": group_id,
            "names": encode(modifier.names),
            "price": modifier.price,
            "product_id": modifier.product_id,
            "takes": _takes(tx, body.kind, modifier, f"modifiers[{sort}]"),
            "sort": sort,
            "hidden": 0,
        }
        _store(tx, Modifier, modifier.id, fields, Modifier.group_id == group_id)
    return group_id


def save_product(tx: Transaction, id: int | None, body: EditProduct) -> Made:  # noqa: A002
    return tell(tx, "product", put_product(tx, id, body), body)


def put_product(tx: Transaction, id: int | None, body: EditProduct) -> int:  # noqa: A002
    """Store a product with its modifier groups. Raises NotFound for a category, rate or group that is not there."""
    _must_exist(tx, Category, body.category_id)
    _must_exist(tx, TaxRate, body.tax_rate_id)
    for group_id in body.group_ids:
        _must_exist(tx, ModifierGroup, group_id)
    row = msgspec.structs.asdict(body)
    row |= {"names": encode(body.names)}
    row |= {name: int(row[name]) for name in ("available", "open_price", "discountable")}
    del row["group_ids"]
    _must_be_free(tx, body.barcode, id)
    product_id = _store(tx, Product, id, row)
    tx.run(ProductGroup.delete().where(ProductGroup.product_id == product_id))
    for sort, group_id in enumerate(dict.fromkeys(body.group_ids)):
        tx.run(ProductGroup.insert(product_id=product_id, group_id=group_id, sort=sort))
    return product_id


def sort(tx: Transaction, body: Sorted) -> None:
    """Put categories, or products, in this order. Raises NotFound."""
    for model, ids in ((Category, body.categories), (Product, body.products)):
        for place, number in enumerate(dict.fromkeys(ids), 1):
            if tx.run(model.update(sort=10 * place).where(model.id == number)).rowcount == 0:
                raise NotFound(model._meta.table_name, number)
    tell(tx, "sort", 0, body)


def save_price_rule(tx: Transaction, id: int | None, body: EditPriceRule) -> Made:  # noqa: A002
    row = msgspec.structs.asdict(body)
    weekdays = sum(1 << day for day in set(body.weekdays))
    row |= {"names": encode(body.names), "weekdays": weekdays, "combines": int(body.combines)}
    return _saved(tx, PriceRule, id, row, body)


def set_available(tx: Transaction, product_id: int, available: bool) -> Made:
    """86 a product, or take it back."""
    _must_exist(tx, Product, product_id)
    tx.run(Product.update(available=int(available)).where(Product.id == product_id))
    return tell(tx, "product", product_id, {"available": available})


def hide(tx: Transaction, what: str, id: int) -> None:  # noqa: A002
    """Take a category, group, product or price rule off the menu."""
    model: type[Any] = {
        "category": Category,
        "modifier_group": ModifierGroup,
        "product": Product,
        "price_rule": PriceRule,
    }[what]
    _must_exist(tx, model, id)
    tx.run(model.update(hidden=1).where(model.id == id))
    tell(tx, what, id, {"hidden": True})


def _takes(tx: Transaction, kind: rules.GroupKind, modifier: EditModifier, field: str) -> int:
    """In thousandths. Raises BadRequest for a course of a set that is no product."""
    if modifier.product_id is not None:
        _must_exist(tx, Product, modifier.product_id)
    elif kind == "set":
        raise BadRequest("is needed in a set", f"{field}.productId")
    takes = parse_quantity(modifier.takes)
    if takes is None:
        raise BadRequest("is finer than a thousandth", f"{field}.takes")
    return takes


def _must_be_free(tx: Transaction, barcode: str | None, id: int | None) -> None:  # noqa: A002
    if barcode is None:
        return
    taken = Product.select(Product.id).where(
        (Product.barcode == barcode) & (Product.hidden == 0) & (Product.id != (id or 0))
    )
    if tx.run(taken).fetchone():
        raise AlreadyThere(f"a product with the barcode {barcode}")


def _saved(tx: Transaction, model: type[Any], id: int | None, row: dict[str, Any], body: Any = None) -> Made:  # noqa: A002
    return tell(tx, model._meta.table_name, _store(tx, model, id, row), body or row)


def _store(
    tx: Transaction,
    model: type[Any],
    id: int | None,  # noqa: A002
    row: dict[str, Any],
    among: peewee.Expression | None = None,
) -> int:
    if id is None:
        return int(tx.run(model.insert(**row)).lastrowid or 0)
    query = model.update(**row).where(model.id == id)
    if tx.run(query if among is None else query.where(among)).rowcount == 0:
        raise NotFound(model._meta.table_name, id)
    return id


def _must_exist(tx: Transaction, model: type[Any], id: int) -> None:  # noqa: A002
    if not tx.run(model.select(model.id).where(model.id == id)).fetchone():
        raise NotFound(model._meta.table_name, id)


def tell(tx: Transaction, what: str, id: int, change: Any) -> Made:  # noqa: A002
    """Let every screen know that the menu changed."""
    tx.invalidate(load_catalogue)
    tx.emit(
        "menu.changed",
        f"{what}:{id}",
        change,
        state={"version": tx.seq + 1},
        rooms=("floor", "kitchen", "bar"),
    )
    return Made(id=id)
