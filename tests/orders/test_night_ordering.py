"""What can be ordered besides a plain product: sizes, sets, open prices, the same again, happy hour's ends."""

import asyncio
import re
from typing import Any

from barbox.core.http import DATABASE
from barbox.core.transaction import Transaction
from barbox.menu.commands import (
    EditGroup,
    EditModifier,
    EditPriceRule,
    EditProduct,
    save_group,
    save_price_rule,
    save_product,
)
from barbox.menu.models import Modifier
from barbox.stock.commands import StockChange, StockItem, receive
from tests.bar import Swan

EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]


async def write(swan: Swan, command: Any, *args: Any) -> Any:
    return await swan.running.app[DATABASE].write(command, *args)


async def test_half_a_pint_costs_less_takes_half_and_keeps_happy_hour_right(swan: Swan) -> None:
    def draught(tx: Transaction) -> tuple[int, int, int]:
        sizes = [EditModifier({"en": "pint"}, takes=1), EditModifier({"en": "half"}, -1500, takes=0.5)]
        group = save_group(tx, None, EditGroup({"en": "Size"}, sizes, 1, 1, "size")).id
        ale = save_product(tx, None, EditProduct(1, {"en": "Pale Ale"}, 4000, 1, group_ids=[group])).id
        receive(tx, StockChange([StockItem(ale, 10)]))
        save_price_rule(tx, None, EditPriceRule({"en": "Happy"}, EVERY_DAY, 0, 1440, "percent", 5000, product_id=ale))
        pint, half = _modifiers(tx, group)
        return ale, pint, half

    ale, pint, half = await write(swan, draught)
    wei, ana = await swan.sign_in("Wei"), await swan.sign_in("Ana")
    items = [{"itemId": ale, "modifiers": [pint]}, {"itemId": ale, "quantity": 3, "modifiers": [half]}]
    order = await wei.post("/api/orders", {"tab": "Lin", "items": items})
    assert order.status == 201, order.body
    assert [line["price"] for line in order["items"]] == [2000, 1250]
    shown = next(each for each in (await wei.get("/api/menu"))["products"] if each["id"] == ale)
    told = {each["modifierId"]: each["price"] for each in shown["sizes"]}
    assert told == {pint: 2000, half: 1250}, "the tablet shows what is charged"
    left = {each["itemId"]: each["onHand"] for each in (await ana.get("/api/inventory"))["items"]}
    assert left[ale] == 10 - 1 - 1.5
    off = {"kind": "percent", "value": 1000, "reason": "regular", "lineIds": [order["items"][0]["lineId"]]}
    double = await ana.post(f"/api/orders/{order['orderId']}/discount", off)
    assert (double.status, double["code"]) == (409, "wrong_state")
    await ana.post(f"/api/orders/{order['orderId']}/void", {"reason": "left"})
    left = {each["itemId"]: each["onHand"] for each in (await ana.get("/api/inventory"))["items"]}
    assert left[ale] == 10


def _modifiers(tx: Transaction, group_id: int) -> list[int]:
    query = Modifier.select(Modifier.id).where(Modifier.group_id == group_id).order_by(Modifier.sort)
    return [row[0] for row in tx.run(query)]


async def lunch(swan: Swan) -> tuple[int, list[int]]:
    """A set for 58: one of two dishes and a drink."""

    def make(tx: Transaction) -> tuple[int, list[int]]:
        dishes = [
            EditModifier({"en": "Chicken"}, 0, product_id=swan.products["Kung Pao Chicken"]),
            EditModifier({"en": "Fries"}, 0, product_id=swan.products["Fries"]),
        ]
        drinks = [EditModifier({"en": "Beer"}, 500, product_id=swan.products["Tsingtao"])]
        groups = [
            save_group(tx, None, EditGroup({"en": "Dish"}, dishes, 1, 1, "set")).id,
            save_group(tx, None, EditGroup({"en": "Drink"}, drinks, 1, 1, "set")).id,
        ]
        menu = save_product(tx, None, EditProduct(2, {"en": "Lunch", "zh": "套餐"}, 5800, 1, group_ids=groups)).id
        return menu, [each for group in groups for each in _modifiers(tx, group)]

    made: tuple[int, list[int]] = await write(swan, make)
    return made


