"""Keeping the record: keys, targets, what was made and what came back; and what a restored box is told."""

from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from barbox.backup import queries, rules
from barbox.backup.models import BackupCopy, BackupKey, BackupRun, BackupTarget, Restoration
from barbox.backup.queries import KeyRow, RestorationRow, TargetRow
from barbox.backup.targets.store import Credentials
from barbox.core.errors import BadRequest, NotFound
from barbox.core.messages import Body, ShortText
from barbox.core.models import LAST_BACKUP, Counter
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.printing.commands import print_key
from barbox.printing.contents import KeySlip
from barbox.printing.models import Printer, PrintJob
from barbox.printing.rules import WAITING
from barbox.staff.commands import make_code, pair
from barbox.staff.models import PairingCode, PinLock, Session, Staff

OFFICE = ("office",)
EVERYWHERE = ("office", "floor")
ALARM = "backup.failed"
CODE_AFTER_RESTORE_MS = 24 * 3_600_000
REPLACED, REHEARSED = "backup.replaced", "backup.rehearsed"
"""Counters: the generation of the box that replaced this one; when (ms) the app was last started on a backup."""


class EditTarget(Body):
    """A target; a change without `credentials` or `live` keeps the old ones.

    `limitKb`: kilobytes a second, 0 for no limit. `live`: whether every sale is copied there at once, the default.
    """

    name: ShortText
    url: Annotated[str, Meta(min_length=8, max_length=500)]
    credentials: Credentials | None = None
    limit_kb: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    live: bool | None = None


class Made(msgspec.Struct):
    """What was made."""

    id: int


class Outcome(msgspec.Struct, frozen=True):
    """What became of a backup at one target."""

    target_id: int
    state: Literal["proven", "failed"]
    code: str = ""
    detail: str = ""
    name: str = ""
    size: int = 0
    sha256: str = ""
    entries: int = 0
    removed: list[str] = []


def save_key(tx: Transaction, recipient: str, fingerprint: str, slip: KeySlip | None = None) -> bool:
    """From now on backups are sealed to this public key. Returns whether `slip` is being printed.

    The secret half stands in the slip's print job alone, and there until it is printed.
    """
    tx.run(BackupKey.insert(recipient=recipient, fingerprint=fingerprint, made_at=tx.now, staff_id=tx.actor.staff_id))
    tx.emit("backup.key", "backup", {"fingerprint": fingerprint}, rooms=OFFICE)
    return slip is not None and print_key(tx, slip) is not None


def save_target(tx: Transaction, target_id: int | None, body: EditTarget) -> Made:
    """Add or change a target. Raises NotFound, BadRequest where another has that address."""
    others = [each for each in tx.all(queries.TARGETS, TargetRow) if each.id != target_id]
    if any(each.url == body.url for each in others):
        raise BadRequest("is a target already", "url")
    row: dict[str, object] = {"name": body.name, "url": body.url, "limit_kb": body.limit_kb}
    if body.credentials is not None:
        row["credentials"] = msgspec.json.encode(body.credentials).decode()
    if body.live is not None:
        row["live"] = int(body.live)
    if target_id is None:
        target_id = int(tx.run(BackupTarget.insert(added_at=tx.now, **row)).lastrowid or 0)
    else:
        before = target(tx, target_id)
        row["claimed"] = before.claimed if before.url == body.url else 0
        tx.run(BackupTarget.update(**row).where(BackupTarget.id == target_id))
    tx.emit("backup.target", f"target:{target_id}", {"name": body.name, "url": body.url}, rooms=OFFICE)
    return Made(target_id)


def hide_target(tx: Transaction, target_id: int) -> None:
    """Keep no more backups there; those that are there stay."""
    target(tx, target_id)
    tx.run(BackupTarget.update(hidden=1).where(BackupTarget.id == target_id))
    tx.emit("backup.target", f"target:{target_id}", {"removed": True}, rooms=OFFICE)


