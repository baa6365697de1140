"""An evening's end, and the screens that are read most, in a new bar and in one that has years behind it."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.history import grow
from tests.bench.load import get
from tests.bench.servers import PLENTY, READS, cache, target_of
from tests.faults.box import Box, Pass, Till, furnish, running

EVENING = 1370
"""Orders: 2.5 million in five years."""
OPEN = 40
NEW, OLD = "new", "old"


@dataclass(frozen=True, slots=True)
class Evening:
    """What one bar's screens need of the server (median and processor time by screen, ms), and its closing (ms)."""

    screens: dict[str, tuple[float, float]]
    drawer_ms: float
    day_ms: float


class Bar:
    """Data of a bar, to be opened for one evening."""

    def __init__(self, data: Path, known: Pass, days: int) -> None:
        self._data = data
        self._known = known
        self.days = days
        self.megabytes = (data / "barbox.db").stat().st_size // 1_000_000

    def measure(self, seconds: float) -> Evening:
        """Sell for an evening, read its screens, close the drawer and the day."""
        with running(self._data) as box, closing(box.till(box.sign_in(self._known.device))) as till:
            _sell(till, EVENING)
            left = [_order(till, number)["orderId"] for number in range(OPEN)]
            screens = _screens(box, box.sign_in(self._known.device), seconds)
            for order_id in left:
                till.call("POST", f"/api/orders/{order_id}/carry-over", {"reason": "the guests stay"})
            drawer = _timed(till, "/api/drawers/1/close", {"denominations": []})
            return Evening(screens, drawer, _timed(till, "/api/day/close", {}))


@contextmanager
def bars(orders: int) -> Iterator[dict[str, Bar]]:
    """A new bar, and one in which that many were served before."""
    with tempfile.TemporaryDirectory(prefix="years-", dir=cache()) as folder:
        data = {name: Path(folder) / name for name in (NEW, OLD)}
        with running(data[OLD]) as box:
            known = box.set_up()
            with closing(box.till(known)) as till:
                furnish(till, 300, counted=4, on_shelf=PLENTY)
                _sell(till, EVENING)
                _timed(till, "/api/drawers/1/close", {"denominations": []})
                _timed(till, "/api/day/close", {})
        shutil.copytree(data[OLD], data[NEW])
        days = grow(data[OLD] / "barbox.db", orders=orders)
        yield {NEW: Bar(data[NEW], known, 1), OLD: Bar(data[OLD], known, days)}


def _sell(till: Till, orders: int) -> None:
    till.call("POST", "/api/drawers/1/open", {"float": 50_000})
    for number in range(orders):
        order = _order(till, number)
        tender = {"method": ("cash", "card", "mobile")[number % 3], "amount": order["totalAmount"]}
        till.call("POST", "/api/payments", {"orderId": order["orderId"], "tenders": [tender]})


def _order(till: Till, number: int) -> dict[str, int]:
    items = [{"itemId": each, "quantity": 1 + number % 3} for each in (1, 2, 3, 4)]
    placed: dict[str, int] = till.call("POST", "/api/orders", {"tab": f"guest {number}", "items": items})
    return placed


def _screens(box: Box, known: Pass, seconds: float) -> dict[str, tuple[float, float]]:
    target, found = target_of(box, known, "box"), {}
    for name, path in READS.items():
        get(target, path, 1)
        before = target.cpu_s()
        heard = get(target, path, seconds)
        found[name] = heard.p50_ms, (target.cpu_s() - before) / heard.answered * 1000
    return found


def _timed(till: Till, path: str, body: dict[str, object]) -> float:
    begun = time.perf_counter()
    till.call("POST", path, body)
    return (time.perf_counter() - begun) * 1000
