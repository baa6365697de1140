"""A manager on the spot lends a permission for one call, and the journal says who."""

from typing import Any

from tests.bar import PINS, Swan


async def people(swan: Swan) -> dict[str, int]:
    everybody = (await swan.tablet.get("/api/session/people"))["people"]
    return {each["name"]: each["id"] for each in everybody}


async def a_round(swan: Swan, who: Any) -> Any:
    return (await who.post("/api/orders", {"tab": "Lin", "items": [swan.item("Fries")]})).body


async def test_max_lets_wei_void_a_line_with_his_pin(swan: Swan) -> None:
    wei, ana = await swan.sign_in("Wei"), await swan.sign_in("Ana")
    order, number = await a_round(swan, wei), await people(swan)
    path, why = f"/api/orders/{order['orderId']}/void", {"reason": "wrong table"}
    assert (await wei.post(path, why)).status == 403
    key = "01990000-0000-7000-8000-000000000001"
    override = f"{number['Max']}:{PINS['Max']}"
    for _ in range(2):
        done = await wei.post(path, why, Manager_Override=override, Idempotency_Key=key)
        assert (done.status, done["status"]) == (200, "void")
    events = (await ana.get("/api/journal?limit=1000"))["events"]
    lent = [each for each in events if each["kind"] == "permission.lent"]
    assert len(lent) == 1
    assert (lent[0]["subject"], lent[0]["staffId"]) == (f"staff:{number['Max']}", number["Wei"])
    assert lent[0]["data"]["for"] == f"POST {path}"
    assert (await wei.post(f"/api/orders/{order['orderId']}/reopen", {"reason": "still mine"})).status == 403


async def test_a_wrong_pin_lends_nothing_and_is_counted(swan: Swan) -> None:
    wei, number = await swan.sign_in("Wei"), await people(swan)
    order = await a_round(swan, wei)
    path, why = f"/api/orders/{order['orderId']}/void", {"reason": "wrong table"}
    for _ in range(5):
        refused = await wei.post(path, why, Manager_Override=f"{number['Max']}:000000")
        assert (refused.status, refused["code"]) == (403, "wrong_pin")
    waiting = await wei.post(path, why, Manager_Override=f"{number['Max']}:{PINS['Max']}")
    assert waiting.status == 429
    assert (await wei.get(f"/api/orders/{order['orderId']}"))["status"] == "open"


async def test_one_waiter_cannot_lend_another_what_neither_may(swan: Swan) -> None:
    wei, number = await swan.sign_in("Wei"), await people(swan)
    order = await a_round(swan, wei)
    path = f"/api/orders/{order['orderId']}/void"
    refused = await wei.post(path, {"reason": "wrong"}, Manager_Override=f"{number['Bob']}:{PINS['Bob']}")
    assert (refused.status, refused["permission"]) == (403, "order.void")


async def test_a_discount_within_a_change_can_be_lent_too(swan: Swan) -> None:
    wei, number = await swan.sign_in("Wei"), await people(swan)
    order = await a_round(swan, wei)
    edit = {"version": order["version"], "discount": {"kind": "amount", "value": 200, "reason": "regular"}}
    override = f"{number['Max']}:{PINS['Max']}"
    less = await wei.put(f"/api/orders/{order['orderId']}", edit, Manager_Override=override)
    assert (less.status, less["totalAmount"]) == (200, 2000)
