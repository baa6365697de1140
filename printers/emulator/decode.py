"""ESC/POS bytes into commands, one at a time, however the bytes were cut up on their way.

Lengths are those of Epson's ESC/POS reference; clones' `ESC B` from the SP91 manual.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

_FIXED: dict[int, dict[str, int]] = {
    0x1B: dict.fromkeys("@2imSL", 0) | dict.fromkeys("!aEGM-dJK3tRr {V=T%?eU", 1) | dict.fromkeys("B$\\c", 2),
    0x1D: dict.fromkeys(":", 0) | dict.fromkeys("!BhwHfarI/bjT", 1) | dict.fromkeys("LWP$\\z", 2),
    0x1C: dict.fromkeys("&.", 0) | dict.fromkeys("!WC-", 1) | dict.fromkeys("Sp2", 2),
}
"""Parameters after the letter, for commands of fixed length."""
_FIXED[0x1B] |= {"p": 3, "W": 8}
_FIXED[0x1D] |= {"^": 3}


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `name` as in the manual ("ESC @", "text", "LF"), its parameters, and how many bytes it
    took.
    """

    name: str
    args: bytes
    size: int


class _Short(Exception):
    """The command is not complete yet."""


def parse(memory: bytearray, *, double: bool) -> Command | None:
    """The first command in `memory`, or None while it is incomplete.

    `double`: bytes from 81h pair up to Chinese.
    """
    if not memory:
        return None
    first = memory[0]
    if first >= 0x20:
        return _text(memory, double=double)
    try:
        if first in _CONTROLS:
            return Command(_CONTROLS[first], b"", 1)
        if first == 0x10:
            return _real_time(memory)
        if first in _FIXED:
            return _escape(memory)
    except _Short:
        return None
    return Command("ignored", bytes([first]), 1)


_CONTROLS = {0x0A: "LF", 0x0D: "CR", 0x0C: "FF", 0x09: "HT", 0x00: "NUL", 0x18: "CAN"}


def _text(memory: bytearray, *, double: bool) -> Command | None:
    end = 0
    while end < len(memory) and memory[end] >= 0x20:
        if double and memory[end] >= 0x81:
            if end + 1 >= len(memory):
                break
            end += 2
        else:
            end += 1
    return Command("text", bytes(memory[:end]), end) if end else None


def _take(memory: bytearray, start: int, count: int) -> bytes:
    if len(memory) < start + count:
        raise _Short
    return bytes(memory[start : start + count])


def _word(memory: bytearray, at: int) -> int:
    return int.from_bytes(_take(memory, at, 2), "little")


def _real_time(memory: bytearray) -> Command:
    """Already carried out when it arrived; here it is only stepped over."""
    kind = _take(memory, 1, 1)[0]
    if kind in (0x04, 0x05):
        return Command("real-time", _take(memory, 2, 1), 3)
    if kind == 0x14:
        size = {1: 5, 2: 5, 3: 6, 7: 4, 8: 10}.get(_take(memory, 2, 1)[0], 3)
        return Command("real-time", _take(memory, 2, size - 2), size)
    return Command("ignored", b"\x10", 1)


def _escape(memory: bytearray) -> Command:
    letter = chr(_take(memory, 1, 1)[0])
    name = {0x1B: "ESC ", 0x1D: "GS ", 0x1C: "FS "}[memory[0]] + letter
    special = _VARIABLE.get(name)
    if special:
        return special(name, memory)
    count = _FIXED[memory[0]].get(letter)
    if count is None:
        return Command("unknown", bytes(memory[:2]), 2)
    return Command(name, _take(memory, 2, count), 2 + count)


def _bit_image(name: str, memory: bytearray) -> Command:
    mode, width = _take(memory, 2, 1)[0], _word(memory, 3)
    count = width * (3 if mode in (32, 33) else 1)
    return Command(name, _take(memory, 2, 3 + count), 5 + count)


def _raster(_: str, memory: bytearray) -> Command:
    _take(memory, 2, 6)
    count = _word(memory, 4) * _word(memory, 6)
    return Command("GS v 0", _take(memory, 3, 5 + count), 8 + count)


def _function(name: str, memory: bytearray) -> Command:
    letter = chr(_take(memory, 2, 1)[0])
    count = _word(memory, 3)
    return Command(f"{name} {letter}", _take(memory, 5, count), 5 + count)


def _cut(name: str, memory: bytearray) -> Command:
    mode = _take(memory, 2, 1)[0]
    count = 2 if mode in (65, 66, 97, 98, 103, 104) else 1
    return Command(name, _take(memory, 2, count), 2 + count)


def _barcode(name: str, memory: bytearray) -> Command:
    kind = _take(memory, 2, 1)[0]
    if kind >= 65:
        count = _take(memory, 3, 1)[0]
        return Command(name, bytes([kind]) + _take(memory, 4, count), 4 + count)
    end = memory.find(0, 3)
    if end < 0:
        raise _Short
    return Command(name, bytes([kind]) + bytes(memory[3:end]), end + 1)


def _tabs(name: str, memory: bytearray) -> Command:
    end = memory.find(0, 2)
    if end < 0:
        raise _Short
    return Command(name, bytes(memory[2:end]), end + 1)


def _stored_images(name: str, memory: bytearray) -> Command:
    at = 3
    for _ in range(_take(memory, 2, 1)[0]):
        at += 4 + _word(memory, at) * _word(memory, at + 2) * 8
    return Command(name, _take(memory, 2, at - 2), at)


def _download_image(name: str, memory: bytearray) -> Command:
    wide, high = _take(memory, 2, 2)
    count = wide * high * 8
    return Command(name, _take(memory, 2, 2 + count), 4 + count)


_VARIABLE: dict[str, Callable[[str, bytearray], Command]] = {
    "ESC *": _bit_image,
    "ESC (": _function,
    "ESC D": _tabs,
    "GS v": _raster,
    "GS (": _function,
    "GS V": _cut,
    "GS k": _barcode,
    "GS *": _download_image,
    "FS (": _function,
    "FS q": _stored_images,
}


class RealTime:
    """Finds real-time commands in the stream as it arrives, even inside pictures, even split across reads."""

    _SIZES = {(0x04,): 3, (0x05,): 3, (0x14, 1): 5, (0x14, 2): 5, (0x14, 3): 6, (0x14, 7): 4, (0x14, 8): 10}

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The complete real-time commands that end in `data`."""
        stream, self._held = self._held + data, b""
        at = stream.find(0x10)
        while at >= 0:
            size = self._size(stream[at : at + 3])
            if size is None or (size and len(stream) < at + size):
                self._held = stream[at:]
                return
            if size:
                yield stream[at : at + size]
            at = stream.find(0x10, at + max(1, size))

    def _size(self, head: bytes) -> int | None:
        """Bytes the command takes, 0 for none, None while that cannot be told."""
        if len(head) < 2 or (head[1] == 0x14 and len(head) < 3):
            return None
        key = (head[1], head[2]) if head[1] == 0x14 else (head[1],)
        return self._SIZES.get(key, 0)
