"""What one shift tells the next."""

from typing import Any

STATEMENTS = (
    """CREATE TABLE shift_note (
      id INTEGER PRIMARY KEY, text TEXT NOT NULL, staff_id INTEGER NOT NULL REFERENCES staff (id),
      at INTEGER NOT NULL, done_at INTEGER, done_by INTEGER REFERENCES staff (id)
    ) STRICT""",
    "CREATE INDEX shift_note_standing ON shift_note (id) WHERE done_at IS NULL",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
