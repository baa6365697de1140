"""Items, the packs they are bought in, and the places where they stand: the office's part."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from barbox.core.errors import AlreadyThere, BadRequest, NotFound, WrongState
from barbox.core.messages import Amount, Body, Id, Made
from barbox.core.money import parse_quantity
from barbox.core.names import Names, encode
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import queries, rules, shelf
from barbox.stock.cookbook import load_cookbook
from barbox.stock.models import Recipe, RecipeLine, StockItem, StockLocation, StockPack, Supplier
from barbox.stock.queries import IdRow, ItemRow, LocationRow
from barbox.stock.shelf import load_shelf

IT, P, R = StockItem, StockPack, Recipe

Quantity = Annotated[float, Meta(ge=0, le=10_000_000)]
Barcode = Annotated[str, Meta(min_length=1, max_length=40)]

_INSERT = freeze(lambda p: IT.insert(**{name: getattr(p, name) for name in ItemRow.__struct_fields__}))
_UPDATE = freeze(
    lambda p: IT.update(**{name: getattr(p, name) for name in ItemRow.__struct_fields__ if name != "id"}).where(
        IT.id == p.id
    )
)
_SUPPLIER = freeze(lambda p: Supplier.select(Supplier.id).where((Supplier.id == p.id) & (Supplier.hidden == 0)))
_PACKS = freeze(lambda p: P.select(P.id).where((P.item_id == p.item_id) & (P.hidden == 0)))
_PACK_FIELDS = ("item_id", "names", "quantity", "barcode", "price", "deposit_item_id", "sort")
_INSERT_PACK = freeze(lambda p: P.insert(**{name: getattr(p, name) for name in _PACK_FIELDS}))
_UPDATE_PACK = freeze(lambda p: P.update(**{name: getattr(p, name) for name in _PACK_FIELDS}).where(P.id == p.id))
_ITEMS_CALLED = freeze(lambda p: IT.select(IT.id).where((IT.barcode == p.barcode) & (IT.hidden == 0)))
_PACKS_CALLED = freeze(lambda p: P.select(P.id).where((P.barcode == p.barcode) & (P.hidden == 0)))


class EditPack(Body):
    """A way to buy or count it: a case of 24. `price` in minor units; `depositItemId` comes along with each."""

    names: Names
    quantity: Annotated[float, Meta(gt=0, le=10_000_000)]
    id: Id | None = None
    barcode: Barcode | None = None
    price: Amount | None = None
    deposit_item_id: Id | None = None


class EditItem(Body):
    """Something kept, with what happens when there is none. Quantities in its `unit`, `cost` in minor units for one.

    What is sold as it stands is called as its product is.

    `tare` and `fullWeight` are grams of an empty and a full bottle, which holds `fullQuantity`.
    Packs left out are hidden.
    """

    names: Names
    unit: rules.Unit = "piece"
    kind: rules.ItemKind = "drink"
    policy: rules.Policy = "refuse"
    location_id: Id = 1
    shelf: Annotated[str, Meta(max_length=60)] | None = None
    low_at: Quantity = 0
    par: Quantity = 0
    cost: Annotated[float, Meta(ge=0, le=10**9)] | None = None
    supplier_id: Id | None = None
    barcode: Barcode | None = None
    tare: Quantity | None = None
    full_weight: Quantity | None = None
    full_quantity: Quantity | None = None
    dated: bool = False
    note: Annotated[str, Meta(max_length=500)] | None = None
    packs: Annotated[list[EditPack], Meta(max_length=20)] | None = None


class EditLocation(Body):
    names: Names
    sort: Annotated[int, Meta(ge=0, le=10_000)] = 0


def save_item(tx: Transaction, item_id: int | None, body: EditItem) -> Made:
    """Add an item, or change one; a cost given here counts from now on. Raises NotFound, AlreadyThere, BadRequest."""
    before = row_of(tx, item_id) if item_id is not None else None
    place_of(tx, body.location_id)
    if body.supplier_id is not None and tx.one(_SUPPLIER, IdRow, id=body.supplier_id) is None:
        raise BadRequest(f"there is no supplier {body.supplier_id}", "supplierId")
    if body.tare is not None and (body.full_weight is None or body.full_weight <= body.tare or not body.full_quantity):
        raise BadRequest("a full bottle weighs more than an empty one, and holds something", "fullWeight")
    if before is not None and before.unit != body.unit and tx.cached(load_shelf).items[before.id].places:
        raise BadRequest("it was counted already: its unit stays", "unit")
    row = ItemRow(
        id=before.id if before else rules.FIRST_ITEM - 1 + tx.number("stock_item"),
        names=encode(body.names),
        kind=body.kind,
        unit=body.unit,
        policy=body.policy,
        location_id=body.location_id,
        shelf=body.shelf,
        low_at=thousandths(body.low_at, "lowAt"),
        par=thousandths(body.par, "par"),
        cost=before.cost if before else 0,
        last_cost=before.last_cost if before else 0,
        supplier_id=body.supplier_id,
        barcode=body.barcode,
        tare=_maybe(body.tare, "tare"),
        full_weight=_maybe(body.full_weight, "fullWeight"),
        full_quantity=_maybe(body.full_quantity, "fullQuantity"),
        dated=int(body.dated),
        note=body.note,
    )
    if body.cost is not None:
        row.cost = row.last_cost = rules.parse_cost(body.cost)
    _unique(tx, body.barcode, row.id, "barcode")
    store_item(tx, row, new=before is None)
    if body.packs is not None:
        _save_packs(tx, row.id, body.packs)
    shelf.tell_anew(tx, row.id)
    tx.emit("stock.item", shelf.subject(row.id), body, rooms=("office",))
    return Made(row.id)


def store_item(tx: Transaction, row: ItemRow, *, new: bool = False) -> None:
    """Write an item, in the database and in the writer's memory."""
    tx.cached(load_shelf)  # before the row is there: what is loaded must survive this command's failure
    product = tx.cached(load_catalogue).products.get(row.id)
    if product is not None:
        row.names = product.names_json
    tx.store(_INSERT if new else _UPDATE, row)
    shelf.put_item(tx, row)


