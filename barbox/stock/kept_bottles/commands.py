"""Keeping guests' bottles (存酒): taken in, poured from, kept longer, taken home, or lapsed when their time is over.

The journal tells of bottles by number: whose they are stays where it can be forgotten.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from barbox.core.clock import days_after, days_between, parse_day, show_day
from barbox.core.errors import BadRequest, NotFound, StaleVersion, WrongState
from barbox.core.messages import Body, Id, Made
from barbox.core.money import show_quantity
from barbox.core.names import Names, decode, encode, first
from barbox.core.settings import load_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.members.commands import by_phone, guest, must_be_welcome, person_of
from barbox.members.rules import phone_number
from barbox.printing.commands import Queued, print_label
from barbox.printing.contents import BottleLabel
from barbox.stock.items import row_of, thousandths
from barbox.stock.kept_bottles.models import KeptBottle, KeptBottleEntry
from barbox.stock.kept_bottles.queries import BOTTLE, FIELDS, BottleRow, code_of
from barbox.stock.models import StockPack
from barbox.stock.queries import IdRow

B, E = KeptBottle, KeptBottleEntry
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Millilitres = Annotated[float, Meta(ge=0, le=100_000)]
Version = Annotated[int, Meta(ge=1)]
Reason = Annotated[str, Meta(min_length=1, max_length=200)]
Event = Literal[
    "kept", "poured", "corrected", "extended", "moved", "changed", "collected", "finished", "lapsed", "reminded"
]
LONGEST_DAYS = 3650
SMALLEST = 100_000
"""Thousandths of a ml: what holds less is a measure, no bottle."""

_INSERT = freeze(lambda p: B.insert(**{name: getattr(p, name) for name in FIELDS if name != "id"}))
_UPDATE = freeze(lambda p: B.update(**{name: getattr(p, name) for name in FIELDS if name != "id"}).where(B.id == p.id))
_BOTTLE_PACK = freeze(
    lambda p: (
        StockPack.select(StockPack.quantity)
        .where((StockPack.item_id == p.item_id) & (StockPack.hidden == 0) & (StockPack.quantity >= p.least))
        .order_by(StockPack.quantity)
        .limit(1)
    )
)
_OVER = freeze(
    lambda p: (
        B.select(*(getattr(B, name) for name in FIELDS))
        .where((B.status == "kept") & (B.until < p.today))
        .order_by(B.id)
    )
)


class AboutBottle(Body):
    """Whose bottle: a member's, or who `name` and `phone` say. What it is: an item, or its `names`; `size` in ml."""

    member_id: Id | None = None
    name: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    phone: Annotated[str, Meta(max_length=24)] | None = None
    item_id: Id | None = None
    names: Names | None = None
    size: Annotated[float, Meta(gt=0, le=100_000)] | None = None
    place: Annotated[str, Meta(max_length=60)] | None = None
    note: Annotated[str, Meta(max_length=300)] | None = None


class KeepBottle(AboutBottle):
    """A bottle to keep for a member, or for whom `name` and `phone` say. What it is: an item, or its `names`.

    `size` and `rest` in ml: what an item's bottle holds by default, and as much as that. Without `until` for as long as
    the house keeps bottles.
    """

    rest: Millilitres | None = None
    until: Day | None = None
    order_id: Id | None = None


class EditBottle(AboutBottle):
    """What was written down wrong, or whose it is now: a member, or who `name` and `phone` say. What is left out stays.

    An empty `place` or `note` is none.
    """

    version: Version | None = None


class PourBottle(Body):
    """What is in it now (ml): nothing ends it, more than before is a correction."""

    rest: Millilitres
    version: Version | None = None


class ExtendBottle(Body):
    """Kept until a later day; one that has lapsed is kept again."""

    until: Day


class MoveBottle(Body):
    place: Annotated[str, Meta(max_length=60)]


class EndBottle(Body):
    reason: Annotated[str, Meta(max_length=200)] = ""


class LapseBottle(Body):
    """Why it is not kept any longer."""

    reason: Reason


class PrintLabel(Body):
    """At the receipt printer, or at another."""

    printer_id: Id | None = None


