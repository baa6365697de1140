"""The live feed: told after each commit, resumed without a gap, and nobody slow holds up the rest."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from barbox.core import hub
from barbox.core.http import DATABASE
from barbox.core.hub import HUB
from barbox.core.transaction import Event, Transaction
from tests.bar import Answer, Swan, Tablet


async def order(who: Tablet, swan: Swan, item: str = "Negroni") -> Answer:
    placed = await who.post("/api/orders", {"items": [swan.item(item)]})
    assert placed.status == 201, placed.body
    return placed


def orders(frame: Any) -> list[tuple[str, int]]:
    return [(each["kind"], each["data"]["orderId"]) for each in frame["events"] if each["subject"].startswith("order:")]


async def test_each_room_hears_what_concerns_it(quiet_swan: Swan) -> None:
    wei, kim = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Kim")
    kitchen = quiet_swan.stations["kitchen"]
    async with (
        kim.live("rooms=kitchen") as cook,
        kim.live(f"rooms=station:{kitchen}") as station,
        wei.live("rooms=bar") as bartender,
        wei.live("rooms=floor,kitchen,bar") as waiter,
    ):
        for feed in (cook, station, bartender, waiter):
            assert (await feed.frame())["events"] == []
        drink = await order(wei, quiet_swan, "Negroni")
        food = await order(wei, quiet_swan, "Fries")
        heard = [await feed.until(lambda each: each["kind"] == "order.placed") for feed in (cook, station, bartender)]
        assert [each["data"]["orderId"] for each in heard] == [food["orderId"], food["orderId"], drink["orderId"]]
        both = [await waiter.until(lambda each: each["kind"] == "order.placed") for _ in range(2)]
        assert [each["data"] for each in both] == [drink.body, food.body]


async def test_a_tablet_that_was_away_gets_each_order_once_as_it_is_now(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        since = (await feed.frame())["seq"]
    one, two = await order(wei, quiet_swan), await order(wei, quiet_swan)
    for _ in range(3):
        one = await wei.put(f"/api/orders/{one['orderId']}", {"items": [quiet_swan.item("Fries")]})
    async with wei.live(f"since={since}&rooms=floor") as feed:
        frame = await feed.frame()
        assert "reset" not in frame
        assert orders(frame) == [("order.placed", two["orderId"]), ("order.changed", one["orderId"])]
        assert [each["data"] for each in frame["events"] if each["subject"].startswith("order:")] == [
            two.body,
            one.body,
        ]
        assert frame["seq"] == quiet_swan.database.seq
        three = await order(wei, quiet_swan)
        assert (await feed.until(lambda each: each["kind"] == "order.placed"))["data"] == three.body, "and goes on"
    async with wei.live(f"since={frame['seq']}&rooms=floor") as feed:
        assert orders(await feed.frame()) == [("order.placed", three["orderId"])]
    async with wei.live(f"since={quiet_swan.database.seq}&rooms=floor") as feed:
        assert (await feed.frame())["events"] == []


async def test_nothing_is_missed_between_resuming_and_following(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    placed: set[int] = set()

    async def sell() -> None:
        for _ in range(30):
            placed.add((await order(wei, quiet_swan, "Fries"))["orderId"])

    selling = asyncio.create_task(sell())
    heard: set[int] = set()
    since = quiet_swan.database.seq
    while not selling.done():
        async with wei.live(f"since={since}&rooms=floor") as feed:
            for _ in range(2):
                frame = await feed.frame()
                heard |= {number for _, number in orders(frame)}
                since = max(since, frame["seq"])
                if selling.done():
                    break
    await selling
    async with wei.live(f"since={since}&rooms=floor") as feed:
        heard |= {number for _, number in orders(await feed.frame())}
    assert heard == placed


@pytest.mark.parametrize("ahead", [1, 10**6])
async def test_a_tablet_that_knows_the_future_loads_afresh(quiet_swan: Swan, ahead: int) -> None:
    wei = await quiet_swan.sign_in("Wei")
    async with wei.live(f"since={quiet_swan.database.seq + ahead}&rooms=floor") as feed:
        frame = await feed.frame()
        assert frame["reset"] is True
        assert frame["seq"] == quiet_swan.database.seq
        await order(wei, quiet_swan)
        await feed.until(lambda each: each["kind"] == "order.placed")


async def test_a_tablet_that_was_away_too_long_loads_afresh(quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch) -> None:
    wei, since = await quiet_swan.sign_in("Wei"), quiet_swan.database.seq

    def much(tx: Transaction) -> None:
        for number in range(hub.OLDEST_REPLAY + 1):
            tx.emit("note.taken", f"note:{number}", {})

    await quiet_swan.database.write(much)
    async with wei.live(f"since={since}&rooms=floor") as feed:
        assert (await feed.frame())["reset"] is True
    async with wei.live(f"since={since + 1}&rooms=floor") as feed:
        assert "reset" not in await feed.frame()


async def test_a_heartbeat_tells_that_the_line_is_alive(quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch) -> None:
    wei = await quiet_swan.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        first = await feed.frame()
        monkeypatch.setattr(hub, "HEARTBEAT_S", 0.01)
        beating = asyncio.create_task(quiet_swan.running.app[HUB].beat())
        try:
            assert await feed.frame() == {"seq": first["seq"], "events": []}
        finally:
            beating.cancel()


async def asleep(who: Tablet, query: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A tablet that opens its feed and then reads no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(who.url.rpartition(":")[2]), limit=1024)
    writer.write(
        f"GET /api/live?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {who.token}\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readline()
    return reader, writer


async def until(what: Any) -> None:
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110 (nothing tells when a listener is gone)
            await asyncio.sleep(0.01)


async def test_a_tablet_that_does_not_read_is_dropped_and_the_others_hear_everything(
    quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST_UNREAD_BYTES", 64 * 1024)
    wei, feeds = await quiet_swan.sign_in("Wei"), quiet_swan.running.app[HUB]
    _, writer = await asleep(wei, "rooms=floor")
    await until(lambda: len(feeds) == 1)
    async with wei.live("rooms=floor") as feed:
        await feed.frame()

        def shout(tx: Transaction, number: int) -> None:
            tx.announce("shout", f"shout:{number}", {"text": "x" * 100_000})

        shouts = 0
        while len(feeds) > 1:
            await quiet_swan.database.write(shout, shouts)
            event = (await feed.frame())["events"][0]
            assert event["subject"] == f"shout:{shouts}"
            shouts += 1
            assert shouts < 1000
        await order(wei, quiet_swan)
        await feed.until(lambda each: each["kind"] == "order.placed")
    writer.close()


async def test_a_slow_tablet_is_told_to_try_again_later(quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_UNREAD_BYTES", -1)
    wei = await quiet_swan.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await order(wei, quiet_swan)
        message = await feed.socket.receive(timeout=10)
        while message.type is aiohttp.WSMsgType.TEXT:
            message = await feed.socket.receive(timeout=10)
        assert feed.socket.close_code == 1013


async def test_a_tablet_that_resumes_and_does_not_read_holds_nobody_up(
    quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch
) -> None:
    wei, since = await quiet_swan.sign_in("Wei"), quiet_swan.database.seq
    for _ in range(3):
        note = {"items": [quiet_swan.item("Fries", note="x" * 200)] * 150}
        assert (await wei.post("/api/orders", note)).status == 201
    sleepers = [await asleep(wei, f"since={since}&rooms=floor") for _ in range(6)]
    assert (await wei.get("/api/orders?limit=1")).status == 200, "readers are free"
    await order(wei, quiet_swan)
    monkeypatch.setattr(hub, "MOST_UNREAD_BYTES", 0)
    await until(lambda: _nudge(quiet_swan) == 0)
    for _, writer in sleepers:
        writer.close()


def _nudge(swan: Swan) -> int:
    feeds = swan.running.app[HUB]
    feeds.publish(
        swan.database.seq, [Event(1, "nudge", 0, "nudge", b'"' + b"x" * 500_000 + b'"', frozenset({"floor"}))]
    )
    return len(feeds)


async def test_the_office_is_for_those_who_may_read_reports(quiet_swan: Swan) -> None:
    max_, wei = await quiet_swan.sign_in("Max"), await quiet_swan.sign_in("Wei")
    async with max_.live("rooms=office,floor") as feed:
        await feed.frame()
        await quiet_swan.sign_in("Kim")
        assert await feed.until(lambda each: each["kind"] == "staff.signedin")
    assert (await wei.get("/api/live?rooms=office"))["field"] == "rooms"


async def test_a_box_that_stops_says_goodbye(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await asyncio.gather(quiet_swan.running.app[HUB].close(), feed.socket.receive(timeout=10))
        assert feed.socket.close_code == 1001
    assert quiet_swan.running.app[DATABASE].healthy()


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 70000])
async def test_frames_of_every_size_are_frames(size: int) -> None:
    frame = hub.text_frame(b"x" * size)
    first, second = frame[0], frame[1]
    assert (first, second & 0x80) == (0x81, 0), "final, text, unmasked"
    length = {126: frame[2:4], 127: frame[2:10]}.get(second, frame[1:2])
    assert int.from_bytes(length, "big") == size
    assert frame.endswith(b"x" * size)
    assert json.dumps(len(frame) - size) in ("2", "4", "10")
