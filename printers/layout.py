"""Elements laid out on the grid: which characters stand in which cell of which line.

Pure: the same document and column count always give the same lines. No line is wider than the paper and no
character of the document is lost; both are property-tested.
"""

from dataclasses import dataclass
from math import ceil

from printers.document import Bar, Cell, Columns, Line, Row, Rule
from printers.text import cells, longest_word, pad, wrap


@dataclass(frozen=True, slots=True)
class Laid:
    """One printed line. `text` is at most `columns // width` cells; inverse lines are filled to that."""

    text: str
    width: int = 1
    height: int = 1
    bold: bool = False
    inverse: bool = False
    red: bool = False


def lay(element: Line | Columns | Row | Bar | Rule, columns: int, largest: int = 3) -> list[Laid]:
    """The printed lines of one element on a paper of `columns` cells, enlarged at most `largest` times."""
    match element:
        case Line():
            return _line(element, columns, largest)
        case Columns():
            return _columns(element, columns, largest)
        case Row():
            return [Laid(text, bold=element.bold) for text in _row(element.cells, columns)]
        case Bar():
            return _bar(element, columns, largest)
        case Rule():
            return [Laid(element.char * columns)]


def _line(element: Line, columns: int, largest: int) -> list[Laid]:
    width, height = min(element.width, largest), min(element.height, largest)
    room = columns // width
    texts = _hanging(element.text, room, element.indent, element.hang)
    if element.align != "left":
        texts = [pad(text.strip(" "), room, element.align).rstrip(" ") for text in texts]
    if element.inverse:
        texts = [pad(text, room) for text in texts]
    return [Laid(text, width, height, element.bold, element.inverse, element.red) for text in texts]


def _hanging(text: str, room: int, indent: int, hang: int) -> list[str]:
    """Wrapped lines, moved in; by less than asked where the longest word would have to be broken for it."""
    spare = max(0, room - max(4, min(longest_word(text), room)))
    indent = max(0, min(indent, spare))
    hang = max(0, min(hang, spare - indent))
    broken = wrap(text, room - indent, later=room - indent - hang)
    return [" " * (indent + (hang if number else 0)) + line for number, line in enumerate(broken)]


def _columns(element: Columns, columns: int, largest: int) -> list[Laid]:
    width, height = min(element.width, largest), min(element.height, largest)
    room = columns // width
    texts = _left_and_right(element, room)
    if element.inverse:
        texts = [pad(text, room) for text in texts]
    return [Laid(text, width, height, element.bold, element.inverse, element.red) for text in texts]


def _left_and_right(element: Columns, room: int) -> list[str]:
    rights = wrap(element.right, max(2, room * 2 // 3))
    column = max(map(cells, rights))
    beside = room - column - 1 if column else room
    if min(longest_word(element.left), room) > beside:
        below = [pad(text, room, "right") for text in rights if text]
        return _hanging(element.left, room, element.indent, element.hang) + below
    lefts = _hanging(element.left, beside, element.indent, element.hang)
    texts = []
    for number in range(max(len(lefts), len(rights))):
        left = lefts[number] if number < len(lefts) else ""
        right = rights[number] if number < len(rights) else ""
        texts.append(left + pad(right, room - cells(left), "right") if right else left)
    return texts


def _row(row: tuple[Cell, ...], columns: int) -> list[str]:
    widths = _widths(row, columns)
    if widths is None:
        return [text for cell in row for text in wrap(cell.text, columns)]
    wrapped = [wrap(cell.text, width) for cell, width in zip(row, widths, strict=True)]
    texts = []
    for number in range(max(map(len, wrapped), default=0)):
        parts = [
            pad(lines[number] if number < len(lines) else "", width, cell.align)
            for cell, lines, width in zip(row, wrapped, widths, strict=True)
        ]
        texts.append(" ".join(parts).rstrip(" "))
    return texts


def _widths(row: tuple[Cell, ...], columns: int) -> list[int] | None:
    """Width of each cell, or None where the paper is too narrow to set them side by side."""
    flexible = sum(1 for cell in row if cell.width <= 0)
    left_over = columns - sum(max(0, cell.width) for cell in row) - (len(row) - 1)
    if left_over < flexible * 4 or any(0 < cell.width < 2 for cell in row):
        return None
    widths = []
    for cell in row:
        if cell.width > 0:
            widths.append(cell.width)
            continue
        share = ceil(left_over / flexible)
        widths.append(share)
        left_over, flexible = left_over - share, flexible - 1
    return widths


def _bar(element: Bar, columns: int, largest: int) -> list[Laid]:
    width, height = min(element.width, largest), min(element.height, largest)
    room = columns // width
    margin = 1 if element.align != "center" else 0
    texts = wrap(element.text, room - 2 * margin)
    edge = " " * margin
    return [
        Laid(edge + pad(text, room - 2 * margin, element.align) + edge, width, height, True, True, element.red)
        for text in texts
    ]
