"""What comes out where: stations, courses, copies, the pass; voids, moves, fires; receipts, reports and slips."""

import asyncio
import base64
import json
from typing import Any

from printers.emulator import Paper, Printer
from tests.bar import Swan, Tablet
from tests.printing.following import until_ended


async def papers(printer: Printer, count: int) -> list[Paper]:
    """Wait for so many papers."""
    found = await asyncio.to_thread(printer.wait_for_papers, count)
    assert len(found) >= count, [paper.text for paper in found]
    return found


async def until_says(printer: Printer, words: str) -> Paper:
    """Wait for the paper with these words."""
    await asyncio.to_thread(printer.wait_for, lambda one: any(words in paper.text for paper in one.papers))
    return next(paper for paper in printer.papers if words in paper.text)


async def last(printer: Printer, count: int) -> str:
    return (await papers(printer, count))[-1].text


async def chinese_till(ana: Tablet, printer: Printer) -> None:
    """Let receipts come out at a printer whose own hanzi were seen to be right."""
    till = next(each for each in (await ana.get("/api/printers"))["printers"] if each["name"] == "till")
    there = {"name": "till", "connection": printer.connection, "profile": "generic-80"}
    changed = await ana.put(f"/api/printers/{till['id']}", there | {"kanji": "gb18030", "receipts": True})
    assert changed.status == 200, changed.body


async def change_station(ana: Tablet, swan: Swan, name: str, **change: Any) -> None:
    known = {each["id"]: each for each in (await ana.get("/api/stations"))["stations"]}[swan.stations[name]]
    kept = {key: known[key] for key in ("names", "printerIds", "display", "letter", "language")}
    answer = await ana.put(f"/api/stations/{swan.stations[name]}", kept | change)
    assert answer.status == 200, answer.body


async def test_a_void_names_the_ticket_it_takes_back_also_after_the_party_moved(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    drinks = [swan.item("Negroni"), swan.item("Tsingtao")]
    order = await max_.post("/api/orders", {"tableId": swan.tables["T1"], "items": drinks})
    await max_.put(f"/api/orders/{order['orderId']}", {"items": [swan.item("Tsingtao")]})
    moved = await max_.post(f"/api/orders/{order['orderId']}/move", {"tableId": swan.tables["T7"]})
    assert moved.status == 200, moved.body
    assert "sent as B-0001 B-0002" in await last(swan.printers["bar"], 3)
    negroni, second_beer = order["items"][0]["lineId"], moved["items"][2]["lineId"]
    for line, original in ((negroni, "B-0001"), (second_beer, "B-0002")):
        gone = await max_.post(
            f"/api/orders/{order['orderId']}/void", {"reason": "changed his mind", "lineIds": [line]}
        )
        assert gone.status == 200, gone.body
        ticket = await last(swan.printers["bar"], 4 if original == "B-0001" else 5)
        assert "VOID" in ticket
        assert f"takes back {original}" in ticket
        assert "changed his mind" in ticket


async def test_lines_that_went_to_another_bill_still_name_the_ticket_they_came_on(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    order = await max_.post(
        "/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni"), swan.item("Tsingtao")]}
    )
    split = await max_.post(
        f"/api/orders/{order['orderId']}/split",
        {"lines": [{"lineId": order["items"][0]["lineId"]}]},
    )
    assert split.status == 200, split.body
    void = {"reason": "wrong table", "lineIds": None}
    gone = await max_.post(f"/api/orders/{split['new']['orderId']}/void", void)
    assert gone.status == 200, gone.body
    assert "takes back B-0001" in (await until_says(swan.printers["bar"], "VOID")).text


