"""What is left in the keg is what the ledger took since it was tapped: nobody tells a pour twice."""

from typing import Any

from barbox.core.transaction import Transaction
from barbox.stock import commands
from barbox.stock.commands import StockChange, StockItem
from barbox.stock.jobs import prove
from barbox.stock.taps import rules
from barbox.stock.taps.commands import TapKeg, tap_keg
from tests.bar import Swan, Tablet

DAY_MS = 86_400_000


async def beer(swan: Swan, who: Tablet) -> int:
    """Lager by the keg of 30 l, two kegs there; fries are half a litre of it in this bar."""
    pack = {"names": {"en": "Keg 30 l", "zh": "30 升桶"}, "quantity": 30_000}
    made = await who.post(
        "/api/inventory/items",
        {"names": {"en": "Lager", "zh": "拉格"}, "unit": "ml", "policy": "allow", "packs": [pack]},
    )
    lager = int(made["id"])
    await who.post("/api/inventory/receive", {"items": [{"itemId": lager, "quantity": 60_000, "amount": 60_000}]})
    half = {"items": [{"itemId": lager, "quantity": 500}]}
    assert (await who.put(f"/api/recipes/products/{swan.products['Fries']}", half)).status == 200
    return lager


async def taps(who: Tablet) -> dict[str, Any]:
    return {each["name"]: each for each in (await who.get("/api/taps"))["taps"]}


async def test_a_keg_is_tapped_poured_from_and_followed_by_the_next(swan: Swan) -> None:
    max_, bob, wei = [await swan.sign_in(name) for name in ("Max", "Bob", "Wei")]
    lager = await beer(swan, max_)
    made = await max_.post("/api/taps", {"names": {"en": "Tap 1", "zh": "一号"}, "cleanDays": 7})
    path = f"/api/taps/{made['id']}"
    assert (await taps(wei))["Tap 1"] | {"keg": None} == (await taps(wei))["Tap 1"]
    assert (await wei.post(f"{path}/tap", {"itemId": lager})).status == 403
    await wei.post("/api/orders", {"items": [swan.item("Fries", 9)]})  # before it: of another keg
    first = await bob.post(f"{path}/tap", {"itemId": lager, "bestBefore": "2020-01-31"})
    assert first.status == 201, first.body
    order = await wei.post("/api/orders", {"items": [swan.item("Fries", 3), swan.item("Fries", 50)]})
    gone = {"lineIds": [order["items"][1]["lineId"]], "reason": "typed wrong"}
    assert (await max_.post(f"/api/orders/{order['orderId']}/void", gone)).status == 200
    await max_.post("/api/inventory/waste", {"items": [{"itemId": lager, "quantity": 250}], "reason": "foam"})
    keg = (await taps(wei))["Tap 1"]["keg"]
    assert (keg["poured"], keg["remaining"], keg["size"], keg["stale"]) == (1750, 28_250, 30_000, True)
    second = await bob.post(f"{path}/tap", {"itemId": lager, "size": 20_000})
    history = (await bob.get(f"/api/kegs?itemId={lager}"))["kegs"]
    assert [(each["kegId"], each["poured"], each["remaining"]) for each in history] == [
        (second["id"], 0, 20_000),
        (first["id"], 1750, 28_250),
    ]
    assert (history[1]["share"], history[1]["emptiedBy"], history[0]["emptiedAt"]) == (
        0.0583,
        history[0]["tappedBy"],
        None,
    )
    assert (await max_.delete(path))["code"] == "wrong_state", "a keg is on it"
    assert (await bob.post(f"{path}/empty", {"wasteRest": True})).status == 403
    on_hand = (await max_.get("/api/inventory?q=Lager"))["items"][0]["onHand"]
    assert (await max_.post(f"{path}/empty", {"wasteRest": True})).status == 200
    assert (await max_.get("/api/inventory?q=Lager"))["items"][0]["onHand"] == on_hand - 20_000
    assert (await bob.post(f"{path}/empty", {}))["code"] == "wrong_state"
    assert (await max_.delete(path)).status == 200
    assert (await taps(wei), (await max_.get("/api/inventory/proof"))["differences"]) == ({}, [])


