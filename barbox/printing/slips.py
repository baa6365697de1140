"""Where the small papers are laid out: test page, start slip, the slip of a printer that is back."""

from collections.abc import Iterator

from barbox.core.clock import BusinessDays
from barbox.core.settings import Venue
from barbox.printing.contents import KeySlip, PairingSlip, Recovery, StartSlip, TestPage
from barbox.printing.marks import Marks
from barbox.printing.texts import text
from printers.document import QR, AnyElement, Bar, Columns, Cut, Line, Rule


def test_page(page: TestPage, venue: Venue) -> Iterator[AnyElement]:
    """Sizes, characters of every kind, a price column, a QR code and the cut."""
    yield Line(text("test_page", venue.language), width=2, height=2, bold=True, align="center")
    yield Line(page.printer, align="center")
    yield Rule("=")
    yield Line("ABC abc 0123 ÄÖÜ éèç ñ € £ ¥")
    yield Line("青岛啤酒 宫保鸡丁 不辣 加冰")
    yield Line("生ビール 焼き鳥 / 생맥주 김치")
    yield Columns("长岛冰茶 Long Island Iced Tea", "88.00")
    yield Line("2 x 2", width=2, height=2)
    yield Line("3x3", width=3, height=3)
    yield Bar("VOID 退单")
    yield QR("BARBOX TEST")
    yield Cut()


def start_slip(slip: StartSlip, venue: Venue) -> Iterator[AnyElement]:
    """How a tablet reaches the box."""
    yield Line(venue.name, width=2, height=2, bold=True, align="center")
    yield Line(text("welcome", venue.language), align="center")
    yield QR(slip.url, size=6)
    for address in slip.addresses:
        yield Line(address, align="center")
    yield Cut()


def pairing_slip(slip: PairingSlip, venue: Venue, days: BusinessDays) -> Iterator[AnyElement]:
    """One tablet's way in: address and code as QR, and the code to type."""
    language = venue.language
    yield Line(venue.name, width=2, height=2, bold=True, align="center")
    yield Bar(text("pairing_title", language), height=2)
    yield QR(slip.url, size=6)
    yield Line(slip.code, width=3, height=3, bold=True, align="center")
    yield Line(slip.url.partition("#")[0], align="center")
    yield Line(text("pairing_hint", language), align="center")
    until = f"{days.local(slip.expires_at):%H:%M}"
    yield Line(text("good_until", language, time=until), align="center", bold=True)
    yield Cut()


def recovery_slip(slip: Recovery, marks: Marks, days: BusinessDays) -> Iterator[AnyElement]:
    """Tells the station from when to when its printer was away, and what follows."""
    language = marks.language
    yield Bar(text("recovery", language), height=2)
    yield Line(
        f"{slip.printer}  {days.local(slip.away_since):%H:%M} - {days.local(marks.created_at):%H:%M}", align="center"
    )
    if slip.last_number:
        yield Columns(text("last_proven", language), slip.last_number, bold=True)
    yield Columns(text("now_follow", language), str(slip.waiting), bold=True)
    yield Cut()


def key_slip(slip: KeySlip, marks: Marks, venue: Venue, days: BusinessDays) -> Iterator[AnyElement]:
    """The recovery key as numbered words and QR."""
    language = venue.language
    yield Bar(text("key_title", language), height=2)
    yield Line(venue.name, align="center")
    yield Columns(f"{days.local(marks.created_at):%Y-%m-%d}", slip.fingerprint, bold=True)
    yield Rule("=")
    if slip.words:
        half = len(slip.words) // 2
        for number, (left, right) in enumerate(zip(slip.words[:half], slip.words[half:], strict=True), 1):
            yield Columns(f"{number:2} {left}", f"{number + half:2} {right}", bold=True)
        yield QR(slip.key, size=4)
        yield Line(text("key_hint", language), align="center")
    else:
        yield Line(text("key_spent", language), align="center")
    yield Cut()
