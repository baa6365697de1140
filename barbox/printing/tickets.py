"""Where a ticket is laid out: contents and marks become a document. Receipts: `receipts.py`."""

from collections.abc import Iterator

import msgspec

from barbox.core.clock import BusinessDays
from barbox.core.money import THOUSANDTH, show_quantity
from barbox.core.names import first
from barbox.core.settings import Venue
from barbox.printing.booking_list import booking_list
from barbox.printing.bottle_label import bottle_label
from barbox.printing.contents import (
    Bill,
    BookingList,
    BottleLabel,
    Content,
    DrawerSlip,
    FigureList,
    KeySlip,
    Kick,
    PairingSlip,
    Recovery,
    Report,
    Slip,
    StartSlip,
    TestPage,
    Ticket,
    TicketLine,
)
from barbox.printing.figure_list import figure_list
from barbox.printing.marks import Marks, warnings
from barbox.printing.receipts import lines_of_bill
from barbox.printing.reports import drawer_slip, report
from barbox.printing.slips import key_slip, pairing_slip, recovery_slip, start_slip, test_page
from barbox.printing.templates import Templates, TicketTemplate
from barbox.printing.texts import text
from printers.document import AnyElement, Bar, Columns, Cut, Document, Drawer, Feed, Line, Rule

DEFAULTS = Templates()
HEADS = {"void": "void", "fire": "fire", "change": "changed"}
"""What stands large over a ticket that is not about something new."""
OF = {"void": "void_of", "change": "change_of"}
"""How it names the tickets on which its lines came."""


def lay_out(
    content: Content, marks: Marks, venue: Venue, days: BusinessDays, templates: Templates = DEFAULTS
) -> Document:
    """The document for one attempt at a job."""
    match content:
        case Ticket():
            return _document(_ticket(content, marks, days, templates.ticket), marks, f"{content.place} {marks.number}")
        case Bill():
            spoken = msgspec.structs.replace(marks, language=_guests(content, marks, templates))
            return _document(lines_of_bill(content, spoken, venue, days, templates.receipt), spoken, marks.number)
        case Report():
            return _document(report(content, marks, venue, days), marks, f"{content.kind} {marks.number}")
        case DrawerSlip():
            return _document(drawer_slip(content, marks, venue, days), marks, marks.number)
        case BookingList():
            return _document(booking_list(content, marks, venue, days), marks, content.day)
        case FigureList():
            return _document(figure_list(content, marks, venue, days), marks, content.title)
        case BottleLabel():
            return _document(bottle_label(content, marks, venue), marks, content.code)
        case Kick(drawer):
            return Document((Drawer(drawer),))
        case _:
            return _slip(content, marks, venue, days)


def _slip(content: Slip, marks: Marks, venue: Venue, days: BusinessDays) -> Document:
    match content:
        case TestPage():
            return _document(test_page(content, venue), marks, "TEST")
        case StartSlip():
            return _document(start_slip(content, venue), marks, "START")
        case PairingSlip():
            return _document(pairing_slip(content, venue, days), marks, "PAIRING")
        case Recovery():
            return _document(recovery_slip(content, marks, days), marks, "PRINTER IS BACK")
        case KeySlip():
            return _document(key_slip(content, marks, venue, days), marks, "RECOVERY KEY")


def _guests(bill: Bill, marks: Marks, templates: Templates) -> str:
    """The language of a receipt: this guest's, or the one the owner chose for all, or the bar's."""
    return bill.language or templates.receipt.language or marks.language


def _document(elements: Iterator[AnyElement], marks: Marks, subject: str) -> Document:
    plain = subject.encode("ascii", "replace").decode().strip()
    return Document(tuple(elements), language=marks.language, subject=plain)


