"""Areas and tables. What is deleted is hidden: history keeps its name."""

import peewee

from barbox.core.models import Table


class Area(Table):
    """A part of the bar with its own charges: service in basis points, cover price and minimum spend in minor units."""

    id = peewee.AutoField()
    names = peewee.TextField()
    sort = peewee.IntegerField()
    service_rate = peewee.IntegerField(default=0)
    cover_price = peewee.IntegerField(default=0)
    cover_tax_rate_id = peewee.IntegerField(null=True)
    minimum_spend = peewee.IntegerField(default=0)
    hidden = peewee.IntegerField(default=0)


class DiningTable(Table):
    """A table on its area's plan; x, y, width and height in percent of the plan."""

    id = peewee.AutoField()
    area_id = peewee.IntegerField()
    name = peewee.TextField()
    seats = peewee.IntegerField()
    x = peewee.IntegerField()
    y = peewee.IntegerField()
    width = peewee.IntegerField()
    height = peewee.IntegerField()
    shape = peewee.TextField()
    hidden = peewee.IntegerField(default=0)
