"""Members: people, tiers, and the ledger of their points, balance, bonus and spend, which only ever grows."""

from typing import Any

STATEMENTS = (
    """CREATE TABLE member_tier (
      id INTEGER PRIMARY KEY, names TEXT NOT NULL, spend INTEGER NOT NULL, earn INTEGER NOT NULL,
      hidden INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    'INSERT INTO member_tier (id, names, spend, earn) VALUES (1, \'{"en":"Member","zh":"会员"}\', 0, 100)',
    "CREATE TABLE member_program (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT",
    """CREATE TABLE member (
      id INTEGER PRIMARY KEY, name TEXT, initials TEXT, phone TEXT, card TEXT, code TEXT, birthday TEXT, note TEXT,
      consent_at INTEGER, joined_at INTEGER NOT NULL, staff_id INTEGER, tier_id INTEGER REFERENCES member_tier (id),
      barred TEXT, merged_into INTEGER REFERENCES member (id), erased_at INTEGER
    ) STRICT""",
    "CREATE UNIQUE INDEX member_phone ON member (phone) WHERE phone IS NOT NULL AND merged_into IS NULL",
    "CREATE UNIQUE INDEX member_card ON member (card) WHERE card IS NOT NULL AND merged_into IS NULL",
    "CREATE UNIQUE INDEX member_code ON member (code) WHERE code IS NOT NULL",
    "CREATE INDEX member_merged ON member (merged_into) WHERE merged_into IS NOT NULL",
    """CREATE TABLE member_entry (
      id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES member (id),
      account TEXT NOT NULL CHECK (account IN ('points', 'balance', 'bonus', 'spend')), kind TEXT NOT NULL,
      amount INTEGER NOT NULL, at INTEGER NOT NULL, business_day INTEGER NOT NULL, staff_id INTEGER,
      order_id INTEGER, payment_id INTEGER, expires_on INTEGER, basis INTEGER, reason TEXT
    ) STRICT""",
    "CREATE INDEX member_entry_sums ON member_entry (member_id, account, business_day, expires_on, amount)",
    "CREATE INDEX member_entry_order ON member_entry (order_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX member_entry_payment ON member_entry (payment_id) WHERE payment_id IS NOT NULL",
    "CREATE INDEX member_entry_expiry ON member_entry (expires_on) WHERE expires_on IS NOT NULL",
    "CREATE INDEX member_entry_day ON member_entry (business_day)",
    "ALTER TABLE orders ADD COLUMN member_id INTEGER REFERENCES member (id)",
    "CREATE INDEX orders_member ON orders (member_id) WHERE member_id IS NOT NULL",
    "ALTER TABLE price_rule ADD COLUMN tier_id INTEGER",
    """CREATE TABLE prepayment (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('balance', 'deposit')), holder INTEGER NOT NULL,
      method TEXT NOT NULL, amount INTEGER NOT NULL, reference TEXT, at INTEGER NOT NULL,
      business_day INTEGER NOT NULL, staff_id INTEGER, session_id INTEGER REFERENCES drawer_session (id),
      payment_id INTEGER, reason TEXT
    ) STRICT""",
    "CREATE INDEX prepayment_holder ON prepayment (kind, holder)",
    "CREATE INDEX prepayment_session ON prepayment (session_id) WHERE session_id IS NOT NULL",
    "CREATE INDEX prepayment_payment ON prepayment (payment_id) WHERE payment_id IS NOT NULL",
    """CREATE TRIGGER prepayment_insert_after_z BEFORE INSERT ON prepayment
      WHEN (SELECT closed_at FROM drawer_session WHERE id = NEW.session_id) IS NOT NULL
      BEGIN SELECT RAISE(ABORT, 'its drawer session is closed'); END""",
)
"""`prepayment` is money taken before there is a bill (top-ups, deposits), and what became of deposits."""


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
    for table in ("member_entry", "prepayment"):
        for event in ("update", "delete"):
            db.execute_sql(
                f"CREATE TRIGGER {table}_{event} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'a ledger only grows'); END"
            )
