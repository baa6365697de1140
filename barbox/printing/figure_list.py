"""Where a report of the office is laid out: a label and one or two numbers in a line."""

from collections.abc import Iterator

from barbox.core.clock import BusinessDays
from barbox.core.settings import Venue
from barbox.printing.contents import Figure, FigureList
from barbox.printing.marks import Marks, warnings
from printers.document import AnyElement, Bar, Cell, Columns, Cut, Feed, Line, Row, Rule

MIDDLE_CELLS = 8
RIGHT_CELLS = 12


def figure_list(content: FigureList, marks: Marks, venue: Venue, days: BusinessDays) -> Iterator[AnyElement]:
    """From head to cut."""
    yield from warnings(marks, days)
    yield Line(venue.name, bold=True, align="center")
    yield Bar(content.title, height=2)
    yield Columns(content.span, f"{days.local(marks.created_at):%H:%M}")
    yield Rule("=")
    yield _row(content.heading)
    yield Rule()
    for each in content.figures:
        yield _row(each)
    yield Feed(1)
    yield Cut()


def _row(each: Figure) -> AnyElement:
    if not each.middle:
        return Columns(each.label, each.right)
    return Row((Cell(each.label), Cell(each.middle, MIDDLE_CELLS, "right"), Cell(each.right, RIGHT_CELLS, "right")))
