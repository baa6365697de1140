"""X and Z reports, and the closing of the day: it can always be closed, and never closes by itself."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from barbox.core import journal
from barbox.core.clock import rfc3339, show_day
from barbox.core.errors import BadRequest, DayNotReady, NotFound, WrongState
from barbox.core.messages import Body, Id
from barbox.core.models import LAST_BACKUP, Counter
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.orders.commands import not_ended
from barbox.orders.queries import OrderView, terms_of
from barbox.payments.drawers import DRAWERS, OPEN, DrawerRow, DrawerView, SessionRow, must_be_open
from barbox.payments.figures import Figures, fill, paper, sums_of, voids_since
from barbox.payments.models import DayClose, DrawerSession
from barbox.payments.prepaid import print_bill
from barbox.printing.commands import Queued, print_slip
from barbox.printing.contents import Report

S = DrawerSession
_CLOSE = freeze(
    lambda p: S.update(
        closed_at=p.closed_at,
        closed_by=p.closed_by,
        expected=p.expected,
        counted=p.counted,
        z_number=p.z_number,
        figures=p.figures,
    ).where(S.id == p.id)
)
_Z = freeze(
    lambda p: (
        S.select(S.id, S.opened_at, S.closed_at, S.opened_seq, S.z_number, S.figures)
        .where(S.z_number > p.after)
        .order_by(S.z_number)
        .limit(p.most)
    )
)
_Z_BACK = freeze(
    lambda p: (
        S.select(S.id, S.opened_at, S.closed_at, S.opened_seq, S.z_number, S.figures)
        .where(S.z_number < p.before)
        .order_by(S.z_number.desc())
        .limit(p.most)
    )
)
_LAST_BACKUP = freeze(Counter.select(Counter.value).where(Counter.name == LAST_BACKUP))
_DAYS = freeze(DayClose.select(DayClose.number, DayClose.figures).order_by(DayClose.number.desc()).limit(1))
_KEEP_DAY = freeze(
    lambda p: DayClose.insert(
        number=p.number, business_day=p.business_day, at=p.at, staff_id=p.staff_id, figures=p.figures
    )
)
EVERYTHING = 1_000_000


class Denomination(Body):
    """So many coins or notes of one `value`, in minor units."""

    value: Annotated[int, Meta(ge=1, le=10**9)]
    count: Annotated[int, Meta(ge=0, le=100_000)]


class Count(Body):
    """What lies in the drawer, counted blind."""

    denominations: Annotated[list[Denomination], Meta(max_length=60)]


class PrintBills(Body):
    """Of one area, or of the whole house."""

    area_id: Id | None = None


class ZRow(msgspec.Struct):
    id: int
    opened_at: int
    closed_at: int
    opened_seq: int
    z_number: int
    figures: Any


class _Day(msgspec.Struct):
    number: int
    figures: Any


class _Kept(msgspec.Struct, frozen=True):
    """What a day's figures must tell the next one."""

    last_z: int
    figures: Figures


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Figures).decode
_decode_kept = msgspec.json.Decoder(_Kept).decode


def x_report(tx: Transaction, drawer_id: int, *, on_paper: bool = False) -> Figures:
    """Totals so far; nothing is reset. Raises WrongState when the drawer is shut."""
    session = must_be_open(tx, drawer_id)
    figures = _figures(tx, session, "X", None, None)
    if on_paper:
        print_slip(tx, paper(figures, session.opened_at, tx.now), f"X-{session.id}")
        tx.emit("drawer.read", f"drawer:{drawer_id}", {"sessionId": session.id}, rooms=("office",))
    return figures


def close_drawer(tx: Transaction, drawer_id: int, request: Count) -> Figures:
    """Count blind, then learn what is over or short: the Z report ends the session, and nothing of it changes after."""
    session = must_be_open(tx, drawer_id)
    counted = sum(each.value * each.count for each in request.denominations)
    number = tx.number("z")
    figures = _figures(tx, session, "Z", number, counted)
    facts = {"sessionId": session.id, "z": number, "count": request.denominations, "figures": figures}
    shut = DrawerView(drawer_id, figures.title, None)
    tx.emit("drawer.closed", f"drawer:{drawer_id}", facts, state=shut, rooms=("floor", "office"))
    _seal(tx, figures)
    tx.execute(
        _CLOSE,
        id=session.id,
        closed_at=tx.now,
        closed_by=tx.actor.staff_id,
        expected=figures.expected,
        counted=counted,
        z_number=number,
        figures=_encode(figures),
    )
    print_slip(tx, _with_backup(tx, paper(figures, session.opened_at, tx.now)), f"Z-{number:04d}")
    return figures


