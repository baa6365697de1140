"""What is measured. Each is a context that starts a server of its own process and ends it again."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench.sockets import masked
from tests.bench.targets import Target
from tests.faults.box import ADMIN_PIN, Box, Pass, furnish, running
from tests.faults.live_copy import wait_until_live

NODE = Path(__file__).with_name("node")
BARE, BOX, ONE_BY_ONE, EXPRESS = "bare handler", "box", "one commit an order", "express + socket.io"
COPIED = "box, copied live"
PRODUCTS = 300
PLENTY = 1_000_000
SLOWER_US = 8000
READS = {"menu": "/api/menu", "floor plan": "/api/floor", "open orders": "/api/orders?status=open"}
ORDER = {
    "tab": "MARK",
    "items": [
        {"itemId": 1, "quantity": 2},
        {"itemId": 2, "quantity": 1},
        {"itemId": 3, "quantity": 1},
        {"itemId": 4, "quantity": 3},
    ],
}


@contextmanager
def started(command: Sequence[str | Path]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the first line it printed, which says that it listens. Ended by its id afterwards."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            if not line:
                raise ChildProcessError(f"{command[0]} ended before it listened")
            yield process, line
        finally:
            process.terminate()


@contextmanager
def bare() -> Iterator[Target]:
    """An aiohttp handler that stores nothing."""
    with started([sys.executable, "-m", "tests.bench.bare_server"]) as (process, line):
        yield Target(BARE, json.loads(line)["port"], process.pid, json.dumps(ORDER))


@contextmanager
def box(*, one_by_one: bool = False, slow: bool = False, open_orders: int = 0) -> Iterator[Target]:
    """The real box on this disk, set up as a bar of 300 products, four of them counted, its printer switched off.

    `slow` makes each sync take 8 ms more, as SD cards do; the delay is strace's and costs the box no processor.
    """
    with (
        furnished(open_orders) as (data, known),
        launched(data, known, one_by_one=one_by_one, slow=slow) as target,
    ):
        yield target


@contextmanager
def furnished(open_orders: int = 0) -> Iterator[tuple[Path, Pass]]:
    """The data of a bar that was set up, and its till's pass."""
    with tempfile.TemporaryDirectory(prefix="bar-", dir=cache()) as folder:
        data = Path(folder) / "data"
        with running(data) as new:
            known = new.set_up()
            with closing(new.till(known)) as till:
                furnish(till, PRODUCTS, counted=4, on_shelf=PLENTY)
                for number in range(open_orders):
                    till.call("POST", "/api/orders", {**ORDER, "tab": f"guest {number}"})
        yield data, known


@contextmanager
def launched(data: Path, known: Pass, *, one_by_one: bool = False, slow: bool = False) -> Iterator[Target]:
    """A box that was set up before, started."""
    name = ONE_BY_ONE if one_by_one else BOX
    delay = ["-e", "trace=fsync,fdatasync", "-e", f"inject=fsync,fdatasync:delay_exit={SLOWER_US}"]
    before = ["strace", "-f", "--seccomp-bpf", *delay, "-o", os.devnull] if slow else []
    environment = {"BARBOX_TEST_BATCH": "1"} if one_by_one else {}
    with running(data, before=before, environment=environment) as started_box:
        yield target_of(started_box, known, f"{name}, +{SLOWER_US // 1000} ms" if slow else name)


def target_of(box: Box, known: Pass, name: str) -> Target:
    """A running box, as the load and the listeners see it."""
    passed = {"Authorization": f"Bearer {known.session}"}
    return Target(
        name,
        box.port,
        box.pid,
        json.dumps(ORDER),
        headers=passed,
        live="/api/live?rooms=floor",
        live_headers=passed,
        reads=READS,
    )


@contextmanager
def copied() -> Iterator[Target]:
    """The same box, with every order copied to a stick: a folder on the same disk, which is the worst case."""
    with furnished() as (data, known):
        stick = data.with_name("stick")
        stick.mkdir()
        with running(data) as new, closing(new.till(known)) as till:
            till.call("POST", "/api/backups/recovery-key", {"pin": ADMIN_PIN})
            till.call("POST", "/api/backups/targets", {"name": "Stick", "url": stick.as_uri()})
            wait_until_live(data)
        with launched(data, known) as target:
            wait_until_live(data)
            yield replace(target, name=COPIED)


def cache() -> Path:
    """On a disk: the folder for temporary files may be in memory."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "barbox-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def node_is_there() -> bool:
    """Whether Node and npm are installed."""
    return bool(shutil.which("node") and shutil.which("npm"))


@contextmanager
def express() -> Iterator[Target]:
    """Express and socket.io in memory; its packages are installed once into the user's cache."""
    with started(["node", _node_folder() / "server.js"]) as (process, line):
        yield Target(
            EXPRESS,
            json.loads(line)["port"],
            process.pid,
            json.dumps(ORDER),
            live="/socket.io/?EIO=4&transport=websocket",
            greeting=masked(b"40"),
        )


def _node_folder() -> Path:
    files = [NODE / name for name in ("package.json", "package-lock.json", "server.js")]
    folder = cache() / hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, folder)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
        (folder / "installed").touch()
    return folder
