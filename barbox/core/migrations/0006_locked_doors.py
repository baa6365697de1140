"""Roles an owner adjusts, when a PIN was given last, when a device was seen last."""

from typing import Any

STATEMENTS = (
    """CREATE TABLE role_exception (
  role TEXT NOT NULL, permission TEXT NOT NULL, given INTEGER NOT NULL CHECK (given IN (0, 1)),
  PRIMARY KEY (role, permission)
) STRICT, WITHOUT ROWID""",
    "ALTER TABLE session ADD COLUMN pin_at INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE device ADD COLUMN seen_at INTEGER",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
