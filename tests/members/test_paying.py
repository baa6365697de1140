"""Members at the till: they earn, they pay with what they have, and what is given back is taken back."""

from typing import Any

from tests.bar import Answer, Swan, Tablet


async def join(who: Tablet, **about: Any) -> int:
    return int((await who.post("/api/members", {"phone": "13812345678", **about}))["id"])


async def rules(swan: Swan, **said: Any) -> None:
    max_ = await swan.sign_in("Max")
    program = (await max_.get("/api/members-program"))["program"]
    answer = await max_.put("/api/members-program", program | said)
    assert answer.status == 200, answer.body


async def order(who: Tablet, swan: Swan, member: int, *items: Any, **more: Any) -> Answer:
    placed = await who.post("/api/orders", {"memberId": member, "items": list(items) or [swan.item("Negroni")], **more})
    assert placed.status == 201, placed.body
    return placed


async def pay(who: Tablet, placed: Answer, *tenders: tuple[str, int]) -> Answer:
    said = [{"method": method, "amount": amount} for method, amount in tenders]
    return await who.post("/api/payments", {"orderId": placed["orderId"], "tenders": said})


async def has(who: Tablet, member: int) -> tuple[int, int, int]:
    """Points, balance and bonus."""
    shown = await who.get(f"/api/members/{member}")
    return shown["points"], shown["balance"], shown["bonus"]


