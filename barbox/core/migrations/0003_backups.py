"""Backups: whose key seals them, where they are kept, which were read back; and how often this bar was restored."""

from typing import Any

TABLES = """
CREATE TABLE backup_key (
  id INTEGER PRIMARY KEY, recipient TEXT NOT NULL, fingerprint TEXT NOT NULL, made_at INTEGER NOT NULL, staff_id INTEGER
) STRICT;
CREATE TABLE backup_target (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL, credentials TEXT, limit_kb INTEGER NOT NULL,
  claimed INTEGER NOT NULL DEFAULT 0, added_at INTEGER NOT NULL, hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE backup_run (
  id INTEGER PRIMARY KEY, reason TEXT NOT NULL CHECK (reason IN ('night', 'asked')), business_day INTEGER NOT NULL,
  begun_at INTEGER NOT NULL, ended_at INTEGER, state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  code TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE backup_copy (
  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES backup_run (id),
  target_id INTEGER NOT NULL REFERENCES backup_target (id), at INTEGER NOT NULL, business_day INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proven', 'failed', 'removed')), code TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT NOT NULL DEFAULT '', fingerprint TEXT NOT NULL DEFAULT '', entries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX backup_copy_target ON backup_copy (target_id, id);
CREATE TABLE restoration (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, generation INTEGER NOT NULL, name TEXT NOT NULL
) STRICT
"""


def up(_migrator: Any, db: Any) -> None:
    for statement in TABLES.split(";\n"):
        db.execute_sql(statement)
