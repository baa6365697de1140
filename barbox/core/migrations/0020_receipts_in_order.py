"""Receipts lie in the order of their numbers, no longer in that of their secrets: a fifth smaller, and checked in half
the time when a backup is proven."""

from typing import Any

STATEMENTS = """
CREATE TABLE receipt_in_order (
  token TEXT NOT NULL, order_id INTEGER NOT NULL, business_day INTEGER NOT NULL, number INTEGER NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (business_day, number)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_in_order
  SELECT token, order_id, business_day, number, at FROM receipt ORDER BY business_day, number;
DROP TABLE receipt;
ALTER TABLE receipt_in_order RENAME TO receipt;
CREATE UNIQUE INDEX receipt_token ON receipt (token);
CREATE INDEX receipt_order ON receipt (order_id);
"""


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS.strip().removesuffix(";").split(";\n"):
        db.execute_sql(statement)
