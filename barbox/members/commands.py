"""Joining, changing, merging and forgetting members. The journal refers to them by number and never tells a name."""

from typing import Annotated

import msgspec
from msgspec import Meta

from barbox.core import ids
from barbox.core.errors import AlreadyThere, BadRequest, NotFound, WrongState
from barbox.core.messages import Amount, Body, Id, Made
from barbox.core.names import Names, encode
from barbox.core.transaction import Transaction
from barbox.members import ledger, rules
from barbox.members.accounts import Guest as Guest
from barbox.members.accounts import adjust as adjust
from barbox.members.accounts import give_back as give_back
from barbox.members.accounts import guest as guest
from barbox.members.accounts import holding as holding
from barbox.members.accounts import known, load_tiers, told, write, write_off_lapsed
from barbox.members.accounts import load_program as load_program
from barbox.members.accounts import pay_by_balance as pay_by_balance
from barbox.members.accounts import pay_by_points as pay_by_points
from barbox.members.accounts import pay_in as pay_in
from barbox.members.accounts import pay_out as pay_out
from barbox.members.accounts import settle as settle
from barbox.members.accounts import take_back as take_back
from barbox.members.accounts import write_off_all_lapsed as write_off_all_lapsed
from barbox.members.models import Member, MemberProgram, MemberTier
from barbox.members.queries import MEMBER, IdRow, MemberRow

M = Member


class EditMember(Body):
    """Somebody by phone or card; `birthday` is "1990-05-17", or "05-17" of who keeps the year.

    `consent` is their word that they may be written to. `givenTierId`: never below this tier.
    """

    name: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    phone: Annotated[str, Meta(max_length=24)] | None = None
    card: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    birthday: Annotated[str, Meta(pattern=r"^(\d{4}-)?\d{2}-\d{2}$")] | None = None
    note: Annotated[str, Meta(max_length=300)] | None = None
    consent: bool = False
    given_tier_id: Id | None = None


class EditTier(Body):
    """`spend` reaches it; `earn` is how fast its members' points come, in percent."""

    names: Names
    spend: Amount
    earn: Annotated[int, Meta(ge=0, le=2_000)] = rules.ORDINARY


class Adjust(Body):
    account: rules.Account
    amount: Annotated[int, Meta(ge=-(10**9), le=10**9)]
    reason: Annotated[str, Meta(min_length=2, max_length=200)]


class Bar(Body):
    """Why somebody is not welcome; without a reason they are again."""

    reason: Annotated[str, Meta(min_length=2, max_length=200)] | None = None


class MergeMember(Body):
    """The duplicate that becomes part of this member."""

    member_id: Id


def save_program(tx: Transaction, program: rules.Program) -> rules.Program:
    """The rules of the house from now on."""
    text = msgspec.json.encode(program).decode()
    tx.run(MemberProgram.delete())
    tx.run(MemberProgram.insert(id=1, body=text))
    tx.invalidate(load_program)
    tx.emit("member.program", "program", program, state=program, rooms=("floor", "office"))
    return program


def save_tier(tx: Transaction, tier_id: int | None, body: EditTier) -> Made:
    """Add a tier or change one. Raises NotFound."""
    row = {"names": encode(body.names), "spend": body.spend, "earn": body.earn}
    if tier_id is None:
        tier_id = int(tx.run(MemberTier.insert(**row)).lastrowid or 0)
    elif tx.run(MemberTier.update(**row).where((MemberTier.id == tier_id) & (MemberTier.hidden == 0))).rowcount == 0:
        raise NotFound("tier", tier_id)
    return _tier_told(tx, tier_id, body)


def hide_tier(tx: Transaction, tier_id: int) -> None:
    """Do without a tier. Raises WrongState for the last one."""
    tiers = tx.cached(load_tiers)
    if all(each.id != tier_id for each in tiers):
        raise NotFound("tier", tier_id)
    if len(tiers) == 1:
        raise WrongState("the tier", "the only one")
    tx.run(MemberTier.update(hidden=1).where(MemberTier.id == tier_id))
    tx.run(M.update(tier_id=None).where(M.tier_id == tier_id))
    _tier_told(tx, tier_id, {"hidden": True})


def _tier_told(tx: Transaction, tier_id: int, facts: object) -> Made:
    tx.invalidate(load_tiers)
    tx.emit("member.program", f"tier:{tier_id}", facts, rooms=("floor", "office"))
    return Made(tier_id)


def join(tx: Transaction, body: EditMember) -> Made:
    """A new member. Raises BadRequest without phone and card, AlreadyThere for one that somebody has."""
    row = _checked(tx, None, body)
    row |= {"code": ids.scanned_code()[:16], "joined_at": tx.now, "staff_id": tx.actor.staff_id}
    row |= {"consent_at": tx.now if body.consent else None}
    member_id = int(tx.run(M.insert(**row)).lastrowid or 0)
    told(tx, "member.joined", member_id, {"consent": body.consent})
    return Made(member_id)


