"""Printers, stations and the spool: the calls."""

from typing import Annotated, Literal

from msgspec import Meta

from barbox.core.clock import rfc3339
from barbox.core.errors import BadRequest
from barbox.core.http import DEVICE, Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, Id, Made, View
from barbox.core.names import first
from barbox.core.settings import read_venue
from barbox.printing import commands, equipment, queries
from barbox.printing.commands import Queued
from barbox.printing.equipment import EditPrinter, EditStation, known_profile
from barbox.printing.models import PrintJob
from barbox.printing.queries import JobRow, PrinterRow
from barbox.printing.spooler import SPOOLER, State

routes = Routes("printing")


class StateView(View):
    """`reachable` null: not tried since the start."""

    reachable: bool | None
    paper: str | None
    cover: str | None
    detail: str
    last_ok_at: str | None
    proof: str
    failed: bool


class PrinterView(View):
    id: int
    name: str
    connection: str
    profile: str
    columns: int | None
    kanji: str | None
    fallback_id: int | None
    patience_seconds: int
    receipts: bool
    state: StateView


class PrinterList(View):
    printers: list[PrinterView]


class StationView(View):
    id: int
    name: str
    names: dict[str, str]
    letter: str
    printer_ids: list[int]
    display: str | None
    language: str
    copies: int
    per_course: bool
    whole_order: bool


class StationList(View):
    stations: list[StationView]


class JobView(View):
    """`mayHavePrinted`: an earlier attempt's end is not known; `state` printed is proven, sent is not."""

    id: int
    kind: str
    state: str
    detail: str
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


class JobSearch(View):
    state: (
        Literal["queued", "sending", "printed", "sent", "unknown", "blocked", "rerouted", "cancelled", "expired"] | None
    ) = None
    order_id: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class MoveJob(Body):
    printer_id: Id


@routes.get("/api/printers", "printer.use")
async def printers(call: Call) -> PrinterList:
    """All printers, their state and last proof."""
    spooler = call.request.app[SPOOLER]
    rows = await call.db.read(queries.PRINTERS, PrinterRow)
    return PrinterList([_printer(row, spooler.state(row.id)) for row in rows])


@routes.post("/api/printers", "printer.edit", 201)
async def add_printer(call: Call, body: EditPrinter) -> Answer[Made]:
    """Add a printer."""
    return await call.write(equipment.save_printer, None, body, _checked(body))


@routes.put("/api/printers/{printer_id}", "printer.edit")
async def change_printer(call: Call, printer_id: int, body: EditPrinter) -> Answer[Made]:
    """Change a printer."""
    return await call.write(equipment.save_printer, printer_id, body, _checked(body))


@routes.delete("/api/printers/{printer_id}", "printer.edit")
async def remove_printer(call: Call, printer_id: int) -> None:
    """Take a printer out of use."""
    await call.write(equipment.hide_printer, printer_id)


@routes.post("/api/printers/{printer_id}/test", "printer.use", 202)
async def print_test(call: Call, printer_id: int) -> Answer[Queued]:
    """Print a test page: sizes, characters, QR, cut."""
    return await call.write(commands.print_test, printer_id)


@routes.get("/api/stations", DEVICE)
async def stations(call: Call) -> StationList:
    """Where lines are made, with their printers and displays."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        found = await queries.read_stations(snapshot)
    return StationList([_station(each, language) for each in found.values()])


@routes.post("/api/stations", "printer.edit", 201)
async def add_station(call: Call, body: EditStation) -> Answer[Made]:
    """Add a station."""
    return await call.write(equipment.save_station, None, body)


@routes.put("/api/stations/{station_id}", "printer.edit")
async def change_station(call: Call, station_id: int, body: EditStation) -> Answer[Made]:
    """Change a station."""
    return await call.write(equipment.save_station, station_id, body)


@routes.get("/api/print-jobs", "printer.use")
async def jobs(call: Call, query: JobSearch) -> JobList:
    """The spool, newest first."""
    which = PrintJob.id > 0
    if query.state is not None:
        which &= PrintJob.state == query.state
    if query.order_id is not None:
        which &= PrintJob.order_id == query.order_id
    rows = await call.db.read(queries.jobs(which, query.limit), JobRow)
    return JobList([_job(row) for row in rows])


@routes.post("/api/print-jobs/{job_id}/reprint", "printer.use", 201)
async def reprint(call: Call, job_id: int) -> Answer[Queued]:
    """Print a job's paper again, marked as a copy."""
    return await call.write(commands.reprint, job_id)


@routes.post("/api/print-jobs/{job_id}/move", "printer.use", 201)
async def move(call: Call, job_id: int, body: MoveJob) -> Answer[Queued]:
    """Let another printer print a waiting job."""
    return await call.write(commands.move, job_id, body.printer_id)


@routes.post("/api/print-jobs/{job_id}/cancel", "order.void", 204)
async def cancel(call: Call, job_id: int) -> None:
    """Give a waiting job up."""
    await call.write(commands.cancel, job_id)


def _checked(body: EditPrinter) -> str:
    """What the profile expects of the printer's proof. Raises BadRequest for a wrong connection or profile."""
    from printers import transports

    try:
        transports.parse(body.connection)
    except transports.BadConnection as error:
        raise BadRequest(str(error), "connection") from None
    return known_profile(body.profile, body.columns).replies.proof


def _printer(row: PrinterRow, state: State) -> PrinterView:
    return PrinterView(
        id=row.id,
        name=row.name,
        connection=row.connection,
        profile=row.profile,
        columns=row.columns,
        kanji=row.kanji,
        fallback_id=row.fallback_id,
        patience_seconds=row.patience_s,
        receipts=bool(row.receipts),
        state=StateView(
            reachable=state.reachable,
            paper=state.paper,
            cover=state.cover,
            detail=state.detail,
            last_ok_at=rfc3339(state.last_ok_at) if state.last_ok_at else None,
            proof=row.proof,
            failed=state.alarmed,
        ),
    )


def _station(station: queries.KnownStation, language: str) -> StationView:
    return StationView(
        id=station.id,
        name=first(station.names, language),
        names=station.names,
        letter=station.letter,
        printer_ids=list(station.printer_ids),
        display=station.display,
        language=station.language,
        copies=station.copies,
        per_course=station.per_course,
        whole_order=station.whole_order,
    )


def _job(row: JobRow) -> JobView:
    return JobView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        detail=row.reason,
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
