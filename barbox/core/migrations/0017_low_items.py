"""Which items are at their reorder point: kept in step, so that nobody goes through ten thousand to find them."""

from typing import Any

STATEMENTS = (
    "CREATE TABLE stock_low (item_id INTEGER PRIMARY KEY) STRICT",
    """INSERT INTO stock_low SELECT i.id FROM stock_item i
      WHERE coalesce((SELECT sum(l.on_hand) FROM stock_level l WHERE l.item_id = i.id), 0) <= i.low_at""",
)


def up(_migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
