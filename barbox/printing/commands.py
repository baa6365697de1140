"""Putting papers in the spool, inside the transaction of what they tell about."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
import peewee

from barbox.core.transaction import Transaction
from barbox.printing import contents, rules
from barbox.printing.contents import (
    Bill,
    BookingList,
    BottleLabel,
    DrawerSlip,
    FigureList,
    KeySlip,
    Kick,
    PairingSlip,
    Report,
    StartSlip,
    TestPage,
    Ticket,
    TicketLine,
)
from barbox.printing.models import PrintJob
from barbox.printing.queries import KnownStation, load_stations
from barbox.printing.spool import Queued as Queued
from barbox.printing.spool import enqueue, find, known_printer, receipt_printer, set_state

J = PrintJob
AFTER_ANOTHER = ("void", "moved", "change")
"""Tickets about lines that stood on an earlier one, whose number they name."""
LOOK_BACK = 5000
"""Among so many of the latest jobs an earlier ticket is looked for."""


class _Told(msgspec.Struct, frozen=True):
    order_id: int
    number: str
    content: bytes


class Routed(msgspec.Struct, frozen=True):
    """A line with the station that makes it (None where nobody needs to be told), and when it was sent there."""

    station_id: int | None
    line: TicketLine
    sent_at: int | None = None


def print_ticket(tx: Transaction, ticket: Ticket, order_id: int, lines: Sequence[Routed]) -> list[int]:
    """The tickets of each station concerned, at each of its printers; returns the job numbers."""
    jobs = []
    for station in tx.cached(load_stations).values():
        of_station = [each.line for each in lines if station.whole_order or each.station_id == station.id]
        if of_station and station.printer_ids:
            before = _numbers_before(tx, station, order_id, lines) if ticket.action in AFTER_ANOTHER else []
            for together in _tickets(station, of_station):
                jobs += _print_at(tx, station, ticket, together, before, order_id)
    return jobs


def _numbers_before(tx: Transaction, station: KnownStation, order_id: int, lines: Sequence[Routed]) -> list[str]:
    """The numbers of the station's tickets that first told of these lines.

    A ticket is made in the millisecond in which its lines are sent, also when they belong to another order by now.
    """
    sent_at = {each.sent_at for each in lines if each.sent_at is not None}
    names = [each.line.names for each in lines]
    recent = J.id > peewee.fn.COALESCE(J.select(peewee.fn.MAX(J.id) - LOOK_BACK), 0)
    tickets = (J.station_id == station.id) & (J.kind == "ticket") & (J.copy == 1) & J.created_at.in_(sent_at)
    found = [
        (row.order_id, row.number.partition(" ")[0])
        for row in tx.all(J.select(J.order_id, J.number, J.content).where(recent & tickets).order_by(J.id), _Told)
        if _tells_of(row.content, names)
    ]
    own = [number for of, number in found if of == order_id]
    return list(dict.fromkeys(own or [number for _, number in found]))


def _tells_of(content: bytes, names: list[dict[str, str]]) -> bool:
    ticket = contents.decode(content)
    told = isinstance(ticket, Ticket) and ticket.action not in AFTER_ANOTHER
    return told and any(line.names in names for line in ticket.lines)


def _tickets(station: KnownStation, lines: list[TicketLine]) -> list[list[TicketLine]]:
    """Which lines share a ticket: all of them, or those of one course."""
    if not station.per_course:
        return [lines]
    by_course: defaultdict[int, list[TicketLine]] = defaultdict(list)
    for line in lines:
        by_course[line.course or 0].append(line)
    return [by_course[course] for course in sorted(by_course)]


def _print_at(
    tx: Transaction, station: KnownStation, ticket: Ticket, lines: list[TicketLine], of: list[str], order_id: int
) -> list[int]:
    running = tx.number(f"ticket:{station.id}:{tx.business_day}")
    previous = rules.ticket_number(station.letter, running - 1) if running > 1 else None
    content = contents.encode(msgspec.structs.replace(ticket, lines=lines, of=of, previous=previous))
    return [
        enqueue(tx, "ticket", printer_id, content, number, station_id=station.id, order_id=order_id)
        for number in rules.numbers_of_copies(station.letter, running, station.copies)
        for printer_id in station.printer_ids
    ]


def print_bill(tx: Transaction, bill: Bill, order_id: int, *, copy: int = 1) -> int | None:
    """A receipt or pre-bill at the receipt printer; None where the bar has none."""
    printer = receipt_printer(tx)
    if printer is None:
        return None
    number = f"R-{bill.order_number:04d}"
    return enqueue(
        tx,
        "prebill" if bill.pro_forma else "receipt",
        printer.id,
        contents.encode(bill),
        number,
        order_id=order_id,
        copy=copy,
    )


def print_slip(
    tx: Transaction, slip: Report | DrawerSlip | BookingList | FigureList, number: str, *, copy: int = 1
) -> int | None:
    """A report, drawer slip or list at the receipt printer; None where the bar has none."""
    printer = receipt_printer(tx)
    return None if printer is None else enqueue(tx, "report", printer.id, contents.encode(slip), number, copy=copy)


def print_label(tx: Transaction, label: BottleLabel, number: str, *, printer_id: int | None = None) -> int | None:
    """A label at a printer, or"""
    printer = known_printer(tx, printer_id) if printer_id is not None else receipt_printer(tx)
    return None if printer is None else enqueue(tx, "report", printer.id, contents.encode(label), number)


def kick_drawer(tx: Transaction) -> int | None:
    """Open the cash drawer at the receipt printer: tried once, void after five seconds."""
    printer = receipt_printer(tx)
    if printer is None:
        return None
    return enqueue(tx, "drawer", printer.id, contents.encode(Kick()), "", not_after=tx.now + rules.DRAWER_LIFE_MS)


def print_test(tx: Transaction, printer_id: int) -> Queued:
    """A test page. Raises NotFound."""
    printer = known_printer(tx, printer_id)
    return Queued(job_id=enqueue(tx, "test", printer_id, contents.encode(TestPage(printer.name)), f"T-{printer_id}"))


def print_start(tx: Transaction, slip: StartSlip) -> Queued | None:
    """The box's address as text and QR, at the receipt printer; None where the bar has none."""
    printer = receipt_printer(tx)
    return None if printer is None else Queued(enqueue(tx, "start", printer.id, contents.encode(slip), ""))


