"""What moves in a member's ledger: every command here writes entries, and nothing ever changes one."""

import functools
from collections.abc import Iterable
from datetime import date

import msgspec

from barbox.core.clock import show_day
from barbox.core.errors import BadRequest, NotFound, WrongState
from barbox.core.transaction import Transaction
from barbox.members import ledger, queries, rules
from barbox.members.ledger import EntryRow, Holding, SumRow
from barbox.members.queries import BodyRow, MemberRow, TierRow
from barbox.members.rules import Account


class Guest(msgspec.Struct, frozen=True):
    """A member at a table: their number (after merging) and the tiers whose prices are theirs."""

    id: int
    tiers: frozenset[int]
    barred: str | None


def load_program(tx: Transaction) -> rules.Program:
    """Use through `tx.cached(load_program)`."""
    return queries.program_from(tx.all(queries.PROGRAM, BodyRow))


def load_tiers(tx: Transaction) -> tuple[rules.Tier, ...]:
    """Use through `tx.cached(load_tiers)`."""
    return queries.tiers_from(tx.all(queries.TIERS, TierRow))


def known(tx: Transaction, member_id: int) -> MemberRow:
    """A member; of a duplicate, whom it was merged into. Raises NotFound, also for one who was erased."""
    row = tx.one(queries.MEMBER, MemberRow, id=member_id)
    if row is not None and row.merged_into is not None:
        row = tx.one(queries.MEMBER, MemberRow, id=row.merged_into)
    if row is None or row.erased_at is not None:
        raise NotFound("member", member_id)
    return row


def holding(tx: Transaction, member_id: int) -> Holding:
    """What a member has now."""
    since = queries.window(tx.cached(load_program), tx.business_day)
    rows = tx.all(ledger.SUMS, SumRow, id=member_id, since=since, today=tx.business_day)
    return ledger.holdings(rows).get(member_id, Holding())


def guest(tx: Transaction, member_id: int, field: str = "memberId") -> Guest:
    """A member who is to be served. Raises BadRequest for somebody unknown."""
    try:
        row = known(tx, member_id)
    except NotFound:
        raise BadRequest(f"there is no member {member_id}", field) from None
    tiers = tx.cached(load_tiers)
    tier = rules.tier_of(tiers, holding(tx, row.id).spend, row.tier_id)
    return Guest(row.id, rules.tiers_up_to(tiers, tier), row.barred)


def settle(tx: Transaction, member_id: int, order_id: int, payment_id: int, sale: rules.Sale) -> int:
    """An order of theirs is settled: what was paid counts as spend, and earns points. Returns the points."""
    row, program, tiers = known(tx, member_id), tx.cached(load_program), tx.cached(load_tiers)
    tier = rules.tier_of(tiers, holding(tx, row.id).spend, row.tier_id)
    today = _today(tx)
    factor = rules.day_factor(program, today, row.birthday)
    points = rules.points_for(program, sale, factor, tier.earn if tier else rules.ORDINARY)
    lapse = rules.months_after(today, program.expiry_months) if program.expiry_months else None
    origin = functools.partial(write, tx, row.id, order_id=order_id, payment_id=payment_id)
    if sale.paid:
        origin("spend", "earned", sale.paid)
    if points:
        origin("points", "earned", points, expires_on=lapse, basis=sale.earning)
    if sale.paid or points:
        told(tx, "member.earned", row.id, {"orderId": order_id, "points": points, "spend": sale.paid})
    return points


def take_back(tx: Transaction, order_id: int, paid: int, earning: int) -> int:
    """Of an order's sale only so much is left paid (nothing when it is reopened): what it earned shrinks with it.

    Points that have lapsed meanwhile are not taken twice. Returns the points taken back.
    """
    entries = tx.all(ledger.OF_ORDER, EntryRow, order_id=order_id)
    back = {"points": 0, "spend": 0}
    member_id = 0
    for account in ("points", "spend"):
        of_account = [each for each in entries if each.account == account and each.kind in ("earned", "taken_back")]
        last = next((each for each in reversed(of_account) if each.kind == "earned"), None)
        if last is None or (last.expires_on or tx.business_day + 1) <= tx.business_day:
            continue
        left = paid if account == "spend" else rules.kept(last.amount, last.basis or 0, earning)
        back[account] = sum(each.amount for each in of_account) - left
        if back[account]:
            write(
                tx, last.member_id, account, "taken_back", -back[account], order_id=order_id, expires_on=last.expires_on
            )
            member_id = last.member_id
    if any(back.values()):
        told(tx, "member.earned", member_id, {"orderId": order_id, **{name: -each for name, each in back.items()}})
    return back["points"]


def pay_by_balance(tx: Transaction, member_id: int, order_id: int, payment_id: int, amount: int) -> None:
    """Pay from what was paid in, then from the bonus. Raises BadRequest for more than there is."""
    row = known(tx, member_id)
    has = holding(tx, row.id)
    own, bonus = rules.drawn(has.balance, has.bonus, amount)
    for account, part in (("balance", own), ("bonus", bonus)):
        if part:
            write(tx, row.id, account, "spent", -part, order_id=order_id, payment_id=payment_id)
    told(tx, "member.paid", row.id, {"orderId": order_id, "balance": own, "bonus": bonus})


def pay_by_points(tx: Transaction, member_id: int, order_id: int, payment_id: int, amount: int, total: int) -> None:
    """Pay `amount` of a bill of `total` by points. Raises BadRequest for more than there are."""
    row = known(tx, member_id)
    points = rules.points_needed(tx.cached(load_program), amount, total)
    write_off_lapsed(tx, row.id)
    if points > holding(tx, row.id).points:
        raise BadRequest(f"is more than the {holding(tx, row.id).points} points there are", "tenders")
    write(tx, row.id, "points", "spent", -points, order_id=order_id, payment_id=payment_id, basis=amount)
    told(tx, "member.paid", row.id, {"orderId": order_id, "points": points})


