"""PINs given in the middle of the work: a manager's, which lends what they may do for one call, or one's own again."""

import msgspec
from aiohttp import web

from barbox.core.actor import Actor
from barbox.core.errors import BadRequest, NotLent
from barbox.core.http import DATABASE, OVERRIDE
from barbox.core.settings import read_venue
from barbox.staff import commands, queries
from barbox.staff.api import PINS, SESSIONS


async def lend(request: web.Request, actor: Actor) -> Actor:
    """The caller, with the permissions of the one whose "staffId:pin" the request carries.

    Their own PIN lends nothing: it says that they themselves still hold the tablet.

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
    if staff_id == actor.staff_id:
        await request.app[SESSIONS].refresh()
        return actor
    lent = request.app[SESSIONS].roles.get(lender.role, frozenset())
    return msgspec.structs.replace(actor, permissions=actor.permissions | lent, lent_by=lender.id)


async def confirmed(request: web.Request, actor: Actor) -> bool:
    """Whether an actor's PIN, or a lender's, was given lately enough for what is dear."""
    if actor.lent_by is not None:
        return True
    database = request.app[DATABASE]
    async with database.snapshot() as snapshot:
        minutes = (await read_venue(snapshot)).pin_again
    return minutes == 0 or database.clock.now() - request.app[SESSIONS].pin_given(actor) <= minutes * 60_000
