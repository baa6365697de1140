"""Notes of the shifts. One that is done with stays: the journal names it."""

import peewee

from barbox.core.models import Table


class ShiftNote(Table):
    """What somebody left for whoever works next; `done_at` (ms) and `done_by` once somebody has seen to it."""

    id = peewee.AutoField()
    text = peewee.TextField()
    staff_id = peewee.IntegerField()
    at = peewee.IntegerField()
    done_at = peewee.IntegerField(null=True)
    done_by = peewee.IntegerField(null=True)

    class Meta:
        table_name = "shift_note"
