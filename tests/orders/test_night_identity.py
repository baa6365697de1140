"""Moving, splitting, merging and transferring relabels what was ordered: no ticket twice, not a unit lost."""

import asyncio
from typing import Any

from barbox.core.http import DATABASE
from barbox.printing.contents import Ticket, decode
from barbox.printing.models import PrintJob
from tests.bar import Swan, Tablet


async def round_at(waiter: Tablet, swan: Swan, table: str) -> Any:
    """Two beers and a chicken, sent."""
    chicken = swan.item("Kung Pao Chicken", modifiers=[swan.modifiers["hot"]], seat=2)
    items = [swan.item("Tsingtao", 2, seat=1), chicken]
    placed = await waiter.post("/api/orders", {"tableId": swan.tables[table], "covers": 2, "items": items})
    assert placed.status == 201, placed.body
    return placed.body


async def tickets(swan: Swan) -> list[Ticket]:
    """Every ticket that was ever put in the spool."""

    class Row:
        def __init__(self, content: bytes) -> None:
            self.ticket = decode(content)

    query = PrintJob.select(PrintJob.content).where(PrintJob.kind == "ticket").order_by(PrintJob.id)
    found = [each.ticket for each in await swan.running.app[DATABASE].read(query, Row)]
    return [each for each in found if isinstance(each, Ticket)]


def live(order: Any) -> list[Any]:
    return [line for line in order["items"] if line["status"] != "void"]


