"""What a member had before, and all that is known of one person: to be shown to them, and to be forgotten."""

from typing import Any

import msgspec
import peewee

from barbox.core import names
from barbox.core.clock import rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.errors import WrongState
from barbox.core.messages import Made, View
from barbox.core.transaction import Transaction
from barbox.members import commands as members
from barbox.members.queries import LAST_ID, EntryView, MemberView, family, history, read, some
from barbox.orders.models import Order, OrderLine
from barbox.orders.queries import NOT_ENDED
from barbox.reservations.commands import forget
from barbox.reservations.models import Reservation
from barbox.reservations.queries import ReservationView
from barbox.reservations.queries import search as search_bookings
from barbox.stock.kept_bottles.commands import forget_guest
from barbox.stock.kept_bottles.queries import BottleView, bottles_of

O, L = Order, OrderLine  # noqa: E741
FAVOURITES = 8
LATEST = 20
EVERYTHING = 100_000


class FavouriteView(View):
    """How often, in how many visits, and when last; `modifiers` as they had it then."""

    item_id: int
    names: dict[str, str]
    quantity: float
    visits: int
    last_at: str


class VisitView(View):
    order_id: int
    number: int
    business_day: str
    table_name: str | None
    total_amount: int
    status: str


class VisitsView(View):
    """A member's visits: how many, what they came to, the latest, and what they like best."""

    member_id: int
    visits: int
    total_amount: int
    last_visit: str | None
    favourites: list[FavouriteView]
    latest: list[VisitView]


class PersonExport(View):
    """All that is stored of one person; `duplicates` are entries that were merged into this one."""

    member: MemberView
    duplicates: list[MemberView]
    ledger: list[EntryView]
    visits: VisitsView
    reservations: list[ReservationView]
    bottles: list[BottleView]


class _Total(msgspec.Struct):
    visits: int
    total: int | None
    last: int | None


class _Visit(msgspec.Struct):
    id: int
    number: int
    business_day: int
    table_name: str | None
    total: int
    status: str


class _Favourite(msgspec.Struct):
    product_id: int
    names: str
    quantity: int
    visits: int
    last: int


async def read_visits(snapshot: Snapshot, member_id: int, *, latest: int = LATEST) -> VisitsView:
    """A member's visits, those as a duplicate included."""
    numbers = await family(snapshot, member_id)
    theirs: Any = O.member_id.in_(numbers) & (O.status != "void")
    count, total, last = peewee.fn.COUNT(O.id), peewee.fn.SUM(O.total), peewee.fn.MAX(O.opened_at)
    (sums,) = await snapshot.all(O.select(count, total, last).where(theirs), _Total)
    newest: Any = (
        O.select(O.id, O.number, O.business_day, O.table_name, O.total, O.status)
        .where(theirs)
        .order_by(O.id.desc())
        .limit(latest)
    )
    often = peewee.fn.COUNT(peewee.fn.DISTINCT(O.id))
    liked: Any = (
        O.select(L.product_id, L.names, peewee.fn.SUM(L.quantity), often, peewee.fn.MAX(O.opened_at))
        .join(L, on=(L.order_id == O.id))
        .where(theirs & (L.status != "void") & L.parent_id.is_null())
        .group_by(L.product_id)
        .order_by(often.desc(), peewee.fn.SUM(L.quantity).desc())
        .limit(FAVOURITES)
    )
    return VisitsView(
        member_id=member_id,
        visits=sums.visits,
        total_amount=sums.total or 0,
        last_visit=rfc3339(sums.last) if sums.last else None,
        favourites=[
            FavouriteView(row.product_id, names.decode(row.names), row.quantity / 1000, row.visits, rfc3339(row.last))
            for row in await snapshot.all(liked, _Favourite)
        ],
        latest=[
            VisitView(row.id, row.number, show_day(row.business_day), row.table_name, row.total, row.status)
            for row in await snapshot.all(newest, _Visit)
        ],
    )


async def export(snapshot: Snapshot, member_id: int, today: int, language: str) -> PersonExport:
    """All that is stored of one person. Raises NotFound."""
    member = await read(snapshot, member_id, today, language)
    numbers = await family(snapshot, member.member_id)
    entries = await some(snapshot, numbers, today, language)
    phones = [each.phone for each in entries if each.phone is not None]
    booked: Any = Reservation.member_id.in_(numbers) | Reservation.phone.in_(phones)
    return PersonExport(
        member=member,
        duplicates=[each for each in entries if each.member_id != member.member_id],
        ledger=await history(snapshot, member.member_id, LAST_ID, EVERYTHING),
        visits=await read_visits(snapshot, member.member_id, latest=EVERYTHING),
        reservations=await search_bookings(snapshot, booked),
        bottles=await bottles_of(snapshot, numbers, phones, today, language),
    )


def tell_export(tx: Transaction, member_id: int) -> None:
    """The journal knows that somebody's data was given out, and to whom."""
    tx.emit("member.exported", f"member:{member_id}", {}, rooms=("office",))


def erase(tx: Transaction, member_id: int) -> Made:
    """Forget one person everywhere, as a duplicate too: member, bookings, whose order it was. Figures stay, nameless.

    Raises WrongState while they sit at a table, or money of theirs is here.
    """
    person = members.person_of(tx, member_id)
    entries = members.entries_of(tx, person.id)
    theirs: Any = O.member_id.in_([each.id for each in entries])
    if tx.run(O.select(O.id).where(theirs & NOT_ENDED).limit(1)).fetchone():
        raise WrongState("the member", "at a table")
    numbers = members.erase(tx, person.id)
    phones = [each.phone for each in entries if each.phone is not None]
    forget(tx, numbers, phones)
    forget_guest(tx, numbers, phones)
    tx.run(O.update(customer=None, tab=None).where(theirs))
    return Made(person.id)
