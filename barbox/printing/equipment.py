"""Setting up printers and stations."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest, NotFound, WrongState
from barbox.core.messages import Body, Id, Made, ShortText
from barbox.core.names import Names, encode
from barbox.core.transaction import Signal, Transaction
from barbox.menu.queries import load_catalogue
from barbox.printing.models import Printer, Station, StationPrinter
from barbox.printing.queries import Kanji, Proof, load_printers, load_stations
from barbox.printing.spool import known_printer

if TYPE_CHECKING:
    from printers.guided import Learnt
    from printers.profiles import Profile

PRINTERS_CHANGED = Signal("printers changed")


class EditPrinter(Body):
    """`connection` is tcp://host:9100, usb:04b8:0202, serial:/dev/ttyUSB0?baud=9600, file:/dev/usb/lp0 or epos://host.

    `kanji` gb18030: its own Chinese letters were seen to be right on a test slip. `proof`: by default what is known of
    it, else what the profile expects. `stationIds`: whose tickets it prints; null leaves that as it is.
    """

    name: ShortText
    connection: Annotated[str, Meta(min_length=5, max_length=200)]
    profile: Annotated[str, Meta(min_length=1, max_length=60)]
    columns: Annotated[int, Meta(ge=16, le=96)] | None = None
    proof: Proof | None = None
    kanji: Kanji | None = None
    fallback_id: Id | None = None
    patience_seconds: Annotated[int, Meta(ge=1, le=3600)] = 15
    receipts: bool = False
    station_ids: Annotated[list[Id], Meta(max_length=32)] | None = None


class EditStation(Body):
    """`letter` begins its ticket numbers; `display` is the live room of its screen.

    `copies` of each ticket; `perCourse`: one for each course; `wholeOrder`: the pass, told of every station's lines.
    """

    names: Names
    printer_ids: Annotated[list[Id], Meta(max_length=8)] = []
    display: Literal["kitchen", "bar"] | None = None
    letter: Annotated[str, Meta(pattern="^[A-Z]{1,2}$")] | None = None
    language: Literal["en", "zh"] = "en"
    copies: Annotated[int, Meta(ge=1, le=5)] = 1
    per_course: bool = False
    whole_order: bool = False


def known_connection(connection: str) -> None:
    """Raises BadRequest for what is no printer's connection."""
    from printers import transports

    try:
        transports.parse(connection)
    except transports.BadConnection as error:
        raise BadRequest(str(error), "connection") from None


def known_profile(name: str, columns: int | None) -> "Profile":
    """A printer model's profile. Raises BadRequest for one that is unknown, cannot work, or cannot hold the columns."""
    from printers import profiles

    try:
        return profiles.load(name).adjusted(columns=columns)
    except (profiles.UnknownProfile, profiles.RefusedPrinter) as error:
        raise BadRequest(str(error), "profile") from None
    except ValueError as error:
        raise BadRequest(str(error), "columns") from None


def save_printer(tx: Transaction, printer_id: int | None, body: EditPrinter, default_proof: str) -> Made:
    """Add or change a printer. Raises NotFound for a fallback that is not there, BadRequest for a circle of them."""
    _no_circle(tx, printer_id, body.fallback_id)
    known = known_printer(tx, printer_id) if printer_id is not None else None
    same = known is not None and (known.connection, known.profile) == (body.connection, body.profile)
    row = {
        "name": body.name,
        "connection": body.connection,
        "profile": body.profile,
        "columns": body.columns,
        "proof": body.proof or (known.proof if known and same else default_proof),
        "kanji": body.kanji,
        "fallback_id": body.fallback_id,
        "patience_s": body.patience_seconds,
        "receipts": int(body.receipts),
    }
    if not same:
        row |= {"clears": None, "model": None, "probed_at": None}
    printer_id = _store(tx, Printer, printer_id, row)
    if body.station_ids is not None:
        _print_for(tx, printer_id, body.station_ids)
    _changed(tx, "printer.changed", f"printer:{printer_id}", body)
    return Made(printer_id)


