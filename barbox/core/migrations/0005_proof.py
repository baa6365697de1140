"""How sure an attempt is, and what a probe learnt of a printer."""

from typing import Any

STATEMENTS = (
    "ALTER TABLE print_attempt ADD COLUMN proof TEXT",
    "ALTER TABLE printer ADD COLUMN model TEXT",
    "ALTER TABLE printer ADD COLUMN probed_at INTEGER",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
