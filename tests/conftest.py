"""Fixtures: the Golden Swan with its three printers, on a real port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import uvloop
from hypothesis import settings

from printers.emulator import Printer
from tests.bar import Swan, open_swan

# A slow or busy machine is no fault of the code's, and nothing is left behind in the tree.
settings.register_profile("bar", deadline=None, database=None, print_blob=True)
settings.load_profile("bar")


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop a box runs on: asyncio's own hides what differs."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def printers() -> Iterator[dict[str, Printer]]:
    """Virtual printers at the till, the bar and in the kitchen."""
    made = {name: Printer("epson-tm-t88vi", port=0) for name in ("till", "bar", "kitchen")}
    for each in made.values():
        each.start()
    yield made
    for each in made.values():
        each.stop()


@pytest.fixture
async def swan(tmp_path: Path, printers: dict[str, Printer]) -> AsyncIterator[Swan]:
    """The bar, open."""
    async with open_swan(tmp_path / "box", printers) as opened:
        yield opened


@pytest.fixture
async def quiet_swan(tmp_path: Path) -> AsyncIterator[Swan]:
    """The bar, open, before anybody bought a printer."""
    async with open_swan(tmp_path / "box", {}) as opened:
        yield opened
