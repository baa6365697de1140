"""A table of products becomes the menu: checked row by row, and applied as a whole or not at all."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from barbox.core.messages import View
from barbox.core.settings import load_venue
from barbox.core.transaction import Transaction
from barbox.menu import cells, commands
from barbox.menu.cells import WORDS, Wrong
from barbox.menu.commands import EditCategory, EditGroup, EditModifier, EditProduct
from barbox.menu.office import OfficeGroup, OfficeMenu, OfficeProduct, load_menu
from barbox.menu.sheets import Row, Table

Stations = Mapping[int, Mapping[str, str]]
"""Names of each station by its number."""

UNITS = {"个": "piece", "份": "piece", "杯": "piece"}
NEW = OfficeProduct(id=2**53, category_id=1, names={}, price=0, tax_rate_id=1)
"""What a product is before its row says otherwise."""


class RowProblem(View):
    """What is wrong in a row, as its program numbers it, in one sentence for people."""

    table: str
    row: int
    column: str
    problem: str


class ImportReport(View):
    """What an import would do, or did: products that come new, change, or stay as they are."""

    applied: bool
    added: int
    changed: int
    unchanged: int
    categories: list[str]
    groups: list[str]
    problems: list[RowProblem]


class Import:
    """One table on its way into the menu."""

    def __init__(self, tx: Transaction, tables: Mapping[str, Table], stations: Stations, language: str) -> None:
        self.tx = tx
        self.tables = tables
        self.stations = stations
        self.language = language
        self.currency = tx.cached(load_venue).currency
        self.menu: OfficeMenu = load_menu(tx)
        self.problems: list[RowProblem] = []
        self.new_categories: dict[str, EditCategory] = {}
        self.groups: dict[str, tuple[int | None, EditGroup]] = {}
        self.products: list[tuple[int | None, EditProduct, str, list[str]]] = []
        """Number, product, and by name what is only there once this import made it: category and groups."""
        self.unchanged = 0

    def run(self, apply: bool) -> ImportReport:
        """Check everything; apply it when asked and nothing is wrong."""
        self._check_groups()
        self._check_products()
        applied = apply and not self.problems
        added = sum(number is None for number, *_ in self.products)
        if applied:
            self._apply()
        return ImportReport(
            applied=applied,
            added=added,
            changed=len(self.products) - added,
            unchanged=self.unchanged,
            categories=[cells.some(each.names) for each in self.new_categories.values()],
            groups=[cells.some(each.names) for _, each in self.groups.values()],
            problems=self.problems,
        )

    def _wrong(self, table: str, row: Row, wrong: Wrong) -> None:
        sentence = WORDS[wrong.code][self.language].format(value=wrong.value, currency=self.currency)
        self.problems.append(RowProblem(table, row.number, wrong.column, sentence))

    # -- groups

    def _check_groups(self) -> None:
        by_name: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.tables.get("groups", []):
            by_name[cells.key(cells.names(row, "group"))].append(row)
        for key, rows in by_name.items():
            known = cells.found(self.menu.groups, key)
            options = []
            for row in rows:
                try:
                    options.append(self._option(row, known))
                except Wrong as wrong:
                    self._wrong("groups", row, wrong)
            if not options:
                continue
            try:
                group = self._group(rows[0], known, options)
            except Wrong as wrong:
                self._wrong("groups", rows[0], wrong)
                continue
            if known is None or not cells.same(known, group):
                self.groups[key] = (known.id if known else None, group)

    def _group(self, row: Row, known: OfficeGroup | None, options: list[EditModifier]) -> EditGroup:
        kind = row.cells.get("kind", "choice").lower()
        if kind not in ("choice", "size", "set"):
            raise Wrong("kind", "kind", kind)
        minimum, maximum = cells.whole(row, "minimum", 0), cells.whole(row, "maximum", 1)
        names = (known.names if known else {}) | cells.names(row, "group")
        if not names:
            raise Wrong("group", "no_name")
        if minimum > maximum:
            raise Wrong("minimum", "minimum")
        return cells.fit(
            EditGroup, "group", names=names, modifiers=options, minimum=minimum, maximum=maximum, kind=kind
        )

    def _option(self, row: Row, group: OfficeGroup | None) -> EditModifier:
        names = cells.names(row, "option")
        if not names:
            raise Wrong("option", "no_option")
        known = cells.found(group.modifiers if group else [], cells.key(names))
        product = None
        if wanted := row.cells.get("product"):
            found = cells.found(self.menu.products, wanted.casefold())
            if found is None:
                raise Wrong("product", "no_product", wanted)
            product = found.id
        return cells.fit(
            EditModifier,
            "option",
            names=(known.names if known else {}) | names,
            price=cells.price(row, self.currency, 0),
            id=known.id if known else None,
            product_id=product,
            takes=cells.decimal(row, "takes"),
        )

    # -- products

    def _check_products(self) -> None:
        owners: dict[str, tuple[object, str]] = {
            each.barcode: (each.id, cells.some(each.names)) for each in self.menu.products if each.barcode
        }
        by_number = {each.id: each for each in self.menu.products}
        in_category = {(each.category_id, key): each for each in self.menu.products for key in cells.keys(each.names)}
        seen: dict[object, int] = {}
        for row in self.tables.get("products", []):
            try:
                known = self._known(row, by_number, in_category)
                same = (
                    known.id
                    if known
                    else (row.cells.get("category", "").casefold(), cells.key(cells.names(row, "name")))
                )
                if same in seen:
                    raise Wrong("name", "twice", seen[same])
                seen[same] = row.number
                product, category, groups = self._product(row, known)
                if product.barcode:
                    owner, name = owners.setdefault(product.barcode, (same, cells.some(product.names)))
                    if owner != same:
                        raise Wrong("barcode", "barcode", name)
            except Wrong as wrong:
                self._wrong("products", row, wrong)
                continue
            if known and not category and not groups and cells.same(known, product):
                self.unchanged += 1
            else:
                self.products.append((known.id if known else None, product, category, groups))

    def _known(
        self,
        row: Row,
        by_number: dict[int, OfficeProduct],
        in_category: dict[tuple[int, str], OfficeProduct],
    ) -> OfficeProduct | None:
        """The product a row is about: by its number, else by its name in its category."""
        if "id" in row.cells:
            found = by_number.get(cells.whole(row, "id", 0))
            if found is None:
                raise Wrong("id", "no_id", row.cells["id"])
            return found
        category = self._category(row)
        if category is None:
            return None
        return next(
            (p for key in cells.keys(cells.names(row, "name")) if (p := in_category.get((category, key)))), None
        )

    def _category(self, row: Row) -> int | None:
        names = cells.names(row, "category")
        for key in cells.keys(names):
            found = cells.found(self.menu.categories, key)
            if found:
                return found.id
        return None

    def _product(self, row: Row, known: OfficeProduct | None) -> tuple[EditProduct, str, list[str]]:
        before = known or NEW
        names = (known.names if known else {}) | cells.names(row, "name")
        if not names:
            raise Wrong("name", "no_name")
        category_id, made = self._category_or_new(row, known)
        group_ids, waiting = self._groups_of(row, before)
        open_price = cells.yes(row, "open_price", before.open_price)
        if "price" not in row.cells and known is None and not open_price:
            raise Wrong("price", "no_price")
        unit = row.cells.get("unit", before.unit)
        product = cells.fit(
            EditProduct,
            "name",
            category_id=category_id,
            names=names,
            price=cells.price(row, self.currency, before.price, least=0),
            tax_rate_id=self._tax(row, known),
            station_id=self._station(row, before),
            available=cells.yes(row, "available", before.available),
            barcode=row.cells.get("barcode", before.barcode),
            sort=known.sort if known else 10 * row.number,
            group_ids=group_ids,
            open_price=open_price,
            unit=UNITS.get(unit, unit),
            age=cells.age(row, before.age),
            discountable=cells.yes(row, "discountable", before.discountable),
        )
        return product, made, waiting

    def _category_or_new(self, row: Row, known: OfficeProduct | None) -> tuple[int, str]:
        names = cells.names(row, "category")
        if not names:
            if known is None:
                raise Wrong("category", "no_category")
            return known.category_id, ""
        found = self._category(row)
        if found is not None:
            return found, ""
        key = cells.key(names)
        if key not in self.new_categories:
            sort = 10 * (len(self.menu.categories) + len(self.new_categories) + 1)
            color = COLORS[len(self.new_categories) % len(COLORS)]
            self.new_categories[key] = cells.fit(EditCategory, "category", names=names, color=color, sort=sort)
        return 1, key

    def _groups_of(self, row: Row, before: OfficeProduct) -> tuple[list[int], list[str]]:
        if "groups" not in row.cells:
            return before.group_ids, []
        ids, waiting = [], []
        for wanted in row.cells["groups"].replace("；", ";").split(";"):
            key = wanted.strip().casefold()
            found = cells.found(self.menu.groups, key)
            if found:
                ids.append(found.id)
            elif key in self.groups:
                waiting.append(key)
            elif key:
                raise Wrong("groups", "no_group", wanted.strip())
        return ids, waiting

    def _tax(self, row: Row, known: OfficeProduct | None) -> int:
        if "tax" not in row.cells:
            if known:
                return known.tax_rate_id
            if not self.menu.tax_rates:
                raise Wrong("tax", "no_rates")
            return self.menu.tax_rates[0].id
        text = row.cells["tax"]
        named = cells.found(self.menu.tax_rates, text.casefold())
        if named:
            return named.id
        try:
            points = Decimal(text.rstrip("%％ ").replace(",", ".")) * 100
        except InvalidOperation:
            raise Wrong("tax", "no_rate", text) from None
        for rate in self.menu.tax_rates:
            if rate.rate == points:
                return rate.id
        raise Wrong("tax", "no_rate", text)

    def _station(self, row: Row, before: OfficeProduct) -> int | None:
        if "station" not in row.cells:
            return before.station_id
        wanted = row.cells["station"].casefold()
        for number, names in self.stations.items():
            if wanted in cells.keys(names):
                return number
        raise Wrong("station", "no_station", row.cells["station"])

    # -- apply

    def _apply(self) -> None:
        if not (self.new_categories or self.groups or self.products):
            return
        categories = {key: commands.put_category(self.tx, None, each) for key, each in self.new_categories.items()}
        groups = {key: commands.put_group(self.tx, number, each) for key, (number, each) in self.groups.items()}
        for number, product, category, waiting in self.products:
            if category:
                product.category_id = categories[category]
            product.group_ids = [*product.group_ids, *(groups[key] for key in waiting)]
            commands.put_product(self.tx, number, product)
        commands.tell(self.tx, "import", 0, {"products": [_change(*each) for each in self.products]})


COLORS = ("#d9962b", "#3f7d58", "#9b4d6b", "#3b6ea5", "#b5532a", "#6c5a9e", "#4f7f86", "#8a6d3b")
"""For categories that come with an import, one after the other."""


def import_menu(
    tx: Transaction, tables: Mapping[str, Table], stations: Stations, language: str, apply: bool
) -> ImportReport:
    """Check a file's tables, and make them part of the menu when `apply` and nothing is wrong.

    What is on the menu and not in the file stays as it is.
    """
    return Import(tx, tables, stations, language).run(apply)


def _change(number: int | None, product: EditProduct, _category: str, _groups: list[str]) -> dict[str, Any]:
    return {"id": number, "names": product.names, "price": product.price, "categoryId": product.category_id}
