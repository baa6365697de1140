"""A running server, as the load and the listeners see it."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Target:
    """Where orders go, and which process to hold to account."""

    name: str
    port: int
    pid: int
    order: str
    """The body of an order as JSON; `MARK` in it is replaced where orders must be told apart."""
    headers: Mapping[str, str] = field(default_factory=dict)
    live: str | None = None
    """The path of its WebSocket, None where it has none."""
    live_headers: Mapping[str, str] = field(default_factory=dict)
    greeting: bytes = b""
    """What a listener says first after the upgrade."""
    reads: Mapping[str, str] = field(default_factory=dict)
    """Screens to measure: name to path."""

    def cpu_s(self) -> float:
        """Processor seconds used so far, all threads; the kernel counts in steps of 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_mb(self) -> float:
        """Memory in use, in MB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1000
        return 0.0

    def connection(self) -> socket.socket:
        """A new connection to it."""
        return socket.create_connection(("127.0.0.1", self.port))

    def upgrade(self) -> bytes:
        """The request that opens its WebSocket."""
        lines = [
            f"GET {self.live} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in self.live_headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def request(self, method: str, path: str, key: str, body: str = "") -> bytes:
        """A whole HTTP request, kept alive."""
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Content-Type: application/json",
            f"Content-Length: {len(body.encode())}",
            f"Idempotency-Key: {key}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join([*lines, "", body]).encode()
