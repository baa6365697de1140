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


class StockDemand(Table):
    """How much a day to come is foreseen to use, per mille of such days in the four weeks before."""

    business_day = peewee.IntegerField(primary_key=True)
    factor = peewee.IntegerField()
    at = peewee.IntegerField()


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


class Purchase(Table):
    """An order to a supplier. `sent_as` is how it went: "print", "pdf", "csv" or "mail"; `expected_on` YYYYMMDD."""

    id = peewee.AutoField()
    number = peewee.IntegerField()
    supplier_id = peewee.IntegerField()
    status = peewee.TextField()
    version = peewee.IntegerField()
    created_at = peewee.IntegerField()
    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    sent_at = peewee.IntegerField(null=True)
    sent_as = peewee.TextField(null=True)
    expected_on = peewee.IntegerField(null=True)
    closed_at = peewee.IntegerField(null=True)
    note = peewee.TextField(null=True)


class PurchaseLine(Table):
    """So many packs at so much each (minor units); `packs` and `received` in thousandths."""

    purchase_id = peewee.IntegerField()
    line = peewee.IntegerField()
    item_id = peewee.IntegerField()
    pack_id = peewee.IntegerField(null=True)
    packs = peewee.IntegerField()
    price = peewee.IntegerField(null=True)
    received = peewee.IntegerField(default=0)
    note = peewee.TextField(null=True)

    class Meta:
        primary_key = peewee.CompositeKey("purchase_id", "line")
        without_rowid = True


class Delivery(Table):
    """Goods that came in together; `paper` is the number on the supplier's delivery note.

    One that was written down wrong is `reversed_for` a reason, and may be `replaced_by` another.
    """

    id = peewee.AutoField()
    purchase_id = peewee.IntegerField(null=True)
    supplier_id = peewee.IntegerField(null=True)
    paper = peewee.TextField(null=True)
    at = peewee.IntegerField()
    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    note = peewee.TextField(null=True)
    reversed_at = peewee.IntegerField(null=True)
    reversed_by = peewee.IntegerField(null=True)
    reversed_for = peewee.TextField(null=True)
    replaced_by = peewee.IntegerField(null=True)


class DeliveryLine(Table):
    """What came of an item: `amount` is what all of it costs (minor units), `expected` the packs that were ordered.

    `cost_before` and `cost_after` are the item's average (millionths of the minor unit for one unit), `last_before` its
    last cost and `price_before` its pack's price (minor units) as they were until then.
    """

    delivery_id = peewee.IntegerField()
    line = peewee.IntegerField()
    item_id = peewee.IntegerField()
    pack_id = peewee.IntegerField(null=True)
    packs = peewee.IntegerField()
    quantity = peewee.IntegerField()
    amount = peewee.IntegerField(null=True)
    expected = peewee.IntegerField(null=True)
    location_id = peewee.IntegerField(null=True)
    batch_id = peewee.IntegerField(null=True)
    cost_before = peewee.IntegerField(null=True)
    cost_after = peewee.IntegerField(null=True)
    last_before = peewee.IntegerField(null=True)
    price_before = peewee.IntegerField(null=True)

    class Meta:
        primary_key = peewee.CompositeKey("delivery_id", "line")
        without_rowid = True


class StockCount(Table):
    """A stock-take of a place, or of all; who counts `blind` does not see what is expected. `scope` narrows it."""

    id = peewee.AutoField()
    location_id = peewee.IntegerField(null=True)
    title = peewee.TextField(null=True)
    status = peewee.TextField()
    blind = peewee.IntegerField(default=1)
    scope = peewee.TextField(null=True)
    opened_at = peewee.IntegerField()
    opened_by = peewee.IntegerField(null=True)
    closed_at = peewee.IntegerField(null=True)
    closed_by = peewee.IntegerField(null=True)
    business_day = peewee.IntegerField()


class StockCountEntry(Table):
    """What somebody counted of an item at an instant, and what the ledger `expected` then; a correction `replaces` one.

    `weights` are those of the open bottles (JSON, grams).
    """

    id = peewee.AutoField()
    count_id = peewee.IntegerField()
    item_id = peewee.IntegerField()
    location_id = peewee.IntegerField()
    quantity = peewee.IntegerField()
    expected = peewee.IntegerField()
    cost = peewee.IntegerField()
    weights = peewee.TextField(null=True)
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    device_id = peewee.IntegerField(null=True)
    replaces = peewee.IntegerField(null=True)
    note = peewee.TextField(null=True)


class Tap(Table):
    """Where beer comes out; its line is cleaned every `clean_days`."""

    id = peewee.AutoField()
    names = peewee.TextField()
    sort = peewee.IntegerField()
    clean_days = peewee.IntegerField(default=14)
    hidden = peewee.IntegerField(default=0)


class Keg(Table):
    """A keg that was tapped: what it held, after which move it began; once empty, what was `poured`, and its `rest`."""

    id = peewee.AutoField()
    tap_id = peewee.IntegerField(null=True)
    item_id = peewee.IntegerField()
    size = peewee.IntegerField()
    tapped_at = peewee.IntegerField()
    tapped_by = peewee.IntegerField(null=True)
    after_move = peewee.IntegerField()
    best_before = peewee.IntegerField(null=True)
    emptied_at = peewee.IntegerField(null=True)
    emptied_by = peewee.IntegerField(null=True)
    poured = peewee.IntegerField(null=True)
    rest = peewee.IntegerField(null=True)
    note = peewee.TextField(null=True)


class TapCleaning(Table):
    """A line that was cleaned: when, by whom, with what."""

    id = peewee.AutoField()
    tap_id = peewee.IntegerField()
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    means = peewee.TextField(null=True)
    note = peewee.TextField(null=True)


class KeptBottle(Table):
    """A guest's bottle stored by the bar: `size` and `rest` in thousandths of a ml, `until` the last day (YYYYMMDD)."""

    id = peewee.AutoField()
    number = peewee.IntegerField()
    member_id = peewee.IntegerField(null=True)
    guest = peewee.TextField(null=True)
    phone = peewee.TextField(null=True)
    item_id = peewee.IntegerField(null=True)
    names = peewee.TextField()
    size = peewee.IntegerField()
    rest = peewee.IntegerField()
    place = peewee.TextField(null=True)
    kept_at = peewee.IntegerField()
    until = peewee.IntegerField()
    order_id = peewee.IntegerField(null=True)
    staff_id = peewee.IntegerField(null=True)
    status = peewee.TextField()
    reminded_at = peewee.IntegerField(null=True)
    version = peewee.IntegerField()
    note = peewee.TextField(null=True)


class KeptBottleEntry(Table):
    """What happened to a kept bottle, and what was in it afterwards."""

    id = peewee.AutoField()
    bottle_id = peewee.IntegerField()
    kind = peewee.TextField()
    rest = peewee.IntegerField()
    until = peewee.IntegerField()
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    order_id = peewee.IntegerField(null=True)
    reason = peewee.TextField(null=True)


class Countdown(Table):
    """Of a product only `remaining` thousandths can be sold until somebody says otherwise."""

    product_id = peewee.IntegerField(primary_key=True)
    remaining = peewee.IntegerField()
