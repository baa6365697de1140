"""People, devices and sessions, read."""

import msgspec

from barbox.core.statements import freeze
from barbox.staff.models import Device, RoleException, Session, Staff


class Person(msgspec.Struct, frozen=True):
    id: int
    name: str
    role: str
    language: str
    pin_hash: str
    wrong_pins: int


class LiveSession(msgspec.Struct, frozen=True):
    id: int
    staff_id: int
    device_id: int
    expires_at: int
    pin_at: int
    name: str
    role: str


class KnownDevice(msgspec.Struct, frozen=True):
    id: int
    name: str
    token_hash: bytes
    paired_at: int
    seen_at: int | None


class Departure(msgspec.Struct, frozen=True):
    """A permission where a role departs from its standard."""

    role: str
    permission: str
    given: bool


PEOPLE = freeze(
    Staff.select(Staff.id, Staff.name, Staff.role, Staff.language, Staff.pin_hash, Staff.wrong_pins)
    .where(Staff.hidden == 0)
    .order_by(Staff.name)
)
DEVICES = freeze(
    Device.select(Device.id, Device.name, Device.token_hash, Device.paired_at, Device.seen_at)
    .where(Device.revoked_at.is_null())
    .order_by(Device.id)
)
SESSIONS = freeze(
    lambda p: (
        Session.select(
            Session.id,
            Session.staff_id,
            Session.device_id,
            Session.expires_at,
            Session.pin_at,
            Staff.name,
            Staff.role,
        )
        .join(Staff, on=(Staff.id == Session.staff_id))
        .switch(Session)
        .join(Device, on=(Device.id == Session.device_id))
        .where(
            Session.ended_at.is_null()
            & (Session.expires_at > p.now)
            & Device.revoked_at.is_null()
            & (Staff.hidden == 0)
        )
    )
)
ROLES = freeze(RoleException.select(RoleException.role, RoleException.permission, RoleException.given))
