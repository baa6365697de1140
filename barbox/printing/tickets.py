"""Where a ticket is laid out: contents and marks become a document of lines, sizes and bars."""

from collections.abc import Iterator

import msgspec

from barbox.core.clock import BusinessDays
from barbox.core.money import SYMBOLS, show_amount, show_quantity
from barbox.core.names import first
from barbox.core.settings import Venue
from barbox.printing.contents import Bill, BillLine, BillTender, Content, Kick, StartSlip, TestPage, Ticket, TicketLine
from barbox.printing.texts import text
from printers.document import QR, AnyElement, Bar, Columns, Cut, Document, Drawer, Feed, Line, Rule

RAIL_CLIP_LINES = 2


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


def lay_out(content: Content, marks: Marks, venue: Venue, days: BusinessDays) -> Document:
    """The document for one attempt at a job."""
    match content:
        case Ticket():
            return _document(_ticket(content, marks, days), marks, f"{content.place} {marks.number}")
        case Bill():
            return _document(_bill(content, marks, venue, days), marks, marks.number)
        case TestPage():
            return _document(_test_page(content, venue), marks, "TEST")
        case StartSlip():
            return _document(_start_slip(content, venue), marks, "START")
        case Kick(drawer):
            return Document((Drawer(drawer),))


def _document(elements: Iterator[AnyElement], marks: Marks, subject: str) -> Document:
    plain = subject.encode("ascii", "replace").decode().strip()
    return Document(tuple(elements), language=marks.language, subject=plain)


def _ticket(ticket: Ticket, marks: Marks, days: BusinessDays) -> Iterator[AnyElement]:
    language = marks.language
    yield Feed(RAIL_CLIP_LINES)
    yield from _warnings(marks, days)
    if ticket.action == "void":
        yield Bar(text("void", language), width=2, height=2, red=True)
    elif ticket.action == "fire":
        yield Bar(text("fire", language), width=2, height=2)
    yield Line(marks.station, bold=True, align="center")
    if ticket.action == "moved":
        yield Line(f"{ticket.reason or ''} > {text('moved', language)}", bold=True, align="center", height=2)
    place = ticket.place or f"{text('order', language)} {ticket.order_number}"
    yield Line(place, width=3, height=3, bold=True, align="center")
    guests = "  " + text("guests", language, n=ticket.covers) if ticket.covers else ""
    time = days.local(marks.created_at).strftime("%H:%M")
    yield Line(f"{marks.number}  {time}  {ticket.staff}{guests}", align="center")
    yield Line(f"{text('order', language)} {ticket.order_number}", align="center")
    yield Rule("=")
    for course in sorted({line.course or 0 for line in ticket.lines}):
        if course:
            yield Bar(text("course", language, n=course))
        for line in ticket.lines:
            if (line.course or 0) == course:
                yield from _ticket_line(line, ticket.action, language)
    if ticket.reason and ticket.action == "void":
        yield Line(text("reason", language, reason=ticket.reason), bold=True)
    yield Rule("=")
    total = sum(line.quantity for line in ticket.lines)
    before = text("before", language, number=ticket.previous) if ticket.previous else text("first_today", language)
    yield Columns(text("items", language, n=show_quantity(total)), before)
    if marks.may_have_printed or marks.copy > 1:
        yield from _warnings(marks, days)
    yield Line(text("end", language, number=marks.number), bold=True, align="center")
    yield Cut()


def _ticket_line(line: TicketLine, action: str, language: str) -> Iterator[AnyElement]:
    quantity = f"{show_quantity(line.quantity)} "
    sign = "- " if action == "void" else ""
    main = first(line.names, language)
    yield Line(
        f"{sign}{quantity}{main}",
        width=2,
        height=2,
        bold=True,
        hang=len(quantity) + len(sign),
        red=action == "void",
    )
    for other, name in line.names.items():
        if other != language and name != main:
            yield Line(name, indent=4)
    for modifier in line.modifiers:
        yield Line(f"+ {first(modifier, language)}", height=2, indent=4, hang=2)
    if line.seat:
        yield Line(text("seat", language, n=line.seat), indent=4)
    if line.note:
        alarming = line.note.startswith("!!")
        yield Line(
            line.note if alarming else f"» {line.note}",
            height=2,
            indent=4,
            hang=2,
            bold=True,
            inverse=alarming,
        )


