"""What was sold, against what it took from the shelf on the day it left it."""

import csv
import io
from typing import Any

from barbox.core.statements import Statement
from barbox.core.transaction import Transaction
from barbox.menu.commands import EditGroup, EditModifier, EditProduct, save_group, save_product
from barbox.menu.queries import load_catalogue
from tests.bar import Swan, Tablet

LEDGER = """SELECT kind, -sum(value) FROM stock_day WHERE kind IN ('sale', 'void_back', 'comp', 'staff', 'waste')
  GROUP BY 1 ORDER BY 1"""


async def stocked(who: Tablet, name: str, amount: int, quantity: float = 700) -> int:
    body = {"names": {"en": name}, "unit": "ml"}
    item = int((await who.post("/api/inventory/items", body))["id"])
    await received(who, item, amount, quantity)
    return item


async def received(who: Tablet, item: int, amount: int, quantity: float = 700) -> None:
    came = {"items": [{"itemId": item, "quantity": quantity, "amount": amount}]}
    assert (await who.post("/api/inventory/receive", came)).status == 200


async def takes(who: Tablet, of: str, item: int, quantity: float) -> None:
    said = {"items": [{"itemId": item, "quantity": quantity}]}
    assert (await who.put(f"/api/recipes/{of}", said)).status == 200


async def paid(who: Tablet, items: list[dict[str, Any]]) -> Any:
    order = await who.post("/api/orders", {"items": items})
    assert order.status == 201, order.body
    tender = {"method": "card", "amount": order["totalAmount"]}
    answer = await who.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
    assert answer.status == 201, answer.body
    return order


async def test_a_sale_costs_what_its_gin_cost_that_day_and_a_dearer_delivery_changes_only_what_follows(
    swan: Swan,
) -> None:
    max_ = await swan.sign_in("Max")
    gin = await stocked(max_, "Gin", 14_000)
    await takes(max_, f"products/{swan.products['Negroni']}", gin, 50)
    await paid(max_, [swan.item("Negroni", 2), swan.item("Fries")])
    (negroni,) = [each for each in (await max_.get("/api/reports/pour-cost"))["products"] if each["cost"] is not None]
    assert (negroni["key"], negroni["quantity"], negroni["cost"]) == (swan.products["Negroni"], 2, 2_000)
    assert negroni["pourCost"] == round(2_000 * 10_000 / negroni["net"])
    assert negroni["margin"] == negroni["net"] - 2_000

    await received(max_, gin, 140_000, 600)  # the average is now 0.20 + much
    before = (await max_.get("/api/reports/pour-cost"))["total"]
    assert before["cost"] == 2_000
    await paid(max_, [swan.item("Negroni")])
    told = await max_.get("/api/reports/pour-cost")
    price = (await max_.get(f"/api/inventory/items/{gin}"))["cost"]
    assert told["total"]["cost"] == round(2_000 + 50 * price)
    assert told["total"]["unknown"] == next(each["net"] for each in told["products"] if each["cost"] is None) > 0
    category = next(each for each in told["categories"] if each["key"] == negroni["categoryId"])
    assert category["cost"] == told["total"]["cost"]
    assert told["since"] is None

    answer = await max_.get("/api/reports/pour-cost/file?format=csv&language=en")
    table = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert table[-1]["Category"] == "Total"
    assert float(table[-1]["Cost"]) * 100 == told["total"]["cost"]
    assert float(table[-1]["Pour cost %"]) * 100 == told["total"]["pourCost"]
    assert (await max_.get("/api/reports/pour-cost?from=2020-01-01&to=2020-01-02"))["products"] == []
    wei = await swan.sign_in("Wei")
    assert (await wei.get("/api/reports/pour-cost")).status == 403


async def test_what_was_given_away_or_taken_back_is_no_cost_of_a_sale(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    gin = await stocked(max_, "Gin", 14_000)
    await takes(max_, f"products/{swan.products['Negroni']}", gin, 50)
    order = await max_.post("/api/orders", {"items": [swan.item("Negroni") for _ in range(4)]})
    first, second, third, _ = [line["lineId"] for line in order["items"]]
    path = f"/api/orders/{order['orderId']}"
    assert (await max_.post(f"{path}/comp", {"lineIds": [first], "reason": "birthday"})).status == 200
    assert (await max_.post(f"{path}/comp", {"lineIds": [second], "reason": "after work", "staff": True})).status == 200
    assert (await max_.post(f"{path}/void", {"lineIds": [third], "reason": "wrong"})).status == 200
    total = (await max_.get(path))["totalAmount"]
    tender = {"method": "card", "amount": total}
    assert (await max_.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})).status == 201
    told = (await max_.get("/api/reports/pour-cost"))["total"]
    assert (told["cost"], told["given"], told["quantity"]) == (1_000, 2_000, 1)
    assert await swan.database.write(sums) == {"comp": 1_000, "sale": 2_000, "staff": 1_000, "void_back": -1_000}


async def test_the_courses_of_a_set_menu_are_what_the_set_costs(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    gin = await stocked(max_, "Gin", 14_000)
    await takes(max_, f"products/{swan.products['Negroni']}", gin, 50)

    def lunch(tx: Transaction) -> tuple[int, int]:
        courses = [EditModifier({"en": "Negroni"}, product_id=swan.products["Negroni"])]
        group = save_group(tx, None, EditGroup({"en": "Drink"}, courses, 1, 1, "set")).id
        product = save_product(tx, None, EditProduct(2, {"en": "Lunch"}, 5_300, 1, group_ids=[group])).id
        (modifier,) = tx.cached(load_catalogue).products[product].groups[0].modifiers
        return product, modifier.id

    menu, drink = await swan.database.write(lunch)
    await paid(max_, [{"itemId": menu, "modifiers": [drink]}])
    gone = await max_.post("/api/orders", {"items": [{"itemId": menu, "modifiers": [drink]}]})
    ids = [line["lineId"] for line in gone["items"]]
    assert (await max_.post(f"/api/orders/{gone['orderId']}/void", {"lineIds": ids, "reason": "late"})).status == 200
    told = {each["key"]: each for each in (await max_.get("/api/reports/pour-cost"))["products"]}
    assert (told[menu]["net"], told[menu]["cost"], told[menu]["pourCost"]) == (5_000, 1_000, 2_000)
    assert swan.products["Negroni"] not in told


def sums(tx: Transaction) -> dict[str, int]:
    """By kind, in minor units: what products cost is what the ledger's moves are worth."""
    by_product = dict(tx.execute(Statement("SELECT kind, sum(spent) FROM cost_day GROUP BY 1 ORDER BY 1", ())))
    assert by_product == dict(tx.execute(Statement(LEDGER, ())))
    return {kind: spent // 1_000_000 for kind, spent in by_product.items()}
