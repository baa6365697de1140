"""What is on the shelf. A narrow table of its own, since every order touches it."""

import peewee

from barbox.core.models import Table


class StockLevel(Table):
    """`on_hand` and `low_at` in thousandths; a product without a row is not counted."""

    product_id = peewee.IntegerField(primary_key=True)
    on_hand = peewee.IntegerField()
    policy = peewee.TextField()
    low_at = peewee.IntegerField(default=0)
