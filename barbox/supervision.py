"""What systemd is told (sd_notify(3)): ready, still alive, stopping. Nothing where it does not supervise."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable


def notify(state: str) -> None:
    """Send one state such as READY=1 to $NOTIFY_SOCKET."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect("\0" + address[1:] if address.startswith("@") else address)
            line.sendall(state.encode())


async def feeding(alive: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Feed the watchdog while `alive()` answers true: from the event loop, and only as long as the writer works."""
    period = int(os.environ.get("WATCHDOG_USEC", "0")) / 2_000_000
    task = asyncio.create_task(_feed(alive, period)) if period else None
    yield
    if task:
        task.cancel()
        await asyncio.wait([task])


async def _feed(alive: Callable[[], Awaitable[bool]], period: float) -> None:
    while True:
        if await alive():
            notify("WATCHDOG=1")
        await asyncio.sleep(period)
