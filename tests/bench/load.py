"""Clients that send the next request as soon as the last was answered: wrk where it is there, else our own.

wrk costs the machine a tenth of what Python does, which on two cores is the difference between measuring the
server and measuring the client. Which one was used is printed with the figures.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import count
from uuid import uuid4

from tests.bench.sockets import content_length
from tests.bench.targets import Target

_WRK = """
local sent = 0
wrk.method, wrk.body = %(method)s, %(body)s
for name, value in pairs(%(headers)s) do wrk.headers[name] = value end
function request()
  sent = sent + 1
  wrk.headers["Idempotency-Key"] = string.format("%(run)s-%%010d", sent)
  return wrk.format()
end
function done(summary, latency)
  local e = summary.errors
  local form = '{"answered": %%d, "refused": %%d, "seconds": %%.6f, "p50_ms": %%.3f, "p99_ms": %%.3f}\\n'
  io.write(string.format(form,
    summary.requests, e.status + e.connect + e.read + e.write + e.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the clients saw."""

    answered: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Answers each second."""
        return self.answered / self.seconds


def tool() -> str:
    """The name of the load generator in use."""
    return "wrk" if shutil.which("wrk") else "tests.bench.load (install wrk for less noise)"


def post_orders(target: Target, clients: int, seconds: float) -> Heard:
    """Send orders from that many clients for that long."""
    return _run(target, "POST", "/api/orders", target.order, clients, seconds)


def get(target: Target, path: str, seconds: float) -> Heard:
    """Read one screen again and again from one client."""
    return _run(target, "GET", path, "", 1, seconds)


def _run(target: Target, method: str, path: str, body: str, clients: int, seconds: float) -> Heard:
    run = uuid4().hex[:20]
    if not shutil.which("wrk"):
        order = [target.port, clients, seconds, target.request(method, path, f"{run}-KEY", body).decode()]
        command = [sys.executable, "-m", "tests.bench.load"]
        done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=True)
        return Heard(**json.loads(done.stdout))
    headers = {"Content-Type": "application/json", **target.headers}
    table = "{" + ", ".join(f"[{json.dumps(n)}] = {json.dumps(v)}" for n, v in headers.items()) + "}"
    script = _WRK % {"method": json.dumps(method), "body": _lua(body), "headers": table, "run": run}
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        address = f"http://127.0.0.1:{target.port}{path}"
        command = [
            "wrk",
            "-t1",
            f"-c{clients}",
            f"-d{max(1, round(seconds))}s",
            "--timeout",
            "30s",
            "-s",
            file.name,
            address,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Heard(**json.loads(done.stdout.splitlines()[-1]))


def _lua(text: str) -> str:
    return f"[==[{text}]==]"


class _Client(asyncio.Protocol):
    """One keep-alive connection that asks, waits for the whole answer, and asks again."""

    def __init__(self, request: bytes, numbers: "count[int]", until: float) -> None:
        self.closed = asyncio.get_running_loop().create_future()
        self.took: list[float] = []
        self.refused = 0
        self._head, self._tail = request.split(b"-KEY", 1)
        self._numbers = numbers
        self._until = until
        self._buffer = b""
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(b"%s-%010d%s" % (self._head, next(self._numbers), self._tail))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < content_length(head):
            return
        now = time.perf_counter()
        self.took.append(now - self._asked)
        self.refused += not head.startswith(b"HTTP/1.1 2")
        self._buffer = b""
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


async def _measure(port: int, clients: int, seconds: float, request: str) -> Heard:
    loop, numbers, begun = asyncio.get_running_loop(), count(), time.perf_counter()
    connected = [
        loop.create_connection(lambda: _Client(request.encode(), numbers, begun + seconds), "127.0.0.1", port)
        for _ in range(clients)
    ]
    protocols = [protocol for _, protocol in await asyncio.gather(*connected)]
    await asyncio.gather(*(protocol.closed for protocol in protocols))
    spent = time.perf_counter() - begun
    took = sorted(second for protocol in protocols for second in protocol.took)
    refused = sum(protocol.refused for protocol in protocols)
    return Heard(len(took), refused, spent, took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_measure(*json.loads(sys.stdin.read()))))))
