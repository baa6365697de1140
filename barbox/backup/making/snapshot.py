"""Sealing a database file and opening it again: zstd, then age, in a stream of small pieces.

A sealed backup is the plain database file, compressed with zstd and encrypted with age: `age -d -i KEY f | zstd -d`
opens it without this program.
"""

import contextlib
import errno
import hashlib
import os
import queue
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from barbox.backup.faults import BackupFault
from barbox.backup.tread import Trail, Tread

LEVEL = 1
"""Of a bar's data level 3 makes 6 % less and takes twice the time: the night is short on a small board."""
BESIDE = min(os.cpu_count() or 1, 2)
"""zstd's own threads: what is read and encrypted meanwhile is not waited for."""
ROOM_TO_SPARE = 64 * 1024 * 1024
PIECE = 1024 * 1024
UNPACKED_PIECE = 128 * 1024
PACKED_PIECE = 64 * 1024
"""Unpacks to a piece of a bar's data, and is what the encryptor deals in."""


class Sealed(NamedTuple):
    """The sealed file's size and SHA-256, and the size of the database in it.

    The same sealed bytes open to the same database: age authenticates each piece, zstd's checksum the whole of it.
    """

    size: int
    sha256: str
    plain_size: int


class Counting:
    """A file whose bytes are counted, and with `hashed` also hashed, as they pass; written with that `tread`."""

    def __init__(self, file: IO[bytes] | None, *, hashed: bool = False, tread: Tread | None = None) -> None:
        self._file = file
        self._hash = hashlib.sha256() if hashed else None
        self._trail = Trail(file.fileno(), tread) if file and tread else None
        self.size = 0
        self.failure: OSError | None = None
        """What the file itself raised: the encryptor between loses its number."""

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._file.read(size) if self._file else b""
        except OSError as error:
            self.failure = error
            raise
        self._note(data)
        return data

    def write(self, data: bytes) -> int:
        self._note(data)
        try:
            if self._file:
                self._file.write(data)
            if self._trail:
                self._trail.longer(len(data))
        except OSError as error:
            self.failure = error
            raise
        return len(data)

    def flush(self) -> None:
        if self._file:
            self._file.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest() if self._hash else ""

    def _note(self, data: bytes) -> None:
        if self._hash:
            self._hash.update(data)
        self.size += len(data)


class Behind:
    """Hands pieces of that size to `take`, in a thread of its own: who makes the next one does not wait."""

    MOST_WAITING = 3

    def __init__(self, take: Callable[[bytes], object], size: int) -> None:
        self._take = take
        self._size = size
        self._waiting: queue.Queue[bytes | None] = queue.Queue(self.MOST_WAITING)
        self._piece = bytearray()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="behind", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def put(self, data: bytes) -> None:
        """Have it taken. Raises what `take` raised for something before."""
        if len(data) >= self._size and not self._piece:
            self._hand_over(data)
            return
        self._piece += data
        if len(self._piece) >= self._size:
            self._hand_over(bytes(self._piece))
            self._piece.clear()

    def end(self) -> None:
        """Until all is taken. Raises what `take` raised."""
        if self._piece:
            self._hand_over(bytes(self._piece))
        self._stop()
        self._raise()

    def _hand_over(self, piece: bytes) -> None:
        self._raise()
        self._waiting.put(piece)

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._failure:
            raise self._failure

    def _work(self) -> None:
        while (piece := self._waiting.get()) is not None:
            try:
                if self._failure is None:
                    self._take(piece)
            except Exception as error:  # noqa: BLE001 (raised where the next piece is put)
                self._failure = error


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


def unseal(sealed: IO[bytes], key: str, target: Path | None, tread: Tread | None = None) -> Sealed:
    """Read a sealed stream to its end; the database goes to the new file `target`, unsynced, or nowhere.

    Raises BackupFault: "damaged" when it does not open with `key` or is cut short, "box_full".
    """
    import pyrage

    identity: Any = pyrage.x25519.Identity.from_str(key)
    reading = Counting(sealed, hashed=True)
    with contextlib.ExitStack() as stack:
        out = None
        if target is not None:
            stack.enter_context(room(0, target.parent))
            out = stack.enter_context(create(target))
        writing = Counting(out, tread=tread or Tread())
        written = stack.enter_context(Behind(writing.write, UNPACKED_PIECE))
        unpacking = _Unpacking(written)
        unpacked = stack.enter_context(Behind(unpacking.take, PACKED_PIECE))
        feeding = _Feeding(unpacked)
        try:
            pyrage.decrypt_io(reading, feeding, [identity])
        except (pyrage.DecryptError, OSError) as error:
            raise feeding.failure or reading.failure or BackupFault("damaged", str(error)) from None
        unpacked.end()
        unpacking.end()
        written.end()
    return Sealed(reading.size, reading.sha256, writing.size)


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
    """Takes the packed stream; what comes out is put to `out`."""

    def __init__(self, out: Behind) -> None:
        import zstandard

        self._unpacker = zstandard.ZstdDecompressor().decompressobj()
        self._out = out

    def take(self, data: bytes) -> None:
        """Raises BackupFault("damaged"), and what `out` raises."""
        import zstandard

        if self._unpacker.eof:
            raise BackupFault("damaged", "something follows its end")
        try:
            self._out.put(self._unpacker.decompress(data))
        except zstandard.ZstdError as error:
            raise BackupFault("damaged", str(error)) from None

    def end(self) -> None:
        """Raises BackupFault("damaged") when more should have come."""
        if not self._unpacker.eof:
            raise BackupFault("damaged", "it ends in the middle")


class _Feeding:
    """A file for the decryptor, which of what was raised knows only that something was: `failure`."""

    def __init__(self, into: Behind) -> None:
        self._into = into
        self.failure: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            self._into.put(data)
        except (OSError, BackupFault) as error:
            self.failure = error
            raise OSError(str(error)) from None
        return len(data)

    def flush(self) -> None:
        return
