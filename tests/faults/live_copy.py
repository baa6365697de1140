"""A box that sells about a hundred orders a second is killed, again and again; each time its live copy is restored.

The long form: `python -m tests.faults.live_copy --cycles 100`; tests run a short one. What comes back must be what the
box had, row for row, up to the last piece that was shipped; and that must not be long ago.
"""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from barbox.backup import recovery_key
from barbox.backup.live import jobs as live
from barbox.backup.live import replay
from barbox.verify import prove
from tests.faults.audit import BOOKS
from tests.faults.box import ADMIN_PIN, Box, Pass, furnish, running

PATIENCE_S = 120
TILLS = 4
SAME = ("SELECT * FROM orders WHERE id <= ?", "SELECT * FROM order_line WHERE order_id <= ?")
"""Nobody changes an order here after it was placed: what is restored of them has to be the same."""


@dataclass
class Findings:
    """What the restores showed; times in seconds."""

    cycles: int = 0
    sold: int = 0
    bases: int = 0
    lost_s: list[float] = field(default_factory=list)
    restore_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """A line for people."""
        return (
            f"{self.cycles} kills, {self.sold} orders, {self.bases} bases: {len(self.wrong)} bad restores; "
            f"oldest lost entry before the kill: median {statistics.median(self.lost_s):.2f} s, "
            f"max {max(self.lost_s):.2f} s; restore median {statistics.median(self.restore_s):.1f} s, "
            f"max {max(self.restore_s):.1f} s" + "".join(f"\n  {each}" for each in self.wrong)
        )


class Evening:
    """A bar with a stick, and the key to its copies."""

    def __init__(self, folder: Path, chance: random.Random, rate: int) -> None:
        self.data = folder / "data"
        self.stick = folder / "stick"
        self.stick.mkdir()
        self._scratch = folder / "restored"
        self._chance = chance
        self._rate = rate
        with running(self.data) as box:
            self._pass = box.set_up()
            till = box.till(self._pass)
            self._items = furnish(till, 3, counted=1, on_shelf=1_000_000)
            self.key = recovery_key.read(till.call("POST", "/api/backups/recovery-key", {"pin": ADMIN_PIN})["key"])
            till.call("POST", "/api/backups/targets", {"name": "Stick", "url": self.stick.as_uri()})
            wait_until_live(self.data)
            till.close()

    def sell_until_killed(self, seconds: float, how: signal.Signals) -> tuple[int, float]:
        """Open, sell for so long, die; returns how many orders were answered, and when it died."""
        over = threading.Event()
        with running(self.data) as box, ThreadPoolExecutor() as staff:
            wait_until_live(self.data)
            known = box.sign_in(self._pass.device)
            tills = [staff.submit(self._serve, box, known, over) for _ in range(TILLS)]
            time.sleep(seconds)
            died = time.time()
            os.kill(box.pid, how)
            box.process.wait()
            over.set()
            return sum(each.result() for each in tills), died

    def _serve(self, box: Box, known: Pass, over: threading.Event) -> int:
        till, sold = box.till(known), 0
        due = time.monotonic()
        with contextlib.suppress(OSError, HTTPException):
            while not over.is_set():
                items = [{"itemId": item, "quantity": 1} for item in self._items]
                till.call("POST", "/api/orders", {"tab": f"guest {sold}", "items": items})
                sold += 1
                due = max(due + TILLS / self._rate, time.monotonic() - 1)
                over.wait(max(0.0, due - time.monotonic()))
        return sold

    def restore(self, died: float, findings: Findings) -> None:
        """Restore from the stick and compare with what the dead box has."""
        begun = time.monotonic()
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir()
        reached = asyncio.run(self._restored(self._scratch / BOOKS))
        findings.restore_s.append(time.monotonic() - begun)
        if reached.lacks:
            findings.wrong.append(f"it lacks something: {reached.lacks}")
        with dead_box(self.data) as had, opened(self._scratch / BOOKS) as has:
            findings.wrong.extend(differences(had, has, reached))
            lost = had.execute("SELECT MIN(at) FROM journal WHERE seq > ?", (reached.seq,)).fetchone()[0]
            findings.lost_s.append(max(0.0, died - lost / 1000) if lost else 0.0)

    async def _restored(self, database: Path) -> replay.Reached:
        url = self.stick.as_uri()
        chosen = replay.choose([each.line for each in await replay.offers(url, None, "main")], None)
        if chosen is None:
            raise FileNotFoundError("there is no live copy")
        return await replay.restore(url, None, "main", chosen, self.key.key, database, lambda _: None)

    def meddle(self) -> None:
        """Somebody writes into the database of a box that is off."""
        with opened(self.data / BOOKS, "rw") as connection:
            connection.execute("INSERT OR REPLACE INTO counter VALUES ('meddled', ?)", (self._chance.randrange(10**6),))
            connection.commit()

    def bases(self) -> int:
        """How many copies of the whole database there are."""
        return len(list(self.stick.glob("*-live/*-base-*")))


