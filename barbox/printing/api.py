"""Printers and stations: the calls."""

from typing import Literal

from barbox.core.clock import rfc3339
from barbox.core.http import DEVICE, Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Made, View
from barbox.core.names import first
from barbox.core.settings import read_venue
from barbox.printing import commands, equipment, queries
from barbox.printing.equipment import EditPrinter, EditStation, known_connection, known_profile
from barbox.printing.queries import Backlog, PrinterRow
from barbox.printing.spool import Queued
from barbox.printing.spooler import SPOOLER
from barbox.printing.worker import State

routes = Routes("printing")

CERTAINTY: dict[queries.Proof, Literal["proven", "likely", "sent"]] = {
    "A": "proven",
    "B": "proven",
    "C": "likely",
    "D": "sent",
}


class StateView(View):
    """How a printer is, as far as it is known; `reachable` null: not tried since the start.

    `proof` is its class: A and B prove what is printed, C and D only that it was sent; `certainty` is what its jobs can
    say at best. `probedAt` null: the class is the profile's hope. `waiting` jobs, the oldest since `oldestWaitingAt`;
    `stale` ones waited too long: they ask whether they are still wanted.
    """

    reachable: bool | None
    paper: str | None
    cover: str | None
    detail: str
    last_ok_at: str | None
    proof: queries.Proof
    certainty: Literal["proven", "likely", "sent"]
    probed_at: str | None
    failed: bool
    waiting: int
    oldest_waiting_at: str | None
    stale: int


class PrinterView(View):
    id: int
    name: str
    connection: str
    profile: str
    columns: int | None
    kanji: queries.Kanji | None
    clears: bool | None
    model: str | None
    station_ids: list[int]
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


@routes.get("/api/printers", "printer.use")
async def printers(call: Call) -> PrinterList:
    """All printers, their state and last proof."""
    spooler = call.request.app[SPOOLER]
    async with call.db.snapshot() as snapshot:
        rows = await snapshot.all(queries.PRINTERS, PrinterRow)
        backlogs = {each.printer_id: each for each in await snapshot.all(queries.BACKLOGS, Backlog)}
        at = (await queries.read_stations(snapshot)).values()
    return PrinterList(
        [
            _printer(row, spooler.state(row.id), backlogs.get(row.id), [s.id for s in at if row.id in s.printer_ids])
            for row in rows
        ]
    )


@routes.post("/api/printers", "printer.edit", 201)
async def add_printer(call: Call, body: EditPrinter) -> Answer[Made]:
    """Add a printer, at these stations."""
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


@routes.delete("/api/stations/{station_id}", "printer.edit")
async def remove_station(call: Call, station_id: int) -> None:
    """Close a station that nothing on the menu is made at any more."""
    await call.write(equipment.hide_station, station_id)


@routes.put("/api/stations/{station_id}", "printer.edit")
async def change_station(call: Call, station_id: int, body: EditStation) -> Answer[Made]:
    """Change a station."""
    return await call.write(equipment.save_station, station_id, body)


def _checked(body: EditPrinter) -> str:
    """What the profile expects of the printer's proof. Raises BadRequest for a wrong connection or profile."""
    known_connection(body.connection)
    return known_profile(body.profile, body.columns).replies.proof


def _printer(row: PrinterRow, state: State, backlog: Backlog | None, station_ids: list[int]) -> PrinterView:
    return PrinterView(
        id=row.id,
        name=row.name,
        connection=row.connection,
        profile=row.profile,
        columns=row.columns,
        kanji=row.kanji,
        clears=None if row.clears is None else bool(row.clears),
        model=row.model,
        station_ids=station_ids,
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
            certainty=CERTAINTY[row.proof],
            probed_at=rfc3339(row.probed_at) if row.probed_at else None,
            failed=state.alarmed,
            waiting=backlog.waiting if backlog else 0,
            oldest_waiting_at=rfc3339(backlog.oldest) if backlog else None,
            stale=backlog.stale if backlog else 0,
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
