"""The orders behind a figure: every number of a report can be asked what it is made of."""

from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from barbox.core.clock import parse_day, rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.errors import BadRequest
from barbox.core.messages import View
from barbox.core.statements import Statement
from barbox.reports.queries import rows_of

Of = Literal[
    "total",
    "hour",
    "weekday",
    "product",
    "category",
    "rule",
    "staff",
    "table",
    "area",
    "tender",
    "tax",
    "refund",
    "void",
    "comp",
    "discount",
]
NEWEST = "99999999-9007199254740992"


class OrderBehind(View):
    """An order and how much of the figure stands in it: negative where it was reopened or given back.

    `businessDay` and `at` are when that counted; of products `amount` is before discounts. `cursor` goes on after it.
    """

    order_id: int
    number: int
    business_day: str
    at: str
    table_name: str | None
    tab: str | None
    staff_name: str
    covers: int | None
    total: int
    amount: int
    reason: str | None
    cursor: str


class _Figure(NamedTuple):
    """Where a figure's parts stand (`x`, with id, order, day and time), what of each counts, and which of them.

    `?1` to `?3` are the key's words; `days` are those that have any, where a roll-up knows them.
    """

    rows: str
    amount: str
    which: str = "1"
    days: str = "1"
    reason: str = "NULL"


def _on_days(table: str, which: str) -> str:
    return f"x.business_day IN (SELECT business_day FROM {table} WHERE {which} AND business_day BETWEEN ?4 AND ?5)"  # noqa: S608


def _lines(which: str, days: str = "1") -> _Figure:
    """Sales with lines like this: of each the lines' amount."""
    some = (
        " FROM order_line l JOIN product p ON p.id = l.product_id"
        f" WHERE l.order_id = x.order_id AND l.status <> 'void' AND l.comp = 0 AND {which}"
    )
    return _Figure(
        "settlement", f"x.orders * (SELECT coalesce(sum(l.amount), 0){some})", f"EXISTS (SELECT 1{some})", days
    )


def _paid(table: str, amount: str, which: str) -> _Figure:
    """Payments and refunds with parts like this."""
    some = f" FROM {table} t WHERE t.payment_id = x.id AND {which}"
    return _Figure("payment", f"(SELECT sum(t.{amount}){some})", f"EXISTS (SELECT 1{some})")


def _sales(which: str, days: str = "1") -> _Figure:
    return _Figure("settlement", "x.total", which, days)


_FIGURES: dict[str, _Figure] = {
    "total": _sales("1"),
    "hour": _sales("o.hour = ?1", _on_days("sales_hour", "hour = ?1")),
    "weekday": _sales("o.hour = ?2", "x.business_day IN (SELECT value FROM json_each(?3))"),
    "staff": _sales("coalesce(o.staff_id, 0) = ?1", _on_days("sales_staff", "staff_id = ?1")),
    "table": _sales("coalesce(o.table_id, 0) = ?1", _on_days("sales_table", "table_id = ?1")),
    "area": _sales("coalesce(o.area_id, 0) = ?1", _on_days("sales_table", "area_id = ?1")),
    "product": _lines("l.product_id = ?1", _on_days("sales_product", "product_id = ?1")),
    "rule": _lines("l.rule_id = ?1", _on_days("sales_product", "rule_id = ?1")),
    "category": _lines("p.category_id = ?1"),
    "tender": _paid("tender", "amount", "t.method = ?1"),
    "tax": _paid("payment_tax", "gross", "t.tax_rate_id = ?1 AND t.rate = ?2"),
    "refund": _paid("tender", "amount", "x.kind = 'refund'")._replace(reason="x.reason"),
    **{
        kind: _Figure(
            "deduction",
            "x.amount",
            f"x.kind = '{kind}' AND (?1 IS NULL OR x.staff_id = ?1) AND (?2 IS NULL OR x.reason = ?2)",
            reason="x.reason",
        )
        for kind in ("void", "comp", "discount")
    },
}


def _query(figure: _Figure) -> Statement:
    return Statement(
        "SELECT x.order_id, o.number, x.business_day, x.at, o.table_name, o.tab, o.staff_name, o.covers, o.total,"  # noqa: S608
        f" {figure.amount}, {figure.reason}, x.id FROM {figure.rows} x JOIN orders o ON o.id = x.order_id"
        f" WHERE x.business_day BETWEEN ?4 AND ?5 AND (x.business_day, x.id) < (?6, ?7)"
        f" AND {figure.days} AND {figure.which} ORDER BY x.business_day DESC, x.id DESC LIMIT ?8",
        ("one", "two", "three", "first", "last", "day", "id", "most"),
    )


_QUERIES = {of: _query(figure) for of, figure in _FIGURES.items()}


async def read(
    snapshot: Snapshot, of: Of, key: str, first: int, last: int, before: str, most: int
) -> list[OrderBehind]:
    """The orders of a figure of some business days, newest first, from a cursor on. Raises BadRequest."""
    one, two, three = _words(of, key, first, last)
    day, _, number = before.partition("-")
    rows = await rows_of(snapshot, _QUERIES[of], one, two, three, first, last, int(day), int(number), most)
    return [
        OrderBehind(
            order_id=row[0],
            number=row[1],
            business_day=show_day(row[2]),
            at=rfc3339(row[3]),
            table_name=row[4],
            tab=row[5],
            staff_name=row[6],
            covers=row[7],
            total=row[8],
            amount=row[9],
            reason=row[10],
            cursor=f"{row[2]}-{row[11]}",
        )
        for row in rows
    ]


def _words(of: Of, key: str, first: int, last: int) -> tuple[Any, Any, Any]:
    """What a key says, for the query's first three places. Raises BadRequest."""
    try:
        match of:
            case "total" | "refund":
                return None, None, None
            case "tender":
                return key, None, None
            case "void" | "comp" | "discount":
                staff, _, reason = key.partition(":")
                return int(staff) if staff else None, reason or None, None
            case "tax":
                rate_id, _, rate = key.partition(":")
                return int(rate_id), int(rate), None
            case "weekday":
                weekday, _, hour = key.partition("-")
                return None, int(hour), _such_days(int(weekday), first, last)
        return int(key), None, None
    except ValueError:
        raise BadRequest("does not fit `of`", "key") from None


def _such_days(weekday: int, first: int, last: int) -> str:
    day, end = date.fromisoformat(show_day(first)), date.fromisoformat(show_day(last))
    day += timedelta(days=(weekday - day.weekday()) % 7)
    found = []
    while day <= end:
        found.append(parse_day(day.isoformat()))
        day += timedelta(days=7)
    return msgspec.json.encode(found).decode()