def wait_until_live(data: Path) -> None:
    """Until a target's copy goes on from a base, as the box that was just started there says."""
    begun, deadline = time.time() * 1000, time.monotonic() + PATIENCE_S
    while not any(each.state == "live" and (each.at or 0) > begun for each in live.standing(data)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the copy is not live: {live.standing(data)}")
        time.sleep(0.05)


@contextlib.contextmanager
def opened(database: Path, mode: str = "ro") -> Iterator[sqlite3.Connection]:
    """A database."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode={mode}", uri=True)) as connection:
        yield connection


@contextlib.contextmanager
def dead_box(data: Path) -> Iterator[sqlite3.Connection]:
    """What a dead box has, without changing it: its files are copied first."""
    with tempfile.TemporaryDirectory(prefix="dead-box-", dir=data.parent) as folder:
        for suffix in ("", "-wal"):
            source = data / (BOOKS + suffix)
            if source.exists():
                shutil.copy(source, Path(folder) / source.name)
        with opened(Path(folder) / BOOKS) as connection:
            yield connection


def differences(had: sqlite3.Connection, has: sqlite3.Connection, reached: replay.Reached) -> Iterator[str]:
    """What is restored and was not so, or lacks though it was before the last that is restored."""
    row = had.execute("SELECT hash FROM journal WHERE seq = ?", (reached.seq,)).fetchone()
    if row is None or row[0].hex() != reached.head:
        yield f"journal entry {reached.seq} is not the box's"
    last = has.execute("SELECT COALESCE(MAX(id), 0) FROM orders").fetchone()[0]
    for query in SAME:
        if _rows(had, query, last) != _rows(has, query, last):
            yield f"rows differ: {query}"


def _rows(connection: sqlite3.Connection, query: str, last: int) -> list[Any]:
    return sorted(connection.execute(query, (last,)).fetchall())


def soak(folder: Path, *, cycles: int, rate: int, seed: int, longest_s: float = 3.0, keep: bool = False) -> Findings:
    """So many kills; every twelfth time somebody meddles with the database while the box is off."""
    chance, findings = random.Random(seed), Findings()
    evening = Evening(folder, chance, rate)
    for number in range(1, cycles + 1):
        how = signal.SIGTERM if chance.random() < 0.15 else signal.SIGKILL
        sold, died = evening.sell_until_killed(chance.uniform(0.3, longest_s), how)
        findings.cycles, findings.sold = number, findings.sold + sold
        evening.restore(died, findings)
        if findings.wrong and keep:
            shutil.copytree(evening.data, folder / "dead")
            break
        if number % 12 == 0:
            evening.meddle()
        if number % 10 == 0:
            print(findings, flush=True)
    findings.bases = evening.bases()
    prove(evening.data / BOOKS)
    return findings


def main() -> None:
    """Kill, restore, say what was found; exits 1 if a restore was bad or too much was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.live_copy", description=__doc__)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--rate", type=int, default=100, help="orders a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="stop at the first bad restore and keep everything in this new folder")
    options = parser.parse_args()
    folder = Path(options.keep or tempfile.mkdtemp(prefix="barbox-live-copy-"))
    folder.mkdir(exist_ok=True)
    try:
        findings = soak(folder, cycles=options.cycles, rate=options.rate, seed=options.seed, keep=bool(options.keep))
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(findings)
    fine = not findings.wrong and statistics.median(findings.lost_s) <= 1.0 and max(findings.lost_s) <= 2.0
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path.cwd()))
    main()