async def test_points_come_with_what_is_paid_and_go_with_what_is_given_back(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    placed = await order(max_, quiet_swan, member)
    await pay(max_, placed, ("cash", 6800))
    assert (await has(max_, member))[0] == 68
    back = {"orderId": placed["orderId"], "tenders": [{"method": "cash", "amount": 3400}], "reason": "too warm"}
    assert (await max_.post("/api/refunds", back)).status == 201
    assert (await has(max_, member))[0] == 34
    assert (await max_.post("/api/refunds", back)).status == 201
    shown = await max_.get(f"/api/members/{member}")
    assert (shown["points"], shown["spend"]) == (0, 0)


async def test_a_reopened_order_earns_once(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    placed = await order(max_, quiet_swan, member)
    await pay(max_, placed, ("card", 6800))
    assert (await max_.post(f"/api/orders/{placed['orderId']}/reopen", {"reason": "one more"})).status == 200
    assert (await has(max_, member))[0] == 0
    await max_.put(f"/api/orders/{placed['orderId']}", {"items": [quiet_swan.item("Tsingtao")]})
    await pay(max_, placed, ("card", 2500))
    assert (await has(max_, member))[0] == 93


async def test_excluded_categories_and_the_houses_treat_earn_nothing(quiet_swan: Swan) -> None:
    await rules(quiet_swan, excludedCategoryIds=[1])
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    mixed = await order(max_, quiet_swan, member, quiet_swan.item("Negroni"), quiet_swan.item("Fries"))
    await pay(max_, mixed, ("cash", 9000))
    assert (await has(max_, member))[0] == 22
    treat = await order(max_, quiet_swan, member, quiet_swan.item("Fries"))
    said = [{"method": "house", "amount": 2200, "reference": "birthday"}]
    await max_.post("/api/payments", {"orderId": treat["orderId"], "tenders": said})
    assert (await has(max_, member))[0] == 22


async def test_a_double_day_and_a_tier_make_points_come_faster(quiet_swan: Swan) -> None:
    await rules(quiet_swan, doubleDays=[{"factor": 200, "weekdays": [0, 1, 2, 3, 4, 5, 6]}])
    max_ = await quiet_swan.sign_in("Max")
    gold = {"names": {"en": "Gold"}, "spend": 10000, "earn": 150}
    assert (await max_.post("/api/members-program/tiers", gold)).status == 201
    member = await join(max_)
    await pay(max_, await order(max_, quiet_swan, member, quiet_swan.item("Negroni", 2)), ("cash", 13600))
    assert (await has(max_, member))[0] == 272
    await pay(max_, await order(max_, quiet_swan, member), ("cash", 6800))
    assert (await has(max_, member))[0] == 272 + 204


async def test_a_balance_with_bonus_pays_and_takes_back_what_is_refunded(quiet_swan: Swan) -> None:
    await rules(quiet_swan, bonuses=[{"amount": 10000, "bonus": 500}, {"amount": 50000, "bonus": 5000}])
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    top_up = {"method": "cash", "amount": 10000}
    paid_in = await max_.post(f"/api/members/{member}/top-up", top_up)
    assert (paid_in.status, paid_in["balance"], paid_in["bonus"]) == (201, 10000, 500)
    placed = await order(max_, quiet_swan, member, quiet_swan.item("Negroni", 2))
    much = await pay(max_, placed, ("member", 10501))
    assert (much.status, much["field"]) == (400, "tenders")
    paid = await pay(max_, placed, ("member", 10500), ("cash", 3100))
    assert (paid.status, paid["balance"]) == (201, 0)
    assert paid["order"]["payments"][0]["reference"] == f"M{member}"
    assert await has(max_, member) == (136, 0, 0)
    back = {"orderId": placed["orderId"], "tenders": [{"method": "member", "amount": 700}], "reason": "spilt"}
    assert (await max_.post("/api/refunds", back)).status == 201
    assert (await has(max_, member))[1:] == (200, 500), "the bonus went last and comes back first"
    liability = await max_.get("/api/members-liability")
    assert (liability["balance"], liability["bonus"]) == (200, 500)


async def test_points_pay_up_to_what_the_house_allows(quiet_swan: Swan) -> None:
    await rules(quiet_swan, pointValue=5, mostByPoints=5000)
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    gift = {"account": "points", "amount": 1000, "reason": "welcome"}
    await max_.post(f"/api/members/{member}/adjust", gift)
    placed = await order(max_, quiet_swan, member)
    can = await max_.get(f"/api/orders/{placed['orderId']}/prepaid")
    assert (can["points"], can["pointsPay"]) == (1000, 3400)
    assert (await pay(max_, placed, ("points", 3405)))["field"] == "tenders"
    assert (await pay(max_, placed, ("points", 3))).status == 400
    assert (await pay(max_, placed, ("points", 3400), ("card", 3400))).status == 201
    assert (await has(max_, member))[0] == 1000 - 680 + 34, "points earn no points"
    back = {"orderId": placed["orderId"], "tenders": [{"method": "points", "amount": 3400}], "reason": "flat"}
    assert (await max_.post("/api/refunds", back)).status == 201
    assert (await has(max_, member))[0] == 1034


async def test_who_is_no_member_cannot_pay_like_one(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    placed = await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    for method in ("member", "points", "deposit"):
        assert (await pay(wei, placed, (method, 100)))["field"] == "tenders[0].account"


async def negroni(who: Tablet, query: str) -> int:
    """What a tablet shows on its tile."""
    products = (await who.get(f"/api/menu{query}"))["products"]
    return next(int(each["price"]) for each in products if each["name"] == "Negroni")


async def test_member_prices_hold_from_the_first_round_and_come_late_too(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    rule = {"names": {"en": "Members"}, "weekdays": [0, 1, 2, 3, 4, 5, 6], "fromMinute": 0, "untilMinute": 1440}
    rule |= {"kind": "percent", "value": 1000, "tierId": 1}
    assert (await max_.post("/api/menu/price-rules", rule)).status == 201
    member = await join(max_)
    assert [await negroni(max_, query) for query in ("", f"?memberId={member}")] == [6800, 6120]
    assert (await max_.get("/api/menu?memberId=99")).status == 404
    assert (await order(max_, quiet_swan, member))["totalAmount"] == 6120
    late = await max_.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    assert late["totalAmount"] == 6800
    path = f"/api/orders/{late['orderId']}"
    known = await max_.put(path, {"memberId": member})
    assert (known["totalAmount"], known["memberId"]) == (6120, member)
    more = await max_.put(path, {"items": [quiet_swan.item("Tsingtao")]})
    assert more["totalAmount"] == 6120 + 2250
    assert (await max_.put(path, {"memberId": None}))["totalAmount"] == 6800 + 2500
    assert (await max_.put(path, {"memberId": 99}))["field"] == "memberId"


async def test_a_barred_member_is_served_on_a_managers_word_only(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    await max_.post(f"/api/members/{member}/bar", {"reason": "fights"})
    wei = await quiet_swan.sign_in("Wei")
    refused = await wei.post("/api/orders", {"memberId": member, "items": []})
    assert (refused.status, refused["code"]) == (409, "wrong_state")
    assert (await max_.post("/api/orders", {"memberId": member, "items": []})).status == 201


async def test_visits_tell_the_usual(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    for _ in range(2):
        await order(max_, quiet_swan, member)
    await order(max_, quiet_swan, member, quiet_swan.item("Fries"))
    seen = await max_.get(f"/api/members/{member}/visits")
    assert (seen["visits"], seen["favourites"][0]["names"]["en"]) == (3, "Negroni")


async def test_one_persons_data_is_given_out_and_forgotten_with_the_figures_left(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_, name="Zhuang Zhou")
    await max_.post(f"/api/members/{member}/top-up", {"method": "card", "amount": 7000})
    placed = await order(max_, quiet_swan, member)
    export = await max_.get(f"/api/members/{member}/export")
    assert export["member"]["name"] == "Zhuang Zhou"
    assert [each["amount"] for each in export["ledger"]] == [7000]
    erase = f"/api/members/{member}/erase"
    assert (await max_.post(erase)).status == 409, "they sit at a table"
    await pay(max_, placed, ("member", 6800))
    assert (await max_.post(erase)).status == 409, "the bar owes them"
    out = await max_.post(f"/api/members/{member}/pay-out", {"method": "cash", "amount": 200, "reason": "leaves"})
    assert (out.status, out["balance"]) == (201, 0)
    assert (await max_.post(erase)).status == 200
    gone = await max_.get(f"/api/members/{member}")
    assert (gone["name"], gone["phone"], gone["erased"], gone["points"]) == (None, None, True, 0)
    assert (await max_.get("/api/members?q=Zhuang"))["members"] == []
    assert (await max_.get(f"/api/orders/{placed['orderId']}"))["memberId"] == member, "figures stay"


async def test_top_ups_are_in_the_drawer_and_in_no_sale(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    await max_.post("/api/drawers/1/open", {"float": 10000})
    member = await join(max_)
    await max_.post(f"/api/members/{member}/top-up", {"method": "cash", "amount": 7000})
    await pay(max_, await order(max_, quiet_swan, member), ("member", 6800))
    z = await max_.post("/api/drawers/1/close", {"denominations": [{"value": 17000, "count": 1}]})
    assert (z["expected"], z["overShort"]) == (17000, 0)
    assert z["totalAmount"] == sum(each["gross"] for each in z["taxes"]) == 6800
    assert [(each["method"], each["amount"]) for each in z["tenders"]] == [("member", 6800)]
    assert z["prepaid"] == [{"kind": "balance", "method": "cash", "count": 1, "amount": 7000}]
