"""What stands in the cells of an imported table, read; what does not fit says why and what to do."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar, get_args

import msgspec

from barbox.core.sheets import Row
from barbox.stock.sheets.columns import SAID

Shape = TypeVar("Shape")
Number = TypeVar("Number", float, float | None)
YES, NO = {"yes", "true", "1", "y", "是", "x"}, {"no", "false", "0", "n", "否"}


class Wrong(Exception):
    """One cell that does not fit: `code` is one of `sheets.WORDS`."""

    def __init__(self, column: str, code: str, value: object = "", among: str = "") -> None:
        super().__init__(code)
        self.column, self.code, self.value, self.among = column, code, value, among


def named(row: Row, column: str) -> dict[str, str]:
    """A name by language."""
    said = {"en": row.cells.get(column, ""), "zh": row.cells.get(f"{column}_zh", "")}
    return {language: name for language, name in said.items() if name}


def by_name(things: Iterable[tuple[int, Mapping[str, str]]]) -> dict[str, set[int]]:
    """Numbers by each of their names, small letters."""
    found: dict[str, set[int]] = {}
    for number, names in things:
        for name in names.values():
            found.setdefault(name.casefold(), set()).add(number)
    return found


def called(row: Row, column: str, among: Mapping[str, set[int]], code: str) -> int:
    """The number of what has this name, in any language, or this number. Raises Wrong."""
    text = row.cells.get(column, "")
    found = among.get(text.casefold(), set())
    if not found and (number := whole(text)) and any(number in each for each in among.values()):
        return number
    if not found:
        raise Wrong(column, code, text)
    if len(found) > 1:
        raise Wrong(column, "many", text)
    return next(iter(found))


def whole(text: str) -> int:
    """A thing's number, 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def decimal(column: str, text: str) -> Decimal:
    """A number as people write it, "12,5" too. Raises Wrong."""
    tidy = text.replace(" ", "").rstrip("%％")
    try:
        number = Decimal(tidy.replace(",", ".") if "." not in tidy else tidy.replace(",", ""))
    except InvalidOperation:
        raise Wrong(column, "no_number", text) from None
    if not number.is_finite() or not 0 <= number <= 10**9:
        raise Wrong(column, "no_number", text)
    return number


def quantity(row: Row, column: str, default: Number) -> Number:
    """A quantity, or `default` where the cell is empty. Raises Wrong."""
    return float(decimal(column, row.cells[column])) if column in row.cells else default


def minor(row: Row, column: str, digits: int) -> Decimal | None:
    """An amount in minor units. Raises Wrong."""
    text = row.cells.get(column)
    return None if text is None else decimal(column, text.strip("¥￥€$£ ")).scaleb(digits)


def yes(row: Row, column: str, default: bool) -> bool:
    """Raises Wrong."""
    text = row.cells.get(column, "").casefold()
    if text and text not in YES | NO:
        raise Wrong(column, "none_of", text, "yes, no")
    return text in YES if text else default


def one_of(row: Row, column: str, among: object, default: str) -> str:
    """One of a type's words, or what a Chinese table calls it. Raises Wrong."""
    text = row.cells.get(column, default)
    said = SAID.get(text, text.casefold())
    if said not in get_args(among):
        raise Wrong(column, "none_of", text, ", ".join(get_args(among)))
    return said


def fit(shape: type[Shape], columns: Mapping[str, str], **fields: Any) -> Shape:
    """The body of a command. Raises Wrong where a field does not fit what a call would take; `columns` by field."""
    made = shape(**fields)
    try:
        msgspec.convert(msgspec.to_builtins(made), shape)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$.")
        raise Wrong(column_of(path.strip("`"), columns), "refused", said) from None
    return made


def column_of(path: str, columns: Mapping[str, str]) -> str:
    """The column that fills a field of a body, by the field's path; the name's where none does."""
    field = path.rpartition(".")[2].partition("[")[0]
    return columns.get(path, columns.get(field, "name"))
