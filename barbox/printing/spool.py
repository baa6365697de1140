"""The spool's rows: a job is put in, found, moved on from state to state, and each of it is told."""

import msgspec

from barbox.core.clock import rfc3339
from barbox.core.errors import NotFound
from barbox.core.statements import Insert, freeze
from barbox.core.transaction import Signal, Transaction
from barbox.printing import rules
from barbox.printing.models import PrintJob
from barbox.printing.queries import JOB, JobRow, PrinterRow, load_printers

J = PrintJob
QUEUED = Signal("a job was queued")

INSERT = Insert(J, JobRow)
SET_STATE = freeze(
    lambda p: J.update(state=p.state, reason=p.reason, may_have_printed=p.may_have_printed, ended_at=p.ended_at).where(
        J.id == p.id
    )
)


class Queued(msgspec.Struct, rename="camel"):
    """The job that was queued."""

    job_id: int


def enqueue(
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
    """Put a paper in the spool, and wake its printer's worker; returns the job."""
    tx.signal(QUEUED)
    job_id = tx.number("print_job")
    job = JobRow(job_id, kind, printer_id, station_id, order_id, number, content, tx.now)
    if copy > 1 or not_after is not None:
        job = msgspec.structs.replace(job, copy=copy, copy_of=copy_of, not_after=not_after)
    tx.insert_row(INSERT, job)
    return job_id


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