async def test_sent_lines_are_moved_split_merged_and_transferred_without_a_second_ticket(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    one, two = await round_at(max_, swan, "T1"), await round_at(max_, swan, "T5")
    made = [each for each in await tickets(swan) if each.action != "moved"]
    lines = sorted(line["lineId"] for order in (one, two) for line in order["items"])
    owed = one["totalAmount"] + two["totalAmount"]

    to_seven = {"tableId": swan.tables["T7"], "reason": "too loud there"}
    moved = await max_.post(f"/api/orders/{one['orderId']}/move", to_seven)
    assert moved["tableName"] == "T7"
    beer = moved["items"][0]
    half = {"lines": [{"lineId": beer["lineId"], "quantity": 1}]}
    split = await max_.post(f"/api/orders/{one['orderId']}/split", half)
    assert split.status == 200, split.body
    assert split["new"]["tableName"] == "T7"
    assert split["new"]["items"][0]["quantity"] == 1
    seat = await max_.post(f"/api/orders/{two['orderId']}/split", {"seats": [2]})
    assert [line["name"] for line in seat["new"]["items"]] == ["Kung Pao Chicken"]
    to = {"lineIds": [seat["new"]["items"][0]["lineId"]], "toOrderId": one["orderId"]}
    left = await max_.post(f"/api/orders/{seat['new']['orderId']}/move", to)
    assert left.status == 200, left.body
    orders = [split["new"]["orderId"], two["orderId"]]
    merged = await max_.post(f"/api/orders/{one['orderId']}/merge", {"orderIds": orders})
    assert merged.status == 200, merged.body
    people = (await max_.get("/api/session/people"))["people"]
    wei = next(each["id"] for each in people if each["name"] == "Wei")
    given = await max_.post(f"/api/orders/{one['orderId']}/transfer", {"staffId": wei, "reason": "end of shift"})
    assert given["staffName"] == "Wei"

    assert given["totalAmount"] == owed
    assert {line["status"] for line in live(given)} == {"preparing"}
    kept = {line["lineId"] for line in given["items"]}
    assert set(lines) <= kept
    assert sum(line["quantity"] for line in given["items"]) == 6
    papers = await tickets(swan)
    assert [each for each in papers if each.action != "moved"] == made
    assert {each.place for each in papers if each.action == "moved"} == {"T7"}
    for order_id in [*orders, seat["new"]["orderId"]]:
        gone = await max_.get(f"/api/orders/{order_id}")
        assert (gone["status"], gone["mergedInto"], gone["totalAmount"]) == ("void", one["orderId"], 0)


async def test_the_journal_tells_why_a_party_its_lines_and_its_waiter_changed(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    one, two = await round_at(max_, swan, "T1"), await round_at(max_, swan, "T5")
    here = f"/api/orders/{one['orderId']}"
    people = (await max_.get("/api/session/people"))["people"]
    wei = next(each["id"] for each in people if each["name"] == "Wei")
    lines = {"lineIds": [two["items"][0]["lineId"]], "toOrderId": one["orderId"], "reason": "typed at the wrong table"}
    for path, body in (
        (f"{here}/move", {"tableId": swan.tables["T7"], "reason": "too loud there"}),
        (f"/api/orders/{two['orderId']}/move", lines),
        (f"{here}/merge", {"orderIds": [two["orderId"]], "reason": "one party"}),
        (f"{here}/transfer", {"staffId": wei, "reason": "end of shift"}),
    ):
        assert (await max_.post(path, body)).status == 200, path
    events = (await max_.get("/api/journal?limit=1000"))["events"]
    why = {event["kind"]: event["data"]["reason"] for event in events if event["data"].get("reason")}
    assert why == {
        "order.moved": "too loud there",
        "order.linesmoved": "typed at the wrong table",
        "order.changed": "typed at the wrong table",
        "order.mergedinto": "one party",
        "order.merged": "one party",
        "order.transferred": "end of shift",
    }


async def test_a_later_ticket_and_the_display_show_the_new_table(swan: Swan) -> None:
    wei, kim = await swan.sign_in("Wei"), await swan.sign_in("Kim")
    order = await round_at(wei, swan, "T1")
    async with kim.live("rooms=kitchen") as display:
        await display.frame()
        await wei.post(f"/api/orders/{order['orderId']}/move", {"tableId": swan.tables["T5"]})
        event = await display.until(lambda each: each["kind"] == "order.moved")
    assert event["data"]["tableName"] == "T5"
    await wei.put(f"/api/orders/{order['orderId']}", {"items": [swan.item("Fries")]})
    assert (await tickets(swan))[-1].place == "T5"
    papers = await asyncio.to_thread(swan.printers["kitchen"].wait_for_papers, 3)
    assert len(papers) >= 3


async def test_the_kitchen_hears_when_its_lines_leave_an_order(swan: Swan) -> None:
    wei, kim = await swan.sign_in("Wei"), await swan.sign_in("Kim")
    order = await round_at(wei, swan, "T1")
    chicken = order["items"][1]["lineId"]
    async with kim.live("rooms=kitchen") as display:
        await display.frame()
        await wei.post(f"/api/orders/{order['orderId']}/split", {"lines": [{"lineId": chicken}]})
        left, new = (await display.frame())["events"]
    assert chicken not in [line["lineId"] for line in left["data"]["items"]]
    assert (left["kind"], new["kind"]) == ("order.split", "order.splitoff")
    assert [line["lineId"] for line in new["data"]["items"]] == [chicken]


async def test_an_even_split_is_paid_share_by_share_to_the_last_unit(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await round_at(wei, swan, "T1")
    three = await wei.post(f"/api/orders/{order['orderId']}/split", {"parts": 3})
    shares = [each["amount"] for each in three["order"]["shares"]]
    assert shares == [3267, 3267, 3266]
    paid = three
    for number, amount in enumerate(shares, 1):
        tenders = [{"method": "card", "amount": amount}]
        paid = await wei.post("/api/payments", {"orderId": order["orderId"], "share": number, "tenders": tenders})
        assert paid.status == 201, paid.body
    assert paid["order"]["status"] == "paid"
    assert [each["paidAmount"] for each in paid["order"]["shares"]] == shares


async def test_a_share_cannot_be_paid_twice(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await round_at(wei, swan, "T1")
    await wei.post(f"/api/orders/{order['orderId']}/split", {"amounts": [5000, 4800]})
    body = {"orderId": order["orderId"], "share": 1, "tenders": [{"method": "card", "amount": 4800}]}
    assert (await wei.post("/api/payments", body)).status == 201
    assert (await wei.post("/api/payments", body)).status == 400


async def test_a_split_of_a_paid_part_is_refused(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await round_at(wei, swan, "T1")
    await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": [{"method": "card", "amount": 9000}]})
    seat = await wei.post(f"/api/orders/{order['orderId']}/split", {"seats": [2]})
    assert (seat.status, seat["code"]) == (409, "wrong_state")


async def test_an_order_that_all_lines_have_left_ends_as_merged(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    one, two = await round_at(wei, swan, "T1"), await round_at(wei, swan, "T5")
    every = [line["lineId"] for line in one["items"]]
    left = await wei.post(f"/api/orders/{one['orderId']}/move", {"lineIds": every, "toOrderId": two["orderId"]})
    assert (left["status"], left["mergedInto"], left["totalAmount"]) == ("void", two["orderId"], 0)
    assert (await wei.get(f"/api/orders/{two['orderId']}"))["totalAmount"] == 2 * one["totalAmount"]