def keep(tx: Transaction, body: KeepBottle) -> Made:
    """Take a guest's bottle in. Raises BadRequest naming what lacks, WrongState for a member who is barred."""
    member_id, phone = _whose(tx, body)
    called, usual = _what(tx, body)
    size = thousandths(body.size, "size") if body.size is not None else usual
    if not size:
        raise BadRequest("is needed: the item does not say what its bottle holds", "size")
    row = BottleRow(
        id=0,
        number=tx.number("kept_bottle"),
        member_id=member_id,
        guest=body.name,
        phone=phone,
        item_id=body.item_id,
        names=called,
        size=size,
        rest=_rest(body.rest, size) if body.rest is not None else size,
        place=body.place or None,
        kept_at=tx.now,
        until=_until(tx, body.until),
        order_id=body.order_id,
        staff_id=tx.actor.staff_id,
        status="kept",
        reminded_at=None,
        version=0,
        note=body.note or None,
    )
    row.id = int(tx.execute(_INSERT, **msgspec.structs.asdict(row)).lastrowid or 0)
    return _store(tx, row, "kept")


def change_bottle(tx: Transaction, bottle_id: int, body: EditBottle) -> Made:
    """Set right what it is, where it stands and whose it is. Raises StaleVersion, WrongState for one that is gone."""
    row = _known(tx, bottle_id)
    if row.status not in ("kept", "lapsed"):
        raise WrongState("the bottle", row.status)
    _current(row, body.version)
    if body.member_id is not None or body.name is not None or body.phone is not None:
        row.member_id, row.phone = _whose(tx, body)
        row.guest = body.name
    if body.item_id is not None or body.names is not None:
        row.names, usual = _what(tx, body)
        row.item_id, row.size = body.item_id, usual or row.size
    if body.size is not None:
        row.size = thousandths(body.size, "size")
    if row.rest > row.size:
        raise BadRequest("is less than what is in it", "size")
    row.place = row.place if body.place is None else body.place or None
    row.note = row.note if body.note is None else body.note or None
    return _store(tx, row, "changed")


def pour(tx: Transaction, bottle_id: int, body: PourBottle) -> Made:
    """Somebody poured from it.

    Raises StaleVersion where another did meanwhile, WrongState for one not kept, or whose guest is barred.
    """
    row = _kept(tx, bottle_id)
    _current(row, body.version)
    if row.member_id is not None:
        must_be_welcome(tx, guest(tx, row.member_id))
    before, row.rest = row.rest, _rest(body.rest, row.size)
    if not row.rest:
        row.status = "finished"
    return _store(tx, row, "finished" if not row.rest else "poured" if row.rest <= before else "corrected")


def extend(tx: Transaction, bottle_id: int, body: ExtendBottle) -> Made:
    """Keep it longer, also one that has lapsed. Raises WrongState for one that is gone."""
    row = _known(tx, bottle_id)
    if row.status not in ("kept", "lapsed"):
        raise WrongState("the bottle", row.status)
    row.until, row.status, row.reminded_at = _until(tx, body.until), "kept", None
    return _store(tx, row, "extended")


def move_bottle(tx: Transaction, bottle_id: int, body: MoveBottle) -> Made:
    """It stands elsewhere now."""
    row = _kept(tx, bottle_id)
    row.place = body.place or None
    return _store(tx, row, "moved")


def collect(tx: Transaction, bottle_id: int, body: EndBottle) -> Made:
    """The guest took it home. Raises WrongState for one that is gone."""
    row = _known(tx, bottle_id)
    if row.status not in ("kept", "lapsed"):
        raise WrongState("the bottle", row.status)
    row.status = "out"
    return _store(tx, row, "collected", body.reason)


def finish_bottle(tx: Transaction, bottle_id: int, body: EndBottle) -> Made:
    """It is empty."""
    row = _kept(tx, bottle_id)
    row.rest, row.status = 0, "finished"
    return _store(tx, row, "finished", body.reason)


def lapse(tx: Transaction, bottle_id: int, body: LapseBottle) -> Made:
    """It is not kept any longer."""
    row = _kept(tx, bottle_id)
    row.status = "lapsed"
    return _store(tx, row, "lapsed", body.reason)


def remind_guest(tx: Transaction, bottle_id: int) -> Made:
    """Note that its guest was told that its time runs out."""
    row = _kept(tx, bottle_id)
    row.reminded_at = tx.now
    return _store(tx, row, "reminded")


def lapse_all(tx: Transaction) -> int:
    """Bottles whose last day is over have lapsed; returns how many. Nobody pours them away before somebody looked."""
    rows = tx.all(_OVER, BottleRow, today=tx.business_day)
    for row in rows:
        row.status = "lapsed"
        _store(tx, row, "lapsed")
    return len(rows)


