"""The drawer: opened with a float, cash in and out, openings without a sale. Every payment stands in a session."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from barbox.core.clock import rfc3339, show_day
from barbox.core.errors import NotFound, WrongState
from barbox.core.messages import Amount, Body, View
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.payments.models import Drawer, DrawerMovement, DrawerSession
from barbox.printing.commands import kick_drawer, print_slip
from barbox.printing.contents import DrawerSlip

D, S, M = Drawer, DrawerSession, DrawerMovement
FIRST_DRAWER = 1

_SESSION = (S.id, S.drawer_id, S.business_day, S.staff_id, S.staff_name, S.opened_at, S.opened_seq, S.float)
OPEN = freeze(S.select(*_SESSION).where(S.closed_at.is_null()).order_by(S.drawer_id))
DRAWERS = freeze(D.select(D.id, D.name).where(D.hidden == 0).order_by(D.id))
MOVEMENTS = freeze(
    lambda p: M.select(M.kind, M.amount, M.reason, M.at).where(M.session_id == p.session_id).order_by(M.id)
)
_OPEN_NEW = freeze(
    lambda p: S.insert(
        drawer_id=p.drawer_id,
        business_day=p.business_day,
        staff_id=p.staff_id,
        staff_name=p.staff_name,
        opened_at=p.opened_at,
        opened_seq=p.opened_seq,
        float=p.float,
    )
)
_MOVE = freeze(
    lambda p: M.insert(
        session_id=p.session_id, at=p.at, staff_id=p.staff_id, kind=p.kind, amount=p.amount, reason=p.reason
    )
)


class SessionRow(msgspec.Struct):
    id: int
    drawer_id: int
    business_day: int
    staff_id: int | None
    staff_name: str
    opened_at: int
    opened_seq: int
    float: int | None


class DrawerRow(msgspec.Struct):
    id: int
    name: str


class MovementRow(msgspec.Struct):
    kind: str
    amount: int
    reason: str
    at: int


class MovementView(View):
    """`amount` is negative for cash that was taken out."""

    kind: str
    amount: int
    reason: str
    at: str


class SessionView(View):
    """An open drawer session. What should be in the drawer is not told: the count at its end is blind.

    `float` is null while nobody has said what was in the drawer at the start.
    """

    session_id: int
    drawer_id: int
    business_day: str
    staff_id: int | None
    staff_name: str
    opened_at: str
    float: int | None
    movements: list[MovementView]


class DrawerView(View):
    id: int
    name: str
    session: SessionView | None


class EditDrawer(Body):
    name: Annotated[str, Meta(min_length=1, max_length=40)]


class OpenDrawer(Body):
    float: Amount


class MoveCash(Body):
    """Cash put in, taken out, or dropped into the safe, and why; `no_sale` only opens the drawer."""

    kind: Literal["paid_in", "paid_out", "drop", "no_sale"]
    reason: Annotated[str, Meta(min_length=2, max_length=200)]
    amount: Amount = 0


def save_drawer(tx: Transaction, drawer_id: int | None, body: EditDrawer) -> DrawerView:
    """Add a drawer or rename one. Raises NotFound."""
    if drawer_id is None:
        drawer_id = int(tx.run(D.insert(name=body.name)).lastrowid or 0)
    elif tx.run(D.update(name=body.name).where(D.id == drawer_id)).rowcount == 0:
        raise NotFound("drawer", drawer_id)
    session = find_open(tx, drawer_id)
    shown = session_view(session, tx.all(MOVEMENTS, MovementRow, session_id=session.id)) if session else None
    view = DrawerView(drawer_id, body.name, shown)
    tx.emit("drawer.changed", f"drawer:{drawer_id}", body, state=view, rooms=("floor", "office"))
    return view


def session_for(tx: Transaction, drawer_id: int | None) -> int:
    """The session that money goes into: of that drawer, else of the one's own, else of the first that is open.

    A drawer nobody has opened opens by itself, so that no payment ever stands outside the Z reports.
    """
    sessions = tx.all(OPEN, SessionRow)
    if drawer_id is not None:
        fits = [each for each in sessions if each.drawer_id == drawer_id]
    else:
        fits = [each for each in sessions if each.staff_id == tx.actor.staff_id] or sessions
    return fits[0].id if fits else _begin(tx, _drawer(tx, drawer_id or FIRST_DRAWER), None).session_id


def open_drawer(tx: Transaction, drawer_id: int, body: OpenDrawer) -> SessionView:
    """Begin a session with the float, or tell the float of one that began by itself. Raises WrongState when it has."""
    drawer = _drawer(tx, drawer_id)
    session = find_open(tx, drawer_id)
    if session is None:
        return _begin(tx, drawer, body.float)
    if session.float is not None:
        raise WrongState("the drawer", "open")
    actor = tx.actor
    tx.run(S.update(float=body.float, staff_id=actor.staff_id, staff_name=actor.name).where(S.id == session.id))
    session.float, session.staff_id, session.staff_name = body.float, actor.staff_id, actor.name
    return _told(tx, "drawer.opened", session, {"float": body.float})


def move_cash(tx: Transaction, drawer_id: int, body: MoveCash) -> SessionView:
    """Cash in or out without a sale, with a slip to sign; or just open the drawer. Raises WrongState when shut."""
    drawer, session = _drawer(tx, drawer_id), must_be_open(tx, drawer_id)
    if (body.kind == "no_sale") != (body.amount == 0):
        raise WrongState("the amount", "0" if body.amount == 0 else "not 0")
    signed = body.amount if body.kind == "paid_in" else -body.amount
    actor = tx.actor
    tx.execute(
        _MOVE,
        session_id=session.id,
        at=tx.now,
        staff_id=actor.staff_id,
        kind=body.kind,
        amount=signed,
        reason=body.reason,
    )
    kick_drawer(tx)
    if body.amount:
        print_slip(tx, DrawerSlip(body.kind, drawer.name, body.amount, body.reason, actor.name), f"D-{session.id}")
    facts = {"kind": body.kind, "amount": signed, "reason": body.reason}
    return _told(tx, "drawer.moved", session, facts)


def drawer_of(tx: Transaction, session_id: int) -> str:
    """The name of the drawer whose session is open under this number."""
    return next(_drawer(tx, each.drawer_id).name for each in tx.all(OPEN, SessionRow) if each.id == session_id)


def find_open(tx: Transaction, drawer_id: int) -> SessionRow | None:
    """The open session of a drawer."""
    return next((each for each in tx.all(OPEN, SessionRow) if each.drawer_id == drawer_id), None)


def must_be_open(tx: Transaction, drawer_id: int) -> SessionRow:
    """Raises WrongState when the drawer is shut."""
    session = find_open(tx, drawer_id)
    if session is None:
        raise WrongState("the drawer", "not open")
    return session


def session_view(session: SessionRow, movements: list[MovementRow]) -> SessionView:
    """As the API shows it."""
    return SessionView(
        session_id=session.id,
        drawer_id=session.drawer_id,
        business_day=show_day(session.business_day),
        staff_id=session.staff_id,
        staff_name=session.staff_name,
        opened_at=rfc3339(session.opened_at),
        float=session.float,
        movements=[MovementView(each.kind, each.amount, each.reason, rfc3339(each.at)) for each in movements],
    )


def _begin(tx: Transaction, drawer: DrawerRow, opening: int | None) -> SessionView:
    actor = tx.actor
    row = {
        "drawer_id": drawer.id,
        "business_day": tx.business_day,
        "staff_id": actor.staff_id if opening is not None else None,
        "staff_name": actor.name,
        "opened_at": tx.now,
        "opened_seq": tx.seq,
        "float": opening,
    }
    session_id = int(tx.execute(_OPEN_NEW, **row).lastrowid or 0)
    session = SessionRow(session_id, **row)  # type: ignore[arg-type]
    if opening is not None:
        kick_drawer(tx)
    return _told(tx, "drawer.opened", session, {"sessionId": session_id, "float": opening})


def _told(tx: Transaction, kind: str, session: SessionRow, facts: object) -> SessionView:
    shown = session_view(session, tx.all(MOVEMENTS, MovementRow, session_id=session.id))
    name = _drawer(tx, session.drawer_id).name
    state = DrawerView(session.drawer_id, name, shown)
    tx.emit(kind, f"drawer:{session.drawer_id}", facts, state=state, rooms=("floor", "office"))
    return shown


def _drawer(tx: Transaction, drawer_id: int) -> DrawerRow:
    for each in tx.all(DRAWERS, DrawerRow):
        if each.id == drawer_id:
            return each
    raise NotFound("drawer", drawer_id)