def change(tx: Transaction, member_id: int, body: EditMember) -> Made:
    """Change what is known of somebody. Raises NotFound, and as `join` does."""
    before = known(tx, member_id)
    row = _checked(tx, before.id, body)
    row["consent_at"] = (before.consent_at or tx.now) if body.consent else None
    if body.given_tier_id != before.tier_id and not tx.actor.may("member.manage"):
        row["tier_id"] = before.tier_id
    changed = sorted(name for name, value in row.items() if value != getattr(before, name) and name != "initials")
    tx.run(M.update(**row).where(M.id == before.id))
    told(tx, "member.changed", before.id, {"fields": changed})
    return Made(before.id)


def bar(tx: Transaction, member_id: int, reason: str | None) -> Made:
    """Put somebody on the list of those who are not welcome, or take them off it."""
    row = known(tx, member_id)
    tx.run(M.update(barred=reason).where(M.id == row.id))
    told(tx, "member.barred", row.id, {"barred": reason is not None})
    return Made(row.id)


def must_be_welcome(tx: Transaction, found: Guest) -> None:
    """Raises WrongState for somebody barred, unless a manager takes it upon themselves."""
    if found.barred is not None and not tx.actor.may("member.manage"):
        raise WrongState("the member", f"barred: {found.barred}")


def by_phone(tx: Transaction, phone: str) -> Guest | None:
    """Who has this phone, as somebody to be served; None where nobody has."""
    found = tx.one(M.select(M.id).where((M.phone == phone) & M.merged_into.is_null()), IdRow)
    return guest(tx, found.id) if found else None


def merge(tx: Transaction, member_id: int, other_id: int) -> Made:
    """Make one of two: the other's points, money and visits are this one's; nothing of either ledger is touched.

    What is not known of this one is taken from the other. Raises BadRequest for the same person twice.
    """
    kept, other = known(tx, member_id), known(tx, other_id)
    if kept.id == other.id:
        raise BadRequest("is the same member", "memberId")
    tx.run(M.update(merged_into=kept.id).where((M.id == other.id) | (M.merged_into == other.id)))
    known_of = ("name", "initials", "phone", "card", "birthday", "note", "consent_at", "barred", "tier_id")
    fill = {name: getattr(other, name) for name in known_of if getattr(kept, name) is None}
    if kept.name is not None:
        fill.pop("initials", None)
    if fill:
        tx.run(M.update(**fill).where(M.id == kept.id))
    told(tx, "member.merged", kept.id, {"merged": other.id})
    return Made(kept.id)


def erase(tx: Transaction, member_id: int) -> list[int]:
    """Forget who somebody is; figures stay, without a name. Returns their numbers, duplicates included.

    Raises WrongState while the bar owes them money: it is paid out first.
    """
    row = known(tx, member_id)
    if holding(tx, row.id).balance:
        raise WrongState("the balance", "not paid out")
    write_off_lapsed(tx, row.id)
    has = holding(tx, row.id)
    for account, amount in (("points", has.points), ("bonus", has.bonus)):
        if amount:
            write(tx, row.id, account, "lapsed", -amount)
    family = [each.id for each in tx.all(ledger.FAMILY, IdRow, id=row.id)]
    personal = ("name", "initials", "phone", "card", "code", "birthday", "note", "consent_at", "barred", "tier_id")
    tx.run(M.update(erased_at=tx.now, **dict.fromkeys(personal)).where(M.id.in_(family)))
    told(tx, "member.erased", row.id, {"members": family})
    return family


def entries_of(tx: Transaction, member_id: int) -> list[MemberRow]:
    """Somebody as they were written down: their own entry, and the duplicates that were merged into it."""
    rows = [tx.one(MEMBER, MemberRow, id=each.id) for each in tx.all(ledger.FAMILY, IdRow, id=member_id)]
    return [row for row in rows if row is not None]


def person_of(tx: Transaction, member_id: int) -> MemberRow:
    """What is known of somebody, for those above who write it down elsewhere. Raises NotFound."""
    return known(tx, member_id)


def _checked(tx: Transaction, member_id: int | None, body: EditMember) -> dict[str, object]:
    if body.phone is None and body.card is None:
        raise BadRequest("a phone or a card is needed", "phone")
    phone = rules.phone_number(body.phone) if body.phone is not None else None
    for what, column, value in (("phone", M.phone, phone), ("card", M.card, body.card)):
        taken = M.select(M.id).where((column == value) & M.merged_into.is_null() & (M.id != (member_id or 0)))
        if value is not None and tx.run(taken).fetchone():
            raise AlreadyThere(f"a member with this {what}")
    if body.given_tier_id is not None and all(each.id != body.given_tier_id for each in tx.cached(load_tiers)):
        raise BadRequest(f"there is no tier {body.given_tier_id}", "givenTierId")
    return {
        "name": body.name,
        "initials": rules.initials(body.name or "") or None,
        "phone": phone,
        "card": body.card,
        "birthday": rules.checked_birthday(body.birthday) if body.birthday is not None else None,
        "note": body.note or None,
        "tier_id": body.given_tier_id if tx.actor.may("member.manage") else None,
    }
