"""Who may tell the box the time, and what the journal keeps of it."""

import asyncio
from datetime import UTC, datetime

import pytest

from barbox.core.clock import DAY_MS, rfc3339
from barbox.core.timekeeping import Tablets
from tests.bar import Swan

HOUR_MS = 3_600_000


def nobody_has_said(swan: Swan) -> int:
    """As on a network without internet: the clock is only unverified."""
    clock = swan.database.clock
    clock.source, clock.quality = None, "unverified"
    return clock.now()


async def corrections(swan: Swan) -> list[dict[str, object]]:
    events = (await (await swan.sign_in("Max")).get("/api/journal?limit=1000"))["events"]
    return [each for each in events if each["kind"] == "clock.corrected"]


async def test_the_owner_sets_the_clock_and_the_journal_says_who_and_by_how_much(swan: Swan) -> None:
    ana = await swan.sign_in("Ana")
    before = nobody_has_said(swan)
    written = len(await corrections(swan))
    answer = await ana.post("/api/clock", {"now": rfc3339(before + 2 * HOUR_MS)})
    assert (answer.status, answer["quality"], answer["source"]) == (200, "trusted", "owner")
    assert swan.database.clock.now() >= before + 2 * HOUR_MS
    events = (await corrections(swan))[written:]
    assert len(events) == 1
    assert events[0]["staffId"] is not None
    assert events[0]["data"]["source"] == "owner"  # type: ignore[index]
    assert abs(events[0]["data"]["behindMs"] - 2 * HOUR_MS) < HOUR_MS  # type: ignore[index]


async def test_a_clock_set_back_waits_and_never_goes_back(swan: Swan) -> None:
    ana = await swan.sign_in("Ana")
    before = nobody_has_said(swan)
    answer = await ana.post("/api/clock", {"now": rfc3339(before - HOUR_MS)})
    assert HOUR_MS // 2 < answer["aheadMs"] <= HOUR_MS + 60_000
    assert answer["now"] >= rfc3339(before)
    shown = await (await swan.sign_in("Wei")).get("/api/clock")
    assert (shown["quality"], shown["aheadMs"] > 0) == ("trusted", True)


async def test_a_waiter_does_not_set_the_clock(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    assert (await wei.post("/api/clock", {"now": "2026-11-22T20:15:00Z"})).status == 403


@pytest.mark.parametrize("wrong", ["tomorrow at eight o'clock", "2026-11-22T20:15:00", "0001-01-01T00:00:00+00:00"])
async def test_a_time_that_is_none_is_refused(swan: Swan, wrong: str) -> None:
    ana = await swan.sign_in("Ana")
    answer = await ana.post("/api/clock", {"now": wrong})
    assert (answer.status, answer["field"]) == (400, "now")


async def test_one_tablet_is_not_believed_and_two_that_agree_are(swan: Swan) -> None:
    second = await swan.another_tablet()
    before = nobody_has_said(swan)
    three_days_on = rfc3339(before + 3 * DAY_MS)
    alone = await swan.tablet.post("/api/clock/told", {"now": three_days_on})
    assert (alone.status, alone["quality"]) == (200, "unverified")
    again = await swan.tablet.post("/api/clock/told", {"now": three_days_on})
    assert again["quality"] == "unverified", "the same tablet twice is one tablet"
    agreed = await second.post("/api/clock/told", {"now": three_days_on})
    assert (agreed["quality"], agreed["source"]) == ("trusted", "tablets")
    assert swan.database.clock.now() >= before + 3 * DAY_MS - 60_000
    assert (await corrections(swan))[-1]["data"]["source"] == "tablets"  # type: ignore[index]


def test_tablets_that_differ_by_more_than_a_minute_are_not_believed() -> None:
    said, noon = Tablets(), int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)
    assert said.agreed(1, noon) is None
    assert said.agreed(2, noon + 90_000) is None
    agreed = said.agreed(3, noon + 80_000)
    assert agreed is not None
    assert abs(agreed - noon - 85_000) < 5_000


async def test_a_receipt_says_when_its_time_is_a_guess(swan: Swan) -> None:
    wei, till = await swan.sign_in("Wei"), swan.printers["till"]
    swan.database.clock.quality = "guess"
    order = await wei.post("/api/orders", {"items": [swan.item("Fries")]})
    await wei.post(f"/api/orders/{order['orderId']}/bill")
    await asyncio.to_thread(till.wait_for_papers, 1)
    assert "(time not verified)" in till.papers[-1].text
    swan.database.clock.believed(swan.database.clock.now(), "owner")
    await wei.post(f"/api/orders/{order['orderId']}/bill")
    await asyncio.to_thread(till.wait_for_papers, 2)
    assert "(time not verified)" not in till.papers[-1].text
