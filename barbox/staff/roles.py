"""What each role may do: the standard, and where this bar's owner departed from it."""

from barbox.core.database import Snapshot
from barbox.core.errors import WrongState
from barbox.core.messages import View
from barbox.core.transaction import Transaction
from barbox.staff import rules
from barbox.staff.models import RoleException
from barbox.staff.queries import ROLES, Departure
from barbox.staff.rules import Role

Roles = dict[str, frozenset[str]]


class RoleView(View):
    """`standard` is what the role may do where nobody decided otherwise; a `fixed` role cannot be changed."""

    role: Role
    permissions: list[str]
    standard: list[str]
    fixed: bool


def load_roles(tx: Transaction) -> Roles:
    """What each role may do now; use through `tx.cached(load_roles)`."""
    return _granted(tx.all(ROLES, Departure))


async def read_roles(snapshot: Snapshot) -> Roles:
    """The same, for reads."""
    return _granted(await snapshot.all(ROLES, Departure))


def change_role(tx: Transaction, role: Role, permissions: frozenset[str]) -> RoleView:
    """Give a role these permissions and no others.

    Raises BadRequest for a permission it cannot have, WrongState for the admin's, which stays as it is.
    """
    if role == "admin":
        raise WrongState("the admin", "able to do everything")
    departures = rules.departures(role, permissions)
    tx.run(RoleException.delete().where(RoleException.role == role))
    for permission, given in departures.items():
        tx.run(RoleException.insert(role=role, permission=permission, given=int(given)))
    tx.invalidate(load_roles)
    view = view_of(role, permissions)
    tx.emit("role.changed", f"role:{role}", departures, state=view, rooms=("floor", "office"))
    return view


def view_of(role: Role, permissions: frozenset[str]) -> RoleView:
    return RoleView(role, sorted(permissions), sorted(rules.PERMISSIONS[role]), fixed=role == "admin")


def _granted(departures: list[Departure]) -> Roles:
    return rules.granted((each.role, each.permission, bool(each.given)) for each in departures)
