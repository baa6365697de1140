"""Stock-takes, and what was counted in each."""

import peewee

from barbox.core.models import Table


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
