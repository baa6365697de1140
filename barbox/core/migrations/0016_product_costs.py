"""What each product took from the shelf, at the cost of that day."""

from typing import Any

STATEMENTS = (
    """CREATE TABLE cost_day (
      business_day INTEGER NOT NULL, product_id INTEGER NOT NULL, kind TEXT NOT NULL, spent INTEGER NOT NULL,
      PRIMARY KEY (business_day, product_id, kind)
    ) STRICT, WITHOUT ROWID""",
)
"""Costs begin with the first sale after this: what was spent before is known by item only."""


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
