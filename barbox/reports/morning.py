"""The morning report: what yesterday came to, how that compares, and what today needs."""

import msgspec
import peewee

from barbox.core import names
from barbox.core.clock import days_after, rfc3339, show_day
from barbox.core.database import Database, Snapshot
from barbox.core.messages import View
from barbox.core.models import LAST_BACKUP, Counter
from barbox.core.money import show_quantity
from barbox.core.settings import read_venue
from barbox.core.statements import Statement, freeze
from barbox.orders.models import Order
from barbox.orders.queries import NOT_ENDED
from barbox.payments.models import DayClose, DrawerSession
from barbox.printing.models import PrintJob
from barbox.printing.rules import WAITING
from barbox.reports import deductions, queries
from barbox.reports.deductions import DeductionView
from barbox.reports.queries import Label, SalesRow, rows_of
from barbox.reservations.models import Reservation
from barbox.stock import queries as stock
from barbox.stock.commands import BatchRow, open_batches
from barbox.stock.kept_bottles.queries import BottleRow, code_of, to_remind
from barbox.stock.taps.queries import to_clean

MADE = "reports.morning"
"""The counter that tells for which business day the last one was made."""
MADE_AT = "reports.morning_at"
DIFFERED = "reports.differed"
"""The counter that tells how many roll-ups the last check had to put right."""
TOP = 5
STALE_BACKUP_MS = 26 * 3_600_000
LAPSES_WITHIN = 3
"""Days ahead in which a batch is told to lapse."""
HOLDS = ("booked", "waiting")

C, S, R = Counter, DrawerSession, Reservation
_COUNTER = freeze(lambda p: C.select(C.value).where(C.name == p.name))
_DRAWERS = freeze(
    lambda p: (
        S.select(S.z_number, S.staff_name, S.expected, S.counted)
        .where((S.business_day == p.day) & S.z_number.is_null(False))
        .order_by(S.z_number)
    )
)
_CLOSED = freeze(lambda p: DayClose.select(DayClose.number).where(DayClose.business_day == p.day))
_OPEN_ORDERS = freeze(
    Order.select(peewee.fn.COUNT(Order.id), peewee.fn.COALESCE(peewee.fn.SUM(Order.total - Order.paid), 0)).where(
        NOT_ENDED
    )
)
_PAPERS = freeze(PrintJob.select(peewee.fn.COUNT(PrintJob.id)).where(PrintJob.state.in_(WAITING)))
_BOOKED = freeze(
    lambda p: (
        R.select(R.id, R.name, R.covers, R.starts_at)
        .where((R.business_day == p.day) & R.status.in_(HOLDS))
        .order_by(R.starts_at, R.id)
    )
)
_LAST_SOLD = Statement("SELECT max(business_day) FROM sales_hour WHERE business_day < ?", ("day",))


class DrawerCounted(View):
    """A drawer's Z: over (positive) or short."""

    z_number: int
    staff_name: str
    expected: int
    counted: int
    over_short: int


class LowItem(View):
    item_id: int
    names: Label
    unit: str
    on_hand: float
    low_at: float


class LapsingBatch(View):
    """A batch that lapses within days, or has lapsed, and is probably still there; `expiresOn` is YYYYMMDD."""

    item_id: int
    names: Label
    unit: str
    left: float
    expires_on: int
    expired: bool


class LapsingBottle(View):
    """A guest's bottle whose last day comes soon: its guest is to be told."""

    bottle_id: int
    code: str
    names: Label
    until: str


class LineToClean(View):
    """A beer line to clean by a day; null: it never was."""

    tap_id: int
    names: Label
    clean_by: str | None
    overdue: bool


class Expected(View):
    """A party that booked for today."""

    reservation_id: int
    name: str | None
    covers: int
    starts_at: str


class Alarm(View):
    """Something to look at: `code` says what, `count` how many or how much."""

    code: str
    count: int


class MorningView(View):
    """Yesterday, and what today needs.

    `lastTime` is the same weekday a week before, `usually` the mean of the last four. Behind each figure stand orders:
    `of` "total" behind the total, "hour" behind an hour, "product", "staff", "tender", "void" and so on with the row's
    key, at /api/reports/orders of that day.
    """

    business_day: str
    made_at: str | None
    currency: str
    total: SalesRow
    last_time: SalesRow
    usually: SalesRow
    hours: list[SalesRow]
    products: list[SalesRow]
    staff: list[SalesRow]
    tenders: list[SalesRow]
    deductions: list[DeductionView]
    drawers: list[DrawerCounted]
    low: list[LowItem]
    low_count: int
    lapsing: list[LapsingBatch]
    lapsing_count: int
    bottles: list[LapsingBottle]
    cleanings: list[LineToClean]
    last_backup: str | None
    bookings: list[Expected]
    booked_covers: int
    alarms: list[Alarm]


class _Number(msgspec.Struct):
    value: int


