"""Members, read: found by phone, card, code or name; with what they have, their tier, and their ledger."""

import re
from datetime import date
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.clock import rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound
from barbox.core.messages import View
from barbox.core.statements import freeze
from barbox.members import ledger, rules
from barbox.members.ledger import EntryRow, Holding, SumRow
from barbox.members.models import Member, MemberProgram, MemberTier

M, T = Member, MemberTier
EVER = 0
LAST_ID = 2**53


class MemberRow(msgspec.Struct):
    """The columns of `member`, in their order."""

    id: int
    name: str | None
    initials: str | None
    phone: str | None
    card: str | None
    code: str | None
    birthday: str | None
    note: str | None
    consent_at: int | None
    joined_at: int
    staff_id: int | None
    tier_id: int | None
    barred: str | None
    merged_into: int | None
    erased_at: int | None


class TierRow(msgspec.Struct):
    id: int
    names: str
    spend: int
    earn: int


class BodyRow(msgspec.Struct):
    body: str


class IdRow(msgspec.Struct):
    id: int


class _AccountRow(msgspec.Struct):
    account: str
    total: int


class _MovedRow(msgspec.Struct):
    account: str
    kind: str
    count: int
    amount: int


class _LapseRow(msgspec.Struct):
    on: int
    points: int


class TierView(View):
    """`spend` reaches it (minor units in the months that count), `earn` is how fast points come, in percent."""

    id: int
    name: str
    names: dict[str, str]
    spend: int
    earn: int


class MemberView(View):
    """`balance` was paid in, `bonus` given on top: both pay. `nextTier` is reached with `spendToNext` more."""

    member_id: int
    name: str | None
    phone: str | None
    card: str | None
    code: str | None
    birthday: str | None
    note: str | None
    consent: bool
    joined_at: str
    tier: TierView | None
    given_tier_id: int | None
    next_tier: TierView | None
    spend_to_next: int
    barred: str | None
    erased: bool
    points: int
    points_worth: int
    balance: int
    bonus: int
    spend: int


class NamedView(View):
    """By what somebody is found; a duplicate's phone and card find whom it was merged into."""

    member_id: int
    name: str | None
    initials: str | None
    phone: str | None
    card: str | None
    code: str | None


class EntryView(View):
    """One movement of a member's ledger; `account` is points, balance, bonus or spend."""

    entry_id: int
    account: str
    kind: str
    amount: int
    at: str
    business_day: str
    staff_id: int | None
    order_id: int | None
    payment_id: int | None
    expires_on: str | None
    reason: str | None


class LapseView(View):
    on: str
    points: int


class MovedView(View):
    account: str
    kind: str
    count: int
    amount: int


class LiabilityView(View):
    """What the bar owes its members at the end of `last`, and what moved from `first` to `last`.

    `balance` is their own money, `bonus` what was given on top; `pointsWorth` what their points would pay.
    """

    first: str
    last: str
    balance: int
    bonus: int
    points: int
    points_worth: int
    moved: list[MovedView]


_MEMBER = tuple(getattr(M, name) for name in MemberRow.__struct_fields__)
MEMBER = freeze(lambda p: M.select(*_MEMBER).where(M.id == p.id))
TIERS = freeze(T.select(T.id, T.names, T.spend, T.earn).where(T.hidden == 0).order_by(T.spend, T.id))
PROGRAM = freeze(MemberProgram.select(MemberProgram.body))

_decode_program = msgspec.json.Decoder(rules.Program).decode


def program_from(rows: list[BodyRow]) -> rules.Program:
    """The rules in force: the defaults where nobody has decided yet."""
    return _decode_program(rows[0].body) if rows else rules.Program()


def tiers_from(rows: list[TierRow]) -> tuple[rules.Tier, ...]:
    """Tiers, the lowest first."""
    return tuple(rules.Tier(row.id, names.decode(row.names), row.spend, row.earn) for row in rows)


