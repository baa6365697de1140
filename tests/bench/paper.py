"""From an order to the first byte of its ticket at a printer, and what a hanging printer does to the others."""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from barbox.core.clock import BusinessDays
from barbox.core.settings import Venue
from barbox.printing.samples import Kind, sample
from barbox.printing.templates import Templates
from printers.encoder import encode, warm_up
from printers.profiles import load
from tests.bench.stopwatch import Stopwatch
from tests.faults.box import Box, Pass, Till, running

STATIONS = ("Bar", "Kitchen", "Grill")
NAMES = {False: "three printers work", True: "one of three hangs"}
QUIET_S = 2.2
"""After so long the box has hung up, and the next ticket waits for a new connection, as most do on a quiet evening."""
QUIET_ONE_IN = 10
BUSY_S = 0.1
PROFILE = "epson-tm-t88vi"
PAPERS: tuple[Kind, ...] = ("ticket", "receipt")
MOMENT = 1_795_600_000_000


@dataclass(frozen=True, slots=True)
class Delays:
    """From the order sent to the first byte of its ticket, at each working printer, in ms."""

    p50_ms: float
    p99_ms: float
    most_ms: float

    @classmethod
    def of(cls, delays: Sequence[float]) -> "Delays":
        """Of all tickets of a round; seconds in, milliseconds out."""
        in_order = sorted(each * 1000 for each in delays)
        return cls(
            in_order[len(in_order) // 2], in_order[min(len(in_order) - 1, len(in_order) * 99 // 100)], in_order[-1]
        )


def drawn() -> list[tuple[str, float, float]]:
    """Processor time (ms) of a Chinese ticket and receipt from data to bytes, the first time and again."""
    warm_up()
    took: list[tuple[str, float, float]] = []
    venue, days = Venue(name="Golden Swan 金天鹅", currency="CNY", language="zh"), BusinessDays("Asia/Shanghai", 360)
    for kind in PAPERS:
        times = []
        for _ in range(2):
            begun = time.process_time()
            encode(sample(kind, "zh", MOMENT, venue, days, Templates()), load(PROFILE))
            times.append((time.process_time() - begun) * 1000)
        took.append((kind, times[0], times[1]))
    return took


class Bar:
    """A running box with three stations; every order goes to all of them."""

    def __init__(self, box: Box, known: Pass, products: list[int], working: list[Stopwatch]) -> None:
        self._box = box
        self._known = known
        self._products = products
        self._working = working
        self._chance = random.Random(5)

    def serve(self, orders: int) -> Delays:
        """Take so many orders, and time each one's ticket at each printer that works."""
        delays = []
        order = {"tab": "Ming", "items": [{"itemId": product} for product in self._products]}
        with closing(self._box.till(self._known)) as till:
            for _ in range(orders):
                time.sleep(QUIET_S if self._chance.randrange(QUIET_ONE_IN) == 0 else BUSY_S)
                sent = time.perf_counter()
                till.call("POST", "/api/orders", order)
                delays += [printer.first_byte_after(sent) - sent for printer in self._working]
        return Delays.of(delays)


@contextmanager
def bar(*, hanging: bool) -> Iterator[Bar]:
    """A new box with three printers, the last of which may hang."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="paper-"))
        clocks = [Stopwatch(), Stopwatch(), Stopwatch(hanging=hanging)]
        for clock in clocks:
            stack.enter_context(clock.ticking())
        box = stack.enter_context(running(Path(folder) / "data"))
        known = box.set_up()
        with closing(box.till(known)) as till:
            products = _furnish(till, clocks)
        yield Bar(box, known, products, clocks[:2] if hanging else clocks)


def _furnish(till: Till, clocks: Sequence[Stopwatch]) -> list[int]:
    def add(path: str, **body: object) -> int:
        return int(till.call("POST", path, body)["id"])

    rate = add("/api/menu/tax-rates", names={"en": "VAT"}, rate=600)
    products = []
    for name, clock in zip(STATIONS, clocks, strict=True):
        printer = add("/api/printers", name=name, connection=clock.connection, profile=PROFILE)
        station = add("/api/stations", names={"en": name}, printerIds=[printer])
        category = add("/api/menu/categories", names={"en": name}, stationId=station)
        dish = {"categoryId": category, "price": 2500, "taxRateId": rate}
        products.append(add("/api/menu/products", names={"en": f"{name} dish"}, **dish))
    return products
