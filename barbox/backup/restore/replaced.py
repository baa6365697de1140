"""A box that comes back after another took its place: it shows all and changes nothing until an admin decides."""

from aiohttp import web

from barbox.backup.jobs import Keeper
from barbox.core.actor import Actor
from barbox.core.doors import SAFE
from barbox.core.errors import WasReplaced
from barbox.core.http import Doorkeeper

STILL_OPEN = ("/api/session", "/api/devices/pair", "/api/backups")
"""Signing in, pairing the tablet to decide on, and deciding."""


def guard(admit: Doorkeeper, keeper: Keeper) -> Doorkeeper:
    """The doorkeeper, who lets nothing be changed on a box that was replaced. Raises WasReplaced."""

    def judge(request: web.Request, level: str) -> Actor:
        if keeper.replaced_by and request.method not in SAFE and not request.path.startswith(STILL_OPEN):
            raise WasReplaced
        return admit(request, level)

    return judge
