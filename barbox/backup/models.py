"""Keys, targets, runs and copies. Credentials stand here so that a restored box goes on by itself."""

import peewee

from barbox.core.models import Table


class BackupKey(Table):
    """The public half of a recovery key; the last one is in force."""

    id = peewee.AutoField()
    recipient = peewee.TextField()
    fingerprint = peewee.TextField()
    made_at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)


class BackupTarget(Table):
    """A place for backups; `claimed` once this box has put its name there."""

    id = peewee.AutoField()
    name = peewee.TextField()
    url = peewee.TextField()
    credentials = peewee.TextField(null=True)
    limit_kb = peewee.IntegerField()
    claimed = peewee.IntegerField(default=0)
    added_at = peewee.IntegerField()
    hidden = peewee.IntegerField(default=0)
    live = peewee.IntegerField(default=1)


class BackupRun(Table):
    """One backup being made: state running, done or failed; `code` is one of faults.SENTENCES."""

    id = peewee.AutoField()
    reason = peewee.TextField()
    business_day = peewee.IntegerField()
    begun_at = peewee.IntegerField()
    ended_at = peewee.IntegerField(null=True)
    state = peewee.TextField()
    code = peewee.TextField(default="")
    detail = peewee.TextField(default="")


class BackupCopy(Table):
    """What became of a run at one target: proven (read back), failed, or removed when its time was over."""

    id = peewee.AutoField()
    run_id = peewee.IntegerField()
    target_id = peewee.IntegerField()
    at = peewee.IntegerField()
    business_day = peewee.IntegerField()
    state = peewee.TextField()
    code = peewee.TextField(default="")
    detail = peewee.TextField(default="")
    name = peewee.TextField(default="")
    size = peewee.IntegerField(default=0)
    sha256 = peewee.TextField(default="")
    fingerprint = peewee.TextField(default="")
    entries = peewee.IntegerField(default=0)


class Restoration(Table):
    """This bar's data came from a backup, or it took its targets over: from here on it is this generation."""

    id = peewee.AutoField()
    at = peewee.IntegerField()
    generation = peewee.IntegerField()
    name = peewee.TextField()
