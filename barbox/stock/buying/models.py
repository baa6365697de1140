"""Orders to suppliers, what came in, and what the next days are foreseen to use."""

import peewee

from barbox.core.models import Table


class StockDemand(Table):
    """How much a day to come is foreseen to use, per mille of such days in the four weeks before."""

    business_day = peewee.IntegerField(primary_key=True)
    factor = peewee.IntegerField()
    at = peewee.IntegerField()


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
