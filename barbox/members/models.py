"""Members, tiers and the ledger. What a member has is a sum over the ledger, never a stored number."""

import peewee

from barbox.core.models import Table


class MemberTier(Table):
    """`spend` is what has to be spent to be of it (minor units), `earn` how fast points come, in percent."""

    id = peewee.AutoField()
    names = peewee.TextField()
    spend = peewee.IntegerField()
    earn = peewee.IntegerField()
    hidden = peewee.IntegerField(default=0)

    class Meta:
        table_name = "member_tier"


class MemberProgram(Table):
    """The one row of the rules (`rules.Program` as JSON)."""

    id = peewee.IntegerField(primary_key=True)
    body = peewee.TextField()

    class Meta:
        table_name = "member_program"


class Member(Table):
    """Somebody known. `barred` is why they are not welcome; a duplicate points to whom it was `merged_into`."""

    id = peewee.AutoField()
    name = peewee.TextField(null=True)
    initials = peewee.TextField(null=True)
    phone = peewee.TextField(null=True)
    card = peewee.TextField(null=True)
    code = peewee.TextField(null=True)
    birthday = peewee.TextField(null=True)
    note = peewee.TextField(null=True)
    consent_at = peewee.IntegerField(null=True)
    joined_at = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    tier_id = peewee.IntegerField(null=True)
    barred = peewee.TextField(null=True)
    merged_into = peewee.IntegerField(null=True)
    erased_at = peewee.IntegerField(null=True)


class MemberEntry(Table):
    """One movement: points in points, everything else in minor units.

    Points that were earned carry the day they lapse and the `basis` (what was paid) that earned them.
    """

    id = peewee.AutoField()
    member_id = peewee.IntegerField()
    account = peewee.TextField()
    kind = peewee.TextField()
    amount = peewee.IntegerField()
    at = peewee.IntegerField()
    business_day = peewee.IntegerField()
    staff_id = peewee.IntegerField(null=True)
    order_id = peewee.IntegerField(null=True)
    payment_id = peewee.IntegerField(null=True)
    expires_on = peewee.IntegerField(null=True)
    basis = peewee.IntegerField(null=True)
    reason = peewee.TextField(null=True)

    class Meta:
        table_name = "member_entry"
