"""A bar under attack: orders are placed while two hundred bad connections do their worst.

    python -m tests.faults.hostile [--connections 200] [--seconds 30]

Prints how long orders took before and during, and how many failed. The attackers come from addresses of their own
(127.0.0.66 and on), a quarter each: requests that never end (slow loris), wrong PINs and codes as fast as they are
refused, bodies without end, and live feeds that are opened and never read. They share the machine with the box, so
what they cost in processor time is in the figures too.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.box import Pass, furnish, running

TILLS = 4
PAUSE_S = 0.04
"""Each till places an order about 25 times a second: twenty busy bars."""


@dataclass
class Orders:
    """What became of the orders of one stretch of time."""

    took_ms: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.took_ms)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.took_ms, n=100)[98]


@dataclass
class Siege:
    """Orders before and during the attack, and what the attackers met: how often each was cut off or refused."""

    calm: Orders
    attacked: Orders
    met: dict[str, int]


def siege(connections: int, seconds: float) -> Siege:
    """Place orders in peace for a while, then under attack."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as box:
        known = box.set_up()
        till = box.till(known)
        (product, *_) = furnish(till, 2, counted=1, on_shelf=10**6)
        calm = asyncio.run(_orders(box.port, known, product, seconds / 2))
        with _attack(box.port, known, connections, seconds) as attackers:
            attacked = asyncio.run(_orders(box.port, known, product, seconds))
            met = json.loads(attackers.communicate(timeout=60)[0])
        # A new line: the box has hung up on the one that said nothing all the while.
        box.till(known).call("GET", "/api/orders?limit=1")
        return Siege(calm, attacked, met)


@contextlib.contextmanager
def _attack(port: int, known: Pass, connections: int, seconds: float):  # type: ignore[no-untyped-def]
    order = json.dumps([port, known.device, known.session, connections, seconds])
    command = [sys.executable, "-m", "tests.faults.hostile", f"--attack={order}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        process.stdout.readline()  # they are in place
        yield process
    finally:
        process.kill()
        process.wait()


async def _orders(port: int, known: Pass, product: int, seconds: float) -> Orders:
    found = Orders()
    end = time.monotonic() + seconds
    await asyncio.gather(*(_till(port, known, product, end, found) for _ in range(TILLS)))
    return found


async def _till(port: int, known: Pass, product: int, end: float, found: Orders) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"items": [{"itemId": product, "quantity": 1}]}).encode()
    while time.monotonic() < end:
        begun = time.perf_counter()
        writer.write(_head("POST /api/orders", known.session, len(body)) + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        said = await reader.readexactly(length)
        found.took_ms.append((time.perf_counter() - begun) * 1000)
        if b" 201 " not in head.splitlines()[0]:
            found.failed.append(said.decode())
        await asyncio.sleep(PAUSE_S)
    writer.close()


def _head(line: str, token: str, length: int) -> bytes:
    key = os.urandom(12).hex()
    return (
        f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


class Attackers:
    """What those outside do, again and again until the time is up."""

    def __init__(self, port: int, device: str, session: str, end: float) -> None:
        self.port, self.device, self.session, self.end = port, device, session, end
        self.met: Counter[str] = Counter()

    async def all(self, connections: int) -> None:
        """Everybody at once, a quarter of them each way."""
        ways = [self.loris, self.guess, self.flood, self.deaf]
        await asyncio.gather(*(self._again(ways[n % 4], f"127.0.0.{66 + n % 4}") for n in range(connections)))

    async def _again(
        self, way: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], address: str
    ) -> None:
        while time.monotonic() < self.end:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
                with contextlib.closing(writer):
                    await way(reader, writer)
            except (OSError, EOFError):
                self.met[f"{way.__name__}: cut off"] += 1
            await asyncio.sleep(0.1)

    async def loris(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A request of which a byte comes now and then."""
        writer.write(b"POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        while time.monotonic() < self.end:
            writer.write(b"z")
            await writer.drain()
            await asyncio.sleep(0.5)

    async def guess(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """PINs on a found tablet, codes without one."""
        number = 0
        while time.monotonic() < self.end:
            number += 1
            path, said = [
                ("/api/session", {"pin": f"{number % 10**6:06d}"}),
                ("/api/devices/pair", {"code": f"{number:08d}", "name": "Mallory"}),
            ][number % 2]
            body = json.dumps(said).encode()
            writer.write(_head(f"POST {path}", self.device, len(body)) + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            self.met[f"guess: {answer.split()[1].decode()}"] += 1

    async def flood(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A body without end."""
        writer.write(_head("POST /api/orders", self.session, 2**32))
        while time.monotonic() < self.end:
            writer.write(b"[" * 65536)
            await writer.drain()
            await asyncio.sleep(0.02)

    async def deaf(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A live feed that nobody reads."""
        key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        upgrade = f"Connection: Upgrade\r\nUpgrade: websocket\r\n{key}"
        writer.write(
            f"GET /api/live?rooms=floor,kitchen,bar HTTP/1.1\r\nHost: 127.0.0.1\r\n{upgrade}\r\n"
            f"Sec-WebSocket-Protocol: barbox, bearer.{self.session}\r\n\r\n".encode()
        )
        await writer.drain()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(self.end - time.monotonic())


def _attack_now(port: int, device: str, session: str, connections: int, seconds: float) -> None:
    print("in place", flush=True)
    attackers = Attackers(port, device, session, time.monotonic() + seconds)
    asyncio.run(attackers.all(connections))
    print(json.dumps(attackers.met))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--attack", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.attack:
        return _attack_now(*asked.attack)
    found = siege(asked.connections, asked.seconds)
    for name, orders in (("in peace", found.calm), ("under attack", found.attacked)):
        told = f"{len(orders.took_ms):6} orders, {len(orders.failed)} failed"
        print(f"{name:13} {told}   p50 {orders.p50:7.2f} ms   p99 {orders.p99:7.2f} ms")
    print("the attackers met:", json.dumps(found.met, indent=2))
    return None


if __name__ == "__main__":
    main()
