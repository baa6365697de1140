"""Where the label of a bottle that is kept for a guest is laid out: to be tied to its neck."""

from collections.abc import Iterator

from barbox.core.money import show_quantity
from barbox.core.names import first
from barbox.core.settings import Venue
from barbox.printing.contents import BottleLabel
from barbox.printing.marks import Marks
from barbox.printing.texts import text
from printers.document import QR, AnyElement, Bar, Columns, Cut, Line, Rule


def bottle_label(content: BottleLabel, marks: Marks, venue: Venue) -> Iterator[AnyElement]:
    """Number and guest large enough to be read on the shelf; what it is, what is in it, until when, where."""
    language = marks.language
    yield Line(venue.name, align="center")
    yield Bar(content.code, width=2, height=2)
    yield Line(content.guest, width=2, height=2, bold=True, align="center")
    yield Rule()
    yield Line(first(content.names, language), height=2, bold=True)
    left = f"{show_quantity(content.rest):g} / {show_quantity(content.size):g} ml"
    yield Columns(text("bottle_rest", language), left)
    yield Columns(text("bottle_until", language), content.until, height=2, bold=True)
    if content.place:
        yield Columns(text("bottle_place", language), content.place)
    yield QR(content.code, size=6)
    yield Cut()
