"""The HTTPS port: open while the owner wants it, with a certificate that fits where the box is now."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence

from aiohttp import web
from cryptography import x509

from barbox.core.clock import DAY_MS
from barbox.core.database import Database
from barbox.core.settings import read_venue
from barbox.tls.authority import Authority, spoken_for

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often the owner's wish, the box's addresses and the certificate's age are looked at."""


class Doorway:
    """What the HTTPS port needs to know, and whether it is open: `port` is 0 while it is not."""

    def __init__(
        self,
        database: Database,
        authority: Authority,
        box_id: str,
        names: Callable[[], Sequence[str]],
        addresses: Callable[[], Sequence[str]],
    ) -> None:
        self.database = database
        self.authority = authority
        self.box_id = box_id
        self.names = names
        self.addresses = addresses
        self.port = 0
        self._fitted: tuple[Sequence[str], Sequence[str], int] | None = None

    def renew(self, context: ssl.SSLContext | None) -> None:
        """Have the certificate fit names, addresses and time; looked into when one of them changed."""
        names, addresses, now = self.names(), self.addresses(), self.database.clock.now()
        present = (names, addresses, now // DAY_MS)
        if context is not None and present == self._fitted:
            return
        self._fitted = present
        if self.authority.renewed(self.box_id, names, addresses, now):
            log.info("certificate made", extra={"good_for": [*names, *addresses]})
            if context is not None:
                self.authority.load_into(context)

    def certificate(self) -> x509.Certificate:
        """The authority's."""
        return self.authority.certificate(self.box_id, self.names(), self.database.clock.now())

    def hosts(self) -> list[str]:
        """The names and addresses the certificate is good for, those first that the box has now."""
        good = spoken_for(self.authority.leaf())
        return [each for each in (*self.addresses(), *self.names()) if each in good]

    async def wanted(self) -> bool:
        """Whether the owner wants HTTPS now."""
        async with self.database.snapshot() as snapshot:
            return (await read_venue(snapshot)).https


DOORWAY = web.AppKey("DOORWAY", Doorway)


@contextlib.asynccontextmanager
async def listening(runner: web.AppRunner, doorway: Doorway, host: str, port: int) -> AsyncIterator[None]:
    """Open and close the port as the owner wishes, for as long as the block runs."""
    keeping = asyncio.create_task(_keep(runner, doorway, host, port), name="https")
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


async def _keep(runner: web.AppRunner, doorway: Doorway, host: str, port: int) -> None:
    site: web.SockSite | None = None
    context: ssl.SSLContext | None = None
    while True:
        try:
            if not await doorway.wanted():
                if site is not None:
                    await site.stop()
                    doorway.port, site = 0, None
            elif site is None or context is None:
                doorway.renew(None)
                context = doorway.authority.context()
                door = socket.create_server((host, port), backlog=256)
                site = web.SockSite(runner, door, ssl_context=context)
                await site.start()
                doorway.port = door.getsockname()[1]
            else:
                doorway.renew(context)
        except (OSError, ssl.SSLError) as error:
            log.warning("no HTTPS", extra={"error": repr(error), "port": port})
            site = None
        await asyncio.sleep(LOOK_S)
