"""What a drink is made of leaves the shelf to the millilitre, and what cannot be made is refused by name."""

from typing import Any

from barbox.core.clock import days_after
from barbox.core.transaction import Transaction
from barbox.stock.jobs import prove
from barbox.stock.models import StockDay, StockLevel
from barbox.stock.queries import product_costs
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


async def consumed(swan: Swan) -> dict[tuple[int, str], int]:
    """Of each item, by kind, what the day took (thousandths, what left the shelf being negative)."""

    def read(tx: Transaction) -> dict[tuple[int, str], int]:
        rows = tx.run(StockDay.select(StockDay.item_id, StockDay.kind, StockDay.quantity))
        return {(row[0], row[1]): row[2] for row in rows if row[2]}

    return await swan.database.write(read)


async def test_what_is_voided_comped_or_drunk_by_staff_is_booked_as_such(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    gin, *_ = await negroni(swan, max_)
    order = await max_.post("/api/orders", {"items": [swan.item("Negroni", quantity) for quantity in (1, 2, 3, 4)]})
    path, lines = f"/api/orders/{order['orderId']}", [line["lineId"] for line in order["items"]]
    await max_.post(f"{path}/lines/status", {"lineIds": [lines[1]], "status": "ready"})
    await max_.post(f"{path}/void", {"lineIds": lines[:2], "reason": "wrong table"})
    await max_.post(f"{path}/comp", {"lineIds": [lines[2]], "reason": "birthday"})
    await max_.post(f"{path}/comp", {"lineIds": [lines[3]], "reason": "after work", "staff": True})
    found = {kind: quantity for (item_id, kind), quantity in (await consumed(swan)).items() if item_id == gin}
    assert found == {
        "receive": 700_000,
        "sale": -30_000,  # the one that went back
        "void_back": 30_000,
        "waste": -60_000,
        "comp": -90_000,
        "staff": -120_000,
    }
    assert (await levels(max_))[gin] == 700 - 60 - 90 - 120
    await max_.post(f"{path}/void", {"lineIds": [lines[2]], "reason": "not made after all"})
    assert (gin, "comp") not in await consumed(swan), "a gift that was never made is nobody's consumption"
    history = await max_.get(f"/api/inventory/items/{gin}/moves")
    kinds = [(each["kind"], each["day"], each["quantity"]) for each in history["moves"]]
    assert ("sale", True, -30) in kinds
    assert ("waste", False, -60) in kinds


async def test_a_gift_made_larger_before_it_was_sent_is_a_larger_gift(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    gin, *_ = await negroni(swan, max_)
    order = await max_.post("/api/orders", {"items": [swan.item("Negroni", hold=True)]})
    path, line = f"/api/orders/{order['orderId']}", order["items"][0]["lineId"]
    given = await max_.post(f"{path}/comp", {"lineIds": [line], "reason": "birthday"})
    more = {"version": given["version"], "changes": [{"lineId": line, "quantity": 3}]}
    assert (await max_.put(path, more)).status == 200
    found = {kind: quantity for (item_id, kind), quantity in (await consumed(swan)).items() if item_id == gin}
    assert found == {"receive": 700_000, "comp": -90_000}


async def test_a_beer_by_size_and_a_drink_with_another_gin_take_what_they_are_made_of(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    keg, dry, old = await item(max_, "Lager keg"), await item(max_, "Dry gin"), await item(max_, "Old gin")
    tonic = await item(max_, "Tonic")
    for each in (keg, dry, old, tonic):
        await stock(max_, each, 1000)
    sizes = [{"names": {"en": "half"}, "price": -1000}, {"names": {"en": "pint"}}]
    gins = [{"names": {"en": "dry"}}, {"names": {"en": "old"}, "price": 800}]
    groups = []
    for kind, modifiers in (("size", sizes), ("choice", gins)):
        body = {"names": {"en": kind}, "modifiers": modifiers, "minimum": 1, "maximum": 1, "kind": kind}
        groups.append((await max_.post("/api/menu/groups", body))["id"])
    products = []
    for name, group in (("Lager", groups[0]), ("Gin & Tonic", groups[1])):
        body = {"categoryId": 1, "names": {"en": name}, "price": 4000, "taxRateId": 1, "groupIds": [group]}
        products.append((await max_.post("/api/menu/products", body))["id"])
    lager, highball = products
    by_id = {group["id"]: group for group in (await wei.get("/api/menu"))["groups"]}
    (half, pint), (with_dry, with_old) = ([each["id"] for each in by_id[group]["modifiers"]] for group in groups)
    await recipe(max_, f"products/{lager}/choices/{half}", (keg, 250))
    await recipe(max_, f"products/{lager}/choices/{pint}", (keg, 500))
    await recipe(max_, f"products/{highball}", (tonic, 150))
    await recipe(max_, f"products/{highball}/choices/{with_dry}", (dry, 50))
    await recipe(max_, f"products/{highball}/choices/{with_old}", (old, 50))
    menu = {each["id"]: each["stock"] for each in (await wei.get("/api/menu"))["products"]}
    assert (menu[lager], menu[highball]) == (4, 6)
    asked = [(lager, pint), (lager, half), (highball, with_old)]
    items = [{"itemId": product, "modifiers": [chosen]} for product, chosen in asked]
    assert (await wei.post("/api/orders", {"items": items})).status == 201
    there = await levels(max_)
    assert [there[each] for each in (keg, dry, old, tonic)] == [250, 1000, 950, 850]
    left = [(dry, 20), (old, 130)]
    counted = {"items": [{"itemId": each, "quantity": quantity} for each, quantity in left]}
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await max_.post("/api/inventory/count", counted)
        told = await feed.until(lambda each: each["kind"] == "stock.changed")
        assert (told["subject"], told["data"]["onHand"]) == (f"product:{highball}", 2), "of the gin there is most of"
    assert {each["id"]: each["stock"] for each in (await wei.get("/api/menu"))["products"]}[highball] == 2
    used = await max_.delete(f"/api/inventory/items/{old}")
    assert (used.status, used["code"]) == (409, "wrong_state")
    refused = await wei.post("/api/orders", {"items": [{"itemId": lager, "modifiers": [pint]}]})
    assert (refused["code"], refused["items"][0]["left"]) == ("insufficient_stock", 0)
    assert (await wei.post("/api/orders", {"items": [{"itemId": lager, "modifiers": [half]}]})).status == 201


async def test_a_premix_is_produced_at_what_it_costs_and_the_drink_made_of_it_too(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    sugar, lime = await item(max_, "Sugar", "g"), await item(max_, "Lime", "piece")
    syrup = await item(max_, "Lime syrup", kind="premix")
    await stock(max_, sugar, 1000, amount=1200)
    await stock(max_, lime, 10, amount=2000)
    await recipe(max_, f"items/{syrup}", (sugar, 500), (lime, 4), yields=600)
    circle = await max_.put(f"/api/recipes/items/{syrup}", {"items": [{"itemId": syrup, "quantity": 1}], "yields": 1})
    assert (circle.status, circle["field"]) == (400, "items")
    assert (await max_.post("/api/inventory/produce", {"itemId": syrup, "quantity": 900})).status == 200
    there = await levels(max_)
    assert [there[each] for each in (sugar, lime, syrup)] == [250, 4, 900]
    short = await max_.post("/api/inventory/produce", {"itemId": syrup, "quantity": 600})
    assert (short["code"], [each["name"] for each in short["items"]]) == ("insufficient_stock", ["Sugar"])
    # 600 ml of it cost 600 fen of sugar and 800 of lime: 2.333 fen a ml, 30 ml of it 70 fen.
    await recipe(max_, f"products/{swan.products['Negroni']}", (syrup, 30))
    (drink,) = (await max_.get(f"/api/recipes?productId={swan.products['Negroni']}"))["recipes"]
    net = 6800 - 385  # 6 % included
    assert (drink["cost"], drink["price"], drink["margin"]) == (70, 6800, net - 70)
    assert drink["pourCost"] == round(70 * 10_000 / net)
    await stock(max_, syrup, 900, amount=4200)
    (drink,) = (await max_.get(f"/api/recipes?productId={swan.products['Negroni']}"))["recipes"]
    assert drink["cost"] == 105, "what was dearer moved the average, and with it the drink"


async def test_a_recipe_changed_in_the_middle_of_the_night_leaves_drinks_ordered_before_alone(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    gin, vermouth, campari = await negroni(swan, max_)
    order = await max_.post("/api/orders", {"items": [swan.item("Negroni", hold=True), swan.item("Negroni")]})
    await recipe(max_, f"products/{swan.products['Negroni']}", (gin, 60))
    path, held = f"/api/orders/{order['orderId']}", order["items"][0]["lineId"]
    await max_.put(path, {"version": 1, "changes": [{"lineId": held, "quantity": 2}]})
    assert [(await levels(max_))[each] for each in (gin, vermouth, campari)] == [610, 610, 610]
    await max_.put(path, {"items": [swan.item("Negroni")]})
    assert (await levels(max_))[gin] == 550
    await max_.post(f"{path}/void", {"reason": "fire alarm"})
    assert [(await levels(max_))[each] for each in (gin, vermouth, campari)] == [700, 700, 700]


async def test_the_bar_fetches_from_the_cellar_what_it_lacks_itself(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    beer = swan.products["Tsingtao"]
    carried = {"items": [{"itemId": beer, "quantity": 20}], "fromId": BAR, "toId": CELLAR, "reason": "too warm"}
    assert (await max_.post("/api/inventory/transfer", carried)).status == 200
    more = await max_.post("/api/inventory/transfer", carried)
    assert (more["code"], more["items"][0]["left"]) == ("insufficient_stock", 4)
    assert (await wei.post("/api/orders", {"items": [swan.item("Tsingtao", 10)]})).status == 201
    shelf = next(each for each in (await max_.get("/api/inventory"))["items"] if each["itemId"] == beer)
    assert {each["locationId"]: each["onHand"] for each in shelf["places"]} == {BAR: 0, CELLAR: 14}
    assert (await wei.post("/api/orders", {"items": [swan.item("Tsingtao", 15)]})).status == 400


async def test_a_case_has_its_price_its_crate_and_its_code(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    crate = await item(max_, "Crate", "piece", kind="packaging")
    case = {"names": {"en": "case of 24"}, "quantity": 24, "barcode": "6900000000017", "depositItemId": crate}
    ale = await item(max_, "Ale", "piece", packs=[case], par=48)
    (known,) = (await max_.get(f"/api/inventory/items/{ale}"))["packs"]
    scanned = await max_.get("/api/inventory/barcode?code=6900000000017")
    assert (scanned["itemId"], scanned["packId"], scanned["quantity"]) == (ale, known["id"], 24)
    await stock(max_, ale, 2, packId=known["id"], amount=24_000, code="L7", expiresOn=20270131)
    now = await max_.get(f"/api/inventory/items/{ale}")
    assert (now["cost"], now["lastCost"], now["packs"][0]["price"]) == (500, 500, 12_000)
    await stock(max_, ale, 1, packId=known["id"], amount=15_000)
    assert (await max_.get(f"/api/inventory/items/{ale}"))["cost"] == round((48 * 500 + 24 * 625) / 72, 3)
    assert ((await levels(max_))[ale], (await levels(max_))[crate]) == (72, 3)
    gone = {"items": [{"itemId": crate, "quantity": 2}], "direction": "out", "reason": "to the brewery"}
    assert (await max_.post("/api/inventory/deposit", gone))["items"][0]["onHand"] == 1
    assert (await max_.post("/api/inventory/deposit", gone)).status == 400
    taken = await max_.post("/api/inventory/items", {"names": {"en": "x"}, "barcode": "6900000000017"})
    assert taken.status == 409


async def test_a_mixed_drink_is_sold_out_by_itself_and_back_when_its_bottle_comes(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    gin, *_ = await negroni(swan, max_)
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        of_it = f"product:{swan.products['Negroni']}"
        await max_.post("/api/inventory/count", {"items": [{"itemId": gin, "quantity": 60}]})
        told = await feed.until(lambda each: each["kind"] == "stock.changed" and each["subject"] == of_it)
        assert (told["data"]["onHand"], told["data"]["available"]) == (2, True)
        await wei.post("/api/orders", {"items": [swan.item("Negroni", 2)]})
        told = await feed.until(lambda each: each["kind"] == "stock.changed" and each["subject"] == of_it)
        assert (told["data"]["onHand"], told["data"]["available"]) == (0, False)
        await stock(max_, gin, 700)
        told = await feed.until(lambda each: each["kind"] == "stock.changed" and each["subject"] == of_it)
        assert (told["data"]["onHand"], told["data"]["available"]) == (21, True)
    low = [each for each in (await max_.get("/api/journal?limit=1000"))["events"] if each["kind"] == "stock.low"]
    assert [(each["subject"], each["data"]["onHand"]) for each in low] == [(f"item:{gin}", 60)]


async def test_the_night_proves_the_ledger_and_finds_what_somebody_changed_behind_its_back(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    clock = swan.database.clock

    async def next_night() -> Tablet:
        clock.believed(clock.now() + 24 * 3_600_000, "owner")
        await prove(swan.database)
        return await swan.sign_in("Max")

    def meddle(tx: Transaction) -> None:
        tx.run(StockLevel.update(on_hand=1000).where(StockLevel.item_id == beer))

    max_ = await next_night()
    await prove(swan.database)
    told = [each for each in (await max_.get("/api/journal?limit=1000"))["events"] if each["kind"] == "stock.proved"]
    assert [(each["data"]["moves"], each["data"]["differences"]) for each in told] == [(1, [])], "once a night"
    beer = swan.products["Tsingtao"]
    await swan.database.write(meddle)
    assert (await max_.get("/api/inventory/proof"))["differences"][0]["itemId"] == beer
    max_ = await next_night()
    wrong = [each for each in (await max_.get("/api/journal?limit=1000"))["events"] if each["kind"] == "stock.wrong"]
    assert wrong[0]["data"]["differences"] == [{"itemId": beer, "locationId": BAR, "quantity": -23}]


async def test_a_bottle_may_run_out_with_a_warning(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    bitters = await item(max_, "Bitters", policy="warn")
    await stock(max_, bitters, 3)
    await recipe(max_, f"products/{swan.products['Negroni']}", (bitters, 2))
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        assert (await wei.post("/api/orders", {"items": [swan.item("Negroni", 2)]})).status == 201
        told = await feed.until(lambda each: each["kind"] == "stock.short")
        assert (told["subject"], told["data"]["name"], told["data"]["onHand"]) == (f"item:{bitters}", "Bitters", -1)
    menu = {each["name"]: each["stock"] for each in (await wei.get("/api/menu"))["products"]}
    assert menu["Negroni"] is None, "nothing limits it"


async def test_what_was_taken_off_the_menu_by_hand_stays_off_it_when_goods_come_in(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    beer = swan.products["Tsingtao"]
    await max_.post(f"/api/menu/products/{beer}/sold-out")
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await stock(max_, beer, 24)
        told = await feed.until(lambda each: each["kind"] == "stock.changed")
        assert (told["data"]["onHand"], told["data"]["available"]) == (48, False)


async def test_a_product_renamed_is_called_so_on_the_shelf(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    beer = swan.products["Tsingtao"]
    edit = {"categoryId": 1, "names": {"en": "Tsingtao 1903"}, "price": 2500, "taxRateId": 1}
    assert (await max_.put(f"/api/menu/products/{beer}", edit)).status == 200
    assert (await max_.get(f"/api/inventory/items/{beer}"))["name"] == "Tsingtao 1903"
    await stock(max_, beer, 24, amount=12_000)
    assert (await max_.get(f"/api/inventory/items/{beer}"))["name"] == "Tsingtao 1903"


async def test_what_expires_first_is_used_first_and_told_in_time(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    milk = await item(max_, "Milk", dated=True)
    today = swan.database.days.of(swan.database.clock.now())
    soon, later = days_after(today, 3), days_after(today, 20)
    await stock(max_, milk, 2000, code="A", expiresOn=soon)
    await stock(max_, milk, 1000, code="B", expiresOn=later)
    await recipe(max_, f"products/{swan.products['Negroni']}", (milk, 500))
    await wei.post("/api/orders", {"items": [swan.item("Negroni", 3)]})

    async def told(query: str = "") -> list[tuple[str, float]]:
        return [(each["code"], each["left"]) for each in (await wei.get(f"/api/inventory/batches{query}"))["batches"]]

    assert await told() == [("A", 500), ("B", 1000)]
    assert await told("?within=7") == [("A", 500)]
    (first, _) = (await wei.get("/api/inventory/batches"))["batches"]
    assert (await max_.post(f"/api/inventory/batches/{first['id']}/finish")).status == 200
    assert await told() == [("B", 1000)]
    assert (await max_.post(f"/api/inventory/batches/{first['id']}/finish")).status == 404


async def test_a_gin_and_tonic_costs_what_the_house_gin_does_and_up_to_the_dearest(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    tonic, house, rare = [await item(max_, name) for name in ("Tonic", "House gin", "Rare gin")]
    await stock(max_, tonic, 1_000, amount=1_000)
    await stock(max_, house, 700, amount=7_000)
    await stock(max_, rare, 700, amount=28_000)
    gins = {"names": {"en": "Gin"}, "minimum": 1, "maximum": 1}
    gins["modifiers"] = [{"names": {"en": "Rare"}, "price": 2_120}, {"names": {"en": "House"}, "price": 0}]
    group = (await max_.post("/api/menu/groups", gins))["id"]
    drink = {"categoryId": 1, "names": {"en": "Gin and tonic"}, "price": 5_300, "taxRateId": 1, "groupIds": [group]}
    product = (await max_.post("/api/menu/products", drink))["id"]
    menu = await max_.get("/api/menu")
    chosen = {each["name"]: each["id"] for found in menu["groups"] for each in found["modifiers"]}
    await recipe(max_, f"products/{product}", (tonic, 200))
    await recipe(max_, f"products/{product}/choices/{chosen['Rare']}", (rare, 50))
    await recipe(max_, f"products/{product}/choices/{chosen['House']}", (house, 50))
    (base,) = [
        each for each in (await max_.get(f"/api/recipes?productId={product}"))["recipes"] if not each["modifierId"]
    ]
    assert (base["price"], base["cost"], base["chosenCost"], base["pourCost"]) == (5_300, 700, 500, 1_400)
    assert (base["costTo"], base["pourCostTo"], base["margin"]) == (2_200, 3_143, 4_300)
    assert await product_cost(swan, product) == 700


async def product_cost(swan: Swan, product: int) -> int:
    """What the menu report and the suggestions reckon with."""
    async with swan.database.snapshot() as snapshot:
        return (await product_costs(snapshot))[product]
