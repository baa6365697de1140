"""What the bar's orders had, read in pieces so that nobody waits for it."""

from collections.abc import AsyncIterator

import msgspec

from barbox.core.database import Database, Snapshot
from barbox.core.statements import Statement
from barbox.suggestions.rules import Basket, Guest

AT_ONCE = 2000
"""Orders in one piece: some ten ms."""
GUEST_ORDERS = 200

_BASKETS = Statement(
    "SELECT o.id, o.hour, o.member_id, group_concat(DISTINCT l.product_id)"
    " FROM orders o JOIN order_line l ON l.order_id = o.id"
    " WHERE o.id > ? AND o.id <= ? AND o.status <> 'void' AND l.status <> 'void' AND l.parent_id IS NULL"
    " GROUP BY o.id",
    ("after", "until"),
)
_LAST = Statement("SELECT coalesce(max(id), 0) FROM orders", ())
_FIRST_SINCE = Statement("SELECT coalesce(min(id), 0) FROM orders WHERE business_day >= ?", ("day",))
_OF_GUEST = Statement(
    "SELECT l.product_id, count(DISTINCT l.order_id) FROM order_line l WHERE l.status <> 'void'"
    " AND l.parent_id IS NULL AND l.order_id IN (SELECT id FROM orders WHERE member_id = ? AND status <> 'void'"
    " ORDER BY id DESC LIMIT ?) GROUP BY 1",
    ("member_id", "most"),
)
_ORDERS_OF_GUEST = Statement(
    "SELECT count(*) FROM (SELECT id FROM orders WHERE member_id = ? AND status <> 'void' LIMIT ?)",
    ("member_id", "most"),
)


class _Basket(msgspec.Struct):
    order_id: int
    hour: int
    member_id: int | None
    products: str


class _Number(msgspec.Struct):
    number: int


class _Had(msgspec.Struct):
    product_id: int
    orders: int


async def read_baskets(database: Database, after: int, until: int) -> AsyncIterator[list[Basket]]:
    """Orders with numbers in (after, until], some at a time, oldest first."""
    for begin in range(after, until, AT_ONCE):
        end = min(begin + AT_ONCE, until)
        rows = await database.read(_BASKETS, _Basket, after=begin, until=end)
        yield [Basket(row.hour, row.member_id, tuple(map(int, row.products.split(",")))) for row in rows]


async def last_order(snapshot: Snapshot) -> int:
    """The number of the latest order, 0 for none."""
    return (await snapshot.all(_LAST, _Number))[0].number


async def first_since(snapshot: Snapshot, day: int) -> int:
    """The first order since a business day (YYYYMMDD), 0 for none."""
    return (await snapshot.all(_FIRST_SINCE, _Number, day=day))[0].number


async def read_guest(snapshot: Snapshot, member_id: int) -> Guest:
    """What a member's latest orders had."""
    which = {"member_id": member_id, "most": GUEST_ORDERS}
    orders = (await snapshot.all(_ORDERS_OF_GUEST, _Number, **which))[0].number
    return Guest(orders, {each.product_id: each.orders for each in await snapshot.all(_OF_GUEST, _Had, **which)})
