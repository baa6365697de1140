"""The core's tables. peewee is their author; `migrations/` holds what was laid down when."""

import peewee

DIALECT = peewee.SqliteDatabase(None)
"""Tells peewee to write SQLite's SQL. It is never opened: the connection is given where a query runs."""


class Table(peewee.Model):
    """What every model of the box extends."""

    class Meta:
        database = DIALECT
        legacy_table_names = False


class JournalEntry(Table):
    """Everything that ever happened, in order; each entry's hash covers the one before. Never changed."""

    seq = peewee.IntegerField(primary_key=True)
    at = peewee.IntegerField()
    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    device_id = peewee.IntegerField(null=True)
    kind = peewee.TextField()
    subject = peewee.TextField()
    payload = peewee.BlobField()
    hash = peewee.BlobField()

    class Meta:
        table_name = "journal"


class Answer(Table):
    """What was answered to a mutating call, by its Idempotency-Key."""

    id = peewee.AutoField()
    key = peewee.TextField(unique=True)
    fingerprint = peewee.BlobField()
    status = peewee.IntegerField()
    body = peewee.BlobField()
    at = peewee.IntegerField()

    class Meta:
        table_name = "answer"


class Counter(Table):
    """Numbers without gaps: order numbers, ticket numbers, line identities."""

    name = peewee.TextField(primary_key=True)
    value = peewee.IntegerField()

    class Meta:
        table_name = "counter"
        without_rowid = True


LAST_BACKUP = "backup.good"
"""The counter that tells when (ms) a backup was last proven: it stands on the day's reports."""


class StoredSetting(Table):
    """One of the house's settings, as JSON."""

    name = peewee.TextField(primary_key=True)
    value = peewee.BlobField()

    class Meta:
        table_name = "setting"
        without_rowid = True
