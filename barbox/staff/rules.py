"""What each role may do, what makes a PIN, and how long a wrong one locks. Pure."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from barbox.core.actor import Actor
from barbox.core.errors import BadRequest

Role = Literal["admin", "manager", "waiter", "bartender", "kitchen"]

KITCHEN = frozenset({"order.read", "line.status", "menu.soldout", "stock.read", "stock.count", "printer.use"})
WAITER = KITCHEN | {
    *("order.place", "order.send", "order.move", "payment.take"),
    *("member.read", "member.edit", "reservation.edit"),
}
BARTENDER = WAITER | {"drawer.open", "stock.keg", "stock.waste"}
MANAGER = BARTENDER | {
    "order.void",
    "order.comp",
    "order.discount",
    "order.reopen",
    "payment.refund",
    "day.close",
    "menu.edit",
    "floor.edit",
    "stock.edit",
    "staff.edit",
    "device.edit",
    "printer.edit",
    "report.read",
    "journal.read",
    "member.manage",
}
ADMIN = MANAGER | {"settings.edit", "backup.run", "role.edit"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "admin": ADMIN,
    "manager": MANAGER,
    "waiter": WAITER,
    "bartender": BARTENDER,
    "kitchen": KITCHEN,
}
"""What each role may do until an owner decides otherwise."""

ADMINS_ALONE = frozenset({"role.edit"})
"""Whoever decides what roles may do could give themselves everything."""

SENSITIVE = frozenset(
    {
        "order.void",
        "order.comp",
        "order.discount",
        "order.reopen",
        "payment.refund",
        "member.manage",
        "staff.edit",
        "device.edit",
        "role.edit",
        "settings.edit",
        "backup.run",
    }
)
"""What asks for the PIN again when it was given long ago: another may stand at the tablet."""

WRONG_BEFORE_WAIT = 5
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 15 * 60_000
WRONG_BEFORE_LOCK = 10


def check_pin(pin: str) -> None:
    """Raises BadRequest for a PIN that everybody tries first."""
    if not (4 <= len(pin) <= 8 and pin.isascii() and pin.isdecimal()):
        raise BadRequest("has 4 to 8 digits", "pin")
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise BadRequest("is too easy to guess", "pin")


def wait_after(wrong: int) -> int:
    """For how long (ms) a device must wait after its `wrong`-th wrong PIN for a person: 30 s, doubling to 15 min."""
    if wrong < WRONG_BEFORE_WAIT:
        return 0
    return int(min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(wrong - WRONG_BEFORE_WAIT, 10)))


def may_edit(editor: Actor, target: frozenset[str]) -> bool:
    """Whether a person may make or change one who has `target`'s permissions: nobody makes their equal or superior."""
    return editor.role in ("admin", "box") or target < editor.permissions


def granted(departures: Iterable[tuple[str, str, bool]]) -> dict[str, frozenset[str]]:
    """What each role may do, given (role, permission, whether it has it) where an owner departed from the standard."""
    roles = {role: set(standard) for role, standard in PERMISSIONS.items()}
    for role, permission, given in departures:
        if permission in ADMIN - ADMINS_ALONE and role in roles and role != "admin":
            (roles[role].add if given else roles[role].discard)(permission)
    return {role: frozenset(held) for role, held in roles.items()}


def departures(role: str, wanted: frozenset[str]) -> dict[str, bool]:
    """Where `wanted` departs from a role's standard. Raises BadRequest for what a role cannot have."""
    for each in sorted(wanted):
        if each not in ADMIN - ADMINS_ALONE:
            raise BadRequest(f"{each[:40]!r} cannot be given", "permissions")
    return {each: each in wanted for each in sorted(wanted ^ PERMISSIONS[role])}
