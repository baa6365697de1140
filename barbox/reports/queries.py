"""What the roll-ups say of some business days, by hour, day, week, product, person, table and so on."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from barbox.core import names
from barbox.core.clock import as_date, show_day
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.settings import Venue
from barbox.core.statements import Statement
from barbox.reports.sales import SETTLED

By = Literal["hour", "day", "week", "month", "product", "category", "staff", "tender", "table", "area", "tax"]
Label = dict[str, str]
_SETTLED_SUMS = ", ".join(f"coalesce(sum({name}), 0)" for name in SETTLED)
_DAYS = "business_day BETWEEN ? AND ?"


def _sums(table: str, key: str, more: str = "") -> Statement:
    return Statement(
        f"SELECT {key}, {_SETTLED_SUMS}{more} FROM {table} WHERE {_DAYS} GROUP BY 1",  # noqa: S608
        ("first", "last"),
    )


TOTAL = _sums("sales_hour", "0")
_BY_HOUR = _sums("sales_hour", "hour")
BY_DAY = _sums("sales_hour", "business_day")
_BY_STAFF = _sums("sales_staff", "staff_id")
_BY_TABLE = _sums("sales_table", "table_id", ", sum(seatings), sum(minutes)")
_BY_AREA = _sums("sales_table", "area_id", ", sum(seatings), sum(minutes)")
_PRODUCTS = """SELECT product_id, sum(quantity), sum(in_sets), sum(amount), sum(discount), sum(comped_quantity),
 sum(comped) FROM sales_product WHERE business_day BETWEEN ? AND ? GROUP BY 1"""
BY_PRODUCT = Statement(_PRODUCTS, ("first", "last"))
_BY_TENDER = Statement(
    "SELECT method, sum(count), sum(amount), sum(tip), sum(rounding), sum(refunded) FROM money_taken"
    " WHERE business_day BETWEEN ? AND ? GROUP BY 1",
    ("first", "last"),
)
_BY_TAX = Statement(
    f"SELECT tax_rate_id, rate, sum(gross), sum(tax) FROM tax_taken WHERE {_DAYS} GROUP BY 1, 2",  # noqa: S608
    ("first", "last"),
)
_OF_PERSON = Statement(
    f"SELECT 0, {_SETTLED_SUMS} FROM sales_staff WHERE staff_id = ? AND {_DAYS}",  # noqa: S608
    ("staff_id", "first", "last"),
)
_TAKEN_BY = Statement(
    "SELECT method, sum(count), sum(amount), sum(tip), sum(rounding), sum(refunded) FROM money_taken"
    " WHERE staff_id = ? AND business_day BETWEEN ? AND ? GROUP BY 1",
    ("staff_id", "first", "last"),
)
STAFF_NAMES = Statement("SELECT id, name FROM staff", ())
_TABLE_NAMES = Statement("SELECT id, name FROM dining_table", ())
_AREA_NAMES = Statement("SELECT id, names FROM area", ())
_RATE_NAMES = Statement("SELECT id, names FROM tax_rate", ())
CATEGORY_NAMES = Statement("SELECT id, names FROM category", ())
PRODUCT_NAMES = Statement("SELECT id, names, category_id FROM product", ())
UNKNOWN: Label = {"en": "None", "zh": "无"}


class SalesRow(View, omit_defaults=True):
    """Figures of one key, in minor units; what does not apply to it is absent.

    `amount` is what the menu asks, total = amount - discount + service + cover (+ tax where prices exclude it);
    `refunded` was given back afterwards, `net` = total - refunded. By product and category `total` is amount -
    discount. By tender `total` is what was taken less refunds, `count` how often; by tax it is gross.
    """

    key: str
    names: Label
    total: int
    net: int
    orders: int | None = None
    covers: int | None = None
    count: int | None = None
    quantity: float | None = None
    in_sets: float | None = None
    amount: int | None = None
    discount: int | None = None
    service: int | None = None
    cover: int | None = None
    tax: int | None = None
    comped: int | None = None
    comped_quantity: float | None = None
    refunded: int | None = None
    tips: int | None = None
    rounding: int | None = None
    seatings: int | None = None
    turn_minutes: int | None = None
    """How long a party stayed, on average."""


async def by(snapshot: Snapshot, what: By, first: int, last: int, venue: Venue) -> list[SalesRow]:
    """Figures of some business days (YYYYMMDD, both included), one row for each key that has any."""
    rows: list[SalesRow] = await _WAYS[what](snapshot, first, last, venue)
    return rows


async def total(snapshot: Snapshot, first: int, last: int) -> SalesRow:
    """All of them together."""
    rows = await rows_of(snapshot, TOTAL, first, last)
    return _settled("total", {}, rows[0] if rows else (0,) * 11)


async def of_person(snapshot: Snapshot, staff_id: int, first: int, last: int) -> tuple[SalesRow, list[SalesRow]]:
    """What one person sold, and the money they took by its means."""
    rows = await rows_of(snapshot, _OF_PERSON, staff_id, first, last)
    money = await rows_of(snapshot, _TAKEN_BY, staff_id, first, last)
    return _settled(str(staff_id), {}, rows[0] if rows else (0,) * 11), _largest(_tendered(row) for row in money)


def mean(rows: Sequence[SalesRow]) -> SalesRow:
    """What totals usually come to; before there was a bar, nothing was usual."""
    rows = [row for row in rows if row.orders] or rows[:1]
    sums = {
        name: round(sum(getattr(row, name) or 0 for row in rows) / len(rows))
        for name in ("total", "net", "orders", "covers", "amount", "discount", "service", "cover", "tax", "comped")
    }
    return SalesRow("usually", {}, refunded=round(sum(row.refunded or 0 for row in rows) / len(rows)), **sums)


async def _by_hour(snapshot: Snapshot, first: int, last: int, venue: Venue) -> list[SalesRow]:
    begins = venue.cutoff // 60
    rows = sorted(await rows_of(snapshot, _BY_HOUR, first, last), key=lambda row: (row[0] - begins) % 24)
    return [_settled(str(row[0]), same(f"{row[0]:02d}:00"), row) for row in rows]


async def _by_day(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    return [
        _settled(show_day(row[0]), same(show_day(row[0])), row) for row in await rows_of(snapshot, BY_DAY, first, last)
    ]


def _by_span(starts: Callable[[date], date]) -> "Way":
    """Days folded into longer spans, known by their first day."""

    async def folded(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
        spans: dict[str, list[int]] = {}
        for day, *sums in await rows_of(snapshot, BY_DAY, first, last):
            span = starts(date.fromisoformat(show_day(day))).isoformat()
            before = spans.get(span, [0] * len(sums))
            spans[span] = [a + b for a, b in zip(before, sums, strict=True)]
        return [_settled(span, same(span), (0, *sums)) for span, sums in spans.items()]

    return folded


async def _by_staff(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    called = {row[0]: same(row[1]) for row in await rows_of(snapshot, STAFF_NAMES)} | {0: same("Barbox")}
    rows = await rows_of(snapshot, _BY_STAFF, first, last)
    return _largest(_settled(str(row[0]), called.get(row[0], UNKNOWN), row) for row in rows)


async def _by_table(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    called = {row[0]: same(row[1]) for row in await rows_of(snapshot, _TABLE_NAMES)}
    rows = await rows_of(snapshot, _BY_TABLE, first, last)
    return _largest(_seated(str(row[0]), called.get(row[0], UNKNOWN), row) for row in rows)


async def _by_area(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    called = {row[0]: names.decode(row[1]) for row in await rows_of(snapshot, _AREA_NAMES)}
    rows = await rows_of(snapshot, _BY_AREA, first, last)
    return _largest(_seated(str(row[0]), called.get(row[0], UNKNOWN), row) for row in rows)


async def _by_product(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    called = {row[0]: names.decode(row[1]) for row in await rows_of(snapshot, PRODUCT_NAMES)}
    rows = await rows_of(snapshot, BY_PRODUCT, first, last)
    return _largest(_sold(str(row[0]), called.get(row[0], UNKNOWN), row[1:]) for row in rows)


async def _by_category(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    """By the category in which a product stands now."""
    called = {row[0]: names.decode(row[1]) for row in await rows_of(snapshot, CATEGORY_NAMES)}
    of = {row[0]: row[2] for row in await rows_of(snapshot, PRODUCT_NAMES)}
    sums: dict[int, list[int]] = {}
    for product_id, *sold in await rows_of(snapshot, BY_PRODUCT, first, last):
        category = of.get(product_id, 0)
        sums[category] = [a + b for a, b in zip(sums.get(category, [0] * 6), sold, strict=True)]
    return _largest(_sold(str(key), called.get(key, UNKNOWN), row) for key, row in sums.items())


async def _by_tender(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    rows = await rows_of(snapshot, _BY_TENDER, first, last)
    return _largest(_tendered(row) for row in rows)


async def _by_tax(snapshot: Snapshot, first: int, last: int, _venue: Venue) -> list[SalesRow]:
    called = {row[0]: names.decode(row[1]) for row in await rows_of(snapshot, _RATE_NAMES)}
    rows = await rows_of(snapshot, _BY_TAX, first, last)
    return [
        SalesRow(f"{rate_id}:{rate}", called.get(rate_id, UNKNOWN), gross, gross - tax, tax=tax)
        for rate_id, rate, gross, tax in rows
    ]


Way = Callable[[Snapshot, int, int, Venue], Any]
_WAYS: dict[str, Way] = {
    "hour": _by_hour,
    "day": _by_day,
    "week": _by_span(lambda day: day - timedelta(days=day.weekday())),
    "month": _by_span(lambda day: day.replace(day=1)),
    "product": _by_product,
    "category": _by_category,
    "staff": _by_staff,
    "tender": _by_tender,
    "table": _by_table,
    "area": _by_area,
    "tax": _by_tax,
}


def days_between(first: int, last: int) -> int:
    """How many days there are from one to another, both included."""
    return (as_date(last) - as_date(first)).days + 1


async def rows_of(snapshot: Snapshot, query: Statement, *values: Any) -> list[tuple[Any, ...]]:
    """Rows as they are, for values in the statement's order."""
    parameters = dict(zip(query.names, values, strict=True))
    return await snapshot.all(query, lambda *row: row, **parameters)  # type: ignore[arg-type]