def window(program: rules.Program, today: int) -> int:
    """The first day (YYYYMMDD) whose spend counts for a tier."""
    if not program.tier_months:
        return EVER
    return rules.months_after(date.fromisoformat(show_day(today)), -program.tier_months)


async def read_program(snapshot: Snapshot) -> rules.Program:
    """The rules in force."""
    return program_from(await snapshot.all(PROGRAM, BodyRow))


async def read_tiers(snapshot: Snapshot) -> tuple[rules.Tier, ...]:
    """Tiers, the lowest first."""
    return tiers_from(await snapshot.all(TIERS, TierRow))


async def read(snapshot: Snapshot, member_id: int, today: int, language: str) -> MemberView:
    """One member; of a duplicate, whom it was merged into. Raises NotFound."""
    return (await _views(snapshot, [await _row(snapshot, member_id)], today, language))[0]


async def tiers_of(snapshot: Snapshot, member_id: int, today: int) -> frozenset[int]:
    """The tiers whose prices a member has. Raises NotFound."""
    row, tiers = await _row(snapshot, member_id), await read_tiers(snapshot)
    holdings = await _holdings(snapshot, {row.id}, await read_program(snapshot), today)
    return rules.tiers_up_to(tiers, rules.tier_of(tiers, holdings.get(row.id, Holding()).spend, row.tier_id))


async def some(snapshot: Snapshot, member_ids: list[int], today: int, language: str) -> list[MemberView]:
    """These members, duplicates as they were numbered then: an open order may name one."""
    rows = await snapshot.all(M.select(*_MEMBER).where(M.id.in_(member_ids)), MemberRow)
    return await _views(snapshot, rows, today, language)


async def search(snapshot: Snapshot, text: str, limit: int, today: int, language: str) -> list[MemberView]:
    """Members by the digits of a phone or card, by what their QR code says, by a part or the initials of a name."""
    wanted = text.strip()
    which: Any = M.erased_at.is_null()
    if wanted:
        digits = re.sub(r"[\s().\-]", "", wanted)
        found = (M.code == wanted.upper()) | (M.card == wanted)
        if re.fullmatch(r"[mM]\d{1,15}", wanted):
            found |= M.id == int(wanted[1:])
        if re.fullmatch(r"\+?\d{3,16}", digits):
            found |= M.phone.contains(digits) | M.card.startswith(digits)
        elif not digits.isdecimal():
            found |= M.name.contains(wanted) | M.initials.startswith(wanted.lower())
        which &= found
    query: Any = M.select(ledger.ROOT).where(which).order_by(M.id.desc()).limit(limit).distinct()
    roots = [row.id for row in await snapshot.all(query, IdRow)]
    views = await some(snapshot, roots, today, language)
    return sorted((each for each in views if not each.erased), key=lambda each: -each.member_id)


async def directory(snapshot: Snapshot) -> list[NamedView]:
    """Everybody, by what they are found."""
    everybody = M.select(ledger.ROOT, M.name, M.initials, M.phone, M.card, M.code).where(M.erased_at.is_null())
    return await snapshot.all(everybody.order_by(M.id.desc()), NamedView)


async def history(snapshot: Snapshot, member_id: int, before: int, limit: int) -> list[EntryView]:
    """A member's ledger, newest first."""
    rows = await snapshot.all(ledger.HISTORY, EntryRow, id=member_id, before=before, most=limit)
    return [entry_view(row) for row in rows]


async def lapsing(snapshot: Snapshot, member_id: int, holding_points: int, today: int) -> list[LapseView]:
    """When how many of the points a member has will lapse, soonest first."""
    rows = await snapshot.all(ledger.NEXT_LAPSE, _LapseRow, id=member_id, today=today)
    never = holding_points - sum(row.points for row in rows)
    views, used = [], max(0, -never)
    for row in rows:
        left = max(0, row.points - used)
        used = max(0, used - row.points)
        if left:
            views.append(LapseView(show_day(row.on), left))
    return views


