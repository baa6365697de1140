"""The way to a server, through which every byte of a test passes: slow, silent, or meddled with on command."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

A_TURN_S = 0.05


class Crossing:
    """`rate`: bytes a second each way (0: as fast as it goes); `silent`: what is sent arrives nowhere.

    `before(head)` hears of everything on its way up before it arrives.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.port = 0
        self.rate = 0
        self.silent = False
        self.before: Callable[[bytes], None] = lambda _: None
        self.carried = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways."""
        back, forth = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(self._one_way(reader, forth, up=True), self._one_way(back, writer, up=False))
        except OSError:
            pass  # one of them hung up
        finally:
            for each in (writer, forth):
                each.close()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        while data := await reader.read(int(self.rate * A_TURN_S) or 65536):
            if self.rate:
                await asyncio.sleep(len(data) / self.rate)
            if self.silent:
                continue
            if up:
                await asyncio.to_thread(self.before, data)
                self.carried += len(data)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


@asynccontextmanager
async def crossing(port: int) -> AsyncIterator[Crossing]:
    """The way to that port of the loopback, on a port of its own."""
    way = Crossing(port)
    server = await asyncio.start_server(way.carry, "127.0.0.1", 0)
    way.port = server.sockets[0].getsockname()[1]
    try:
        yield way
    finally:
        server.close()
