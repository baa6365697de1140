"""What is measured. Each is a context that starts a server of its own process and ends it again."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.sockets import masked
from tests.bench.targets import Target

NODE = Path(__file__).with_name("node")
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
        yield Target("bare handler", json.loads(line)["port"], process.pid, json.dumps(ORDER))


def node_is_there() -> bool:
    """Whether Node and npm are installed."""
    return bool(shutil.which("node") and shutil.which("npm"))


@contextmanager
def node() -> Iterator[Target]:
    """Express and socket.io in memory; its packages are installed once into the user's cache."""
    launched = time.perf_counter()
    with started(["node", _node_folder() / "server.js"]) as (process, line):
        yield Target(
            "express + socket.io",
            json.loads(line)["port"],
            process.pid,
            json.dumps(ORDER),
            live="/socket.io/?EIO=4&transport=websocket",
            greeting=masked(b"40"),
            launched_at=launched,
        )


def _node_folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "barbox-bench"
    files = [NODE / name for name in ("package.json", "package-lock.json", "server.js")]
    folder = cache / hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, folder)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
        (folder / "installed").touch()
    return folder
