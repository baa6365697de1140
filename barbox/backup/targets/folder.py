"""Backups in a folder: a USB stick, a second disk, a mounted network drive.

Plain files rather than a library: a stick is often FAT, which has no hard links, and every file must be synced before
its name is seen.
"""

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from barbox.backup.faults import BackupFault
from barbox.backup.targets.store import PIECE, Found, Pace
from barbox.backup.tread import STRIDE, Trail, Tread
from barbox.core.disk import sync

PART = ".part"


class FolderStore:
    """One folder; it must be there, for one that is not is a stick that is not plugged in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def establish(self) -> None:
        await asyncio.to_thread(self._establish)

    async def names(self) -> list[Found]:
        """Also sweeps up what an interrupted upload left."""
        return await asyncio.to_thread(self._names)

    async def small(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._small, name)

    async def put_small(self, name: str, data: bytes, *, anew: bool) -> bool:
        return await asyncio.to_thread(self._put_small, name, data, anew)

    async def upload(self, name: str, file: Path, pace: Pace) -> None:
        with self._faults():
            part = self._folder / (name + PART)
            try:
                with await asyncio.to_thread(part.open, "wb") as out:
                    trail = Trail(out.fileno(), Tread(), STRIDE)
                    async for piece in pace.pieces(file):
                        await asyncio.to_thread(out.write, piece)
                        await asyncio.to_thread(trail.longer, len(piece))
                    out.flush()
                    await asyncio.to_thread(os.fsync, out.fileno())
                await asyncio.to_thread(self._name, part, self._folder / name)
            except BaseException:
                with contextlib.suppress(OSError):
                    part.unlink(missing_ok=True)
                raise

    async def download(self, name: str) -> AsyncIterator[bytes]:
        with self._faults(), await asyncio.to_thread((self._folder / name).open, "rb") as source:
            while data := await asyncio.to_thread(source.read, PIECE):
                yield data

    async def delete(self, name: str) -> None:
        with self._faults():
            await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)

    async def close(self) -> None:
        return

    def _establish(self) -> None:
        with self._faults():
            if not self._folder.is_dir():
                self._folder.mkdir()
                sync(self._folder.parent)

    def _names(self) -> list[Found]:
        with self._faults():
            found = []
            for each in self._folder.iterdir():
                if each.name.startswith("barbox-") and each.name.endswith(PART):
                    each.unlink(missing_ok=True)
                elif each.is_file():
                    found.append(Found(each.name, each.stat().st_size))
            return found

    def _small(self, name: str) -> bytes | None:
        with self._faults():
            if not self._folder.is_dir():
                raise BackupFault("not_plugged_in", f"{self._folder} is not there")
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError:
                return None

    def _put_small(self, name: str, data: bytes, anew: bool) -> bool:
        with self._faults():
            if anew and (self._folder / name).exists():
                return False
            part = self._folder / (name + PART)
            with part.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            part.rename(self._folder / name)
            sync(self._folder)
            return True

    def _name(self, part: Path, final: Path) -> None:
        if final.exists():
            raise BackupFault("occupied", f"{final} is there already")
        part.rename(final)
        sync(self._folder)

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _fault(error, self._folder) from None


def _fault(error: OSError, folder: Path) -> BackupFault:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return BackupFault("full", str(error))
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return BackupFault("read_only", str(error))
        case errno.ENOENT | errno.ENOTDIR:
            return BackupFault("missing" if folder.is_dir() else "not_plugged_in", str(error))
        case errno.EIO | errno.ENODEV | errno.ENXIO | errno.ESTALE:
            return BackupFault("cut", str(error))
    return BackupFault("refused", str(error))
