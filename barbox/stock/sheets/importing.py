"""Tables of items and recipes become the stock's: as a whole or not at all.

A dry run is the real one, taken back: it can find nothing right that the real one would refuse.
"""

from collections.abc import Mapping

from barbox.core.errors import BadRequest
from barbox.core.sheets import Table
from barbox.core.transaction import Transaction
from barbox.stock.sheets.item_rows import ItemRows
from barbox.stock.sheets.reading import Reading, StockImport
from barbox.stock.sheets.recipe_rows import RecipeRows

MOST_PROBLEMS = 500


class TriedOut(BadRequest):
    """Takes back a dry run, or one with problems."""

    def __init__(self, report: StockImport) -> None:
        super().__init__("was only tried out")
        self.report = report


def import_stock(tx: Transaction, tables: Mapping[str, Table], language: str, dry_run: bool) -> StockImport:
    """Write all of it. Raises TriedOut with the report on a dry run, or when something is wrong."""
    reading = Reading(tx, language)
    ItemRows(reading).take(tables.get("items", []))
    RecipeRows(reading).take(tables.get("recipes", []))
    report = reading.report
    report.problems = sorted(report.problems, key=lambda each: (each.table, each.row))[:MOST_PROBLEMS]
    report.applied = not (dry_run or report.problems)
    if not report.applied:
        raise TriedOut(report)
    return report
