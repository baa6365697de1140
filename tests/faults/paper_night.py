"""A night of failing printers: `python -m tests.faults.paper_night --tickets 500 --kills 4`.

A real box, three emulated printers that refuse, hang, reset the line in the middle of a ticket, lose power, run out of
paper, open their cover, go mute, lose answers, and say that all is well when it is not, while orders come in and the
box is killed and started again. Then every ticket that the box owed is looked for on the paper.
"""

import argparse
import random
import re
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from printers.emulator import Paper, Printer
from tests.faults.box import Box, Pass, Till, running

STATIONS = ("Bar", "Kitchen", "Grill")
MARK = "POSSIBLE REPRINT"
END = re.compile(r"END ([A-Z]-\d+)")
GUESTS_COME_EVERY_S = 0.1
DRAINED_WITHIN_S = 300.0


@dataclass
class Verdict:
    """What the papers say."""

    owed: int
    lost: list[str] = field(default_factory=list)
    doubled_unmarked: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    marked: int = 0

    @property
    def sound(self) -> bool:
        """No ticket lost, none doubled without a mark, each station's in their order."""
        return not (self.lost or self.doubled_unmarked or self.out_of_order)

    def __str__(self) -> str:
        return (
            f"{self.owed} tickets owed: {len(self.lost)} lost, {len(self.doubled_unmarked)} doubled without mark, "
            f"{len(self.out_of_order)} out of order; {self.marked} came with a reprint mark"
        )


class Chaos:
    """Breaks each printer and mends it again, over and over, until it is told to stop; then all are whole."""

    def __init__(self, printers: Sequence[Printer], seed: int) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(printer, random.Random(seed + at)), name=f"chaos {at}")
            for at, printer in enumerate(printers)
        ]
        self.faults = 0

    @contextmanager
    def loose(self) -> Iterator["Chaos"]:
        """Chaos, until the end of the block."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def _run(self, printer: Printer, chance: random.Random) -> None:
        while not self._stop.is_set():
            break_it, mend = chance.choice(self._ways(printer, chance))
            break_it()
            self.faults += 1
            self._stop.wait(chance.uniform(0.1, 1.5))
            mend()
            self._stop.wait(chance.uniform(0.1, 0.8))

    def _ways(self, printer: Printer, chance: random.Random) -> list[tuple[Callable[[], None], Callable[[], None]]]:
        at = chance.randint(1, 900)
        return [
            (printer.refuse, lambda: printer.refuse(on=False)),
            (printer.hang, lambda: printer.hang(on=False)),
            (printer.mute, lambda: printer.mute(on=False)),
            (lambda: printer.reset_after(at), lambda: None),
            (lambda: printer.lose_replies(chance.randint(1, 4)), lambda: None),
            (printer.power_off, printer.power_on),
            (lambda: printer.paper_out(chance.randint(0, 12)), printer.paper_in),
            (lambda: printer.cover(is_open=True), lambda: printer.cover(is_open=False)),
            (lambda: self._lie(printer, chance), lambda: self._own_up(printer)),
        ]

    def _lie(self, printer: Printer, chance: random.Random) -> None:
        """Something is wrong, and the printer says that all is well."""
        printer.deny()
        if chance.random() < 0.5:
            printer.paper_out()
        else:
            printer.cover(is_open=True)

    def _own_up(self, printer: Printer) -> None:
        printer.paper_in()
        printer.cover(is_open=False)
        printer.deny(on=False)


class Night:
    """The orders, and the box that is killed now and then."""

    def __init__(self, data: Path, printers: dict[str, Printer], seed: int) -> None:
        self._data = data
        self._printers = printers
        self._chance = random.Random(seed)
        self._known: Pass | None = None
        self._products: list[int] = []

    def serve(self, orders: int, kills: int) -> None:
        """Take so many orders over `kills` violent ends of the box, then wait until nothing is owed any more."""
        each = -(-orders // (kills + 1))
        for part in range(kills + 1):
            with running(self._data) as box:
                till = self._open(box)
                for _ in range(each):
                    till.call("POST", "/api/orders", self._order())
                    time.sleep(self._chance.uniform(0.0, 2 * GUESTS_COME_EVERY_S))
                if part < kills:
                    box.kill()
                till.close()

    def settle(self) -> None:
        """Start the box once more, its printers whole, and wait until every job has ended."""
        with running(self._data) as box:
            till, end = self._open(box), time.monotonic() + DRAINED_WITHIN_S
            while waiting := self._waiting(till):
                if time.monotonic() > end:
                    raise TimeoutError(f"{waiting} jobs still wait")
                time.sleep(0.2)

    def _waiting(self, till: Till) -> int:
        states = ("queued", "sending", "unknown", "blocked")
        try:
            return sum(len(till.call("GET", f"/api/print-jobs?state={state}&limit=500")["jobs"]) for state in states)
        except (OSError, HTTPException):
            return 1

    def _open(self, box: Box) -> Till:
        if self._known is None:
            self._known = box.set_up()
            self._furnish(box.till(self._known))
        return box.till(self._known)

    def _furnish(self, till: Till) -> None:
        def add(path: str, **body: object) -> int:
            return int(till.call("POST", path, body)["id"])

        rate = add("/api/menu/tax-rates", names={"en": "VAT"}, rate=600)
        for name in STATIONS:
            there = self._printers[name].connection
            printer = add("/api/printers", name=name, connection=there, profile="epson-tm-t88vi", patienceSeconds=2)
            station = add("/api/stations", names={"en": name}, printerIds=[printer], language="en")
            category = add("/api/menu/categories", names={"en": name}, stationId=station)
            dish = {"categoryId": category, "price": 2500, "taxRateId": rate}
            self._products.append(add("/api/menu/products", names={"en": f"{name} dish"}, **dish))

    def _order(self) -> dict[str, object]:
        wanted = self._chance.sample(self._products, self._chance.randint(1, len(self._products)))
        items = [{"itemId": product, "quantity": self._chance.randint(1, 4)} for product in wanted]
        return {"tab": f"Guest {self._chance.randint(1, 999)}", "items": items}


def judge(data: Path, papers: dict[str, list[Paper]]) -> Verdict:
    """Compare what the box's books owe each station with what came out of its printer."""
    with closing(sqlite3.connect(f"file:{data / 'barbox.db'}?mode=ro", uri=True)) as books:
        owed: dict[str, set[str]] = {name: set() for name in papers}
        query = "SELECT p.name, j.number FROM print_job j JOIN printer p ON p.id = j.printer_id WHERE j.kind = 'ticket'"
        for name, number in books.execute(query):
            owed[name].add(number)
        lines = books.execute("SELECT COUNT(DISTINCT order_id || '/' || station_id) FROM order_line").fetchone()[0]
    verdict = Verdict(owed=lines)
    if sum(map(len, owed.values())) != lines:
        verdict.lost.append(f"{lines} tickets are owed by the orders, {sum(map(len, owed.values()))} were queued")
    for name, numbers in owed.items():
        _judge_station(verdict, numbers, papers[name])
    return verdict


