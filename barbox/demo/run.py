"""`barbox demo`: a box of its own with the sample bar, the virtual printers and the page to watch them."""

import asyncio
import os
import sys
import tempfile
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from barbox import app as box
from barbox import config
from barbox.core.api import ADDRESSES
from barbox.demo import pages, sample
from barbox.demo.bar import Opened, fill, open_for_business
from barbox.demo.desk import Desk


class Ready(Opened, frozen=True, rename="camel"):
    """What `--json` prints, as one line, once the demo takes orders."""

    url: str = ""


async def demo(
    data: str | None, port: int, *, weeks: int, opens: bool, as_json: bool, until: Callable[[], Awaitable[None]]
) -> None:
    """Run the demo until `until()` returns; a new bar has so many `weeks` behind it. Without `data` it
    forgets everything at its end.

    Raises Broken for the data of a real bar, OSError where the port is taken.
    """
    with ExitStack() as stack:
        folder = data or stack.enter_context(tempfile.TemporaryDirectory(prefix="barbox-demo-"))
        desk = stack.enter_context(Desk(sample.load()).switched_on())
        await fill(Path(folder), desk, weeks)
        settings = config.load({"data": folder, "port": port})
        app = box.make_app(settings, extend=lambda app: pages.mount(app, desk))
        async with box.opened(app) as running:
            ready = Ready(
                **msgspec.structs.asdict(await open_for_business(app, desk)),
                url=f"http://localhost:{running.port}",
            )
            ending = asyncio.ensure_future(until())
            await asyncio.sleep(0)  # from the first printed word on, a signal ends the demo politely
            _tell(ready, app[ADDRESSES](), as_json=as_json)
            if opens and _has_screen():
                await asyncio.to_thread(webbrowser.open, f"{ready.url}/pair#{ready.pairing_code}")
            await ending


def _tell(ready: Ready, addresses: list[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(ready).decode())
    else:
        click.echo(f"The sample bar is open:  {ready.url}/pair#{ready.pairing_code}")
        click.echo(f"Its printers:            {ready.url}/demo/printers")
        for address in addresses:
            click.echo(f"Tablets on this network: {address}")
        click.echo(f"\nPairing code {ready.pairing_code} (ten minutes, once). PINs:")
        for hand in ready.staff:
            click.echo(f"  {hand.pin:8}{hand.role:12}{hand.name}")
        click.echo("\nCtrl+C ends it.")
    sys.stdout.flush()


def _has_screen() -> bool:
    """Without a screen `webbrowser` would start a browser in this terminal."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