def _save_packs(tx: Transaction, item_id: int, packs: list[EditPack]) -> None:
    known = {row.id for row in tx.all(_PACKS, IdRow, item_id=item_id)}
    kept = {each.id for each in packs if each.id is not None}
    if kept - known:
        raise BadRequest(f"it has no pack {min(kept - known)}", "packs")
    gone = known - kept
    if gone:
        tx.run(P.update(hidden=1).where(P.id.in_(sorted(gone))))
    for sort, pack in enumerate(packs):
        field = f"packs[{sort}]"
        if pack.deposit_item_id is not None and pack.deposit_item_id not in tx.cached(load_shelf).items:
            raise BadRequest(f"there is no item {pack.deposit_item_id}", f"{field}.depositItemId")
        _unique(tx, pack.barcode, item_id, f"{field}.barcode", pack.id)
        values = {
            "item_id": item_id,
            "names": encode(pack.names),
            "quantity": thousandths(pack.quantity, f"{field}.quantity"),
            "barcode": pack.barcode,
            "price": pack.price,
            "deposit_item_id": pack.deposit_item_id,
            "sort": sort,
        }
        if pack.id is None:
            tx.execute(_INSERT_PACK, **values)
        else:
            tx.execute(_UPDATE_PACK, id=pack.id, **values)


def _unique(tx: Transaction, barcode: str | None, item_id: int, field: str, pack_id: int | None = None) -> None:
    """A code leads to one item or pack. Raises AlreadyThere."""
    if barcode is None:
        return
    others = tx.all(_ITEMS_CALLED, IdRow, barcode=barcode)
    of_item = any(row.id != item_id or field.startswith("packs") for row in others)
    if of_item or any(row.id != pack_id for row in tx.all(_PACKS_CALLED, IdRow, barcode=barcode)):
        raise AlreadyThere(barcode)


