"""What is not on the shelf cannot be sold; what was not made goes back on it."""

import asyncio
from typing import Any

from tests.bar import Answer, Swan, Tablet
from tests.core.house import stored_levels


async def move(who: Tablet, what: str, *items: tuple[int, float], **more: Any) -> Answer:
    body = {"items": [{"itemId": item, "quantity": quantity} for item, quantity in items], **more}
    return await who.post(f"/api/inventory/{what}", body)


async def test_an_order_beyond_stock_names_each_item_and_changes_nothing(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    beer, fries = quiet_swan.products["Tsingtao"], quiet_swan.products["Fries"]
    await move(max_, "count", (fries, 1.5))
    seq = quiet_swan.database.seq
    round_ = [quiet_swan.item("Tsingtao", 20), quiet_swan.item("Negroni"), quiet_swan.item("Tsingtao", 5)]
    refused = await wei.post("/api/orders", {"items": [*round_, quiet_swan.item("Fries", 2)]}, Accept_Language="zh-CN")
    assert (refused.status, refused["code"]) == (400, "insufficient_stock")
    assert refused["error"] == "青岛啤酒、薯条 库存不足"
    assert refused["detail"] == "Not enough in stock: Tsingtao, Fries"
    told = [(each["itemId"], each["requested"], each["left"]) for each in refused["items"]]
    assert told == [(beer, 25, 24), (fries, 2, 1.5)]
    assert quiet_swan.database.seq == seq
    assert (await quiet_swan.left("Tsingtao"), await quiet_swan.left("Fries")) == (24, 1.5)
    assert (await wei.get("/api/orders"))["orders"] == []
    assert (await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]}))["number"] == 1, "no number was lost"


async def test_a_round_added_beyond_stock_leaves_the_order_as_it_was(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 20)]})
    path = f"/api/orders/{order['orderId']}"
    refused = await wei.put(path, {"items": [quiet_swan.item("Fries"), quiet_swan.item("Tsingtao", 5)]})
    assert refused["items"][0]["left"] == 4
    assert (await wei.get(path)).body == order.body


async def test_of_all_who_want_the_last_bottle_one_gets_it(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    await move(max_, "count", (quiet_swan.products["Negroni"], 1))
    answers = await asyncio.gather(
        *(wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]}) for _ in range(20))
    )
    assert sorted(answer.status for answer in answers) == [201] + [400] * 19
    assert {answer["code"] for answer in answers if answer.status == 400} == {"insufficient_stock"}
    assert await quiet_swan.left("Negroni") == 0


async def test_a_shelf_is_never_oversold_by_rounds_of_many_sizes(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    sizes = [1, 2, 3, 0.5, 7, 2.5] * 4
    answers = await asyncio.gather(
        *(wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", size)]}) for size in sizes)
    )
    sold = sum(size for size, answer in zip(sizes, answers, strict=True) if answer.status == 201)
    assert sold <= 24
    assert await quiet_swan.left("Tsingtao") == 24 - sold


async def test_a_bottle_not_yet_opened_goes_back_on_the_shelf_one_that_was_poured_does_not(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    held, made, served = (
        quiet_swan.item("Tsingtao", 2, hold=True),
        quiet_swan.item("Tsingtao", 3),
        quiet_swan.item("Tsingtao", 4),
    )
    order = await max_.post("/api/orders", {"items": [held, made, served]})
    path, ids = f"/api/orders/{order['orderId']}", [line["lineId"] for line in order["items"]]
    assert await quiet_swan.left("Tsingtao") == 15
    await max_.post(f"{path}/lines/status", {"lineIds": [ids[2]], "status": "ready"})
    void = {"reason": "the guests left"}
    assert (await max_.post(f"{path}/void", {**void, "lineIds": [ids[0]]})).status == 200
    assert await quiet_swan.left("Tsingtao") == 17, "held: nobody had touched it"
    await max_.post(f"{path}/void", {**void, "lineIds": [ids[1]]})
    assert await quiet_swan.left("Tsingtao") == 20, "preparing: not made yet"
    await max_.post(f"{path}/void", {**void, "lineIds": [ids[2]]})
    assert await quiet_swan.left("Tsingtao") == 20, "ready: it was made"
    await max_.post(f"{path}/void", {**void, "lineIds": ids})
    assert await quiet_swan.left("Tsingtao") == 20, "nothing goes back twice"


async def test_a_held_line_made_smaller_or_larger_takes_what_it_differs_by(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 4, hold=True)]})
    path, line = f"/api/orders/{order['orderId']}", order["items"][0]["lineId"]

    async def make(quantity: float, version: int) -> Answer:
        return await wei.put(path, {"version": version, "changes": [{"lineId": line, "quantity": quantity}]})

    assert (await make(6, 1))["items"][0]["amount"] == 15000
    assert await quiet_swan.left("Tsingtao") == 18
    refused = await make(25, 2)
    assert (refused["code"], refused["items"][0]["left"]) == ("insufficient_stock", 24)
    assert await quiet_swan.left("Tsingtao") == 18
    assert (await make(0, 2))["items"][0]["status"] == "void"
    assert await quiet_swan.left("Tsingtao") == 24


