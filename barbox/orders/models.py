"""An order, its lines, and what was paid on it. Lean: every order of every night passes here."""

import peewee

from barbox.core.models import Table


class Order(Table):
    """A table's or a tab's check; amounts in minor units, `total` and `paid` kept in step with lines and tenders.

    `terms` is what was agreed besides the lines (`rules.Terms` as JSON), null for most orders.
    """

    id = peewee.AutoField()
    number = peewee.IntegerField()
    business_day = peewee.IntegerField()
    hour = peewee.IntegerField()
    status = peewee.TextField()
    version = peewee.IntegerField()
    seq = peewee.IntegerField()
    table_id = peewee.IntegerField(null=True)
    table_name = peewee.TextField(null=True)
    area_id = peewee.IntegerField(null=True)
    tab = peewee.TextField(null=True)
    covers = peewee.IntegerField(null=True)
    staff_id = peewee.IntegerField(null=True)
    staff_name = peewee.TextField()
    customer = peewee.TextField(null=True)
    total = peewee.IntegerField()
    paid = peewee.IntegerField()
    opened_at = peewee.IntegerField()
    billed_at = peewee.IntegerField(null=True)
    paid_at = peewee.IntegerField(null=True)
    takeaway = peewee.IntegerField(default=0)
    refunded = peewee.IntegerField(default=0)
    terms = peewee.TextField(null=True)
    member_id = peewee.IntegerField(null=True)

    class Meta:
        table_name = "orders"


class OrderLine(Table):
    """One line, with the names and price it was ordered at; `line_id` is its own for life, wherever it is moved.

    `parent_id` is the set menu it is part of, `rule_id` the happy hour it was sold by, `discount` its own
    (`rules.Discount` as JSON).
    """

    order_id = peewee.IntegerField()
    line_id = peewee.IntegerField()
    product_id = peewee.IntegerField()
    names = peewee.TextField()
    quantity = peewee.IntegerField()
    price = peewee.IntegerField()
    amount = peewee.IntegerField()
    tax_rate_id = peewee.IntegerField()
    tax_rate = peewee.IntegerField()
    modifiers = peewee.TextField(null=True)
    seat = peewee.IntegerField(null=True)
    course = peewee.IntegerField(null=True)
    note = peewee.TextField(null=True)
    station_id = peewee.IntegerField(null=True)
    status = peewee.TextField()
    staff_id = peewee.IntegerField(null=True)
    sent_at = peewee.IntegerField(null=True)
    ready_at = peewee.IntegerField(null=True)
    comp = peewee.IntegerField()
    reason = peewee.TextField(null=True)
    parent_id = peewee.IntegerField(null=True)
    rule_id = peewee.IntegerField(null=True)
    discountable = peewee.IntegerField(default=1)
    discount = peewee.TextField(null=True)

    class Meta:
        table_name = "order_line"
        primary_key = peewee.CompositeKey("order_id", "line_id")
        without_rowid = True


class Payment(Table):
    """Money taken on an order at one moment, or given back; into or out of the drawer session it stands in."""

    id = peewee.AutoField()
    order_id = peewee.IntegerField()
    business_day = peewee.IntegerField()
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    device_id = peewee.IntegerField(null=True)
    session_id = peewee.IntegerField(null=True)
    kind = peewee.TextField(default="payment")
    reason = peewee.TextField(null=True)


class Tender(Table):
    """One means of a payment: `amount` lowers the balance, `tip` comes on top, `tendered` is what was handed over.

    `rounding` is what the smallest coin adds or takes off the cash; a refund's amounts are negative.
    """

    payment_id = peewee.IntegerField()
    tender = peewee.IntegerField()
    method = peewee.TextField()
    amount = peewee.IntegerField()
    tip = peewee.IntegerField()
    tendered = peewee.IntegerField(null=True)
    change = peewee.IntegerField()
    reference = peewee.TextField(null=True)
    rounding = peewee.IntegerField(default=0)

    class Meta:
        primary_key = peewee.CompositeKey("payment_id", "tender")
        without_rowid = True
