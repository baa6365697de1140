"""How many of a dish are left, where nobody counts what it is made of."""

from typing import Any

STATEMENT = """CREATE TABLE countdown (
  product_id INTEGER PRIMARY KEY REFERENCES product (id), remaining INTEGER NOT NULL
) STRICT"""


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql(STATEMENT)
