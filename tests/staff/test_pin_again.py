"""What is dear asks for the PIN again: another may have picked up the tablet."""

from typing import Any

from tests.bar import PINS, Answer, Swan, Tablet


def minutes_pass(swan: Swan, minutes: int) -> None:
    clock = swan.database.clock
    clock.believed(clock.now() + minutes * 60_000, "owner")


async def void(who: Tablet, order: Any, **headers: str) -> Answer:
    line = order["items"][0]["lineId"]
    return await who.post(f"/api/orders/{order['orderId']}/void", {"lineIds": [line], "reason": "typo"}, **headers)


async def round_of(who: Tablet, swan: Swan) -> Any:
    return (await who.post("/api/orders", {"items": [swan.item("Tsingtao")]})).body


async def number(swan: Swan, name: str) -> int:
    people = (await swan.tablet.get("/api/session/people"))["people"]
    found: int = next(each["id"] for each in people if each["name"] == name)
    return found


async def test_a_void_long_after_the_pin_asks_for_it_again_and_orders_never_do(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    first, second, third = [await round_of(max_, quiet_swan) for _ in range(3)]
    minutes_pass(quiet_swan, 9)
    assert (await void(max_, first)).status == 200
    minutes_pass(quiet_swan, 2)
    asked = await void(max_, second)
    assert (asked.status, asked["code"], asked["permission"]) == (403, "pin_again", "order.void")
    assert (await round_of(max_, quiet_swan))["orderId"]
    himself = f"{await number(quiet_swan, 'Max')}:{PINS['Max']}"
    assert (await void(max_, second, Manager_Override=himself)).status == 200
    assert (await void(max_, third)).status == 200, "and for a while he is not asked again"
    journal = (await (await quiet_swan.sign_in("Ana")).get("/api/journal?limit=1000"))["events"]
    assert not [each for each in journal if each["kind"] == "permission.lent"], "his own PIN lends nothing"


async def test_somebody_elses_pin_does_for_this_call_alone(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    first, second = [await round_of(max_, quiet_swan) for _ in range(2)]
    minutes_pass(quiet_swan, 11)
    ana = f"{await number(quiet_swan, 'Ana')}:{PINS['Ana']}"
    assert (await void(max_, first, Manager_Override=ana)).status == 200
    assert (await void(max_, second))["code"] == "pin_again"
    wrong = f"{await number(quiet_swan, 'Max')}:000000"
    assert (await void(max_, second, Manager_Override=wrong))["code"] == "wrong_pin"


async def test_every_dear_call_asks_and_an_owner_decides_how_soon(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.put("/api/settings", {"pinAgain": 1})).status == 200
    minutes_pass(quiet_swan, 2)
    for method, path, body in (
        ("PUT", "/api/settings", {"pinAgain": 0}),
        ("PUT", "/api/roles", {"role": "waiter", "permissions": []}),
        ("POST", "/api/staff", {"name": "Eve", "role": "waiter", "pin": "583920"}),
        ("POST", "/api/devices/codes", None),
        ("DELETE", "/api/devices/1", None),
    ):
        assert (await ana.ask(method, path, body))["code"] == "pin_again", path
    assert (await ana.get("/api/settings")).status == 200, "looking is free"
    herself = f"{await number(quiet_swan, 'Ana')}:{PINS['Ana']}"
    assert (await ana.put("/api/settings", {"pinAgain": 0}, Manager_Override=herself)).status == 200
    minutes_pass(quiet_swan, 300)
    assert (await void(ana, await round_of(ana, quiet_swan))).status == 200, "0: never asked again"


async def test_the_pin_may_be_given_again_before_it_is_asked_for(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    order = await round_of(max_, quiet_swan)
    minutes_pass(quiet_swan, 60)
    assert (await max_.post("/api/session/pin", {"pin": "000000"}))["code"] == "wrong_pin"
    assert (await void(max_, order))["code"] == "pin_again"
    assert (await max_.post("/api/session/pin", {"pin": PINS["Max"]})).status == 204
    assert (await void(max_, order)).status == 200
    for _ in range(5):
        await max_.post("/api/session/pin", {"pin": "000000"})
    assert (await max_.post("/api/session/pin", {"pin": PINS["Max"]})).status == 429, "no way round the lock"
