"""What every waiter hears of a printer: it fails, it is back, its roll comes near the end, a ticket came too late."""

import msgspec

from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.printing import contents, rules
from barbox.printing.contents import Recovery
from barbox.printing.jobs import block
from barbox.printing.models import PrintJob
from barbox.printing.spool import enqueue, known_printer

J = PrintJob
ALL_ROOMS = ("floor", "kitchen", "bar", "office")

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


STALE = freeze(lambda p: J.select(J.number).where((J.printer_id == p.printer_id) & (J.reason == "stale")).limit(1))


class JobNumber(msgspec.Struct, frozen=True):
    number: str


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
        enqueue(tx, "recovery", printer_id, contents.encode(slip), "")


def paper_low(tx: Transaction, printer_id: int) -> None:
    """A roll comes near its end: somebody may put in a new one before it ends."""
    _tell_printer(tx, "print.paperlow", printer_id, {"jobId": None, "detail": "paper low"})


def paper_in(tx: Transaction, printer_id: int) -> None:
    """There is a new roll."""
    _tell_printer(tx, "print.paperin", printer_id, {"jobId": None, "detail": ""})


def stale(tx: Transaction, printer_id: int, job_id: int) -> None:
    """A ticket has waited too long: it asks every waiter whether it is still wanted; of several, the first one asks."""
    asked = tx.one(STALE, JobNumber, printer_id=printer_id)
    block(tx, job_id, "stale")
    if asked is None:
        _tell_printer(tx, "print.stale", printer_id, {"jobId": job_id, "detail": "stale"})


def _tell_printer(tx: Transaction, kind: str, printer_id: int, told: dict[str, object]) -> None:
    printer = known_printer(tx, printer_id)
    tx.emit(
        kind,
        f"printer:{printer_id}",
        {"printerId": printer_id, "printerName": printer.name, **told},
        rooms=ALL_ROOMS,
    )
