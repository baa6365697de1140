"""Stations, printers and the spool, read."""

from collections import defaultdict
from typing import Literal

import msgspec
import peewee

from barbox.core import names
from barbox.core.database import Snapshot
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.printing.models import PrintAttempt, Printer, PrintJob, Station, StationPrinter

P, S, L, J, A = Printer, Station, StationPrinter, PrintJob, PrintAttempt


class JobRow(msgspec.Struct, frozen=True, gc=False):
    """The columns of `print_job`; what a job that was only queued has nothing to say in comes last."""

    id: int
    kind: str
    printer_id: int
    station_id: int | None
    order_id: int | None
    number: str
    content: bytes
    created_at: int
    state: str = "queued"
    reason: str = ""
    copy: int = 1
    may_have_printed: int = 0
    copy_of: int | None = None
    not_after: int | None = None
    ended_at: int | None = None


PRINTERS = freeze(
    P.select(
        P.id,
        P.name,
        P.connection,
        P.profile,
        P.columns,
        P.proof,
        P.clears,
        P.kanji,
        P.model,
        P.probed_at,
        P.fallback_id,
        P.patience_s,
        P.receipts,
    )
    .where(P.hidden == 0)
    .order_by(P.id)
)
STATIONS = freeze(
    S.select(S.id, S.names, S.letter, S.display, S.language, S.copies, S.per_course, S.whole_order)
    .where(S.hidden == 0)
    .order_by(S.id)
)
LINKS = freeze(
    L.select(L.station_id, L.printer_id)
    .join(P, on=(P.id == L.printer_id))
    .where(P.hidden == 0)
    .order_by(L.sort, L.printer_id)
)
Proof = Literal["A", "B", "C", "D"]
Kanji = Literal["none", "gb18030"]

_JOB = tuple(getattr(J, name) for name in JobRow.__struct_fields__)
JOB = freeze(lambda p: J.select(*_JOB).where(J.id == p.id))
WAITING = freeze(
    lambda p: (
        J.select(*_JOB)
        .where(
            (J.printer_id == p.printer_id)
            & J.state.in_(["queued", "sending", "unknown", "blocked"])
            & (J.reason != "stale")
        )
        .order_by(J.id)
        .limit(1)
    )
)
ATTEMPTS = freeze(lambda p: A.select(A.id, A.process_id).where(A.job_id == p.job_id).order_by(A.id))
WHOLE_ATTEMPTS = freeze(
    lambda p: (
        A.select(A.printer_id, A.proof, A.marked, A.begun_at, A.ended_at, A.bytes_written, A.outcome, A.evidence)
        .where(A.job_id == p.job_id)
        .order_by(A.id)
    )
)
BACKLOGS = freeze(
    J.select(J.printer_id, peewee.fn.COUNT(J.id), peewee.fn.MIN(J.created_at), peewee.fn.SUM(J.reason == "stale"))
    .where(J.state.in_(["queued", "sending", "unknown", "blocked"]))
    .group_by(J.printer_id)
)


class PrinterRow(msgspec.Struct, frozen=True):
    id: int
    name: str
    connection: str
    profile: str
    columns: int | None
    proof: Proof
    clears: int | None
    kanji: Kanji | None
    model: str | None
    probed_at: int | None
    fallback_id: int | None
    patience_s: int
    receipts: int


class AttemptRow(msgspec.Struct, frozen=True):
    id: int
    process_id: str


class WholeAttemptRow(msgspec.Struct, frozen=True):
    """An attempt with its evidence: what the printer answered."""

    printer_id: int
    proof: Proof | None
    marked: int
    begun_at: int
    ended_at: int | None
    bytes_written: int | None
    outcome: str | None
    evidence: bytes | None


class Backlog(msgspec.Struct, frozen=True):
    """What waits at a printer: how many jobs, since when the oldest, and how many ask whether they are still wanted."""

    printer_id: int
    waiting: int
    oldest: int
    stale: int


class LastProof(msgspec.Struct, frozen=True):
    job_id: int
    proof: Proof | None


class StationRow(msgspec.Struct, frozen=True):
    id: int
    names: str
    letter: str
    display: str | None
    language: str
    copies: int
    per_course: int
    whole_order: int


class LinkRow(msgspec.Struct, frozen=True):
    station_id: int
    printer_id: int


class KnownStation(msgspec.Struct, frozen=True):
    """A station with the printers its tickets go to.

    `per_course`: a ticket for each course; `whole_order`: the pass, which is told of every station's lines.
    """

    id: int
    names: dict[str, str]
    letter: str
    display: str | None
    language: str
    printer_ids: tuple[int, ...]
    copies: int = 1
    per_course: bool = False
    whole_order: bool = False

    @property
    def rooms(self) -> tuple[str, ...]:
        """The live rooms that hear of this station's lines."""
        own = f"station:{self.id}"
        return (own, self.display) if self.display else (own,)


def load_stations(tx: Transaction) -> dict[int, KnownStation]:
    """All stations by number; use through `tx.cached(load_stations)`."""
    return _stations(tx.all(STATIONS, StationRow), tx.all(LINKS, LinkRow))


def load_printers(tx: Transaction) -> dict[int, PrinterRow]:
    """All printers by number; use through `tx.cached(load_printers)`."""
    return {row.id: row for row in tx.all(PRINTERS, PrinterRow)}


async def read_stations(snapshot: Snapshot) -> dict[int, KnownStation]:
    """The same as `load_stations`, for reads."""
    return _stations(await snapshot.all(STATIONS, StationRow), await snapshot.all(LINKS, LinkRow))


def _stations(rows: list[StationRow], links: list[LinkRow]) -> dict[int, KnownStation]:
    printers: defaultdict[int, list[int]] = defaultdict(list)
    for link in links:
        printers[link.station_id].append(link.printer_id)
    return {
        row.id: KnownStation(
            row.id,
            names.decode(row.names),
            row.letter,
            row.display,
            row.language,
            tuple(printers[row.id]),
            row.copies,
            bool(row.per_course),
            bool(row.whole_order),
        )
        for row in rows
    }


def jobs(which: peewee.Expression, most: int) -> peewee.Query:
    """Jobs that fit, newest first."""
    return J.select(*_JOB).where(which).order_by(J.id.desc()).limit(most)


def last_proofs(job_ids: list[int]) -> peewee.Query:
    """The class of evidence of each job's last attempt."""
    last = A.select(peewee.fn.MAX(A.id)).where(A.job_id.in_(job_ids)).group_by(A.job_id)
    return A.select(A.job_id, A.proof).where(A.id.in_(last))
