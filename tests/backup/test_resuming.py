"""A line that breaks in the middle of a large backup costs a piece of it, not all that was sent."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from barbox.backup.faults import BackupFault
from barbox.backup.targets import webdav
from barbox.backup.targets.bucket import PART_BYTES
from barbox.backup.targets.store import Credentials, Pace, open_store
from tests.backup.faulty_drive import faulty_drive
from tests.backup.servers import SECRET, USER, Place


class Line:
    """The way to a server: breaks every connection once, when so many bytes have gone up."""

    def __init__(self, port: int, breaks_at: int) -> None:
        self._port = port
        self._breaks_at = breaks_at
        self._open: set[asyncio.StreamWriter] = set()
        self.carried = 0
        self.broke = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways."""
        back, forth = await asyncio.open_connection("127.0.0.1", self._port)
        self._open |= {writer, forth}
        try:
            await asyncio.gather(self._up(reader, forth), self._down(back, writer))
        except OSError:
            pass  # it broke
        finally:
            self._open -= {writer, forth}
            for each in (writer, forth):
                each.close()

    async def _up(self, reader: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.carried += len(data)
            if not self.broke and self.carried > self._breaks_at:
                self.broke += 1
                for each in tuple(self._open):
                    each.transport.abort()
            forth.write(data)
            await forth.drain()
        if forth.can_write_eof():
            forth.write_eof()

    async def _down(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await back.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def line_to(port: int, breaks_at: int) -> AsyncIterator[tuple[Line, int]]:
    line = Line(port, breaks_at)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    yield line, server.sockets[0].getsockname()[1]
    server.close()


async def test_a_broken_line_to_the_bucket_costs_a_part(s3: str, tmp_path: Path) -> None:
    file = tmp_path / "sealed"
    file.write_bytes(os.urandom(4 * PART_BYTES))
    async with line_to(urlsplit(s3).port or 0, 3 * PART_BYTES) as (line, port):
        url = f"s3://bar/{tmp_path.name}?endpoint=http://127.0.0.1:{port}"
        store = open_store(url, Credentials(USER, SECRET))
        await store.upload("barbox-a.age", file, Pace())
        assert line.broke == 1
        assert line.carried < 4 * PART_BYTES + 3 * PART_BYTES, "what had arrived was not sent again"
    direct = open_store(f"s3://bar/{tmp_path.name}?endpoint={s3}", Credentials(USER, SECRET))
    assert b"".join([piece async for piece in direct.download("barbox-a.age")]) == file.read_bytes()


async def test_a_broken_line_to_the_cloud_drive_costs_a_piece(
    drive: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webdav, "PIECE_BYTES", 200_000)
    monkeypatch.setattr(webdav, "PAUSES_S", (0.01, 0.01, 0.05))
    file = tmp_path / "sealed"
    file.write_bytes(os.urandom(1_000_001))
    parts = urlsplit(drive.url)
    async with line_to(parts.port or 0, 500_000) as (line, port):
        store = open_store(f"webdav+http://127.0.0.1:{port}{parts.path}", drive.credentials)
        await store.upload("barbox-a.age", file, Pace())
        assert line.broke == 1 and line.carried < 1_400_000
        assert [(each.name, each.size) for each in await store.names()] == [("barbox-a.age", 1_000_001)]
        assert b"".join([piece async for piece in store.download("barbox-a.age")]) == file.read_bytes()
        with pytest.raises(BackupFault) as refused:
            await store.upload("barbox-a.age", file, Pace())
        assert refused.value.code == "occupied"
        await store.delete("barbox-a.age")
        assert await store.names() == []
        await store.close()
    assert list(drive.folder.iterdir()) == []


async def test_pieces_that_were_never_completed_are_no_backup_and_are_swept_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webdav, "PIECE_BYTES", 1000)
    monkeypatch.setattr(webdav, "PAUSES_S", ())
    file = tmp_path / "sealed"
    file.write_bytes(os.urandom(5000))
    async with faulty_drive() as drive:
        store = open_store(drive.url)
        drive.fails_after = 3
        with pytest.raises(BackupFault) as broke:
            await store.upload("barbox-a.age", file, Pace())
        assert broke.value.code == "unreachable", broke.value.detail
        drive.fails_after = None
        assert len(drive.files) == 3
        with pytest.raises(BackupFault) as missing:
            _ = [piece async for piece in store.download("barbox-a.age")]
        assert missing.value.code == "missing"
        await store.upload("barbox-a.age", file, Pace())
        assert drive.puts == 3 + 1 + 2 + 1, "goes on after the third piece; the mark comes last"
        assert [each.name for each in await store.names()] == ["barbox-a.age"]
        await store.delete("barbox-a.age")
        drive.files["barbox-b.age.001"] = b"left over"
        assert await store.names() == [] and drive.files == {}
        await store.close()
