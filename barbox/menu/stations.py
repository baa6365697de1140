"""Which stations there are: told by the room of printers, which stands above this one."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from barbox.core.database import Snapshot
from barbox.core.errors import BadRequest
from barbox.core.http import Call

Told = Callable[[Snapshot], Awaitable[Mapping[int, Mapping[str, str]]]]
STATIONS: web.AppKey[Told] = web.AppKey("STATIONS")
"""Gives the names of each station by its number."""


async def check_station(call: Call, station_id: int | None) -> None:
    """Raises BadRequest for a station that is not there."""
    if station_id is None:
        return
    async with call.db.snapshot() as snapshot:
        if station_id not in await call.request.app[STATIONS](snapshot):
            raise BadRequest("is no station", "stationId")
