"""The spool's calls: what became of each paper and how sure that is; again, elsewhere, or not at all."""

from typing import Annotated, Literal

from msgspec import Meta

from barbox.core.clock import rfc3339
from barbox.core.errors import NotFound
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, Id, View
from barbox.printing import jobs as lives
from barbox.printing import queries, rules
from barbox.printing.models import PrintJob
from barbox.printing.queries import JobRow, LastProof, WholeAttemptRow
from barbox.printing.spool import Queued

routes = Routes("printing")

JobState = Literal["queued", "sending", "printed", "sent", "unknown", "blocked", "rerouted", "cancelled", "expired"]


class JobView(View):
    """`state` printed is proven, sent is not; `certainty` says how sure it is that it came out, null: not tried yet.

    `proof` is the class of evidence of its last attempt; `mayHavePrinted`: an earlier attempt's end is not known.
    """

    id: int
    kind: str
    state: str
    detail: str
    certainty: rules.Certainty | None
    proof: queries.Proof | None
    printer_id: int
    station_id: int | None
    order_id: int | None
    number: str
    copy: int
    copy_of: int | None
    may_have_printed: bool
    created_at: str
    printed_at: str | None


class JobList(View):
    jobs: list[JobView]


class AttemptView(View):
    """One attempt: `marked` as a possible reprint; `evidence` is what the printer answered, as hex."""

    printer_id: int
    proof: queries.Proof | None
    marked: bool
    begun_at: str
    ended_at: str | None
    bytes_written: int | None
    outcome: str | None
    evidence: str


class JobStory(View):
    """A job with all its attempts."""

    job: JobView
    attempts: list[AttemptView]


class JobSearch(View):
    """`waiting`: only what has not ended."""

    state: JobState | None = None
    waiting: bool = False
    order_id: Id | None = None
    printer_id: Id | None = None
    station_id: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class MoveJob(Body):
    printer_id: Id


class Reprint(View):
    """`language` of a receipt for a guest who reads another one."""

    language: Literal["en", "zh"] | None = None


@routes.get("/api/print-jobs", "printer.use")
async def jobs(call: Call, query: JobSearch) -> JobList:
    """The spool, newest first."""
    which = PrintJob.id > 0
    if query.state is not None:
        which &= PrintJob.state == query.state
    if query.waiting:
        which &= PrintJob.state.in_(rules.WAITING)
    for column, wanted in (
        (PrintJob.order_id, query.order_id),
        (PrintJob.printer_id, query.printer_id),
        (PrintJob.station_id, query.station_id),
    ):
        if wanted is not None:
            which &= column == wanted
    async with call.db.snapshot() as snapshot:
        rows = await snapshot.all(queries.jobs(which, query.limit), JobRow)
        proofs = await snapshot.all(queries.last_proofs([row.id for row in rows]), LastProof)
    known = {each.job_id: each.proof for each in proofs}
    return JobList([_job(row, known.get(row.id)) for row in rows])


@routes.get("/api/print-jobs/{job_id}", "printer.use")
async def job(call: Call, job_id: int) -> JobStory:
    """One job with every attempt at it, and what the printer answered."""
    async with call.db.snapshot() as snapshot:
        row = await snapshot.one(queries.JOB, JobRow, id=job_id)
        tried = await snapshot.all(queries.WHOLE_ATTEMPTS, WholeAttemptRow, job_id=job_id)
    if row is None:
        raise NotFound("print job", job_id)
    return JobStory(_job(row, tried[-1].proof if tried else None), [_attempt(each) for each in tried])


@routes.post("/api/print-jobs/{job_id}/reprint", "printer.use", 201)
async def reprint(call: Call, job_id: int, query: Reprint) -> Answer[Queued]:
    """Print a job's paper again, marked as a copy; a receipt also in the guest's language."""
    return await call.write(lives.reprint, job_id, query.language)


@routes.post("/api/print-jobs/{job_id}/move", "printer.use", 201)
async def move(call: Call, job_id: int, body: MoveJob) -> Answer[Queued]:
    """Let another printer print a waiting job."""
    return await call.write(lives.move, job_id, body.printer_id)


@routes.post("/api/print-jobs/{job_id}/cancel", "order.void", 204)
async def cancel(call: Call, job_id: int) -> None:
    """Give a waiting job up."""
    await call.write(lives.cancel, job_id)


def _job(row: JobRow, proof: queries.Proof | None) -> JobView:
    return JobView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        detail=row.reason,
        certainty=rules.certainty(row.state, proof),
        proof=proof,
        printer_id=row.printer_id,
        station_id=row.station_id,
        order_id=row.order_id,
        number=row.number,
        copy=row.copy,
        copy_of=row.copy_of,
        may_have_printed=bool(row.may_have_printed),
        created_at=rfc3339(row.created_at),
        printed_at=rfc3339(row.ended_at) if row.ended_at and row.state in ("printed", "sent") else None,
    )


def _attempt(row: WholeAttemptRow) -> AttemptView:
    return AttemptView(
        printer_id=row.printer_id,
        proof=row.proof,
        marked=bool(row.marked),
        begun_at=rfc3339(row.begun_at),
        ended_at=rfc3339(row.ended_at) if row.ended_at else None,
        bytes_written=row.bytes_written,
        outcome=row.outcome,
        evidence=bytes(row.evidence or b"").hex(),
    )
