"""A manager on the spot: their PIN lends what they may do to whoever is signed in, for one call."""

import msgspec
from aiohttp import web

from barbox.core.actor import Actor
from barbox.core.errors import BadRequest, NotLent
from barbox.core.http import DATABASE, OVERRIDE
from barbox.staff import commands, queries
from barbox.staff.api import PINS, SESSIONS


async def lend(request: web.Request, actor: Actor) -> Actor:
    """The caller, with the permissions of the one whose "staffId:pin" the request carries.

    Raises BadRequest for a malformed header, NotLent for a wrong PIN, TooMany or Locked after several.
    """
    number, _, pin = request.headers[OVERRIDE].partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 16 and pin):
        raise BadRequest("is staffId:pin", OVERRIDE)
    staff_id, device_id = int(number), actor.device_id or 0
    database = request.app[DATABASE]
    people = {each.id: each for each in await database.read(queries.PEOPLE, queries.Person)}
    if staff_id not in people:
        raise NotLent
    await database.write_as(actor, commands.try_pin, device_id, staff_id)
    lender = people[staff_id]
    if not await request.app[PINS].matches(lender.pin_hash, pin):
        await database.write_as(actor, commands.wrong_pin, staff_id)
        raise NotLent
    await database.write_as(actor, commands.right_pin, device_id, staff_id)
    lent = request.app[SESSIONS].roles.get(lender.role, frozenset())
    return msgspec.structs.replace(actor, permissions=actor.permissions | lent, lent_by=lender.id)
