"""Three virtual printers on one desk, and the paper that came out of them."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

import msgspec

from barbox.demo import sample
from printers.emulator import Paper, Printer

KEPT = 40
"""Slips a printer's spike holds; older ones go to the bin."""

LINE_SECONDS = 0.004
"""What a line of paper takes: fast enough not to be waited for, slow enough to see a burst queue up."""

Switch = Literal["paper", "cover", "power", "hang"]


class Slip(msgspec.Struct, frozen=True):
    """A piece of paper that came off: when (seconds since 1970) and how large its picture is (pixels)."""

    number: int
    at: float
    width: int
    height: int


class State(msgspec.Struct, frozen=True, rename="camel"):
    """What is wrong with a printer now: each is false on a healthy one."""

    paper: bool
    cover: bool
    power: bool
    hang: bool
    kicks: int


class Shown(msgspec.Struct, frozen=True):
    """One printer with its last slips, newest first; `dpi` is its dots per inch."""

    id: str
    names: sample.Names
    title: str
    dpi: int
    connection: str
    state: State
    slips: list[Slip]


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changed on the desk: a slip that came off, or how a printer fares."""

    printer: str
    slip: Slip | None = None
    state: State | None = None


class DeskPrinter:
    """One virtual printer and what it printed."""

    def __init__(self, known: sample.Printer, came_off: Callable[[News], None]) -> None:
        self.known = known
        self.machine = Printer(known.profile, line_seconds=LINE_SECONDS)
        self.machine.on_paper(self._came_off)
        self._tell = came_off
        self._slips: deque[tuple[Slip, bytes]] = deque(maxlen=KEPT)
        self._printed = 0
        self._lock = threading.Lock()

    @property
    def state(self) -> State:
        """How it fares now."""
        sensors = self.machine.device.sensors
        return State(
            paper=sensors.paper == "out",
            cover=sensors.cover_open,
            power=not sensors.power,
            hang=self.machine.faults.hang,
            kicks=self.machine.kicks,
        )

    def shown(self) -> Shown:
        """It and its slips, newest first."""
        with self._lock:
            slips = [slip for slip, _ in reversed(self._slips)]
        model = self.machine.machine
        where = self.machine.connection
        return Shown(self.known.id, self.known.names, model.title, model.dpi, where, self.state, slips)

    def picture(self, number: int) -> bytes | None:
        """That slip as PNG, or None where it is gone."""
        with self._lock:
            return next((png for slip, png in self._slips if slip.number == number), None)

    def turn(self, switch: Switch, *, faulty: bool) -> State:
        """Break it in that way, or mend it."""
        if switch == "paper":
            (self.machine.paper_out if faulty else self.machine.paper_in)()
        elif switch == "cover":
            self.machine.cover(is_open=faulty)
        elif switch == "power":
            (self.machine.power_off if faulty else self.machine.power_on)()
        else:
            self.machine.hang(on=faulty)
        return self.state

    def _came_off(self, paper: Paper) -> None:
        self.machine.papers.clear()  # a demo may run for days, and the machine itself forgets nothing
        if paper.blank:
            return
        picture = paper.image()
        with self._lock:
            self._printed += 1
            slip = Slip(self._printed, paper.at, picture.width, picture.height)
            self._slips.append((slip, paper.png()))
        self._tell(News(self.known.id, slip=slip))


class Desk:
    """All printers of the demo. Printers run on threads of their own; news is heard on the event loop."""

    def __init__(self, bar: sample.SampleBar) -> None:
        self.printers = {known.id: DeskPrinter(known, self._tell) for known in bar.printers}
        self._listeners: dict[asyncio.Queue[News | None], asyncio.AbstractEventLoop] = {}

    @contextmanager
    def switched_on(self) -> Iterator["Desk"]:
        """Run all printers, each on a free port of the loopback, until the end of the block."""
        with ExitStack() as running:
            for each in self.printers.values():
                running.enter_context(each.machine)
            yield self

    def shown(self) -> list[Shown]:
        """Every printer with its slips."""
        return [each.shown() for each in self.printers.values()]

    @contextmanager
    def news(self) -> Iterator[asyncio.Queue[News | None]]:
        """A queue of what happens from now on; None means that the demo ends."""
        queue: asyncio.Queue[News | None] = asyncio.Queue()
        self._listeners[queue] = asyncio.get_running_loop()
        try:
            yield queue
        finally:
            del self._listeners[queue]

    def turn(self, printer: str, switch: Switch, *, faulty: bool) -> State:
        """Turn a switch and tell everybody. Raises KeyError for an unknown printer."""
        state = self.printers[printer].turn(switch, faulty=faulty)
        self._tell(News(printer, state=state))
        return state

    def say_goodbye(self) -> None:
        """End every queue of news."""
        self._tell(None)

    def _tell(self, news: News | None) -> None:
        for queue, loop in list(self._listeners.items()):
            loop.call_soon_threadsafe(queue.put_nowait, news)
