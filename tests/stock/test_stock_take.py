"""The stock-take: blind, by several phones at once, while the bar goes on selling; what lacks, and why."""

import asyncio
from typing import Any

from barbox.stock.counting import variance
from barbox.stock.counting.variance import Cause, Found
from tests.bar import Swan, Tablet

GIN = {
    "names": {"en": "Gin", "zh": "金酒"},
    "kind": "drink",
    "unit": "ml",
    "tare": 500,
    "fullWeight": 1160,
    "fullQuantity": 700,
    "packs": [{"names": {"en": "Bottle", "zh": "瓶"}, "quantity": 700}],
}


async def keep_gin(who: Tablet, bottles: float = 3) -> tuple[int, int]:
    """Gin on the shelf, 12,600 cents the bottle: its number and its pack's."""
    gin = (await who.post("/api/inventory/items", GIN))["id"]
    pack = (await who.get(f"/api/inventory/items/{gin}"))["packs"][0]["id"]
    came = {"itemId": gin, "quantity": bottles, "packId": pack, "amount": round(12_600 * bottles)}
    assert (await who.post("/api/inventory/receive", {"items": [came]})).status == 200
    return gin, pack


async def begin(who: Tablet, **about: Any) -> int:
    made = await who.post("/api/inventory/counts", about)
    assert made.status == 201, made.body
    number: int = made["id"]
    return number


async def entered(who: Tablet, sheet: int, item: int, **found: Any) -> int:
    made = await who.post(f"/api/inventory/counts/{sheet}/entries", {"itemId": item, **found})
    assert made.status == 201, made.body
    number: int = made["id"]
    return number


async def line(who: Tablet, sheet: int, item: int) -> Any:
    """What the sheet says of an item."""
    items = (await who.get(f"/api/inventory/counts/{sheet}"))["items"]
    return next(each for each in items if each["itemId"] == item)


async def on_hand(who: Tablet, item: int) -> float:
    items = (await who.get("/api/inventory"))["items"]
    there: float = next(each["onHand"] for each in items if each["itemId"] == item)
    return there


async def test_a_hundred_and_fifty_ml_that_lack_are_found_with_what_they_cost(quiet_swan: Swan) -> None:
    max_, bob = await quiet_swan.sign_in("Max"), await quiet_swan.sign_in("Bob")
    gin, pack = await keep_gin(max_)
    sheet = await begin(max_, scope={"kinds": ["drink"]})
    assert (await line(bob, sheet, gin))["expected"] is None, "blind"
    await entered(bob, sheet, gin, packs=[{"packId": pack, "count": 2}], weights=[1019])
    assert (await line(bob, sheet, gin))["counted"] == 1950
    assert (await max_.post(f"/api/inventory/counts/{sheet}/close", {})).status == 200
    found = await max_.get(f"/api/inventory/counts/{sheet}/variance")
    row = next(each for each in found["rows"] if each["itemId"] == gin)
    assert (row["difference"], row["value"], found["missing"]) == (-150, -2700, 2700)
    assert await on_hand(max_, gin) == 1950
    assert (await line(bob, sheet, gin))["expected"] == 2100
    assert (await max_.get("/api/inventory/proof"))["differences"] == []


async def test_what_is_sold_after_it_was_counted_stays_sold(quiet_swan: Swan) -> None:
    max_, wei = await quiet_swan.sign_in("Max"), await quiet_swan.sign_in("Wei")
    beer = quiet_swan.products["Tsingtao"]
    sheet = await begin(max_)
    await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 4)]})
    await entered(wei, sheet, beer, quantity=19)  # twenty should be there
    await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao", 5)]})
    assert (await max_.post(f"/api/inventory/counts/{sheet}/close", {})).status == 200
    assert await quiet_swan.left("Tsingtao") == 14


