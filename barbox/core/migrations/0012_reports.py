"""Roll-ups of what was sold, taken and given away, a row for each day and key; and when orders were settled."""

from typing import Any

_SETTLED = ("orders", "covers", "subtotal", "discount", "service", "cover", "tax", "total", "comped", "refunded")
_COUNT = "INTEGER NOT NULL"


def _rolled(name: str, key: str, measures: tuple[str, ...]) -> str:
    columns = ", ".join(f"{each} {_COUNT}" for each in measures)
    keys = ", ".join(f"{each} {'TEXT NOT NULL' if each == 'method' else _COUNT}" for each in key.split(", "))
    return f"CREATE TABLE {name} ({keys}, {columns}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID"


STATEMENTS = (
    _rolled("sales_hour", "business_day, hour", _SETTLED),
    _rolled("sales_staff", "business_day, staff_id", _SETTLED),
    _rolled("sales_table", "business_day, area_id, table_id", (*_SETTLED, "seatings", "minutes")),
    _rolled(
        "sales_product",
        "business_day, product_id, rule_id",
        ("quantity", "in_sets", "amount", "discount", "comped_quantity", "comped"),
    ),
    _rolled("money_taken", "business_day, staff_id, method", ("count", "amount", "tip", "rounding", "refunded")),
    _rolled("tax_taken", "business_day, tax_rate_id, rate", ("gross", "tax")),
    """CREATE TABLE deduction (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('void', 'comp', 'discount')),
      business_day INTEGER NOT NULL, at INTEGER NOT NULL, staff_id INTEGER NOT NULL, reason TEXT NOT NULL,
      amount INTEGER NOT NULL, order_id INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX deduction_day ON deduction (business_day, kind, staff_id, reason, amount)",
    """CREATE TABLE sale_undone (
      settlement_id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX sale_undone_order ON sale_undone (order_id)",
    "ALTER TABLE settlement ADD COLUMN business_day INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE settlement ADD COLUMN at INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE settlement ADD COLUMN payment_id INTEGER",
    "DROP TRIGGER settlement_update_after_z",
    """UPDATE settlement SET payment_id = (
      SELECT max(p.id) FROM payment p
      WHERE p.order_id = settlement.order_id AND p.session_id = settlement.session_id AND p.kind = 'payment'
    ) WHERE orders > 0""",
    """UPDATE settlement SET (business_day, at) = (
      SELECT p.business_day, p.at FROM payment p WHERE p.id = settlement.payment_id
    ) WHERE payment_id IS NOT NULL""",
    """UPDATE settlement SET (business_day, at) = (
      SELECT s.business_day, s.opened_at FROM drawer_session s WHERE s.id = settlement.session_id
    ) WHERE business_day = 0""",
    """CREATE TRIGGER settlement_update_after_z BEFORE UPDATE ON settlement
      WHEN (SELECT closed_at FROM drawer_session WHERE id = OLD.session_id) IS NOT NULL
      BEGIN SELECT RAISE(ABORT, 'its drawer session is closed'); END""",
    "CREATE INDEX settlement_day ON settlement (business_day)",
    "CREATE INDEX payment_day ON payment (business_day)",
)
"""What was settled before is counted when the box starts (`barbox.reports.jobs`)."""


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