def label(tx: Transaction, bottle_id: int, body: PrintLabel) -> Queued:
    """Print its label. Raises WrongState where no receipt printer is there, NotFound for an unknown printer."""
    row = _known(tx, bottle_id)
    paper = BottleLabel(
        code=code_of(row.number),
        guest=_called(tx, row),
        names=decode(row.names),
        size=row.size,
        rest=row.rest,
        until=show_day(row.until),
        place=row.place or "",
    )
    job_id = print_label(tx, paper, paper.code, printer_id=body.printer_id)
    if job_id is None:
        raise WrongState("the receipt printer", "not there")
    tx.emit("bottle.printed", f"bottle:{row.id}", {"number": row.number}, rooms=("office",))
    return Queued(job_id)


def forget_guest(tx: Transaction, member_ids: list[int], phones: list[str]) -> int:
    """Forget whose bottles these were; what was kept stays in the books. Returns how many it was."""
    whose = B.member_id.in_(member_ids) | B.phone.in_(phones)
    return tx.run(B.update(member_id=None, guest=None, phone=None, note=None).where(whose)).rowcount


def _whose(tx: Transaction, body: KeepBottle | EditBottle) -> tuple[int | None, str | None]:
    """The member it is kept for, also one known by the phone, and the phone. Raises WrongState for one barred."""
    phone = phone_number(body.phone) if body.phone else None
    found = guest(tx, body.member_id) if body.member_id is not None else by_phone(tx, phone) if phone else None
    if found is None and (body.name is None or phone is None):
        raise BadRequest("a member, or a name and a phone are needed", "name")
    if found is not None:
        must_be_welcome(tx, found)
    return found.id if found is not None else None, phone


def _current(row: BottleRow, version: int | None) -> None:
    if version is not None and version != row.version:
        raise StaleVersion({"bottleId": row.id, "version": row.version, "rest": show_quantity(row.rest)})


def _what(tx: Transaction, body: KeepBottle | EditBottle) -> tuple[str, int]:
    """What a bottle is called, and what it usually holds."""
    if body.item_id is not None:
        row = row_of(tx, body.item_id)
        return (encode(body.names) if body.names else row.names), row.full_quantity or _bottle_of(tx, row.id)
    if body.names is None:
        raise BadRequest("an item, or what it is called, is needed", "names")
    return encode(body.names), 0


def _bottle_of(tx: Transaction, item_id: int) -> int:
    """What the smallest of an item's packs holds that is a bottle; 0 where none is."""
    found = tx.one(_BOTTLE_PACK, IdRow, item_id=item_id, least=SMALLEST)
    return found.id if found else 0


def _rest(rest: float, size: int) -> int:
    found = thousandths(rest, "rest")
    if found > size:
        raise BadRequest("is more than the bottle holds", "rest")
    return found


def _until(tx: Transaction, text: str | None) -> int:
    if text is None:
        return days_after(tx.business_day, tx.cached(load_venue).keep_days)
    try:
        day = parse_day(text)
    except ValueError:
        raise BadRequest("is not a day", "until") from None
    if not 0 <= days_between(tx.business_day, day) <= LONGEST_DAYS:
        raise BadRequest("is over, or too far ahead", "until")
    return day


def _called(tx: Transaction, row: BottleRow) -> str:
    name = row.guest
    if name is None and row.member_id is not None:
        name = person_of(tx, row.member_id).name
    return name or first({"en": "Guest", "zh": "客人"}, tx.cached(load_venue).language)


def _known(tx: Transaction, bottle_id: int) -> BottleRow:
    row = tx.one(BOTTLE, BottleRow, id=bottle_id)
    if row is None:
        raise NotFound("bottle", bottle_id)
    return row


def _kept(tx: Transaction, bottle_id: int) -> BottleRow:
    row = _known(tx, bottle_id)
    if row.status != "kept":
        raise WrongState("the bottle", row.status)
    return row


def _store(tx: Transaction, row: BottleRow, event: Event, reason: str = "") -> Made:
    """Write a bottle and what happened to it, and tell the screens without its guest."""
    row.version += 1
    tx.store(_UPDATE, row)
    tx.run(
        E.insert(
            bottle_id=row.id,
            kind=event,
            rest=row.rest,
            until=row.until,
            at=tx.now,
            staff_id=tx.actor.staff_id,
            order_id=row.order_id if event == "kept" else None,
            reason=reason or None,
        )
    )
    facts = {"number": row.number, "rest": show_quantity(row.rest), "until": show_day(row.until), "status": row.status}
    tx.emit(f"bottle.{event}", f"bottle:{row.id}", facts, rooms=("office", "floor"))
    return Made(row.id)
