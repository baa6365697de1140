"""The ends of the wire a printer listens at: TCP connections and a pty."""

import contextlib
import os
import pty
import socket
import struct
import time
import tty
from abc import ABC, abstractmethod


class Caller(ABC):
    """One host. `waiting` holds answers not yet sent, `heard` is when it last said something."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.heard = time.monotonic()

    @abstractmethod
    def fileno(self) -> int:
        """For the selector."""

    @abstractmethod
    def receive(self, count: int) -> bytes:
        """What arrived; b"" when the host is gone.

        Raises BlockingIOError when nothing did, OSError on a broken line.
        """

    @abstractmethod
    def send(self, data: bytes) -> int:
        """Bytes taken. Raises BlockingIOError when there is no room."""

    @abstractmethod
    def close(self) -> None:
        """Hang up politely."""

    def reset(self) -> None:
        """Hang up rudely, where the line knows such a thing."""
        self.close()

    def flush(self) -> None:
        """Send what waits, as far as the line takes it."""
        while self.waiting:
            try:
                sent = self.send(bytes(self.waiting))
            except BlockingIOError:
                return
            del self.waiting[:sent]


class Socket(Caller):
    """A TCP connection."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__()
        connected.setblocking(False)
        self._socket = connected

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self, count: int) -> bytes:
        return self._socket.recv(count)

    def send(self, data: bytes) -> int:
        return self._socket.send(data)

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """RST instead of FIN: what the host still had under way is lost to it."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


class Pty(Caller):
    """A serial line: the printer's end is here, the host opens `path`."""

    def __init__(self) -> None:
        super().__init__()
        self._here, self._there = pty.openpty()
        tty.setraw(self._there)
        os.set_blocking(self._here, False)
        self.path = os.ttyname(self._there)

    def fileno(self) -> int:
        return self._here

    def receive(self, count: int) -> bytes:
        return os.read(self._here, count)

    def send(self, data: bytes) -> int:
        return os.write(self._here, data)

    def close(self) -> None:
        for end in (self._here, self._there):
            with contextlib.suppress(OSError):
                os.close(end)
