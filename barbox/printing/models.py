"""Printers, stations, and the durable spool: jobs with their attempts, written ahead of the first byte."""

import peewee

from barbox.core.models import Table


class Printer(Table):
    """A printer by its connection string; `proof` is its class A to D.

    `columns`, `clears` (whether it confirms that its buffer is empty) and `kanji` override the profile where set;
    `model` is what it calls itself, `probed_at` when it was last put to the test.
    """

    id = peewee.AutoField()
    name = peewee.TextField()
    connection = peewee.TextField()
    profile = peewee.TextField()
    columns = peewee.IntegerField(null=True)
    proof = peewee.TextField()
    clears = peewee.IntegerField(null=True)
    kanji = peewee.TextField(null=True)
    model = peewee.TextField(null=True)
    probed_at = peewee.IntegerField(null=True)
    fallback_id = peewee.IntegerField(null=True)
    patience_s = peewee.IntegerField()
    receipts = peewee.IntegerField(default=0)
    hidden = peewee.IntegerField(default=0)


class Station(Table):
    """Where lines are made; `letter` begins its ticket numbers, `display` is the room of its screen."""

    id = peewee.AutoField()
    names = peewee.TextField()
    letter = peewee.TextField()
    display = peewee.TextField(null=True)
    language = peewee.TextField()
    copies = peewee.IntegerField(default=1)
    per_course = peewee.IntegerField(default=0)
    whole_order = peewee.IntegerField(default=0)
    hidden = peewee.IntegerField(default=0)


class StationPrinter(Table):
    """Which printers print for a station; `sort` 0 first."""

    station_id = peewee.IntegerField()
    printer_id = peewee.IntegerField()
    sort = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("station_id", "printer_id")
        without_rowid = True


class PaperTemplate(Table):
    """How the owner wants a kind of paper laid out, as JSON."""

    kind = peewee.TextField(primary_key=True)
    body = peewee.BlobField()

    class Meta:
        table_name = "paper_template"
        without_rowid = True


class PrintJob(Table):
    """One paper to come out of one printer. `content` is what is on it, as data; bytes are made for each attempt."""

    id = peewee.AutoField()
    kind = peewee.TextField()
    state = peewee.TextField()
    reason = peewee.TextField(default="")
    printer_id = peewee.IntegerField()
    station_id = peewee.IntegerField(null=True)
    order_id = peewee.IntegerField(null=True)
    number = peewee.TextField()
    copy = peewee.IntegerField()
    may_have_printed = peewee.IntegerField()
    copy_of = peewee.IntegerField(null=True)
    content = peewee.BlobField()
    created_at = peewee.IntegerField()
    not_after = peewee.IntegerField(null=True)
    ended_at = peewee.IntegerField(null=True)


class PrintAttempt(Table):
    """Committed before its first byte: after a crash, every attempt without an end may have printed."""

    id = peewee.AutoField()
    job_id = peewee.IntegerField()
    printer_id = peewee.IntegerField()
    process_id = peewee.TextField()
    marked = peewee.IntegerField()
    proof = peewee.TextField(null=True)
    begun_at = peewee.IntegerField()
    ended_at = peewee.IntegerField(null=True)
    bytes_written = peewee.IntegerField(null=True)
    outcome = peewee.TextField(null=True)
    evidence = peewee.BlobField(null=True)
