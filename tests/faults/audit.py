"""Goes through a box's books after a fault: is everything there that somebody was told is there, once and whole?"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barbox.core import journal
from barbox.core.errors import Broken

BOOKS = "barbox.db"
SHELF = 1_000_000
"""What the tests put on the shelf of a counted product, and what `_HALF` reckons with; stored in thousandths."""

_HALF = {
    "orders whose total is not that of their lines": """
        SELECT o.id FROM orders o WHERE o.total <> (SELECT coalesce(sum(l.amount), 0) FROM order_line l
          WHERE l.order_id = o.id AND l.status <> 'void' AND l.comp = 0)""",
    "orders whose payments do not add up": """
        SELECT o.id FROM orders o WHERE o.paid <> (SELECT coalesce(sum(t.amount), 0)
          FROM payment p JOIN tender t ON t.payment_id = p.id WHERE p.order_id = o.id)""",
    "paid orders with a balance": "SELECT id FROM orders WHERE status = 'paid' AND total <> paid",
    "orders without lines": "SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM order_line)",
    "orders that no ticket tells of": """
        SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM print_job WHERE kind = 'ticket')""",
    "orders placed more or less than once": """
        SELECT o.id FROM orders o WHERE 1 <> (SELECT count(*) FROM journal j
          WHERE j.kind = 'order.placed' AND j.subject = 'order:' || o.id)""",
    "guests with two orders": "SELECT tab FROM orders GROUP BY tab HAVING count(*) > 1",
    "shelves that do not fit what was sold": """
        SELECT s.item_id FROM stock_level s WHERE 1000000 * 1000 <> s.on_hand + (
          SELECT coalesce(sum(l.quantity), 0) FROM order_line l
          WHERE l.product_id = s.item_id AND l.status <> 'void')""",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody was told: an order of that version and total for a guest, or a payment of that amount."""

    order: int
    guest: str
    version: int
    payment: int | None = None
    amount: int = 0

    def line(self) -> str:
        """As one line of text."""
        return json.dumps([self.order, self.guest, self.version, self.payment, self.amount])

    @classmethod
    def read(cls, lines: Iterable[str]) -> Iterator["Told"]:
        """The other way round."""
        for line in lines:
            yield cls(*json.loads(line))


def audit(data: Path, acknowledged: list[str]) -> str | None:
    """What is wrong with the books in that folder, given what was acknowledged; None where all is well."""
    if not (data / BOOKS).exists():
        return "the books are gone"
    with closing(sqlite3.connect(data / BOOKS)) as books:
        try:
            return _damaged(books) or _half(books) or _missing(books, list(Told.read(acknowledged)))
        except sqlite3.DatabaseError as error:
            return f"the books cannot be read: {error}"


def _damaged(books: sqlite3.Connection) -> str | None:
    sound = _all(books, "PRAGMA integrity_check")
    if sound != [("ok",)]:
        return f"the file is damaged: {sound[0]}"
    if broken := _all(books, "PRAGMA foreign_key_check"):
        return f"rows point nowhere: {broken[:3]}"
    try:
        journal.verify(books)
    except Broken as error:
        return f"the journal: {error}"
    return None


def _half(books: sqlite3.Connection) -> str | None:
    for what, query in _HALF.items():
        if found := _all(books, query):
            return f"{what}: {[row[0] for row in found[:5]]}"
    return None


def _missing(books: sqlite3.Connection, told: list[Told]) -> str | None:
    orders = {row[0]: row[1:] for row in _all(books, "SELECT id, tab, version FROM orders")}
    payments = {
        row[0]: row[1:]
        for row in _all(
            books,
            "SELECT p.id, p.order_id, sum(t.amount) FROM payment p JOIN tender t ON t.payment_id = p.id GROUP BY p.id",
        )
    }
    for each in told:
        guest, version = orders.get(each.order, (None, 0))
        if guest != each.guest:
            return f"order {each.order} of {each.guest} is lost"
        if version < each.version:
            return f"a change of order {each.order} is lost: it was told version {each.version}, has {version}"
        if each.payment is not None and payments.get(each.payment) != (each.order, each.amount):
            return f"payment {each.payment} of order {each.order} is lost"
    return None


def _all(books: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    return books.execute(query).fetchall()
