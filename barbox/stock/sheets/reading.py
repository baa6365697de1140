"""What an import knows of the bar while it reads, and what it tells of it."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

from barbox.core.errors import Refusal
from barbox.core.messages import View
from barbox.core.money import exponent
from barbox.core.names import decode
from barbox.core.settings import load_venue
from barbox.core.sheets import Row
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.stock import queries
from barbox.stock.buying.suppliers import SUPPLIERS, SupplierRow
from barbox.stock.queries import LocationRow, PackRow
from barbox.stock.sheets.cells import Wrong, by_name, column_of
from barbox.stock.sheets.columns import FIXES, WORDS, heading
from barbox.stock.shelf import load_shelf

Cell = TypeVar("Cell")
MOST_TOLD = 1_000


class StockProblem(View):
    """What is wrong in a row of "items" or "recipes", as its program numbers it, and what to do, for people.

    `heading` is what the reader calls the column, `value` what stands in the cell.
    """

    table: str
    row: int
    column: str
    problem: str
    fix: str
    heading: str
    value: str


class ImportedCell(View):
    """What a column said before and says now, as people read it; of a recipe it is an ingredient's quantity."""

    heading: str
    before: str
    after: str


class ImportedRow(View):
    """What comes new or changes, and in which row it stands."""

    table: str
    row: int
    name: str
    is_new: bool
    cells: list[ImportedCell]


class StockImport(View):
    """What an import would do, or did: items that come new, change, or stay; recipes written; suppliers made.

    `rows` tell each of them, at most 1,000.
    """

    applied: bool
    added: int
    changed: int
    unchanged: int
    recipes: int
    suppliers: list[str]
    problems: list[StockProblem]
    rows: list[ImportedRow]


class Reading:
    """What an import knows of the bar, and what it has found so far."""

    def __init__(self, tx: Transaction, language: str) -> None:
        self.tx = tx
        self.language: Literal["en", "zh"] = "zh" if language == "zh" else "en"
        self.digits = exponent(tx.cached(load_venue).currency)
        self.report = StockImport(False, 0, 0, 0, 0, [], [], [])
        self.locations = {row.id: decode(row.names) for row in tx.all(queries.LOCATIONS, LocationRow)}
        self.places = by_name(self.locations.items())
        self.suppliers = {row.name.casefold(): row.id for row in tx.all(SUPPLIERS, SupplierRow)}
        self.packs: dict[int, list[PackRow]] = {}
        for pack in tx.all(queries.PACKS, PackRow):
            self.packs.setdefault(pack.item_id, []).append(pack)
        shelf = tx.cached(load_shelf).items.values()
        self.rows = {each.row.id: each.row for each in shelf if not each.row.hidden}
        self.items = by_name((row.id, decode(row.names)) for row in self.rows.values())
        self.products = by_name((each.id, each.names) for each in tx.cached(load_catalogue).products.values())

    def name(self, names: Mapping[str, str]) -> str:
        """In the reader's language, else in any."""
        return names.get(self.language) or next(iter(names.values()), "")

    def cell(self, table: str, row: Row, read: Callable[[], Cell], default: Cell) -> Cell:
        """What a cell says; what is wrong with it becomes a problem, and the row's other cells are still read."""
        try:
            return read()
        except Wrong as wrong:
            self.wrong(table, row, wrong)
            return default

    def take(self, table: str, row: Row, columns: Mapping[str, str], do: Callable[[], None]) -> None:
        """What a row asks for; what is wrong with it becomes a problem. `columns` fill the fields of a command."""
        try:
            do()
        except Wrong as wrong:
            self.wrong(table, row, wrong)
        except Refusal as refusal:
            field = str(refusal.fields.get("field", ""))
            column = column_of(field, columns) if field else columns.get(refusal.code, "name")
            said = refusal.sentence(self.language) if field in ("", "$") else str(refusal.fields["detail"])
            self._tell(table, row, column, said, "")

    def wrong(self, table: str, row: Row, wrong: Wrong) -> None:
        """One cell that does not fit."""
        said = WORDS[wrong.code][self.language].format(value=wrong.value)
        among = wrong.among or ", ".join(self.name(names) for names in self.locations.values())
        fix = FIXES.get(wrong.code, {}).get(self.language, "").format(among=among)
        self._tell(table, row, wrong.column, said, fix)

    def _tell(self, table: str, row: Row, column: str, said: str, fix: str) -> None:
        called, value = heading(column, self.language), row.cells.get(column, "")
        self.report.problems.append(StockProblem(table, row.number, column, said, fix, called, value))

    def tell(self, told: ImportedRow) -> None:
        """What a row would do."""
        if len(self.report.rows) < MOST_TOLD:
            self.report.rows.append(told)
