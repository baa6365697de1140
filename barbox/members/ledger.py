"""The ledger, read: what a member has is summed here, duplicates that were merged included."""

from typing import Any

import msgspec
import peewee

from barbox.core.statements import freeze
from barbox.members.models import Member, MemberEntry

M, E = Member, MemberEntry

ROOT = peewee.fn.COALESCE(M.merged_into, M.id)
"""Who somebody is, after merging."""
ENTRY_FIELDS = tuple(name for name in E._meta.fields if name != "id")


class SumRow(msgspec.Struct):
    """One account of one member; `due` is what of its points has lapsed by today unspent."""

    member_id: int
    account: str
    total: int
    due: int


class Holding(msgspec.Struct):
    """What a member has now; `spend` within the months a tier looks back."""

    points: int = 0
    balance: int = 0
    bonus: int = 0
    spend: int = 0
    lapsed: int = 0
    """Points that have lapsed without being written off yet; not among `points` any more."""


class EntryRow(msgspec.Struct):
    id: int
    member_id: int
    account: str
    kind: str
    amount: int
    at: int
    business_day: int
    staff_id: int | None
    order_id: int | None
    payment_id: int | None
    expires_on: int | None
    basis: int | None
    reason: str | None


def sums(which: Any, since: Any, today: Any) -> peewee.Query:
    """Sums per member and account: spend counts from the day `since`, lots of points lapse by `today`."""
    counts = peewee.Case(None, [((E.account == "spend") & (E.business_day < since), 0)], E.amount)
    lapses = peewee.Case(None, [(_lapses(today), E.amount)], 0)
    return (
        M.select(ROOT, E.account, peewee.fn.SUM(counts), peewee.fn.SUM(lapses))
        .join(E, on=(E.member_id == M.id))
        .where(which)
        .group_by(ROOT, E.account)
    )


def _lapses(today: Any) -> Any:
    """Lots that have lapsed by a day, and all that was ever spent: the lot that lapses first is spent first."""
    return (E.expires_on <= today) | (E.expires_on.is_null() & (E.amount < 0))


def holdings(rows: list[SumRow]) -> dict[int, Holding]:
    """By member."""
    found: dict[int, Holding] = {}
    for row in rows:
        holding = found.setdefault(row.member_id, Holding())
        if row.account == "points":
            holding.lapsed = max(0, row.due)
            holding.points = row.total - holding.lapsed
        else:
            setattr(holding, row.account, row.total)
    return found


_entry = tuple(getattr(E, name) for name in EntryRow.__struct_fields__)

FAMILY = freeze(lambda p: M.select(M.id).where((M.id == p.id) | (M.merged_into == p.id)))
SUMS = freeze(lambda p: sums((M.id == p.id) | (M.merged_into == p.id), p.since, p.today))
INSERT = freeze(lambda p: E.insert(**{name: getattr(p, name) for name in ENTRY_FIELDS}))
OF_ORDER = freeze(lambda p: E.select(*_entry).where(E.order_id == p.order_id).order_by(E.id))
OF_PAYMENT = freeze(lambda p: E.select(*_entry).where(E.payment_id == p.payment_id).order_by(E.id))
HISTORY = freeze(
    lambda p: (
        E.select(*_entry)
        .join(M, on=(M.id == E.member_id))
        .where(((M.id == p.id) | (M.merged_into == p.id)) & (E.id < p.before))
        .order_by(E.id.desc())
        .limit(p.most)
    )
)
LAPSING = freeze(
    lambda p: (
        M.select(ROOT, E.account, peewee.fn.SUM(E.amount), peewee.fn.SUM(E.amount))
        .join(E, on=(E.member_id == M.id))
        .where((E.account == "points") & _lapses(p.today))
        .group_by(ROOT)
        .having(peewee.fn.SUM(E.amount) > 0)
    )
)
"""Members whose lapsed lots come to more than what they have spent."""
NEXT_LAPSE = freeze(
    lambda p: (
        E.select(E.expires_on, peewee.fn.SUM(E.amount))
        .join(M, on=(M.id == E.member_id))
        .where(((M.id == p.id) | (M.merged_into == p.id)) & (E.account == "points") & (E.expires_on > p.today))
        .group_by(E.expires_on)
        .order_by(E.expires_on)
    )
)
MOVED = freeze(
    lambda p: (
        E.select(E.account, E.kind, peewee.fn.COUNT(E.id), peewee.fn.SUM(E.amount))
        .where((E.account != "spend") & (E.business_day >= p.first) & (E.business_day <= p.last))
        .group_by(E.account, E.kind)
        .order_by(E.account, E.kind)
    )
)
OWED = freeze(
    lambda p: (
        E.select(E.account, peewee.fn.SUM(E.amount))
        .where((E.account != "spend") & (E.business_day <= p.last))
        .group_by(E.account)
    )
)
