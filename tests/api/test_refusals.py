"""Who was refused what stands in the log, one line each, whatever they wrote."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from barbox.logs import JsonLines
from tests.bar import Swan, Tablet


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    doors = logging.getLogger("barbox.core.doors")
    doors.addHandler(handler)
    before, doors.level = doors.level, logging.INFO
    doors.manager._clear_cache()  # type: ignore[attr-defined]
    yield written
    doors.removeHandler(handler)
    doors.setLevel(before)


async def test_who_was_refused_what_is_logged_and_no_line_can_be_forged(quiet_swan: Swan, log: io.StringIO) -> None:
    wei = await quiet_swan.sign_in("Wei")
    await wei.get("/api/journal")
    await wei.get("/api/staff%0a%7b%22level%22:%22info%22%7d")
    stranger = Tablet(wei.http, wei.url, "x" * 43)
    await stranger.get("/api/menu")
    await wei.get("/api/health", Host='evil.example"}')
    lines = [json.loads(each) for each in log.getvalue().splitlines()]
    assert [each["call"] for each in lines] == ["GET /api/journal", "GET /api/menu", "GET /api/health"]
    assert {each["address"] for each in lines} == {"127.0.0.1"}
    assert "journal.read" in lines[0]["why"]