def _settled(key: str, called: Label, row: Sequence[int]) -> SalesRow:
    _, orders, covers, amount, discount, service, cover, tax, whole, comped, refunded = row[:11]
    return SalesRow(
        key,
        called,
        whole,
        whole - refunded,
        orders=orders,
        covers=covers,
        amount=amount,
        discount=discount,
        service=service,
        cover=cover,
        tax=tax,
        comped=comped,
        refunded=refunded,
    )


def _tendered(row: Sequence[Any]) -> SalesRow:
    method, count, amount, tip, rounding, refunded = row
    return SalesRow(method, {}, amount, amount, count=count, tips=tip, rounding=rounding, refunded=refunded)


def _seated(key: str, called: Label, row: Sequence[int]) -> SalesRow:
    seatings, minutes = row[11:13]
    turn = round(minutes / seatings) if seatings else None
    return msgspec.structs.replace(_settled(key, called, row), seatings=seatings, turn_minutes=turn)


def _sold(key: str, called: Label, sold: Sequence[int]) -> SalesRow:
    quantity, in_sets, amount, discount, comped_quantity, comped = sold
    return SalesRow(
        key,
        called,
        amount - discount,
        amount - discount,
        quantity=quantity / 1000,
        in_sets=in_sets / 1000,
        amount=amount,
        discount=discount,
        comped=comped,
        comped_quantity=comped_quantity / 1000,
    )


def same(text: str) -> Label:
    return {"en": text, "zh": text}


def _largest(rows: Iterable[SalesRow]) -> list[SalesRow]:
    return sorted(rows, key=lambda row: (-row.total, row.key))
