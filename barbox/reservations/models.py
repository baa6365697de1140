"""Bookings and their tables."""

import peewee

from barbox.core.models import Table


class Reservation(Table):
    """A party that comes, waits, or came; `deposit` is what was asked for, what was paid stands with the payments.

    `starts_at` (ms) and `minutes` say when their tables are theirs; who waits has no tables yet, and was `quoted`
    so many minutes.
    """

    id = peewee.AutoField()
    version = peewee.IntegerField()
    status = peewee.TextField()
    name = peewee.TextField(null=True)
    phone = peewee.TextField(null=True)
    member_id = peewee.IntegerField(null=True)
    covers = peewee.IntegerField()
    business_day = peewee.IntegerField()
    starts_at = peewee.IntegerField()
    minutes = peewee.IntegerField()
    note = peewee.TextField(null=True)
    source = peewee.TextField()
    deposit = peewee.IntegerField(default=0)
    quoted = peewee.IntegerField(null=True)
    reminded_at = peewee.IntegerField(null=True)
    order_id = peewee.IntegerField(null=True)
    staff_id = peewee.IntegerField(null=True)
    created_at = peewee.IntegerField()
    ended_at = peewee.IntegerField(null=True)
    reason = peewee.TextField(null=True)


class ReservationTable(Table):
    """A table that is kept for a booking."""

    reservation_id = peewee.IntegerField()
    table_id = peewee.IntegerField()

    class Meta:
        table_name = "reservation_table"
        primary_key = peewee.CompositeKey("reservation_id", "table_id")
        without_rowid = True
