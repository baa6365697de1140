"""Goes through the books after a night: does everything agree to the last unit?"""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from barbox.core import journal
from barbox.orders.queries import LINES, OrderRow, sums
from barbox.orders.rows import LineRow
from barbox.printing.rules import WAITING

Rates = Counter[tuple[int, int]]
ORDERS = f"SELECT {', '.join(OrderRow.__struct_fields__)} FROM orders"  # noqa: S608


@dataclass
class Found:
    """The night's sums, and what is wrong with them."""

    z: int = 0
    paid: int = 0
    owed: int = 0
    refunded: int = 0
    taxes: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    megabytes: float = 0
    jobs: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"sum of Z {self.z} = payments {self.paid} = totals less {self.refunded} refunded {self.owed}\n"
            f"gross per rate {self.taxes}\n"
            f"journal {self.entries} entries, verified; {self.megabytes:.1f} MB; papers {self.jobs}\n"
            f"wrong: {self.wrong or 'nothing'}"
        )


def audit(
    path: Path,
    z_reports: list[Any],
    counted: int,
    opening: int,
    shelves: dict[str, int],
    came_out: set[tuple[str, str]],
) -> Found:
    """Compare Z reports, tenders, orders, taxes, stock, tickets and journal of a database that nobody writes any more.

    `came_out` are printers' names with the numbers of their tickets.
    """
    found = Found(megabytes=path.stat().st_size / 1e6)
    with closing(sqlite3.connect(path)) as books:
        found.entries = journal.verify(books).seq
        found.jobs = dict(books.execute("SELECT state, count(*) FROM print_job GROUP BY state").fetchall())
        found.paid = _one(books, "SELECT sum(amount) FROM tender")
        found.refunded = _one(books, "SELECT sum(refunded) FROM orders")
        found.owed = _one(books, "SELECT sum(total - refunded) FROM orders")
        found.z = sum(tender["amount"] for z in z_reports for tender in z["tenders"])
        z_rates, z_taxes = _z_rates(z_reports)
        rates, taxes = _order_rates(books)
        found.taxes = {f"{rate / 100:g} %": amount for (_, rate), amount in sorted(z_rates.items())}
        checks = {
            "sum of Z is not sum of payments": found.z == found.paid,
            "payments are not totals less refunds": found.paid == found.owed,
            "gross per rate differs": +z_rates == +rates,
            "tax per rate differs": +z_taxes == +taxes,
            "an order is still open": not _one(books, "SELECT count(*) FROM orders WHERE status IN ('open', 'billed')"),
            "a drawer is over or short": not any(z["overShort"] for z in z_reports),
            "Z numbers have gaps": [z["number"] for z in z_reports] == list(range(1, len(z_reports) + 1)),
            "receipts have gaps": not _gaps(books, "receipt", "business_day"),
            "order numbers have gaps": not _gaps(books, "orders", "business_day"),
            "stock is not opening less consumption": _stock(books, counted) == opening * 1000,
            "a shelf is not what the recipes say": _shelves(books) == _by_recipe(books, shelves),
            "the stock ledger does not add up": not _off_the_ledger(books),
            "members' money does not add up": _members(books) == 0,
            "a ticket never came out": _tickets(books) <= came_out,
            "a paper still waits": not found.jobs.keys() & set(WAITING),
            "rows point nowhere": not books.execute("PRAGMA foreign_key_check").fetchall(),
        }
        found.wrong = [what for what, fine in checks.items() if not fine]
    return found


def _z_rates(z_reports: list[Any]) -> tuple[Rates, Rates]:
    gross: Rates = Counter()
    taxes: Rates = Counter()
    for tax in (tax for z in z_reports for tax in z["taxes"]):
        gross[tax["rateId"], tax["rate"]] += tax["gross"]
        taxes[tax["rateId"], tax["rate"]] += tax["tax"]
    return gross, taxes


def _order_rates(books: sqlite3.Connection) -> tuple[Rates, Rates]:
    """What the orders' own totals say per rate, less what the refunds gave back."""
    gross: Rates = Counter()
    taxes: Rates = Counter()
    for row in books.execute(f"{ORDERS} WHERE status = 'paid'").fetchall():
        order = OrderRow(*row)
        lines = [LineRow(*each) for each in books.execute(LINES.sql, (order.id,))]
        for tax in sums(order, lines, tax_included=True).taxes:
            gross[tax.tax_rate_id, tax.rate] += tax.base + tax.tax
            taxes[tax.tax_rate_id, tax.rate] += tax.tax
    refunds = """SELECT x.tax_rate_id, x.rate, sum(x.gross), sum(x.tax) FROM payment_tax x JOIN payment p
        ON p.id = x.payment_id JOIN orders o ON o.id = p.order_id WHERE p.kind = 'refund' AND o.refunded > 0
        AND p.at >= o.paid_at GROUP BY x.tax_rate_id, x.rate"""
    for rate_id, rate, back, tax_back in books.execute(refunds):
        gross[rate_id, rate] += back
        taxes[rate_id, rate] += tax_back
    return gross, taxes