def _judge_station(verdict: Verdict, numbers: set[str], papers: Sequence[Paper]) -> None:
    whole = [(found[1], MARK in paper.text) for paper in papers if (found := END.search(paper.text))]
    verdict.marked += sum(marked for _, marked in whole)
    for number in sorted(numbers):
        copies = [marked for each, marked in whole if each == number]
        if not copies:
            verdict.lost.append(number)
        elif copies.count(False) > 1:
            verdict.doubled_unmarked.append(number)
    firsts = list(dict.fromkeys(number for number, _ in whole))
    verdict.out_of_order += [b for a, b in zip(firsts, sorted(firsts), strict=True) if a != b]


def play(data: Path, *, orders: int, kills: int, seed: int) -> tuple[Verdict, int]:
    """One night; returns what the papers say and how many faults were made."""
    with ExitStack() as stack:
        printers = {name: stack.enter_context(Printer("epson-tm-t88vi", port=0)) for name in STATIONS}
        night = Night(data, printers, seed)
        with Chaos(list(printers.values()), seed).loose() as chaos:
            night.serve(orders, kills)
        night.settle()
        return judge(data, {name: list(printer.papers) for name, printer in printers.items()}), chaos.faults


def main() -> None:
    """Play one long night and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=500)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        orders = -(-asked.tickets // 2)
        verdict, faults = play(Path(folder), orders=orders, kills=asked.kills, seed=asked.seed)
    print(f"{verdict}; {faults} faults, the box killed {asked.kills} times")
    sys.exit(0 if verdict.sound else 1)


if __name__ == "__main__":
    main()
