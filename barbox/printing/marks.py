"""What a paper must say about itself: that it may be one too many, or comes in another printer's place."""

from collections.abc import Iterator

import msgspec

from barbox.core.clock import BusinessDays
from barbox.printing.texts import text
from printers.document import AnyElement, Bar, Line


class Marks(msgspec.Struct, frozen=True):
    """What a paper must say about itself besides its content."""

    number: str
    created_at: int
    copy: int = 1
    may_have_printed: bool = False
    station: str = ""
    language: str = "en"
    instead_of: str | None = None
    """The printer this copy was meant for."""
    may_also: str | None = None
    """The printer that may yet print it too."""
    time_is_a_guess: bool = False
    """The box's clock was certainly wrong at its start, and nobody has set it since."""


def warnings(marks: Marks, days: BusinessDays) -> Iterator[AnyElement]:
    """The bars at the top, and again at the end, of a paper that is not plainly the first and only."""
    language = marks.language
    sent = text("first_at", language, time=days.local(marks.created_at).strftime("%H:%M:%S"))
    if marks.instead_of:
        yield Bar(text("instead_of", language, name=marks.instead_of), height=2)
    if marks.may_also:
        yield Bar(text("may_also", language, name=marks.may_also))
    if marks.may_have_printed:
        yield Bar(text("reprint", language, n=marks.copy), height=2)
        yield Line(sent, align="center")
    elif marks.copy > 1 and not marks.instead_of:
        yield Bar(text("copy", language, n=marks.copy), height=2)
        yield Line(sent, align="center")
