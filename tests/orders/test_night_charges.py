"""Discounts, service, cover charge, minimum spend: what the guest sees, and that it always adds up."""

from typing import Any

import pytest

from barbox.core.http import DATABASE
from barbox.floor.commands import EditArea, save_area
from tests.bar import Swan


async def booth(swan: Swan, **charges: Any) -> None:
    """The hall takes these charges from now on."""
    area = EditArea({"en": "Hall", "zh": "大厅"}, **charges)
    await swan.running.app[DATABASE].write(save_area, 1, area)


async def two_beers_and_a_negroni(swan: Swan, **more: Any) -> dict[str, Any]:
    return {"tableId": swan.tables["T1"], "items": [swan.item("Tsingtao", 2), swan.item("Negroni")], **more}


async def test_ten_percent_off_the_order_is_spread_and_taxed_once(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    order = (await max_.post("/api/orders", await two_beers_and_a_negroni(swan))).body
    off = {"kind": "percent", "value": 1000, "reason": "regulars"}
    less = await max_.post(f"/api/orders/{order['orderId']}/discount", off)
    assert less.status == 200, less.body
    assert (less["subtotal"], less["discountAmount"], less["totalAmount"]) == (11800, 1180, 10620)
    (tax,) = less["taxes"]
    assert tax["base"] + tax["tax"] == 10620
    assert less["discount"]["reason"] == "regulars"
    back = await max_.post(f"/api/orders/{order['orderId']}/discount", {**off, "value": 0})
    assert back["totalAmount"] == 11800


async def test_a_line_with_its_own_discount_gets_no_second_one(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    order = (await max_.post("/api/orders", await two_beers_and_a_negroni(swan))).body
    negroni = order["items"][1]["lineId"]
    own = {"kind": "amount", "value": 800, "reason": "too warm", "lineIds": [negroni]}
    await max_.post(f"/api/orders/{order['orderId']}/discount", own)
    whole = {"kind": "percent", "value": 5000, "reason": "birthday"}
    less = await max_.post(f"/api/orders/{order['orderId']}/discount", whole)
    assert less["discountAmount"] == 800 + 2500
    assert less["items"][1]["discountAmount"] == 800


async def test_a_waiter_may_not_give_a_discount(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = (await wei.post("/api/orders", await two_beers_and_a_negroni(swan))).body
    off = {"kind": "percent", "value": 1000, "reason": "friends"}
    refused = await wei.post(f"/api/orders/{order['orderId']}/discount", off)
    assert (refused.status, refused["permission"]) == (403, "order.discount")
    sly = await wei.put(f"/api/orders/{order['orderId']}", {"version": order["version"], "discount": off})
    assert (sly.status, sly["permission"]) == (403, "order.discount")


async def test_a_booth_has_service_cover_charge_and_a_minimum_spend(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    await booth(swan, service_rate=1000, cover_price=500, minimum_spend=20000)
    order = (await wei.post("/api/orders", await two_beers_and_a_negroni(swan, covers=3))).body
    assert (order["serviceAmount"], order["coverAmount"]) == (1180, 1500)
    assert order["totalAmount"] == 11800 + 1180 + 1500
    assert order["minimumLeft"] == 20000 - 11800
    assert sum(tax["base"] + tax["tax"] for tax in order["taxes"]) == order["totalAmount"]
    tab = await wei.post(f"/api/orders/{order['orderId']}/move", {"tab": "Lin"})
    assert (tab["serviceAmount"], tab["coverAmount"], tab["minimumSpend"]) == (0, 0, 0)


async def test_a_voided_party_pays_no_cover_charge(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    await booth(swan, cover_price=500)
    order = (await max_.post("/api/orders", await two_beers_and_a_negroni(swan, covers=3))).body
    gone = await max_.post(f"/api/orders/{order['orderId']}/void", {"reason": "went home"})
    assert gone["totalAmount"] == 0


async def test_take_away_pays_no_service_and_says_so_on_the_ticket(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    await booth(swan, service_rate=1000)
    body = {"items": [swan.item("Negroni")], "takeaway": True, "tableId": swan.tables["T1"]}
    order = (await wei.post("/api/orders", body)).body
    assert (order["takeaway"], order["serviceAmount"]) == (True, 0)
    import asyncio

    paper = (await asyncio.to_thread(swan.printers["bar"].wait_for_papers, 1))[0]
    assert "TAKE-AWAY" in paper.text


async def test_cash_is_rounded_to_the_smallest_coin_and_cards_are_not(swan: Swan) -> None:
    ana = await swan.sign_in("Ana")
    await ana.put("/api/settings", {"cashRounding": 50})
    order = (await ana.post("/api/orders", {"items": [swan.item("Negroni")]})).body
    await ana.post(f"/api/orders/{order['orderId']}/discount", {"kind": "amount", "value": 17, "reason": "odd"})
    both = [{"method": "card", "amount": 3003}, {"method": "cash", "amount": 3780, "tendered": 5000}]
    paid = await ana.post("/api/payments", {"orderId": order["orderId"], "tenders": both})
    assert paid.status == 201, paid.body
    card, cash = paid["order"]["payments"]
    assert (card["rounding"], cash["rounding"], paid["order"]["roundingAmount"]) == (0, 20, 20)
    assert paid["change"] == 5000 - 3800
    assert paid["order"]["status"] == "paid"


@pytest.mark.parametrize(("currency", "digits"), [("JPY", "¥6,800"), ("KWD", "6.800")])
async def test_a_yen_has_no_decimals_and_a_dinar_three(swan: Swan, currency: str, digits: str) -> None:
    ana = await swan.sign_in("Ana")
    await ana.put("/api/settings", {"currency": currency})
    order = (await ana.post("/api/orders", {"items": [swan.item("Negroni")]})).body
    off = {"kind": "percent", "value": 333, "reason": "members"}
    less = (await ana.post(f"/api/orders/{order['orderId']}/discount", off)).body
    assert less["totalAmount"] == 6800 - 226
    await ana.post(f"/api/orders/{order['orderId']}/discount", {**off, "value": 0})
    tenders = [{"method": "card", "amount": 6800}]
    paid = await ana.post("/api/payments", {"orderId": order["orderId"], "tenders": tenders})
    url = paid["receiptUrl"]
    async with swan.http.get(swan.tablet.url + url[url.index("/r/") :]) as answer:
        assert digits in await answer.text()
