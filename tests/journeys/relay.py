"""The bar's Wi-Fi: a relay on the loopback that can go silent, swallow answers, come back, or cut everybody off."""

import contextlib
import select
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: closing sends RST instead of FIN, as an access point that forgot its clients does."""


class Relay:
    """Carries TCP from a port of its own to the box. Silence is what radio does: no byte moves, nobody is told."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._up = threading.Event()
        self._down = threading.Event()
        self._open: set[socket.socket] = set()
        self._over = False
        self.back()
        self._thread(self._accept)

    def silence(self) -> None:
        """Nothing gets through, in either direction, and no connection ends."""
        self._up.clear()
        self._down.clear()

    def swallow_answers(self) -> None:
        """What the tablet says arrives; what the box says does not."""
        self._down.clear()

    def back(self) -> None:
        """As if nothing had been: what was held arrives now."""
        self._up.set()
        self._down.set()

    def reset(self) -> None:
        """Every connection ends hard."""
        for each in tuple(self._open):
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def close(self) -> None:
        self._over = True
        self.back()
        self.reset()
        self._listener.close()

    def _accept(self) -> None:
        while not self._over:
            try:
                tablet, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(tablet)
            self._thread(self._carry, tablet)

    def _carry(self, tablet: socket.socket) -> None:
        self._up.wait()
        try:
            box = socket.create_connection(self._target, timeout=5.0)
        except OSError:
            tablet.close()
            return
        box.settimeout(None)
        self._open.add(box)
        self._thread(self._pump, box, tablet, self._down)
        self._pump(tablet, box, self._up)

    def _pump(self, source: socket.socket, sink: socket.socket, gate: threading.Event) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                # Asked before reading: bytes taken from a silent wire would count as delivered.
                gate.wait()
                if not select.select([source], [], [], 0.1)[0] or not gate.is_set():
                    continue
                data = source.recv(65536)
                if not data:
                    break
                gate.wait()
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
            self._open.discard(each)

    @staticmethod
    def _thread(job: object, *args: object) -> None:
        threading.Thread(target=job, args=args, daemon=True).start()  # type: ignore[arg-type]
