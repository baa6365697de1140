"""Roll-ups: sums by business day and one more key, kept in step with what they sum in the same transaction.

What they mean stands in `sales.py`; `recount.py` makes them anew from the raw rows.
"""

import peewee

from barbox.core.models import Table


class _Settled(Table):
    """What orders came to when they were settled, less what was reopened; `refunded` is what was given back later."""

    business_day = peewee.IntegerField()
    orders = peewee.IntegerField()
    covers = peewee.IntegerField()
    subtotal = peewee.IntegerField()
    discount = peewee.IntegerField()
    service = peewee.IntegerField()
    cover = peewee.IntegerField()
    tax = peewee.IntegerField()
    total = peewee.IntegerField()
    comped = peewee.IntegerField()
    refunded = peewee.IntegerField()


class SalesHour(_Settled):
    """By the hour on the venue's wall at which the party came (its order was opened)."""

    hour = peewee.IntegerField()

    class Meta:
        table_name = "sales_hour"
        primary_key = peewee.CompositeKey("business_day", "hour")
        without_rowid = True


class SalesStaff(_Settled):
    """By the person whose order it was; 0 is the box."""

    staff_id = peewee.IntegerField()

    class Meta:
        table_name = "sales_staff"
        primary_key = peewee.CompositeKey("business_day", "staff_id")
        without_rowid = True


class SalesTable(_Settled):
    """By area and table, 0 where there is none; `minutes` from sitting down to paying, of so many `seatings`."""

    area_id = peewee.IntegerField()
    table_id = peewee.IntegerField()
    seatings = peewee.IntegerField()
    minutes = peewee.IntegerField()

    class Meta:
        table_name = "sales_table"
        primary_key = peewee.CompositeKey("business_day", "area_id", "table_id")
        without_rowid = True


class SalesProduct(Table):
    """By product and the happy hour it was sold by (0: none); quantities in thousandths.

    `amount` is before `discount`; what was part of a set menu counts in `in_sets`, at no amount.
    """

    business_day = peewee.IntegerField()
    product_id = peewee.IntegerField()
    rule_id = peewee.IntegerField()
    quantity = peewee.IntegerField()
    in_sets = peewee.IntegerField()
    amount = peewee.IntegerField()
    discount = peewee.IntegerField()
    comped_quantity = peewee.IntegerField()
    comped = peewee.IntegerField()

    class Meta:
        table_name = "sales_product"
        primary_key = peewee.CompositeKey("business_day", "product_id", "rule_id")
        without_rowid = True


class MoneyTaken(Table):
    """By who took it (0: the box) and how; `amount` is less `refunded`, without tips and rounding, as on a Z report."""

    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField()
    method = peewee.TextField()
    count = peewee.IntegerField()
    amount = peewee.IntegerField()
    tip = peewee.IntegerField()
    rounding = peewee.IntegerField()
    refunded = peewee.IntegerField()

    class Meta:
        table_name = "money_taken"
        primary_key = peewee.CompositeKey("business_day", "staff_id", "method")
        without_rowid = True


class TaxTaken(Table):
    """By tax rate: what payments, less refunds, were taxed, as on a Z report."""

    business_day = peewee.IntegerField()
    tax_rate_id = peewee.IntegerField()
    rate = peewee.IntegerField()
    gross = peewee.IntegerField()
    tax = peewee.IntegerField()

    class Meta:
        table_name = "tax_taken"
        primary_key = peewee.CompositeKey("business_day", "tax_rate_id", "rate")
        without_rowid = True


class Deduction(Table):
    """Something taken back or given away, when it was; a discount when its order was settled (minus: reopened)."""

    id = peewee.AutoField()
    kind = peewee.TextField()
    business_day = peewee.IntegerField()
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField()
    reason = peewee.TextField()
    amount = peewee.IntegerField()
    order_id = peewee.IntegerField()


class SaleUndone(Table):
    """What a settlement counted that was taken back by reopening its order (`sales.Sale` as JSON)."""

    settlement_id = peewee.IntegerField(primary_key=True)
    order_id = peewee.IntegerField()
    body = peewee.BlobField()

    class Meta:
        table_name = "sale_undone"
