"""Bookings with their tables, walk-ins and the waiting list."""

from typing import Any

STATEMENTS = (
    """CREATE TABLE reservation (
      id INTEGER PRIMARY KEY, version INTEGER NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('booked', 'waiting', 'seated', 'done', 'no_show', 'cancelled')),
      name TEXT, phone TEXT, member_id INTEGER REFERENCES member (id), covers INTEGER NOT NULL,
      business_day INTEGER NOT NULL, starts_at INTEGER NOT NULL, minutes INTEGER NOT NULL, note TEXT,
      source TEXT NOT NULL, deposit INTEGER NOT NULL DEFAULT 0, quoted INTEGER, reminded_at INTEGER,
      order_id INTEGER, staff_id INTEGER, created_at INTEGER NOT NULL, ended_at INTEGER, reason TEXT
    ) STRICT""",
    "CREATE INDEX reservation_day ON reservation (business_day, starts_at)",
    "CREATE INDEX reservation_order ON reservation (order_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX reservation_phone ON reservation (phone) WHERE phone IS NOT NULL",
    "CREATE INDEX reservation_member ON reservation (member_id) WHERE member_id IS NOT NULL",
    """CREATE TABLE reservation_table (
      reservation_id INTEGER NOT NULL REFERENCES reservation (id),
      table_id INTEGER NOT NULL REFERENCES dining_table (id),
      PRIMARY KEY (reservation_id, table_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX reservation_table_table ON reservation_table (table_id)",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
