"""Where the drawer's papers are laid out: X, Z and day reports, and slips for cash that is put in or taken out."""

from collections.abc import Iterator

from barbox.core.clock import BusinessDays
from barbox.core.money import show_amount
from barbox.core.names import first
from barbox.core.settings import Venue
from barbox.printing.contents import DrawerSlip, Report
from barbox.printing.marks import Marks, warnings
from barbox.printing.texts import text
from printers.document import AnyElement, Bar, Cell, Columns, Cut, Feed, Line, Row, Rule

AMOUNT_CELLS = 12
COUNT_CELLS = 5
STALE_BACKUP_MS = 50 * 3_600_000
"""Two nights."""


def report(content: Report, marks: Marks, venue: Venue, days: BusinessDays) -> Iterator[AnyElement]:
    """A report from head to signature."""
    language = marks.language
    yield from warnings(marks, days)
    yield Line(venue.name, width=2, height=2, bold=True, align="center")
    number = f" {content.number:04d}" if content.number is not None else ""
    yield Bar(text(f"report_{content.kind}", language) + number, height=2)
    title = content.title if content.kind == "D" else text("drawer", language, name=content.title)
    yield Line(title, align="center")
    opened, closed = days.local(content.opened_at), days.local(content.closed_at)
    yield Columns(f"{opened:%Y-%m-%d %H:%M} -", f"{closed:%Y-%m-%d %H:%M}")
    yield Columns(content.staff, text("report_orders", language, n=content.orders, covers=content.covers))
    yield Rule("=")
    yield from _sales(content, venue, language)
    yield Rule()
    yield from _tenders(content, venue, language)
    yield Rule()
    for tax in content.taxes:
        label = f"{first(tax.names, language)} {tax.rate / 100:g}%"
        yield _row(label, _money(tax.base, venue), _money(tax.tax, venue))
    yield Rule()
    yield from _cash(content, venue, language)
    if content.head_hash:
        yield Rule()
        yield Line(text("journal_head", language, n=content.head_seq))
        yield Line(content.head_hash)
    if content.last_backup is not None:
        yield Rule()
        yield from _backup(content, content.last_backup, days, language)
    yield Feed(2)
    yield Columns(text("signature", language), "")
    yield Rule("_")
    yield Cut()


def drawer_slip(slip: DrawerSlip, marks: Marks, venue: Venue, days: BusinessDays) -> Iterator[AnyElement]:
    """Cash in or out, with a line to sign on."""
    language = marks.language
    yield from warnings(marks, days)
    yield Line(venue.name, bold=True, align="center")
    yield Bar(text(f"move_{slip.kind}", language), height=2)
    yield Columns(text("drawer", language, name=slip.drawer), f"{days.local(marks.created_at):%Y-%m-%d %H:%M}")
    yield Columns(slip.staff, _money(slip.amount, venue), height=2, bold=True)
    yield Line(text("reason", language, reason=slip.reason))
    yield Feed(2)
    yield Rule("_")
    yield Cut()


def _backup(content: Report, last: int, days: BusinessDays, language: str) -> Iterator[AnyElement]:
    """When a backup was last proven; after two nights without one nobody shall overlook it."""
    said = f"{days.local(last):%Y-%m-%d %H:%M}" if last else text("no_backup", language)
    if content.closed_at - last > STALE_BACKUP_MS:
        yield Bar(text("last_backup", language))
        yield Line(said, bold=True)
    else:
        yield Columns(text("last_backup", language), said)


def _sales(content: Report, venue: Venue, language: str) -> Iterator[AnyElement]:
    yield Columns(text("subtotal", language), _money(content.subtotal, venue))
    if content.discount:
        yield Columns(text("discount", language), _money(-content.discount, venue))
    if content.service:
        yield Columns(text("service", language), _money(content.service, venue))
    if content.cover:
        yield Columns(text("cover", language), _money(content.cover, venue))
    if content.tax and not venue.tax_included:
        yield Columns(text("tax", language), _money(content.tax, venue))
    yield Columns(text("total", language), _money(content.total, venue), height=2, bold=True)
    if content.comped:
        yield Columns(text("complimentary", language), _money(content.comped, venue))
    if content.voids:
        yield Columns(text("report_voids", language, n=content.voids), _money(content.voided, venue))


def _tenders(content: Report, venue: Venue, language: str) -> Iterator[AnyElement]:
    for tender in content.tenders:
        yield _row(text(tender.method, language), str(tender.count), _money(tender.amount, venue))
        if tender.refunds:
            yield Columns(text("refunds", language), _money(-tender.refunds, venue), indent=2)
        if tender.tips:
            yield Columns(text("tip", language), _money(tender.tips, venue), indent=2)
        if tender.rounding:
            yield Columns(text("rounding", language), _money(tender.rounding, venue), indent=2)
    paid = sum(tender.amount for tender in content.tenders)
    yield Columns(text("report_paid", language), _money(paid, venue), bold=True)
    for each in content.prepaid:
        label = f"{text(f'prepaid_{each.kind}', language)} {text(each.method, language)}"
        yield _row(label, str(each.count), _money(each.amount, venue))


def _cash(content: Report, venue: Venue, language: str) -> Iterator[AnyElement]:
    yield Columns(text("move_float", language), _money(content.opening, venue))
    for move in content.movements:
        yield Columns(f"{text(f'move_{move.kind}', language)} {move.reason}".strip(), _money(move.amount, venue))
    yield Columns(text("no_sale", language), str(content.no_sales))
    if content.expected is not None:
        yield Columns(text("expected", language), _money(content.expected, venue))
    if content.counted is not None and content.expected is not None:
        difference = content.counted - content.expected
        yield Columns(text("counted", language), _money(content.counted, venue))
        yield Columns(text("over_short", language), _money(difference, venue), height=2, bold=True)


def _row(name: str, middle: str, right: str) -> Row:
    width = AMOUNT_CELLS if len(middle) > COUNT_CELLS else COUNT_CELLS
    return Row((Cell(name), Cell(middle, width, "right"), Cell(right, AMOUNT_CELLS, "right")))


def _money(amount: int, venue: Venue) -> str:
    return show_amount(amount, venue.currency)
