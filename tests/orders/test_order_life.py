"""An order from its first round to its end: what may happen to it, what may not, and what everybody is told."""

import asyncio
from typing import Any

from barbox.verify import prove
from tests.bar import Answer, Swan, Tablet


async def order_of(who: Tablet, swan: Swan, *items: dict[str, Any], **more: Any) -> Answer:
    placed = await who.post("/api/orders", {"items": list(items), **more})
    assert placed.status == 201, placed.body
    return placed


def at(order: Answer, verb: str = "") -> str:
    return f"/api/orders/{order['orderId']}" + (f"/{verb}" if verb else "")


def lines(order: Answer) -> list[int]:
    return [line["lineId"] for line in order["items"]]


def states(order: Answer) -> list[str]:
    return [line["status"] for line in order["items"]]


async def tickets(swan: Swan, order: Answer) -> int:
    max_ = await swan.sign_in("Max")
    jobs = (await max_.get(f"/api/print-jobs?orderId={order['orderId']}"))["jobs"]
    return sum(job["kind"] == "ticket" for job in jobs)


async def test_an_order_tells_everything_that_was_promised(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    chicken = quiet_swan.item("Kung Pao Chicken", 2, modifiers=[2, 3], seat=2, course=1, note="no coriander")
    guest = {"name": "Ms Li", "phone": "138", "note": "birthday"}
    order = await order_of(wei, quiet_swan, chicken, tableId=quiet_swan.tables["T5"], covers=4, customerInfo=guest)
    assert (order["number"], order["status"], order["version"], order["covers"]) == (1, "open", 1, 4)
    assert (order["tableName"], order["tab"], order["staffName"]) == ("T5", None, "Wei")
    assert order["customerInfo"] == guest
    (line,) = order["items"]
    assert (line["name"], line["names"]) == ("Kung Pao Chicken", {"en": "Kung Pao Chicken", "zh": "宫保鸡丁"})
    assert (line["quantity"], line["price"], line["amount"]) == (2, 5100, 10200)
    assert [each["name"] for each in line["modifiers"]] == ["hot", "peanuts"]
    assert (line["seat"], line["course"], line["note"]) == (2, 1, "no coriander")
    assert (line["status"], line["stationName"]) == ("preparing", "Kitchen")
    assert (order["subtotal"], order["totalAmount"], order["balance"]) == (10200, 10200, 10200)
    assert [(tax["rate"], tax["base"], tax["tax"]) for tax in order["taxes"]] == [(600, 9623, 577)]
    assert order["createdAt"].endswith("Z")
    assert (await wei.get(at(order))).body == order.body
    assert (await wei.get("/api/orders?status=open"))["orders"] == [order.body]


async def test_two_tablets_add_to_one_table_and_nothing_is_lost(quiet_swan: Swan) -> None:
    wei, bob = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Bob")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Negroni"), tableId=quiet_swan.tables["T1"])
    answers = await asyncio.gather(
        *(who.put(at(order), {"items": [quiet_swan.item("Fries")]}) for who in (wei, bob) for _ in range(8))
    )
    assert {answer.status for answer in answers} == {200}
    now = await wei.get(at(order))
    assert len(now["items"]) == 17
    assert len(set(lines(now))) == 17
    assert now["version"] == 17
    assert now["totalAmount"] == 6800 + 16 * 2200


async def test_an_edit_of_what_somebody_else_changed_gets_the_present_order(quiet_swan: Swan) -> None:
    wei, bob = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Bob")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Negroni", 2, hold=True))
    edit = {"changes": [{"lineId": lines(order)[0], "quantity": 1}]}
    current = await bob.put(at(order), {"items": [quiet_swan.item("Fries")]})
    stale = await wei.put(at(order), {"version": 1, **edit})
    assert (stale.status, stale["code"], stale["current"]) == (409, "stale_version", current.body)
    assert (await wei.put(at(order), {"version": 1, "covers": 3})).status == 409
    assert (await wei.put(at(order), {"version": 1, "tab": "Ming"})).status == 409
    assert (await wei.put(at(order), edit))["field"] == "version"
    again = await wei.put(at(order), {"version": current["version"], **edit})
    assert again["items"][0]["quantity"] == 1


