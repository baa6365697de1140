"""Tables as spreadsheets (XLSX): text stays text whatever it begins with, numbers stay numbers. Written in a stream."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

MOST_ROWS = 1_048_576
"""Of one sheet, by the format; what is more goes on a further sheet."""
MOST_LETTERS = 32_767

Rows = Iterable[Sequence[object]]


def write(target: Path | IO[bytes], tables: Mapping[str, Rows]) -> None:
    """A sheet for each table; the first row of each is its heading."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, rows in tables.items():
        lines = iter(rows)
        heading = next(lines)
        for number in itertools.count(1):
            sheet = book.create_sheet(name[:31] if number == 1 else f"{name[:26]} {number}")
            sheet.freeze_panes = "A2"
            sheet.append(_cells(sheet, heading, bold=True))
            written = 1
            for row in itertools.islice(lines, MOST_ROWS - 1):
                sheet.append(_cells(sheet, row))
                written += 1
            if written < MOST_ROWS:
                break
    book.save(target)


def _cells(sheet: Any, row: Sequence[object], *, bold: bool = False) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    cells = []
    for value in row:
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:MOST_LETTERS] if isinstance(value, str) else None
        given: Any = value if text is None else text
        cell = WriteOnlyCell(sheet, value=given)
        if text is not None:
            cell.data_type = "s"
        if isinstance(value, Decimal):
            digits = -int(value.as_tuple().exponent)
            cell.number_format = "#,##0." + "0" * digits if digits > 0 else "#,##0"
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    return cells
