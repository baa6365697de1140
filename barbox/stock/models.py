"""What is on the shelf: items and their packs, places, recipes, and the ledger of moves, which only ever grows.

Quantities are thousandths of the item's unit (ml, g or piece); costs are millionths of the currency's minor unit for
one unit, values millionths of the minor unit.
"""

import peewee

from barbox.core.models import Table


class StockLocation(Table):
    """Bar, cellar, kitchen: where things stand."""

    id = peewee.AutoField()
    names = peewee.TextField()
    sort = peewee.IntegerField()
    hidden = peewee.IntegerField(default=0)


class StockItem(Table):
    """Something kept. What is sold as it stands has its product's number; other items are numbered from 1,000,001.

    `location_id` is where it is served from, `low_at` the reorder point, `cost` the moving average. A full bottle
    weighs `full_weight` and holds `full_quantity`, an empty one weighs `tare` (thousandths of a gram, of the unit).
    What is `dated` is received in batches with the day they expire.
    """

    id = peewee.AutoField()
    names = peewee.TextField()
    kind = peewee.TextField()
    unit = peewee.TextField()
    policy = peewee.TextField()
    location_id = peewee.IntegerField()
    shelf = peewee.TextField(null=True)
    low_at = peewee.IntegerField(default=0)
    par = peewee.IntegerField(default=0)
    cost = peewee.IntegerField(default=0)
    last_cost = peewee.IntegerField(default=0)
    supplier_id = peewee.IntegerField(null=True)
    barcode = peewee.TextField(null=True)
    tare = peewee.IntegerField(null=True)
    full_weight = peewee.IntegerField(null=True)
    full_quantity = peewee.IntegerField(null=True)
    dated = peewee.IntegerField(default=0)
    note = peewee.TextField(null=True)
    hidden = peewee.IntegerField(default=0)


class StockPack(Table):
    """How an item is bought or counted: a case of 24, a bottle of 700 ml. `price` is the last paid, in minor units.

    `deposit_item_id` comes along with each (crate, keg shell) and goes back to the supplier.
    """

    id = peewee.AutoField()
    item_id = peewee.IntegerField()
    names = peewee.TextField()
    quantity = peewee.IntegerField()
    barcode = peewee.TextField(null=True)
    price = peewee.IntegerField(null=True)
    deposit_item_id = peewee.IntegerField(null=True)
    sort = peewee.IntegerField(default=0)
    hidden = peewee.IntegerField(default=0)


class StockBatch(Table):
    """What came in together; `expires_on` is YYYYMMDD. What is used first is assumed to be what expires first."""

    id = peewee.AutoField()
    item_id = peewee.IntegerField()
    code = peewee.TextField(null=True)
    expires_on = peewee.IntegerField(null=True)
    quantity = peewee.IntegerField()
    received_at = peewee.IntegerField()
    finished_at = peewee.IntegerField(null=True)


class StockLevel(Table):
    """What is there of an item at a place: the sum of its moves, kept in step in their transaction."""

    item_id = peewee.IntegerField()
    location_id = peewee.IntegerField()
    on_hand = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("item_id", "location_id")
        without_rowid = True


class StockLow(Table):
    """An item at its reorder point, or below: kept in step with levels and items in their transaction."""

    item_id = peewee.IntegerField(primary_key=True)


class StockMove(Table):
    """The ledger: `quantity` is what an item's place gained, `value` what that was worth then.

    What an order takes is one row for each item. `document` is what it belongs to: "delivery:7", "count:3".
    """

    id = peewee.AutoField()
    item_id = peewee.IntegerField()
    location_id = peewee.IntegerField()
    kind = peewee.TextField()
    quantity = peewee.IntegerField()
    value = peewee.IntegerField()
    at = peewee.IntegerField()
    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    order_id = peewee.IntegerField(null=True)
    document = peewee.TextField(null=True)
    reason = peewee.TextField(null=True)


class StockDay(Table):
    """The ledger's sums by day, item, place and kind, written beside it."""

    business_day = peewee.IntegerField()
    item_id = peewee.IntegerField()
    location_id = peewee.IntegerField()
    kind = peewee.TextField()
    quantity = peewee.IntegerField()
    value = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("business_day", "item_id", "location_id", "kind")
        without_rowid = True


class CostDay(Table):
    """What a product's lines took on a day, at what it cost then (millionths of the minor unit), by kind of move.

    The courses of a set menu count for the set. So a day's sums of a kind are those of its moves, but for rounding.
    """

    business_day = peewee.IntegerField()
    product_id = peewee.IntegerField()
    kind = peewee.TextField()
    spent = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("business_day", "product_id", "kind")
        without_rowid = True


class StockProof(Table):
    """A day whose sums were found to be those of its moves, up to `last_move`."""

    business_day = peewee.IntegerField(primary_key=True)
    at = peewee.IntegerField()
    moves = peewee.IntegerField()
    last_move = peewee.IntegerField()


class Recipe(Table):
    """What a product takes, in a size or with a choice (both set), a modifier alone, or a premix (`item_id`) when made.

    Never changed: a new one takes its place. `from_line` is the first order line it is for, `until_line` the first it
    is not for any more, null for the one in force. `yields` is how much of the premix its lines make.
    """

    id = peewee.AutoField()
    product_id = peewee.IntegerField(null=True)
    modifier_id = peewee.IntegerField(null=True)
    item_id = peewee.IntegerField(null=True)
    yields = peewee.IntegerField(default=1000)
    note = peewee.TextField(null=True)
    from_line = peewee.IntegerField()
    until_line = peewee.IntegerField(null=True)
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)


class RecipeLine(Table):
    """An ingredient; `loss` per mille is lost on the way, `takes` is what leaves the shelf, loss included."""

    recipe_id = peewee.IntegerField()
    line = peewee.IntegerField()
    item_id = peewee.IntegerField()
    quantity = peewee.IntegerField()
    loss = peewee.IntegerField(default=0)
    takes = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("recipe_id", "line")
        without_rowid = True


class Supplier(Table):
    """Who delivers: in how many days, on which weekdays (bit 0 is Monday), from what amount on (minor units)."""

    id = peewee.AutoField()
    name = peewee.TextField()
    contact = peewee.TextField(null=True)
    phone = peewee.TextField(null=True)
    email = peewee.TextField(null=True)
    address = peewee.TextField(null=True)
    note = peewee.TextField(null=True)
    language = peewee.TextField(default="en")
    lead_days = peewee.IntegerField(default=1)
    weekdays = peewee.IntegerField(default=127)
    minimum = peewee.IntegerField(default=0)
    hidden = peewee.IntegerField(default=0)


class Countdown(Table):
    """Of a product only `remaining` thousandths can be sold until somebody says otherwise."""

    product_id = peewee.IntegerField(primary_key=True)
    remaining = peewee.IntegerField()
