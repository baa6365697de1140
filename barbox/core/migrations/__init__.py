"""Numbered scripts of playhouse.migrations: each is run once, in order, on a copy-safe box before the port opens."""

import contextlib
import logging
import sqlite3
from pathlib import Path

import peewee
from playhouse.migrations import Runner

from barbox.core.errors import Broken

log = logging.getLogger(__name__)
FOLDER = Path(__file__).parent


def migrate(path: Path) -> list[str]:
    """Bring the database at `path` to this release's schema; returns what was applied.

    Raises Broken when a newer release has already been here: falling back must not guess.
    """
    if not path.exists():
        path.touch(mode=0o600)
    path.chmod(0o600)
    database = peewee.SqliteDatabase(
        str(path), pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1}
    )
    with contextlib.closing(database):
        database.connect()
        runner = Runner(database, str(FOLDER))
        unknown = [each.name for each in runner.status() if each.path is None]
        if unknown:
            raise Broken(f"this data was written by a newer release (it has {', '.join(unknown)}): update Barbox first")
        applied: list[str] = runner.up()
        for name in applied:
            log.info("migrated", extra={"migration": name})
        return applied


def schema_version(connection: sqlite3.Connection) -> str:
    """The last migration applied to an open database."""
    row = connection.execute("SELECT name FROM schema_migration ORDER BY name DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""
