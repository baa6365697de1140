"""What the next days are foreseen to need, beside the last four weeks."""

from typing import Any

TABLE = """CREATE TABLE stock_demand (
  business_day INTEGER PRIMARY KEY, factor INTEGER NOT NULL CHECK (factor > 0), at INTEGER NOT NULL
) STRICT"""
"""`factor` per mille of what the four weeks before used on the same weekday."""


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql(TABLE)
