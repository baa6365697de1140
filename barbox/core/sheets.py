"""Tables people edit: CSV or XLSX to rows of text, and back."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from barbox.core.errors import BadRequest

MOST_ROWS = 5_000
MOST_UNPACKED = 32 * 1024 * 1024


class Row(NamedTuple):
    """A line of a table: its number as the table's program shows it, and its cells by column."""

    number: int
    cells: dict[str, str]


Table = list[Row]


class Form(NamedTuple):
    """Which tables a file may hold: by name the columns of which each needs one, and its columns' Chinese headings.

    `which` tells a table's name by its first lines' columns.
    """

    needed: Mapping[str, tuple[str, ...]]
    chinese: Mapping[str, str]
    which: Callable[[set[str]], str]

    def column(self, heading: str) -> str:
        """A column's name, whatever its heading's language."""
        tidy = heading.strip().lower().replace(" ", "_")
        return self.chinese.get(tidy, tidy)


def read_csv(name: str, content: bytes, form: Form) -> Table:
    """One table, called so. Raises BadRequest for what is no table."""
    return _table(name, _csv_lines(content), form)


def read(content: bytes, form: Form) -> dict[str, Table]:
    """The tables of a file by name. Raises BadRequest."""
    if content.startswith(b"PK"):
        return _read_xlsx(content, form)
    lines = list(_csv_lines(content))
    name = _name(lines, form)
    return {name: _table(name, iter(lines), form)}


def _name(lines: list[tuple[int, list[str]]], form: Form) -> str:
    return form.which({form.column(cell) for _, cells in lines[:3] for cell in cells})


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(tables: Mapping[str, Iterable[Sequence[str]]]) -> bytes:
    """A sheet for each table; every cell is text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for column in "CDE":
            sheet.column_dimensions[column].width = 24
        for number, row in enumerate(rows):
            line = []
            for text in row:
                cell = WriteOnlyCell(sheet, value=text)
                cell.data_type = "s"
                cell.font = Font(bold=number == 0)
                line.append(cell)
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read_xlsx(content: bytes, form: Form) -> dict[str, Table]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise BadRequest("is larger than any table", "content")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        found = {}
        for sheet in book.worksheets:
            lines = [(n, [_text(each) for each in row]) for n, row in enumerate(sheet.iter_rows(values_only=True), 1)]
            name = _name(lines, form)
            if name not in found and any(any(cells) for _, cells in lines):
                found[name] = _table(name, iter(lines), form)
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, OSError) as error:
        raise BadRequest(f"is no spreadsheet that can be read: {error}"[:200], "content") from None
    if not found:
        raise BadRequest("has no rows", "content")
    return found


def _text(value: object) -> str:
    """A cell as a person reads it: 25.0 is "25"."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _csv_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "gb18030"):  # what Excel saves as CSV on a Chinese computer
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadRequest("is neither UTF-8 nor GB18030 text", "content")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise BadRequest(f"is no table: {error}", "content") from None


def _table(name: str, lines: Iterator[tuple[int, list[str]]], form: Form) -> Table:
    columns: list[str] = []
    rows: Table = []
    for number, cells in lines:
        if not any(cells):
            continue
        if not columns:
            columns = [form.column(cell) for cell in cells]
            if not set(form.needed[name]) & set(columns):
                raise BadRequest(f"has no column {form.needed[name][0]} in its first line", "content")
            continue
        rows.append(Row(number, {c: cell for c, cell in zip(columns, cells, strict=False) if c and cell}))
        if len(rows) > MOST_ROWS:
            raise BadRequest(f"has more than {MOST_ROWS} rows", "content")
    if not columns:
        raise BadRequest("is empty", "content")
    return rows