async def test_what_is_wanted_differently_is_told_by_what_changed(swan: Swan) -> None:
    ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
    await change_station(ana, swan, "kitchen", language="en")
    items = [swan.item("Kung Pao Chicken", modifiers=[1, 3]), swan.item("Fries")]
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": items})
    chicken = order["items"][0]["lineId"]
    change = {"lineId": chicken, "modifiers": [2, 3], "note": "!! no nuts"}
    changed = await wei.put(f"/api/orders/{order['orderId']}", {"version": 1, "changes": [change]})
    assert changed.status == 200, changed.body
    ticket = await last(swan.printers["kitchen"], 2)
    for words in ("CHANGE", "changes K-0001", "1 Kung Pao Chicken", "NO mild", "+ hot", "!! no nuts", "END K-0002"):
        assert words in ticket, (words, ticket)
    assert "Fries" not in ticket
    same = await wei.put(f"/api/orders/{order['orderId']}", {"version": 2, "changes": [change]})
    assert same.status == 200, same.body
    await wei.put(f"/api/orders/{order['orderId']}", {"items": [swan.item("Fries")]})
    assert "before: K-0002" in await last(swan.printers["kitchen"], 3), "what changes nothing is not told"


async def test_each_course_has_its_own_ticket_and_the_second_comes_when_it_is_fired(swan: Swan) -> None:
    ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
    await change_station(ana, swan, "kitchen", perCourse=True, language="en")
    items = [swan.item("Fries", course=1), swan.item("Kung Pao Chicken", course=2, modifiers=[1], hold=True)]
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": items})
    assert order.status == 201, order.body
    first = await last(swan.printers["kitchen"], 1)
    assert ("Fries" in first, "Kung Pao" in first) == (True, False)
    fired = await wei.post(f"/api/orders/{order['orderId']}/fire", {"course": 2})
    assert fired.status == 200, fired.body
    second = await last(swan.printers["kitchen"], 2)
    assert ("FIRE" in second, "Kung Pao Chicken" in second) == (True, True)
    both = [swan.item("Fries", course=1), swan.item("Fries", course=2)]
    await wei.post("/api/orders", {"tableId": swan.tables["T5"], "items": both})
    (third, fourth) = (await papers(swan.printers["kitchen"], 4))[2:]
    assert ("COURSE 1" in third.text, "COURSE 2" in fourth.text) == (True, True)


async def test_wanted_copies_say_which_they_are_and_none_is_called_a_reprint(swan: Swan) -> None:
    ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
    await change_station(ana, swan, "bar", copies=2)
    await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    one, two = await papers(swan.printers["bar"], 2)
    assert ("END B-0001 1/2" in one.text, "END B-0001 2/2" in two.text) == (True, True)
    assert "REPRINT" not in one.text + two.text


async def test_the_pass_sees_the_whole_order_on_one_ticket(swan: Swan) -> None:
    ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
    till = next(each["id"] for each in (await ana.get("/api/printers"))["printers"] if each["name"] == "till")
    made = await ana.post(
        "/api/stations", {"names": {"en": "Pass"}, "printerIds": [till], "letter": "P", "wholeOrder": True}
    )
    assert made.status == 201, made.body
    both = [swan.item("Negroni"), swan.item("Fries")]
    await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": both})
    ticket = await last(swan.printers["till"], 1)
    assert ("Negroni" in ticket, "Fries" in ticket, "END P-0001" in ticket) == (True, True, True)


async def test_a_receipt_speaks_the_guest_s_language(swan: Swan) -> None:
    ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
    with Printer("generic-80") as till:
        await chinese_till(ana, till)
        order = await wei.post("/api/orders", {"items": [swan.item("Fries")]})
        await wei.post(f"/api/orders/{order['orderId']}/bill")
        assert "PRE-BILL - NOT A RECEIPT" in await last(till, 1)
        tender = {"method": "card", "amount": order["totalAmount"]}
        await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
        assert "Thank you" in await last(till, 2)
        spool = (await wei.get(f"/api/print-jobs?orderId={order['orderId']}"))["jobs"]
        receipt = next(job["id"] for job in spool if job["kind"] == "receipt")
        await until_ended(wei, receipt)
        again = await wei.post(f"/api/print-jobs/{receipt}/reprint?language=zh")
        assert again.status == 201, again.body
        copy = await last(till, 3)
        assert ("谢谢光临" in copy, "薯条" in copy, "重打 - 第 2 份" in copy) == (True, True, True)
        stored = (await ana.get("/api/papers/templates"))["receipt"]
        saved = await ana.put("/api/papers/templates/receipt", stored | {"language": "zh", "header": ["欢迎"]})
        assert saved.status == 200, saved.body
        order = await wei.post("/api/orders", {"items": [swan.item("Fries")]})
        await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
        house = await last(till, 4)
        assert ("谢谢光临" in house, "欢迎" in house) == (True, True)