async def test_a_keg_of_days_ago_is_read_from_the_days_sums(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    lager = await beer(quiet_swan, max_)
    number = (await max_.post("/api/taps", {"names": {"en": "Tap 1"}}))["id"]

    def before(days: int, quantity: float, *, tap: bool = False) -> Any:
        def told(tx: Transaction) -> None:
            tx.then(tx.now - days * DAY_MS)
            if tap:
                tap_keg(tx, number, TapKeg(item_id=lager))
            commands.waste(tx, StockChange(items=[StockItem(item_id=lager, quantity=quantity)], reason="test"))

        return told

    write = quiet_swan.database.write
    await write(before(3, 700))
    await write(before(3, 1000, tap=True))
    await write(before(2, 2000))
    await write(before(1, 4000))
    await prove(quiet_swan.database)
    await write(before(0, 8000))
    assert (await taps(max_))["Tap 1"]["keg"]["poured"] == 15_000
    tapped = await max_.post(f"/api/taps/{number}/tap", {"itemId": lager})
    assert tapped.status == 201, tapped.body
    assert (await max_.get("/api/kegs"))["kegs"][1]["poured"] == 15_000, "as the writer reckons it too"


async def test_two_taps_of_one_beer_share_what_is_poured(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    lager = await beer(quiet_swan, max_)
    left, right = [(await max_.post("/api/taps", {"names": {"en": name}}))["id"] for name in ("Left", "Right")]

    async def pour(quantity: float) -> None:
        await max_.post("/api/inventory/waste", {"items": [{"itemId": lager, "quantity": quantity}], "reason": "test"})

    await max_.post(f"/api/taps/{left}/tap", {"itemId": lager})
    await pour(1000)
    await max_.post(f"/api/taps/{right}/tap", {"itemId": lager})
    await pour(3000)
    now = await taps(max_)
    assert (now["Left"]["keg"]["poured"], now["Right"]["keg"]["poured"]) == (2500, 1500)
    await max_.post(f"/api/taps/{right}/empty", {})
    await pour(200)
    assert (await taps(max_))["Left"]["keg"]["poured"] == 2700, "what the other gave stays the other's"
    assert rules.shared([10, 4, 2]) == [6 + 1, 1, 0], "of what cannot be halved nobody is charged more"


async def test_a_line_is_due_until_it_is_cleaned_and_the_log_says_by_whom(quiet_swan: Swan) -> None:
    max_, bob = await quiet_swan.sign_in("Max"), await quiet_swan.sign_in("Bob")
    path = f"/api/taps/{(await max_.post('/api/taps', {'names': {'en': 'Tap 1'}}))['id']}"
    assert ((await taps(bob))["Tap 1"]["cleaning"], (await taps(bob))["Tap 1"]["cleanBy"]) == ("due", None)
    assert (await bob.post(f"{path}/clean", {"means": "caustic", "note": "slow"})).status == 200
    assert (await taps(bob))["Tap 1"]["cleaning"] == "clean"
    (log,) = (await bob.get(f"{path}/cleanings"))["cleanings"]
    assert (log["means"], log["note"], log["staff"]) == ("caustic", "slow", "Bob")
    assert [rules.cleaning(each) for each in (None, 2, 1, 0, -1)] == ["due", "clean", "due", "due", "overdue"]
    for call, body, status in (
        ("/api/taps/99/clean", {}, 404),
        (f"{path}/tap", {"itemId": 77}, 404),
        (f"{path}/tap", {"itemId": await beer(quiet_swan, max_), "bestBefore": "2026-13-01"}, 400),
    ):
        assert (await bob.post(call, body)).status == status, call
