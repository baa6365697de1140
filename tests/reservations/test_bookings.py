"""The book of the evening: nobody is promised another's table, nobody waits unknown, nobody is asked twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from barbox.reservations.rules import MINUTE_MS, Seats, quote
from tests.bar import Answer, Swan, Tablet


def at(hours: float) -> str:
    """So many hours from now."""
    return (datetime.now(UTC) + timedelta(days=30, hours=hours)).isoformat()


def evening() -> str:
    return f"day={datetime.now(UTC):%Y-%m-%d}&until={datetime.now(UTC) + timedelta(days=40):%Y-%m-%d}"


async def book(who: Tablet, **about: Any) -> Answer:
    return await who.post("/api/reservations", {"name": "Li", "covers": 2, "startsAt": at(1), **about})


async def shown(who: Tablet, reservation_id: int) -> Answer:
    return await who.get(f"/api/reservations/{reservation_id}")


async def test_a_table_is_promised_once_however_many_phones_ring(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    table = quiet_swan.tables["T5"]
    start = at(2)
    answers = await asyncio.gather(*(book(wei, tableIds=[table], startsAt=start) for _ in range(8)))
    assert sorted(each.status for each in answers) == [201] + [409] * 7
    refused = next(each for each in answers if each.status == 409)
    assert (refused["code"], refused["tables"][0]["table"]) == ("table_taken", "T5")
    listed = (await wei.get(f"/api/reservations?{evening()}"))["reservations"]
    assert [each["tableNames"] for each in listed] == [["T5"]]


async def test_one_party_follows_another_at_the_same_table(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    table = quiet_swan.tables["T5"]
    start = datetime.now(UTC) + timedelta(days=30)
    for begins in (start, start + timedelta(minutes=90)):
        assert (await book(wei, tableIds=[table], startsAt=begins.isoformat())).status == 201
    between = await book(wei, tableIds=[table], startsAt=(start + timedelta(minutes=30)).isoformat())
    assert between.status == 409


async def test_an_edit_of_yesterdays_picture_is_refused_and_shows_todays(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    number = (await book(wei))["id"]
    start = (await shown(wei, number))["startsAt"]
    edit = {"name": "Li", "covers": 5, "startsAt": start, "version": 1, "tableIds": [quiet_swan.tables["T1"]]}
    assert (await wei.put(f"/api/reservations/{number}", edit)).status == 200
    stale = await wei.put(f"/api/reservations/{number}", edit | {"covers": 9})
    assert (stale.status, stale["current"]["covers"]) == (409, 5)


async def test_a_no_show_frees_the_table_and_may_still_turn_up(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    table = quiet_swan.tables["T5"]
    start = at(2)
    late = (await book(wei, tableIds=[table], startsAt=start))["id"]
    assert (await wei.post(f"/api/reservations/{late}/end", {"status": "no_show"})).status == 200
    other = await book(wei, tableIds=[table], startsAt=start)
    assert other.status == 201
    back = await wei.post(f"/api/reservations/{late}/end", {"status": "booked"})
    assert back["code"] == "table_taken", "somebody else sits there now"
    await wei.post(f"/api/reservations/{other['id']}/end", {"status": "cancelled", "reason": "rain"})
    assert (await wei.post(f"/api/reservations/{late}/end", {"status": "booked"})).status == 200
    assert (await shown(wei, late))["status"] == "booked"


async def test_whoever_calls_them_notes_it(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    number = (await book(wei))["id"]
    assert (await wei.post(f"/api/reservations/{number}/remind")).status == 200
    assert (await shown(wei, number))["remindedAt"]


async def test_every_screen_hears_of_a_booking_and_the_journal_tells_no_name(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await book(wei, name="Zhuang Zhou", phone="13812345678", note="butterfly")
        event = await feed.until(lambda each: each["kind"] == "reservation.booked")
    assert event["data"]["name"] == "Zhuang Zhou"
    max_ = await quiet_swan.sign_in("Max")
    journal = str((await max_.get("/api/journal?limit=1000")).body)
    assert "reservation.booked" in journal
    assert "Zhuang" not in journal
    assert "butterfly" not in journal


async def test_a_barred_guest_gets_no_table_by_telephone(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = (await max_.post("/api/members", {"phone": "13812345678"}))["id"]
    await max_.post(f"/api/members/{member}/bar", {"reason": "fights"})
    wei = await quiet_swan.sign_in("Wei")
    assert (await book(wei, phone="138 1234 5678"))["code"] == "wrong_state"
    assert (await book(max_, phone="138 1234 5678")).status == 201


async def test_bad_bookings_are_told_what_is_wrong(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    assert (await book(wei, startsAt="2026-11-30T20:00:00"))["field"] == "startsAt"
    assert (await book(wei, startsAt="2020-01-01T20:00:00Z"))["field"] == "startsAt"
    assert (await book(wei, tableIds=[99]))["field"] == "tableIds[0]"
    assert (await book(wei, name=None))["field"] == "name"
    assert (await book(wei, phone="ring me"))["field"] == "phone"


def test_who_waits_is_told_how_long() -> None:
    hour = 60 * MINUTE_MS
    tables = [Seats(2, hour), Seats(4, 20 * MINUTE_MS), Seats(4, 2 * hour)]
    assert quote(tables, 2, [], 0) == 20
    assert quote(tables, 2, [2], 0) == 60
    assert quote(tables, 4, [4], 0) == 120
    assert quote(tables, 8, [], 0) is None
    assert quote([Seats(4, 0)], 4, [], 0) == 0
    assert quote([Seats(4, 61_000)], 4, [], 0) == 5


async def test_the_evenings_list_is_printed_with_who_comes_when_and_where(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    start = datetime.now(UTC) + timedelta(days=30)
    await book(wei, tableIds=[swan.tables["T5"]], startsAt=start.isoformat(), phone="13812345678", note="window")
    listed = (await wei.get(f"/api/reservations?{evening()}"))["reservations"]
    printed = await wei.post("/api/reservations/print", {"day": listed[0]["businessDay"]})
    assert printed.status == 202, printed.body
    (paper,) = await asyncio.to_thread(swan.printers["till"].wait_for_papers, 1)
    for said in ("Li", "T5", "13812345678", "window"):
        assert said in paper.text
    assert (await wei.post("/api/reservations/print", {"day": "2026-02-31"}))["field"] == "day"
