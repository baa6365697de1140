"""Putting papers in the spool, inside the transaction of what they tell about; and the life of a job in it."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from barbox.core.clock import rfc3339
from barbox.core.errors import NotFound, WrongState
from barbox.core.statements import freeze
from barbox.core.transaction import Signal, Transaction
from barbox.printing import contents, rules
from barbox.printing.contents import (
    Bill,
    DrawerSlip,
    KeySlip,
    Kick,
    Recovery,
    Report,
    StartSlip,
    TestPage,
    Ticket,
    TicketLine,
)
from barbox.printing.models import PrintAttempt, PrintJob
from barbox.printing.queries import JOB, JobRow, KnownStation, PrinterRow, load_printers, load_stations

J, A = PrintJob, PrintAttempt
QUEUED = Signal("a job was queued")
ALL_ROOMS = ("floor", "kitchen", "bar", "office")

INSERT = freeze(
    lambda p: J.insert(
        id=p.id,
        kind=p.kind,
        state="queued",
        reason="",
        printer_id=p.printer_id,
        station_id=p.station_id,
        order_id=p.order_id,
        number=p.number,
        copy=p.copy,
        may_have_printed=0,
        copy_of=p.copy_of,
        content=p.content,
        created_at=p.created_at,
        not_after=p.not_after,
    )
)
SET_STATE = freeze(
    lambda p: J.update(state=p.state, reason=p.reason, may_have_printed=p.may_have_printed, ended_at=p.ended_at).where(
        J.id == p.id
    )
)
BEGIN = freeze(
    lambda p: A.insert(
        job_id=p.job_id,
        printer_id=p.printer_id,
        process_id=p.process_id,
        marked=p.marked,
        begun_at=p.begun_at,
    )
)
END = freeze(
    lambda p: A.update(
        ended_at=p.ended_at, bytes_written=p.bytes_written, outcome=p.outcome, evidence=p.evidence
    ).where(A.id == p.id)
)


LAST_PROVEN = freeze(
    lambda p: (
        J.select(J.number)
        .where((J.printer_id == p.printer_id) & (J.state == "printed") & (J.kind == "ticket"))
        .order_by(J.ended_at.desc())
        .limit(1)
    )
)
WAITING_NUMBERS = freeze(
    lambda p: J.select(J.number).where(
        (J.printer_id == p.printer_id) & J.state.in_(["queued", "sending", "unknown", "blocked"])
    )
)


class JobNumber(msgspec.Struct, frozen=True):
    number: str


class Routed(msgspec.Struct, frozen=True):
    """A line with the station that makes it; None where nobody needs to be told."""

    station_id: int | None
    line: TicketLine


def print_ticket(tx: Transaction, ticket: Ticket, order_id: int, lines: Sequence[Routed]) -> list[int]:
    """The tickets of each station concerned, at each of its printers; returns the job numbers."""
    jobs = []
    for station in tx.cached(load_stations).values():
        of_station = [each.line for each in lines if station.whole_order or each.station_id == station.id]
        if of_station and station.printer_ids:
            for together in _tickets(station, of_station):
                jobs += _print_at(tx, station, msgspec.structs.replace(ticket, lines=together), order_id)
    return jobs


def _tickets(station: KnownStation, lines: list[TicketLine]) -> list[list[TicketLine]]:
    """Which lines share a ticket: all of them, or those of one course."""
    if not station.per_course:
        return [lines]
    by_course: defaultdict[int, list[TicketLine]] = defaultdict(list)
    for line in lines:
        by_course[line.course or 0].append(line)
    return [by_course[course] for course in sorted(by_course)]


def _print_at(tx: Transaction, station: KnownStation, ticket: Ticket, order_id: int) -> list[int]:
    running = tx.number(f"ticket:{station.id}:{tx.business_day}")
    before = rules.ticket_number(station.letter, running - 1) if running > 1 else None
    content = contents.encode(msgspec.structs.replace(ticket, previous=before))
    return [
        _insert(tx, "ticket", printer_id, content, number, station_id=station.id, order_id=order_id)
        for number in rules.numbers_of_copies(station.letter, running, station.copies)
        for printer_id in station.printer_ids
    ]


def print_bill(tx: Transaction, bill: Bill, order_id: int, *, copy: int = 1) -> int | None:
    """A receipt or pre-bill at the receipt printer; None where the bar has none."""
    printer = receipt_printer(tx)
    if printer is None:
        return None
    number = f"R-{bill.order_number:04d}"
    return _insert(
        tx,
        "prebill" if bill.pro_forma else "receipt",
        printer.id,
        contents.encode(bill),
        number,
        order_id=order_id,
        copy=copy,
    )


def print_slip(tx: Transaction, slip: Report | DrawerSlip, number: str, *, copy: int = 1) -> int | None:
    """A report or drawer slip at the receipt printer; None where the bar has none."""
    printer = receipt_printer(tx)
    return None if printer is None else _insert(tx, "report", printer.id, contents.encode(slip), number, copy=copy)


def kick_drawer(tx: Transaction) -> int | None:
    """Open the cash drawer at the receipt printer: tried once, void after five seconds."""
    printer = receipt_printer(tx)
    if printer is None:
        return None
    return _insert(tx, "drawer", printer.id, contents.encode(Kick()), "", not_after=tx.now + rules.DRAWER_LIFE_MS)


def print_test(tx: Transaction, printer_id: int) -> "Queued":
    """A test page. Raises NotFound."""
    printer = known_printer(tx, printer_id)
    return Queued(job_id=_insert(tx, "test", printer_id, contents.encode(TestPage(printer.name)), f"T-{printer_id}"))


def print_start(tx: Transaction, slip: StartSlip) -> "Queued | None":
    """The box's address as text and QR, at the receipt printer; None where the bar has none."""
    printer = receipt_printer(tx)
    return None if printer is None else Queued(_insert(tx, "start", printer.id, contents.encode(slip), ""))


