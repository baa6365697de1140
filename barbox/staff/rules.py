"""What each role may do, what makes a PIN, and how long a wrong one locks. Pure."""

from itertools import pairwise
from typing import Literal

from barbox.core.errors import BadRequest

Role = Literal["admin", "manager", "waiter", "bartender", "kitchen"]

KITCHEN = frozenset({"order.read", "line.status", "menu.soldout", "stock.read", "printer.use"})
WAITER = KITCHEN | {"order.place", "order.send", "order.move", "payment.take"}
BARTENDER = WAITER | {"drawer.open"}
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
}
ADMIN = MANAGER | {"settings.edit", "backup.run"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "admin": ADMIN,
    "manager": MANAGER,
    "waiter": WAITER,
    "bartender": BARTENDER,
    "kitchen": KITCHEN,
}

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


def may_edit(editor: str, target: str) -> bool:
    """Whether a person of role `editor` may make or change one of role `target`: nobody makes their own superior."""
    return editor in ("admin", "box") or (editor == "manager" and target not in ("admin", "manager"))
