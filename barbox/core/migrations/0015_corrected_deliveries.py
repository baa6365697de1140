"""A delivery that was written down wrong is taken back: it keeps what costs were before it came."""

from typing import Any

STATEMENTS = (
    "ALTER TABLE delivery ADD COLUMN reversed_at INTEGER",
    "ALTER TABLE delivery ADD COLUMN reversed_by INTEGER",
    "ALTER TABLE delivery ADD COLUMN reversed_for TEXT",
    "ALTER TABLE delivery ADD COLUMN replaced_by INTEGER REFERENCES delivery (id)",
    "ALTER TABLE delivery_line ADD COLUMN cost_before INTEGER",
    "ALTER TABLE delivery_line ADD COLUMN cost_after INTEGER",
    "ALTER TABLE delivery_line ADD COLUMN last_before INTEGER",
    "ALTER TABLE delivery_line ADD COLUMN price_before INTEGER",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
