"""A booking becomes an order by one tap, and its deposit lands on the bill."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.bar import Swan, Tablet


async def booked(who: Tablet, **about: Any) -> int:
    start = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    answer = await who.post("/api/reservations", {"name": "Li", "covers": 4, "startsAt": start, **about})
    assert answer.status == 201, answer.body
    return int(answer["id"])


async def test_a_booking_with_deposit_becomes_an_order_and_the_deposit_pays(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = (await max_.post("/api/members", {"phone": "13812345678"}))["id"]
    booking = await booked(max_, tableIds=[quiet_swan.tables["T5"]], phone="13812345678", depositAmount=5000)
    path = f"/api/reservations/{booking}"
    assert (await max_.post(f"{path}/deposit", {"method": "mobile", "amount": 5000}))["left"] == 5000
    seated = await max_.post(f"{path}/seat")
    assert (seated.status, seated["tableName"], seated["covers"], seated["memberId"]) == (201, "T5", 4, member)
    assert (await max_.post(f"{path}/seat")).status == 409, "they sit already"
    await max_.put(f"/api/orders/{seated['orderId']}", {"items": [quiet_swan.item("Negroni")]})
    can = await max_.get(f"/api/orders/{seated['orderId']}/prepaid")
    assert (can["reservationId"], can["depositLeft"]) == (booking, 5000)
    tenders = [{"method": "deposit", "amount": 5000}, {"method": "cash", "amount": 1800}]
    paid = await max_.post("/api/payments", {"orderId": seated["orderId"], "tenders": tenders})
    assert (paid.status, paid["balance"]) == (201, 0)
    assert (await max_.get(path))["status"] == "done", "the table is free"
    back = {"orderId": seated["orderId"], "tenders": [{"method": "deposit", "amount": 2000}], "reason": "cold food"}
    assert (await max_.post("/api/refunds", back)).status == 201
    assert (await max_.get(f"{path}/deposit"))["left"] == 2000
    out = {"method": "cash", "amount": 2000, "reason": "cold food"}
    assert (await max_.post(f"{path}/deposit/return", out))["left"] == 0
    assert (await max_.post(f"{path}/deposit/return", out)).status == 400


async def test_the_bill_tells_of_the_deposit_and_what_is_left_to_pay(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    booking = await booked(max_, tableIds=[swan.tables["T5"]])
    await max_.post(f"/api/reservations/{booking}/deposit", {"method": "card", "amount": 5000})
    seated = await max_.post(f"/api/reservations/{booking}/seat")
    await max_.put(f"/api/orders/{seated['orderId']}", {"items": [swan.item("Negroni")]})
    assert (await max_.post(f"/api/orders/{seated['orderId']}/bill"))["status"] == "billed"
    slip, paper = await asyncio.to_thread(swan.printers["till"].wait_for_papers, 2)
    assert "Deposit" in slip.text
    told = [line.split() for line in paper.text.splitlines()]
    assert ["Deposit", "50.00"] in told, paper.text
    assert ["Still", "to", "pay", "18.00"] in told, paper.text


async def test_a_deposit_pays_no_more_than_it_is(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    booking = await booked(max_, tableIds=[quiet_swan.tables["T5"]])
    await max_.post(f"/api/reservations/{booking}/deposit", {"method": "cash", "amount": 1000})
    seated = await max_.post(f"/api/reservations/{booking}/seat")
    await max_.put(f"/api/orders/{seated['orderId']}", {"items": [quiet_swan.item("Negroni")]})
    tenders = [{"method": "deposit", "amount": 1001}]
    assert (await max_.post("/api/payments", {"orderId": seated["orderId"], "tenders": tenders})).status == 400
    half = [{"method": "deposit", "amount": 600}]
    assert (await max_.post("/api/payments", {"orderId": seated["orderId"], "tenders": half})).status == 201
    assert (await max_.get(f"/api/reservations/{booking}/deposit"))["left"] == 400


async def test_the_house_keeps_the_deposit_of_who_never_came(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    booking = await booked(max_)
    path = f"/api/reservations/{booking}"
    await max_.post(f"{path}/deposit", {"method": "card", "amount": 3000})
    assert (await max_.post(f"{path}/deposit/keep", {"reason": "never came"})).status == 409
    await max_.post(f"{path}/end", {"status": "no_show"})
    assert (await max_.post(f"{path}/deposit/keep", {"reason": "never came"}))["left"] == 0
    x = await max_.get("/api/drawers/1/x")
    assert [(each["method"], each["amount"]) for each in x["prepaid"]] == [("card", 3000), ("kept", -3000)]


async def test_who_waits_is_quoted_a_time_and_seated_when_a_table_is_free(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    assert (await wei.get("/api/waiting-list?covers=2"))["quotedMinutes"] == 0
    for table in quiet_swan.tables.values():
        await wei.post("/api/orders", {"tableId": table, "covers": 2, "items": [quiet_swan.item("Negroni")]})
    quoted = (await wei.get("/api/waiting-list?covers=2"))["quotedMinutes"]
    assert 80 <= quoted <= 90
    party = (await wei.post("/api/waiting-list", {"name": "Wu", "covers": 2, "quotedMinutes": quoted}))["id"]
    assert [each["name"] for each in (await wei.get("/api/waiting-list"))["waiting"]] == ["Wu"]
    assert (await wei.post(f"/api/reservations/{party}/seat"))["field"] == "tableIds"
    seated = await wei.post(f"/api/reservations/{party}/seat", {"tableIds": [quiet_swan.tables["T7"]]})
    assert (seated.status, seated["tableName"]) == (201, "T7")
    assert (await wei.get("/api/waiting-list"))["waiting"] == []


async def test_a_guest_known_twice_is_forgotten_twice(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    early = await booked(max_, phone="13900001111", name="Zhuang")
    first = (await max_.post("/api/members", {"phone": "13812345678", "name": "Zhuang"}))["id"]
    second = (await max_.post("/api/members", {"phone": "13900001111", "name": "Zhuangzi"}))["id"]
    tab = await max_.post(
        "/api/orders", {"tab": "Butterfly", "memberId": second, "items": [quiet_swan.item("Negroni")]}
    )
    await max_.post(f"/api/orders/{tab['orderId']}/move", {"tab": "Old Butterfly"})
    assert (await max_.post(f"/api/members/{first}/merge", {"memberId": second})).status == 200
    export = await max_.get(f"/api/members/{first}/export")
    assert [each["name"] for each in export["duplicates"]] == ["Zhuangzi"]
    assert [each["reservationId"] for each in export["reservations"]] == [early]
    assert (await max_.post(f"/api/members/{first}/erase")).status == 409, "as the other they sit at a table"
    tenders = [{"method": "card", "amount": 6800}]
    await max_.post("/api/payments", {"orderId": tab["orderId"], "tenders": tenders})
    assert (await max_.post(f"/api/members/{first}/erase")).status == 200
    assert (await max_.get(f"/api/reservations/{early}"))["name"] is None
    assert (await max_.get(f"/api/orders/{tab['orderId']}"))["tab"] is None
    assert "Butterfly" not in str((await max_.get("/api/journal?limit=1000")).body), "no journal names a tab"


async def test_a_forgotten_guests_bookings_lose_their_name(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = (await max_.post("/api/members", {"phone": "13812345678"}))["id"]
    booking = await booked(max_, phone="138 1234 5678", name="Zhuang")
    assert (await max_.post(f"/api/members/{member}/erase")).status == 200
    shown = await max_.get(f"/api/reservations/{booking}")
    assert (shown["name"], shown["phone"], shown["covers"]) == (None, None, 4)
