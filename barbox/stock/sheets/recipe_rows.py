"""The rows of an imported table of recipes."""

from collections.abc import Sequence
from functools import partial

from barbox.core.money import show_quantity
from barbox.core.names import decode
from barbox.core.sheets import Row, Table
from barbox.menu.queries import load_catalogue
from barbox.stock import queries
from barbox.stock.queries import RecipeRow
from barbox.stock.recipes import EditRecipe, Ingredient, RecipeOf, save_recipe
from barbox.stock.sheets.cells import Wrong, by_name, called, fit, quantity
from barbox.stock.sheets.reading import ImportedCell, ImportedRow, Reading

COLUMNS = {"itemId": "ingredient", "quantity": "quantity", "loss": "loss", "yields": "yields", "items": "ingredient"}
BY = ("product", "choice", "premix")


class RecipeRows:
    """A row for each ingredient; what it is of is repeated."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.tx, self.report = reading.tx, reading.report
        self.known: dict[RecipeOf, list[RecipeRow]] = {}
        for row in self.tx.all(queries.RECIPES, RecipeRow):
            self.known.setdefault(RecipeOf(row.product_id, row.modifier_id, row.made_id), []).append(row)

    def take(self, rows: Table) -> None:
        """Write them."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            key = tuple(row.cells.get(name, "").casefold() for name in BY)
            groups.setdefault(key, []).append(row)
        for group in groups.values():
            self.reading.take("recipes", group[0], COLUMNS, partial(self._recipe, group))

    def _recipe(self, group: Sequence[Row]) -> None:
        first, wrong = group[0], len(self.report.problems)
        of = self.reading.cell("recipes", first, partial(self._of, first), RecipeOf())
        yields = self.reading.cell("recipes", first, lambda: quantity(first, "yields", 1.0), 1.0)
        lines = [line for row in group if (line := self._ingredient(row)) is not None]
        if len(self.report.problems) > wrong:
            return
        recipe = fit(EditRecipe, COLUMNS, items=lines, yields=yields)
        before = self.known.get(of, [])
        if _said(before) == (recipe.yields, [(each.item_id, each.quantity, each.loss) for each in lines]):
            return
        save_recipe(self.tx, of, recipe)
        self.report.recipes += 1
        self.reading.tell(self._told(first, before, lines))

    def _of(self, row: Row) -> RecipeOf:
        cells, products = row.cells, self.tx.cached(load_catalogue).products.values()
        if "premix" in cells:
            return RecipeOf(item_id=called(row, "premix", self.reading.items, "no_item"))
        product_id = None
        if "product" in cells:
            product_id = called(row, "product", self.reading.products, "no_product")
        if "choice" not in cells:
            if product_id is None:
                raise Wrong("product", "of_what")
            return RecipeOf(product_id)
        groups = [group for each in products if product_id in (None, each.id) for group in each.groups]
        choices = by_name((each.id, each.names) for group in groups for each in group.modifiers)
        return RecipeOf(product_id, called(row, "choice", choices, "no_choice"))

    def _ingredient(self, row: Row) -> Ingredient | None:
        wrong = len(self.report.problems)

        def much() -> float:
            if "quantity" not in row.cells:
                raise Wrong("quantity", "no_amount")
            return quantity(row, "quantity", 0.0)

        cell = partial(self.reading.cell, "recipes", row)
        item_id = cell(lambda: called(row, "ingredient", self.reading.items, "no_item"), 0)
        takes = cell(much, 0.0)
        loss = cell(lambda: quantity(row, "loss", 0.0), 0.0)
        if len(self.report.problems) > wrong:
            return None
        fields = {"item_id": item_id, "quantity": takes, "loss": round(loss * 10)}
        made: Ingredient | None = cell(lambda: fit(Ingredient, COLUMNS, **fields), None)
        return made

    def _told(self, row: Row, before: list[RecipeRow], lines: list[Ingredient]) -> ImportedRow:
        was = {each.item_id: f"{show_quantity(each.quantity):g}" for each in before}
        now = {each.item_id: f"{each.quantity:g}" for each in lines}
        cells = [
            ImportedCell(self._item(number), was.get(number, ""), now.get(number, ""))
            for number in {**was, **now}
            if was.get(number) != now.get(number)
        ]
        name = " · ".join(said for said in (row.cells.get(column, "") for column in BY) if said)
        return ImportedRow("recipes", row.number, name, not before, cells)

    def _item(self, item_id: int) -> str:
        row = self.reading.rows.get(item_id)
        if row is not None:
            return self.reading.name(decode(row.names))
        return next((name for name, numbers in self.reading.items.items() if item_id in numbers), str(item_id))


def _said(rows: list[RecipeRow]) -> tuple[float, list[tuple[int, float, int]]] | None:
    """A recipe as a table says it."""
    if not rows:
        return None
    lines = [(row.item_id, show_quantity(row.quantity), row.loss) for row in rows]
    return show_quantity(rows[0].yields), lines
