"""One bad neighbour does not stop the bar: slow ones are hung up on, greedy ones shut out, others notice nothing."""

import asyncio
from contextlib import closing

import pytest

from barbox.core import porter
from barbox.core.http import LARGEST_BODY
from barbox.core.porter import PORTER, Porter
from tests.bar import Swan

NEIGHBOUR, OTHER = "127.0.0.66", "127.0.0.67"
ASKING = "GET /api/menu HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n"


class Line:
    """One connection from an address of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, swan: Swan, address: str) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", swan.running.port, local_addr=(address, 0)))

    def say(self, text: str) -> None:
        self.writer.write(text.encode())

    async def status(self) -> int:
        """Of the next answer; 0 where the box hung up."""
        try:
            async with asyncio.timeout(20):
                head = await self.reader.readuntil(b"\r\n\r\n")
                await self.reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))
                return int(head.split()[1])
        except (OSError, EOFError):
            return 0


def porter_of(swan: Swan) -> Porter:
    return swan.running.app[PORTER]


async def ask(swan: Swan, address: str, token: str = "") -> int:
    """The status of one question on a line of its own."""
    line = await Line.open(swan, address)
    with closing(line.writer):
        line.say(ASKING.format(token or swan.tablet.device))
        return await line.status()


async def test_a_request_that_never_ends_is_hung_up_on(quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch) -> None:
    line, good = await Line.open(quiet_swan, NEIGHBOUR), await Line.open(quiet_swan, OTHER)
    line.say("GET /api/menu HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: z")
    good.say(ASKING.format(quiet_swan.tablet.device))
    assert await good.status() == 200
    monkeypatch.setattr(porter, "FIRST_REQUEST_S", 0.0)
    porter_of(quiet_swan).look()
    assert await line.status() == 0
    good.say(ASKING.format(quiet_swan.tablet.device))
    assert await good.status() == 200, "who has asked before may take their time"
    good.writer.close()


async def test_a_body_that_never_ends_is_hung_up_on(quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch) -> None:
    wei = await quiet_swan.sign_in("Wei")
    line = await Line.open(quiet_swan, NEIGHBOUR)
    line.say(
        "POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {wei.token}\r\nContent-Length: 500\r\n\r\n["
    )
    server = porter_of(quiet_swan)
    async with asyncio.timeout(20):
        while not any(seen.requests for handler, seen in server._seen.items() if porter._address(handler) == NEIGHBOUR):
            await asyncio.sleep(0.01)
            server.look()
    monkeypatch.setattr(porter, "BODY_S", 0.0)
    server.look()
    assert await line.status() == 0
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        monkeypatch.setattr(porter, "FIRST_REQUEST_S", 0.0)
        server.look()
        assert (await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao")]})).status == 201
        await feed.until(lambda event: event["kind"] == "order.placed")


async def test_one_address_takes_only_so_many_lines(quiet_swan: Swan) -> None:
    lines = [await Line.open(quiet_swan, NEIGHBOUR) for _ in range(porter.MOST_OF_ONE + 5)]
    cut = [asyncio.create_task(each.reader.read()) for each in lines]
    async with asyncio.timeout(20):
        while sum(each.done() for each in cut) < 5:  # noqa: ASYNC110 (the box hangs up when it does)
            await asyncio.sleep(0.01)
    assert await ask(quiet_swan, OTHER) == 200
    assert sum(each.done() for each in cut) == 5
    lines[0].writer.close()
    for each in (*lines,):
        each.writer.close()
    await asyncio.gather(*cut, return_exceptions=True)


async def test_who_is_refused_too_often_is_shut_out_for_a_while(
    quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await Line.open(quiet_swan, NEIGHBOUR)
    answers: list[int] = []
    while not answers or answers[-1]:
        line.say(ASKING.format("x" * 43))
        answers.append(await line.status())
    assert set(answers[:-1]) == {401}
    assert 100 <= len(answers) <= 125
    assert await ask(quiet_swan, NEIGHBOUR) == 0, "even with a good token"
    assert await ask(quiet_swan, OTHER) == 200
    assert (await quiet_swan.tablet.get("/api/menu")).status == 200, "and the box itself always may"
    server = porter_of(quiet_swan)
    server._shut = dict.fromkeys(server._shut, 0.0)
    server.look()
    assert await ask(quiet_swan, NEIGHBOUR) == 200


async def test_who_asks_too_much_is_shut_out(quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch) -> None:
    server = porter_of(quiet_swan)
    line = await Line.open(quiet_swan, NEIGHBOUR)
    line.say(ASKING.format(quiet_swan.tablet.device))
    assert await line.status() == 200
    server._asked[NEIGHBOUR] += porter.REQUESTS.amount
    server.look()
    line.say(ASKING.format(quiet_swan.tablet.device))
    assert await line.status() == 0
    assert await ask(quiet_swan, OTHER) == 200


async def test_a_body_too_large_is_refused_before_it_is_read(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    refused = await wei.post("/api/orders", b"[" * (LARGEST_BODY + 1))
    assert (refused.status, refused["code"]) == (413, "too_large")
    stranger = await Line.open(quiet_swan, NEIGHBOUR)
    stranger.say(
        "POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "Content-Length: 4000000000\r\n\r\n["
    )
    assert await stranger.status() == 401, "a stranger's is not even waited for"
    stranger.writer.close()
