"""Everything said and heard on one open wire: questions out, answers sorted.

Written as generators that yield whenever they have waited a moment, so that whoever drives them keeps the
clock.
"""

import time
from collections.abc import Callable, Generator

from printers.replies import Demultiplexer, Kind, Reply, Status
from printers.transports import Transport

CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 function 8: clear receive and print buffer, in real time; answered by 37h 25h 00h."""
CHUNK = 1024
TICK = 0.1

Steps = Generator[None, None, None]
Question = Generator[None, None, bool]


class Conversation:
    """Everything said and heard on one wire. `tick` is the only place that waits."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.status = Status()
        self.heard_at = time.monotonic()
        self.ids: list[str] = []
        self.in_order = 0
        self.in_order_at = 0.0
        self.cleared = False
        self.texts: list[bytes] = []
        self.real_time: list[int] = []
        self.evidence = b""
        self.tick_seconds = TICK
        self._unknown: set[int] = set()
        self._demultiplexer = Demultiplexer()

    def tick(self) -> None:
        """Listen for a moment. Raises Lost."""
        for reply in self._demultiplexer.feed(self.transport.read(self.tick_seconds)):
            self.heard_at = time.monotonic()
            self._take(reply)

    def _take(self, reply: Reply) -> None:
        if reply.kind is Kind.REAL_TIME:
            self.real_time.append(reply.data[0])
        elif reply.kind is Kind.AUTOMATIC:
            self.status = self.status.with_automatic(reply.data)
        elif reply.kind is Kind.IN_ORDER:
            self.in_order += 1
            self.in_order_at = self.heard_at
            self.evidence = reply.data
        elif reply.process_id is not None:
            self.ids.append(reply.process_id)
            self.evidence = reply.data
        elif reply.cleared:
            self.cleared = True
        elif reply.kind is Kind.BLOCK:
            self.texts.append(reply.data)

    def say(self, data: bytes) -> Steps:
        """Hand over `data`, listening meanwhile."""
        while data:
            taken = self.transport.write(data[:CHUNK], self.tick_seconds)
            data = data[taken:]
            self.tick_if_silent(taken)
            if data:
                yield

    def tick_if_silent(self, taken: int) -> None:
        """Read what has come in; without waiting while the wire takes bytes."""
        keep, self.tick_seconds = self.tick_seconds, 0.0 if taken else self.tick_seconds
        try:
            self.tick()
        finally:
            self.tick_seconds = keep

    def until(self, condition: Callable[[], bool], seconds: float) -> Question:
        """Listen until `condition`; False when `seconds` have passed."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() >= end:
                return False
            self.tick()
            yield
        return True

    def ask(self, which: int, seconds: float = 1.5) -> Question:
        """DLE EOT `which`; whether it was answered."""
        self.real_time.clear()
        yield from self.say(bytes([0x10, 0x04, which]))
        answered = yield from self.until(lambda: bool(self.real_time), seconds)
        if answered:
            self.status = self.status.with_reply(which, self.real_time[0])
        return answered

    def inquire(self, seconds: float = 1.5) -> Question:
        """Online, cause, error and paper; whether the printer answered at all.

        Cheap printers know DLE EOT 1 only.
        """
        if not (yield from self.ask(1, seconds)):
            return False
        for which in {2, 3, 4} - self._unknown:
            if (yield from self.ask(which, seconds)):
                continue
            if not (yield from self.ask(1, seconds)):
                return False
            self._unknown.add(which)
        return True

    def clear(self, tries: int = 3, seconds: float = 3.0) -> Question:
        """Empty the printer's buffers; whether it confirmed. Nothing else may be sent until it answers."""
        for _ in range(tries):
            self.cleared = False
            yield from self.say(CLEAR)
            if (yield from self.until(lambda: self.cleared, seconds)):
                return True
        return False
