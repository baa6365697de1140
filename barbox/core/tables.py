"""Tables of words and numbers, for paper and as files: CSV, XLSX or PDF."""

import csv
import io
import logging
from decimal import Decimal
from typing import Any, Literal

import msgspec

from barbox.core import spreadsheet
from barbox.core.errors import Unavailable
from printers import raster

Cell = str | int | float | Decimal | None
Format = Literal["csv", "xlsx", "pdf"]
KINDS: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a CSV's cell."""
WIDE = 6
"""From so many columns on a page lies on its side."""


class Table(msgspec.Struct, frozen=True):
    """`slim` are the columns that paper has room for: a label, and at most two numbers."""

    title: str
    span: str
    heading: list[str]
    rows: list[list[Cell]]
    slim: tuple[int, ...]


def write(table: Table, kind: Format, venue: str) -> bytes:
    """The whole file. Raises Unavailable for a PDF on a box without a font."""
    match kind:
        case "csv":
            return _csv(table)
        case "xlsx":
            out = io.BytesIO()
            spreadsheet.write(out, {table.title.replace("/", " "): [table.heading, *table.rows]})
            return out.getvalue()
        case "pdf":
            return _pdf(table, venue)


def shown(cell: Cell) -> str:
    """A cell as people read it."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.3f}".rstrip("0").rstrip(".")
    return cell if isinstance(cell, str) else f"{cell:,}"


def _csv(table: Table) -> bytes:
    """With the mark by which spreadsheets know UTF-8; nothing in it is a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_plain(cell) for cell in row] for row in [list[Cell](table.heading), *table.rows])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _pdf(table: Table, venue: str) -> bytes:
    """Pages with the heading on each; the font is the one that slips are drawn with, and only what is used of it."""
    from fpdf import FPDF
    from fpdf.enums import TableBordersLayout, TableHeadingsDisplay
    from fpdf.fonts import FontFace

    try:
        face = raster.faces()[0]
    except raster.FontMissing as error:
        raise Unavailable(str(error)) from None
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    pages = FPDF(orientation="landscape" if len(table.heading) >= WIDE else "portrait", format="A4")
    for style in ("", "B"):
        pages.add_font("slip", style, face.path, collection_font_number=0)
    pages.set_title(f"{table.title} {table.span}")
    pages.add_page()
    pages.set_font("slip", size=15)
    pages.cell(text=table.title, new_x="LMARGIN", new_y="NEXT")
    pages.set_font("slip", size=9)
    pages.cell(text=f"{venue}   {table.span}", new_x="LMARGIN", new_y="NEXT")
    pages.ln(3)
    pages.set_draw_color(190)
    numbers = [any(not isinstance(row[at], str) for row in table.rows) for at in range(len(table.heading))]
    widths = [_width([head, *(shown(row[at]) for row in table.rows)]) for at, head in enumerate(table.heading)]
    grey: Any = FontFace(fill_color=(236, 236, 236))
    with pages.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        repeat_headings=TableHeadingsDisplay.ON_TOP_OF_EVERY_PAGE,
        headings_style=grey,
        col_widths=widths,
        text_align=["RIGHT" if number else "LEFT" for number in numbers],
        line_height=5.5,
    ) as sheet:
        for line in [list[Cell](table.heading), *table.rows]:
            row = sheet.row()
            for cell in line:
                row.cell(shown(cell))
    return bytes(pages.output())


def _width(texts: list[str]) -> int:
    """How much room a column asks for; Chinese characters take two."""
    return max(6, min(40, max(sum(1 + (ord(letter) > 0x2E80) for letter in text) for text in texts)))
