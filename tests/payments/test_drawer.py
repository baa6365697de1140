"""The drawer from its float to its Z report, refunds, and a day that can always be closed."""

from typing import Any

from tests.bar import Swan, Tablet


async def sold(who: Tablet, swan: Swan, *tenders: dict[str, Any], what: str = "Negroni", **more: Any) -> Any:
    """One order of that, paid by these tenders; by card where none is given."""
    order = (await who.post("/api/orders", {"items": [swan.item(what)]})).body
    paid = await who.post(
        "/api/payments",
        {
            "orderId": order["orderId"],
            "tenders": list(tenders) or [{"method": "card", "amount": order["totalAmount"]}],
            **more,
        },
    )
    assert paid.status == 201, paid.body
    return paid.body


async def test_a_drawer_is_counted_blind_and_closed_with_a_z(swan: Swan) -> None:
    max_, bob = await swan.sign_in("Max"), await swan.sign_in("Bob")
    assert (await bob.post("/api/drawers/1/open", {"float": 20000})).status == 200
    await sold(bob, swan, {"method": "cash", "amount": 6800, "tip": 200, "tendered": 7000})
    await sold(bob, swan)
    await bob.post("/api/drawers/1/cash", {"kind": "paid_in", "amount": 1000, "reason": "coins"})
    await bob.post("/api/drawers/1/cash", {"kind": "paid_out", "amount": 300, "reason": "limes"})
    await bob.post("/api/drawers/1/cash", {"kind": "drop", "amount": 5000, "reason": "safe"})
    seen = await bob.post("/api/drawers/1/cash", {"kind": "no_sale", "reason": "change for a guest"})
    assert seen.status == 200, seen.body
    assert "expected" not in seen.body
    so_far = await max_.get("/api/drawers/1/x")
    assert so_far["expected"] == 20000 + 7000 + 1000 - 300 - 5000
    closed = await bob.post("/api/drawers/1/close", {"denominations": [{"value": 10000, "count": 2}]})
    assert closed.status == 200, closed.body
    assert (closed["number"], closed["expected"], closed["counted"], closed["overShort"]) == (1, 22700, 20000, -2700)
    assert closed["noSales"] == 1
    assert {each["method"]: each["amount"] for each in closed["tenders"]} == {"card": 6800, "cash": 6800}
    assert sum(tax["gross"] for tax in closed["taxes"]) == closed["totalAmount"] == 13600
    journal = (await max_.get("/api/journal?limit=1000"))["events"]
    entry = next(each for each in journal if each["kind"] == "drawer.closed")
    assert (closed["journalSeq"], closed["journalHash"]) == (entry["seq"], entry["hash"])
    assert (await bob.post("/api/drawers/1/close", {"denominations": []})).status == 409


async def test_a_payment_into_a_shut_drawer_opens_it_so_that_every_z_has_all(swan: Swan) -> None:
    bob = await swan.sign_in("Bob")
    await sold(bob, swan)
    assert (await bob.post("/api/drawers/1/open", {"float": 5000})).status == 200
    assert (await bob.post("/api/drawers/1/open", {"float": 5000})).status == 409
    closed = await bob.post("/api/drawers/1/close", {"denominations": [{"value": 5000, "count": 1}]})
    assert (closed["totalAmount"], closed["overShort"]) == (6800, 0)


async def test_two_drawers_two_people_two_gapless_numbers(swan: Swan) -> None:
    ana, bob = await swan.sign_in("Ana"), await swan.sign_in("Bob")
    other = (await ana.post("/api/drawers", {"name": "Terrace"}))["id"]
    await bob.post("/api/drawers/1/open", {"float": 0})
    await ana.post(f"/api/drawers/{other}/open", {"float": 0})
    await sold(bob, swan)
    await sold(ana, swan, what="Fries")
    await sold(bob, swan, what="Fries", drawerId=other)
    second = await ana.post(f"/api/drawers/{other}/close", {"denominations": []})
    first = await bob.post("/api/drawers/1/close", {"denominations": []})
    assert (second["number"], first["number"]) == (1, 2)
    assert (second["totalAmount"], first["totalAmount"]) == (4400, 6800)
    assert [each["number"] for each in (await ana.get("/api/z"))["reports"]] == [1, 2]
    assert [each["number"] for each in (await ana.get("/api/z?before=9"))["reports"]] == [2, 1]
    assert [each["number"] for each in (await ana.get("/api/z?before=2"))["reports"]] == [1]


