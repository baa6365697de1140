"""The real box as a process, and a till that talks to it over the network: for faults, and for measuring.

Everything goes through what a stranger could use: `barbox serve` and its API.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADMIN_PIN = "482613"


class Refused(Exception):
    """An answer that is not a 2xx."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Pass:
    """What a paired till shows at the door; good for as long as the box lives."""

    device: str
    session: str


class Till:
    """One kept-alive connection to a box."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._token = token
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """The answer's body. Raises Refused, or OSError and HTTPException when the box is gone."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if method != "GET":
            headers["Idempotency-Key"] = key or os.urandom(16).hex()
        self._line.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._line.getresponse()
        said = answer.read()
        told = json.loads(said) if said else None
        if answer.status >= 300:
            raise Refused(answer.status, told)
        return told

    def close(self) -> None:
        """Hang up."""
        self._line.close()


@dataclass(frozen=True, slots=True)
class Box:
    """A running box."""

    process: subprocess.Popen[str]
    pid: int
    port: int
    setup_code: str | None

    def till(self, known: Pass | None = None) -> Till:
        """A till, signed in where it has a pass."""
        return Till(self.port, known.session if known else None)

    def sign_in(self, device: str) -> Pass:
        """The admin at a paired till."""
        at_the_door = Till(self.port, device)
        session = at_the_door.call("POST", "/api/session", {"pin": ADMIN_PIN})
        at_the_door.close()
        return Pass(device, session["token"])

    def set_up(self) -> Pass:
        """Make a new box a bar's, with an admin and this till."""
        stranger = self.till()
        venue = {"name": "Lane's End", "currency": "CNY", "language": "zh", "timezone": "Asia/Shanghai"}
        admin = {"name": "Siyuan", "pin": ADMIN_PIN}
        setup = {"code": self.setup_code, "venue": venue | {"taxIncluded": True}, "admin": admin}
        paired = stranger.call("POST", "/api/setup", setup)
        stranger.close()
        return self.sign_in(paired["deviceToken"])

    def kill(self) -> None:
        """Pull its plug, as far as a process has one."""
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(
    data: Path,
    *,
    before: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] = (sys.executable, "-m", "barbox"),
) -> Iterator[Box]:
    """`barbox serve` on a free port, ended politely at the end of the block unless it is dead by then.

    `before` is a command that runs it, such as strace, which hears no signal while it does; `program` is Barbox
    installed elsewhere.
    """
    serve = [*program, "serve", "--data", str(data), "--no-mdns"]
    process = subprocess.Popen(
        [*before, *serve, "--host", "127.0.0.1", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    with process:
        pid = process.pid
        try:
            port = int(_said(process, r"open at http://localhost:(\d+)"))
            pid = _below(process.pid) if before else process.pid
            yield Box(process, pid, port, _setup_code(process, port))
        finally:
            if process.poll() is None:
                os.kill(pid, signal.SIGTERM)


def _below(pid: int) -> int:
    """The process that another one runs."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _setup_code(process: subprocess.Popen[str], port: int) -> str | None:
    stranger = Till(port)
    health = stranger.call("GET", "/api/health")
    stranger.close()
    return _said(process, r"Set-up code: (\S+)") if health["status"] == "setup" else None


def _said(process: subprocess.Popen[str], wanted: str) -> str:
    """What the box says on its standard output, up to the first line that fits."""
    assert process.stdout
    for line in process.stdout:
        if found := re.search(wanted, line):
            return found.group(1)
    raise ChildProcessError("the box ended before it was open")


def furnish(till: Till, products: int, *, counted: int, on_shelf: int) -> list[int]:
    """A bar with that many products, the first `counted` of them with stock, at a station whose printer is off.

    Returns the products' numbers.
    """

    def add(path: str, body: dict[str, Any]) -> int:
        return int(till.call("POST", path, body)["id"])

    def named(name: str) -> dict[str, Any]:
        return {"names": {"zh": f"{name} 号", "en": name}}

    rate = add("/api/menu/tax-rates", {**named("Catering"), "rate": 600})
    # port 1 refuses at once: jobs are stored and wait, as at a printer that is switched off
    off = {"name": "Off", "connection": "tcp://127.0.0.1:1", "profile": "generic-80", "receipts": True}
    printer = add("/api/printers", off)
    station = add("/api/stations", {**named("Bar"), "printerIds": [printer], "display": "bar"})
    category = add("/api/menu/categories", {**named("Beer"), "stationId": station})
    made = [
        add(
            "/api/menu/products",
            {**named(f"Beer {n}"), "categoryId": category, "price": 1500 + 100 * n, "taxRateId": rate}
            | {"stationId": station},
        )
        for n in range(products)
    ]
    for product in made[:counted]:
        till.call("PUT", f"/api/inventory/{product}", {"policy": "refuse"})
    shelf = [{"itemId": product, "quantity": on_shelf} for product in made[:counted]]
    till.call("POST", "/api/inventory/receive", {"items": shelf})
    return made
