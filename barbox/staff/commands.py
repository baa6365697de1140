"""Making people and devices known, signing in and out, and counting wrong PINs."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest, Forbidden, Locked, NotFound, TooMany, WrongState
from barbox.core.messages import Body, ShortText, View
from barbox.core.settings import change_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.staff import rules
from barbox.staff.models import Device, PairingCode, PinLock, Session, Staff
from barbox.staff.queries import PEOPLE, Person
from barbox.staff.roles import load_roles
from barbox.staff.rules import Role
from barbox.staff.tokens import SESSION_MS

CODE_MS = 10 * 60_000

Pin = Annotated[str, Meta(min_length=4, max_length=8, pattern="^[0-9]+$")]

_PIN_LOCK = freeze(
    lambda p: PinLock.select(PinLock.wrong, PinLock.until).where(
        (PinLock.device_id == p.device_id) & (PinLock.staff_id == p.staff_id)
    )
)
_COUNT_WRONG = freeze(
    lambda p: PinLock.insert(device_id=p.device_id, staff_id=p.staff_id, wrong=p.wrong, until=p.until).on_conflict(
        conflict_target=[PinLock.device_id, PinLock.staff_id], preserve=[PinLock.wrong, PinLock.until]
    )
)
_PERSON_WRONG = freeze(lambda p: Staff.update(wrong_pins=Staff.wrong_pins + 1).where(Staff.id == p.staff_id))


class EditStaff(Body):
    """A person; `pin` may be left out of a change to keep the old one."""

    name: ShortText
    role: Role
    pin: Pin | None = None
    language: Literal["en", "zh"] = "en"


class PersonView(View):
    id: int
    name: str
    role: str
    language: str
    locked: bool = False


class FirstVenue(Body):
    name: ShortText
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    language: Literal["en", "zh"] = "en"
    timezone: Annotated[str, Meta(max_length=64)] = "UTC"
    tax_included: bool = True


class Wait(msgspec.Struct):
    wrong: int
    until: int


def save_person(tx: Transaction, staff_id: int | None, body: EditStaff, pin_hash: str | None) -> PersonView:
    """Add a person (with PIN) or change one; a change of role or PIN ends their sessions.

    Raises WrongState when no admin would be left.
    """
    before = person(tx, staff_id) if staff_id is not None else None
    for role in {body.role, before.role if before else body.role}:
        _refuse_superior(tx, role)
    row: dict[str, object] = {"name": body.name, "role": body.role, "language": body.language}
    if pin_hash is not None:
        row |= {"pin_hash": pin_hash, "wrong_pins": 0}
    if staff_id is None:
        if pin_hash is None:
            raise BadRequest("is needed for a new person", "pin")
        staff_id = int(tx.run(Staff.insert(**row)).lastrowid or 0)
    else:
        tx.run(Staff.update(**row).where(Staff.id == staff_id))
        _some_admin_is_left(tx)
    if before and (pin_hash is not None or before.role != body.role):
        _end(tx, Session.staff_id == staff_id)
    view = PersonView(staff_id, body.name, body.role, body.language)
    tx.emit(
        "staff.changed",
        f"staff:{staff_id}",
        {**msgspec.to_builtins(view), "pinChanged": pin_hash is not None},
        rooms=("office",),
    )
    return view


def hide_person(tx: Transaction, staff_id: int) -> None:
    """Somebody left: no PIN, no session any more; history keeps the name. Raises WrongState for the last admin."""
    _refuse_superior(tx, person(tx, staff_id).role)
    tx.run(Staff.update(hidden=1).where(Staff.id == staff_id))
    _some_admin_is_left(tx)
    _end(tx, Session.staff_id == staff_id)
    tx.emit("staff.left", f"staff:{staff_id}", {}, rooms=("office",))


def _refuse_superior(tx: Transaction, role: str) -> None:
    if not rules.may_edit(tx.actor, tx.cached(load_roles)[role]):
        raise Forbidden("settings.edit")


def _some_admin_is_left(tx: Transaction) -> None:
    if all(each.role != "admin" for each in tx.all(PEOPLE, Person)):
        raise WrongState("this person", "the last admin")


def free(tx: Transaction, staff_id: int) -> None:
    """Let a person try again after ten wrong PINs."""
    person(tx, staff_id)
    tx.run(Staff.update(wrong_pins=0).where(Staff.id == staff_id))
    tx.run(PinLock.delete().where(PinLock.staff_id == staff_id))
    tx.emit("staff.freed", f"staff:{staff_id}", {}, rooms=("office",))


def person(tx: Transaction, staff_id: int) -> Person:
    """Raises NotFound."""
    for each in tx.all(PEOPLE, Person):
        if each.id == staff_id:
            return each
    raise NotFound("person", staff_id)


def make_code(tx: Transaction, hashes: list[bytes]) -> int:
    """Store pairing codes (their digests) for ten minutes; returns when they expire (ms)."""
    tx.run(PairingCode.delete().where(PairingCode.expires_at < tx.now))
    for each in hashes:
        tx.run(PairingCode.insert(code_hash=each, expires_at=tx.now + CODE_MS, made_by=tx.actor.staff_id))
    tx.emit("device.invited", "device", {"expiresAt": tx.now + CODE_MS}, rooms=("office",))
    return tx.now + CODE_MS


def pair(tx: Transaction, code_hash: bytes, name: str, token_hash: bytes) -> int:
    """Make a device known by a code, which is then spent. Raises BadRequest for a code that is not in force."""
    code = (PairingCode.code_hash == code_hash) & (PairingCode.expires_at > tx.now)
    found = tx.run(PairingCode.select(PairingCode.expires_at).where(code)).fetchone()
    if found is None:
        raise BadRequest("is wrong or too old", "code")
    tx.run(PairingCode.delete().where(PairingCode.expires_at == found[0]))  # typed or scanned, it is one invitation
    return _add_device(tx, name, token_hash)


def revoke(tx: Transaction, device_id: int) -> None:
    """A lost tablet is out at once. Raises NotFound."""
    gone = tx.run(Device.update(revoked_at=tx.now).where((Device.id == device_id) & Device.revoked_at.is_null()))
    if gone.rowcount == 0:
        raise NotFound("device", device_id)
    _end(tx, Session.device_id == device_id)
    tx.emit("device.revoked", f"device:{device_id}", {}, rooms=("office",))


def set_up(tx: Transaction, venue: FirstVenue, admin: EditStaff, pin_hash: str, device: str, token_hash: bytes) -> int:
    """The first person, device and venue of a new box; returns the device. Raises WrongState when it has people."""
    if tx.one(PEOPLE, Person) is not None:
        raise WrongState("the box", "set up already")
    change_venue(tx, msgspec.to_builtins(venue))
    save_person(tx, None, admin, pin_hash)
    return _add_device(tx, device, token_hash)


def try_pin(tx: Transaction, device_id: int, staff_id: int | None) -> Wait:
    """Count a try before it is judged, so that many at once gain nothing; returns what was counted before.

    Raises TooMany or Locked.
    """
    wait = tx.one(_PIN_LOCK, Wait, device_id=device_id, staff_id=staff_id or 0) or Wait(0, 0)
    if tx.now < wait.until:
        raise TooMany((wait.until - tx.now + 999) // 1000)
    if staff_id is None and tx.now - wait.until > rules.LONGEST_WAIT_MS:
        wait = Wait(0, 0)
    if staff_id is not None:
        if person(tx, staff_id).wrong_pins >= rules.WRONG_BEFORE_LOCK:
            raise Locked
        tx.execute(_PERSON_WRONG, staff_id=staff_id)
    wrong = wait.wrong + 1
    until = tx.now + rules.wait_after(wrong)
    tx.execute(_COUNT_WRONG, device_id=device_id, staff_id=staff_id or 0, wrong=wrong, until=until)
    return wait


def sign_in(tx: Transaction, device_id: int, tried: int | None, staff_id: int, before: Wait) -> int:
    """Begin a session, whose number is returned, after the right PIN of the person `tried`.

    What was counted wrong for them is forgotten. Where nobody was named only this try is taken back, for the tries
    before may have been at somebody else's PIN.
    """
    lock = (PinLock.device_id == device_id) & (PinLock.staff_id == (tried or 0))
    if tried is not None:
        tx.run(PinLock.delete().where(lock))
    elif person(tx, staff_id).wrong_pins >= rules.WRONG_BEFORE_LOCK:
        raise Locked
    else:
        tx.run(PinLock.update(wrong=PinLock.wrong - 1, until=before.until).where(lock))
    tx.run(Staff.update(wrong_pins=0).where(Staff.id == staff_id))
    begun = {"begun_at": tx.now, "pin_at": tx.now, "expires_at": tx.now + SESSION_MS}
    row = Session.insert(staff_id=staff_id, device_id=device_id, **begun)
    session_id = int(tx.run(row).lastrowid or 0)
    tx.run(Device.update(seen_at=tx.now).where(Device.id == device_id))
    tx.emit("staff.signedin", f"staff:{staff_id}", {"deviceId": device_id}, rooms=("office",))
    return session_id


def right_pin(tx: Transaction, device_id: int, staff_id: int) -> None:
    """The right PIN of somebody named: what was counted wrong for them is forgotten.

    Nobody signs in by it; who is signed in already has given it again.
    """
    tx.run(PinLock.delete().where((PinLock.device_id == device_id) & (PinLock.staff_id == staff_id)))
    tx.run(Staff.update(wrong_pins=0).where(Staff.id == staff_id))
    if staff_id == tx.actor.staff_id:
        tx.run(Session.update(pin_at=tx.now).where(Session.id == tx.actor.session_id))


def wrong_pin(tx: Transaction, staff_id: int | None) -> None:
    """Put a wrong PIN in the journal."""
    tx.emit("staff.wrongpin", f"staff:{staff_id or 0}", {}, rooms=("office",))


def sign_out(tx: Transaction, session_id: int) -> None:
    _end(tx, Session.id == session_id)


def _add_device(tx: Transaction, name: str, token_hash: bytes) -> int:
    device_id = int(tx.run(Device.insert(name=name, token_hash=token_hash, paired_at=tx.now)).lastrowid or 0)
    tx.emit("device.paired", f"device:{device_id}", {"name": name}, rooms=("office",))
    return device_id


def _end(tx: Transaction, which: object) -> None:
    tx.run(Session.update(ended_at=tx.now).where(which & Session.ended_at.is_null()))
