"""A delivery tells where its goods were put, so that one set right puts them there again."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE delivery_line ADD COLUMN location_id INTEGER REFERENCES stock_location (id)")
