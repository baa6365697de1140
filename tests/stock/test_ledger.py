"""An item's page: where it went and who took it, what it cost, what lapses, what is out on deposit, and the proof."""

from typing import Any

from barbox.core.clock import days_after
from barbox.core.transaction import Transaction
from barbox.stock.commands import StockChange, StockItem, receive
from barbox.stock.jobs import prove
from barbox.stock.models import StockLevel
from tests.bar import Swan, Tablet


async def made(who: Tablet, name: str, **about: Any) -> int:
    answer = await who.post("/api/inventory/items", {"names": {"en": name}, **about})
    assert answer.status == 201, answer.body
    return int(answer["id"])


async def test_the_ledger_tells_who_and_why_and_what_was_there_then(swan: Swan) -> None:
    max_, bob = await swan.sign_in("Max"), await swan.sign_in("Bob")
    gin = await made(max_, "Gin", unit="ml")

    def came(tx: Transaction) -> None:
        for day in (3, 2):
            tx.then(swan.database.clock.now() - day * 86_400_000)
            receive(tx, StockChange([StockItem(gin, 700, amount=14_000)]))

    await swan.database.write(came)
    recipe = {"items": [{"itemId": gin, "quantity": 30}]}
    await max_.put(f"/api/recipes/products/{swan.products['Negroni']}", recipe)
    await bob.post("/api/orders", {"items": [swan.item("Negroni", 2)]})
    await bob.post("/api/inventory/waste", {"items": [{"itemId": gin, "quantity": 40}], "reason": "fell"})
    carried = {"items": [{"itemId": gin, "quantity": 100}], "fromId": 1, "toId": 2}
    await max_.post("/api/inventory/transfer", carried)
    await bob.post("/api/orders", {"items": [swan.item("Negroni")]})
    path = f"/api/inventory/items/{gin}/moves"
    told = await max_.get(path)
    assert [(each["kind"], each["quantity"], each["balance"], each["staff"]) for each in told["moves"]] == [
        ("sale", -30, 1_270, None),
        ("transfer", 100, 1_300, "Max"),
        ("transfer", -100, 1_200, "Max"),
        ("waste", -40, 1_300, "Bob"),
        ("sale", -60, 1_340, None),
        ("receive", 700, 1_400, None),
        ("receive", 700, 700, None),
    ]
    assert (told["moves"][3]["reason"], told["earlier"]) == ("fell", None)
    assert [each["day"] for each in told["moves"][:2]] == [True, False]
    first = await max_.get(path + "?days=2")
    assert [each["balance"] for each in first["moves"]][-1] == 1_400
    rest = await max_.get(path + f"?days=2&until={first['earlier']}")
    assert [(each["kind"], each["balance"]) for each in rest["moves"]] == [("receive", 700)]
    assert rest["earlier"] is None


async def test_each_delivery_tells_what_it_cost_and_what_that_made_of_the_average(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    gin = await made(max_, "Gin", unit="ml")
    for amount in (14_000, 21_000):
        came = {"lines": [{"itemId": gin, "packs": 700, "amount": amount}]}
        answer = await max_.post("/api/deliveries", came)
        assert answer.status == 201, answer.body
    told = await max_.get(f"/api/inventory/items/{gin}/costs")
    assert [(each["quantity"], each["average"], each["paid"]) for each in told["costs"]] == [
        (700, 25, 30),
        (700, 20, 20),
    ]


async def test_what_lapses_is_on_the_morning_list_until_it_is_thrown_away(swan: Swan) -> None:
    max_, bob = await swan.sign_in("Max"), await swan.sign_in("Bob")
    cream = await made(max_, "Cream", unit="ml", dated=True)
    today = swan.database.days.of(swan.database.clock.now())
    for days, quantity in ((2, 500), (30, 1_000)):
        batch = {"itemId": cream, "quantity": quantity, "amount": quantity, "expiresOn": days_after(today, days)}
        await max_.post("/api/inventory/receive", {"items": [batch]})
    morning = await max_.get("/api/reports/morning")
    assert [(each["itemId"], each["left"], each["expired"]) for each in morning["lapsing"]] == [(cream, 500, False)]
    assert "Cream" in (await max_.get("/api/reports/morning/file")).body.decode()
    (lapsing, _) = (await max_.get(f"/api/inventory/batches?itemId={cream}"))["batches"]
    path = f"/api/inventory/batches/{lapsing['id']}/waste"
    assert (await bob.post(path, {"quantity": 500, "reason": ""})).status == 400
    assert (await bob.post(path, {"quantity": 500, "reason": "sour"})).status == 200
    assert (await bob.post(path, {"quantity": 500, "reason": "sour"})).status == 404
    assert (await max_.get("/api/reports/morning"))["lapsing"] == []
    (row,) = (await max_.get("/api/inventory/waste"))["rows"]
    assert (row["reason"], row["staff"], row["value"]) == ("sour", "Bob", 500)


async def test_what_guests_took_on_deposit_and_what_suppliers_fetch_are_told_apart(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    crate = await made(max_, "Crate", unit="piece", kind="packaging", cost=300)
    beer = await made(
        max_, "Beer", unit="piece", packs=[{"names": {"en": "Case"}, "quantity": 24, "depositItemId": crate}]
    )
    pack = (await max_.get(f"/api/inventory/items/{beer}"))["packs"][0]["id"]
    (listed,) = (await max_.get("/api/inventory?q=Beer&packs=true"))["items"]
    assert [(each["id"], each["quantity"]) for each in listed["packs"]] == [(pack, 24)]
    came = {"items": [{"itemId": beer, "quantity": 5, "packId": pack}]}
    assert (await max_.post("/api/inventory/receive", came)).status == 200
    for direction, quantity, party in (("out", 2, "supplier"), ("out", 2, "guest"), ("in", 1, "guest")):
        moved = {"items": [{"itemId": crate, "quantity": quantity}], "direction": direction, "party": party}
        assert (await max_.post("/api/inventory/deposit", moved)).status == 200
    (told,) = (await max_.get("/api/inventory/deposits"))["items"]
    assert [told[name] for name in ("onHand", "atGuests", "ofSuppliers", "deposit")] == [2, 1, 3, 300]
    assert (told["value"], told["guestValue"]) == (900, 300)


async def test_the_nights_proof_stands_in_the_office(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    gin = await made(max_, "Gin", unit="ml")
    assert (await max_.get("/api/inventory/proof"))["last"] is None
    await prove(swan.database)
    await max_.post("/api/inventory/receive", {"items": [{"itemId": gin, "quantity": 700}]})
    told = await max_.get("/api/inventory/proof?full=true")
    today = swan.database.days.of(swan.database.clock.now())
    assert (told["differences"], told["last"]["businessDay"]) == ([], days_after(today, -1))

    def spoilt(tx: Transaction) -> None:
        tx.run(StockLevel.update(on_hand=StockLevel.on_hand + 5_000).where(StockLevel.item_id == gin))

    await swan.database.write(spoilt)
    (wrong,) = (await max_.get("/api/inventory/proof"))["differences"]
    assert (wrong["itemId"], wrong["name"], wrong["unit"], wrong["quantity"]) == (gin, "Gin", "ml", 5)