async def test_several_count_at_once_and_what_each_found_adds_up(quiet_swan: Swan) -> None:
    max_, wei, bob = [await quiet_swan.sign_in(name) for name in ("Max", "Wei", "Bob")]
    beer = quiet_swan.products["Tsingtao"]
    sheet = await begin(max_)
    await asyncio.gather(*(entered(who, sheet, beer, quantity=7) for who in (wei, bob, max_)))
    assert (await line(max_, sheet, beer))["counted"] == 21
    wrong = await entered(wei, sheet, beer, quantity=30)
    await entered(wei, sheet, beer, quantity=3, replaces=wrong)
    shown = await line(max_, sheet, beer)
    assert (shown["counted"], [each["replaced"] for each in shown["entries"]]) == (24, [False] * 3 + [True, False])
    again = await wei.post(f"/api/inventory/counts/{sheet}/entries", {"itemId": beer, "quantity": 1, "replaces": wrong})
    assert again["code"] == "wrong_state"


async def test_what_nobody_counted_stays_unless_it_is_said_to_be_gone(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    gin, _ = await keep_gin(max_)
    beer = quiet_swan.products["Tsingtao"]
    first = await begin(max_)
    await entered(max_, first, gin, quantity=2100)
    await max_.post(f"/api/inventory/counts/{first}/close", {})
    assert await quiet_swan.left("Tsingtao") == 24
    second = await begin(max_, scope={"itemIds": [beer]})
    await max_.post(f"/api/inventory/counts/{second}/close", {"uncounted": "zero"})
    assert (await quiet_swan.left("Tsingtao"), await on_hand(max_, gin)) == (0, 2100)


async def test_a_closed_or_cancelled_sheet_takes_no_entry_and_bad_ones_are_named(quiet_swan: Swan) -> None:
    max_, wei, kim = [await quiet_swan.sign_in(name) for name in ("Max", "Wei", "Kim")]
    gin, _ = await keep_gin(max_)
    sheet, path = await begin(max_, blind=False), "/api/inventory/counts"
    assert (await line(kim, sheet, gin))["expected"] == 2100
    for body, field in (
        ({"weights": [400]}, "weights[0]"),
        ({"packs": [{"packId": 99, "count": 1}]}, "packs[0].packId"),
        ({"locationId": 77}, "locationId"),
        ({"quantity": 0.0001}, "quantity"),
        ({"replaces": 5}, "replaces"),
    ):
        refused = await wei.post(f"{path}/{sheet}/entries", {"itemId": gin, **body})
        assert (refused.status, refused["field"]) == (400, field)
    assert (await wei.post(f"{path}/{sheet}/close", {})).status == 403
    assert (await wei.get(f"{path}/{sheet}/variance")).status == 403
    await max_.post(f"{path}/{sheet}/cancel")
    assert (await wei.post(f"{path}/{sheet}/entries", {"itemId": gin}))["code"] == "wrong_state"
    assert (await wei.get(f"{path}/99"))["code"] == "not_found"
    assert [each["status"] for each in (await wei.get(path))["counts"]] == ["cancelled"]


def found(item_id: int, difference: int, **about: Any) -> Found:
    known = {"kind": "drink", "unit": "ml", "sold": 0, "packs": (700_000,), "mixed": True}
    return Found(item_id, difference=difference, **{**known, **about})


def test_likely_causes_are_those_of_a_bar() -> None:
    told = variance.causes(
        [
            found(1, -160_000, sold=2_000_000),
            found(2, -700_000),
            found(3, 1_400_000),
            found(4, -330_000, kind="food"),
            found(5, 325_000, kind="food"),
            found(6, -55_000),
            found(7, 0),
        ],
        {3: 1_400_000},
    )
    assert told == {
        1: [Cause("overpoured", share=0.08)],
        2: [Cause("whole_packs", packs=-1)],
        3: [Cause("delivery"), Cause("whole_packs", packs=2)],
        4: [Cause("mixed_up", other_id=5)],
        5: [Cause("mixed_up", other_id=4)],
        6: [Cause("waste")],
    }