async def test_a_refund_goes_back_the_way_it_came_and_never_above(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    paid = await sold(max_, swan, {"method": "cash", "amount": 3000}, {"method": "card", "amount": 3800})
    order_id = paid["order"]["orderId"]
    body = {"orderId": order_id, "reason": "cold", "tenders": [{"method": "cash", "amount": 3001}]}
    assert (await max_.post("/api/refunds", body)).status == 400
    body["tenders"] = [{"method": "card", "amount": 1800}]
    back = await max_.post("/api/refunds", body)
    assert back.status == 201, back.body
    assert (back["order"]["status"], back["order"]["refundedAmount"], back["refunded"]) == ("paid", 1800, 1800)
    body["tenders"] = [{"method": "card", "amount": 2001}]
    assert (await max_.post("/api/refunds", body)).status == 400
    closed = await max_.post("/api/drawers/1/close", {"denominations": []})
    assert sum(tax["gross"] for tax in closed["taxes"]) == 5000
    card = next(each for each in closed["tenders"] if each["method"] == "card")
    assert (card["amount"], card["refunds"]) == (2000, 1800)


async def test_a_reopened_order_is_put_right_and_settled_again(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    paid = await sold(max_, swan)
    order_id, line = paid["order"]["orderId"], paid["order"]["items"][0]["lineId"]
    opened = await max_.post(f"/api/orders/{order_id}/reopen", {"reason": "wrong drink"})
    assert (opened["status"], opened["balance"]) == ("open", 0)
    wrong = await max_.post(f"/api/orders/{order_id}/void", {"lineIds": [line], "reason": "wrong drink"})
    assert wrong.status == 409
    await max_.put(f"/api/orders/{order_id}", {"items": [swan.item("Fries")]})
    refund = {"orderId": order_id, "reason": "wrong drink", "tenders": [{"method": "card", "amount": 6800}]}
    assert (await max_.post("/api/refunds", refund))["order"]["balance"] == 9000
    await max_.post(f"/api/orders/{order_id}/void", {"lineIds": [line], "reason": "wrong drink"})
    again = await max_.post("/api/payments", {"orderId": order_id, "tenders": [{"method": "card", "amount": 2200}]})
    assert again["order"]["status"] == "paid"
    closed = await max_.post("/api/drawers/1/close", {"denominations": []})
    assert (closed["orders"], closed["totalAmount"]) == (1, 2200)
    assert sum(tax["gross"] for tax in closed["taxes"]) == 2200


async def test_the_day_closes_once_every_order_was_dealt_with_by_somebody(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    await sold(max_, swan)
    tab, gone = [
        (await wei.post("/api/orders", {"tab": name, "items": [swan.item("Fries"), swan.item("Negroni", hold=True)]}))[
            "orderId"
        ]
        for name in ("Lin", "Chen")
    ]
    refused = await max_.post("/api/day/close")
    assert (refused.status, refused["orders"], refused["drawers"]) == (409, [tab, gone], [1])
    assert (await wei.post(f"/api/orders/{tab}/carry-over", {"reason": "tomorrow"})).status == 403
    seen = await max_.get("/api/day")
    assert (seen["heldLines"], len(seen["orders"]), seen["ready"]) == (2, 2, False)
    assert (await max_.post(f"/api/orders/{tab}/carry-over", {"reason": "pays tomorrow"})).status == 200
    lost = await max_.post(f"/api/orders/{gone}/write-off", {"reason": "ran away"})
    assert lost.status == 200, lost.body
    assert (lost["order"]["status"], lost["order"]["payments"][0]["amount"]) == ("paid", 2200)
    closed_drawer = await max_.post("/api/drawers/1/close", {"denominations": []})
    assert closed_drawer["overShort"] == 0
    assert (await max_.get("/api/day"))["ready"]
    day = await max_.post("/api/day/close")
    assert day.status == 200, day.body
    assert (day["number"], day["totalAmount"], day["orders"]) == (1, 9000, 2)
    assert {each["method"]: each["amount"] for each in day["tenders"]} == {"card": 6800, "walkout": 2200}


async def test_receipts_are_numbered_without_gaps_and_shown_on_a_phone(swan: Swan) -> None:
    bob = await swan.sign_in("Bob")
    one = await sold(bob, swan)
    two = await sold(bob, swan, {"method": "cash", "amount": 6800, "tendered": 7000})
    assert (one["receiptNumber"], two["receiptNumber"]) == (1, 2)
    path = two["receiptUrl"][two["receiptUrl"].index("/r/") :]
    async with swan.http.get(swan.tablet.url + path, headers={"Accept-Language": "zh-CN"}) as answer:
        html = await answer.text()
    assert answer.status == 200
    assert "内格罗尼" in html
    assert "¥68.00" in html
    assert "<td>实收</td><td>70.00</td></tr><tr><td>找零</td><td>2.00" in html
    async with swan.http.get(swan.tablet.url + "/r/guessing") as answer:
        assert answer.status == 404
    code = await bob.get(f"/api/orders/{two['order']['orderId']}/receipt-code")
    assert (code["number"], code["url"]) == (2, two["receiptUrl"])
    assert code["qrSvg"].startswith("<svg")


async def test_on_the_house_needs_who_may_give_away_and_a_voucher_its_number(swan: Swan) -> None:
    wei, max_ = await swan.sign_in("Wei"), await swan.sign_in("Max")
    order = (await wei.post("/api/orders", {"items": [swan.item("Negroni")]})).body
    house = {"orderId": order["orderId"], "tenders": [{"method": "house", "amount": 1800, "reference": "owner"}]}
    assert (await wei.post("/api/payments", house)).status == 403
    assert (await max_.post("/api/payments", house)).status == 201
    voucher = {"orderId": order["orderId"], "tenders": [{"method": "voucher", "amount": 5000}]}
    assert (await wei.post("/api/payments", voucher)).status == 400
    voucher["tenders"][0]["reference"] = "V-77"
    assert (await wei.post("/api/payments", voucher))["order"]["status"] == "paid"


async def test_the_bars_own_code_asks_for_a_part_with_its_tip(swan: Swan) -> None:
    bob, ana = await swan.sign_in("Bob"), await swan.sign_in("Ana")
    order = (await bob.post("/api/orders", {"items": [swan.item("Negroni")]})).body
    path = f"/api/orders/{order['orderId']}/pay-code"
    assert (await bob.get(path))["text"] == "", "the bar has no code yet"
    await ana.put("/api/settings", {"mobileQr": "https://pay.example/swan?sum={amount}"})
    whole, part = await bob.get(path), await bob.get(f"{path}?amount=3000&tip=300")
    assert (whole["amount"], whole["text"]) == (6800, "https://pay.example/swan?sum=68.00")
    assert (part["amount"], part["text"]) == (3300, "https://pay.example/swan?sum=33.00")
    assert part["qrSvg"].startswith("<svg")