async def test_a_set_menu_is_made_at_each_station_and_priced_once(swan: Swan) -> None:
    menu, (chicken, _, beer) = await lunch(swan)
    max_ = await swan.sign_in("Max")
    parts = [{"choice": chicken, "modifiers": [swan.modifiers["hot"]], "note": "no nuts"}]
    item = {"itemId": menu, "modifiers": [chicken, beer], "parts": parts}
    order = await max_.post("/api/orders", {"tableId": swan.tables["T1"], "items": [item]})
    assert order.status == 201, order.body
    assert order["totalAmount"] == 6300
    whole, dish, drink = order["items"]
    assert (dish["parentId"], drink["parentId"]) == (whole["lineId"], whole["lineId"])
    assert [line["stationName"] for line in order["items"]] == [None, "Kitchen", "Bar"]
    assert (dish["note"], dish["modifiers"][0]["name"], dish["amount"]) == ("no nuts", "hot", 0)
    again = await max_.post(f"/api/orders/{order['orderId']}/again")
    assert (again.status, again["totalAmount"], len(again["items"])) == (200, 12600, 6)
    gone = await max_.post(
        f"/api/orders/{order['orderId']}/void", {"lineIds": [drink["lineId"]], "reason": "they left"}
    )
    assert gone["totalAmount"] == 6300
    assert [line["status"] for line in gone["items"]] == ["void"] * 3 + ["preparing"] * 3
    assert [line["quantity"] for line in order["items"]] == [1, 1, 1]
    nowhere = {**item, "parts": [{"choice": 999}]}
    assert (await max_.post("/api/orders", {"items": [nowhere]})).status == 400


async def test_a_bucket_has_several_of_a_kind_and_the_better_gin_costs_more_in_a_set_too(swan: Swan) -> None:
    def make(tx: Transaction) -> tuple[int, list[int], list[int]]:
        gins = [EditModifier({"en": "House gin"}), EditModifier({"en": "Monkey 47"}, 2800)]
        gin = save_group(tx, None, EditGroup({"en": "Gin"}, gins, 1, 1)).id
        tonic = save_product(tx, None, EditProduct(1, {"en": "Gin & Tonic"}, 5800, 1, group_ids=[gin])).id
        six = [EditModifier({"en": "Beer"}, product_id=swan.products["Tsingtao"])]
        long = [EditModifier({"en": "Gin & Tonic"}, product_id=tonic)]
        groups = [
            save_group(tx, None, EditGroup({"en": "Six beers"}, six, 6, 6, "set")).id,
            save_group(tx, None, EditGroup({"en": "A long drink"}, long, 1, 1, "set")).id,
        ]
        menu = save_product(tx, None, EditProduct(1, {"en": "Bucket"}, 20_000, 1, group_ids=groups)).id
        return menu, [each for group in groups for each in _modifiers(tx, group)], _modifiers(tx, gin)

    menu, (beer, long), (house, monkey) = await write(swan, make)
    wei, max_ = await swan.sign_in("Wei"), await swan.sign_in("Max")
    item = {"itemId": menu, "modifiers": [beer] * 6 + [long], "parts": [{"choice": long, "modifiers": [monkey]}]}
    order = await wei.post("/api/orders", {"tab": "Lin", "items": [{**item, "quantity": 2}]})
    assert order.status == 201, order.body
    assert [(line["quantity"], line["amount"]) for line in order["items"]] == [(2, 45_600), (12, 0), (2, 0)]
    path, drink = f"/api/orders/{order['orderId']}", order["items"][2]["lineId"]
    change = {"version": order["version"], "changes": [{"lineId": drink, "modifiers": [house]}]}
    assert (await wei.put(path, change)).status == 403, "for less by who may take back"
    cheaper = await max_.put(path, change)
    assert (cheaper["totalAmount"], cheaper["items"][2]["amount"]) == (40_000, 0)
    again = await wei.post(f"{path}/again")
    assert (again["totalAmount"], again["items"][4]["quantity"]) == (80_000, 12)
    more = await wei.put(path, {"items": [swan.item("Fries")]})
    tenders = [{"method": "card", "amount": more["totalAmount"]}]
    assert (await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": tenders})).status == 201
    receipt = (await asyncio.to_thread(swan.printers["till"].wait_for_papers, 1))[0].text
    told = re.findall("Bucket|Tsingtao|Tonic|House|Monkey|Fries", receipt)
    assert told == ["Bucket", "Tsingtao", "Tonic", "House", "Bucket", "Tsingtao", "Tonic", "House", "Fries"]


async def test_an_open_price_is_asked_for_and_only_where_it_belongs(swan: Swan) -> None:
    body = EditProduct(1, {"en": "Corkage"}, 0, 1, open_price=True)
    corkage = (await write(swan, save_product, None, body)).id
    wei = await swan.sign_in("Wei")
    missing = await wei.post("/api/orders", {"items": [{"itemId": corkage}]})
    assert (missing.status, missing["field"]) == (400, "items[0].price")
    order = await wei.post("/api/orders", {"items": [{"itemId": corkage, "price": 8800, "quantity": 2}]})
    assert order["totalAmount"] == 17600
    again = await wei.post(f"/api/orders/{order['orderId']}/again")
    assert again["totalAmount"] == 35200
    cheap = await wei.post("/api/orders", {"items": [swan.item("Negroni", price=1)]})
    assert (cheap.status, cheap["field"]) == (400, "items[0].price")


async def test_the_same_again_is_the_last_round_only(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"tab": "Lin", "items": [swan.item("Fries"), swan.item("Negroni")]})
    path = f"/api/orders/{order['orderId']}"
    await wei.put(path, {"items": [swan.item("Tsingtao", 2)]})
    last = await wei.post(f"{path}/again", {})
    assert [line["name"] for line in last["items"]] == ["Fries", "Negroni", "Tsingtao", "Tsingtao"]
    fries = last["items"][0]["lineId"]
    named = await wei.post(f"{path}/again", {"lineIds": [fries]})
    assert [line["name"] for line in named["items"]][-1] == "Fries"