def _warnings(marks: Marks, days: BusinessDays) -> Iterator[AnyElement]:
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


def _bill(bill: Bill, marks: Marks, venue: Venue, days: BusinessDays) -> Iterator[AnyElement]:
    language = marks.language
    yield from _warnings(marks, days)
    yield Line(venue.name, width=2, height=2, bold=True, align="center")
    for line in filter(None, venue.address.split("\n")):
        yield Line(line, align="center")
    if venue.tax_number:
        yield Line(text("tax_number", language, number=venue.tax_number), align="center")
    yield Feed()
    if bill.pro_forma:
        yield Bar(text("pro_forma", language))
    local = days.local(marks.created_at)
    guests = "  " + text("guests", language, n=bill.covers) if bill.covers else ""
    yield Columns(f"{text('order', language)} {bill.order_number}", local.strftime("%Y-%m-%d %H:%M"))
    yield Columns(f"{bill.place}{guests}".strip() or marks.number, f"{text('served_by', language)} {bill.staff}")
    yield Rule()
    for each in bill.lines:
        yield from _bill_line(each, venue, language)
    yield Rule()
    yield from _sums(bill, venue, language)
    if venue.receipt_footer:
        yield Feed()
        yield Line(venue.receipt_footer, align="center")
    yield Feed()
    yield Line(text("thanks", language), align="center", bold=True)
    yield Line(marks.number, align="center")
    yield Cut()


def _bill_line(line: BillLine, venue: Venue, language: str) -> Iterator[AnyElement]:
    quantity = show_quantity(line.quantity)
    money = _money(0 if line.comp else line.amount, venue)
    yield Columns(f"{quantity} {first(line.names, language)}", money, hang=len(str(quantity)) + 1)
    if quantity != 1:
        yield Line(f"@ {_money(line.price, venue)}", indent=3)
    for modifier in line.modifiers:
        yield Line(first(modifier, language), indent=3)
    if line.comp:
        yield Line(text("complimentary", language), indent=3)


def _sums(bill: Bill, venue: Venue, language: str) -> Iterator[AnyElement]:
    if bill.discount or bill.subtotal != bill.total:
        yield Columns(text("subtotal", language), _money(bill.subtotal, venue))
    if bill.discount:
        yield Columns(text("discount", language), _money(-bill.discount, venue))
    if not venue.tax_included:
        yield from _taxes("tax_added", bill, venue, language)
    symbol = SYMBOLS.get(venue.currency, venue.currency + " ")
    yield Columns(text("total", language), f"{symbol}{_money(bill.total, venue)}", width=2, height=2, bold=True)
    if venue.tax_included:
        yield from _taxes("tax_included", bill, venue, language)
    if bill.tenders:
        yield Rule()
    for tender in bill.tenders:
        yield from _tender(tender, venue, language)
    if bill.balance and not bill.pro_forma:
        yield Columns(text("balance", language), _money(bill.balance, venue), bold=True)


def _taxes(key: str, bill: Bill, venue: Venue, language: str) -> Iterator[AnyElement]:
    for tax in bill.taxes:
        base, name = _money(tax.base, venue), first(tax.names, language)
        yield Columns(text(key, language, name=name, rate=_percent(tax.rate), base=base), _money(tax.tax, venue))


def _tender(tender: BillTender, venue: Venue, language: str) -> Iterator[AnyElement]:
    label = text(tender.method, language)
    yield Columns(f"{label} {tender.reference}" if tender.reference else label, _money(tender.amount, venue))
    if tender.tip:
        yield Columns(text("tip", language), _money(tender.tip, venue), indent=2)
    if tender.tendered is not None:
        yield Columns(text("tendered", language), _money(tender.tendered, venue), indent=2)
        yield Columns(text("change", language), _money(tender.change, venue), indent=2, bold=True)


def _test_page(page: TestPage, venue: Venue) -> Iterator[AnyElement]:
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


def _start_slip(slip: StartSlip, venue: Venue) -> Iterator[AnyElement]:
    yield Line(venue.name, width=2, height=2, bold=True, align="center")
    yield Line(text("welcome", venue.language), align="center")
    yield QR(slip.url, size=6)
    for address in slip.addresses:
        yield Line(address, align="center")
    yield Cut()


def _money(amount: int, venue: Venue) -> str:
    return show_amount(amount, venue.currency)


def _percent(rate: int) -> str:
    return f"{rate / 100:g}%"
