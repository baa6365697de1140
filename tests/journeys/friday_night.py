"""A Friday night: twelve waiters, sixty tables, two drawers, six hours compressed; a printer fails, the box restarts.

Splits, merges, moves, discounts, voids, changes, refunds; members who pay from their balance; a happy hour that ends in
the middle. At the end the books must agree to the last unit, and every ticket must have come out. The long form, with
1,500 orders: `python -m tests.journeys.friday_night`.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from barbox.app import Running
from barbox.core.database import Database
from barbox.core.http import DATABASE
from barbox.core.settings import change_venue
from barbox.core.transaction import Transaction
from barbox.floor.commands import EditArea, EditTable, save_area, save_table
from barbox.menu.commands import (
    EditPriceRule,
    EditProduct,
    EditTaxRate,
    save_price_rule,
    save_product,
    save_tax_rate,
)
from barbox.printing.equipment import EditStation, save_station
from barbox.printing.queries import load_stations
from barbox.staff import api as staff_api
from barbox.staff.commands import EditStaff, save_person
from barbox.stock.commands import (
    EditItem,
    EditRecipe,
    Ingredient,
    RecipeOf,
    StockChange,
    StockItem,
    receive,
    save_item,
    save_recipe,
)
from barbox.stock.rules import Unit
from printers.emulator import Paper, Printer
from tests.bar import PINS, Answer, Tablet, furnish, open_box, pair
from tests.journeys.books import Found, audit

OPENING = {"gin": 500_000, "vermouth": 500_000, "campari": 500_000, "lime": 9_000} | {
    "chicken": 900_000,
    "peanuts": 90_000,
    "potatoes": 900_000,
}
RECIPES: dict[str, dict[str, tuple[float, int]]] = {
    "Negroni": {"gin": (30, 20), "vermouth": (30, 20), "campari": (30, 20), "lime": (0.25, 0)},
    "Kung Pao Chicken": {"chicken": (220, 30), "peanuts": (25, 0)},
    "Fries": {"potatoes": (180, 0)},
    "hot": {"peanuts": (5, 0)},
}
"""What one takes, and what of it is lost per mille."""
HOURS = 6
OPENS, HAPPY_ENDS = 20 * 60, 23 * 60
BEER = 100_000
MEMBERS, TOPPED_UP = 12, 200_000
PAPERS_WITHIN_S = 600
END = re.compile(r"END ([A-Z]-\d+)")
WAITERS = [f"Waiter {n}" for n in range(1, 13)]
EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
DENOMINATIONS = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 1)


@dataclass
class Night:
    """What was done, and how the box answered."""

    orders: int
    waiters: int
    seed: int
    answers: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    served: int = 0
    z_ms: list[float] = field(default_factory=list)
    day_ms: float = 0
    z: list[Any] = field(default_factory=list)
    day: Any = None
    found: Found | None = None
    came_out: set[tuple[str, str]] = field(default_factory=set)
    """Printers and the numbers of the tickets that they printed to the end."""

    def figures(self) -> str:
        """The night in a few lines."""
        took = sorted(self.took)
        at = [took[min(len(took) - 1, int(len(took) * share))] * 1000 for share in (0.5, 0.99)]
        lines = [
            f"{self.orders} orders, {len(self.took)} calls, {self.waiters} waiters, seed {self.seed}",
            f"answers {dict(sorted(self.answers.items()))}, refusals {dict(self.refusals)}",
            f"deeds {dict(self.deeds.most_common())}",
            f"call p50 {at[0]:.1f} ms, p99 {at[1]:.1f} ms",
            f"Z {[round(each) for each in self.z_ms]} ms, day {self.day_ms:.0f} ms",
            *(str(self.found).splitlines() if self.found else ()),
        ]
        return "\n".join(lines)


@dataclass
class Bar:
    """The Swan on a busy night: where it is, and its names."""

    folder: Path
    printers: dict[str, Printer]
    names: dict[str, dict[str, int]]
    night: Night
    running: Running
    http: aiohttp.ClientSession
    device: str
    ids: dict[str, int] = field(default_factory=dict)
    hands: dict[str, Tablet] = field(default_factory=dict)
    members: list[int] = field(default_factory=list)
    chance: random.Random = field(default_factory=random.Random)
    calm: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def database(self) -> Database:
        return self.running.app[DATABASE]

    async def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call by somebody; counted and timed. While the box restarts, it waits, and asks again with its key."""
        await self.calm.wait()
        begun = time.perf_counter()
        answer = await self.hands[who].ask(method, path, {} if body is None and method != "GET" else body, **headers)
        self.night.took.append(time.perf_counter() - begun)
        self.night.answers[answer.status] += 1
        if answer.status >= 400:
            self.night.refusals[answer["code"]] += 1
        return answer

    async def post(self, who: str, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.ask(who, "POST", path, body, **headers)


def _furnish(tx: Transaction, names: dict[str, dict[str, int]], hashes: list[str]) -> None:
    """Twelve waiters, sixty tables in three areas, a happy hour, and beer enough; nobody is asked for a PIN twice."""
    change_venue(tx, {"pinAgain": 0})
    areas = [
        save_area(tx, None, EditArea({"en": "Booths"}, service_rate=1000, minimum_spend=30_000)).id,
        save_area(tx, None, EditArea({"en": "Terrace"}, cover_price=500)).id,
        save_area(tx, None, EditArea({"en": "Garden"})).id,
    ]
    for number in range(60):
        names["tables"][f"G{number}"] = save_table(tx, None, EditTable(areas[number % 3], f"G{number}")).id
    for name, pin_hash in zip(WAITERS, hashes, strict=True):
        save_person(tx, None, EditStaff(name=name, role="bartender"), pin_hash)
    happy = EditPriceRule({"en": "Happy hour"}, EVERY_DAY, OPENS, HAPPY_ENDS, "percent", 3000, category_id=1)
    save_price_rule(tx, None, happy)
    food = save_tax_rate(tx, None, EditTaxRate({"en": "Food"}, 1300)).id
    save_product(tx, names["products"]["Fries"], EditProduct(2, {"en": "Fries", "zh": "薯条"}, 2200, food))
    receive(tx, StockChange([StockItem(names["products"]["Tsingtao"], BEER - 24)]))
    _stock_up(tx, names)


def _stock_up(tx: Transaction, names: dict[str, dict[str, int]]) -> None:
    """What the drinks and dishes are made of; of everything there is enough."""
    units: dict[str, Unit] = {"chicken": "g", "peanuts": "g", "potatoes": "g", "lime": "piece"}
    numbers = {
        name: save_item(tx, None, EditItem({"en": name}, unit=units.get(name, "ml"), cost=12.5)).id for name in OPENING
    }
    receive(tx, StockChange([StockItem(numbers[name], there) for name, there in OPENING.items()]))
    for name, takes in RECIPES.items():
        of = RecipeOf(names["products"].get(name), names["modifiers"].get(name))
        save_recipe(tx, of, EditRecipe([Ingredient(numbers[each], *much) for each, much in takes.items()]))


def _speak_english(tx: Transaction, names: dict[str, dict[str, int]]) -> None:
    """The kitchen's tickets end in words that are sent as text, so that the test can read them."""
    kitchen = tx.cached(load_stations)[names["stations"]["kitchen"]]
    save_station(tx, kitchen.id, EditStation(kitchen.names, list(kitchen.printer_ids), "kitchen", language="en"))


async def party(bar: Bar, waiter: str) -> None:
    """One order from the first round to the receipt, as it may go."""
    dice = bar.chance
    table = dice.choice(list(bar.names["tables"].values()))
    where = (
        {"tableId": table, "covers": dice.randint(1, 6)} if dice.random() < 0.8 else {"tab": f"Guest {dice.random()}"}
    )
    member = {"memberId": dice.choice(bar.members)} if dice.random() < 0.15 else {}
    placed = await bar.post(waiter, "/api/orders", {**where, **member, "items": _round(bar)})
    if placed.status != 201:
        return
    order = placed.body
    for _ in range(dice.randint(0, 2)):
        order = await _again(bar, waiter, order)
    await asyncio.sleep(0)
    for deed, often in (("change", 0.25), ("differently", 0.1), ("void", 0.12), ("discount", 0.1), ("comp", 0.05)):
        if dice.random() < often:
            order = await _manage(bar, waiter, order, deed)
    orders = [order]
    if dice.random() < 0.2:
        orders = await _split(bar, waiter, order)
    for each in orders:
        await _pay(bar, waiter, each)


def _round(bar: Bar) -> list[dict[str, Any]]:
    dice, products, modifiers = bar.chance, bar.names["products"], bar.names["modifiers"]
    beer = {"itemId": products["Tsingtao"], "quantity": dice.randint(1, 4), "seat": dice.randint(1, 3)}
    items: list[dict[str, Any]] = [beer]
    if dice.random() < 0.6:
        items.append({"itemId": products["Negroni"], "quantity": dice.randint(1, 2), "seat": dice.randint(1, 3)})
    if dice.random() < 0.5:
        chicken = {"itemId": products["Kung Pao Chicken"], "modifiers": [modifiers["hot"]], "seat": dice.randint(1, 3)}
        items.append(chicken | {"hold": dice.random() < 0.2})
    if dice.random() < 0.4:
        items.append({"itemId": products["Fries"]})
    return items


async def _again(bar: Bar, waiter: str, order: Any) -> Any:
    path = f"/api/orders/{order['orderId']}"
    if bar.chance.random() < 0.4:
        answer = await bar.post(waiter, f"{path}/again")
    else:
        answer = await bar.ask(waiter, "PUT", path, {"items": _round(bar)})
    bar.night.deeds["round"] += 1
    made = [line["lineId"] for line in answer["items"] if line["status"] == "preparing"]
    if made and bar.chance.random() < 0.7:
        status = {"lineIds": made, "status": bar.chance.choice(["ready", "served"])}
        answer = await bar.post("Kim", f"{path}/lines/status", status)
    return answer.body if answer.status == 200 else order


async def _manage(bar: Bar, waiter: str, order: Any, deed: str) -> Any:
    """What a manager does, or lends the waiter their PIN for; or a change of table or waiter."""
    dice, path = bar.chance, f"/api/orders/{order['orderId']}"
    chosen = dice.choice(order["items"])
    line = chosen["lineId"]
    bar.night.deeds[deed] += 1
    if deed == "change":
        target = dice.choice(list(bar.names["tables"].values()))
        answer = await bar.post(waiter, f"{path}/move", {"tableId": target})
        await bar.post(waiter, f"{path}/transfer", {"staffId": bar.ids[dice.choice(WAITERS)]})
    elif deed == "differently":
        said = {"version": order["version"], "changes": [{"lineId": line, "note": "no ice"}]}
        answer = await bar.ask(waiter, "PUT", path, said)
    elif deed == "discount":
        off = {"kind": dice.choice(["percent", "amount"]), "value": dice.randint(100, 2000), "reason": "regulars"}
        answer = await bar.post("Max", f"{path}/discount", off)
    else:
        headers = {}
        who = "Max"
        if dice.random() < 0.1:
            who, headers = waiter, {"Manager_Override": f"{bar.ids['Max']}:{PINS['Max']}"}
        some = {"quantity": 1} if chosen["quantity"] > 1 and dice.random() < 0.5 else {}
        what = {"lineIds": [line], "reason": "wrong drink", **some}
        answer = await bar.post(who, f"{path}/{deed}", what, **headers)
    now = await bar.ask(waiter, "GET", path)
    return now.body if answer.status == 200 else order


async def _split(bar: Bar, waiter: str, order: Any) -> list[Any]:
    dice, path = bar.chance, f"/api/orders/{order['orderId']}"
    way = dice.choice(["seats", "lines", "parts", "merge"])
    bar.night.deeds[f"split by {way}" if way != "merge" else "merge"] += 1
    if way == "merge":
        other = await bar.post(waiter, "/api/orders", {"tab": "late friends", "items": _round(bar)})
        merged = await bar.post(waiter, f"{path}/merge", {"orderIds": [other["orderId"]]})
        return [merged.body if merged.status == 200 else order]
    lines = [{"lineId": each["lineId"], "quantity": 1} for each in order["items"] if each["status"] != "void"][:1]
    ways: dict[str, dict[str, Any]] = {"seats": {"seats": [1]}, "lines": {"lines": lines}, "parts": {"parts": 3}}
    asked = ways[way]
    answer = await bar.post(waiter, f"{path}/split", asked)
    if answer.status != 200:
        return [order]
    return [each for each in (answer["order"], answer["new"]) if each]


async def _pay(bar: Bar, waiter: str, order: Any) -> None:
    dice = bar.chance
    path = f"/api/orders/{order['orderId']}"
    if any(line["status"] == "held" for line in order["items"]):
        await bar.post(waiter, f"{path}/send")
    await bar.post(waiter, f"{path}/bill")
    now = (await bar.ask(waiter, "GET", path)).body
    if now["status"] not in ("open", "billed") or dice.random() < 0.01:
        return
    owed = now["balance"]
    part = dice.choice([0, 0, owed // 2, owed // 3])
    for amount in filter(None, (part, owed - part)):
        method = (
            "member" if now["memberId"] and dice.random() < 0.7 else dice.choice(["cash", "cash", "card", "mobile"])
        )
        tender = {"method": method, "amount": amount, "tip": 0 if method == "member" else dice.choice([0, 0, 200])}
        paid = await bar.post(waiter, "/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
        bar.night.deeds["payment"] += paid.status == 201
        bar.night.deeds["payment by balance"] += paid.status == 201 and method == "member"
        if paid.status == 201 and dice.random() < 0.03:
            back = {"orderId": order["orderId"], "reason": "not good", "tenders": [{**tender, "tip": 0}]}
            back["tenders"][0]["amount"] = amount // 2 or 1
            refunded = await bar.post("Max", "/api/refunds", back)
            bar.night.deeds["refund"] += refunded.status == 201
            if paid["balance"] == 0:
                return
    left = (await bar.ask(waiter, "GET", path)).body
    if left["balance"]:
        rest = {"orderId": order["orderId"], "tenders": [{"method": "card", "amount": left["balance"]}]}
        await bar.post(waiter, "/api/payments", rest)


async def _work(bar: Bar, waiter: str, tickets: "asyncio.Queue[int]") -> None:
    while not tickets.empty():
        tickets.get_nowait()
        await party(bar, waiter)
        bar.night.served += 1
        bar.database.clock.believed(bar.database.clock.now() + HOURS * 3_600_000 // bar.night.orders, "owner")


async def close_up(bar: Bar) -> None:
    """Last call, walk-outs, both drawers counted, the day closed."""
    day = (await bar.ask("Max", "GET", "/api/day")).body
    for each in day["orders"]:
        lost = await bar.post("Max", f"/api/orders/{each['orderId']}/write-off", {"reason": "walked out"})
        bar.night.deeds["walk-out"] += lost.status == 200
    for drawer in day["drawers"]:
        expected = (await bar.ask("Max", "GET", f"/api/drawers/{drawer['id']}/x"))["expected"]
        begun = time.perf_counter()
        z = await bar.post("Max", f"/api/drawers/{drawer['id']}/close", {"denominations": _counted(expected)})
        bar.night.z_ms.append((time.perf_counter() - begun) * 1000)
        bar.night.z.append(z.body)
    begun = time.perf_counter()
    bar.night.day = (await bar.post("Max", "/api/day/close")).body
    bar.night.day_ms = (time.perf_counter() - begun) * 1000


def _counted(amount: int) -> list[dict[str, int]]:
    notes = []
    for value in DENOMINATIONS:
        count, amount = divmod(amount, value)
        notes.append({"value": value, "count": count})
    return notes


async def _members_join(bar: Bar) -> None:
    """Members who have paid in before the night begins."""
    for number in range(MEMBERS):
        joined = await bar.post("Ana", "/api/members", {"name": f"Member {number}", "phone": f"1380000{number:04d}"})
        bar.members.append(joined["id"])
        top_up = {"method": "cash" if number % 2 else "card", "amount": TOPPED_UP}
        await bar.post("Ana", f"/api/members/{joined['id']}/top-up", top_up)


async def _all_printed(bar: Bar) -> None:
    """The kitchen's printer is well again: what is too old asks "still wanted?", and it is; then wait for the rest."""
    asked = set[int]()
    async with asyncio.timeout(PAPERS_WITHIN_S):
        while waiting := (await bar.hands["Ana"].get("/api/print-jobs?waiting=true&limit=500"))["jobs"]:
            for job in waiting:
                if job["detail"] == "stale" and job["id"] not in asked:
                    asked.add(job["id"])
                    again = await bar.post("Ana", f"/api/print-jobs/{job['id']}/reprint")
                    bar.night.deeds["late ticket"] += again.status == 201
            await asyncio.sleep(0.1)


async def _sign_in(bar: Bar) -> None:
    tablet = Tablet(bar.http, f"http://127.0.0.1:{bar.running.port}", bar.device)
    for name in [*PINS, *WAITERS[: bar.night.waiters]]:
        if name not in PINS or name in ("Ana", "Max", "Kim"):
            other = Tablet(bar.http, tablet.url, bar.device)
            body = {"pin": PINS.get(name, "274951"), "staffId": bar.ids[name]}
            other.token = (await other.post("/api/session", body))["token"]
            bar.hands[name] = other
    bar.calm.set()


async def _restart(bar: Bar, stack: AsyncExitStack, box: AsyncExitStack) -> AsyncExitStack:
    """The box goes down between two parties and comes back: everybody goes on where they were, still signed in."""
    bar.calm.clear()
    await box.aclose()
    again = await stack.enter_async_context(AsyncExitStack())
    bar.running = await again.enter_async_context(open_box(bar.folder))
    for hand in bar.hands.values():
        hand.url = f"http://127.0.0.1:{bar.running.port}"
    bar.calm.set()
    return again


async def friday_night(folder: Path, *, orders: int, waiters: int = 12, seed: int = 1) -> Night:
    """The whole night; what it left in the books is in `found`."""
    night = Night(orders, waiters, seed)
    async with AsyncExitStack() as stack:
        printers = {name: stack.enter_context(_printer(name, night)) for name in ("till", "bar", "kitchen")}
        http = await stack.enter_async_context(aiohttp.ClientSession())
        box = await stack.enter_async_context(AsyncExitStack())
        running = await box.enter_async_context(open_box(folder))
        database = running.app[DATABASE]
        hashes = {pin: await running.app[staff_api.PINS].hash(pin) for pin in PINS.values()}
        names = await database.write(furnish, hashes, {name: each.connection for name, each in printers.items()})
        await database.write(_speak_english, names)
        pin = await running.app[staff_api.PINS].hash("274951")
        await database.write(_furnish, names, [pin] * len(WAITERS))
        bar = Bar(folder, printers, names, night, running, http, await pair(running, http))
        bar.chance.seed(seed)
        await running.app[staff_api.SESSIONS].refresh()
        bar.ids = {each["name"]: each["id"] for each in (await _people(bar))}
        evening = database.days.local(database.clock.now()).replace(hour=OPENS // 60, minute=0)
        if evening.timestamp() * 1000 < database.clock.now():
            evening += timedelta(days=1)
        database.clock.believed(int(evening.timestamp() * 1000), "owner")
        await _sign_in(bar)
        second = (await bar.post("Ana", "/api/drawers", {"name": "Terrace"}))["id"]
        for number, drawer in enumerate((1, second)):
            await bar.post(WAITERS[number], f"/api/drawers/{drawer}/open", {"float": 50_000})
        await _members_join(bar)
        for share in range(3):
            tickets: asyncio.Queue[int] = asyncio.Queue()
            for _ in range(orders // 3 + (orders % 3 if share == 2 else 0)):
                tickets.put_nowait(1)
            if share == 1:
                printers["kitchen"].power_off()
            await asyncio.gather(*(_work(bar, waiter, tickets) for waiter in WAITERS[:waiters]))
            if share == 1:
                printers["kitchen"].power_on()
                box = await _restart(bar, stack, box)
        await close_up(bar)
        await _all_printed(bar)
        await box.aclose()
    beer = names["products"]["Tsingtao"]
    night.found = audit(folder / "barbox.db", night.z, beer, BEER, OPENING, night.came_out)
    return night


def _printer(name: str, night: Night) -> Printer:
    """One that remembers the numbers of its tickets, and keeps few papers: they are large."""
    printer = Printer("epson-tm-t88vi", port=0, keep=10)

    def note(paper: Paper) -> None:
        if found := END.search(paper.text):
            night.came_out.add((name, found[1]))

    printer.on_paper(note)
    return printer


async def _people(bar: Bar) -> list[Any]:
    tablet = Tablet(bar.http, f"http://127.0.0.1:{bar.running.port}", bar.device)
    people: list[Any] = (await tablet.get("/api/session/people"))["people"]
    return people


def main() -> None:
    """Play it, print the figures; exits 1 when anything does not agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.journeys.friday_night", description=__doc__)
    parser.add_argument("--orders", type=int, default=1500)
    parser.add_argument("--waiters", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="barbox-friday-") as folder:
        begun = time.monotonic()
        night = asyncio.run(friday_night(Path(folder) / "box", **vars(options)))
    print(night.figures())
    print(f"{time.monotonic() - begun:.0f} s in all")
    sys.exit(0 if night.found and not night.found.wrong and not any(s >= 500 for s in night.answers) else 1)


if __name__ == "__main__":
    main()