def store_learnt(tx: Transaction, printer_id: int, learnt: "Learnt") -> None:
    """What a guided probe found: the class A to D, whether it clears its buffer, its columns, its Chinese.

    Raises NotFound for a printer that was taken away meanwhile.
    """
    known_printer(tx, printer_id)
    found: dict[str, Any] = {
        "proof": str(learnt.proof),
        "clears": int(learnt.finding.clear),
        "model": f"{learnt.finding.maker} {learnt.finding.model}".strip() or None,
        "probed_at": tx.now,
    }
    found |= {name: value for name in ("columns", "kanji") if (value := getattr(learnt, name)) is not None}
    tx.run(Printer.update(**found).where(Printer.id == printer_id))
    _changed(tx, "printer.probed", f"printer:{printer_id}", found)


def hide_printer(tx: Transaction, printer_id: int) -> None:
    """Take a printer out of use; its waiting jobs can be moved. Raises NotFound."""
    known_printer(tx, printer_id)
    tx.run(Printer.update(hidden=1).where(Printer.id == printer_id))
    tx.run(Printer.update(fallback_id=None).where(Printer.fallback_id == printer_id))
    _changed(tx, "printer.removed", f"printer:{printer_id}", {})


def save_station(tx: Transaction, station_id: int | None, body: EditStation) -> Made:
    """Add or change a station and the printers of its tickets. Raises NotFound for a printer that is not there."""
    for printer_id in body.printer_ids:
        known_printer(tx, printer_id)
    letter = body.letter or _letter(body.names)
    row = {
        "names": encode(body.names),
        "letter": letter,
        "display": body.display,
        "language": body.language,
        "copies": body.copies,
        "per_course": int(body.per_course),
        "whole_order": int(body.whole_order),
    }
    station_id = _store(tx, Station, station_id, row)
    tx.run(StationPrinter.delete().where(StationPrinter.station_id == station_id))
    for sort, printer_id in enumerate(dict.fromkeys(body.printer_ids)):
        tx.run(StationPrinter.insert(station_id=station_id, printer_id=printer_id, sort=sort))
    _changed(tx, "station.changed", f"station:{station_id}", body)
    return Made(station_id)


def hide_station(tx: Transaction, station_id: int) -> None:
    """Close a station. Raises NotFound, and WrongState while something on the menu is made there."""
    if station_id not in tx.cached(load_stations):
        raise NotFound("station", station_id)
    if any(each.station_id == station_id for each in tx.cached(load_catalogue).products.values()):
        raise WrongState("the station", "where something on the menu is made")
    tx.run(Station.update(hidden=1).where(Station.id == station_id))
    _changed(tx, "station.removed", f"station:{station_id}", {})


def _print_for(tx: Transaction, printer_id: int, station_ids: list[int]) -> None:
    known = tx.cached(load_stations)
    for station_id in station_ids:
        if station_id not in known:
            raise NotFound("station", station_id)
    here = StationPrinter.printer_id == printer_id
    tx.run(StationPrinter.delete().where(here & StationPrinter.station_id.not_in(station_ids)))
    for station_id in dict.fromkeys(station_ids):
        if printer_id not in known[station_id].printer_ids:
            sort = len(known[station_id].printer_ids)
            tx.run(StationPrinter.insert(station_id=station_id, printer_id=printer_id, sort=sort))


def _store(tx: Transaction, model: type[Any], id: int | None, row: dict[str, Any]) -> int:  # noqa: A002
    if id is None:
        return int(tx.run(model.insert(**row)).lastrowid or 0)
    if tx.run(model.update(**row).where((model.id == id) & (model.hidden == 0))).rowcount == 0:
        raise NotFound(model._meta.table_name, id)
    return id


def _no_circle(tx: Transaction, printer_id: int | None, fallback_id: int | None) -> None:
    seen = {printer_id}
    while fallback_id is not None:
        if fallback_id in seen:
            raise BadRequest("leads back to this printer", "fallbackId")
        seen.add(fallback_id)
        fallback_id = known_printer(tx, fallback_id).fallback_id


def _letter(names: dict[str, str]) -> str:
    return next((char for char in names.get("en", "").upper() if "A" <= char <= "Z"), "S")


def _changed(tx: Transaction, kind: str, subject: str, change: Any) -> None:
    tx.invalidate(load_printers)
    tx.invalidate(load_stations)
    tx.signal(PRINTERS_CHANGED)
    tx.emit(kind, subject, msgspec.to_builtins(change), rooms=("floor", "kitchen", "bar", "office"))
