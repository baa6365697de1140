"""What every waiter hears of a printer: it fails, it is back, its roll comes near the end."""

import msgspec

from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.printing import contents, rules
from barbox.printing.contents import Recovery
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


def _tell_printer(tx: Transaction, kind: str, printer_id: int, told: dict[str, object]) -> None:
    printer = known_printer(tx, printer_id)
    tx.emit(
        kind,
        f"printer:{printer_id}",
        {"printerId": printer_id, "printerName": printer.name, **told},
        rooms=ALL_ROOMS,
    )