def hide_item(tx: Transaction, item_id: int) -> Made:
    """Take an item away; history keeps it. Raises WrongState while a recipe takes it or some of it is there."""
    row = row_of(tx, item_id)
    cookbook = tx.cached(load_cookbook)
    if tx.cached(load_shelf).items[item_id].on_hand:
        raise WrongState("the item", "on the shelf: count it to nothing first")
    own = cookbook.recipes.plain.get(item_id)
    if list(cookbook.recipes.items()).count(item_id) > (own is not None and rules.itself(item_id, own)):
        raise WrongState("the item", "part of a recipe")
    tx.run(R.update(until_line=next_line(tx)).where(R.until_line.is_null() & _only_itself(item_id)))
    tx.invalidate(load_cookbook)
    row = msgspec.structs.replace(row, hidden=1, barcode=None)
    store_item(tx, row)
    tx.emit("stock.item", shelf.subject(item_id), {"hidden": True}, rooms=("office",))
    return Made(item_id)


def _only_itself(item_id: int) -> Any:
    return (R.product_id == item_id) | (R.item_id == item_id)


def next_line(tx: Transaction) -> int:
    """The number of the next order line: from there on a changed recipe counts."""
    return tx.number("line", 0)


def counted(tx: Transaction, product_id: int) -> ItemRow:
    """The item that is a product as it is sold, made when it is counted for the first time.

    Raises NotFound for a product that is not on the menu, BadRequest for one that a recipe mixes.
    """
    known = tx.cached(load_shelf).items.get(product_id)
    if known is not None and not known.row.hidden:
        return known.row
    product = tx.cached(load_catalogue).products.get(product_id)
    if product is None:
        raise NotFound("item" if product_id >= rules.FIRST_ITEM else "product", product_id)
    if tx.cached(load_cookbook).recipes.ways(product_id):
        raise BadRequest("is made by a recipe: count what it is made of", "itemId")
    row = ItemRow(product_id, product.names_json, "other", "piece", "refuse", 1)
    store_item(tx, row, new=known is None)
    made = tx.run(
        R.insert(product_id=product_id, from_line=next_line(tx), at=tx.now, staff_id=tx.actor.staff_id)
    ).lastrowid
    tx.run(RecipeLine.insert(recipe_id=made, line=1, item_id=product_id, quantity=1000, takes=1000))
    tx.invalidate(load_cookbook)
    return row


def row_of(tx: Transaction, item_id: int) -> ItemRow:
    """An item that is there. Raises NotFound."""
    item = tx.cached(load_shelf).items.get(item_id)
    if item is None or item.row.hidden:
        raise NotFound("item", item_id)
    return item.row


def place_of(tx: Transaction, location_id: int, field: str = "locationId") -> int:
    """A place that is there. Raises BadRequest naming `field`."""
    if location_id not in {row.id for row in tx.all(queries.LOCATIONS, LocationRow)}:
        raise BadRequest(f"there is no place {location_id}", field)
    return location_id


def save_location(tx: Transaction, location_id: int | None, body: EditLocation) -> Made:
    """Add a place where things stand, or rename one."""
    values = {"names": encode(body.names), "sort": body.sort}
    if location_id is None:
        location_id = int(tx.run(StockLocation.insert(**values)).lastrowid or 0)
    elif not tx.run(StockLocation.update(**values).where(StockLocation.id == location_id)).rowcount:
        raise NotFound("place", location_id)
    tx.emit("stock.place", f"place:{location_id}", body, rooms=("office",))
    return Made(location_id)


def hide_location(tx: Transaction, location_id: int) -> Made:
    """Take a place away. Raises WrongState while something stands there or is served from it."""
    items = tx.cached(load_shelf).items.values()
    served = any(item.row.location_id == location_id and not item.row.hidden for item in items)
    if served or any(item.places.get(location_id) for item in items):
        raise WrongState("the place", "not empty")
    if not tx.run(StockLocation.update(hidden=1).where(StockLocation.id == location_id)).rowcount:
        raise NotFound("place", location_id)
    tx.emit("stock.place", f"place:{location_id}", {"hidden": True}, rooms=("office",))
    return Made(location_id)


def thousandths(quantity: float, field: str) -> int:
    """Raises BadRequest for a quantity finer than a thousandth."""
    found = parse_quantity(quantity)
    if found is None:
        raise BadRequest("is finer than a thousandth", field)
    return found


def _maybe(quantity: float | None, field: str) -> int | None:
    return None if quantity is None else thousandths(quantity, field)