class _Drawer(msgspec.Struct):
    z_number: int
    staff_name: str
    expected: int | None
    counted: int | None


class _Booked(msgspec.Struct):
    id: int
    name: str | None
    covers: int
    starts_at: int


class _Open(msgspec.Struct):
    count: int
    balance: int


async def last_sold(snapshot: Snapshot, today: int) -> int:
    """The last business day before today on which something was sold; 0 where there is none."""
    return int((await rows_of(snapshot, _LAST_SOLD, today))[0][0] or 0)


async def last_day(snapshot: Snapshot, today: int) -> int:
    """The business day that a morning is about: of the report made last, else the last that sold."""
    return max(await counter(snapshot, MADE), await last_sold(snapshot, today)) or days_after(today, -1)


async def read(database: Database, snapshot: Snapshot, day: int) -> MorningView:
    """The report of one business day (YYYYMMDD), with today's list."""
    venue, now = await read_venue(snapshot), database.clock.now()
    today = database.days.of(now)
    before = [await queries.total(snapshot, *[days_after(day, -7 * n)] * 2) for n in range(1, 5)]
    drawers = [
        DrawerCounted(row.z_number, row.staff_name, row.expected or 0, row.counted or 0, _over(row))
        for row in await snapshot.all(_DRAWERS, _Drawer, day=day)
    ]
    lacking = await stock.inventory(snapshot, stock.Asked(low=True, limit=TOP * 2))
    lapsing = await open_batches(snapshot, days_after(today, LAPSES_WITHIN))
    booked = await snapshot.all(_BOOKED, _Booked, day=max(today, days_after(day, 1)))
    last_backup = await counter(snapshot, LAST_BACKUP)
    made_at = await counter(snapshot, MADE_AT) if await counter(snapshot, MADE) == day else 0
    return MorningView(
        business_day=show_day(day),
        made_at=rfc3339(made_at) if made_at else None,
        currency=venue.currency,
        total=await queries.total(snapshot, day, day),
        last_time=before[0],
        usually=queries.mean(before),
        hours=await queries.by(snapshot, "hour", day, day, venue),
        products=(await queries.by(snapshot, "product", day, day, venue))[:TOP],
        staff=await queries.by(snapshot, "staff", day, day, venue),
        tenders=await queries.by(snapshot, "tender", day, day, venue),
        deductions=await deductions.read(snapshot, day, day),
        drawers=drawers,
        low=[
            LowItem(
                *(row.id, names.decode(row.names), row.unit),
                *(show_quantity(lacking.there(row.id)), show_quantity(row.low_at)),
            )
            for row in lacking.rows
        ],
        low_count=len(lacking.low),
        lapsing=[_lapsing(row, left, today) for row, left in lapsing[: TOP * 2]],
        lapsing_count=len(lapsing),
        bottles=[_bottle(row) for row in await to_remind(snapshot, today)],
        cleanings=[
            LineToClean(each.tap_id, each.names, each.clean_by, each.cleaning == "overdue")
            for each in await to_clean(snapshot, database.days, today, venue.language)
        ],
        last_backup=rfc3339(last_backup) if last_backup else None,
        bookings=[Expected(row.id, row.name, row.covers, rfc3339(row.starts_at)) for row in booked],
        booked_covers=sum(row.covers for row in booked),
        alarms=await _alarms(snapshot, day, drawers, last_backup < now - STALE_BACKUP_MS),
    )


async def _alarms(snapshot: Snapshot, day: int, drawers: list[DrawerCounted], no_backup: bool) -> list[Alarm]:
    open_orders = (await snapshot.all(_OPEN_ORDERS, _Open))[0]
    papers = (await snapshot.all(_PAPERS, _Number))[0].value
    closed = await snapshot.all(_CLOSED, _Number, day=day)
    found = [
        Alarm("no_backup", 1 if no_backup else 0),
        Alarm("day_not_closed", 0 if closed else 1),
        Alarm("orders_open", open_orders.count),
        Alarm("papers_waiting", papers),
        Alarm("drawer_differs", sum(each.over_short for each in drawers)),
        Alarm("figures_corrected", await counter(snapshot, DIFFERED)),
    ]
    return [each for each in found if each.count]


def _lapsing(row: BatchRow, left: int, today: int) -> LapsingBatch:
    on = row.expires_on or 0
    return LapsingBatch(row.item_id, names.decode(row.names), row.unit, show_quantity(left), on, on < today)


def _bottle(row: BottleRow) -> LapsingBottle:
    return LapsingBottle(row.id, code_of(row.number), names.decode(row.names), show_day(row.until))


def _over(row: _Drawer) -> int:
    return (row.counted or 0) - (row.expected or 0)


async def counter(snapshot: Snapshot, name: str) -> int:
    """What a counter stands at; 0 where there is none."""
    found = await snapshot.one(_COUNTER, _Number, name=name)
    return found.value if found else 0