def _ticket(ticket: Ticket, marks: Marks, days: BusinessDays, template: TicketTemplate) -> Iterator[AnyElement]:
    language = marks.language
    if template.rail_clip_lines:
        yield Feed(template.rail_clip_lines)
    yield from warnings(marks, days)
    if ticket.action in HEADS:
        yield Bar(text(HEADS[ticket.action], language), width=2, height=2, red=ticket.action == "void")
    if ticket.of:
        told = text(OF.get(ticket.action, "told_by"), language, numbers=" ".join(ticket.of))
        yield Line(told, height=2, bold=True, align="center")
    for line in template.header:
        yield Line(line, align="center")
    yield Line(marks.station, bold=True, align="center")
    if ticket.action == "moved":
        yield Line(f"{ticket.reason or ''} > {text('moved', language)}", bold=True, align="center", height=2)
    place = ticket.place or f"{text('order', language)} {ticket.order_number}"
    yield Line(place, width=template.place_size, height=template.place_size, bold=True, align="center")
    yield from _facts(ticket, marks, days, template)
    yield Rule("=")
    yield from _lines(ticket, language, template)
    if ticket.reason and ticket.action == "void":
        yield Line(text("reason", language, reason=ticket.reason), bold=True)
    yield Rule("=")
    # What is weighed is one thing, however much of it.
    total = sum(THOUSANDTH if line.quantity % THOUSANDTH else line.quantity for line in ticket.lines)
    before = text("before", language, number=ticket.previous) if ticket.previous else text("first_today", language)
    items = text("item" if total == THOUSANDTH else "items", language, n=show_quantity(total))
    yield Columns(items, before)
    if marks.may_have_printed or marks.copy > 1:
        yield from warnings(marks, days)
    for line in template.footer:
        yield Line(line, align="center")
    yield Line(text("end", language, number=marks.number), bold=True, align="center")
    yield Cut()


def _lines(ticket: Ticket, language: str, template: TicketTemplate) -> Iterator[AnyElement]:
    for course in sorted({line.course or 0 for line in ticket.lines}):
        if course:
            yield Bar(text("course", language, n=course))
        for line in ticket.lines:
            if (line.course or 0) == course:
                yield from _ticket_line(line, ticket.action, language, template)


def _facts(ticket: Ticket, marks: Marks, days: BusinessDays, template: TicketTemplate) -> Iterator[AnyElement]:
    if ticket.takeaway:
        yield Bar(text("takeaway", marks.language), height=2)
    facts = [marks.number, days.local(marks.created_at).strftime("%H:%M")]
    if template.show_waiter:
        facts.append(ticket.staff)
    if template.show_covers and ticket.covers:
        facts.append(text("guests", marks.language, n=ticket.covers))
    yield Line("  ".join(facts), align="center")
    if template.show_order_number:
        yield Line(f"{text('order', marks.language)} {ticket.order_number}", align="center")


def _ticket_line(line: TicketLine, action: str, language: str, template: TicketTemplate) -> Iterator[AnyElement]:
    quantity = f"{show_quantity(line.quantity)} "
    sign = "- " if action == "void" else ""
    main = first(line.names, language)
    yield Line(
        f"{sign}{quantity}{main}",
        width=template.item_size,
        height=template.item_size,
        bold=True,
        hang=len(quantity) + len(sign),
        red=action == "void",
    )
    for other, name in line.names.items():
        if template.second_language and other != language and name != main:
            yield Line(name, indent=4)
    for modifier in line.gone:
        no = text("without", language, name=first(modifier, language))
        yield Line(no, height=template.modifier_height, indent=4, hang=2, bold=True, inverse=True)
    for modifier in line.modifiers:
        yield Line(f"+ {first(modifier, language)}", height=template.modifier_height, indent=4, hang=2)
    if line.seat:
        yield Line(text("seat", language, n=line.seat), indent=4)
    if line.note:
        alarming = line.note.startswith("!!")
        yield Line(
            line.note if alarming else f"» {line.note}",
            height=template.modifier_height,
            indent=4,
            hang=2,
            bold=True,
            inverse=alarming,
        )
