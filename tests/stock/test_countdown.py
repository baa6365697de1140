"""The cook has so many portions left: every tablet counts down with the orders, and at none the dish is 86."""

from typing import Any

from tests.bar import Swan, Tablet


async def fries(who: Tablet) -> tuple[Any, Any]:
    """What is left of the fries and whether they can be ordered, as the menu says."""
    found = next(each for each in (await who.get("/api/menu"))["products"] if each["name"] == "Fries")
    return found["stock"], found["available"]


async def test_three_portions_of_fries_are_counted_down_to_86_and_come_back(quiet_swan: Swan) -> None:
    wei, kim = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Kim")
    left = f"/api/menu/products/{quiet_swan.products['Fries']}/left"
    assert await fries(wei) == (None, True)
    assert (await kim.ask("POST", left, {"left": 3})).status == 200
    assert await fries(wei) == (3, True)
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        order = await wei.post("/api/orders", {"items": [quiet_swan.item("Fries", 2)]})
        told = (await feed.until(lambda each: each["kind"] == "stock.changed"))["data"]
        assert (told["onHand"], told["available"]) == (1, True)
        refused = await wei.post("/api/orders", {"items": [quiet_swan.item("Fries"), quiet_swan.item("Fries")]})
        assert (refused.status, refused["code"]) == (400, "insufficient_stock")
        assert [(each["name"], each["requested"], each["left"]) for each in refused["items"]] == [("Fries", 2, 1)]
        assert await fries(wei) == (1, True), "who was refused took none"
        await wei.post("/api/orders", {"items": [quiet_swan.item("Fries")]})
        last = (await feed.until(lambda each: each["kind"] == "stock.changed"))["data"]
        assert (last["onHand"], last["available"]) == (0, False)
    assert await fries(wei) == (0, False)
    assert (await wei.post("/api/orders", {"items": [quiet_swan.item("Fries")]})).status == 400
    line = order["items"][0]["lineId"]
    held = {"lineIds": [line], "reason": "Guest changed mind", "quantity": 1}
    boss = await quiet_swan.sign_in("Max")
    assert (await boss.post(f"/api/orders/{order['orderId']}/void", held)).status == 200
    assert await fries(wei) == (1, True), "a portion that was never made"
    assert (await kim.ask("POST", left, {"left": None})).status == 200
    assert await fries(wei) == (None, True)


async def test_nobody_counts_down_what_is_not_there_or_by_half(quiet_swan: Swan) -> None:
    kim = await quiet_swan.sign_in("Kim")
    assert (await kim.ask("POST", "/api/menu/products/999/left", {"left": 3})).status == 404
    for wrong in (0, -1, 1.5, "3", 1000):
        said = await kim.ask("POST", f"/api/menu/products/{quiet_swan.products['Fries']}/left", {"left": wrong})
        assert said.status == 400, wrong


async def test_what_the_shelf_has_less_of_is_told_by_the_shelf(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    beer = quiet_swan.products["Tsingtao"]
    there = next(each for each in (await wei.get("/api/menu"))["products"] if each["id"] == beer)["stock"]
    assert there is not None
    await max_.post(f"/api/menu/products/{beer}/left", {"left": 2})
    assert next(each for each in (await wei.get("/api/menu"))["products"] if each["id"] == beer)["stock"] == 2
    await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 2)]})
    assert not next(each for each in (await wei.get("/api/menu"))["products"] if each["id"] == beer)["available"]
    await max_.post(f"/api/menu/products/{beer}/left", {"left": None})
    assert next(each for each in (await wei.get("/api/menu"))["products"] if each["id"] == beer)["stock"] == there - 2
