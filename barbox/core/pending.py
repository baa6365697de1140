"""Rows that a batch will insert, written together: one statement for many rows instead of one for each.

Each step of SQLite costs Python's one lock a hand-over; a round of drinks makes ten rows, a busy batch hundreds.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from barbox.core.statements import Fitted, Statement

AT_ONCE = (64, 32, 16, 8, 4, 2, 1)
"""Rows in one statement: few sizes, so that each is compiled once."""


class Pending:
    """Rows to insert, in the order in which commands made them."""

    def __init__(self) -> None:
        self._rows: list[Fitted] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, statement: Statement, row: tuple[Any, ...]) -> None:
        self._rows.append((statement, row))

    def extend(self, rows: Iterable[Fitted]) -> None:
        self._rows.extend(rows)

    def forget(self, mark: int) -> None:
        """Drop what was added after there were `mark` rows."""
        del self._rows[mark:]

    def write(self, connection: sqlite3.Connection, most: int | None = None) -> None:
        """Insert the first `most` rows (all by default), table by table in the order of their first."""
        by_statement: dict[Statement, list[tuple[Any, ...]]] = {}
        for statement, row in self._rows[:most]:
            by_statement.setdefault(statement, []).append(row)
        del self._rows[:most]
        for statement, together in by_statement.items():
            _insert(connection, statement, statement.finish(together) if statement.finish else together)


def _insert(connection: sqlite3.Connection, statement: Statement, rows: Sequence[tuple[Any, ...]]) -> None:
    done = 0
    for size in AT_ONCE:
        while len(rows) - done >= size:
            together = rows[done : done + size]
            connection.execute(statement.of_rows(size), tuple(chain.from_iterable(together)))
            done += size
