"""What a drink is made of leaves the shelf to the millilitre, and what cannot be made is refused by name."""

from typing import Any

from tests.bar import Swan, Tablet

BAR, CELLAR = 1, 2


async def item(who: Tablet, name: str, unit: str = "ml", **more: Any) -> int:
    answer = await who.post("/api/inventory/items", {"names": {"en": name, "zh": name}, "unit": unit, **more})
    assert answer.status == 201, answer.body
    return int(answer["id"])


async def stock(who: Tablet, item_id: int, quantity: float, **more: Any) -> None:
    said = {"items": [{"itemId": item_id, "quantity": quantity, **more}]}
    answer = await who.post("/api/inventory/receive", said)
    assert answer.status == 200, answer.body


async def levels(who: Tablet) -> dict[int, float]:
    return {each["itemId"]: each["onHand"] for each in (await who.get("/api/inventory"))["items"]}


async def recipe(who: Tablet, of: str, *takes: tuple[int, float], **more: Any) -> None:
    items = [{"itemId": item_id, "quantity": quantity} for item_id, quantity in takes]
    answer = await who.put(f"/api/recipes/{of}", {"items": items, **more})
    assert answer.status == 200, answer.body


async def negroni(swan: Swan, who: Tablet) -> tuple[int, int, int]:
    """30 ml each of gin, vermouth and Campari; 700 ml of each there."""
    made = [await item(who, name, policy="refuse", lowAt=100) for name in ("Gin", "Vermouth", "Campari")]
    for each in made:
        await stock(who, each, 700, amount=9800)
    await recipe(who, f"products/{swan.products['Negroni']}", *((each, 30) for each in made))
    gin, vermouth, campari = made
    return gin, vermouth, campari


async def test_a_cocktail_takes_its_pours_and_the_menu_tells_how_many_are_left(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    gin, vermouth, campari = await negroni(swan, max_)
    order = await wei.post("/api/orders", {"items": [swan.item("Negroni", 2), swan.item("Tsingtao")]})
    assert order.status == 201, order.body
    there = await levels(max_)
    assert [there[each] for each in (gin, vermouth, campari)] == [640, 640, 640]
    menu = {each["name"]: each["stock"] for each in (await wei.get("/api/menu"))["products"]}
    assert (menu["Negroni"], menu["Tsingtao"], menu["Fries"]) == (21, 23, None)
    await max_.post("/api/inventory/count", {"items": [{"itemId": campari, "quantity": 75}]})
    refused = await wei.post("/api/orders", {"items": [swan.item("Negroni", 3)]}, Accept_Language="zh-CN")
    assert (refused.status, refused["code"], refused["error"]) == (
        400,
        "insufficient_stock",
        "内格罗尼（Campari） 库存不足",
    )
    (short,) = refused["items"]
    assert (short["itemId"], short["requested"], short["left"]) == (swan.products["Negroni"], 3, 2)
    assert [(each["name"], each["requested"], each["left"]) for each in short["lacks"]] == [("Campari", 90, 75)]
    proof = await max_.get("/api/inventory/proof")
    assert (proof["differences"], proof["moves"] > 0) == ([], True)
