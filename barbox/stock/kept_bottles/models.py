"""Guests' bottles, and what happened to each."""

import peewee

from barbox.core.models import Table


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
