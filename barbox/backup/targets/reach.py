"""Whether a target that was out of reach is back: the backup then need not wait for its next try."""

import asyncio
import contextlib
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from barbox.backup.targets import media
from barbox.backup.targets.store import is_medium

PATIENCE_S = 3.0
PORTS = {"https": 443, "http": 80}


class Horizon:
    """Remembers what was out of sight, so that its return is noticed once."""

    def __init__(self) -> None:
        self._gone: set[str] = set()

    async def back(self, urls: Sequence[str]) -> set[str]:
        """Which of these targets answer now and did not when they were last asked for."""
        seen = await asyncio.gather(*(in_sight(url) for url in urls))
        now = {url for url, here in zip(urls, seen, strict=True) if here}
        returned = now & self._gone
        self._gone = set(urls) - now
        return returned


async def in_sight(url: str) -> bool:
    """Whether something answers at a target's address: its machine takes a connection, its medium is plugged in."""
    parts = urlsplit(url)
    if is_medium(url):
        if parts.scheme == "usb":
            return any(each.url == f"usb://{parts.netloc}" for each in await media.plugged_in())
        return await asyncio.to_thread(media.is_folder, parts.path)
    endpoint = dict(parse_qsl(parts.query)).get("endpoint", f"https://s3.amazonaws.com/{parts.netloc}")
    place = urlsplit(endpoint if parts.scheme == "s3" else url.removeprefix("webdav+"))
    with contextlib.suppress(OSError, TimeoutError):
        port = place.port or PORTS[place.scheme]
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(place.hostname, port)
        writer.close()
        return True
    return False
