"""People, devices and sessions."""

import peewee

from barbox.core.models import Table


class Staff(Table):
    """A person; `wrong_pins` counts over all devices and survives a restart."""

    id = peewee.AutoField()
    name = peewee.TextField()
    role = peewee.TextField()
    language = peewee.TextField()
    pin_hash = peewee.TextField()
    wrong_pins = peewee.IntegerField(default=0)
    hidden = peewee.IntegerField(default=0)


class Device(Table):
    """A paired tablet or phone; only its token's SHA-256 is kept. Last seen when somebody signed in."""

    id = peewee.AutoField()
    name = peewee.TextField()
    token_hash = peewee.BlobField()
    paired_at = peewee.IntegerField()
    seen_at = peewee.IntegerField(null=True)
    revoked_at = peewee.IntegerField(null=True)


class PairingCode(Table):
    """A code that pairs one tablet, by its hash, until it expires."""

    code_hash = peewee.BlobField(primary_key=True)
    expires_at = peewee.IntegerField()
    made_by = peewee.IntegerField(null=True)

    class Meta:
        without_rowid = True


class Session(Table):
    """A person on a device; `pin_at` is when they last gave their PIN."""

    id = peewee.AutoField()
    staff_id = peewee.IntegerField()
    device_id = peewee.IntegerField()
    begun_at = peewee.IntegerField()
    pin_at = peewee.IntegerField()
    expires_at = peewee.IntegerField()
    ended_at = peewee.IntegerField(null=True)


class PinLock(Table):
    """Wrong PINs of one person (0: nobody named) on one device, and until when it must wait."""

    device_id = peewee.IntegerField()
    staff_id = peewee.IntegerField()
    wrong = peewee.IntegerField()
    until = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("device_id", "staff_id")
        without_rowid = True


class RoleException(Table):
    """A permission that a role has, or has not, other than by its standard."""

    role = peewee.TextField()
    permission = peewee.TextField()
    given = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("role", "permission")
        without_rowid = True
