"""The proof that nothing was altered: SQLite's own checks, the journal's chain, and sums that must agree."""

import contextlib
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from barbox.core import journal
from barbox.core.errors import Broken

SUMS = (
    (
        "what was paid for an order, less refunds, differs from its tenders",
        """SELECT id FROM orders o WHERE paid - refunded <> (
             SELECT COALESCE(SUM(t.amount), 0) FROM payment p JOIN tender t ON t.payment_id = p.id
             WHERE p.order_id = o.id
           )""",
    ),
    (
        "a line belongs to no order",
        "SELECT order_id FROM order_line WHERE order_id NOT IN (SELECT id FROM orders)",
    ),
    ("a paid order is not settled", "SELECT id FROM orders WHERE status = 'paid' AND paid <> total"),
    (
        "order numbers of a day have a gap",
        "SELECT business_day FROM orders GROUP BY business_day HAVING COUNT(*) <> MAX(number)",
    ),
)


class Proof(msgspec.Struct, frozen=True):
    """The journal's length and the hash at its head."""

    seq: int
    head: str


def prove(path: Path) -> Proof:
    """Check a database file, also while the box runs on it. Raises Broken naming the first thing that is wrong.

    SQLite's own check, the longer half, goes on beside the rest in a thread of its own.
    """
    if not path.exists():
        raise Broken(f"there is no {path}")
    with ThreadPoolExecutor(2) as pool:
        whole, sums = pool.submit(_whole, path), pool.submit(_sums, path)
        whole.result()
        head = sums.result()
    return Proof(head.seq, head.hash.hex())


def _whole(path: Path) -> None:
    with _reading(path) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise Broken(f"the database is damaged: {found}")


def _sums(path: Path) -> journal.Head:
    with _reading(path) as connection:
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise Broken(f"the database refers to what is not there: {broken}")
        for meaning, query in SUMS:
            row = connection.execute(query).fetchone()
            if row:
                raise Broken(f"{meaning}: {row[0]}")
        return journal.verify(connection)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own that sees one moment. Raises Broken for what SQLite cannot read."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            yield connection
        except sqlite3.DatabaseError as error:
            raise Broken(f"the database is damaged: {error}") from None
