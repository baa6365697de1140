"""A bar's menu to begin with: the tables beside this module, at prices that are likely in the bar's currency."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files

from barbox.core.money import exponent
from barbox.core.settings import load_venue
from barbox.core.transaction import Transaction
from barbox.menu import importing, sheets
from barbox.menu.importing import ImportReport, Stations
from barbox.menu.sheets import Row, Table

LIKELY: dict[str, tuple[str, str]] = {
    "CNY": ("7", "1"),
    "HKD": ("10", "1"),
    "TWD": ("32", "5"),
    "JPY": ("140", "10"),
    "KRW": ("1400", "100"),
    "THB": ("35", "5"),
    "SGD": ("1.8", "0.5"),
    "VND": ("20000", "1000"),
    "KWD": ("0.35", "0.05"),
    "BHD": ("0.4", "0.05"),
}
"""By how much the table's prices, those of a bar in the euro zone, are multiplied, and to what they are rounded."""


def add_sample_menu(tx: Transaction, stations: Stations, language: str) -> ImportReport:
    """Make the sample menu the bar's; at stations that the bar does not have nothing is made."""
    currency = tx.cached(load_venue).currency
    known = {name.casefold() for names in stations.values() for name in names.values()}
    tables = {name: [_local(row, currency, known) for row in _table(name)] for name in ("groups", "products")}
    return importing.import_menu(tx, tables, stations, language, apply=True)


def _table(name: str) -> Table:
    content = files(__package__).joinpath(f"sample_{name}.csv").read_bytes()
    return sheets.read_csv(name, content)


def _local(row: Row, currency: str, stations: set[str]) -> Row:
    cells: Mapping[str, str] = row.cells
    kept = {column: text for column, text in cells.items() if column != "station" or text.casefold() in stations}
    if "price" in kept:
        kept["price"] = str(_likely(Decimal(kept["price"]), currency))
    return Row(row.number, kept)


def _likely(price: Decimal, currency: str) -> Decimal:
    factor, step = (Decimal(each) for each in LIKELY.get(currency, ("1", "0.5")))
    steps = (price * factor / step).quantize(Decimal(1), ROUND_HALF_UP)
    return (steps * step).quantize(Decimal(1).scaleb(-exponent(currency)))
