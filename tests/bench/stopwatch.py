"""Printers that only look at the clock: they say that all is well, confirm every ticket, and note its first byte."""

import re
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_ASKED = re.compile(rb"\x10\x04[\x01-\x04]|\x1d\(H\x06\x0000(....)|(\x1b@)", re.DOTALL)
_HEALTHY = b"\x12"
_LONGEST = 11
"""Bytes of the longest thing looked for, GS ( H with its process ID."""


class Stopwatch:
    """One printer on a port of its own. `hanging`: it takes the connection and reads nothing."""

    def __init__(self, *, hanging: bool = False) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._hanging = hanging
        self._seen = threading.Condition()
        self._first_bytes: list[float] = []
        self._bell, self._rope = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="stopwatch", daemon=True)

    @property
    def connection(self) -> str:
        """Where the box finds it."""
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    @contextmanager
    def ticking(self) -> Iterator["Stopwatch"]:
        """On, until the end of the block."""
        self._thread.start()
        try:
            yield self
        finally:
            self._rope.close()
            self._thread.join()
            self._listener.close()
            self._bell.close()

    def first_byte_after(self, moment: float) -> float:
        """When the first byte of a ticket came (time.perf_counter), once one came after `moment`."""
        with self._seen:
            if not self._seen.wait_for(lambda: bool(self._first_bytes) and self._first_bytes[-1] > moment, 30):
                raise TimeoutError("no ticket within 30 s")
            return next(at for at in self._first_bytes if at > moment)

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            if not self._hanging:
                selector.register(self._listener, selectors.EVENT_READ)
            heard: dict[socket.socket, bytes] = {}
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._bell:
                        return
                    if key.fileobj is self._listener:
                        caller, _ = self._listener.accept()
                        selector.register(caller, selectors.EVENT_READ)
                        heard[caller] = b""
                    elif isinstance(key.fileobj, socket.socket):
                        self._hear(key.fileobj, heard, selector)

    def _hear(self, caller: socket.socket, heard: dict[socket.socket, bytes], selector: selectors.BaseSelector) -> None:
        said, at = caller.recv(1 << 16), time.perf_counter()
        if not said:
            selector.unregister(caller)
            del heard[caller]
            caller.close()
            return
        text, end = heard[caller] + said, 0
        for found in _ASKED.finditer(text):
            end = found.end()
            if found[2]:
                self._note(at)
            else:
                caller.sendall(b'\x37"' + found[1] + b"\0" if found[1] else _HEALTHY)
        heard[caller] = text[max(end, len(text) - _LONGEST) :]

    def _note(self, at: float) -> None:
        with self._seen:
            self._first_bytes.append(at)
            self._seen.notify_all()