def print_pairing(tx: Transaction, slip: PairingSlip) -> Queued | None:
    """A tablet's way in, while its code is good; None where the bar has no receipt printer."""
    printer = receipt_printer(tx)
    if printer is None:
        return None
    return Queued(enqueue(tx, "pairing", printer.id, contents.encode(slip), "", not_after=slip.expires_at))


def print_key(tx: Transaction, slip: KeySlip) -> Queued | None:
    """The recovery key, once, within ten minutes; None where the bar has no receipt printer."""
    printer = receipt_printer(tx)
    if printer is None:
        return None
    not_after = tx.now + rules.KEY_LIFE_MS
    return Queued(enqueue(tx, "key", printer.id, contents.encode(slip), slip.fingerprint, not_after=not_after))


def forget_keys(tx: Transaction) -> int:
    """Write over the secret in every key slip that has ended; returns how many still wait to be printed.

    The new content has the old one's length, so that SQLite writes it in the old one's place.
    """
    waiting = 0
    for row in tx.run(J.select(J.id, J.state, J.number, J.not_after, J.content).where(J.kind == "key")).fetchall():
        job_id, state, number, not_after, content = row
        if state in rules.WAITING and state != "unknown" and tx.now <= not_after:
            waiting += 1
            continue
        if state in rules.WAITING:
            set_state(tx, find(tx, job_id), "cancelled", "too late")
        blank = contents.encode(KeySlip(number)).ljust(len(content))
        if blank != bytes(content):
            tx.run(J.update(content=blank).where(J.id == job_id))
    return waiting
