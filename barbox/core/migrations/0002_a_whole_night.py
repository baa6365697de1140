"""A whole night: charges and discounts, sizes and sets, refunds, drawers, closed days."""

from typing import Any

FLOOR = """
ALTER TABLE area ADD COLUMN service_rate INTEGER NOT NULL DEFAULT 0;
ALTER TABLE area ADD COLUMN cover_price INTEGER NOT NULL DEFAULT 0;
ALTER TABLE area ADD COLUMN cover_tax_rate_id INTEGER;
ALTER TABLE area ADD COLUMN minimum_spend INTEGER NOT NULL DEFAULT 0;
"""

MENU = """
ALTER TABLE product ADD COLUMN open_price INTEGER NOT NULL DEFAULT 0;
ALTER TABLE product ADD COLUMN unit TEXT NOT NULL DEFAULT 'piece';
ALTER TABLE product ADD COLUMN age INTEGER NOT NULL DEFAULT 0;
ALTER TABLE product ADD COLUMN discountable INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX product_barcode ON product (barcode) WHERE barcode IS NOT NULL AND hidden = 0;
ALTER TABLE modifier_group ADD COLUMN kind TEXT NOT NULL DEFAULT 'choice' CHECK (kind IN ('choice', 'size', 'set'));
ALTER TABLE modifier ADD COLUMN product_id INTEGER REFERENCES product (id);
ALTER TABLE modifier ADD COLUMN takes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE price_rule ADD COLUMN combines INTEGER NOT NULL DEFAULT 0;
"""

ORDERS = """
ALTER TABLE orders ADD COLUMN takeaway INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN refunded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN terms TEXT;
ALTER TABLE order_line ADD COLUMN parent_id INTEGER;
ALTER TABLE order_line ADD COLUMN rule_id INTEGER;
ALTER TABLE order_line ADD COLUMN discountable INTEGER NOT NULL DEFAULT 1;
ALTER TABLE order_line ADD COLUMN discount TEXT;
"""

DRAWERS = """
CREATE TABLE drawer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, hidden INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO drawer (id, name) VALUES (1, '1');
CREATE TABLE drawer_session (
  id INTEGER PRIMARY KEY, drawer_id INTEGER NOT NULL REFERENCES drawer (id), business_day INTEGER NOT NULL,
  staff_id INTEGER, staff_name TEXT NOT NULL, opened_at INTEGER NOT NULL, opened_seq INTEGER NOT NULL, float INTEGER,
  closed_at INTEGER, closed_by INTEGER, expected INTEGER, counted INTEGER, z_number INTEGER UNIQUE, figures BLOB
) STRICT;
CREATE UNIQUE INDEX drawer_session_open ON drawer_session (drawer_id) WHERE closed_at IS NULL;
CREATE TABLE drawer_movement (
  id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL REFERENCES drawer_session (id), at INTEGER NOT NULL,
  staff_id INTEGER, kind TEXT NOT NULL CHECK (kind IN ('float', 'paid_in', 'paid_out', 'drop', 'no_sale')),
  amount INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX drawer_movement_session ON drawer_movement (session_id);
CREATE TABLE day_close (
  number INTEGER PRIMARY KEY, business_day INTEGER NOT NULL, at INTEGER NOT NULL, staff_id INTEGER,
  figures BLOB NOT NULL
) STRICT;
"""

PAYMENTS = """
ALTER TABLE payment ADD COLUMN session_id INTEGER REFERENCES drawer_session (id);
ALTER TABLE payment ADD COLUMN kind TEXT NOT NULL DEFAULT 'payment' CHECK (kind IN ('payment', 'refund'));
ALTER TABLE payment ADD COLUMN reason TEXT;
CREATE INDEX payment_session ON payment (session_id);
ALTER TABLE tender ADD COLUMN rounding INTEGER NOT NULL DEFAULT 0;
CREATE TABLE payment_tax (
  payment_id INTEGER NOT NULL REFERENCES payment (id), tax_rate_id INTEGER NOT NULL, rate INTEGER NOT NULL,
  gross INTEGER NOT NULL, tax INTEGER NOT NULL, PRIMARY KEY (payment_id, tax_rate_id, rate)
) STRICT, WITHOUT ROWID;
CREATE TABLE settlement (
  id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL,
  session_id INTEGER NOT NULL REFERENCES drawer_session (id), orders INTEGER NOT NULL,
  covers INTEGER NOT NULL, subtotal INTEGER NOT NULL, discount INTEGER NOT NULL, service INTEGER NOT NULL,
  cover INTEGER NOT NULL, tax INTEGER NOT NULL, total INTEGER NOT NULL, comped INTEGER NOT NULL
) STRICT;
CREATE INDEX settlement_order ON settlement (order_id);
CREATE INDEX settlement_session ON settlement (session_id);
CREATE TABLE receipt (
  token TEXT PRIMARY KEY, order_id INTEGER NOT NULL, business_day INTEGER NOT NULL, number INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX receipt_order ON receipt (order_id);
CREATE UNIQUE INDEX receipt_number ON receipt (business_day, number);
"""

_CLOSED = "(SELECT closed_at FROM drawer_session WHERE id = {row}.session_id) IS NOT NULL"
_PAID_INTO_CLOSED = (
    "(SELECT s.closed_at FROM payment p JOIN drawer_session s ON s.id = p.session_id"
    " WHERE p.id = {row}.payment_id) IS NOT NULL"
)
_SEALED: tuple[tuple[str, str, str], ...] = (
    ("drawer_session", "UPDATE", "OLD.closed_at IS NOT NULL"),
    ("drawer_session", "DELETE", "OLD.closed_at IS NOT NULL"),
    ("drawer_movement", "INSERT", _CLOSED.format(row="NEW")),
    ("drawer_movement", "UPDATE", _CLOSED.format(row="OLD")),
    ("drawer_movement", "DELETE", _CLOSED.format(row="OLD")),
    ("payment", "INSERT", _CLOSED.format(row="NEW")),
    ("payment", "UPDATE OF business_day, at, staff_id, session_id, kind, reason", _CLOSED.format(row="OLD")),
    ("payment", "DELETE", _CLOSED.format(row="OLD")),
    ("tender", "INSERT", _PAID_INTO_CLOSED.format(row="NEW")),
    ("tender", "UPDATE", _PAID_INTO_CLOSED.format(row="OLD")),
    ("tender", "DELETE", _PAID_INTO_CLOSED.format(row="OLD")),
    ("settlement", "INSERT", _CLOSED.format(row="NEW")),
    ("settlement", "UPDATE", _CLOSED.format(row="OLD")),
    ("settlement", "DELETE", _CLOSED.format(row="OLD")),
    ("payment_tax", "UPDATE", _PAID_INTO_CLOSED.format(row="OLD")),
    ("payment_tax", "DELETE", _PAID_INTO_CLOSED.format(row="OLD")),
)
"""What a Z report told never changes after it: table, event, and when the table refuses it."""


def up(_migrator: Any, db: Any) -> None:
    for script in (FLOOR, MENU, ORDERS, DRAWERS, PAYMENTS):
        for statement in filter(None, (part.strip() for part in script.split(";\n"))):
            db.execute_sql(statement)
    for table, event, closed in _SEALED:
        name = f"{table}_{event.split()[0].lower()}_after_z"
        db.execute_sql(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {closed} "
            "BEGIN SELECT RAISE(ABORT, 'its drawer session is closed'); END"
        )
