"""`barbox demo` as somebody meets it who tries the box for the first time, and as a real box never does."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from barbox.app import make_app, opened
from barbox.config import load
from barbox.core.errors import Broken
from barbox.demo import nights, pages, sample
from barbox.demo.backroom import LOW
from barbox.demo.bar import Opened, fill, open_for_business
from barbox.demo.desk import Desk, News
from barbox.reports.recount import differences
from barbox.verify import prove
from tests.faults.box import running

Start = Callable[[], AbstractAsyncContextManager[tuple[aiohttp.ClientSession, Opened]]]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(sample.load()).switched_on() as desk:
        yield desk


@pytest.fixture
def start(tmp_path: Path, desk: Desk) -> Start:
    return lambda: sample_bar(tmp_path, desk)


@asynccontextmanager
async def sample_bar(data: Path, desk: Desk, weeks: int = 0) -> AsyncIterator[tuple[aiohttp.ClientSession, Opened]]:
    if weeks:
        await fill(data, desk, weeks)
    config = load({"data": str(data), "host": "127.0.0.1", "port": 0, "mdns": False})
    app = make_app(config, extend=lambda app: pages.mount(app, desk))
    async with opened(app) as running_app:
        open_bar = await open_for_business(app, desk)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{running_app.port}") as guest:
            yield guest, open_bar


async def signed_in(guest: aiohttp.ClientSession, bar: Opened, role: str) -> dict[str, str]:
    paired = await said(guest.post("/api/devices/pair", json={"code": bar.pairing_code, "name": role}))
    hand = next(each for each in bar.staff if each.role == role)
    door = {"Authorization": f"Bearer {paired['deviceToken']}"}
    session = await said(guest.post("/api/session", json={"pin": hand.pin, "staffId": hand.id}, headers=door))
    return {"Authorization": f"Bearer {session['token']}"}


async def said(asked: Any) -> Any:
    answer = await asked
    body = await answer.json()
    assert answer.status < 300, body
    return body


def chosen(menu: Any, english: str) -> dict[str, Any]:
    """A product by its name, with the first choices where one must choose."""
    product = next(each for each in menu["products"] if each["names"]["en"] == english)
    groups = {group["id"]: group for group in menu["groups"]}
    wanted = [groups[number] for number in product["groupIds"]]
    modifiers = [each["id"] for group in wanted for each in group["modifiers"][: group["minimum"]]]
    return {"itemId": product["id"], "quantity": 1, "modifiers": modifiers}


async def until_slip_at(news: Any, printers: set[str]) -> None:
    while printers:
        told: News = await news.get()
        if told.slip:
            printers.discard(told.printer)


async def test_a_round_comes_out_at_all_three_stations(start: Start, desk: Desk) -> None:
    async with start() as (guest, bar):
        waiter = await signed_in(guest, bar, "waiter")
        menu = await said(guest.get("/api/menu", headers=waiter))
        assert len(menu["products"]) == len(list(sample.load().products()))
        floor = await said(guest.get("/api/floor", headers=waiter))
        assert len(floor["tables"]) == 20
        items = [chosen(menu, name) for name in ("Negroni", "Chicken wings (6)", "Smashed cucumber")]
        with desk.news() as news:
            order = {"tableId": floor["tables"][0]["id"], "covers": 2, "items": items}
            placed = await said(guest.post("/api/orders", json=order, headers=waiter))
            await until_slip_at(news, {"bar", "kitchen", "cold"})
        assert [line["stationName"] for line in placed["items"]] == ["吧台", "厨房", "凉菜间"]
        assert placed["totalAmount"] == 7200 + 4200 + 1800


async def test_everybody_gets_in_with_the_pin_that_was_told(start: Start) -> None:
    async with start() as (guest, bar):
        paired = await said(guest.post("/api/devices/pair", json={"code": bar.pairing_code, "name": "till"}))
        door = {"Authorization": f"Bearer {paired['deviceToken']}"}
        for hand in bar.staff:
            asked = {"pin": hand.pin, "staffId": hand.id}
            session = await said(guest.post("/api/session", json=asked, headers=door))
            assert (session["staff"]["name"], session["staff"]["role"]) == (hand.name, hand.role)


async def test_the_beer_on_the_shelf_is_counted(start: Start) -> None:
    async with start() as (guest, bar):
        manager = await signed_in(guest, bar, "manager")
        shelf = await said(guest.get("/api/inventory", headers=manager))
        counted = {item["names"]["en"]: item["onHand"] for item in shelf["items"] if item["policy"] != "untracked"}
        assert counted["Tsingtao"] == 144
        bar_ = sample.load()
        goods = sum(product.stock is not None for product in bar_.products())
        assert len(counted) == goods + len(bar_.items)
        menu = {
            each["names"]["en"]: each["stock"]
            for each in (await said(guest.get("/api/menu", headers=manager)))["products"]
        }
        assert (menu["Negroni"], menu["Guinness Draught"], menu["Pizza Margherita"]) == (114, 173, None)


async def test_a_demo_that_is_started_again_finds_its_printers(start: Start, tmp_path: Path, desk: Desk) -> None:
    async with start():
        pass
    with Desk(sample.load()).switched_on() as moved:
        async with sample_bar(tmp_path, moved) as (guest, bar):
            manager = await signed_in(guest, bar, "manager")
            known = await said(guest.get("/api/printers", headers=manager))
            ports = {int(each["connection"].rpartition(":")[2]) for each in known["printers"]}
            assert ports == {each.port for each in bar.printers}
            assert ports.isdisjoint({each.machine.port for each in desk.printers.values()})


async def test_the_demo_keeps_its_hands_off_a_real_bar(tmp_path: Path, desk: Desk) -> None:
    with running(tmp_path) as box:
        box.set_up()
    with pytest.raises(Broken, match="real bar"):
        async with sample_bar(tmp_path, desk):
            pass


async def test_a_real_box_has_nothing_of_the_demo(tmp_path: Path) -> None:
    app = make_app(load({"data": str(tmp_path), "host": "127.0.0.1", "port": 0, "mdns": False}))
    async with opened(app) as real, aiohttp.ClientSession(f"http://127.0.0.1:{real.port}") as guest:
        assert await said(guest.get("/api/health"))
        for path in ("/demo/printers.js", "/demo/printers/bar/1.png"):
            assert (await guest.get(path)).status == 404
        page = await guest.get("/demo/printers")
        assert "printers.js" not in await page.text()
        assert not any(route_of_the_demo(route) for route in app.router.routes())


def route_of_the_demo(route: web.AbstractRoute) -> bool:
    return route.handler.__module__.startswith("barbox.demo")


def test_serving_a_real_bar_does_not_even_load_the_demo() -> None:
    asked = "import sys, barbox.cli, barbox.app; print([n for n in sys.modules if 'demo' in n or 'emulator' in n])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_says_in_one_line_how_to_get_in() -> None:
    command = [sys.executable, "-m", "barbox", "demo", "--port", "0", "--no-open", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        told = json.loads(demo.stdout.readline())
        demo.terminate()
        assert demo.stdout.read() == ""
    assert demo.returncode == 0
    assert told["url"].startswith("http://localhost:")
    assert len(told["pairingCode"]) == 8
    assert {frozenset(each) for each in told["staff"]} == {frozenset({"id", "name", "role", "pin"})}
    assert len(told["printers"]) == 3
    assert all(each["port"] for each in told["printers"])


async def test_a_new_demo_has_weeks_behind_it_that_agree_with_themselves(tmp_path: Path, desk: Desk) -> None:
    async with sample_bar(tmp_path, desk, weeks=2) as (guest, bar):
        manager = await signed_in(guest, bar, "manager")
        first = datetime.now(UTC).date() - timedelta(days=30)
        asked = guest.get(f"/api/reports/sales?by=day&from={first}", headers=manager)
        sold = await said(asked)
        assert len(sold["rows"]) == 14
        z_reports = (await said(guest.get("/api/z", headers=manager)))["reports"]
        assert len(z_reports) == 14
        assert sum(each["totalAmount"] for each in z_reports) == sold["total"]["total"]
    path = tmp_path / "barbox.db"
    assert prove(path).seq > 1000
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM print_job").fetchone() == (0,)
        times = [row[0] for row in connection.execute("SELECT at FROM journal ORDER BY seq")]
        assert times == sorted(times)
        assert (
            differences(
                lambda statement, **values: connection.execute(statement.sql, statement.bind(values)),
                20000101,
                20991231,
                tax_included=True,
            )
            == []
        )


def test_the_same_evening_whatever_span_is_asked_for() -> None:
    day = date(2026, 10, 2)
    alone, among = nights.evening(day), list(nights.parties(date(2026, 9, 28), 7))
    assert [each for each in among if each.day == day] == alone
    products = {product.id for product in sample.load().products()}
    assert {slug for each in among for _, basket in each.rounds for slug, _ in basket} <= products


async def test_behind_the_bar_everything_has_something_to_show(tmp_path: Path, desk: Desk) -> None:
    await fill(tmp_path / "bar", desk, 8, a_day=6)
    async with sample_bar(tmp_path / "bar", desk) as (guest, bar):
        manager = await signed_in(guest, bar, "manager")

        async def read(path: str) -> Any:
            return await said(guest.get(path, headers=manager))

        taps = (await read("/api/taps"))["taps"]
        assert len(taps) == sum(each.keg for each in sample.load().items)
        assert all(tap["keg"]["poured"] >= 0 for tap in taps)
        assert taps[-1]["cleaning"] == "overdue"
        kept, ended = [(await read(f"/api/kept-bottles{query}"))["bottles"] for query in ("", "?ended=true")]
        assert [each["status"] for each in (*kept, *ended)] == ["kept"] * 4 + ["lapsed", "out"]
        assert kept[0]["daysLeft"] == 3
        orders = (await read("/api/purchases"))["purchases"]
        assert sorted(each["status"] for each in orders) == ["closed", "draft", "partly", "sent"]
        morning = await read("/api/reports/morning")
        assert morning["lowCount"] == len(LOW)
        assert morning["lapsing"]
        assert [each["code"] for each in morning["bottles"]] == ["K-0004", "K-0003"]
        costs = await read(f"/api/reports/pour-cost?from={morning['businessDay']}&to={morning['businessDay']}")
        assert 0 < costs["total"]["pourCost"] < 10_000
        assert (await read("/api/inventory/proof?full=true"))["differences"] == []
