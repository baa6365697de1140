"""Bottles that the bar keeps for guests: found by name, phone or number, and those whose time runs out."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.clock import days_after, days_between, rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.statements import freeze
from barbox.members.models import Member
from barbox.members.queries import family
from barbox.members.rules import initials
from barbox.stock.kept_bottles.models import KeptBottle, KeptBottleEntry

B, E, M = KeptBottle, KeptBottleEntry, Member
MOST = 2000
REMIND_DAYS = 14
"""So many days before its last a bottle's guest is to be told."""


class BottleRow(msgspec.Struct):
    """The columns of `kept_bottle`, in their order."""

    id: int
    number: int
    member_id: int | None
    guest: str | None
    phone: str | None
    item_id: int | None
    names: str
    size: int
    rest: int
    place: str | None
    kept_at: int
    until: int
    order_id: int | None
    staff_id: int | None
    status: str
    reminded_at: int | None
    version: int
    note: str | None


class _EntryRow(msgspec.Struct):
    kind: str
    rest: int
    until: int
    at: int
    staff_id: int | None
    reason: str | None


class _Person(msgspec.Struct):
    id: int
    name: str | None
    phone: str | None


FIELDS = BottleRow.__struct_fields__
_bottle = tuple(getattr(B, name) for name in FIELDS)
BOTTLE = freeze(lambda p: B.select(*_bottle).where(B.id == p.id))
ENTRIES = freeze(
    lambda p: E.select(E.kind, E.rest, E.until, E.at, E.staff_id, E.reason).where(E.bottle_id == p.id).order_by(E.id)
)
_TO_REMIND = freeze(
    lambda p: (
        B.select(*_bottle)
        .where((B.status == "kept") & (B.until <= p.until) & B.reminded_at.is_null())
        .order_by(B.until, B.id)
    )
)


class BottleView(View):
    """A guest's bottle: `size` and `rest` in ml, `until` the last day it is kept, in `daysLeft` days.

    `code` is what its label and the label's QR code say.
    """

    bottle_id: int
    number: int
    code: str
    member_id: int | None
    guest: str | None
    phone: str | None
    item_id: int | None
    name: str
    names: dict[str, str]
    size: float
    rest: float
    place: str | None
    kept_at: str
    until: str
    days_left: int
    status: str
    reminded_at: str | None
    version: int
    note: str | None


class BottlesView(View):
    bottles: list[BottleView]


class BottleEntry(View):
    """What happened to a bottle, and what was in it afterwards."""

    kind: str
    rest: float
    until: str
    at: str
    staff_id: int | None
    reason: str | None


class BottleStory(BottleView):
    entries: list[BottleEntry]


def code_of(number: int) -> str:
    """What stands on the label."""
    return f"K-{number:04d}"


async def search(
    snapshot: Snapshot,
    today: int,
    language: str,
    *,
    text: str = "",
    member_id: int | None = None,
    lapsing: int | None = None,
    ended: bool = False,
) -> BottlesView:
    """Kept bottles, those that lapse first at the top; with `ended` those that are no longer kept, the latest first."""
    which: Any = (B.status != "kept") if ended else (B.status == "kept")
    if member_id is not None:
        which &= B.member_id.in_(await family(snapshot, member_id))
    if lapsing is not None:
        which &= B.until <= days_after(today, lapsing)
    order = (B.id.desc(),) if ended else (B.until, B.id)
    rows = await snapshot.all(B.select(*_bottle).where(which).order_by(*order).limit(MOST), BottleRow)
    people = await _people(snapshot, rows)
    views = [_view(row, people, today, language) for row in rows]
    return BottlesView([each for each in views if not text.strip() or fits(each, text.strip())])


async def read(snapshot: Snapshot, bottle_id: int, today: int, language: str) -> BottleStory:
    """One bottle with all that happened to it. Raises NotFound."""
    row = await snapshot.one(BOTTLE, BottleRow, id=bottle_id)
    if row is None:
        raise NotFound("bottle", bottle_id)
    view = _view(row, await _people(snapshot, [row]), today, language)
    entries = [
        BottleEntry(
            each.kind, show_quantity(each.rest), show_day(each.until), rfc3339(each.at), each.staff_id, each.reason
        )
        for each in await snapshot.all(ENTRIES, _EntryRow, id=bottle_id)
    ]
    return BottleStory(**msgspec.structs.asdict(view), entries=entries)


async def to_remind(snapshot: Snapshot, today: int) -> list[BottleRow]:
    """Bottles that lapse soon and whose guests have not been told, the first to lapse at the top."""
    return await snapshot.all(_TO_REMIND, BottleRow, until=days_after(today, REMIND_DAYS))


async def bottles_of(
    snapshot: Snapshot, member_ids: list[int], phones: list[str], today: int, language: str
) -> list[BottleView]:
    """All bottles that were ever kept for somebody, for who wants to know what is stored of them."""
    whose: Any = B.member_id.in_(member_ids) | B.phone.in_(phones)
    rows = await snapshot.all(B.select(*_bottle).where(whose).order_by(B.id), BottleRow)
    people = await _people(snapshot, rows)
    return [_view(row, people, today, language) for row in rows]


def fits(bottle: BottleView, text: str) -> bool:
    """Whether a bottle is meant by the number on its label, digits of the phone, a part or the initials of a name."""
    number = re.fullmatch(r"[kK]?-?0*(\d{1,9})", text)
    if number and int(number[1]) == bottle.number:
        return True
    digits = re.sub(r"[\s().\-]", "", text)
    if re.fullmatch(r"\+?\d{3,16}", digits):
        return digits in (bottle.phone or "")
    low = text.lower()
    called = (bottle.guest or "", *bottle.names.values())
    return any(low in each.lower() for each in called) or initials(bottle.guest or "").startswith(low)


async def _people(snapshot: Snapshot, rows: Iterable[BottleRow]) -> dict[int, _Person]:
    ids = sorted({row.member_id for row in rows if row.member_id is not None})
    if not ids:
        return {}
    found = await snapshot.all(M.select(M.id, M.name, M.phone).where(M.id.in_(ids)), _Person)
    return {each.id: each for each in found}


def _view(row: BottleRow, people: dict[int, _Person], today: int, language: str) -> BottleView:
    called = names.decode(row.names)
    member = people.get(row.member_id or 0)
    return BottleView(
        bottle_id=row.id,
        number=row.number,
        code=code_of(row.number),
        member_id=row.member_id,
        guest=row.guest or (member.name if member else None),
        phone=row.phone or (member.phone if member else None),
        item_id=row.item_id,
        name=names.first(called, language),
        names=called,
        size=show_quantity(row.size),
        rest=show_quantity(row.rest),
        place=row.place,
        kept_at=rfc3339(row.kept_at),
        until=show_day(row.until),
        days_left=days_between(today, row.until),
        status=row.status,
        reminded_at=rfc3339(row.reminded_at) if row.reminded_at is not None else None,
        version=row.version,
        note=row.note,
    )
