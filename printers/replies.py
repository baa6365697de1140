"""What a printer says back: one stream, several kinds of answer, told apart by their first byte.

First bytes (Epson ESC/POS reference; all 256 values were checked for ambiguity): `b & 93h == 12h` answers DLE
EOT; `b & 93h == 10h` opens an automatic status of 4 bytes; `b & 90h == 00h` answers GS r or GS I; 37h, 3Dh
and 5Fh open a block that ends with 00h; 11h and 13h are XON and XOFF.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

import msgspec

_LONGEST_BLOCK = 128


class Kind(Enum):
    """What an answer answers."""

    REAL_TIME = auto()
    AUTOMATIC = auto()
    IN_ORDER = auto()
    BLOCK = auto()
    FLOW = auto()
    NOISE = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, whole."""

    kind: Kind
    data: bytes

    @property
    def process_id(self) -> str | None:
        """The process ID it acknowledges (GS ( H function 48: 37h 22h d1 d2 d3 d4 00h)."""
        if self.kind is Kind.BLOCK and self.data[:2] == b"\x37\x22" and len(self.data) == 7:
            return self.data[2:6].decode("latin-1")
        return None

    @property
    def cleared(self) -> bool:
        """Whether it says that the buffers were cleared (DLE DC4 function 8: 37h 25h 00h)."""
        return self.data == b"\x37\x25\x00"


class Demultiplexer:
    """Cuts the stream into answers, however it was split on the way."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Reply]:
        """The answers that `data` completes."""
        self._held += data
        replies = []
        while self._held:
            reply = self._first()
            if reply is None:
                break
            del self._held[: len(reply.data)]
            replies.append(reply)
        return replies

    def _first(self) -> Reply | None:
        first = self._held[0]
        if first in (0x11, 0x13):
            return Reply(Kind.FLOW, bytes([first]))
        if first & 0x93 == 0x12:
            return Reply(Kind.REAL_TIME, bytes([first]))
        if first & 0x93 == 0x10:
            return Reply(Kind.AUTOMATIC, bytes(self._held[:4])) if len(self._held) >= 4 else None
        if first in (0x37, 0x3D, 0x5F):
            end = self._held.find(0)
            if end < 0 and len(self._held) < _LONGEST_BLOCK:
                return None
            return Reply(Kind.BLOCK, bytes(self._held[: end + 1])) if end >= 0 else Reply(Kind.NOISE, bytes([first]))
        if first & 0x90 == 0x00:
            return Reply(Kind.IN_ORDER, bytes([first]))
        return Reply(Kind.NOISE, bytes([first]))


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the printer says it is.

    `online` is None where it said nothing; `paper` is unknown until it was told.
    """

    online: bool | None = None
    paper: Literal["ok", "low", "out", "unknown"] = "unknown"
    cover_open: bool = False
    cutter_error: bool = False
    error: bool = False
    drawer_open: bool = False
    evidence: bytes = b""

    @property
    def answered(self) -> bool:
        """Whether the printer said anything."""
        return self.online is not None

    def with_reply(self, asked: int, byte: int) -> "Status":
        """The status after the answer `byte` to DLE EOT `asked`."""
        change: dict[str, object] = {}
        if asked == 1:
            change = {"online": not byte & 0x08, "drawer_open": bool(byte & 0x04)}
        elif asked == 2:
            change = {"cover_open": bool(byte & 0x04)}
            if byte & 0x20:
                change["paper"] = "out"
        elif asked == 3:
            change = {"cutter_error": bool(byte & 0x08), "error": bool(byte & 0x24)}
        elif asked == 4:
            change = {"paper": "out" if byte & 0x60 else "low" if byte & 0x0C else "ok"}
        return msgspec.structs.replace(self, evidence=self.evidence[-15:] + bytes([byte]), **change)

    def with_automatic(self, data: bytes) -> "Status":
        """The status after an automatic report of 4 bytes (GS a)."""
        first, second, third = data[:3]
        return Status(
            online=not first & 0x08,
            paper="out" if third & 0x0C else "low" if third & 0x03 else "ok",
            cover_open=bool(first & 0x20),
            cutter_error=bool(second & 0x08),
            error=bool(second & 0x24),
            drawer_open=bool(first & 0x04),
            evidence=self.evidence[-12:] + data,
        )