def print_key(tx: Transaction, slip: KeySlip) -> "Queued | None":
    """The recovery key, once, within ten minutes; None where the bar has no receipt printer."""
    printer = receipt_printer(tx)
    if printer is None:
        return None
    not_after = tx.now + rules.KEY_LIFE_MS
    return Queued(_insert(tx, "key", printer.id, contents.encode(slip), slip.fingerprint, not_after=not_after))


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


def reprint(tx: Transaction, job_id: int) -> "Queued":
    """Print a job's paper again, marked as a copy, in the journal. Raises NotFound, WrongState while it still waits."""
    job = find(tx, job_id)
    if job.reason == "stale":
        set_state(tx, job, "cancelled", "printed late on request")
    elif job.state in rules.WAITING:
        raise WrongState("the job", job.state)
    return Queued(job_id=_again(tx, job, job.printer_id, "print.reprinted"))


def move(tx: Transaction, job_id: int, printer_id: int) -> "Queued":
    """Let another printer print a waiting job. Raises NotFound, WrongState when it has ended or is being sent."""
    job = find(tx, job_id)
    known_printer(tx, printer_id)
    if job.state not in ("queued", "unknown", "blocked"):
        raise WrongState("the job", job.state)
    set_state(tx, job, "rerouted", "moved by hand")
    return Queued(job_id=_again(tx, job, printer_id, "print.moved"))


def cancel(tx: Transaction, job_id: int) -> None:
    """Give a waiting job up: only a person does. Raises NotFound, WrongState."""
    job = find(tx, job_id)
    if job.state not in ("queued", "unknown", "blocked"):
        raise WrongState("the job", job.state)
    set_state(tx, job, "cancelled", tx.actor.name)
    tx.emit("print.cancelled", f"job:{job_id}", {"number": job.number}, rooms=("floor", "office"))


def begin_attempt(tx: Transaction, job_id: int, process_id: str) -> int:
    """Write ahead of the first byte; returns the attempt. Raises WrongState when the job waits no more."""
    job = find(tx, job_id)
    if job.state not in rules.WAITING:
        raise WrongState("the job", job.state)
    attempt = tx.execute(
        BEGIN,
        job_id=job_id,
        printer_id=job.printer_id,
        process_id=process_id,
        marked=job.may_have_printed,
        begun_at=tx.now,
    )
    set_state(tx, job, "sending", "")
    return int(attempt.lastrowid or 0)


def end_attempt(
    tx: Transaction, attempt_id: int, job_id: int, state: str, reason: str, written: int, evidence: bytes
) -> JobRow:
    """Store what is known of an attempt; `unknown` marks every later copy of the paper."""
    job = find(tx, job_id)
    tx.execute(END, ended_at=tx.now, bytes_written=written, outcome=state, evidence=evidence, id=attempt_id)
    set_state(tx, job, state, reason, may_have_printed=job.may_have_printed or int(state == "unknown"))
    return find(tx, job_id)


def block(tx: Transaction, job_id: int, reason: str) -> None:
    """Say why a job waits ("" when it goes on)."""
    job = find(tx, job_id)
    if job.state in rules.WAITING and (job.reason != reason or job.state == "queued"):
        set_state(tx, job, "blocked" if reason else "sending", reason)


def expire(tx: Transaction, job_id: int) -> None:
    """A drawer kick that came too late."""
    job = find(tx, job_id)
    if job.state in rules.WAITING:
        set_state(tx, job, "expired", "too late")


def reroute(tx: Transaction, job_id: int, printer_id: int, may_also_print: bool) -> int:
    """The printer's patience is over: another takes the job, and says where it may come out too."""
    job = find(tx, job_id)
    marked = int(may_also_print or job.may_have_printed)
    set_state(tx, job, "rerouted", f"to printer {printer_id}", may_have_printed=marked)
    return _again(tx, job, printer_id, "print.rerouted")


def alarm(tx: Transaction, printer_id: int, job_id: int, reason: str) -> None:
    """A printer's patience has ended: every waiter hears of it."""
    _tell_printer(tx, "print.failed", printer_id, {"jobId": job_id, "detail": reason})


