"""PINs given in the middle of the work: a manager's, which lends what they may do for one call, or one's own again."""

import msgspec
from aiohttp import web

from barbox.core.actor import Actor
from barbox.core.errors import BadRequest, NotLent
from barbox.core.http import DATABASE, OVERRIDE, SESSION, Call, Routes
from barbox.core.messages import Body
from barbox.core.settings import read_venue
from barbox.staff import commands, queries
from barbox.staff.api import PINS, SESSIONS
from barbox.staff.commands import Pin

routes = Routes("staff")


class Confirmation(Body):
    pin: Pin


@routes.post("/api/session/pin", SESSION)
async def confirm(call: Call, body: Confirmation) -> None:
    """Give one's PIN again, as a call refused with `pin_again` asks; counted like signing in."""
    await proven(call.request, call.actor, call.actor.staff_id or 0, body.pin)


async def lend(request: web.Request, actor: Actor) -> Actor:
    """The caller, with the permissions of the one whose "staffId:pin" the request carries.

    Their own PIN lends nothing: it says that they themselves still hold the tablet.

    Raises BadRequest for a malformed header, NotLent for a wrong PIN, TooMany or Locked after several.
    """
    number, _, pin = request.headers[OVERRIDE].partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 16 and pin):
        raise BadRequest("is staffId:pin", OVERRIDE)
    staff_id = int(number)
    lender = await proven(request, actor, staff_id, pin)
    if staff_id == actor.staff_id:
        return actor
    lent = request.app[SESSIONS].roles.get(lender.role, frozenset())
    return msgspec.structs.replace(actor, permissions=actor.permissions | lent, lent_by=lender.id)


async def proven(request: web.Request, actor: Actor, staff_id: int, pin: str) -> queries.Person:
    """The person whose PIN this is; their own session, where it is the actor's, counts as begun just now.

    Raises NotLent for a wrong PIN, TooMany or Locked after several.
    """
    database, device_id = request.app[DATABASE], actor.device_id or 0
    people = {each.id: each for each in await database.read(queries.PEOPLE, queries.Person)}
    if staff_id not in people:
        raise NotLent
    await database.write_as(actor, commands.try_pin, device_id, staff_id)
    if not await request.app[PINS].matches(people[staff_id].pin_hash, pin):
        await database.write_as(actor, commands.wrong_pin, staff_id)
        raise NotLent
    await database.write_as(actor, commands.right_pin, device_id, staff_id)
    if staff_id == actor.staff_id:
        await request.app[SESSIONS].refresh()
    return people[staff_id]


async def confirmed(request: web.Request, actor: Actor) -> bool:
    """Whether an actor's PIN, or a lender's, was given lately enough for what is dear."""
    if actor.lent_by is not None:
        return True
    database = request.app[DATABASE]
    async with database.snapshot() as snapshot:
        minutes = (await read_venue(snapshot)).pin_again
    return minutes == 0 or database.clock.now() - request.app[SESSIONS].pin_given(actor) <= minutes * 60_000
