"""Alternating rounds: every server is measured in every round, in reversed order in every other one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.load import Heard, post_orders
from tests.bench.sockets import listening
from tests.bench.targets import Target


@dataclass(frozen=True, slots=True)
class Measure:
    """One server in one round."""

    heard: Heard
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of all rounds, and how far they lay apart."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        """Of at least one figure."""
        return cls(median(figures), min(figures), max(figures))

    def __format__(self, each: str) -> str:
        return f"{self.middle:{each}} [{self.least:{each}}..{self.most:{each}}]"


Results = dict[str, list[Measure]]


def alternate(
    targets: Sequence[Target],
    *,
    clients: int,
    rounds: int,
    seconds: float,
    listeners: int,
    told: Callable[[str], None],
) -> Results:
    """Measure all of them in turn; `told` hears of each round. Warm-up is not counted."""
    results: Results = {target.name: [] for target in targets}
    for target in targets:
        post_orders(target, clients, 1)
    for number in range(rounds):
        for target in targets if number % 2 == 0 else targets[::-1]:
            with listening(target, listeners):
                before = target.cpu_s()
                heard = post_orders(target, clients, seconds)
                spent = target.cpu_s() - before
            if heard.refused:
                raise ConnectionError(f"{target.name} refused {heard.refused} of {heard.answered} orders")
            results[target.name].append(Measure(heard, spent / heard.answered * 1e6))
        told(f"  round {number + 1} of {rounds}, {clients} clients")
    return results


def ratio(results: Results, ours: str, theirs: str, figure: Callable[[Measure], float]) -> Spread:
    """Ours by theirs, round by round: only figures of the same round are compared."""
    pairs = zip(results[ours], results[theirs], strict=True)
    return Spread.of([figure(mine) / figure(other) for mine, other in pairs])


def table(results: Results) -> list[str]:
    """The figures of each server, as lines."""
    lines = [f"  {'':34}{'req/s':>24}{'p50 ms':>22}{'p99 ms':>24}{'CPU us/order':>26}"]
    for name, measures in results.items():
        per_second = Spread.of([measure.heard.per_second for measure in measures])
        middle = Spread.of([measure.heard.p50_ms for measure in measures])
        slow = Spread.of([measure.heard.p99_ms for measure in measures])
        cpu = Spread.of([measure.cpu_us for measure in measures])
        lines.append(
            f"  {name:34}{per_second:.0f}".ljust(60)
            + f"{middle:.1f}".ljust(22)
            + f"{slow:.1f}".ljust(24)
            + f"{cpu:.0f}"
        )
    return lines