async def family(snapshot: Snapshot, member_id: int) -> list[int]:
    """A member's number with those of the duplicates merged into it."""
    return [row.id for row in await snapshot.all(ledger.FAMILY, IdRow, id=member_id)]


async def liability(snapshot: Snapshot, first: int, last: int) -> LiabilityView:
    """What the bar owes its members, and how it came to that."""
    owed = {row.account: row.total for row in await snapshot.all(ledger.OWED, _AccountRow, last=last)}
    moved = await snapshot.all(ledger.MOVED, _MovedRow, first=first, last=last)
    program = await read_program(snapshot)
    return LiabilityView(
        first=show_day(first),
        last=show_day(last),
        balance=owed.get("balance", 0),
        bonus=owed.get("bonus", 0),
        points=owed.get("points", 0),
        points_worth=owed.get("points", 0) * program.point_value,
        moved=[MovedView(row.account, row.kind, row.count, row.amount) for row in moved],
    )


def tier_view(tier: rules.Tier, language: str) -> TierView:
    """A tier as the API shows it."""
    return TierView(tier.id, names.first(tier.names, language), tier.names, tier.spend, tier.earn)


def entry_view(row: EntryRow) -> EntryView:
    """A movement as the API shows it."""
    return EntryView(
        entry_id=row.id,
        account=row.account,
        kind=row.kind,
        amount=row.amount,
        at=rfc3339(row.at),
        business_day=show_day(row.business_day),
        staff_id=row.staff_id,
        order_id=row.order_id,
        payment_id=row.payment_id,
        expires_on=show_day(row.expires_on) if row.expires_on else None,
        reason=row.reason,
    )


async def _row(snapshot: Snapshot, member_id: int) -> MemberRow:
    row = await snapshot.one(MEMBER, MemberRow, id=member_id)
    if row is not None and row.merged_into is not None:
        row = await snapshot.one(MEMBER, MemberRow, id=row.merged_into)
    if row is None:
        raise NotFound("member", member_id)
    return row


async def _holdings(snapshot: Snapshot, roots: set[int], program: rules.Program, today: int) -> dict[int, Holding]:
    """What these members have, with what came from their duplicates."""
    which = M.id.in_(roots) | M.merged_into.in_(roots)
    return ledger.holdings(await snapshot.all(ledger.sums(which, window(program, today), today), SumRow))


async def _views(snapshot: Snapshot, rows: list[MemberRow], today: int, language: str) -> list[MemberView]:
    program, tiers = await read_program(snapshot), await read_tiers(snapshot)
    roots = {row.merged_into or row.id for row in rows}
    holdings = await _holdings(snapshot, roots, program, today)
    return [_view(row, holdings.get(row.merged_into or row.id, Holding()), program, tiers, language) for row in rows]


def _view(
    row: MemberRow, holding: Holding, program: rules.Program, tiers: tuple[rules.Tier, ...], language: str
) -> MemberView:
    tier = rules.tier_of(tiers, holding.spend, row.tier_id)
    following = rules.next_tier(tiers, tier)
    return MemberView(
        member_id=row.id,
        name=row.name,
        phone=row.phone,
        card=row.card,
        code=row.code,
        birthday=row.birthday,
        note=row.note,
        consent=row.consent_at is not None,
        joined_at=rfc3339(row.joined_at),
        tier=tier_view(tier, language) if tier else None,
        given_tier_id=row.tier_id,
        next_tier=tier_view(following, language) if following else None,
        spend_to_next=max(0, following.spend - holding.spend) if following else 0,
        barred=row.barred,
        erased=row.erased_at is not None,
        points=holding.points,
        points_worth=max(0, holding.points) * program.point_value,
        balance=holding.balance,
        bonus=holding.bonus,
        spend=holding.spend,
    )
