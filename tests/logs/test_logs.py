"""The log tells what happened and to which request, in bounded lines, and nothing about people."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from aiohttp import web

from barbox import logs
from barbox.core import asking
from barbox.core.database import Database
from tests.bar import PINS, Swan


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that would be logged, at the chattiest level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    logs.keep_quiet()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


async def test_an_evening_leaves_no_name_pin_or_token_in_the_log(swan: Swan, log: io.StringIO) -> None:
    wei = await swan.sign_in("Wei")
    second = await swan.another_tablet("Xiaoyu's phone")
    await swan.tablet.post("/api/session", {"pin": "864201"})
    line = swan.item("Negroni", note="allergic to peanuts")
    placed = await wei.post("/api/orders", {"tab": "Lin Xiaoyu", "items": [line]})
    assert placed.status == 201, placed.body
    order = placed["orderId"]
    await wei.post("/api/orders", {"tab": "Lin Xiaoyu", "items": "nonsense"})
    await wei.post("/api/payments", {"orderId": order, "tenders": [{"method": "card", "amount": 6800}]})
    await (await swan.sign_in("Ana")).get("/api/journal")
    told = log.getvalue()
    secrets = [*PINS.values(), "864201", swan.tablet.device, second.device, wei.token]
    assert not [each for each in (*secrets, "Xiaoyu", "peanuts", "Siyuan") if each in told], told


async def test_an_accident_names_the_request_to_caller_and_log(
    swan: Swan, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls_over(_database: Database) -> bool:
        raise ZeroDivisionError("a glass broke")

    monkeypatch.setattr(Database, "healthy", falls_over)
    first = await swan.tablet.get("/api/health")
    second = await swan.tablet.get("/api/health")
    assert (first.status, second.status) == (500, 500)
    told = [each["request"] for each in lines(log) if each["message"] == "request crashed"]
    assert told == [first["requestId"], second["requestId"]]
    assert told[0] != told[1]


def test_a_line_is_bounded_whatever_is_logged() -> None:
    record = logging.makeLogRecord({"msg": "x" * 10**6, "name": "bar", "levelname": "ERROR", "reply": "y" * 10**6})
    try:
        raise web.HTTPBadRequest(text="z" * 10**6)
    except web.HTTPBadRequest as error:
        record.exc_info = (type(error), error, error.__traceback__)
    assert len(logs.JsonLines().format(record)) < 4 * logs.LONGEST


def test_outside_a_request_nothing_is_named() -> None:
    assert asking.request_id() == ""
