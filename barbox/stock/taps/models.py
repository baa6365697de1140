"""Taps, kegs that were on them, and cleanings of their lines."""

import peewee

from barbox.core.models import Table


class Tap(Table):
    """Where beer comes out; its line is cleaned every `clean_days`."""

    id = peewee.AutoField()
    names = peewee.TextField()
    sort = peewee.IntegerField()
    clean_days = peewee.IntegerField(default=14)
    hidden = peewee.IntegerField(default=0)


class Keg(Table):
    """A keg that was tapped: what it held, after which move it began; once empty, what was `poured`, and its `rest`."""

    id = peewee.AutoField()
    tap_id = peewee.IntegerField(null=True)
    item_id = peewee.IntegerField()
    size = peewee.IntegerField()
    tapped_at = peewee.IntegerField()
    tapped_by = peewee.IntegerField(null=True)
    after_move = peewee.IntegerField()
    best_before = peewee.IntegerField(null=True)
    emptied_at = peewee.IntegerField(null=True)
    emptied_by = peewee.IntegerField(null=True)
    poured = peewee.IntegerField(null=True)
    rest = peewee.IntegerField(null=True)
    note = peewee.TextField(null=True)


class TapCleaning(Table):
    """A line that was cleaned: when, by whom, with what."""

    id = peewee.AutoField()
    tap_id = peewee.IntegerField()
    at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    means = peewee.TextField(null=True)
    note = peewee.TextField(null=True)