async def test_x_and_z_reports_come_out_at_the_till(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    assert (await max_.post("/api/drawers/1/open", {"float": 10000})).status == 200
    assert (await max_.post("/api/drawers/1/x")).status in (200, 201, 202)
    assert "X REPORT" in await last(swan.printers["till"], 1)
    closed = await max_.post("/api/drawers/1/close", {"denominations": [{"value": 10000, "count": 1}]})
    assert closed.status == 200, closed.body
    assert "Z REPORT" in await last(swan.printers["till"], 2)


async def test_slips_bring_tablets_in(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    assert (await wei.post("/api/papers/pairing-slip")).status == 403
    start = await max_.post("/api/papers/start-slip", {"address": "http://192.168.1.20"})
    assert start.status == 202, start.body
    (paper,) = await papers(swan.printers["till"], 1)
    assert "Scan to connect a tablet" in paper.text
    invited = await max_.post("/api/papers/pairing-slip", {"address": "http://192.168.1.20"})
    assert invited.status == 202, invited.body
    slip = await last(swan.printers["till"], 2)
    code = next(word for word in slip.split() if word.isdigit() and len(word) == 8)
    paired = await swan.http.post(swan.tablet.url + "/api/devices/pair", json={"code": code, "name": "Terrace"})
    assert paired.status in (200, 201), await paired.text()
    again = await max_.post(f"/api/print-jobs/{invited['jobId']}/reprint")
    assert (again.status, again["code"]) == (409, "wrong_state")


async def test_a_template_is_looked_at_before_it_is_stored(swan: Swan) -> None:
    ana = await swan.sign_in("Ana")
    stored = (await ana.get("/api/papers/templates")).body
    plain = await ana.post("/api/papers/preview", {"kind": "receipt"})
    assert plain.body.startswith(b"\x89PNG")
    louder = stored["receipt"] | {"footer": ["See you tomorrow"], "totalSize": 3}
    changed = await ana.post("/api/papers/preview", {"kind": "receipt", "template": louder})
    assert changed.body.startswith(b"\x89PNG")
    assert changed.body != plain.body
    assert json.dumps((await ana.get("/api/papers/templates")).body) == json.dumps(stored)
    unknown = await ana.post("/api/papers/preview", {"kind": "receipt", "template": {"fotter": []}})
    assert unknown.status == 400
    broken = stored["receipt"] | {"logo": base64.b64encode(b"\x89PNG\r\n\x1a\nnot a picture").decode()}
    refused = await ana.put("/api/papers/templates/receipt", broken)
    assert (refused.status, refused["field"]) == (400, "logo")


async def test_the_owner_s_own_words_stand_on_every_ticket(swan: Swan) -> None:
    ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
    stored = (await ana.get("/api/papers/templates"))["ticket"]
    own = {"header": ["Call the pass"], "footer": ["Kitchen closes at 23:00"], "showWaiter": False}
    assert (await ana.put("/api/papers/templates/ticket", stored | own)).status == 200
    await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    ticket = await last(swan.printers["bar"], 1)
    assert ("Call the pass" in ticket, "closes at 23:00" in ticket, "Wei" in ticket) == (True, True, False)
    assert ticket.rstrip().endswith("END B-0001")