def reprint_z(tx: Transaction, number: int) -> Queued:
    """Print a Z report again, marked as a copy. Raises NotFound, WrongState without a printer."""
    row = tx.one(_Z, ZRow, after=number - 1, most=1)
    if row is None or row.z_number != number:
        raise NotFound("Z report", number)
    job_id = print_slip(tx, paper(_decode(row.figures), row.opened_at, row.closed_at), f"Z-{number:04d}", copy=2)
    if job_id is None:
        raise WrongState("the receipt printer", "not there")
    tx.emit("drawer.reprinted", f"z:{number}", {"jobId": job_id}, rooms=("office",))
    return Queued(job_id)


def z_reports(tx: Transaction, after: int, most: int, before: int | None = None) -> list[Figures]:
    """Z reports by number, from one after `after` on; with `before` those below it, the newest first."""
    if before is not None:
        return [_decode(row.figures) for row in tx.all(_Z_BACK, ZRow, before=before, most=most)]
    return [_decode(row.figures) for row in tx.all(_Z, ZRow, after=after, most=most)]


def close_day(tx: Transaction) -> Figures:
    """End the business day: all drawers closed, every open order carried over, written off or merged by somebody.

    Raises DayNotReady naming what is in the way.
    """
    today = tx.business_day
    waiting = [each for each in not_ended(tx) if terms_of(each).carried_day != today]
    open_drawers = [each.drawer_id for each in tx.all(OPEN, SessionRow)]
    if waiting or open_drawers:
        raise DayNotReady([each.id for each in waiting], open_drawers)
    before = tx.one(_DAYS, _Day)
    last_z = _decode_kept(before.figures).last_z if before else 0
    rows = tx.all(_Z, ZRow, after=last_z, most=EVERYTHING)
    opened_at = min((row.opened_at for row in rows), default=tx.now)
    opened_seq = min((row.opened_seq for row in rows), default=tx.seq)
    closed = [_decode(row.figures) for row in rows]
    number = tx.number("day")
    figures = fill(
        tx,
        sums_of(tx, [row.id for row in rows]),
        voids_since(tx, opened_seq),
        kind="D",
        number=number,
        title=" ".join(f"Z{row.z_number:04d}" for row in rows),
        staff_name=tx.actor.name,
        business_day=show_day(today),
        opened_at=rfc3339(opened_at),
        closed_at=rfc3339(tx.now),
        float=sum(each.float for each in closed),
        expected=sum(each.expected or 0 for each in closed),
        counted=sum(each.counted or 0 for each in closed),
        over_short=sum(each.over_short or 0 for each in closed),
        journal_seq=0,
        journal_hash="",
    )
    tx.emit("day.closed", f"day:{number}", {"figures": figures}, state=figures, rooms=("office",))
    _seal(tx, figures)
    kept = _encode(_Kept(rows[-1].z_number if rows else last_z, figures))
    tx.execute(_KEEP_DAY, number=number, business_day=today, at=tx.now, staff_id=tx.actor.staff_id, figures=kept)
    print_slip(tx, _with_backup(tx, paper(figures, opened_at, tx.now)), f"D-{number:04d}")
    return figures


def print_bills(tx: Transaction, request: PrintBills) -> list[OrderView]:
    """Last call: pre-bills of all open orders of an area, or of the house, that wait for nothing to be sent."""
    orders = [each for each in not_ended(tx) if request.area_id in (None, each.area_id)]
    shown = []
    for order in orders:
        try:
            shown.append(print_bill(tx, order.id))
        except WrongState:
            continue
    if not orders:
        raise BadRequest("has no open orders", "areaId")
    return shown


def _figures(tx: Transaction, session: SessionRow, kind: str, number: int | None, counted: int | None) -> Figures:
    sums = sums_of(tx, [session.id])
    expected = (session.float or 0) + sums.cash
    drawer = next((each.name for each in tx.all(DRAWERS, DrawerRow) if each.id == session.drawer_id), "")
    return fill(
        tx,
        sums,
        voids_since(tx, session.opened_seq),
        kind=kind,
        number=number,
        title=drawer,
        staff_name=session.staff_name,
        business_day=show_day(session.business_day),
        opened_at=rfc3339(session.opened_at),
        closed_at=rfc3339(tx.now),
        float=session.float or 0,
        expected=expected,
        counted=counted,
        over_short=None if counted is None else counted - expected,
        journal_seq=0,
        journal_hash="",
    )


def _seal(tx: Transaction, figures: Figures) -> None:
    """Put the journal's head, which tells of these figures, into the report that is printed and kept."""
    head = tx.one(journal.LAST, journal.Head)
    if head is not None:
        figures.journal_seq, figures.journal_hash = head.seq, bytes(head.hash).hex()


def _with_backup(tx: Transaction, report: Report) -> Report:
    """The report, with when a backup was last proven: whoever closes up should know."""
    found = tx.execute(_LAST_BACKUP).fetchone()
    return msgspec.structs.replace(report, last_backup=found[0] if found else 0)
