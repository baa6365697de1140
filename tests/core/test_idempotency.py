"""The same tap makes one order, however often it arrives."""

import asyncio
import json
from pathlib import Path

from barbox.core.idempotency import KEPT_MS, forget_old
from barbox.core.ids import uuid7
from barbox.core.models import Answer
from barbox.core.shorthand import whole
from tests.bar import Swan, open_box


async def test_a_tap_sent_again_gets_the_first_answer_and_makes_no_second_order(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    key, round_ = uuid7(), {"items": [quiet_swan.item("Tsingtao", 2)]}
    first = await wei.post("/api/orders", round_, Idempotency_Key=key)
    await wei.put(f"/api/orders/{first['orderId']}", {"items": [quiet_swan.item("Fries")]})
    again = await wei.post("/api/orders", round_, Idempotency_Key=key)
    assert (again.status, again.body) == (201, first.body), "the first answer, though the order has moved on"
    assert len((await wei.get("/api/orders"))["orders"]) == 1
    assert await quiet_swan.left("Tsingtao") == 22


async def test_a_key_of_another_request_is_refused(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    key = uuid7()
    order = await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao")]}, Idempotency_Key=key)
    for method, path, body in (
        ("POST", "/api/orders", {"items": [quiet_swan.item("Tsingtao", 2)]}),
        ("PUT", f"/api/orders/{order['orderId']}", {"items": [quiet_swan.item("Tsingtao")]}),
        ("POST", "/api/payments", {"orderId": order["orderId"], "tenders": [{"method": "card", "amount": 2500}]}),
    ):
        other = await wei.ask(method, path, body, Idempotency_Key=key)
        assert (other.status, other["code"]) == (422, "key_reused")
    assert (await wei.get(f"/api/orders/{order['orderId']}"))["version"] == 1


async def test_a_refusal_is_not_kept_so_that_the_same_tap_may_succeed_later(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    key, round_ = uuid7(), {"items": [quiet_swan.item("Tsingtao", 30)]}
    assert (await wei.post("/api/orders", round_, Idempotency_Key=key))["code"] == "insufficient_stock"
    delivery = {"items": [{"itemId": quiet_swan.products["Tsingtao"], "quantity": 24}]}
    await max_.post("/api/inventory/receive", delivery)
    assert (await wei.post("/api/orders", round_, Idempotency_Key=key)).status == 201


async def test_a_tap_that_arrives_many_times_at_once_is_one_order_and_one_payment(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    key, round_ = uuid7(), {"items": [quiet_swan.item("Tsingtao", 2)]}
    answers = await asyncio.gather(*(wei.post("/api/orders", round_, Idempotency_Key=key) for _ in range(12)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer["orderId"] for answer in answers}) == 1
    key, pay = uuid7(), {"orderId": answers[0]["orderId"], "tenders": [{"method": "card", "amount": 5000}]}
    paid = await asyncio.gather(*(wei.post("/api/payments", pay, Idempotency_Key=key) for _ in range(12)))
    assert {answer.status for answer in paid} == {201}
    assert len({answer["paymentId"] for answer in paid}) == 1
    assert len((await wei.get(f"/api/orders/{answers[0]['orderId']}"))["payments"]) == 1


async def test_a_replay_needs_the_permission_still(quiet_swan: Swan) -> None:
    max_, wei = await quiet_swan.sign_in("Max"), await quiet_swan.sign_in("Wei")
    key = uuid7()
    body = {"items": [{"itemId": quiet_swan.products["Fries"], "quantity": 3}]}
    assert (await max_.post("/api/inventory/count", body, Idempotency_Key=key)).status == 200
    assert (await wei.post("/api/inventory/count", body, Idempotency_Key=key)).status == 403


async def test_calls_that_answer_nothing_are_replayed_too(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    key, path = uuid7(), f"/api/menu/products/{quiet_swan.products['Fries']}"
    before = quiet_swan.database.seq
    assert (await max_.ask("DELETE", path, Idempotency_Key=key)).status == 204
    assert (await max_.ask("DELETE", path, Idempotency_Key=key)).status == 204
    assert quiet_swan.database.seq == before + 1


async def test_the_first_answer_outlives_a_restart(quiet_swan: Swan, tmp_path: Path) -> None:
    wei = await quiet_swan.sign_in("Wei")
    key, round_ = uuid7(), {"items": [quiet_swan.item("Negroni")]}
    first = await wei.post("/api/orders", round_, Idempotency_Key=key)
    await quiet_swan.running.app.shutdown()
    await quiet_swan.running.app.cleanup()
    async with open_box(tmp_path / "box") as running:
        wei.url = f"http://127.0.0.1:{running.port}"
        again = await wei.post("/api/orders", round_, Idempotency_Key=key)
        assert (again.status, again.body) == (201, first.body)


async def test_answers_are_forgotten_after_two_weeks(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    assert await quiet_swan.database.write(forget_old) == 0
    clock = quiet_swan.database.clock
    clock.believed(clock.now() + KEPT_MS + 1000, "owner")
    assert await quiet_swan.database.write(forget_old) > 0


async def test_an_answer_is_kept_short_and_those_of_older_releases_are_replayed_too(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    key, round_ = uuid7(), {"items": [quiet_swan.item("Tsingtao", 2), quiet_swan.item("Fries")]}
    first = await wei.post("/api/orders", round_, Idempotency_Key=key)
    (kept,) = await quiet_swan.database.read(Answer.select(Answer.body).where(Answer.key == key), bytes)
    assert len(kept) < len(json.dumps(first.body)) / 5
    assert json.loads(whole(kept)) == first.body
    old = Answer.update(body=whole(kept)).where(Answer.key == key)
    await quiet_swan.database.write(lambda tx: tx.run(old).rowcount)
    assert (await wei.post("/api/orders", round_, Idempotency_Key=key)).body == first.body
