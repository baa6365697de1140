"""Tables of items and recipes become the stock's: as a whole or not at all.

A dry run is the real one, taken back: it can find nothing right that the real one would refuse.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, TypeVar

import msgspec

from barbox.core.errors import BadRequest, Refusal
from barbox.core.messages import View
from barbox.core.money import exponent, show_quantity
from barbox.core.names import decode
from barbox.core.settings import load_venue
from barbox.core.sheets import Row, Table
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import queries, rules
from barbox.stock.items import EditItem, EditPack, counted, save_item
from barbox.stock.queries import ItemRow, LocationRow, PackRow
from barbox.stock.recipes import EditRecipe, Ingredient, RecipeOf, save_recipe
from barbox.stock.sheets import WORDS
from barbox.stock.shelf import load_shelf
from barbox.stock.suppliers import SUPPLIERS, EditSupplier, SupplierRow, save_supplier

Shape = TypeVar("Shape")
YES, NO = {"yes", "true", "1", "y", "是", "x"}, {"no", "false", "0", "n", "否"}
MOST_PROBLEMS = 500


class StockProblem(View):
    """What is wrong in a row of "items" or "recipes", as its program numbers it, in one sentence for people."""

    table: str
    row: int
    column: str
    problem: str


class StockImport(View):
    """What an import would do, or did: items that come new, change, or stay; recipes written; suppliers made."""

    applied: bool
    added: int
    changed: int
    unchanged: int
    recipes: int
    suppliers: list[str]
    problems: list[StockProblem]


class TriedOut(BadRequest):
    """Takes back a dry run, or one with problems."""

    def __init__(self, report: StockImport) -> None:
        super().__init__("was only tried out")
        self.report = report


class _Wrong(Exception):
    """One cell that does not fit."""

    def __init__(self, column: str, code: str, value: object = "") -> None:
        super().__init__(code)
        self.column, self.code, self.value = column, code, value


def import_stock(tx: Transaction, tables: Mapping[str, Table], language: str, dry_run: bool) -> StockImport:
    """Write all of it. Raises TriedOut with the report on a dry run, or when something is wrong."""
    report = _Import(tx, language).run(tables)
    report.applied = not (dry_run or report.problems)
    if not report.applied:
        raise TriedOut(report)
    return report


class _Import:
    def __init__(self, tx: Transaction, language: str) -> None:
        self.tx, self.language = tx, "zh" if language == "zh" else "en"
        self.digits = exponent(tx.cached(load_venue).currency)
        self.report = StockImport(False, 0, 0, 0, 0, [], [])
        self.places = _by_name((row.id, decode(row.names)) for row in tx.all(queries.LOCATIONS, LocationRow))
        self.suppliers = {row.name.casefold(): row.id for row in tx.all(SUPPLIERS, SupplierRow)}
        self.packs: dict[int, list[PackRow]] = {}
        for pack in tx.all(queries.PACKS, PackRow):
            self.packs.setdefault(pack.item_id, []).append(pack)
        shelf = tx.cached(load_shelf).items.values()
        self.rows = {each.row.id: each.row for each in shelf if not each.row.hidden}
        self.items = _by_name((row.id, decode(row.names)) for row in self.rows.values())
        self.products = _by_name((each.id, each.names) for each in tx.cached(load_catalogue).products.values())

    def run(self, tables: Mapping[str, Table]) -> StockImport:
        self._items(tables.get("items", []))
        self._recipes(tables.get("recipes", []))
        self.report.problems = self.report.problems[:MOST_PROBLEMS]
        return self.report

    def _try(self, table: str, row: Row, column: str, do: Callable[[], None]) -> None:
        """What a row asks for; what is wrong with it becomes a problem."""
        try:
            do()
        except _Wrong as wrong:
            said = WORDS[wrong.code][self.language].format(value=wrong.value)
            self.report.problems.append(StockProblem(table, row.number, wrong.column, said))
        except Refusal as refusal:
            said = refusal.sentence(self.language)
            self.report.problems.append(StockProblem(table, row.number, column, said))

    # -- items

    def _items(self, rows: Table) -> None:
        groups: dict[object, list[Row]] = {}
        for row in rows:
            key = row.cells.get("id") or next(iter(_names(row, "name").values()), "").casefold()
            first = groups.setdefault(key or row.number, [])
            if first and not _names(row, "pack"):
                self._try("items", row, "name", _raising(_Wrong("name", "twice", first[0].number)))
            else:
                first.append(row)
        for group in groups.values():
            self._try("items", group[0], "name", partial(self._item, group))

    def _item(self, group: Sequence[Row]) -> None:
        row = group[0]
        known = self._known(row)
        packs = [pack for each in group if (pack := self._pack(each, known)) is not None]
        cells, before = row.cells, self._edit(known) if known else EditItem({})
        names = {**before.names, **_names(row, "name")}
        if not names:
            raise _Wrong("name", "no_name")
        edit = _fit(
            EditItem,
            names=names,
            unit=cells.get("unit", before.unit),
            kind=cells.get("kind", before.kind),
            policy=cells.get("policy", before.policy),
            location_id=self._place(row, before.location_id),
            shelf=cells.get("shelf", before.shelf),
            low_at=_number(row, "reorder", before.low_at),
            par=_number(row, "par", before.par),
            cost=self._cost(row, known),
            supplier_id=self._supplier(row, before.supplier_id),
            barcode=cells.get("barcode", before.barcode),
            tare=_number(row, "tare", before.tare),
            full_weight=_number(row, "full_weight", before.full_weight),
            full_quantity=_number(row, "full_quantity", before.full_quantity),
            dated=_yes(row, "dated", before.dated),
            note=cells.get("note", before.note),
            packs=self._merged(known, packs),
        )
        if known is not None and edit == before:
            self.report.unchanged += 1
            return
        number = save_item(self.tx, known.id if known else None, edit).id
        self.report.added += known is None
        self.report.changed += known is not None
        for called in names.values():
            self.items.setdefault(called.casefold(), set()).add(number)

    def _known(self, row: Row) -> ItemRow | None:
        if "id" in row.cells:
            text = row.cells["id"]
            number = _whole(text)
            if number in self.rows:
                return self.rows[number]
            if number in self.tx.cached(load_catalogue).products:
                return counted(self.tx, number)
            raise _Wrong("id", "no_id", text)
        for called in _names(row, "name").values():
            if found := self.items.get(called.casefold()):
                if len(found) > 1:
                    raise _Wrong("name", "many", called)
                return self.rows.get(next(iter(found)))
        return None

    def _edit(self, row: ItemRow) -> EditItem:
        """An item as it is, as a call would say it."""

        def shown(quantity: int | None) -> float | None:
            return None if quantity is None else show_quantity(quantity)

        stored = {name: getattr(row, name) for name in ("unit", "kind", "policy", "location_id", "shelf", "note")}
        return EditItem(
            names=dict(decode(row.names)),
            **stored,
            low_at=show_quantity(row.low_at),
            par=show_quantity(row.par),
            supplier_id=row.supplier_id,
            barcode=row.barcode,
            tare=shown(row.tare),
            full_weight=shown(row.full_weight),
            full_quantity=shown(row.full_quantity),
            dated=bool(row.dated),
        )

    def _pack(self, row: Row, known: ItemRow | None) -> EditPack | None:
        names = _names(row, "pack")
        if not names:
            return None
        if "pack_quantity" not in row.cells:
            raise _Wrong("pack_quantity", "no_pack")
        there = self.packs.get(known.id if known else 0, [])
        same = next((each for each in there if set(names.values()) & set(decode(each.names).values())), None)
        price = self._minor(row, "pack_price")
        return _fit(
            EditPack,
            names={**(decode(same.names) if same else {}), **names},
            quantity=_number(row, "pack_quantity", 0.0),
            id=same.id if same else None,
            barcode=row.cells.get("pack_barcode", same.barcode if same else None),
            price=int(price) if price is not None else same.price if same else None,
            deposit_item_id=same.deposit_item_id if same else None,
        )

    def _merged(self, known: ItemRow | None, packs: Sequence[EditPack]) -> list[EditPack] | None:
        """Its packs with those of the table; None where the table changes nothing about them."""
        there = [
            EditPack(dict(decode(row.names)), show_quantity(row.quantity), row.id, row.barcode, row.price, deposit)
            for row in self.packs.get(known.id if known else 0, [])
            for deposit in [row.deposit_item_id]
        ]
        said: dict[int | None, EditPack] = {pack.id: pack for pack in packs if pack.id is not None}
        merged = [said.get(pack.id, pack) for pack in there] + [pack for pack in packs if pack.id is None]
        return None if merged == there else merged

    def _place(self, row: Row, default: int) -> int:
        if "place" not in row.cells:
            return default
        found = self.places.get(row.cells["place"].casefold())
        if not found:
            raise _Wrong("place", "no_place", row.cells["place"])
        return min(found)

    def _supplier(self, row: Row, default: int | None) -> int | None:
        called = row.cells.get("supplier")
        if called is None:
            return default
        if called.casefold() not in self.suppliers:
            made = save_supplier(self.tx, None, _fit(EditSupplier, name=called))
            self.suppliers[called.casefold()] = made.id
            self.report.suppliers.append(called)
        return self.suppliers[called.casefold()]

    def _cost(self, row: Row, known: ItemRow | None) -> float | None:
        """In minor units for one unit; None where it says nothing new."""
        cost = self._minor(row, "cost")
        same = cost is not None and known is not None and float(cost) == rules.show_cost(known.cost)
        return None if cost is None or same else float(cost)

    def _minor(self, row: Row, column: str) -> Decimal | None:
        """An amount in minor units."""
        text = row.cells.get(column)
        if text is None:
            return None
        amount = _decimal(column, text.strip("¥￥€$£ ")).scaleb(self.digits)
        if column == "pack_price" and amount != int(amount):
            raise _Wrong(column, "no_number", text)
        return amount

    # -- recipes

    def _recipes(self, rows: Table) -> None:
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            key = tuple(row.cells.get(name, "").casefold() for name in ("product", "choice", "premix"))
            groups.setdefault(key, []).append(row)
        for group in groups.values():
            self._try("recipes", group[0], "ingredient", partial(self._recipe, group))

    def _recipe(self, group: Sequence[Row]) -> None:
        of = self._of(group[0])
        lines: list[Ingredient] = []
        for row in group:
            self._try("recipes", row, "ingredient", partial(self._ingredient, row, lines))
        if len(lines) == len(group):
            recipe = _fit(EditRecipe, items=lines, yields=_number(group[0], "yields", 1.0))
            save_recipe(self.tx, of, recipe)
            self.report.recipes += 1

    def _of(self, row: Row) -> RecipeOf:
        cells = row.cells
        if "premix" in cells:
            return RecipeOf(item_id=self._called(row, "premix", self.items, "no_item"))
        products = self.tx.cached(load_catalogue).products.values()
        product_id = None
        if "product" in cells:
            product_id = self._called(row, "product", self.products, "no_product")
        if "choice" not in cells:
            if product_id is None:
                raise _Wrong("product", "of_what")
            return RecipeOf(product_id)
        groups = [group for each in products if product_id in (None, each.id) for group in each.groups]
        choices = _by_name((each.id, each.names) for group in groups for each in group.modifiers)
        return RecipeOf(product_id, self._called(row, "choice", choices, "no_choice"))

    def _ingredient(self, row: Row, lines: list[Ingredient]) -> None:
        item_id = self._called(row, "ingredient", self.items, "no_item")
        loss = _number(row, "loss", 0.0)
        quantity = _number(row, "quantity", 0.0)
        lines.append(_fit(Ingredient, item_id=item_id, quantity=quantity, loss=round(loss * 10)))

    def _called(self, row: Row, column: str, among: Mapping[str, set[int]], code: str) -> int:
        """The number of what has this name, in any language, or this number."""
        text = row.cells.get(column, "")
        found = among.get(text.casefold(), set())
        if not found and (number := _whole(text)) and any(number in each for each in among.values()):
            return number
        if not found:
            raise _Wrong(column, code, text)
        if len(found) > 1:
            raise _Wrong(column, "many", text)
        return next(iter(found))


def _raising(wrong: _Wrong) -> Callable[[], None]:
    def fail() -> None:
        raise wrong

    return fail


def _by_name(things: Iterable[tuple[int, Mapping[str, str]]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for number, names in things:
        for called in names.values():
            found.setdefault(called.casefold(), set()).add(number)
    return found


def _names(row: Row, column: str) -> dict[str, str]:
    said = {"en": row.cells.get(column, ""), "zh": row.cells.get(f"{column}_zh", "")}
    return {language: name for language, name in said.items() if name}


def _whole(text: str) -> int:
    """A thing's number, 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _decimal(column: str, text: str) -> Decimal:
    tidy = text.replace(" ", "").rstrip("%％")
    try:
        number = Decimal(tidy.replace(",", ".") if "." not in tidy else tidy.replace(",", ""))
    except InvalidOperation:
        raise _Wrong(column, "no_number", text) from None
    if not number.is_finite() or not 0 <= number <= 10**9:
        raise _Wrong(column, "no_number", text)
    return number


Number = TypeVar("Number", float, float | None)


def _number(row: Row, column: str, default: Number) -> Number:
    return float(_decimal(column, row.cells[column])) if column in row.cells else default


def _yes(row: Row, column: str, default: bool) -> bool:
    text = row.cells.get(column, "").casefold()
    if text and text not in YES | NO:
        raise _Wrong(column, "none_of", text)
    return text in YES if text else default


def _fit(shape: type[Shape], **fields: Any) -> Shape:
    """The body of a command. Raises _Wrong where a field does not fit what a call would take."""
    made = shape(**fields)
    try:
        msgspec.convert(msgspec.to_builtins(made), shape)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$.")
        raise _Wrong(path.strip("`") or "name", "refused", said) from None
    return made
