"""WebSocket listeners without a WebSocket library: what they do not cost, the server may use.

Run as a program it holds a number of listeners open and drops what they hear, until its standard input
closes.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.targets import Target

_CHUNK = 1 << 16
_CLOSE = 0x88
"""The first byte of a WebSocket close frame."""


@dataclass(frozen=True, slots=True)
class Told:
    """How long after an order was sent the last listener had it, and what an order cost the server."""

    p50_ms: float
    p99_ms: float
    cpu_us: float


def masked(text: bytes) -> bytes:
    """A WebSocket text frame of at most 125 bytes, masked (with zeros) as clients must."""
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text


def connect(port: int, upgrade: bytes, greeting: bytes) -> socket.socket:
    """A listener that is attached. Raises ConnectionError if the server will not have it."""
    listener = socket.create_connection(("127.0.0.1", port))
    listener.settimeout(10)
    listener.sendall(upgrade)
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += _some(listener)
    if not heard.startswith(b"HTTP/1.1 101"):
        raise ConnectionError(heard.decode(errors="replace"))
    if greeting:
        listener.sendall(greeting)
        heard = b""
        while b"sid" not in heard.partition(b"40")[2]:
            heard += _some(listener)
    return listener


def _some(listener: socket.socket) -> bytes:
    data = listener.recv(_CHUNK)
    if not data:
        raise ConnectionError("the server closed a listener")
    return data


@contextmanager
def listening(target: Target, listeners: int) -> Iterator[None]:
    """That many listeners attached in a process of their own."""
    if target.live is None or not listeners:
        yield
        return
    wanted = [target.port, target.upgrade().decode("latin-1"), target.greeting.decode("latin-1"), listeners]
    command = [sys.executable, "-m", "tests.bench.sockets"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(wanted) + "\n")
        process.stdin.flush()
        if process.stdout.readline() != "listening\n":
            raise ConnectionError(f"no listener could attach to {target.name}")
        yield
        process.stdin.close()
        if process.wait():
            raise ConnectionError(f"{target.name} closed a listener")


def tell_all(target: Target, listeners: int, orders: int) -> Told:
    """Place orders one at a time, each as soon as every listener has heard of the one before."""
    ears = [connect(target.port, target.upgrade(), target.greeting) for _ in range(listeners)]
    till = target.connection()
    selector = selectors.DefaultSelector()
    for ear in ears:
        ear.setblocking(False)
        selector.register(ear, selectors.EVENT_READ)
    try:
        _tell(target, till, selector, listeners, "warm")
        cpu = target.cpu_s()
        run = str(time.time_ns())
        took = sorted(_tell(target, till, selector, listeners, f"{run}-{n:06d}") for n in range(orders))
        spent = target.cpu_s() - cpu
    finally:
        for each in (till, *ears):
            each.close()
    return Told(took[orders // 2] * 1000, took[orders * 99 // 100] * 1000, spent / orders * 1e6)


def _tell(target: Target, till: socket.socket, selector: selectors.BaseSelector, listeners: int, mark: str) -> float:
    wanted, heard, last = mark.encode(), dict[int, bytes](), 0.0
    key = f"fan-{time.time_ns():020d}"
    sent = time.perf_counter()
    till.sendall(target.request("POST", "/api/orders", key, target.order.replace("MARK", mark)))
    told: set[int] = set()
    while len(told) < listeners:
        ready = selector.select(10)
        if not ready:
            raise ConnectionError(f"only {len(told)} of {listeners} listeners were told")
        for each, _ in ready:
            ear = each.fileobj
            assert isinstance(ear, socket.socket)
            heard[each.fd] = (heard.get(each.fd, b"") + _some(ear))[-_CHUNK:]
            if wanted in heard[each.fd]:
                told.add(each.fd)
                last = time.perf_counter()
    answer(till)
    return last - sent


def answer(till: socket.socket) -> bytes:
    """The body of the next answer on that connection. Raises ConnectionError unless it is a 2xx."""
    heard = b""
    while True:
        head, separator, body = heard.partition(b"\r\n\r\n")
        if separator and len(body) >= content_length(head):
            break
        heard += _some(till)
    if not head.startswith(b"HTTP/1.1 2"):
        raise ConnectionError(heard.decode(errors="replace"))
    return body


def content_length(head: bytes) -> int:
    """What an HTTP head says of its body's length."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _hold(port: int, upgrade: str, greeting: str, listeners: int) -> None:
    selector = selectors.DefaultSelector()
    for _ in range(listeners):
        ear = connect(port, upgrade.encode("latin-1"), greeting.encode("latin-1"))
        selector.register(ear, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("listening", flush=True)
    room = bytearray(_CHUNK)
    while True:
        for each, _ in selector.select():
            if not isinstance(each.fileobj, socket.socket):
                return
            heard = each.fileobj.recv_into(room)
            if not heard or (room[0] == _CLOSE and room[1] == heard - 2):
                sys.exit(f"a listener was closed: {bytes(room[:heard])!r}")


if __name__ == "__main__":
    _hold(*json.loads(sys.stdin.readline()))
