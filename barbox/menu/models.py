"""The menu's tables. What is deleted is hidden: history keeps its name and price."""

import peewee

from barbox.core.models import Table


class TaxRate(Table):
    """A tax rate in basis points, as receipts name it."""

    id = peewee.AutoField()
    names = peewee.TextField()
    rate = peewee.IntegerField()


class Category(Table):
    """A heading of the menu; what is in it goes to its station."""

    id = peewee.AutoField()
    names = peewee.TextField()
    color = peewee.TextField()
    sort = peewee.IntegerField()
    station_id = peewee.IntegerField(null=True)
    hidden = peewee.IntegerField(default=0)


class ModifierGroup(Table):
    """`kind`: a plain choice; a size, whose price changes the product's own; or a course of a set menu."""

    id = peewee.AutoField()
    kind = peewee.TextField(default="choice")
    names = peewee.TextField()
    minimum = peewee.IntegerField()
    maximum = peewee.IntegerField()
    hidden = peewee.IntegerField(default=0)


class Modifier(Table):
    """`takes` thousandths: of `product_id`'s stock where one is named, in a size of the product's own."""

    id = peewee.AutoField()
    product_id = peewee.IntegerField(null=True)
    takes = peewee.IntegerField(default=0)
    group_id = peewee.IntegerField()
    names = peewee.TextField()
    price = peewee.IntegerField()
    sort = peewee.IntegerField()
    hidden = peewee.IntegerField(default=0)


class Product(Table):
    """Something sold. `unit` other than "piece" is sold in decimals; `age` is the youngest that may have it."""

    id = peewee.AutoField()
    open_price = peewee.IntegerField(default=0)
    unit = peewee.TextField(default="piece")
    age = peewee.IntegerField(default=0)
    discountable = peewee.IntegerField(default=1)
    category_id = peewee.IntegerField()
    names = peewee.TextField()
    price = peewee.IntegerField()
    tax_rate_id = peewee.IntegerField()
    station_id = peewee.IntegerField(null=True)
    available = peewee.IntegerField(default=1)
    barcode = peewee.TextField(null=True)
    sort = peewee.IntegerField()
    hidden = peewee.IntegerField(default=0)


class ProductGroup(Table):
    """Which choices are offered with a product."""

    product_id = peewee.IntegerField()
    group_id = peewee.IntegerField()
    sort = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("product_id", "group_id")
        without_rowid = True


class PriceRule(Table):
    """A happy hour: on `weekdays` (bit 0 is Monday) from `from_minute` until `until_minute` past local midnight."""

    id = peewee.AutoField()
    names = peewee.TextField()
    weekdays = peewee.IntegerField()
    from_minute = peewee.IntegerField()
    until_minute = peewee.IntegerField()
    area_id = peewee.IntegerField(null=True)
    category_id = peewee.IntegerField(null=True)
    product_id = peewee.IntegerField(null=True)
    kind = peewee.TextField()
    value = peewee.IntegerField()
    priority = peewee.IntegerField()
    combines = peewee.IntegerField(default=0)
    tier_id = peewee.IntegerField(null=True)
    hidden = peewee.IntegerField(default=0)