def recovered(tx: Transaction, printer_id: int, away_since: int | None) -> None:
    """A printer that was given up prints again; after more than a minute its station gets a slip about it."""
    _tell_printer(tx, "print.recovered", printer_id, {"jobId": None, "detail": ""})
    if away_since is not None and tx.now - away_since > rules.RECOVERY_SLIP_AFTER_MS:
        waiting = tx.all(WAITING_NUMBERS, JobNumber, printer_id=printer_id)
        proven = tx.one(LAST_PROVEN, JobNumber, printer_id=printer_id)
        name = known_printer(tx, printer_id).name
        slip = Recovery(name, away_since, proven.number if proven else "", len(waiting))
        _insert(tx, "recovery", printer_id, contents.encode(slip), "")


def paper_low(tx: Transaction, printer_id: int) -> None:
    """A roll comes near its end: somebody may put in a new one before it ends."""
    _tell_printer(tx, "print.paperlow", printer_id, {"jobId": None, "detail": "paper low"})


def recover(tx: Transaction) -> int:
    """After a start: what was begun when the box died may have printed; returns how many jobs that is."""
    begun = A.select(A.job_id).where(A.ended_at.is_null())
    dead = tx.run(
        J.update(state="unknown", may_have_printed=1, reason="the box stopped").where(
            J.state.in_(rules.WAITING) & J.id.in_(begun)
        )
    )
    tx.run(A.update(ended_at=tx.now, outcome="crash").where(A.ended_at.is_null()))
    return dead.rowcount


def forget_old(tx: Transaction) -> int:
    """Drop jobs and attempts that ended more than a month ago; returns how many jobs."""
    old = J.select(J.id).where(J.ended_at < tx.now - rules.KEPT_MS)
    tx.run(A.delete().where(A.job_id.in_(old)))
    return tx.run(J.delete().where(J.ended_at < tx.now - rules.KEPT_MS)).rowcount


def _tell_printer(tx: Transaction, kind: str, printer_id: int, told: dict[str, object]) -> None:
    printer = known_printer(tx, printer_id)
    tx.emit(
        kind,
        f"printer:{printer_id}",
        {"printerId": printer_id, "printerName": printer.name, **told},
        rooms=ALL_ROOMS,
    )


def set_state(tx: Transaction, job: JobRow, state: str, reason: str, *, may_have_printed: int | None = None) -> None:
    """Move a job on and tell the screens."""
    ended = tx.now if state in rules.ENDED else None
    marked = job.may_have_printed if may_have_printed is None else may_have_printed
    tx.execute(SET_STATE, id=job.id, state=state, reason=reason, may_have_printed=marked, ended_at=ended)
    tell = {
        "jobId": job.id,
        "kind": job.kind,
        "state": state,
        "reason": reason,
        "number": job.number,
        "orderId": job.order_id,
        "stationId": job.station_id,
        "printerId": job.printer_id,
        "createdAt": rfc3339(job.created_at),
    }
    tx.announce("print.job", f"job:{job.id}", tell, rooms=("floor", "office"))


def find(tx: Transaction, job_id: int) -> JobRow:
    """Raises NotFound."""
    job = tx.one(JOB, JobRow, id=job_id)
    if job is None:
        raise NotFound("print job", job_id)
    return job


def known_printer(tx: Transaction, printer_id: int) -> PrinterRow:
    """Raises NotFound."""
    printer = tx.cached(load_printers).get(printer_id)
    if printer is None:
        raise NotFound("printer", printer_id)
    return printer


def receipt_printer(tx: Transaction) -> PrinterRow | None:
    """Where receipts and the drawer are."""
    return next((each for each in tx.cached(load_printers).values() if each.receipts), None)


class Queued(msgspec.Struct, rename="camel"):
    """The job that was queued."""

    job_id: int


def _again(tx: Transaction, job: JobRow, printer_id: int, kind: str) -> int:
    new = _insert(
        tx,
        job.kind,
        printer_id,
        job.content,
        job.number,
        station_id=job.station_id,
        order_id=job.order_id,
        copy=job.copy + 1,
        copy_of=job.id,
    )
    told = {"number": job.number, "jobId": new, "printerId": printer_id, "fromPrinterId": job.printer_id}
    tx.emit(kind, f"job:{job.id}", told, rooms=("floor", "office"))
    return new


def _insert(
    tx: Transaction,
    kind: str,
    printer_id: int,
    content: bytes,
    number: str,
    *,
    station_id: int | None = None,
    order_id: int | None = None,
    copy: int = 1,
    copy_of: int | None = None,
    not_after: int | None = None,
) -> int:
    tx.signal(QUEUED)
    job_id = tx.number("print_job")
    tx.insert(
        INSERT,
        id=job_id,
        kind=kind,
        printer_id=printer_id,
        station_id=station_id,
        order_id=order_id,
        number=number,
        copy=copy,
        copy_of=copy_of,
        content=content,
        created_at=tx.now,
        not_after=not_after,
    )
    return job_id
