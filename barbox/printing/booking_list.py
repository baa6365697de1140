"""Where the evening's bookings are laid out, to be hung up behind the bar."""

from collections.abc import Iterator

from barbox.core.clock import BusinessDays
from barbox.core.money import show_amount
from barbox.core.settings import Venue
from barbox.printing.contents import BookingList
from barbox.printing.marks import Marks, warnings
from barbox.printing.texts import text
from printers.document import AnyElement, Bar, Columns, Cut, Feed, Line, Rule


def booking_list(content: BookingList, marks: Marks, venue: Venue, days: BusinessDays) -> Iterator[AnyElement]:
    """By time: who, how many, where, and what to know of them."""
    language = marks.language
    yield from warnings(marks, days)
    yield Line(venue.name, bold=True, align="center")
    yield Bar(f"{text('bookings', language)} {content.day}", height=2)
    covers = sum(each.covers for each in content.bookings)
    yield Columns(
        text("bookings_sum", language, parties=len(content.bookings), covers=covers),
        f"{days.local(marks.created_at):%H:%M}",
    )
    yield Rule("=")
    for each in content.bookings:
        yield Columns(f"{days.local(each.at):%H:%M} {each.name}", ", ".join(each.tables), height=2, bold=True)
        yield Columns(text("bookings_covers", language, n=each.covers), each.phone, indent=2)
        if each.deposit:
            yield Columns(text("deposit", language), show_amount(each.deposit, venue.currency), indent=2)
        if each.note:
            yield Line(each.note)
        yield Rule()
    yield Feed(1)
    yield Cut()
