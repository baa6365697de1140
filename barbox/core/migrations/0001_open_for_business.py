"""The first schema: lean where orders pass (see the decision on the lean schema), plain everywhere else."""

from typing import Any

CORE = """
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, business_day INTEGER NOT NULL,
  staff_id INTEGER, device_id INTEGER,
  kind TEXT NOT NULL, subject TEXT NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE answer (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, fingerprint BLOB NOT NULL, status INTEGER NOT NULL,
  body BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""

MENU = """
CREATE TABLE tax_rate (id INTEGER PRIMARY KEY, names TEXT NOT NULL, rate INTEGER NOT NULL CHECK (rate >= 0)) STRICT;
CREATE TABLE category (
  id INTEGER PRIMARY KEY, names TEXT NOT NULL, color TEXT NOT NULL, sort INTEGER NOT NULL,
  station_id INTEGER, hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE modifier_group (
  id INTEGER PRIMARY KEY, names TEXT NOT NULL, minimum INTEGER NOT NULL, maximum INTEGER NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE modifier (
  id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL REFERENCES modifier_group (id), names TEXT NOT NULL,
  price INTEGER NOT NULL, sort INTEGER NOT NULL, hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE product (
  id INTEGER PRIMARY KEY, category_id INTEGER NOT NULL REFERENCES category (id), names TEXT NOT NULL,
  price INTEGER NOT NULL CHECK (price >= 0), tax_rate_id INTEGER NOT NULL REFERENCES tax_rate (id),
  station_id INTEGER, available INTEGER NOT NULL DEFAULT 1, barcode TEXT, sort INTEGER NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE product_group (
  product_id INTEGER NOT NULL REFERENCES product (id), group_id INTEGER NOT NULL REFERENCES modifier_group (id),
  sort INTEGER NOT NULL, PRIMARY KEY (product_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE price_rule (
  id INTEGER PRIMARY KEY, names TEXT NOT NULL, weekdays INTEGER NOT NULL, from_minute INTEGER NOT NULL,
  until_minute INTEGER NOT NULL, area_id INTEGER, category_id INTEGER, product_id INTEGER,
  kind TEXT NOT NULL CHECK (kind IN ('percent', 'amount', 'fixed')), value INTEGER NOT NULL,
  priority INTEGER NOT NULL, hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
"""

FLOOR = """
CREATE TABLE area (
  id INTEGER PRIMARY KEY, names TEXT NOT NULL, sort INTEGER NOT NULL, hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE dining_table (
  id INTEGER PRIMARY KEY, area_id INTEGER NOT NULL REFERENCES area (id), name TEXT NOT NULL, seats INTEGER NOT NULL,
  x INTEGER NOT NULL, y INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, shape TEXT NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
"""

STAFF = """
CREATE TABLE staff (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL, pin_hash TEXT NOT NULL,
  wrong_pins INTEGER NOT NULL DEFAULT 0, hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE device (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, token_hash BLOB NOT NULL UNIQUE, paired_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE TABLE pairing_code (
  code_hash BLOB PRIMARY KEY, expires_at INTEGER NOT NULL, made_by INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
  id INTEGER PRIMARY KEY, staff_id INTEGER NOT NULL REFERENCES staff (id),
  device_id INTEGER NOT NULL REFERENCES device (id), begun_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, ended_at INTEGER
) STRICT;
CREATE TABLE pin_lock (
  device_id INTEGER NOT NULL, staff_id INTEGER NOT NULL, wrong INTEGER NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (device_id, staff_id)
) STRICT, WITHOUT ROWID;
"""

STOCK = """
CREATE TABLE stock_level (
  product_id INTEGER PRIMARY KEY, on_hand INTEGER NOT NULL,
  policy TEXT NOT NULL CHECK (policy IN ('refuse', 'warn', 'allow')),
  low_at INTEGER NOT NULL DEFAULT 0
) STRICT;
"""

PRINTING = """
CREATE TABLE printer (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, connection TEXT NOT NULL, profile TEXT NOT NULL, columns INTEGER,
  proof TEXT NOT NULL, fallback_id INTEGER REFERENCES printer (id), patience_s INTEGER NOT NULL,
  receipts INTEGER NOT NULL DEFAULT 0, hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE station (
  id INTEGER PRIMARY KEY, names TEXT NOT NULL, letter TEXT NOT NULL, display TEXT, language TEXT NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE station_printer (
  station_id INTEGER NOT NULL REFERENCES station (id), printer_id INTEGER NOT NULL REFERENCES printer (id),
  sort INTEGER NOT NULL, PRIMARY KEY (station_id, printer_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE print_job (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
  printer_id INTEGER NOT NULL, station_id INTEGER, order_id INTEGER, number TEXT NOT NULL, copy INTEGER NOT NULL,
  may_have_printed INTEGER NOT NULL, copy_of INTEGER, content BLOB NOT NULL, created_at INTEGER NOT NULL,
  not_after INTEGER, ended_at INTEGER
) STRICT;
CREATE INDEX print_job_waiting ON print_job (printer_id, id) WHERE state IN ('queued', 'sending', 'unknown', 'blocked');
CREATE INDEX print_job_order ON print_job (order_id) WHERE order_id IS NOT NULL;
CREATE TABLE print_attempt (
  id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, printer_id INTEGER NOT NULL, process_id TEXT NOT NULL,
  marked INTEGER NOT NULL, begun_at INTEGER NOT NULL, ended_at INTEGER, bytes_written INTEGER,
  outcome TEXT, evidence BLOB
) STRICT;
CREATE INDEX print_attempt_job ON print_attempt (job_id);
"""

ORDERS = """
CREATE TABLE orders (
  id INTEGER PRIMARY KEY, number INTEGER NOT NULL, business_day INTEGER NOT NULL, hour INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'billed', 'paid', 'void')), version INTEGER NOT NULL,
  seq INTEGER NOT NULL, table_id INTEGER, table_name TEXT, area_id INTEGER, tab TEXT, covers INTEGER,
  staff_id INTEGER, staff_name TEXT NOT NULL, customer TEXT,
  total INTEGER NOT NULL, paid INTEGER NOT NULL,
  opened_at INTEGER NOT NULL, billed_at INTEGER, paid_at INTEGER
) STRICT;
CREATE UNIQUE INDEX orders_of_a_day ON orders (business_day, number);
CREATE INDEX orders_not_ended ON orders (id) WHERE status IN ('open', 'billed');
CREATE TABLE order_line (
  order_id INTEGER NOT NULL, line_id INTEGER NOT NULL, product_id INTEGER NOT NULL, names TEXT NOT NULL,
  quantity INTEGER NOT NULL, price INTEGER NOT NULL, amount INTEGER NOT NULL, tax_rate_id INTEGER NOT NULL,
  tax_rate INTEGER NOT NULL, modifiers TEXT, seat INTEGER, course INTEGER, note TEXT, station_id INTEGER,
  status TEXT NOT NULL CHECK (status IN ('held', 'preparing', 'ready', 'served', 'void')), staff_id INTEGER,
  sent_at INTEGER, ready_at INTEGER, comp INTEGER NOT NULL, reason TEXT,
  PRIMARY KEY (order_id, line_id)
) STRICT, WITHOUT ROWID;
"""

PAYMENTS = """
CREATE TABLE payment (
  id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, business_day INTEGER NOT NULL, at INTEGER NOT NULL,
  staff_id INTEGER, device_id INTEGER
) STRICT;
CREATE INDEX payment_order ON payment (order_id);
CREATE TABLE tender (
  payment_id INTEGER NOT NULL REFERENCES payment (id), tender INTEGER NOT NULL, method TEXT NOT NULL,
  amount INTEGER NOT NULL, tip INTEGER NOT NULL, tendered INTEGER, change INTEGER NOT NULL, reference TEXT,
  PRIMARY KEY (payment_id, tender)
) STRICT, WITHOUT ROWID;
"""


def up(_migrator: Any, db: Any) -> None:
    for script in (CORE, MENU, FLOOR, STAFF, STOCK, PRINTING, ORDERS, PAYMENTS):
        for statement in statements(script):
            db.execute_sql(statement)


def statements(script: str) -> list[str]:
    """The statements of a script; a trigger's inner semicolon stands before END."""
    joined = script.replace("; END;", "\x00 END;")
    return [piece.replace("\x00", ";") for piece in (part.strip() for part in joined.split(";\n")) if piece]
