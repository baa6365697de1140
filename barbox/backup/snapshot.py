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
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from barbox.backup.faults import BackupFault

LEVEL = 1
"""Of a bar's data level 3 makes 6 % less and takes twice the time: the night is short on a small board."""
BESIDE = 1
"""zstd's own threads: what is read and encrypted meanwhile is not waited for."""
ROOM_TO_SPARE = 64 * 1024 * 1024
PIECE = 1024 * 1024
STRIDE = 8 * PIECE
"""So much is written before it goes to the disk: a till's own sync must not wait for a gigabyte of ours."""


class Sealed(NamedTuple):
    """The sealed file's size and SHA-256, and the size of the database in it.

    The same sealed bytes open to the same database: age authenticates each piece, zstd's checksum the whole of it.
    """

    size: int
    sha256: str
    plain_size: int


class Counting:
    """A file whose bytes are counted, and with `hashed` also hashed, as they pass."""

    def __init__(self, file: IO[bytes] | None, *, hashed: bool = False) -> None:
        self._file = file
        self._hash = hashlib.sha256() if hashed else None
        self._unsynced = 0
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
                self._stride(len(data))
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

    def _stride(self, size: int) -> None:
        self._unsynced += size
        if self._file and self._unsynced >= STRIDE:
            self._unsynced = 0
            self._file.flush()
            os.fdatasync(self._file.fileno())

    def _note(self, data: bytes) -> None:
        if self._hash:
            self._hash.update(data)
        self.size += len(data)


class Behind:
    """Writes in a thread of its own: the disk goes on while the next piece is unpacked."""

    MOST_WAITING = 8

    def __init__(self, file: Counting) -> None:
        self._file = file
        self._waiting: queue.Queue[bytes | None] = queue.Queue(self.MOST_WAITING)
        self._piece = bytearray()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._write, name="behind", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def write(self, data: bytes) -> None:
        """Have it written. Raises OSError when something before could not be."""
        self._piece += data
        if len(self._piece) >= PIECE:
            self._hand_over()

    def end(self) -> Counting:
        """All is written: the file, counted and hashed. Raises OSError."""
        self._hand_over()
        self._stop()
        self._raise()
        return self._file

    def _hand_over(self) -> None:
        self._raise()
        self._waiting.put(bytes(self._piece))
        self._piece.clear()

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._failure:
            raise self._failure

    def _write(self) -> None:
        while (piece := self._waiting.get()) is not None:
            try:
                if self._failure is None:
                    self._file.write(piece)
            except OSError as error:
                self._failure = error


def seal(source: Path, target: Path, recipients: list[str]) -> Sealed:
    """Write `source`, compressed and encrypted to each recipient, to the new file `target`.

    Raises BackupFault("box_full").
    """
    import pyrage
    import zstandard

    keys: list[Any] = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, threads=BESIDE)
    with room(source.stat().st_size, target.parent), source.open("rb") as plain, create(target) as out:
        reading, writing = Counting(plain), Counting(out, hashed=True)
        packed = compressor.stream_reader(reading, size=source.stat().st_size, read_size=PIECE)  # type: ignore[arg-type]
        try:
            pyrage.encrypt_io(_InPieces(packed), writing, keys)
        except OSError:
            raise writing.failure or reading.failure or BackupFault("stopped") from None
    return Sealed(writing.size, writing.sha256, reading.size)


def unseal(sealed: IO[bytes], key: str, target: Path | None) -> Sealed:
    """Read a sealed stream to its end; the database goes to the new file `target`, or nowhere.

    Raises BackupFault: "damaged" when it does not open with `key` or is cut short, "box_full".
    """
    import pyrage
    import zstandard

    identity: Any = pyrage.x25519.Identity.from_str(key)
    reading = Counting(sealed, hashed=True)
    with contextlib.ExitStack() as stack:
        out = None
        if target is not None:
            stack.enter_context(room(0, target.parent))
            out = stack.enter_context(create(target))
        writing = stack.enter_context(Behind(Counting(out)))
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        unpacking = _Unpacking(unpacker, writing)
        try:
            pyrage.decrypt_io(reading, unpacking, [identity])
        except (pyrage.DecryptError, zstandard.ZstdError, OSError) as error:
            raise unpacking.failure or reading.failure or BackupFault("damaged", str(error)) from None
        if not unpacker.eof:
            raise BackupFault("damaged", "it ends in the middle")
        plain = writing.end()
    return Sealed(reading.size, reading.sha256, plain.size)


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
    def __init__(self, unpacker: Any, out: Behind) -> None:
        self._unpacker = unpacker
        self._out = out
        self.failure: Exception | None = None

    def write(self, data: bytes) -> int:
        import zstandard

        try:
            if self._unpacker.eof:
                raise BackupFault("damaged", "something follows its end")
            self._out.write(self._unpacker.decompress(data))
        except zstandard.ZstdError as error:
            self.failure = BackupFault("damaged", str(error))
            raise OSError(str(error)) from None
        except (OSError, BackupFault) as error:
            self.failure = error
            raise OSError(str(error)) from None
        return len(data)

    def flush(self) -> None:
        return
