"""`python -m tests.bench`: the figures of the box, each beside what it is compared with, in one run."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from tests.bench import backup as backups
from tests.bench import boot, cellar, figures, load, paper, servers, tablet, writer, years
from tests.bench.rounds import Measure, Results, Spread, alternate, ratio, table
from tests.bench.sockets import Told, tell_all
from tests.bench.targets import Target

LISTENERS = 20
AUDIENCE = 50
FEWEST_ROUNDS = 5


def per_second(measure: Measure) -> float:
    """Answers each second."""
    return measure.heard.per_second


def cpu(measure: Measure) -> float:
    """Processor time of one order."""
    return measure.cpu_us


def middle(measure: Measure) -> float:
    """The median answer."""
    return measure.heard.p50_ms


def say(line: str = "") -> None:
    """A line of the report, at once."""
    print(line, flush=True)


def progress(line: str) -> None:
    """What is being done, for whoever waits."""
    print(line, file=sys.stderr, flush=True)


def against(
    results: Results, ours: str, theirs: str, figure: Callable[[Measure], float], name: str, wanted: str
) -> None:
    """One ratio, if both were measured."""
    if ours in results and theirs in results:
        say(f"    {name}, {ours} by {theirs}: {ratio(results, ours, theirs, figure):.2f}   (asked: {wanted})")


def orders(options: argparse.Namespace) -> None:
    """Orders as fast as they are answered, with listeners attached."""
    with ExitStack() as stack:
        targets = [stack.enter_context(servers.bare()), stack.enter_context(servers.box())]
        targets.append(stack.enter_context(servers.box(one_by_one=True)))
        if servers.node_is_there():
            targets.append(stack.enter_context(servers.express()))
        for clients in options.clients:
            results = _measured(targets, clients, options)
            say(f"\nOrders of four lines, {clients} clients, {LISTENERS} listeners")
            for line in table(results):
                say(line)
            against(results, servers.BOX, servers.BARE, per_second, "req/s", ">= 0.5 at 64")
            against(results, servers.BOX, servers.BARE, cpu, "CPU", "<= 2 at 64")
            against(results, servers.BOX, servers.ONE_BY_ONE, per_second, "req/s", ">= 4 at 64")
            against(results, servers.BOX, servers.EXPRESS, per_second, "req/s", ">= 3 at 64, >= 1.5 at 8")
            against(results, servers.BOX, servers.EXPRESS, middle, "p50", "<= 1.6 at 1")
        say("\nResident memory after this")
        for target in targets:
            say(f"  {target.name:34}{target.resident_mb():.0f} MB")


def writing(options: argparse.Namespace) -> None:
    """What an order costs in the writer, by the size of its batch."""
    sizes = [1, 8, 64]
    with servers.furnished() as (data, _):
        rounds = [writer.measure(data / "barbox.db", sizes, 64 * 60) for _ in range(options.rounds)]
    say("\nThe writer alone, CPU us/order by orders in a batch")
    for size in sizes:
        say(f"  {size:4}   {Spread.of([each[size] for each in rounds]):.0f}")


def slow_disk(options: argparse.Namespace) -> None:
    """The same on a disk that needs 8 ms more for every sync."""
    with servers.box(slow=True) as grouped, servers.box(slow=True, one_by_one=True) as single:
        results = _measured([grouped, single], 64, options)
    say("\nA disk that takes 8 ms longer for every sync, 64 clients")
    for line in table(results):
        say(line)
    against(results, grouped.name, single.name, per_second, "req/s", ">= 10")


def audience(options: argparse.Namespace) -> None:
    """From an order sent to the last of fifty listeners who was told."""
    with ExitStack() as stack:
        targets = [stack.enter_context(servers.box())]
        if servers.node_is_there():
            targets.append(stack.enter_context(servers.express()))
        told: dict[str, list[Told]] = {target.name: [] for target in targets}
        for number in range(options.rounds):
            for target in targets if number % 2 == 0 else targets[::-1]:
                told[target.name].append(tell_all(target, AUDIENCE, options.told))
            progress(f"  round {number + 1} of {options.rounds}, {AUDIENCE} listeners")
    say(f"\nOrder sent -> last of {AUDIENCE} listeners told ({options.told} orders, one after the other)")
    for name, each in told.items():
        middles, slow = [t.p50_ms for t in each], [t.p99_ms for t in each]
        spent = Spread.of([t.cpu_us for t in each])
        say(f"  {name:34}p50 {Spread.of(middles):.1f} ms   p99 {Spread.of(slow):.1f} ms   CPU {spent:.0f} us an order")
    if len(told) == 2:
        pairs = list(zip(*told.values(), strict=True))
        say(f"    p50 by theirs: {Spread.of([a.p50_ms / b.p50_ms for a, b in pairs]):.2f}   (asked: <= 1.0)")
        say(f"    p99 by theirs: {Spread.of([a.p99_ms / b.p99_ms for a, b in pairs]):.2f}   (asked: <= 1.0)")
        say(f"    CPU by theirs: {Spread.of([a.cpu_us / b.cpu_us for a, b in pairs]):.2f}   (asked: <= 0.5)")


def screens(options: argparse.Namespace) -> None:
    """What the server needs for the screens that are read most."""
    with servers.box(open_orders=40) as target:
        say(f"\nScreens, one client, 40 open orders; resident memory when idle {target.resident_mb():.0f} MB")
        for name, path in target.reads.items():
            load.get(target, path, 1)
            before = target.cpu_s()
            heard = load.get(target, path, options.seconds)
            spent = (target.cpu_s() - before) / heard.answered * 1000
            say(
                f"  {name:16}p50 {heard.p50_ms:.2f} ms   p99 {heard.p99_ms:.2f} ms   CPU {spent:.2f} ms   (asked: <= 5)"
            )


def stock(options: argparse.Namespace) -> None:
    """Screens of a large stock with years of moves, and what recipes cost an order."""
    with cellar.bar() as mixed, servers.box() as counted:
        say(f"\nStock: {cellar.ITEMS:,} items, {cellar.MOVES:,} moves; one client")
        for name, path in mixed.reads.items():
            load.get(mixed, path, 1)
            before = mixed.cpu_s()
            heard = load.get(mixed, path, options.seconds)
            spent = (mixed.cpu_s() - before) / heard.answered * 1000
            took = f"p50 {heard.p50_ms:.2f} ms   p99 {heard.p99_ms:.2f} ms   CPU {spent:.2f} ms"
            say(f"  {name:24}{took}   (asked: <= 20)")
        for clients in options.clients:
            results = _measured([counted, mixed], clients, options)
            say(f"\nOrders of four lines: four counted products, or four of two to five ingredients, {clients} clients")
            for line in table(results):
                say(line)
            against(results, mixed.name, counted.name, cpu, "CPU", "told, not asked")


def start(options: argparse.Namespace) -> None:
    """From process start to the first order that was answered 201."""
    with ExitStack() as stack:
        starters = [stack.enter_context(boot.of_the_box())]
        if servers.node_is_there():
            starters.append(stack.enter_context(boot.of_express()))
        took: dict[str, list[boot.Started]] = {starter.name: [] for starter in starters}
        for number in range(options.rounds):
            for starter in starters if number % 2 == 0 else starters[::-1]:
                took[starter.name].append(starter.measure())
            progress(f"  round {number + 1} of {options.rounds}, starting")
    say("\nProcess start -> first order answered 201")
    for name, each in took.items():
        cpu_ms, wall = Spread.of([s.cpu_ms for s in each]), Spread.of([s.wall_ms for s in each])
        resident = Spread.of([s.resident_mb for s in each])
        say(f"  {name:34}CPU {cpu_ms:.0f} ms   wall {wall:.0f} ms   resident {resident:.0f} MB")
    if len(took) == 2:
        pairs = list(zip(*took.values(), strict=True))
        say(f"    CPU by theirs: {Spread.of([a.cpu_ms / b.cpu_ms for a, b in pairs]):.2f}   (asked: <= 1.5)")


def printers(options: argparse.Namespace) -> None:
    """From an order sent to its ticket's first byte, with all printers well and with one of three hanging."""
    delays: dict[str, list[paper.Delays]] = {name: [] for name in paper.NAMES.values()}
    with ExitStack() as stack:
        bars = [(name, stack.enter_context(paper.bar(hanging=hanging))) for hanging, name in paper.NAMES.items()]
        for _, bar in bars:
            bar.serve(options.tickets // 10)
        for number in range(options.rounds):
            for name, bar in bars if number % 2 == 0 else bars[::-1]:
                delays[name].append(bar.serve(options.tickets))
            progress(f"  round {number + 1} of {options.rounds}, paper")
    say(f"\nOrder sent -> first byte of its ticket at each working printer ({options.tickets} orders a round)")
    for name, each in delays.items():
        middles, slow = Spread.of([d.p50_ms for d in each]), Spread.of([d.p99_ms for d in each])
        say(f"  {name:34}p50 {middles:.1f} ms   p99 {slow:.1f} ms   (asked: p99 <= 50 ms)")

    for kind, first, again in paper.drawn():
        name = f"processor, a Chinese {kind}"
        say(f"  {name:34}first {first:.1f} ms   again {again:.1f} ms   (asked: <= 200 ms on a Pi 4)")


def backup(options: argparse.Namespace) -> None:
    """A backup of years of history, read back and proven: what it costs, and what orders feel of it."""
    made, felt = list[backups.Made](), dict[str, list[backups.Beside]]()
    places = {"a stick": backups.to_a_stick, "an S3 server on the same processors": backups.to_a_cloud}
    with backups.bar(options.megabytes) as bar:
        for name, place in places.items():
            with place(bar):
                felt[name] = [bar.sell(max(options.seconds, 15)) for _ in range(options.rounds)]
                progress(f"  orders beside a backup to {name}: {felt[name]}")
                if place is backups.to_a_cloud:
                    made = [bar.make() for _ in range(min(options.rounds, 3))]
    say(f"\nA backup of {options.megabytes} MB of history, sent to an S3 server, fetched again and proven")
    say(f"  zstd -T1 and a copy of the file   {Spread.of([each.plain_s for each in made]):.1f} s")
    say(f"  backup                            {Spread.of([each.backup_s for each in made]):.1f} s")
    say(f"    by plain: {Spread.of([each.backup_s / each.plain_s for each in made]):.2f}   (asked: <= 2)")
    say(f"    processor by plain: {Spread.of([each.backup_cpu_s / each.plain_cpu_s for each in made]):.2f}")
    say(f"    memory above idle: {Spread.of([each.memory_mb for each in made]):.0f} MB   (asked: <= 64)")
    for name, rounds in felt.items():
        without = Spread.of([each.without.p99_ms for each in rounds])
        during = Spread.of([each.during.p99_ms for each in rounds])
        say(f"Orders while one goes to {name}: p99 {without:.1f} ms without, {during:.1f} during")
        say(f"    during by without: {Spread.of([each.slower for each in rounds]):.2f}   (asked: <= 1.5)")


def old(options: argparse.Namespace) -> None:
    """What millions of old orders do to the screens that are read most, and to the end of an evening."""
    with years.bars(options.orders) as bars:
        evenings: dict[str, list[years.Evening]] = {name: [] for name in bars}
        for number in range(min(options.rounds, 3)):
            for name in bars if number % 2 == 0 else reversed(bars):
                evenings[name].append(bars[name].measure(options.seconds))
            progress(f"  round {number + 1}, {bars[years.OLD].days} days, {bars[years.OLD].megabytes} MB")
        sizes = {name: f"{bar.days} days, {bar.megabytes} MB" for name, bar in bars.items()}
    say(f"\nA new bar and one with {options.orders:,} old orders; tonight {years.EVENING}, and {years.OPEN} open")
    for name, found in evenings.items():
        say(f"  {name} ({sizes[name]})")
        for screen in servers.READS:
            middles, spent = zip(*(each.screens[screen] for each in found), strict=True)
            say(f"    {screen:16}p50 {Spread.of(middles):.2f} ms   CPU {Spread.of(spent):.2f} ms   (asked: <= 5)")
        say(f"    close the drawer {Spread.of([each.drawer_ms for each in found]):.0f} ms   (asked: <= 2000)")
        say(f"    close the day    {Spread.of([each.day_ms for each in found]):.0f} ms   (asked: <= 2000)")


def live(options: argparse.Namespace) -> None:
    """What it costs that every order is copied to a stick at once."""
    with servers.box() as alone, servers.copied() as copied:
        for clients in options.clients:
            results = _measured([alone, copied], clients, options)
            say(f"\nOrders with and without a live copy, {clients} clients")
            for line in table(results):
                say(line)
            against(results, servers.COPIED, servers.BOX, middle, "p50", "about 1")
            against(results, servers.COPIED, servers.BOX, cpu, "CPU", "about 1")


def on_a_tablet(options: argparse.Namespace) -> None:
    """What a bartender feels on a cheap tablet: taps and a long scroll, slowed down."""
    with tablet.at_the_bar() as (_, page):
        nexts, lines = tablet.taps(page, options.taps)
        smooth = {times: tablet.scroll(page, times) for times in (1, tablet.SLOWDOWN)}
    say(f"\nOrder screen in Chromium, processor slowed down {tablet.SLOWDOWN} times, {options.taps} taps")
    for name, felt in (("tap -> next frame", nexts), ("tap -> its line on the check", lines)):
        say(
            f"  {name:32}p50 {felt.at(50):.0f} ms   p95 {felt.at(95):.0f} ms   most {felt.values[-1]:.0f} ms",
        )
    say("    (asked: <= 100 ms)")
    say(f"{tablet.MANY} products, scrolled from end to end and back at 3000 px/s")
    for times, each in smooth.items():
        middle_, slow = each.frames.at(50), each.frames.at(99)
        say(f"  slowed down {times} times   frames p50 {middle_:.1f} ms   p99 {slow:.1f} ms   late {each.late:.1%}")


def reports(options: argparse.Namespace) -> None:
    """Every report over 90 days with five years of history, and what the sums behind them cost an order."""
    with figures.built(options.orders) as path:
        size = path.stat().st_size / 1e9
        say(f"\nReports over {figures.SPAN_DAYS} days of {options.orders:,} orders, {size:.1f} GB on disk")
        for read in asyncio.run(figures.read_all(path)):
            told = f"{read.warm_ms:6.1f} ms (most {read.most_ms:.1f}), nothing in memory {read.cold_ms:.1f} ms"
            say(f"  {read.name:28}{told}   (asked: <= 50)")
        rolled, raws = figures.heat_against_raw(path)
        say(f"  heat map by roll-up {rolled:.2f} ms, in SQLite alone; by raw rows with the best index")
        for name, raw in raws.items():
            say(f"    {name:36}{raw:.1f} ms, {raw / rolled:.0f} times as long   (asked: >= 50)")
    pairs = figures.cost(options.rounds)
    plain, more = Spread.of([before for before, _ in pairs]), Spread.of([after - before for before, after in pairs])
    say(f"  an order placed and paid {plain:.0f} us of CPU without roll-ups, with them {more:.0f} us more")


def _measured(targets: Sequence[Target], clients: int, options: argparse.Namespace) -> Results:
    return alternate(
        targets,
        clients=clients,
        rounds=options.rounds,
        seconds=options.seconds,
        listeners=LISTENERS,
        told=progress,
    )


PARTS = {
    "orders": orders,
    "writer": writing,
    "slow-disk": slow_disk,
    "audience": audience,
    "screens": screens,
    "stock": stock,
    "start": start,
    "backup": backup,
    "live": live,
    "years": old,
    "tablet": on_a_tablet,
    "paper": printers,
    "reports": reports,
}


def main() -> None:
    """Measure what was asked for, by default everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS)
    parser.add_argument("--seconds", type=float, default=3, help="of one server in one round")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--megabytes", type=int, default=1000, help="of history, for backup")
    parser.add_argument("--orders", type=int, default=2_500_000, help="old orders, for years and reports")
    parser.add_argument("--told", type=int, default=150, help="orders in a round that listeners are told of")
    parser.add_argument("--taps", type=int, default=60, help="on products of the order screen, for tablet")
    parser.add_argument("--tickets", type=int, default=100, help="orders in a round that are timed to the printers")
    options = parser.parse_args()
    say(f"Load by {load.tool()}; {options.rounds} alternating rounds of {options.seconds:g} s; median [least..most]")
    if not servers.node_is_there():
        say("Node is not installed: Express + socket.io left out")
    for name in options.parts or PARTS:
        PARTS[name](options)


if __name__ == "__main__":
    main()
