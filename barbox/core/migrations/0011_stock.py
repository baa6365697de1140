"""Stock as a ledger: items, units, places, recipes, moves; suppliers and purchases; counts, kegs and kept bottles."""

from typing import Any

ITEMS = (
    """CREATE TABLE stock_location (
      id INTEGER PRIMARY KEY, names TEXT NOT NULL, sort INTEGER NOT NULL, hidden INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """INSERT INTO stock_location (id, names, sort) VALUES (1, '{"en":"Bar","zh":"吧台"}', 0),
      (2, '{"en":"Cellar","zh":"酒窖"}', 1), (3, '{"en":"Kitchen","zh":"厨房"}', 2)""",
    """CREATE TABLE supplier (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, contact TEXT, phone TEXT, email TEXT, address TEXT, note TEXT,
      language TEXT NOT NULL DEFAULT 'en', lead_days INTEGER NOT NULL DEFAULT 1,
      weekdays INTEGER NOT NULL DEFAULT 127, minimum INTEGER NOT NULL DEFAULT 0, hidden INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE stock_item (
      id INTEGER PRIMARY KEY, names TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('drink', 'food', 'premix', 'packaging', 'other')),
      unit TEXT NOT NULL CHECK (unit IN ('ml', 'g', 'piece')),
      policy TEXT NOT NULL CHECK (policy IN ('refuse', 'warn', 'allow')),
      location_id INTEGER NOT NULL REFERENCES stock_location (id), shelf TEXT,
      low_at INTEGER NOT NULL DEFAULT 0, par INTEGER NOT NULL DEFAULT 0,
      cost INTEGER NOT NULL DEFAULT 0, last_cost INTEGER NOT NULL DEFAULT 0,
      supplier_id INTEGER REFERENCES supplier (id), barcode TEXT,
      tare INTEGER, full_weight INTEGER, full_quantity INTEGER, dated INTEGER NOT NULL DEFAULT 0, note TEXT,
      hidden INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TRIGGER stock_item_named AFTER UPDATE OF names ON product WHEN NEW.names <> OLD.names
      BEGIN UPDATE stock_item SET names = NEW.names WHERE id = NEW.id; END""",
    "CREATE UNIQUE INDEX stock_item_barcode ON stock_item (barcode) WHERE barcode IS NOT NULL AND hidden = 0",
    """CREATE TABLE stock_pack (
      id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES stock_item (id), names TEXT NOT NULL,
      quantity INTEGER NOT NULL CHECK (quantity > 0), barcode TEXT, price INTEGER,
      deposit_item_id INTEGER REFERENCES stock_item (id), sort INTEGER NOT NULL DEFAULT 0,
      hidden INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX stock_pack_item ON stock_pack (item_id)",
    "CREATE UNIQUE INDEX stock_pack_barcode ON stock_pack (barcode) WHERE barcode IS NOT NULL AND hidden = 0",
    """CREATE TABLE stock_batch (
      id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES stock_item (id), code TEXT, expires_on INTEGER,
      quantity INTEGER NOT NULL, received_at INTEGER NOT NULL, finished_at INTEGER
    ) STRICT""",
    "CREATE INDEX stock_batch_item ON stock_batch (item_id, expires_on)",
    "CREATE INDEX stock_batch_expiry ON stock_batch (expires_on) WHERE finished_at IS NULL",
)
"""Quantities in thousandths of the item's unit, `cost` in millionths of the minor unit for one unit."""

MOVES = (
    """CREATE TABLE stock_level (
      item_id INTEGER NOT NULL REFERENCES stock_item (id),
      location_id INTEGER NOT NULL REFERENCES stock_location (id), on_hand INTEGER NOT NULL,
      PRIMARY KEY (item_id, location_id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE stock_move (
      id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL, location_id INTEGER NOT NULL, kind TEXT NOT NULL,
      quantity INTEGER NOT NULL, value INTEGER NOT NULL, at INTEGER NOT NULL, business_day INTEGER NOT NULL,
      staff_id INTEGER, order_id INTEGER, document TEXT, reason TEXT
    ) STRICT""",
    """CREATE INDEX stock_move_other ON stock_move (item_id, id) WHERE kind NOT IN ('sale', 'void_back')""",
    """CREATE INDEX stock_move_document ON stock_move (document) WHERE document IS NOT NULL""",
    """CREATE TABLE stock_day (
      business_day INTEGER NOT NULL, item_id INTEGER NOT NULL, location_id INTEGER NOT NULL, kind TEXT NOT NULL,
      quantity INTEGER NOT NULL, value INTEGER NOT NULL,
      PRIMARY KEY (business_day, item_id, location_id, kind)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX stock_day_item ON stock_day (item_id, business_day)",
    """CREATE TABLE stock_proof (
      business_day INTEGER PRIMARY KEY, at INTEGER NOT NULL, moves INTEGER NOT NULL, last_move INTEGER NOT NULL
    ) STRICT""",
)
"""The ledger has no index that a sale would have to write: days are summed up beside it as sales happen."""

RECIPES = (
    """CREATE TABLE recipe (
      id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES product (id), modifier_id INTEGER REFERENCES modifier (id),
      item_id INTEGER REFERENCES stock_item (id), yields INTEGER NOT NULL DEFAULT 1000 CHECK (yields > 0),
      note TEXT, from_line INTEGER NOT NULL, until_line INTEGER, at INTEGER NOT NULL, staff_id INTEGER,
      CHECK ((item_id IS NULL) = (product_id IS NOT NULL OR modifier_id IS NOT NULL))
    ) STRICT""",
    "CREATE INDEX recipe_product ON recipe (product_id) WHERE product_id IS NOT NULL",
    """CREATE UNIQUE INDEX recipe_in_force ON recipe
      (coalesce(product_id, 0), coalesce(modifier_id, 0), coalesce(item_id, 0)) WHERE until_line IS NULL""",
    """CREATE TABLE recipe_line (
      recipe_id INTEGER NOT NULL REFERENCES recipe (id), line INTEGER NOT NULL,
      item_id INTEGER NOT NULL REFERENCES stock_item (id), quantity INTEGER NOT NULL CHECK (quantity > 0),
      loss INTEGER NOT NULL DEFAULT 0 CHECK (loss BETWEEN 0 AND 9000), takes INTEGER NOT NULL,
      PRIMARY KEY (recipe_id, line)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX recipe_line_item ON recipe_line (item_id)",
)
"""A recipe is never changed: a new one takes its place for lines numbered from `from_line` on."""

PURCHASES = (
    """CREATE TABLE purchase (
      id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, supplier_id INTEGER NOT NULL REFERENCES supplier (id),
      status TEXT NOT NULL CHECK (status IN ('draft', 'sent', 'partly', 'closed', 'cancelled')),
      version INTEGER NOT NULL, created_at INTEGER NOT NULL, business_day INTEGER NOT NULL, staff_id INTEGER,
      sent_at INTEGER, sent_as TEXT, expected_on INTEGER, closed_at INTEGER, note TEXT
    ) STRICT""",
    "CREATE INDEX purchase_supplier ON purchase (supplier_id, id)",
    "CREATE INDEX purchase_open ON purchase (status) WHERE status IN ('draft', 'sent', 'partly')",
    """CREATE TABLE purchase_line (
      purchase_id INTEGER NOT NULL REFERENCES purchase (id), line INTEGER NOT NULL,
      item_id INTEGER NOT NULL REFERENCES stock_item (id), pack_id INTEGER REFERENCES stock_pack (id),
      packs INTEGER NOT NULL, price INTEGER, received INTEGER NOT NULL DEFAULT 0, note TEXT,
      PRIMARY KEY (purchase_id, line)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX purchase_line_item ON purchase_line (item_id)",
    """CREATE TABLE delivery (
      id INTEGER PRIMARY KEY, purchase_id INTEGER REFERENCES purchase (id),
      supplier_id INTEGER REFERENCES supplier (id), paper TEXT, at INTEGER NOT NULL, business_day INTEGER NOT NULL,
      staff_id INTEGER, note TEXT
    ) STRICT""",
    """CREATE TABLE delivery_line (
      delivery_id INTEGER NOT NULL REFERENCES delivery (id), line INTEGER NOT NULL,
      item_id INTEGER NOT NULL REFERENCES stock_item (id), pack_id INTEGER REFERENCES stock_pack (id),
      packs INTEGER NOT NULL, quantity INTEGER NOT NULL, amount INTEGER, expected INTEGER, batch_id INTEGER,
      PRIMARY KEY (delivery_id, line)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX delivery_purchase ON delivery (purchase_id) WHERE purchase_id IS NOT NULL",
)

COUNTS = (
    """CREATE TABLE stock_count (
      id INTEGER PRIMARY KEY, location_id INTEGER REFERENCES stock_location (id), title TEXT,
      status TEXT NOT NULL CHECK (status IN ('open', 'closed', 'cancelled')), blind INTEGER NOT NULL DEFAULT 1,
      scope TEXT, opened_at INTEGER NOT NULL, opened_by INTEGER, closed_at INTEGER, closed_by INTEGER,
      business_day INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX stock_count_open ON stock_count (status) WHERE status = 'open'",
    """CREATE TABLE stock_count_entry (
      id INTEGER PRIMARY KEY, count_id INTEGER NOT NULL REFERENCES stock_count (id), item_id INTEGER NOT NULL,
      location_id INTEGER NOT NULL, quantity INTEGER NOT NULL, expected INTEGER NOT NULL, cost INTEGER NOT NULL,
      weights TEXT, at INTEGER NOT NULL, staff_id INTEGER, device_id INTEGER, replaces INTEGER, note TEXT
    ) STRICT""",
    "CREATE INDEX stock_count_entry_of ON stock_count_entry (count_id, item_id)",
)
"""`expected` is what the ledger said at the instant of the entry: selling goes on meanwhile."""

CELLAR = (
    """CREATE TABLE tap (
      id INTEGER PRIMARY KEY, names TEXT NOT NULL, sort INTEGER NOT NULL, clean_days INTEGER NOT NULL DEFAULT 14,
      hidden INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE keg (
      id INTEGER PRIMARY KEY, tap_id INTEGER REFERENCES tap (id), item_id INTEGER NOT NULL REFERENCES stock_item (id),
      size INTEGER NOT NULL, tapped_at INTEGER NOT NULL, tapped_by INTEGER, after_move INTEGER NOT NULL,
      best_before INTEGER, emptied_at INTEGER, emptied_by INTEGER, poured INTEGER, rest INTEGER, note TEXT
    ) STRICT""",
    "CREATE UNIQUE INDEX keg_on_tap ON keg (tap_id) WHERE emptied_at IS NULL",
    "CREATE INDEX keg_item ON keg (item_id, tapped_at)",
    """CREATE TABLE tap_cleaning (
      id INTEGER PRIMARY KEY, tap_id INTEGER NOT NULL REFERENCES tap (id), at INTEGER NOT NULL, staff_id INTEGER,
      means TEXT, note TEXT
    ) STRICT""",
    "CREATE INDEX tap_cleaning_tap ON tap_cleaning (tap_id, at)",
    """CREATE TABLE kept_bottle (
      id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, member_id INTEGER REFERENCES member (id), guest TEXT,
      phone TEXT, item_id INTEGER REFERENCES stock_item (id), names TEXT NOT NULL, size INTEGER NOT NULL,
      rest INTEGER NOT NULL, place TEXT, kept_at INTEGER NOT NULL, until INTEGER NOT NULL, order_id INTEGER,
      staff_id INTEGER, status TEXT NOT NULL CHECK (status IN ('kept', 'out', 'finished', 'lapsed')),
      reminded_at INTEGER, version INTEGER NOT NULL, note TEXT
    ) STRICT""",
    "CREATE INDEX kept_bottle_member ON kept_bottle (member_id) WHERE member_id IS NOT NULL",
    "CREATE INDEX kept_bottle_phone ON kept_bottle (phone) WHERE phone IS NOT NULL",
    "CREATE INDEX kept_bottle_until ON kept_bottle (until) WHERE status = 'kept'",
    """CREATE TABLE kept_bottle_entry (
      id INTEGER PRIMARY KEY, bottle_id INTEGER NOT NULL REFERENCES kept_bottle (id), kind TEXT NOT NULL,
      rest INTEGER NOT NULL, until INTEGER NOT NULL, at INTEGER NOT NULL, staff_id INTEGER, order_id INTEGER,
      reason TEXT
    ) STRICT""",
    "CREATE INDEX kept_bottle_entry_bottle ON kept_bottle_entry (bottle_id)",
)

LEDGERS = ("stock_move", "stock_count_entry", "kept_bottle_entry", "tap_cleaning")


def up(_migrator: Any, db: Any) -> None:
    old = db.execute_sql("SELECT product_id, on_hand, policy, low_at FROM stock_level").fetchall()
    for statement in ("DROP TABLE stock_level", *ITEMS, *MOVES, *RECIPES, *PURCHASES, *COUNTS, *CELLAR):
        db.execute_sql(statement)
    for table in LEDGERS:
        for event in ("update", "delete"):
            db.execute_sql(
                f"CREATE TRIGGER {table}_{event} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'a ledger only grows'); END"
            )
    _counted_products(db, old)


def _counted_products(db: Any, levels: list[tuple[int, int, str, int]]) -> None:
    """What was counted per product is an item of the same number, and the product's recipe is one of it."""
    if not levels:
        return
    at, day = db.execute_sql("SELECT at, business_day FROM journal ORDER BY seq DESC LIMIT 1").fetchone() or (0, 0)
    for product_id, on_hand, policy, low_at in levels:
        db.execute_sql(
            """INSERT INTO stock_item (id, names, kind, unit, policy, location_id, low_at)
              SELECT id, names, 'other', 'piece', ?, 1, ? FROM product WHERE id = ?""",
            (policy, low_at, product_id),
        )
        db.execute_sql("INSERT INTO stock_level VALUES (?, 1, ?)", (product_id, on_hand))
        move = "VALUES (?, 1, 'adjust', ?, 0, ?, ?, 'opening')"
        columns = "(item_id, location_id, kind, quantity, value, at, business_day, reason)"
        db.execute_sql(f"INSERT INTO stock_move {columns} {move}", (product_id, on_hand, at, day))
        db.execute_sql("INSERT INTO stock_day VALUES (?, ?, 1, 'adjust', ?, 0)", (day, product_id, on_hand))
        db.execute_sql("INSERT INTO recipe (product_id, from_line, at) VALUES (?, 0, ?)", (product_id, at))
        db.execute_sql(
            "INSERT INTO recipe_line VALUES ((SELECT max(id) FROM recipe), 1, ?, 1000, 0, 1000)", (product_id,)
        )
