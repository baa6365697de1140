"""What each role may do, for the office."""

from typing import Annotated, get_args

from aiohttp import WSCloseCode
from msgspec import Meta

from barbox.core.http import Call, Routes
from barbox.core.hub import HUB
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, View
from barbox.staff import roles, rules
from barbox.staff.api import SESSIONS
from barbox.staff.roles import RoleView
from barbox.staff.rules import Role

routes = Routes("staff")


class PermissionView(View):
    """`sensitive`: the PIN is asked for again. `fixed`: the admin's alone, given to no other role."""

    permission: str
    sensitive: bool
    fixed: bool


class RoleTable(View):
    roles: list[RoleView]
    permissions: list[PermissionView]


class ChangeRole(Body):
    """All permissions the role has from now on."""

    role: Role
    permissions: Annotated[list[str], Meta(max_length=200)]


@routes.get("/api/roles", "staff.edit")
async def role_table(call: Call) -> RoleTable:
    """What each role may do, its standard beside it, and every permission there is."""
    held = call.request.app[SESSIONS].roles
    return RoleTable(
        roles=[roles.view_of(role, held[role]) for role in get_args(Role)],
        permissions=[
            PermissionView(each, each in rules.SENSITIVE, each in rules.ADMINS_ALONE) for each in sorted(rules.ADMIN)
        ],
    )


@routes.put("/api/roles", "role.edit")
async def change_role(call: Call, body: ChangeRole) -> Answer[RoleView]:
    """Decide what a role may do; in force at once for everybody who is signed in."""
    answer = await call.write(roles.change_role, body.role, frozenset(body.permissions))
    sessions = call.request.app[SESSIONS]
    await sessions.refresh()
    call.request.app[HUB].end_sessions(sessions.changed, WSCloseCode.SERVICE_RESTART)
    return answer
