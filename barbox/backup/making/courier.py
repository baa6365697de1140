"""The process that does an errand, as the box starts it: lines of JSON go in, reports come out."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import msgspec

from barbox.backup import children
from barbox.backup.making.errand import Errand, Report

LONGEST_LINE = 1024 * 1024


@contextlib.asynccontextmanager
async def sent_out(errand: Errand) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process, with its errand; it is ended with the block."""
    child = await asyncio.create_subprocess_exec(
        *children.modestly(),
        sys.executable,
        "-m",
        "barbox.backup.making.errand",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        env=children.environment(),
    )
    try:
        await tell(child, msgspec.json.encode(errand))
        yield child
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.wait()


async def reports(child: asyncio.subprocess.Process) -> AsyncIterator[Report]:
    """What it says, until it ends."""
    decode = msgspec.json.Decoder(Report).decode
    while child.stdout and (line := await child.stdout.readline()):
        yield decode(line)


async def tell(child: asyncio.subprocess.Process, line: bytes) -> None:
    """Say something to it; it may be gone."""
    if child.stdin and not child.stdin.is_closing():
        child.stdin.write(line + b"\n")
        with contextlib.suppress(ConnectionError):
            await child.stdin.drain()
