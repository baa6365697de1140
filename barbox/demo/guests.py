"""The sample bar's members and tonight's bookings."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from barbox.core.clock import show_day
from barbox.core.transaction import Transaction
from barbox.demo.sample import SampleBar
from barbox.floor.queries import load_tables
from barbox.members.commands import EditMember, EditTier, adjust, join, save_program, save_tier
from barbox.members.rules import Account, BonusStep, Program
from barbox.reservations.commands import EditReservation, book

SMALL_HOURS = time(6)
BROUGHT = "老会员迁移"


def fill_members(tx: Transaction, bar: SampleBar) -> list[int]:
    """Tiers, bonus steps, and members with what they have; returns the members' numbers."""
    numbers = []
    for tier in bar.tiers:
        save_tier(tx, None, EditTier({"zh": tier.names.zh, "en": tier.names.en}, tier.spend, tier.earn))
    steps = [BonusStep(50_000, 5_000), BonusStep(100_000, 15_000)]
    save_program(tx, Program(bonuses=steps, birthday_factor=200))
    for each in bar.members:
        edit = EditMember(each.name, each.phone, birthday=each.birthday, note=each.note, consent=True)
        member_id = join(tx, edit).id
        brought: dict[Account, int] = {"points": each.points, "spend": each.spend, "balance": each.balance}
        for account, amount in brought.items():
            if amount:
                adjust(tx, member_id, account, amount, BROUGHT)
        numbers.append(member_id)
    return numbers


def fill_bookings(tx: Transaction, bar: SampleBar) -> None:
    """Who is expected tonight."""
    numbers = {table.name: table.id for table in tx.cached(load_tables).values()}
    evening, zone = datetime.fromisoformat(show_day(tx.business_day)), ZoneInfo(bar.venue.timezone)
    for booking in bar.bookings:
        at = time.fromisoformat(booking.time)
        day = evening.date() + timedelta(days=at < SMALL_HOURS)
        book(
            tx,
            EditReservation(
                covers=booking.covers,
                starts_at=datetime.combine(day, at, zone),
                name=booking.name,
                phone=booking.phone,
                table_ids=[numbers[name] for name in booking.tables],
                note=booking.note,
                deposit_amount=booking.deposit,
            ),
        )
