"""Large files are written and taken away with a light tread: the till's own small syncs never queue behind them.

What is only prepared here need not survive a power cut, so it is never synced. It must not pile up in memory either:
the kernel would then hold up whoever writes next, the till too. So what is beyond the leeway is written out, oldest
first, without emptying the disk's cache; and while somebody sells, the disk rests as long as it worked.
"""

import contextlib
import ctypes
import os
import time
from pathlib import Path

from barbox.core.wal import log_file

STRIDE = 8 * 1024 * 1024
"""So much is written out, or taken away, at once."""
_PART_OF_MEMORY = 20
_LEAST_LEEWAY = 2 * STRIDE
_SELLING_S = 1.0
_LONGEST_REST_S = 1.0
_BREATH_S = 0.01
_WAIT_BEFORE, _WRITE, _WAIT_AFTER = 1, 2, 4

_libc = ctypes.CDLL(None, use_errno=True)


class Tread:
    """`database` is the one that is being sold on, if one is."""

    def __init__(self, database: Path | None = None) -> None:
        self._log = log_file(database) if database else None

    def rest(self, seconds: float) -> None:
        """Leave the disk to the till for so long, if somebody sells."""
        if self._selling():
            time.sleep(min(seconds, _LONGEST_REST_S))

    def forget(self, file: Path) -> None:
        """Delete a file, which may be gone, a stride at a time: a gigabyte at once holds up the file system."""
        with contextlib.suppress(FileNotFoundError):
            left = file.stat().st_size
            while (left := left - STRIDE) > 0:
                os.truncate(file, left)
                self.rest(_BREATH_S)
            file.unlink()

    def _selling(self) -> bool:
        try:
            return self._log is not None and abs(time.time() - self._log.stat().st_mtime) < _SELLING_S
        except FileNotFoundError:
            return False


class Trail:
    """What was written to an open file and is not on the disk yet: at most `leeway` bytes."""

    def __init__(self, descriptor: int, tread: Tread, leeway: int = 0) -> None:
        self._descriptor = descriptor
        self._tread = tread
        self._leeway = leeway or max(_LEAST_LEEWAY, _memory() // _PART_OF_MEMORY)
        self._written = self._out = 0

    def longer(self, size: int) -> None:
        """So much more was handed to the system. Raises OSError when what was before could not be written."""
        self._written += size
        while self._written - self._out >= self._leeway + STRIDE:
            begun = time.monotonic()
            _write_out(self._descriptor, self._out, STRIDE)
            self._out += STRIDE
            self._tread.rest(time.monotonic() - begun)


def _memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _write_out(descriptor: int, begin: int, size: int) -> None:
    """To the disk, and wait for that; unlike fdatasync it has nobody else's writes wait for the disk's cache."""
    how = _WAIT_BEFORE | _WRITE | _WAIT_AFTER
    if _libc.sync_file_range(descriptor, ctypes.c_int64(begin), ctypes.c_int64(size), how):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
