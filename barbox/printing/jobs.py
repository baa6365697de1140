"""A job's life in the spool: attempts written ahead, waiting, another printer, copies, its end and its month."""

import msgspec

from barbox.core.errors import WrongState
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.printing import contents, rules
from barbox.printing.models import PrintAttempt, PrintJob
from barbox.printing.queries import JobRow
from barbox.printing.spool import Queued, enqueue, find, known_printer, set_state

J, A = PrintJob, PrintAttempt

BEGIN = freeze(
    lambda p: A.insert(
        job_id=p.job_id,
        printer_id=p.printer_id,
        process_id=p.process_id,
        marked=p.marked,
        proof=p.proof,
        begun_at=p.begun_at,
    )
)
END = freeze(
    lambda p: A.update(
        ended_at=p.ended_at, bytes_written=p.bytes_written, outcome=p.outcome, evidence=p.evidence
    ).where(A.id == p.id)
)


def reprint(tx: Transaction, job_id: int, language: str | None = None) -> Queued:
    """Print a job's paper again, marked as a copy, in the journal; a receipt also in another language.

    Raises NotFound, WrongState while it still waits, or for what is never done twice: a drawer's kick, a key, a code.
    """
    job = find(tx, job_id)
    if job.kind in rules.ONCE_ONLY:
        raise WrongState("the job", f"a {job.kind}, which is never repeated")
    if language is not None:
        job = msgspec.structs.replace(job, content=contents.in_language(job.content, language))
    if job.reason == "stale":
        set_state(tx, job, "cancelled", "printed late on request")
        late = job.copy if job.may_have_printed else job.copy - 1
        job = msgspec.structs.replace(job, copy=late)  # what has never come out is no copy
    elif job.state in rules.WAITING:
        raise WrongState("the job", job.state)
    return Queued(job_id=_again(tx, job, job.printer_id, "print.reprinted"))


def move(tx: Transaction, job_id: int, printer_id: int) -> Queued:
    """Let another printer print a waiting job. Raises NotFound, WrongState when it has ended or is being sent."""
    job = find(tx, job_id)
    known_printer(tx, printer_id)
    if job.kind == "drawer":
        raise WrongState("the job", "a drawer, which stays where it is")
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


def begin_attempt(tx: Transaction, job_id: int, process_id: str, proof: str) -> int:
    """Write ahead of the first byte, with the class of proof hoped for; returns the attempt.

    Raises WrongState when the job waits no more.
    """
    job = find(tx, job_id)
    if job.state not in rules.WAITING:
        raise WrongState("the job", job.state)
    attempt = tx.execute(
        BEGIN,
        job_id=job_id,
        printer_id=job.printer_id,
        process_id=process_id,
        marked=job.may_have_printed,
        proof=proof,
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


def recover(tx: Transaction, printer_id: int | None = None) -> int:
    """What was begun, at one printer or at any, and whose end nobody saw may have printed; returns how many jobs.

    For whoever takes a printer over: after a start, from a worker that was stopped, or after a failure in the middle.
    """
    lost = A.ended_at.is_null() if printer_id is None else A.ended_at.is_null() & (A.printer_id == printer_id)
    dead = tx.run(
        J.update(state="unknown", may_have_printed=1, reason="the box stopped").where(
            J.state.in_(rules.WAITING) & J.id.in_(A.select(A.job_id).where(lost))
        )
    )
    tx.run(A.update(ended_at=tx.now, outcome="crash").where(lost))
    return dead.rowcount


def forget_old(tx: Transaction) -> int:
    """Drop jobs and attempts that ended more than a month ago; returns how many jobs."""
    old = J.select(J.id).where(J.ended_at < tx.now - rules.KEPT_MS)
    tx.run(A.delete().where(A.job_id.in_(old)))
    return tx.run(J.delete().where(J.ended_at < tx.now - rules.KEPT_MS)).rowcount


def _again(tx: Transaction, job: JobRow, printer_id: int, kind: str) -> int:
    new = enqueue(
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
