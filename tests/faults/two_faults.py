"""The real spooler against the emulator with two faults a run, all pairs: `python -m tests.faults.two_faults`.

A fault strikes at a step of an attempt: before it is written down, after that and before its first byte, at a byte of
it, before and after its end is written down. The line breaks, the printer loses power or its paper, hangs, its answers
get lost, the box cannot write, or it dies. Whatever the pair, the ticket must come out whole, and more than once only
with a mark; and who cannot prove what it prints (classes C and D) never says that it printed. Many boxes run side by
side, each with a printer of its own: a run is mostly waiting.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import uvloop

from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.migrations import migrate
from barbox.core.transaction import Transaction
from barbox.printing import jobs as lives
from barbox.printing.commands import Routed, print_ticket
from barbox.printing.contents import Ticket, TicketLine
from barbox.printing.equipment import EditPrinter, EditStation, save_printer, save_station
from barbox.printing.models import PrintJob
from barbox.printing.queries import JobRow, jobs
from barbox.printing.rules import WAITING
from barbox.printing.spooler import Spooler
from printers.emulator import Printer

Proof = Literal["A", "B", "C", "D"]
Step = Literal["to begin", "begun", "to end", "ended"] | int
P = ParamSpec("P")
T = TypeVar("T")

KINDS = ("reset", "power", "paper", "hang", "mute", "fails", "crash")
STEPS: tuple[Step, ...] = ("to begin", "begun", 1, 60, 300, "to end", "ended")
"""A number is a byte: the first one, one of the ticket's head, one of its lines."""
AROUND: dict[Callable[..., Any], tuple[Step, Step]] = {
    lives.begin_attempt: ("to begin", "begun"),
    lives.end_attempt: ("to end", "ended"),
}
PROFILES: dict[Proof, str] = {"A": "epson-tm-t88vi", "B": "generic-80", "C": "generic-80", "D": "generic-80"}
PROVES = ("A", "B")
PATIENCE_S = 120.0
PAUSE_S = 0.05
MARK = "POSSIBLE REPRINT"
BOXES = 32


@dataclass(frozen=True)
class Fault:
    """One of KINDS at one of STEPS."""

    kind: str
    step: Step


Pair = tuple[Fault, Fault]


@dataclass(frozen=True)
class Outcome:
    """What was on paper after one run, and what the box says of it."""

    proof: Proof
    whole: int
    unmarked: int
    state: str

    @property
    def sound(self) -> bool:
        """No ticket lost that was said to be printed, none doubled unmarked, none called printed without proof."""
        if self.proof in PROVES:
            return self.whole >= 1 and self.unmarked <= 1
        return self.state == "sent" and self.unmarked <= 1

    def __str__(self) -> str:
        if self.whole == 0:
            return f"{self.state}, not on paper"
        return f"{self.state}, whole and once" if self.whole == 1 else f"{self.state}, again and marked"


class Failed(Exception):
    """The box could not write this down, or died before, or before anybody heard that it was."""


