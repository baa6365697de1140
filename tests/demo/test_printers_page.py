"""The page where one watches the paper of the virtual printers."""

import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from barbox.demo import pages, sample
from barbox.demo.desk import KEPT, Desk

TICKET = b"\x1b@Negroni x 2\n\x1dV\x00"
Page = TestClient[web.Request, web.Application]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(sample.load()).switched_on() as desk:
        yield desk


@pytest.fixture
async def page(desk: Desk, aiohttp_client: AiohttpClient) -> Page:
    app = web.Application()
    pages.mount(app, desk)
    return await aiohttp_client(app)


def print_at(desk: Desk, printer: str, *tickets: bytes) -> None:
    machine = desk.printers[printer].machine
    with socket.create_connection((machine.host, machine.port)) as line:
        line.sendall(b"".join(tickets))


async def events(live: ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for raw in live.content:
        kind, _, text = raw.decode().rstrip("\n").partition(": ")
        if kind == "event":
            name = text
        elif kind == "data":
            yield name, msgspec.json.decode(text)


async def test_a_slip_shows_on_the_page_as_it_comes_off(desk: Desk, page: Page) -> None:
    async with page.get("/demo/printers/live") as live:
        heard = events(live)
        name, shown = await anext(heard)
        assert name == "desk"
        assert [printer["id"] for printer in shown] == ["bar", "kitchen", "cold"]
        assert shown[1]["names"] == {"zh": "厨房打印机", "en": "Kitchen printer"}
        print_at(desk, "kitchen", TICKET)
        name, news = await anext(heard)
        assert (name, news["printer"], news["slip"]["number"]) == ("news", "kitchen", 1)
    picture = await page.get("/demo/printers/kitchen/1.png")
    assert picture.content_type == "image/png"
    assert (await picture.read()).startswith(b"\x89PNG")


async def test_whoever_opens_the_page_later_sees_the_newest_slip_first(desk: Desk, page: Page) -> None:
    print_at(desk, "bar", TICKET, TICKET)
    async with page.get("/demo/printers/live") as live:
        heard = events(live)
        _, (bar, *_) = await anext(heard)
        slips = [slip["number"] for slip in bar["slips"]]
        while 2 not in slips:
            _, news = await anext(heard)
            slips.insert(0, news["slip"]["number"])
    assert slips == [2, 1]


async def test_a_switch_breaks_a_printer_and_every_page_says_so(desk: Desk, page: Page) -> None:
    async with page.get("/demo/printers/live") as live:
        heard = events(live)
        await anext(heard)
        for switch in ("paper", "cover", "power", "hang"):
            for faulty in (True, False):
                told = await page.post("/demo/printers/cold/switches", json={"switch": switch, "faulty": faulty})
                assert (await told.json())[switch] is faulty
                _, news = await anext(heard)
                assert news["printer"] == "cold"
                assert news["state"][switch] is faulty


async def test_paper_that_waited_for_a_new_roll_comes_out_afterwards(desk: Desk, page: Page) -> None:
    await page.post("/demo/printers/bar/switches", json={"switch": "paper", "faulty": True})
    async with page.get("/demo/printers/live") as live:
        heard = events(live)
        _, (bar, *_) = await anext(heard)
        assert bar["state"]["paper"] is True
        print_at(desk, "bar", TICKET)
        machine = desk.printers["bar"].machine
        assert machine.wait_for(lambda printer: printer.received == len(TICKET))
        await page.post("/demo/printers/bar/switches", json={"switch": "paper", "faulty": False})
        news = [await anext(heard), await anext(heard)]
        assert {"slip", "state"} == {key for _, each in news for key in each} - {"printer"}


async def test_a_drawer_that_was_kicked_is_told(desk: Desk, page: Page) -> None:
    async with page.get("/demo/printers/live") as live:
        heard = events(live)
        await anext(heard)
        print_at(desk, "bar", b"\x1bp\x00\x19\x19")
        _, news = await anext(heard)
        assert news["state"]["kicks"] == 1


async def test_old_slips_go_to_the_bin(desk: Desk) -> None:
    with desk.news() as news:
        print_at(desk, "bar", *[TICKET] * (KEPT + 3))
        while (told := await news.get()) and told.slip and told.slip.number < KEPT + 3:
            pass
    assert [slip.number for slip in desk.printers["bar"].shown().slips] == [*range(KEPT + 3, 3, -1)]
    assert desk.printers["bar"].picture(3) is None
    assert desk.printers["bar"].picture(4)


@pytest.mark.parametrize("path", ["/demo/printers", "/demo/printers.css", "/demo/printers.js", "/demo/printers/live"])
async def test_every_part_of_the_page_is_served(page: Page, path: str) -> None:
    answer = await page.get(path)
    assert answer.status == 200
    answer.close()


@pytest.mark.parametrize("path", ["/demo/printers/attic/1.png", "/demo/printers/bar/99.png"])
async def test_a_slip_that_is_not_there_is_not_found(page: Page, path: str) -> None:
    assert (await page.get(path)).status == 404


async def test_a_printer_that_is_not_there_cannot_be_broken(page: Page) -> None:
    answer = await page.post("/demo/printers/attic/switches", json={"switch": "paper", "faulty": True})
    assert answer.status == 404


async def test_the_page_lets_go_when_the_demo_ends(desk: Desk, page: Page) -> None:
    async with page.get("/demo/printers/live") as live:
        heard = events(live)
        await anext(heard)
        desk.say_goodbye()
        assert [each async for each in heard] == []