def give_back(tx: Transaction, payment_ids: Iterable[int], order_id: int, by_points: bool, amount: int) -> None:
    """Put back `amount` of what these payments took, what was taken last first, to whom it was taken from.

    Points come back in proportion to what they paid. Raises WrongState when less than that was taken.
    """
    left = amount
    for payment_id in sorted(set(payment_ids), reverse=True):
        entries = tx.all(ledger.OF_PAYMENT, EntryRow, payment_id=payment_id)
        accounts = ("points",) if by_points else ("bonus", "balance")
        for account in accounts:
            left -= _return(tx, [each for each in entries if each.account == account], order_id, left)
    if left:
        raise WrongState("the payment", "not a member's")


def _return(tx: Transaction, entries: list[EntryRow], order_id: int, amount: int) -> int:
    """Give back up to `amount` (minor units) of what one payment took of one account; returns how much."""
    spent = next((each for each in entries if each.kind == "spent"), None)
    if spent is None or amount == 0:
        return 0
    before = [each for each in entries if each.kind == "returned"]
    worth = -spent.amount if spent.basis is None else spent.basis
    returned = sum(each.amount if spent.basis is None else each.basis or 0 for each in before)
    part = min(amount, worth - returned)
    if part <= 0:
        return 0
    units, lapse = part, None
    if spent.basis is not None:
        units = -spent.amount * (returned + part) // worth - sum(each.amount for each in before)
        program = tx.cached(load_program)
        lapse = rules.months_after(_today(tx), program.expiry_months) if program.expiry_months else None
    write(
        tx,
        spent.member_id,
        spent.account,
        "returned",
        units,
        order_id=order_id,
        payment_id=spent.payment_id,
        basis=None if spent.basis is None else part,
        expires_on=lapse,
    )
    told(tx, "member.paid", spent.member_id, {"orderId": order_id, spent.account: -units})
    return part


def pay_in(tx: Transaction, member_id: int, amount: int) -> int:
    """Money for the balance, and the bonus that comes with it; returns the bonus."""
    row = known(tx, member_id)
    bonus = rules.bonus_for(tx.cached(load_program), amount)
    write(tx, row.id, "balance", "paid_in", amount)
    if bonus:
        write(tx, row.id, "bonus", "granted", bonus)
    told(tx, "member.paidin", row.id, {"amount": amount, "bonus": bonus})
    return bonus


def pay_out(tx: Transaction, member_id: int, amount: int, reason: str) -> int:
    """Hand out of the money paid in; with its last unit the bonus goes too. Returns the bonus that lapses.

    Raises BadRequest for more than was paid in.
    """
    row = known(tx, member_id)
    has = holding(tx, row.id)
    if not 0 < amount <= has.balance:
        raise BadRequest(f"is not between 1 and the {has.balance} paid in", "amount")
    write(tx, row.id, "balance", "paid_out", -amount, reason=reason)
    lapses = has.bonus if amount == has.balance else 0
    if lapses:
        write(tx, row.id, "bonus", "lapsed", -lapses, reason=reason)
    told(tx, "member.paidout", row.id, {"amount": amount, "bonus": lapses, "reason": reason})
    return lapses


def adjust(tx: Transaction, member_id: int, account: Account, amount: int, reason: str) -> None:
    """Correct an account by hand. Raises BadRequest where less than nothing would be left."""
    row = known(tx, member_id)
    write_off_lapsed(tx, row.id)
    if getattr(holding(tx, row.id), account) + amount < 0:
        raise BadRequest("would leave less than nothing", "amount")
    write(tx, row.id, account, "adjusted", amount, reason=reason)
    told(tx, "member.adjusted", row.id, {"account": account, "amount": amount, "reason": reason})


def write_off_lapsed(tx: Transaction, member_id: int) -> int:
    """Enter the points that have lapsed; returns how many."""
    points = holding(tx, member_id).lapsed
    if points:
        write(tx, member_id, "points", "expired", -points)
        told(tx, "member.lapsed", member_id, {"points": points})
    return points


def write_off_all_lapsed(tx: Transaction) -> int:
    """The same for everybody, now and then; returns how many members it was."""
    rows = tx.all(ledger.LAPSING, SumRow, today=tx.business_day)
    for row in rows:
        write_off_lapsed(tx, row.member_id)
    return len(rows)


def write(
    tx: Transaction,
    member_id: int,
    account: str,
    kind: str,
    amount: int,
    *,
    order_id: int | None = None,
    payment_id: int | None = None,
    expires_on: int | None = None,
    basis: int | None = None,
    reason: str | None = None,
) -> None:
    """One entry."""
    tx.execute(
        ledger.INSERT,
        member_id=member_id,
        account=account,
        kind=kind,
        amount=amount,
        at=tx.now,
        business_day=tx.business_day,
        staff_id=tx.actor.staff_id,
        order_id=order_id,
        payment_id=payment_id,
        expires_on=expires_on,
        basis=basis,
        reason=reason,
    )


def told(tx: Transaction, kind: str, member_id: int, facts: object) -> None:
    """Journal what moved, by the member's number alone, and tell the rooms what they have now."""
    has = holding(tx, member_id)
    state = {"memberId": member_id, "points": has.points, "balance": has.balance, "bonus": has.bonus}
    tx.emit(kind, f"member:{member_id}", facts, state=state, rooms=("floor", "office"))


def _today(tx: Transaction) -> date:
    return date.fromisoformat(show_day(tx.business_day))
