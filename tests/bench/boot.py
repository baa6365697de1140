"""How long from the start of a process to its first answered order."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.bench import servers
from tests.bench.sockets import answer
from tests.bench.targets import Target


@dataclass(frozen=True, slots=True)
class Started:
    """What one start took, and how much memory it held then."""

    cpu_ms: float
    wall_ms: float
    resident_mb: float


@dataclass(frozen=True, slots=True)
class Starter:
    """Something that can be started again and again."""

    name: str
    start: Callable[[], AbstractContextManager[Target]]

    def measure(self) -> Started:
        """Start it, place one order, end it."""
        launched = time.perf_counter()
        with self.start() as target, target.connection() as till:
            till.sendall(target.request("POST", "/api/orders", os.urandom(16).hex(), target.order))
            answer(till)
            wall = time.perf_counter() - launched
            return Started(target.cpu_s() * 1000, wall * 1000, target.resident_mb())


@contextmanager
def of_the_box() -> Iterator[Starter]:
    """The box, set up before, started again on the same data."""
    with servers.furnished() as (data, known):
        yield Starter(servers.BOX, lambda: servers.launched(data, known))


@contextmanager
def of_express() -> Iterator[Starter]:
    """Express + socket.io."""
    yield Starter(servers.EXPRESS, servers.express)
