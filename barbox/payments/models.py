"""The drawer and what was booked into it. What a Z report told is sealed by triggers: nothing of it changes after."""

import peewee

from barbox.core.models import Table


class Drawer(Table):
    """A cash drawer."""

    id = peewee.AutoField()
    name = peewee.TextField()
    hidden = peewee.IntegerField(default=0)


class DrawerSession(Table):
    """From opening a drawer to its Z report; `float` is null until somebody counted what was in it at the start."""

    id = peewee.AutoField()
    drawer_id = peewee.IntegerField()
    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    staff_name = peewee.TextField()
    opened_at = peewee.IntegerField()
    opened_seq = peewee.IntegerField()
    float = peewee.IntegerField(null=True)
    closed_at = peewee.IntegerField(null=True)
    closed_by = peewee.IntegerField(null=True)
    expected = peewee.IntegerField(null=True)
    counted = peewee.IntegerField(null=True)
    z_number = peewee.IntegerField(null=True)
    figures = peewee.BlobField(null=True)

    class Meta:
        table_name = "drawer_session"


class DrawerMovement(Table):
    """Cash in (positive) or out (negative) without a sale; a drawer opened without one moves 0."""

    id = peewee.AutoField()
    session_id = peewee.IntegerField()
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    kind = peewee.TextField()
    amount = peewee.IntegerField()
    reason = peewee.TextField()

    class Meta:
        table_name = "drawer_movement"


class PaymentTax(Table):
    """Which part of a payment belongs to which tax rate: over an order's life they sum to its taxes exactly."""

    payment_id = peewee.IntegerField()
    tax_rate_id = peewee.IntegerField()
    rate = peewee.IntegerField()
    gross = peewee.IntegerField()
    tax = peewee.IntegerField()

    class Meta:
        table_name = "payment_tax"
        primary_key = peewee.CompositeKey("payment_id", "tax_rate_id", "rate")
        without_rowid = True


class Settlement(Table):
    """What an order came to when it was settled; the same once more, negative, when it was reopened.

    `payment_id` is the payment that settled it; a reopening has none.
    """

    id = peewee.AutoField()
    order_id = peewee.IntegerField()
    session_id = peewee.IntegerField()
    business_day = peewee.IntegerField()
    at = peewee.IntegerField()
    payment_id = peewee.IntegerField(null=True)
    orders = peewee.IntegerField()
    covers = peewee.IntegerField()
    subtotal = peewee.IntegerField()
    discount = peewee.IntegerField()
    service = peewee.IntegerField()
    cover = peewee.IntegerField()
    tax = peewee.IntegerField()
    total = peewee.IntegerField()
    comped = peewee.IntegerField()


class Receipt(Table):
    """The number of a receipt, without gaps in its business day, and the secret of its page."""

    token = peewee.TextField()
    order_id = peewee.IntegerField()
    business_day = peewee.IntegerField()
    number = peewee.IntegerField()
    at = peewee.IntegerField()

    class Meta:
        without_rowid = True
        primary_key = peewee.CompositeKey("business_day", "number")


class Prepayment(Table):
    """Money taken before there is a bill (positive) or given back, and what became of deposits; `holder` is a member's
    number (balance) or a booking's (deposit). What is put on a bill, or kept, is negative and no cash.
    """

    id = peewee.AutoField()
    kind = peewee.TextField()
    holder = peewee.IntegerField()
    method = peewee.TextField()
    amount = peewee.IntegerField()
    reference = peewee.TextField(null=True)
    at = peewee.IntegerField()
    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    session_id = peewee.IntegerField(null=True)
    payment_id = peewee.IntegerField(null=True)
    reason = peewee.TextField(null=True)


class DayClose(Table):
    """A business day that was closed: its Z report's number and figures, as they stood."""

    number = peewee.IntegerField(primary_key=True)
    business_day = peewee.IntegerField()
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    figures = peewee.BlobField()

    class Meta:
        table_name = "day_close"
