"""The back hatch: a Unix socket in the data folder through which the command line asks the running box.

One line of JSON each way. Whoever can open the socket owns the data anyway: the folder is closed to others.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec

from barbox.backup.commands import Outcome
from barbox.backup.faults import BackupFault
from barbox.backup.jobs import Ended, Keeper

SOCKET = "barbox.sock"


class Asked(msgspec.Struct):
    """`do` is "backup"."""

    do: str


class Told(msgspec.Struct):
    """How the backup ended; `code` when it could not begin."""

    code: str = ""
    proven: list[Outcome] = []
    faults: list[Outcome] = []


@contextlib.asynccontextmanager
async def listening(folder: Path, keeper: Keeper) -> AsyncIterator[None]:
    """Answer at the hatch for the length of the block."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(keeper, reader, writer)
        finally:
            writer.close()

    with _short(folder) as path:
        server = await asyncio.start_unix_server(answer, path)
        os.chmod(path, 0o600)  # noqa: PTH101 (through the folder's descriptor)
        try:
            yield
        finally:
            server.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 (through the folder's descriptor)


async def ask(folder: Path) -> Told | None:
    """Have the box that runs on `folder` make a backup; None when none runs there."""
    with _short(folder) as path:
        try:
            reader, writer = await asyncio.open_unix_connection(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
    try:
        writer.write(msgspec.json.encode(Asked("backup")) + b"\n")
        await writer.drain()
        line = await reader.readline()
        return msgspec.json.decode(line, type=Told) if line else Told("stopped")
    finally:
        writer.close()


async def _answer(keeper: Keeper, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    line = await reader.readline()
    with contextlib.suppress(msgspec.DecodeError, ConnectionError):
        msgspec.json.decode(line, type=Asked)
        try:
            ended: Ended = await keeper.run("asked")
            told = Told("", ended.proven, ended.faults)
        except BackupFault as fault:
            told = Told(fault.code)
        writer.write(msgspec.json.encode(told) + b"\n")
        await writer.drain()


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """The socket's path by the folder's descriptor: a Unix socket's name has room for 107 letters only."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)
