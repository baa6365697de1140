"""What became of the stock: by recipe, by gift, by accident, and unexplained."""

from barbox.core.transaction import Transaction
from barbox.stock.commands import StockChange, StockItem, receive
from tests.bar import Swan, Tablet


async def gin_in_negronis(swan: Swan, who: Tablet) -> int:
    """700 ml at 0.20 a ml; a Negroni takes 30."""
    gin = int((await who.post("/api/inventory/items", {"names": {"en": "Gin", "zh": "金酒"}, "unit": "ml"}))["id"])
    came = {"items": [{"itemId": gin, "quantity": 700, "amount": 14_000}]}
    assert (await who.post("/api/inventory/receive", came)).status == 200
    takes = {"items": [{"itemId": gin, "quantity": 30}]}
    assert (await who.put(f"/api/recipes/products/{swan.products['Negroni']}", takes)).status == 200
    return gin


async def test_what_is_gone_is_told_by_how_it_went_and_what_is_missing_beside_it(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    gin = await gin_in_negronis(swan, max_)
    order = await wei.post(
        "/api/orders", {"items": [swan.item("Negroni", 3), swan.item("Negroni"), swan.item("Tsingtao")]}
    )
    ids = [line["lineId"] for line in order["items"]]
    gift = {"lineIds": [ids[1]], "reason": "birthday"}
    assert (await max_.post(f"/api/orders/{order['orderId']}/comp", gift)).status == 200
    for reason, quantity in (("fell", 50), ("fell", 20), ("corked", 10)):
        thrown = {"items": [{"itemId": gin, "quantity": quantity}], "reason": reason}
        assert (await max_.post("/api/inventory/waste", thrown)).status == 200
    assert (await max_.post("/api/inventory/count", {"items": [{"itemId": gin, "quantity": 460}]})).status == 200

    told = await max_.get("/api/inventory/consumption", Accept_Language="zh-CN")
    used = next(each for each in told["items"] if each["itemId"] == gin)
    assert used["name"] == "金酒"
    assert [used[name] for name in ("sold", "comped", "staff", "wasted", "produced")] == [90, 30, 0, 80, 0]
    assert [used[name] for name in ("theoretical", "difference", "actual")] == [200, -40, 240]
    assert [used[name] for name in ("value", "wasteValue", "differenceValue")] == [4_000, 1_600, -800]
    beer = next(each for each in told["items"] if each["itemId"] == swan.products["Tsingtao"])
    assert (used["counted"], beer["counted"]) == (True, False)
    assert [(each["kind"], each["share"]) for each in used["causes"]] == [("overpoured", 0.2)]
    table = (await max_.get("/api/inventory/consumption/file", Accept_Language="zh-CN")).body.decode("utf-8-sig")
    assert table.splitlines()[1] == "金酒,毫升,90,30,0,80,0,200,240,-40,40.00,-8.00"
    drinks = next(each for each in told["kinds"] if each["kind"] == "drink")
    assert (drinks["value"], drinks["wasteValue"], drinks["differenceValue"]) == (4_000, 1_600, -800)

    waste = await max_.get("/api/inventory/waste")
    assert [(each["reason"], each["staff"], each["moves"], each["value"]) for each in waste["rows"]] == [
        ("fell", "Max", 2, 1_400),
        ("corked", "Max", 1, 200),
    ]
    assert [(each["itemId"], each["quantity"], each["value"]) for each in waste["items"]] == [(gin, 80, 1_600)]
    assert (await max_.get("/api/inventory/waste/file")).body.decode("utf-8-sig").splitlines() == [
        "Reason,Person,Times,Value",
        "fell,Max,2,14.00",
        "corked,Max,1,2.00",
    ]
    assert (await max_.get("/api/inventory/waste?from=2020-01-01&to=2020-01-02"))["rows"] == []
    assert (await wei.get("/api/inventory/consumption")).status == 403


async def test_what_stands_there_unused_is_dead_and_what_has_just_come_is_not(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    old, new = [
        int((await max_.post("/api/inventory/items", {"names": {"en": name}, "unit": "ml"}))["id"])
        for name in ("Blue curaçao", "Mezcal")
    ]
    ago = swan.database.clock.now() - 100 * 86_400_000

    def came(tx: Transaction) -> None:
        tx.then(ago)
        receive(tx, StockChange([StockItem(old, 700, amount=7_000)]))

    await swan.database.write(came)
    await max_.post("/api/inventory/receive", {"items": [{"itemId": new, "quantity": 700, "amount": 20_000}]})
    told = await max_.get("/api/inventory/dead?days=90")
    assert [(each["itemId"], each["onHand"], each["value"], each["lastUsed"]) for each in told["items"]] == [
        (old, 700, 7_000, None)
    ]
    assert told["value"] == 7_000
    line = (await max_.get("/api/inventory/dead/file?days=90")).body.decode("utf-8-sig").splitlines()[1]
    assert line.startswith("Blue curaçao,ml,700,70.00,never,")
    assert told["items"][0]["lastReceived"] == swan.database.days.of(ago)
    await max_.post("/api/inventory/waste", {"items": [{"itemId": old, "quantity": 10}], "reason": "sticky"})
    assert (await max_.get("/api/inventory/dead?days=90"))["items"] == []


async def test_whoever_stands_behind_the_bar_writes_down_what_fell(swan: Swan) -> None:
    max_, wei, bob = await swan.sign_in("Max"), await swan.sign_in("Wei"), await swan.sign_in("Bob")
    gin = await gin_in_negronis(swan, max_)
    fell = {"items": [{"itemId": gin, "quantity": 700}], "reason": "fell"}
    assert (await wei.post("/api/inventory/waste", fell)).status == 403
    assert (await bob.post("/api/inventory/waste", fell)).status == 200
    assert (await bob.post("/api/inventory/count", fell)).status == 403
    (row,) = (await max_.get("/api/inventory/waste"))["rows"]
    assert (row["staff"], row["value"]) == ("Bob", 14_000)
