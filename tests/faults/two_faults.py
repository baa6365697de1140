"""The real spooler against the emulator with two faults a run, all pairs: `python -m tests.faults.two_faults`.

Each fault strikes at a byte of an attempt: the line is reset, the printer loses power, its answers get lost, its paper
ends, or the box dies between two instructions. Whatever the pair, the ticket must come out whole, and more than once
only with a mark.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.migrations import migrate
from barbox.core.transaction import Transaction
from barbox.printing.commands import Routed, print_ticket
from barbox.printing.contents import Ticket, TicketLine
from barbox.printing.equipment import EditPrinter, EditStation, save_printer, save_station
from barbox.printing.models import PrintJob
from barbox.printing.queries import JobRow, jobs
from barbox.printing.spooler import Spooler
from printers.emulator import Printer

KINDS = ("reset", "power", "mute", "paper", "crash")
BYTES = (1, 60, 300, 5000)
"""Where in an attempt a fault strikes: at its first byte, in its head, in its lines, after its end."""
PATIENCE_S = 60.0
MARK = "POSSIBLE REPRINT"


@dataclass(frozen=True)
class Fault:
    """One of KINDS, once the printer has received so many bytes."""

    kind: str
    at: int


@dataclass(frozen=True)
class Outcome:
    """What was on paper after one run."""

    whole: int
    unmarked: int

    @property
    def sound(self) -> bool:
        return self.whole >= 1 and self.unmarked <= 1


class Box:
    """A database with one station and its printer; the spooler can die and be started again."""

    def __init__(self, database: Database, printer: Printer) -> None:
        self.database = database
        self.printer = printer
        self.spooler = Spooler(database)

    async def crash(self) -> None:
        """Die without a word: no attempt is ended, no line said goodbye to. Then start again."""
        await self.spooler.die()
        self.spooler = Spooler(self.database)
        await self.spooler.start()

    async def run(self, faults: tuple[Fault, ...]) -> Outcome:
        """One ticket through these faults, one after the other."""
        papers = len(self.printer.papers)
        await self.database.write(order)
        for fault in faults:
            await self._strike(fault)
        async with asyncio.timeout(PATIENCE_S):
            while await self._waiting():  # noqa: ASYNC110 (the spool has no event for its end)
                await asyncio.sleep(0.02)
        copies = [paper.text for paper in self.printer.papers[papers:] if "END " in paper.text]
        return Outcome(len(copies), sum(MARK not in text for text in copies))

    async def _strike(self, fault: Fault) -> None:
        if fault.kind == "reset":
            self.printer.reset_after(fault.at)
        elif fault.kind == "mute":
            self.printer.lose_replies(2 if fault.at < BYTES[-1] else 1)
        reached = self.printer.received + fault.at
        async with asyncio.timeout(PATIENCE_S):
            while self.printer.received < reached and await self._waiting():  # noqa: ASYNC110 (another thread counts)
                await asyncio.sleep(0.001)
        if fault.kind == "power":
            self.printer.power_off()
            self.printer.power_on()
        elif fault.kind == "paper":
            self.printer.paper_out()
            await asyncio.sleep(0.05)
            self.printer.paper_in()
        elif fault.kind == "crash":
            await self.crash()

    async def _waiting(self) -> bool:
        (job,) = await self.database.read(jobs(PrintJob.id > 0, 1), JobRow)
        return job.state in ("queued", "sending", "unknown", "blocked")


def order(tx: Transaction) -> None:
    """One ticket for the bar."""
    lines = [TicketLine(1000 * n, {"en": f"Drink number {n}"}) for n in range(1, 6)]
    ticket = Ticket("new", "T1", 1, "Wei", [])
    print_ticket(tx, ticket, 1, [Routed(1, line) for line in lines])


def furnish(tx: Transaction, connection: str) -> None:
    """A station with its printer."""
    printer = EditPrinter("bar", connection, "epson-tm-t88vi", patience_seconds=3600)
    printer_id = save_printer(tx, None, printer, "A").id
    save_station(tx, None, EditStation({"en": "Bar"}, [printer_id]))


@asynccontextmanager
async def open_box(folder: Path, printer: Printer) -> AsyncIterator[Box]:
    """A box on a database of its own."""
    path = folder / "bar.db"
    migrate(path)
    async with Database.open(path, Clock(), BusinessDays("UTC", 0)) as database:
        await database.write(furnish, printer.connection)
        box = Box(database, printer)
        await box.spooler.start()
        yield box
        await box.spooler.stop()


@contextmanager
def emulated() -> Iterator[Printer]:
    """The bar's printer."""
    with Printer("epson-tm-t88vi", port=0) as printer:
        yield printer


def pairs() -> list[tuple[Fault, Fault]]:
    """All pairs of faults at all places."""
    single = [Fault(kind, at) for kind, at in itertools.product(KINDS, BYTES)]
    return list(itertools.product(single, single))


async def play(folder: Path, chosen: list[tuple[Fault, Fault]]) -> tuple[Counter[str], list[str]]:
    """Run them all on one box; returns how they ended and which were not sound."""
    told, bad = Counter[str](), []
    with emulated() as printer:
        async with open_box(folder, printer) as box:
            for pair in chosen:
                outcome = await box.run(pair)
                told["whole and once" if outcome.whole == 1 else "again, marked"] += outcome.sound
                if not outcome.sound:
                    bad.append(f"{pair}: {outcome}")
    return told, bad


def main() -> None:
    """All pairs, or every n-th of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    chosen = pairs()[:: parser.parse_args().every]
    with tempfile.TemporaryDirectory() as folder:
        told, bad = uvloop.run(play(Path(folder), chosen))
    print(f"{len(chosen)} runs with two faults each: {dict(told)}, {len(bad)} not sound")
    print("\n".join(bad))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
