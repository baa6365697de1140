"""Stations that want copies, a ticket a course, or all of it; templates an owner adjusts."""

from typing import Any

STATEMENTS = (
    "ALTER TABLE station ADD COLUMN copies INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE station ADD COLUMN per_course INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE station ADD COLUMN whole_order INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE printer ADD COLUMN clears INTEGER",
    "ALTER TABLE printer ADD COLUMN kanji TEXT",
    "CREATE TABLE paper_template (kind TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
