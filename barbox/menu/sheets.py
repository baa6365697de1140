"""The menu as a table people edit: CSV or XLSX to rows of text, and back. Pure: no database."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from barbox.core.errors import BadRequest

PRODUCTS = (
    "id",
    "category",
    "category_zh",
    "name",
    "name_zh",
    "price",
    "tax",
    "station",
    "barcode",
    "groups",
    "available",
    "age",
    "open_price",
    "unit",
    "discountable",
)
GROUPS = ("group", "group_zh", "kind", "minimum", "maximum", "option", "option_zh", "price", "product", "takes")
NEEDED = {"products": ("name", "name_zh"), "groups": ("group", "group_zh")}
"""One of these a table must have, or it is none of ours."""

CHINESE = {
    "编号": "id",
    "分类": "category",
    "类别": "category",
    "分类中文": "category_zh",
    "英文名": "name",
    "名称": "name_zh",
    "中文名": "name_zh",
    "价格": "price",
    "单价": "price",
    "税率": "tax",
    "出单点": "station",
    "条码": "barcode",
    "选项组": "groups",
    "可售": "available",
    "年龄": "age",
    "时价": "open_price",
    "单位": "unit",
    "可打折": "discountable",
}
"""What a Chinese table calls the columns."""

MOST_ROWS = 5_000
MOST_UNPACKED = 32 * 1024 * 1024


class Row(NamedTuple):
    """A line of a table: its number as the table's program shows it, and its cells by column."""

    number: int
    cells: dict[str, str]


Table = list[Row]


def read(content: bytes) -> dict[str, Table]:
    """The tables of a file by name, "products" and, in XLSX, "groups". Raises BadRequest for what is no table."""
    if content.startswith(b"PK"):
        return _read_xlsx(content)
    return {"products": read_csv("products", content)}


def read_csv(name: str, content: bytes) -> Table:
    """One table, "products" or "groups". Raises BadRequest."""
    return _table(name, _csv_lines(content))


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


def _read_xlsx(content: bytes) -> dict[str, Table]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise BadRequest("is larger than any menu", "content")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        found = {}
        for sheet in book.worksheets:
            lines = [(n, [_text(each) for each in row]) for n, row in enumerate(sheet.iter_rows(values_only=True), 1)]
            name = "groups" if _is_groups(lines) else "products"
            if name not in found and any(any(cells) for _, cells in lines):
                found[name] = _table(name, iter(lines))
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


def _is_groups(lines: list[tuple[int, list[str]]]) -> bool:
    return any("option" in (_column(cell) for cell in cells) for _, cells in lines[:3])


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


def _table(name: str, lines: Iterator[tuple[int, list[str]]]) -> Table:
    columns: list[str] = []
    rows: Table = []
    for number, cells in lines:
        if not any(cells):
            continue
        if not columns:
            columns = [_column(cell) for cell in cells]
            if not set(NEEDED[name]) & set(columns):
                raise BadRequest(f"has no column {NEEDED[name][0]} in its first line", "content")
            continue
        rows.append(Row(number, {c: cell for c, cell in zip(columns, cells, strict=False) if c and cell}))
        if len(rows) > MOST_ROWS:
            raise BadRequest(f"has more than {MOST_ROWS} rows", "content")
    if not columns:
        raise BadRequest("is empty", "content")
    return rows


def _column(heading: str) -> str:
    tidy = heading.strip().lower().replace(" ", "_")
    return CHINESE.get(tidy, tidy)
