"""Sealing a database file and opening it again: zstd, then age, in a stream of small pieces.

A sealed backup is the plain database file, compressed with zstd and encrypted with age: `age -d -i KEY f | zstd -d`
opens it without this program.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from barbox.backup.faults import BackupFault
from barbox.backup.tread import Trail, Tread

LEVEL = 1
"""Of a bar's data level 3 makes 5 % less and takes half as long again: the night is short on a small board."""
BESIDE = min(os.cpu_count() or 1, 2)
"""zstd's own threads: what is read and encrypted meanwhile is not waited for."""
ROOM_TO_SPARE = 64 * 1024 * 1024
GROWS_S = 0.02
"""So long it takes to look again whether there is more to open."""
PIECE = 1024 * 1024


class Sealed(NamedTuple):
    """The sealed file's size and SHA-256, and the size of the database in it."""

    size: int
    sha256: str
    plain_size: int


class Counting:
    """A file whose bytes are counted, and with `hashed` also hashed, as they pass; written with that `tread`."""

    def __init__(self, file: Any, *, hashed: bool = False, tread: Tread | None = None) -> None:
        self._file = file
        self._hash = hashlib.sha256() if hashed else None
        self._trail = Trail(file.fileno(), tread) if tread else None
        self.size = 0
        self.failure: OSError | None = None
        """What the file itself raised: the encryptor between loses its number."""

    def read(self, size: int = -1) -> bytes:
        try:
            data: bytes = self._file.read(size)
        except OSError as error:
            self.failure = error
            raise
        self._note(data)
        return data

    def write(self, data: bytes) -> int:
        self._note(data)
        try:
            self._file.write(data)
            if self._trail:
                self._trail.longer(len(data))
        except OSError as error:
            self.failure = error
            raise
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest() if self._hash else ""

    def _note(self, data: bytes) -> None:
        if self._hash:
            self._hash.update(data)
        self.size += len(data)


class Growing:
    """A file for reading that somebody still writes; it ends where it ends when `whole()`."""

    def __init__(self, path: Path, whole: Callable[[], bool]) -> None:
        self._path = path
        self._whole = whole
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def read(self, size: int = -1) -> bytes:
        """Waits for more."""
        while True:
            ended = self._whole()
            data = self._there(size)
            if data or ended:
                return data
            time.sleep(GROWS_S)

    def _there(self, size: int) -> bytes:
        if self._file is None and self._path.exists():
            self._file = self._path.open("rb")
        return self._file.read(size) if self._file else b""


def seal(source: Path, target: Path, recipients: list[str]) -> Sealed:
    """Write `source`, compressed and encrypted to each recipient, to the new file `target`.

    Somebody may be selling on `source`. Raises BackupFault("box_full").
    """
    import pyrage
    import zstandard

    keys: list[Any] = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, threads=BESIDE)
    with room(source.stat().st_size, target.parent), source.open("rb") as plain, create(target) as out:
        reading, writing = Counting(plain), Counting(out, hashed=True, tread=Tread(source))
        packed = compressor.stream_reader(reading, size=source.stat().st_size, read_size=PIECE)  # type: ignore[arg-type]
        try:
            pyrage.encrypt_io(_InPieces(packed), writing, keys)
        except OSError:
            raise writing.failure or reading.failure or BackupFault("stopped") from None
    return Sealed(writing.size, writing.sha256, reading.size)


def unseal(sealed: "IO[bytes] | Growing", key: str, target: Path, tread: Tread | None = None) -> int:
    """Read a sealed stream to its end; the database goes to the new file `target`, unsynced. Returns its size.

    Raises BackupFault: "damaged" when it does not open with `key` or is cut short, "box_full".
    """
    import pyrage

    identity: Any = pyrage.x25519.Identity.from_str(key)
    reading = Counting(sealed)
    with contextlib.ExitStack() as stack:
        stack.enter_context(room(0, target.parent))
        out = stack.enter_context(create(target))
        writing = Counting(out, tread=tread or Tread())
        unpacking = _Unpacking(writing)
        try:
            pyrage.decrypt_io(reading, unpacking, [identity])
        except (pyrage.DecryptError, OSError) as error:
            raise unpacking.failure or reading.failure or BackupFault("damaged", str(error)) from None
        unpacking.end()
    return writing.size


@contextlib.contextmanager
def room(needed: int, folder: Path) -> Any:
    """Say that the box is full, before (by `needed` bytes and some to spare) or when it happens."""
    if needed and shutil.disk_usage(folder).free < needed + ROOM_TO_SPARE:
        raise BackupFault("box_full", f"{needed + ROOM_TO_SPARE} bytes are needed in {folder}")
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BackupFault("box_full", str(error)) from None
        raise


def create(path: Path) -> IO[bytes]:
    """A new file that only this user reads."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb")


class _InPieces:
    """Lets the encryptor's many small reads be served from larger ones."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._piece = memoryview(b"")

    def read(self, size: int) -> bytes:
        if not self._piece:
            self._piece = memoryview(self._source.read(PIECE))
        served, self._piece = self._piece[:size], self._piece[size:]
        return bytes(served)


class _Unpacking:
    """A file for the decryptor, which of what was raised knows only that something was: `failure`.

    What it is written comes out unpacked at `out`.
    """

    def __init__(self, out: Counting) -> None:
        import zstandard

        self._unpacker = zstandard.ZstdDecompressor().decompressobj()
        self._out = out
        self.failure: Exception | None = None

    def write(self, data: bytes) -> int:
        if self.failure is None:
            try:
                self._take(data)
                return len(data)
            except (OSError, BackupFault) as error:
                self.failure = error
        raise OSError(str(self.failure))

    def flush(self) -> None:
        return

    def _take(self, data: bytes) -> None:
        import zstandard

        if self._unpacker.eof:
            raise BackupFault("damaged", "something follows its end")
        try:
            self._out.write(self._unpacker.decompress(data))
        except zstandard.ZstdError as error:
            raise BackupFault("damaged", str(error)) from None

    def end(self) -> None:
        """Raises BackupFault("damaged") when more should have come."""
        if not self._unpacker.eof:
            raise BackupFault("damaged", "it ends in the middle")