async def test_products_may_be_sold_below_nothing_where_the_bar_says_so(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    beer = quiet_swan.products["Tsingtao"]
    for policy in ("warn", "allow"):
        assert (await max_.put(f"/api/inventory/{beer}", {"policy": policy, "lowAt": 6})).status == 200
        assert (await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 20)]})).status == 201
    assert await quiet_swan.left("Tsingtao") == -16
    assert (await max_.put(f"/api/inventory/{beer}", {"policy": "refuse"})).status == 200
    assert (await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao")]})).status == 400


async def test_deliveries_counts_and_breakage_add_up_and_stand_in_the_journal(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    gin, beer = quiet_swan.products["Negroni"], quiet_swan.products["Tsingtao"]
    await move(max_, "receive", (gin, 10), (beer, 0.5), (gin, 2))
    assert (await quiet_swan.left("Negroni"), await quiet_swan.left("Tsingtao")) == (12, 24.5)
    await move(max_, "waste", (gin, 1), reason="fell")
    await move(max_, "count", (beer, 20))
    assert (await quiet_swan.left("Negroni"), await quiet_swan.left("Tsingtao")) == (11, 20)
    assert (await move(max_, "waste", (gin, 1)))["field"] == "reason"
    assert (await move(max_, "receive", (999, 1))).status == 404
    assert (await move(max_, "receive", (gin, 0.0001)))["field"] == "items[0].quantity"
    assert (await move(max_, "receive", (gin, -1))).status == 400
    assert await quiet_swan.left("Negroni") == 11
    kinds = [each["kind"] for each in (await max_.get("/api/journal?limit=1000"))["events"]]
    assert [kinds.count(f"stock.{what}") for what in ("received", "wasted", "counted")] == [2, 1, 1]


async def test_what_runs_low_is_told_once_and_stands_first(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    beer = quiet_swan.products["Tsingtao"]
    await max_.put(f"/api/inventory/{beer}", {"policy": "refuse", "lowAt": 20})
    for _ in range(3):
        await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 3)]})
    events = (await max_.get("/api/journal?limit=1000"))["events"]
    assert [each["data"]["onHand"] for each in events if each["kind"] == "stock.low"] == [18]
    first, *others = (await wei.get("/api/inventory"))["items"]
    assert (first["itemId"], first["low"], first["onHand"], first["policy"]) == (beer, True, 15, "refuse")
    assert {(each["policy"], each["onHand"], each["low"]) for each in others} == {("untracked", None, False)}


async def test_every_screen_hears_what_is_left(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 24)]})
        event = await feed.until(lambda each: each["kind"] == "stock.changed")
        assert (event["data"]["onHand"], event["data"]["available"]) == (0, False)
    products = (await wei.get("/api/menu"))["products"]
    assert {each["name"]: each["stock"] for each in products}["Tsingtao"] == 0


async def test_after_a_restart_the_shelf_is_as_it_was_left(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 5)]})
    await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 50)]})
    assert stored_levels(quiet_swan.database.path)[quiet_swan.products["Tsingtao"]] == 19_000
