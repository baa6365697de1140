"""A cellar that has been kept for years: 10,000 items, recipes of all products, and 5 million moves behind them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench import servers
from tests.bench.targets import Target
from tests.faults.box import Pass

ITEMS = 10_000
MOVES = 5_000_000
A_DAY = 2_740
"""Moves: five years of them."""
MIXED = "box, orders by recipe"
READS = {
    "inventory": "/api/inventory",
    "inventory, a later page": "/api/inventory?offset=5000",
    "inventory, by name": "/api/inventory?q=Item%2077",
    "low stock": "/api/inventory?low=true",
    "makeable menu": "/api/menu",
    "an item's moves": "/api/inventory/items/1000777/moves",
}

FILL = (
    """INSERT INTO stock_item (id, names, kind, unit, policy, location_id, low_at, par, cost)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :items)
      SELECT 1000000 + i, '{"en":"Item ' || i || '","zh":"货品 ' || i || '"}', 'drink', 'ml', 'refuse', 1,
        CASE WHEN i % 40 = 0 THEN 1000000000000 ELSE 1000 END, 0, 14000000 FROM n""",
    """INSERT INTO stock_move (item_id, location_id, kind, quantity, value, at, business_day)
      WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :moves - 1)
      SELECT 1000001 + (i * 7919) % :items, 1 + (i % 10 = 9), CASE WHEN i % 25 THEN 'sale' ELSE 'receive' END,
        CASE WHEN i % 25 THEN -30000 ELSE 2000000 END, CASE WHEN i % 25 THEN -420000000 ELSE 28000000000 END,
        1600000000000 + i * 31000, CAST(strftime('%Y%m%d', '2021-01-01', '+' || (i / :a_day) || ' days') AS INTEGER)
      FROM n""",
    """INSERT INTO stock_day SELECT business_day, item_id, location_id, kind, sum(quantity), sum(value) FROM stock_move
      WHERE item_id > 1000000 GROUP BY 1, 2, 3, 4""",
    """INSERT INTO stock_level SELECT item_id, location_id, sum(quantity) FROM stock_day
      WHERE item_id > 1000000 GROUP BY 1, 2""",
    """INSERT OR IGNORE INTO stock_low SELECT id FROM stock_item WHERE coalesce(
      (SELECT sum(on_hand) FROM stock_level WHERE item_id = id), 0) <= low_at""",
    "UPDATE recipe SET until_line = 1",
    "INSERT INTO recipe (product_id, from_line, at) SELECT id, 1, 0 FROM product",
    """INSERT INTO recipe_line (recipe_id, line, item_id, quantity, takes)
      SELECT r.id, l.value, 1000001 + (r.product_id * 31 + l.value * 97) % 400, 30000, 30600
      FROM recipe r, generate_series_1_5 l WHERE r.until_line IS NULL AND l.value <= 1 + r.product_id % 5""",
    """INSERT INTO stock_level SELECT id, 1, 1000000000000 FROM stock_item WHERE id BETWEEN 1000001 AND 1000400
      ON CONFLICT DO UPDATE SET on_hand = on_hand + excluded.on_hand""",
    """INSERT INTO stock_move (item_id, location_id, kind, quantity, value, at, business_day)
      SELECT id, 1, 'adjust', 1000000000000, 0, 1765000000000, 20251201 FROM stock_item
      WHERE id BETWEEN 1000001 AND 1000400""",
    """INSERT INTO stock_day SELECT business_day, item_id, location_id, kind, quantity, value FROM stock_move
      WHERE business_day = 20251201 AND kind = 'adjust' AND quantity = 1000000000000""",
)
"""Some of it runs low, some stands in the cellar; four of five products take two items or more."""


@contextmanager
def shelves(moves: int = MOVES) -> Iterator[tuple[Path, Pass]]:
    """The data of such a bar."""
    with servers.furnished() as (data, known):
        with closing(sqlite3.connect(data / "barbox.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("CREATE TEMP TABLE generate_series_1_5 (value)")
            connection.executemany("INSERT INTO generate_series_1_5 VALUES (?)", [(n,) for n in range(1, 6)])
            connection.execute("BEGIN")
            for statement in FILL:
                connection.execute(statement, {"items": ITEMS, "moves": moves, "a_day": A_DAY})
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield data, known


@contextmanager
def bar(moves: int = MOVES) -> Iterator[Target]:
    """A box on such data."""
    with shelves(moves) as (data, known), servers.launched(data, known) as target:
        yield replace(target, name=MIXED, reads=READS)