def claimed(tx: Transaction, target_id: int, is_ours: bool) -> None:
    """Remember whether this box's name stands at the target."""
    tx.run(BackupTarget.update(claimed=int(is_ours)).where(BackupTarget.id == target_id))


def target(tx: Transaction, target_id: int) -> TargetRow:
    """Raises NotFound."""
    for each in tx.all(queries.TARGETS, TargetRow):
        if each.id == target_id:
            return each
    raise NotFound("backup target", target_id)


def begin_run(tx: Transaction, reason: str) -> int:
    """A backup is being made; returns its number."""
    row = BackupRun.insert(reason=reason, business_day=tx.business_day, begun_at=tx.now, state="running")
    return int(tx.run(row).lastrowid or 0)


def end_copy(tx: Transaction, run_id: int, outcome: Outcome, day: int, fingerprint: str) -> None:
    """Store what became of a run at one target; `day` is the business day it was begun on."""
    tx.run(
        BackupCopy.insert(
            run_id=run_id,
            target_id=outcome.target_id,
            at=tx.now,
            business_day=day,
            state=outcome.state,
            code=outcome.code,
            detail=outcome.detail[:2000],
            name=outcome.name,
            size=outcome.size,
            sha256=outcome.sha256,
            fingerprint=fingerprint,
            entries=outcome.entries,
        )
    )
    if outcome.removed:
        of_target = BackupCopy.target_id == outcome.target_id
        tx.run(BackupCopy.update(state="removed").where(of_target & BackupCopy.name.in_(outcome.removed)))
    known = next((each for each in tx.all(queries.TARGETS, TargetRow) if each.id == outcome.target_id), None)
    told = {"targetId": outcome.target_id, "targetName": known.name if known else "", "name": outcome.name}
    if outcome.state == "proven":
        told |= {"size": outcome.size, "entries": outcome.entries}
        tx.run(Counter.insert(name=LAST_BACKUP, value=tx.now).on_conflict_replace())
        tx.emit("backup.done", f"backup:{run_id}", told, rooms=OFFICE)
    else:
        tx.emit(ALARM, f"backup:{run_id}", told | {"code": outcome.code}, rooms=OFFICE)


def end_run(tx: Transaction, run_id: int, code: str, detail: str) -> None:
    """A backup is over; `code` is empty when it was made at every target."""
    state = "failed" if code else "done"
    tx.run(
        BackupRun.update(state=state, code=code, detail=detail[:2000], ended_at=tx.now).where(BackupRun.id == run_id)
    )
    if code and not tx.all(_COPIES_OF, _One, run_id=run_id):
        tx.emit(ALARM, f"backup:{run_id}", {"code": code}, rooms=OFFICE)


def recover(tx: Transaction) -> int:
    """After a start: a run that was being made when the box stopped has failed; returns how many."""
    return tx.run(
        BackupRun.update(state="failed", code="stopped", ended_at=tx.now).where(BackupRun.state == "running")
    ).rowcount


def alarm(tx: Transaction, last_good: int | None, nights: int) -> None:
    """More than 26 hours without a proven backup: the office hears of it, and after two nights every screen."""
    told = {"code": "overdue", "lastGoodAt": last_good, "nights": nights}
    tx.emit(ALARM, "backup", told, rooms=EVERYWHERE if nights >= rules.NIGHTS_BEFORE_BANNER else OFFICE)


def take_over(tx: Transaction, generation: int) -> Made:
    """An admin decided that this box, not the one that replaced it, keeps its backups at the targets."""
    number = max(generation, present_generation(tx)) + 1
    tx.run(Restoration.insert(at=tx.now, generation=number, name=""))
    tx.run(Counter.delete().where(Counter.name == REPLACED))
    tx.emit("backup.takeover", "backup", {"generation": number}, rooms=EVERYWHERE)
    return Made(number)


def present_generation(tx: Transaction) -> int:
    """1 for a bar that was never restored."""
    return max((each.generation for each in tx.all(queries.RESTORATIONS, RestorationRow)), default=1)