async def test_a_tab_stands_under_a_name_a_card_or_a_member(swan: Swan) -> None:
    wei, max_ = await swan.sign_in("Wei"), await swan.sign_in("Max")
    beer = [swan.item("Tsingtao")]
    card = await wei.post("/api/orders", {"tab": "Card 4711", "customerInfo": {"card": "4711"}, "items": beer})
    assert (card["tab"], card["customerInfo"]) == ("Card 4711", {"card": "4711"})
    apart = {"lines": [{"lineId": card["items"][0]["lineId"]}]}
    await wei.put(f"/api/orders/{card['orderId']}", {"items": beer})
    split = (await wei.post(f"/api/orders/{card['orderId']}/split", apart))["new"]
    assert split["customerInfo"] == {"card": "4711"}, "the card lies behind the bar for both"
    member = (await max_.post("/api/members", {"name": "Lin", "phone": "13800000001"}))["id"]
    theirs = await wei.post("/api/orders", {"tab": "Lin", "memberId": member, "items": []})
    assert (theirs["memberId"], theirs["items"]) == (member, [])
    found = (await wei.get("/api/orders?status=open"))["orders"]
    assert [each["tab"] for each in found] == ["Card 4711", "Card 4711", "Lin"]


async def test_quantities_are_decimal_only_where_the_unit_allows(swan: Swan) -> None:
    prawns = (await write(swan, save_product, None, EditProduct(2, {"en": "Prawns"}, 10000, 1, unit="kg"))).id
    wei = await swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"items": [{"itemId": prawns, "quantity": 0.355}]})
    assert order["totalAmount"] == 3550
    half = await wei.post("/api/orders", {"items": [swan.item("Tsingtao", 0.5)]})
    assert (half.status, half["field"]) == (400, "items[0].quantity")


async def test_a_barcode_finds_its_product_and_stands_on_one_only(swan: Swan) -> None:
    body = EditProduct(1, {"en": "Cola"}, 1200, 1, barcode="6901234567892", age=0)
    cola = (await write(swan, save_product, None, body)).id
    wei, ana = await swan.sign_in("Wei"), await swan.sign_in("Ana")
    assert (await wei.get("/api/menu/barcode?code=6901234567892"))["itemId"] == cola
    assert (await wei.get("/api/menu/barcode?code=1")).status == 404
    twin = {"categoryId": 1, "names": {"en": "Twin"}, "price": 1, "taxRateId": 1, "barcode": "6901234567892"}
    assert (await ana.post("/api/menu/products", twin)).status == 409


async def test_an_age_check_is_on_the_menu_and_in_the_journal(swan: Swan) -> None:
    whisky = (await write(swan, save_product, None, EditProduct(1, {"en": "Whisky"}, 5000, 1, age=18))).id
    wei, ana = await swan.sign_in("Wei"), await swan.sign_in("Ana")
    menu = (await wei.get("/api/menu"))["products"]
    assert next(each["age"] for each in menu if each["id"] == whisky) == 18
    await wei.post("/api/orders", {"items": [{"itemId": whisky}], "ageChecked": True})
    events = (await ana.get("/api/journal?limit=1000"))["events"]
    assert next(each for each in events if each["kind"] == "order.placed")["data"]["ageChecked"]