def _stock(books: sqlite3.Connection, product_id: int) -> int:
    """What is on the shelf, with what was drunk: lines that stand, and those taken back after they were made."""
    shelf = _one(books, "SELECT sum(on_hand) FROM stock_level WHERE item_id = ?", product_id)
    drunk = """SELECT sum(quantity) FROM order_line WHERE product_id = ?
        AND (status <> 'void' OR ready_at IS NOT NULL)"""
    return shelf + _one(books, drunk, product_id)


def _shelves(books: sqlite3.Connection) -> dict[str, int]:
    """What is there of everything that is not sold as it stands."""
    query = """SELECT i.names ->> 'en', sum(l.on_hand) FROM stock_item i JOIN stock_level l ON l.item_id = i.id
        WHERE i.id > 1000000 GROUP BY i.id"""
    return dict(books.execute(query).fetchall())


def _by_recipe(books: sqlite3.Connection, opening: dict[str, int]) -> dict[str, int]:
    """What was there in the evening, less what the lines that were made took by their recipes."""
    takes: dict[tuple[str, int], list[tuple[str, int]]] = {}
    recipes = """SELECT r.product_id, r.modifier_id, i.names ->> 'en', l.takes FROM recipe r
        JOIN recipe_line l ON l.recipe_id = r.id JOIN stock_item i ON i.id = l.item_id WHERE i.id > 1000000"""
    for product_id, modifier_id, name, much in books.execute(recipes):
        of = ("product", product_id) if product_id else ("modifier", modifier_id)
        takes.setdefault(of, []).append((name, much))
    left = {name: there * 1000 for name, there in opening.items()}
    made = """SELECT product_id, modifiers, quantity FROM order_line
        WHERE status <> 'void' OR ready_at IS NOT NULL"""
    for product_id, modifiers, quantity in books.execute(made):
        chosen = [("modifier", each["id"]) for each in json.loads(modifiers or "[]")]
        for of in [("product", product_id), *chosen]:
            for name, much in takes.get(of, ()):
                left[name] -= much * quantity // 1000
    return left


def _off_the_ledger(books: sqlite3.Connection) -> list[Any]:
    """Places whose level is not the sum of their moves, or of the days' sums."""
    found = []
    for ledger in ("stock_move", "stock_day"):
        query = f"""SELECT item_id, location_id, on_hand, coalesce((SELECT sum(quantity) FROM {ledger} m
            WHERE m.item_id = l.item_id AND m.location_id = l.location_id), 0) AS moved
            FROM stock_level l WHERE on_hand <> moved"""  # noqa: S608
        found += books.execute(query).fetchall()
    return found


def _members(books: sqlite3.Connection) -> int:
    """What members paid in and were given, less what they paid with and what they have left: nothing."""
    entries = "SELECT sum(amount) FROM member_entry WHERE account IN ('balance', 'bonus')"
    got = _one(books, f"{entries} AND kind IN ('paid_in', 'granted')")
    return got - _one(books, "SELECT sum(amount) FROM tender WHERE method = 'member'") - _one(books, entries)


def _tickets(books: sqlite3.Connection) -> set[tuple[str, str]]:
    """Each ticket that was owed, by the printer it ended at."""
    query = """SELECT p.name, j.number FROM print_job j JOIN printer p ON p.id = j.printer_id
        WHERE j.kind = 'ticket' AND j.state NOT IN ('rerouted', 'cancelled')"""
    return set(books.execute(query).fetchall())


def _gaps(books: sqlite3.Connection, table: str, day: str) -> list[Any]:
    query = f"SELECT {day} FROM {table} GROUP BY {day} HAVING count(*) <> max(number) OR min(number) <> 1"  # noqa: S608
    return books.execute(query).fetchall()


def _one(books: sqlite3.Connection, query: str, *values: int) -> int:
    return int(books.execute(query, values).fetchone()[0] or 0)