async def test_of_two_edits_of_one_version_one_wins(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Negroni", hold=True))
    edits = await asyncio.gather(*(wei.put(at(order), {"version": 1, "covers": n}) for n in range(1, 9)))
    assert sorted(edit.status for edit in edits) == [200] + [409] * 7


async def test_held_courses_are_sent_when_fired_and_only_once(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    one, two = swan.item("Fries", course=1, hold=True), swan.item("Fries", 2, course=2, hold=True)
    order = await order_of(wei, swan, swan.item("Tsingtao"), one, two, tableId=swan.tables["T1"])
    assert states(order) == ["preparing", "held", "held"]
    assert await tickets(swan, order) == 1
    fired = await wei.post(at(order, "fire"), {"course": 2})
    assert states(fired) == ["preparing", "held", "preparing"]
    assert fired["items"][2]["sentAt"]
    assert (await wei.post(at(order, "fire"), {"course": 2})).status == 409, "a course is fired once"
    assert (await wei.post(at(order, "fire"), {"course": 7})).status == 409
    assert await tickets(swan, order) == 2
    sent = await wei.post(at(order, "send"))
    assert states(sent) == ["preparing"] * 3
    assert (await wei.post(at(order, "send"))).status == 409
    assert await tickets(swan, order) == 3


async def test_a_held_line_is_changed_before_it_is_sent_and_not_after(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Kung Pao Chicken", modifiers=[1], hold=True, note="x"))
    (line,) = lines(order)
    change = {"lineId": line, "quantity": 3, "modifiers": [2, 3], "seat": 4, "course": 2, "note": ""}
    changed = await wei.put(at(order), {"version": 1, "changes": [change]})
    (now,) = changed["items"]
    assert (now["quantity"], now["price"], now["amount"], now["note"]) == (3, 5100, 15300, None)
    assert changed["totalAmount"] == 15300
    assert now["lineId"] == line
    wrong = [
        ({"lineId": 999}, 400),
        ({"lineId": line, "modifiers": [1, 2]}, 400),
        ({"lineId": line, "modifiers": []}, 400),
        ({"lineId": line, "quantity": -1}, 400),
    ]
    for each, status in wrong:
        assert (await wei.put(at(order), {"version": 2, "changes": [each]})).status == status
    sent = await wei.post(at(order, "send"))
    refused = await wei.put(at(order), {"version": sent["version"], "changes": [{"lineId": line, "quantity": 1}]})
    assert (refused.status, refused["code"]) == (409, "wrong_state"), (
        "the quantity of a sent line is voided, not changed"
    )


async def test_a_line_being_made_may_be_wanted_differently_but_not_for_less_by_just_anybody(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Kung Pao Chicken", modifiers=[1, 3]))
    (line,) = lines(order)

    async def change(who: Tablet, **what: Any) -> Answer:
        version = (await who.get(at(order)))["version"]
        return await who.put(at(order), {"version": version, "changes": [{"lineId": line, **what}]})

    hotter = await change(wei, modifiers=[2, 3], note="no nuts")
    (now,) = hotter["items"]
    assert (now["lineId"], now["note"], now["status"], now["amount"]) == (line, "no nuts", "preparing", 5100)
    cheaper = await change(wei, modifiers=[2])
    assert (cheaper.status, cheaper["permission"]) == (403, "order.void")
    assert (await change(max_, modifiers=[2]))["totalAmount"] == 4800
    await max_.post(at(order, "lines/status"), {"lineIds": [line], "status": "ready"})
    assert (await change(max_, note="hot")).status == 409, "it is made already"


async def test_one_of_three_is_taken_back_given_away_or_moved(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    order = await order_of(max_, swan, swan.item("Tsingtao", 4))
    (line,) = lines(order)
    one = {"lineIds": [line], "quantity": 1, "reason": "one too many"}
    voided = await max_.post(at(order, "void"), one)
    assert [(each["quantity"], each["status"]) for each in voided["items"]] == [(3, "preparing"), (1, "void")]
    assert (voided["items"][0]["lineId"], voided["totalAmount"]) == (line, 7500)
    assert await swan.left("Tsingtao") == 21, "the one that was not poured is on the shelf again"
    given = await max_.post(at(order, "comp"), one)
    assert [each["comp"] for each in given["items"]] == [False, False, True]
    assert given["totalAmount"] == 5000
    moved = await max_.post(at(order, "move"), {"lineIds": [line], "quantity": 1, "tab": "Lin"})
    assert (moved["totalAmount"], moved["items"][0]["quantity"]) == (2500, 1)
    assert (await max_.post(at(order, "void"), {**one, "quantity": 9}))["field"] == "quantity"
    assert (await max_.post(at(order, "void"), {**one, "lineIds": None}))["field"] == "quantity"
    assert (await max_.post(at(order, "comp"), {**one, "quantity": 1}))["totalAmount"] == 0
    assert await tickets(swan, order) == 2, "the round, and the one taken back"


async def test_a_sent_line_is_taken_back_only_with_a_reason_by_who_may(swan: Swan) -> None:
    wei, max_ = await swan.sign_in("Wei"), await swan.sign_in("Max")
    order = await order_of(wei, swan, swan.item("Negroni"), swan.item("Fries"))
    negroni, _ = lines(order)
    void = {"lineIds": [negroni], "reason": "wrong drink"}
    assert (await wei.post(at(order, "void"), void))["permission"] == "order.void"
    assert (await max_.post(at(order, "void"), {"lineIds": [negroni]})).status == 400
    assert (await max_.post(at(order, "void"), {**void, "reason": ""})).status == 400
    before = await tickets(swan, order)
    voided = await max_.post(at(order, "void"), void)
    assert states(voided) == ["void", "preparing"]
    assert (voided["items"][0]["reason"], voided["totalAmount"]) == ("wrong drink", 2200)
    assert await tickets(swan, order) == before + 1, "the bar is told"
    await max_.post(at(order, "void"), void)
    assert await tickets(swan, order) == before + 1, "once"
    assert (await max_.post(at(order, "void"), {"lineIds": [999], "reason": "gone"})).status == 400
    events = (await max_.get("/api/journal?limit=1000"))["events"]
    assert any(each["kind"] == "order.voided" and each["data"]["reason"] == "wrong drink" for each in events)


async def test_what_is_given_away_costs_nothing_and_is_still_on_the_order(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Negroni"), quiet_swan.item("Tsingtao", 2))
    comp = {"lineIds": lines(order)[1:], "reason": "waited long"}
    assert (await wei.post(at(order, "comp"), comp))["permission"] == "order.comp"
    given = await max_.post(at(order, "comp"), comp)
    assert (given["items"][1]["comp"], given["items"][1]["amount"]) == (True, 5000)
    assert given["totalAmount"] == 6800
    assert await quiet_swan.left("Tsingtao") == 22, "it was drunk all the same"
    await max_.post(at(order, "void"), {"lineIds": lines(order)[:1], "reason": "spilt"})
    assert (await max_.post(at(order, "comp"), {"lineIds": lines(order)[:1], "reason": "sorry"})).status == 409


async def test_a_party_that_moves_takes_its_order_along_and_nothing_is_fired_again(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await order_of(wei, swan, swan.item("Negroni"), swan.item("Fries", hold=True), tableId=swan.tables["T1"])
    await wei.post(at(order, "lines/status"), {"lineIds": lines(order)[:1], "status": "served"})
    before = await tickets(swan, order)
    moved = await wei.post(at(order, "move"), {"tableId": swan.tables["T7"]})
    assert (moved["tableName"], lines(moved), states(moved)) == ("T7", lines(order), ["served", "held"])
    assert await tickets(swan, order) == before, "nothing is unfinished: nobody has to know"
    tab = await wei.post(at(order, "move"), {"tab": "Ming"})
    assert (tab["tableId"], tab["tab"]) == (None, "Ming")
    assert (await wei.post(at(order, "move"), {"tableId": 999})).status == 400
    assert (await wei.post(at(order, "move"), {})).status == 400


async def test_a_display_bumps_recalls_and_can_not_jump(quiet_swan: Swan) -> None:
    wei, kim = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Kim")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Fries"), quiet_swan.item("Fries", hold=True))
    cooking, held = lines(order)

    async def bump(line: int, status: str) -> Answer:
        return await kim.post(at(order, "lines/status"), {"lineIds": [line], "status": status})

    ready = await bump(cooking, "ready")
    assert ready["items"][0]["readyAt"]
    assert (await bump(cooking, "ready"))["items"][0]["readyAt"] == ready["items"][0]["readyAt"]
    assert (await bump(cooking, "served")).status == 200
    assert (await bump(cooking, "preparing"))["items"][0]["readyAt"] is None, "a recall"
    assert (await bump(held, "ready")).status == 409
    assert (await bump(cooking, "void")).status == 400
    assert (await bump(cooking, "held")).status == 400


async def test_a_bill_asks_that_all_was_sent_and_more_may_still_be_ordered(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Fries", hold=True))
    assert (await wei.ask("POST", at(order, "bill"))).status == 409
    await wei.post(at(order, "send"))
    billed = await wei.ask("POST", at(order, "bill"))
    assert (billed["status"], bool(billed["billedAt"])) == ("billed", True)
    assert len((await wei.get("/api/orders?status=open"))["orders"]) == 1, "open means not ended"
    more = await wei.put(at(order), {"items": [quiet_swan.item("Fries")]})
    assert (more["status"], more["billedAt"]) == ("open", None)


async def test_a_whole_order_that_was_taken_back_is_void(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    order = await order_of(max_, quiet_swan, quiet_swan.item("Tsingtao", 3), quiet_swan.item("Fries", hold=True))
    void = await max_.post(at(order, "void"), {"reason": "left without ordering"})
    assert (void["status"], void["totalAmount"], states(void)) == ("void", 0, ["void", "void"])
    assert await quiet_swan.left("Tsingtao") == 24
    for verb, body in (("send", {}), ("move", {"tab": "x"}), ("void", {"reason": "again"}), ("bill", {})):
        assert (await max_.post(at(order, verb), body))["code"] == "wrong_state"
    assert (await max_.put(at(order), {"items": [quiet_swan.item("Fries")]})).status == 409
    pay = {"orderId": order["orderId"], "tenders": [{"method": "cash", "amount": 0}]}
    assert (await max_.post("/api/payments", pay)).status == 409


async def test_what_was_ordered_keeps_its_price_and_name_whatever_the_menu_says_later(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    order = await order_of(wei, quiet_swan, quiet_swan.item("Negroni"))
    product = {each["id"]: each for each in (await wei.get("/api/menu"))["products"]}[quiet_swan.products["Negroni"]]
    edit = {
        "categoryId": product["categoryId"],
        "names": {"en": "Sbagliato"},
        "price": 9900,
        "taxRateId": product["taxRateId"],
    }
    assert (await max_.put(f"/api/menu/products/{product['id']}", edit)).status == 200
    more = await wei.put(at(order), {"items": [quiet_swan.item("Negroni")]})
    assert [(line["name"], line["amount"]) for line in more["items"]] == [("Negroni", 6800), ("Sbagliato", 9900)]
    await max_.delete(f"/api/menu/products/{product['id']}")
    assert (await wei.get(at(order)))["items"][0]["name"] == "Negroni"
    gone = await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    assert (gone.status, gone["field"]) == (400, "items[0].itemId")


async def test_what_is_sold_out_is_refused_in_the_readers_language(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    fries = f"/api/menu/products/{quiet_swan.products['Fries']}"
    await wei.ask("POST", f"{fries}/sold-out")
    round_ = {"items": [quiet_swan.item("Fries")]}
    refused = await wei.post("/api/orders", round_, Accept_Language="zh-CN")
    assert (refused.status, refused["code"], refused["error"]) == (400, "not_available", "薯条 已沽清")
    assert refused["detail"] == "Fries is not available now"
    await wei.ask("POST", f"{fries}/back")
    assert (await wei.post("/api/orders", round_)).status == 201


async def test_pieces_are_whole_and_what_is_weighed_has_three_decimals(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    assert (await wei.post("/api/orders", {"items": [quiet_swan.item("Fries", 1.5)]}))["field"] == "items[0].quantity"
    fish = {"categoryId": 2, "names": {"en": "Sea bass"}, "price": 12800, "taxRateId": 1, "unit": "kg"}
    bass = (await max_.post("/api/menu/products", fish))["id"]
    order = await wei.post("/api/orders", {"items": [{"itemId": bass, "quantity": 0.735}]})
    assert order["items"][0]["quantity"] == 0.735
    assert order["totalAmount"] == 9408
    assert (await wei.post("/api/orders", {"items": [{"itemId": bass, "quantity": 0.7355}]})).status == 400


async def test_orders_are_numbered_without_gaps_and_found_by_table_day_and_status(
    quiet_swan: Swan, tmp_path: Any
) -> None:
    wei = await quiet_swan.sign_in("Wei")
    t1 = quiet_swan.tables["T1"]
    placed = await asyncio.gather(
        *(wei.post("/api/orders", {"tableId": t1, "items": [quiet_swan.item("Fries")]}) for _ in range(6)),
        *(wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 99)]}) for _ in range(6)),
    )
    numbers = sorted(each["number"] for each in placed if each.status == 201)
    assert numbers == [1, 2, 3, 4, 5, 6]
    day = placed[0]["businessDay"]
    found = await wei.get(f"/api/orders?tableId={t1}&day={day}&status=open&limit=2")
    assert [each["number"] for each in found["orders"]] == [5, 6], "the newest, oldest first"
    assert (await wei.get("/api/orders?day=2020-01-01"))["orders"] == []
    assert (await wei.get(f"/api/orders?tableId={quiet_swan.tables['T7']}"))["orders"] == []
    prove(tmp_path / "box" / "barbox.db")


async def test_every_step_of_an_order_is_told_with_its_whole_new_state(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    async with max_.live("rooms=floor") as feed:
        await feed.frame()
        order = await order_of(max_, quiet_swan, quiet_swan.item("Fries", hold=True), quiet_swan.item("Negroni"))
        steps = [
            ("order.placed", order),
            ("order.sent", await max_.post(at(order, "send"))),
            ("line.status", await max_.post(at(order, "lines/status"), {"lineIds": lines(order), "status": "ready"})),
            ("order.moved", await max_.post(at(order, "move"), {"tab": "Ming"})),
            ("order.voided", await max_.post(at(order, "void"), {"lineIds": lines(order)[:1], "reason": "cold"})),
            ("order.billed", await max_.ask("POST", at(order, "bill"))),
        ]
        for kind, answer in steps:
            event = await feed.until(lambda each: each["subject"] == f"order:{order['orderId']}")
            assert (event["kind"], event["data"]) == (kind, answer.body)
            assert event["seq"] == answer["seq"]
