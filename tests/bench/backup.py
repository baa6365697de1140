"""A backup of years of history: its time beside plain zstd and a copy, its memory, and what orders feel of it."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barbox.backup import children
from tests.backup.servers import SECRET, USER, seaweed
from tests.bench.history import grow
from tests.bench.servers import cache
from tests.faults.box import ADMIN_PIN, Box, Pass, Till, running

TILLS = 8
BETWEEN_S = 0.08
WEEKS = 26
ROUND = 4
"""Products in an order."""
IN_MEMORY = Path("/dev/shm")
"""A cloud or a stick has a disk of its own: that of a test must not share the till's."""


@dataclass(frozen=True, slots=True)
class Felt:
    """What orders took, in ms."""

    count: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Made:
    """The plain tools and a proven backup, by the clock and of the processor; the backup's memory in MB."""

    plain_s: float
    plain_cpu_s: float
    backup_s: float
    backup_cpu_s: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Beside:
    """Orders without a backup and beside one."""

    without: Felt
    during: Felt

    @property
    def slower(self) -> float:
        """The p99 beside a backup by the one without."""
        return self.during.p99_ms / self.without.p99_ms


class Tills:
    """Tills that ring up an order every 80 ms each, as long as they are at work."""

    def __init__(self, box: Box, known: Pass) -> None:
        self._box = box
        self._known = known
        self._stop = threading.Event()
        self._took: list[float] = []
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(TILLS)]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """For the length of the block."""
        for each in self._threads:
            each.start()
        try:
            yield
        finally:
            self._stop.set()
            for each in self._threads:
                each.join()

    def felt(self) -> Felt:
        """What their orders took."""
        took = sorted(each * 1000 for each in self._took)
        return Felt(len(took), took[len(took) // 2], took[len(took) * 99 // 100])

    def _work(self, number: int) -> None:
        chance = random.Random(number)
        with closing(self._box.till(self._known)) as till:
            menu = till.call("GET", "/api/menu")["products"]
            poured = [each["id"] for each in menu if each["stock"] is None and not each["groupIds"]]
            items = [{"itemId": each, "quantity": 1} for each in poured[:ROUND]]
            while not self._stop.wait(BETWEEN_S * (0.5 + chance.random())):
                begun = time.perf_counter()
                till.call("POST", "/api/orders", {"tab": f"till {number}", "items": items})
                self._took.append(time.perf_counter() - begun)


class Bar:
    """A running box with years of history and a bucket to keep its backups in."""

    def __init__(self, box: Box, device: str, database: Path) -> None:
        self._box = box
        self._device = device
        self._database = database

    def make(self) -> Made:
        """The plain tools, then a backup, with nobody at the tills; and one more, for to read its memory slows it."""
        plain, plain_cpu = _plain(self._database)
        with self._office() as office:
            before = _cpu_s(self._box.pid)
            took, _ = _backup(office, 0.05, lambda: 0.0)
            spent = _cpu_s(self._box.pid) - before
            idle = _memory_mb(self._box.pid)
            _, peak = _backup(office, 0.1, lambda: _memory_mb(self._box.pid))
        return Made(plain, plain_cpu, took, spent, peak - idle)

    def sell(self, seconds: float) -> Beside:
        """Orders alone for so long, then while a backup is made and proven."""
        quiet, busy = self._tills(), self._tills()
        with quiet.at_work():
            time.sleep(seconds)
        with self._office() as office, busy.at_work():
            _backup(office, 1.0, lambda: 0.0)  # to ask for its state often, and to read its memory, costs the box too
        return Beside(quiet.felt(), busy.felt())

    def move(self, name: str, url: str, credentials: dict[str, str] | None = None) -> None:
        """Backups go there from now on; the first is made."""
        with self._office() as office:
            for each in office.call("GET", "/api/backups/targets")["targets"]:
                office.call("DELETE", f"/api/backups/targets/{each['id']}")
            body = {"name": name, "url": url, "live": False, "credentials": credentials}
            office.call("POST", "/api/backups/targets", body)
            _backup(office, 0.5, lambda: 0.0)

    def _office(self) -> closing[Till]:
        return closing(self._box.till(self._box.sign_in(self._device)))

    def _tills(self) -> Tills:
        return Tills(self._box, self._box.sign_in(self._device))


@contextmanager
def bar(megabytes: int) -> Iterator[Bar]:
    """The bar; what it has behind it is copied to as many days before as make that size."""
    with tempfile.TemporaryDirectory(prefix="history-", dir=cache()) as folder:
        data = Path(folder) / "data"
        device = lived_in(data)
        grow(data / "barbox.db", megabytes=megabytes)
        with running(data) as box:
            with closing(box.till(box.sign_in(device))) as office:
                office.call("POST", "/api/backups/recovery-key", {"pin": ADMIN_PIN})
            yield Bar(box, device, data / "barbox.db")


def lived_in(data: Path) -> str:
    """A bar with half a year behind it, every evening another: our admin works there, and this device is paired."""
    demo = [sys.executable, "-m", "barbox", "demo", "--data", str(data), "--port", "0", "--weeks", str(WEEKS), "--json"]
    with subprocess.Popen(demo, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        try:
            return _employed(int(said["url"].rpartition(":")[2]), said)
        finally:
            process.terminate()


def _employed(port: int, said: dict[str, Any]) -> str:
    pin = next(each["pin"] for each in said["staff"] if each["role"] == "admin")
    with closing(Till(port)) as stranger:
        paired = stranger.call("POST", "/api/devices/pair", {"code": said["pairingCode"], "name": "till"})
    device: str = paired["deviceToken"]
    with closing(Till(port, device)) as door:
        session = door.call("POST", "/api/session", {"pin": pin})
    with closing(Till(port, session["token"])) as office:
        office.call("POST", "/api/staff", {"name": "Siyuan", "role": "admin", "pin": ADMIN_PIN})
        for printer in office.call("GET", "/api/printers")["printers"]:
            _wait_for_it(office, printer)
    return device


def _wait_for_it(office: Till, printer: dict[str, Any]) -> None:
    """The demo's printers end with it: what they were to print waits, and does not wander from one to the next."""
    kept = ("name", "connection", "profile", "stationIds", "receipts")
    office.call("PUT", f"/api/printers/{printer['id']}", {each: printer[each] for each in kept})


@contextmanager
def to_a_cloud(bar: Bar) -> Iterator[None]:
    """An S3 server on the loopback. A cloud has processors of its own: here it gets what the till leaves."""
    with elsewhere("bucket") as bucket, seaweed(bucket, "chrt", "--idle", "0", *children.modestly()) as endpoint:
        bar.move("Bucket", f"s3://bar/swan?endpoint={endpoint}", {"user": USER, "secret": SECRET})
        yield


@contextmanager
def to_a_stick(bar: Bar) -> Iterator[None]:
    """A folder: what the till feels of the backup itself."""
    with elsewhere("stick") as stick:
        bar.move("Stick", stick.as_uri())
        yield


@contextmanager
def elsewhere(name: str) -> Iterator[Path]:
    """A folder in memory, which shares no disk with the till."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def _backup(office: Till, every_s: float, memory_mb: Callable[[], float]) -> tuple[float, float]:
    """Make one and look so often whether it is proven: seconds, and the most memory the box and its helpers held."""
    last = max((each["id"] for each in office.call("GET", "/api/backups")["backups"]), default=0)
    begun, peak = time.perf_counter(), 0.0
    office.call("POST", "/api/backups", {})
    for _ in _until_proven(office, last, every_s):
        peak = max(peak, memory_mb())
    took = time.perf_counter() - begun
    while office.call("GET", "/api/backups")["running"]:  # only who has ended is counted as the box's child
        time.sleep(0.1)
    return took, peak


def _until_proven(office: Till, last: int, every_s: float) -> Iterator[None]:
    while True:
        told = office.call("GET", "/api/backups")
        if told["backups"] and told["backups"][0]["id"] > last:
            if told["backups"][0]["state"] != "proven":
                raise ValueError(f"the backup failed: {told['backups'][0]}")
            return
        yield
        time.sleep(every_s)


def _plain(database: Path) -> tuple[float, float]:
    """Seconds, by the clock and of the processor, of `zstd -T1` and a copy, synced; as far behind as a backup."""
    with tempfile.TemporaryDirectory(dir=database.parent.parent) as folder:
        source, packed, copy = (Path(folder) / name for name in ("source", "packed", "copy"))
        shutil.copyfile(database, source)  # the box may move its own file on meanwhile
        os.sync()
        begun, before = time.perf_counter(), os.times()
        for command in (["zstd", "-qT1", "-3", f"{source}", "-o", f"{packed}"], ["cp", f"{source}", f"{copy}"]):
            subprocess.run([*children.modestly(), *command], check=True)
        for each in (packed, copy):
            with each.open("rb") as file:
                os.fsync(file.fileno())
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return time.perf_counter() - begun, spent


def _cpu_s(pid: int) -> float:
    """Processor seconds of a process and of those below it that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    """The proportional memory of a process and all below it."""
    return sum(_pss_mb(each) for each in _family(pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(each) for task in tasks for each in (task / "children").read_text().split()]
    except OSError:
        return  # it has just ended
    for child in children:
        yield from _family(child)


def _pss_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1000
    except OSError:
        return 0.0  # it has just ended
    return 0.0
