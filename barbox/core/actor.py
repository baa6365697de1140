"""Who is asking: a person on a paired device, a device alone, or the box itself."""

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """The one on whose behalf a command runs; stands in every journal entry."""

    staff_id: int | None = None
    device_id: int | None = None
    name: str = ""
    role: str = ""
    permissions: frozenset[str] = frozenset()
    session_id: int | None = None
    lent_by: int | None = None
    """The person who lent their permissions for this one call."""

    def may(self, permission: str) -> bool:
        return permission in self.permissions


THE_BOX = Actor(name="Barbox", role="box")
"""Scheduled work and set-up."""