class Admission(NamedTuple):
    """Who gets into a restored box: its first admin by a new PIN; a device by its token's hash, or one by a code's."""

    pin_hash: str
    device: str = ""
    token_hash: bytes = b""
    code: bytes = b""


def mark_restored(tx: Transaction, name: str, generation: int, admission: Admission) -> tuple[str, int]:
    """Have restored data know that it is: a new generation, no sessions, and a new PIN for one admin.

    PINs are hashed with a secret that no backup holds, so none fits any more. What still waited to be printed may have
    been, so it will say that it is a copy. Returns the admin's name, and the device that was paired or 0.
    """
    recover(tx)
    tx.run(Restoration.insert(at=tx.now, generation=generation + 1, name=name))
    tx.run(BackupTarget.update(claimed=0))
    tx.run(Counter.delete().where(Counter.name == REPLACED))
    tx.run(Session.update(ended_at=tx.now).where(Session.ended_at.is_null()))
    tx.run(PinLock.delete())
    tx.run(Staff.update(pin_hash="", wrong_pins=0))
    tx.run(PrintJob.update(may_have_printed=1).where(PrintJob.state.in_(WAITING)))
    admin = tx.one(_ADMIN, _Admin)
    if admin:
        tx.run(Staff.update(pin_hash=admission.pin_hash).where(Staff.id == admin.id))
    device = 0
    if admission.device:
        make_code(tx, [admission.token_hash])
        device = pair(tx, admission.token_hash, admission.device, admission.token_hash)
    if admission.code:
        row = PairingCode.insert(code_hash=admission.code, expires_at=tx.now + CODE_AFTER_RESTORE_MS, made_by=None)
        tx.run(row)
    tx.emit("box.restored", "box", {"backup": name, "generation": generation + 1}, rooms=EVERYWHERE)
    return admin.name if admin else "", device


def defuse(tx: Transaction) -> None:
    """Have a rehearsal neither print nor make backups: it must not be heard of outside."""
    tx.run(BackupTarget.update(hidden=1))
    tx.run(Printer.update(hidden=1))
    tx.run(PrintJob.update(state="cancelled", ended_at=tx.now).where(PrintJob.state.in_(WAITING)))


def replaced(tx: Transaction, generation: int) -> None:
    """Another box keeps this bar's backups by now: remembered, so that a restart does not forget it."""
    tx.run(Counter.insert(name=REPLACED, value=generation).on_conflict_replace())
    tx.emit("backup.replaced", "backup", {"generation": generation}, rooms=EVERYWHERE)


def rehearsed(tx: Transaction, run_id: int, fault: str) -> None:
    """Note that the app was started on a backup that was read back; `fault` says why it did not, else it is empty."""
    if not fault:
        tx.run(Counter.insert(name=REHEARSED, value=tx.now).on_conflict_replace())
        tx.emit("backup.rehearsed", f"backup:{run_id}", {}, rooms=OFFICE)
    else:
        tx.emit(ALARM, f"backup:{run_id}", {"code": "rehearsal", "detail": fault[:500]}, rooms=OFFICE)


def right_pin(tx: Transaction, device_id: int, staff_id: int) -> None:
    """A PIN that was asked for again was right: what was counted wrong is forgotten."""
    tx.run(PinLock.delete().where((PinLock.device_id == device_id) & (PinLock.staff_id == staff_id)))
    tx.run(Staff.update(wrong_pins=0).where(Staff.id == staff_id))


def newest_key(tx: Transaction) -> KeyRow | None:
    """The key in force."""
    return tx.one(queries.KEYS, KeyRow)


class _Admin(msgspec.Struct):
    id: int
    name: str


class _One(msgspec.Struct):
    id: int


_ADMIN = freeze(
    Staff.select(Staff.id, Staff.name).where((Staff.role == "admin") & (Staff.hidden == 0)).order_by(Staff.id).limit(1)
)
_COPIES_OF = freeze(lambda p: BackupCopy.select(BackupCopy.id).where(BackupCopy.run_id == p.run_id))