class Watched(Database):
    """A database whose owner is told when an attempt is about to be written down, and when it was."""

    at: Callable[[Step], Any] | None = None

    async def write(self, command: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        before, after = AROUND.get(command, (None, None))
        if self.at and before:
            await self.at(before)
        written = await super().write(command, *args, **kwargs)
        if self.at and after:
            await self.at(after)
        return written


class Box:
    """A database with one station and its printer; the spooler can die and be started again."""

    def __init__(self, database: Watched, printer: Printer, proof: Proof) -> None:
        self._database = database
        self._printer = printer
        self._proof: Proof = proof
        self.spooler = Spooler(database)
        self._pending: list[Fault] = []
        self._crashes: list[asyncio.Task[None]] = []
        self._dying = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        database.at = self._pass

    async def run(self, faults: Sequence[Fault]) -> Outcome:
        """One ticket through these faults, one after the other, wherever it gets to the place."""
        papers, self._pending = len(self._printer.papers), list(faults)
        await self._database.write(order)
        async with asyncio.timeout(PATIENCE_S):
            while (state := await self._state()) in WAITING:  # noqa: ASYNC110 (the spool has no event for its end)
                await asyncio.sleep(PAUSE_S)
            await self._quiet()
        copies = [paper.text for paper in self._printer.papers[papers:] if "END " in paper.text]
        return Outcome(self._proof, len(copies), sum(MARK not in text for text in copies), state)

    async def _state(self) -> str:
        (job,) = await self._database.read(jobs(PrintJob.id > 0, 1), JobRow)
        return job.state

    async def _quiet(self) -> None:
        """All faults over, and everything that was sent on paper."""
        self._pending.clear()
        self._printer.at_byte(1, None)
        await asyncio.sleep(PAUSE_S)
        while self._crashes:
            await self._crashes.pop()
        self._printer.lose_replies(0)
        self._printer.hang(on=False)
        self._printer.paper_in()
        heard = (-1, -1)
        while heard != (now := (self._printer.received, len(self._printer.device.memory))):
            heard = now
            await asyncio.sleep(PAUSE_S)

    async def _pass(self, step: Step) -> None:
        """The spooler has come to a step: the next fault strikes if it is meant for it, or lies in wait for a byte."""
        if self._pending and self._pending[0].step == step:
            fault = self._pending.pop(0)
            if fault.kind == "crash":
                self._crashes.append(asyncio.create_task(self._crash()))
                await asyncio.sleep(PAUSE_S)
                raise Failed
            if fault.kind == "fails":
                raise Failed
            self._strike(fault)
        if step == "begun":
            self._lie_in_wait(0)

    def _lie_in_wait(self, passed: int) -> None:
        if self._pending and isinstance(self._pending[0].step, int) and self._pending[0].step > passed:
            self._printer.at_byte(self._pending[0].step - passed, self._spring)

    def _spring(self) -> None:
        """On the printer's thread, between two bytes."""
        if not self._pending:
            return
        fault = self._pending.pop(0)
        if fault.kind == "crash":
            self._printer.reset()
            self._loop.call_soon_threadsafe(lambda: self._crashes.append(asyncio.create_task(self._crash())))
        else:
            self._strike(fault)
        if fault.kind in ("paper", "hang", "mute") and isinstance(fault.step, int):
            self._lie_in_wait(fault.step)

    def _strike(self, fault: Fault) -> None:
        printer = self._printer
        if fault.kind == "reset":
            printer.reset()
        elif fault.kind == "power":
            printer.power_off()
            printer.power_on()
        elif fault.kind == "paper":
            printer.paper_out()
            self._soon(printer.paper_in)
        elif fault.kind == "hang":
            printer.hang()
            self._soon(lambda: printer.hang(on=False))
        elif fault.kind == "mute":
            printer.lose_replies(2)

    def _soon(self, mended: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(self._loop.call_later, PAUSE_S, mended)

    async def _crash(self) -> None:
        """Die without a word: no attempt is ended, no line said goodbye to. Then start again."""
        async with self._dying:
            await self.spooler.die()
            self.spooler = Spooler(self._database)
            await self.spooler.start()


def order(tx: Transaction) -> None:
    """One ticket for the bar."""
    lines = [TicketLine(1000 * n, {"en": f"Drink number {n}"}) for n in range(1, 6)]
    ticket = Ticket("new", "T1", 1, "Wei", [])
    print_ticket(tx, ticket, 1, [Routed(1, line) for line in lines])


def furnish(tx: Transaction, connection: str, proof: Proof) -> None:
    """A station with its printer."""
    printer = EditPrinter("bar", connection, PROFILES[proof], patience_seconds=3600)
    printer_id = save_printer(tx, None, printer, proof).id
    save_station(tx, None, EditStation({"en": "Bar"}, [printer_id]))


@asynccontextmanager
async def open_box(folder: Path, proof: Proof) -> AsyncIterator[Box]:
    """A box on a database of its own, with a printer of this class."""
    await asyncio.to_thread(folder.mkdir)
    path = folder / "bar.db"
    migrate(path)
    with Printer(PROFILES[proof], port=0, proof=proof) as printer:
        async with Watched.open(path, Clock(), BusinessDays("UTC", 0)) as database:
            assert isinstance(database, Watched)
            await database.write(furnish, printer.connection, proof)
            box = Box(database, printer, proof)
            await box.spooler.start()
            yield box
            await box.spooler.stop()


def pairs() -> list[Pair]:
    """All pairs of faults at all steps."""
    places = itertools.product(KINDS, STEPS)
    single = [Fault(kind, step) for kind, step in places if kind != "fails" or not isinstance(step, int)]
    return list(itertools.product(single, single))


async def play(
    folder: Path, chosen: Sequence[Pair], proof: Proof = "A", boxes: int = BOXES
) -> tuple[Counter[str], list[str]]:
    """Run them all, on several boxes at once; returns how they ended, and which were not sound."""
    told, bad, left = Counter[str](), list[str](), iter(chosen)
    async with asyncio.TaskGroup() as together:
        for number in range(min(boxes, len(chosen))):
            together.create_task(_play_some(folder / f"{proof}{number}", proof, left, told, bad))
    return told, bad


async def _play_some(folder: Path, proof: Proof, left: Iterator[Pair], told: Counter[str], bad: list[str]) -> None:
    async with open_box(folder, proof) as box:
        for pair in left:
            try:
                outcome = await box.run(pair)
            except TimeoutError:
                bad.append(f"{proof} {pair}: never ended")
                return
            told[str(outcome)] += 1
            if not outcome.sound:
                bad.append(f"{pair}: {outcome}")


def main() -> None:
    """All pairs of each class, or every n-th of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--proof", choices=list(PROFILES), nargs="+", default=list(PROFILES))
    parser.add_argument("--boxes", type=int, default=BOXES)
    asked = parser.parse_args()
    chosen, wrong = pairs()[:: asked.every], list[str]()
    with tempfile.TemporaryDirectory() as folder:
        for proof in asked.proof:
            told, bad = uvloop.run(play(Path(folder), chosen, proof, asked.boxes))
            wrong += bad
            if told.total() != len(chosen):
                wrong.append(f"class {proof}: {len(chosen) - told.total()} runs are missing")
            print(f"class {proof}: {told.total()} runs with two faults each: {dict(told)}, {len(bad)} not sound")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
