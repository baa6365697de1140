"""Live copies: a target may be spared them, where the connection is paid by the megabyte."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE backup_target ADD COLUMN live INTEGER NOT NULL DEFAULT 1")
