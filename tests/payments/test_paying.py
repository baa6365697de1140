"""Money taken: in full, in parts, by several means, with tip and change; never too much, never twice."""

import asyncio
from typing import Any

import pytest

from barbox.verify import prove
from tests.bar import Answer, Swan, Tablet


async def owing(who: Tablet, swan: Swan, *items: dict[str, Any]) -> Answer:
    """An order of two beers (5000) unless something else is said."""
    placed = await who.post("/api/orders", {"items": list(items) or [swan.item("Tsingtao", 2)]})
    assert placed.status == 201, placed.body
    return placed


async def pay(who: Tablet, order: Answer, *tenders: dict[str, Any]) -> Answer:
    return await who.post("/api/payments", {"orderId": order["orderId"], "tenders": list(tenders)})


def cash(amount: int, **more: Any) -> dict[str, Any]:
    return {"method": "cash", "amount": amount, **more}


def card(amount: int, **more: Any) -> dict[str, Any]:
    return {"method": "card", "amount": amount, **more}


async def test_cash_gives_change_after_the_tip(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    paid = await pay(wei, await owing(wei, quiet_swan), cash(5000, tip=300, tendered=10000))
    assert (paid.status, paid["change"], paid["balance"]) == (201, 4700, 0)
    order = paid["order"]
    assert (order["status"], order["paidAmount"], bool(order["paidAt"])) == ("paid", 5000, True)
    (tender,) = order["payments"]
    assert (tender["method"], tender["amount"], tender["tip"], tender["tendered"], tender["change"]) == (
        "cash",
        5000,
        300,
        10000,
        4700,
    )


async def test_an_order_is_paid_in_parts_by_several_means(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await owing(wei, quiet_swan, quiet_swan.item("Negroni", 3))
    first = await pay(wei, order, card(5000, reference="VISA 1234"), {"method": "mobile", "amount": 400})
    assert (first["balance"], first["order"]["status"]) == (15000, "open")
    more = await wei.put(f"/api/orders/{order['orderId']}", {"items": [quiet_swan.item("Tsingtao")]})
    assert more["balance"] == 17500, "they go on drinking"
    last = await pay(wei, order, cash(17500, tendered=20000))
    assert (last["balance"], last["change"], last["order"]["status"]) == (0, 2500, "paid")
    payments = last["order"]["payments"]
    assert [(each["method"], each["amount"], each["reference"]) for each in payments] == [
        ("card", 5000, "VISA 1234"),
        ("mobile", 400, None),
        ("cash", 17500, None),
    ]
    assert len({each["paymentId"] for each in payments}) == 2


WRONG = [
    ([card(5001)], "tenders"),
    ([card(4000), cash(1001)], "tenders"),
    ([card(0)], "tenders"),
    ([card(5000, tendered=6000)], "tenders[0].tendered"),
    ([card(1000), cash(4000, tendered=3999)], "tenders[1].tendered"),
    ([cash(5000, tip=1, tendered=5000)], "tenders[0].tendered"),
    ([card(-5000)], "tenders[0].amount"),
    ([card(5000, tip=-1)], "tenders[0].tip"),
    ([card(10**12)], "tenders[0].amount"),
    ([card(50.5)], "tenders[0].amount"),  # type: ignore[arg-type]
    ([{"method": "beads", "amount": 5000}], "tenders[0].method"),
    ([card(5000, reference="x" * 81)], "tenders[0].reference"),
    ([], "tenders"),
    ([card(1)] * 21, "tenders"),
]


async def test_a_wrong_payment_is_named_and_nothing_is_taken(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await owing(wei, quiet_swan)
    seq = quiet_swan.database.seq
    for tenders, field in WRONG:
        refused = await pay(wei, order, *tenders)
        assert (refused.status, refused["field"]) == (400, field), (tenders, refused.body)
    assert quiet_swan.database.seq == seq
    assert (await pay(wei, Answer(200, {"orderId": 999}), card(5000))).status == 404


async def test_a_paid_order_is_done(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    order = await owing(max_, quiet_swan)
    await pay(max_, order, card(5000))
    path, line = f"/api/orders/{order['orderId']}", order["items"][0]["lineId"]
    assert (await pay(max_, order, card(5000)))["code"] == "wrong_state"
    assert (await pay(max_, order, card(0)))["code"] == "wrong_state"
    for verb, body in (
        ("void", {"reason": "late"}),
        ("void", {"reason": "late", "lineIds": [line]}),
        ("comp", {"reason": "late", "lineIds": [line]}),
        ("move", {"tab": "late"}),
        ("send", {}),
        ("bill", {}),
    ):
        assert (await max_.post(f"{path}/{verb}", body))["code"] == "wrong_state", verb
    assert (await max_.put(path, {"items": [quiet_swan.item("Fries")]}))["code"] == "wrong_state"
    status = {"lineIds": [line], "status": "served"}
    assert (await max_.post(f"{path}/lines/status", status)).status == 200, "but what was paid may still be served"


async def test_of_many_who_pay_the_same_order_at_once_one_does(quiet_swan: Swan, tmp_path: Any) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await owing(wei, quiet_swan)
    answers = await asyncio.gather(*(pay(wei, order, card(5000)) for _ in range(10)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 9
    other = await owing(wei, quiet_swan)
    halves = await asyncio.gather(*(pay(wei, other, card(2000)) for _ in range(10)))
    assert [answer.status for answer in halves].count(201) == 2, "a third 2000 would be too much"
    prove(tmp_path / "box" / "barbox.db")


async def test_a_partly_paid_order_can_not_be_made_smaller_than_what_was_paid(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    beers, held = quiet_swan.item("Tsingtao", 2), quiet_swan.item("Negroni", 2, hold=True)
    order = await owing(max_, quiet_swan, beers, held)
    path = f"/api/orders/{order['orderId']}"
    beer, negroni = (line["lineId"] for line in order["items"])
    part = await pay(max_, order, card(14000))
    assert part["balance"] == 4600
    for verb in ("void", "comp"):
        refused = await max_.post(f"{path}/{verb}", {"lineIds": [beer], "reason": "sorry"})
        assert (refused.status, refused["code"]) == (409, "wrong_state")
    smaller = {"version": part["order"]["version"], "changes": [{"lineId": negroni, "quantity": 1}]}
    assert (await max_.put(path, smaller)).status == 409
    assert (await max_.post(f"{path}/void", {"reason": "sorry"})).status == 409
    unchanged = await max_.get(path)
    assert (unchanged["totalAmount"], unchanged["paidAmount"]) == (18600, 14000)
    assert await quiet_swan.left("Tsingtao") == 22


async def test_what_was_all_given_away_is_settled_with_nothing(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    order = await owing(max_, quiet_swan)
    comp = {"lineIds": [order["items"][0]["lineId"]], "reason": "the owner's birthday"}
    await max_.post(f"/api/orders/{order['orderId']}/comp", comp)
    assert (await pay(max_, order, cash(1)))["field"] == "tenders"
    paid = await pay(max_, order, cash(0))
    assert (paid.status, paid["order"]["status"], paid["order"]["totalAmount"]) == (201, "paid", 0)


async def test_what_is_still_held_is_sent_when_it_is_paid(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await owing(wei, quiet_swan, quiet_swan.item("Fries", hold=True))
    paid = await pay(wei, order, card(2200))
    assert paid["order"]["items"][0]["status"] == "preparing"


TAXED: list[tuple[bool, dict[str, int]]] = [
    (True, {"subtotal": 11600, "taxAmount": 657, "totalAmount": 11600}),
    (False, {"subtotal": 11600, "taxAmount": 696, "totalAmount": 12296}),
]


@pytest.mark.parametrize(("included", "sums"), TAXED)
async def test_taxes_are_inside_the_price_or_on_top(quiet_swan: Swan, included: bool, sums: dict[str, int]) -> None:
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.put("/api/settings", {"taxIncluded": included})).status == 200
    items = [quiet_swan.item("Negroni"), quiet_swan.item("Kung Pao Chicken", modifiers=[1])]
    order = await owing(ana, quiet_swan, *items)
    assert {name: order[name] for name in sums} == sums
    (tax,) = order["taxes"]
    assert tax["base"] + tax["tax"] == order["totalAmount"]
    assert (await pay(ana, order, card(sums["totalAmount"])))["balance"] == 0


async def test_a_receipt_is_printed_once_and_again_only_as_a_copy(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await owing(wei, swan)
    path = f"/api/orders/{order['orderId']}/receipt"
    assert (await wei.ask("POST", path))["code"] == "wrong_state", "nothing was paid"
    await pay(wei, order, cash(2000))
    await pay(wei, order, cash(3000))
    assert (await wei.ask("POST", path)).status == 202
    jobs = (await wei.get(f"/api/print-jobs?orderId={order['orderId']}"))["jobs"]
    assert sorted((job["kind"], job["copy"]) for job in jobs if job["kind"] == "receipt") == [
        ("receipt", 1),
        ("receipt", 2),
    ]


async def test_a_bar_without_a_printer_takes_money_all_the_same(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    order = await owing(wei, quiet_swan)
    assert (await pay(wei, order, cash(5000))).status == 201
    assert (await wei.ask("POST", f"/api/orders/{order['orderId']}/receipt")).status == 409


async def test_who_cooks_takes_no_money(quiet_swan: Swan) -> None:
    wei, kim = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Kim")
    refused = await pay(kim, await owing(wei, quiet_swan), cash(5000))
    assert (refused.status, refused["permission"]) == (403, "payment.take")
