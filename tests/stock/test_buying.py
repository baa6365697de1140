"""Who delivers, what is ordered, what comes, and what it cost."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from barbox.core.clock import as_date
from barbox.core.transaction import Transaction
from barbox.reports.jobs import foretell
from barbox.reports.models import SalesHour
from barbox.reports.outlook import Foresight
from barbox.stock.buying.models import StockDemand
from barbox.stock.buying.needs import Need, Plan, Shelf, Use, need, whole_packs
from tests.bar import Swan, Tablet


class Told(NamedTuple):
    business_day: int
    factor: int


async def supplier(who: Tablet, name: str = "Golden Spirits", **more: Any) -> int:
    made = await who.post("/api/suppliers", {"name": name, "leadDays": 2, "weekdays": [0, 2, 4], **more})
    assert made.status == 201, made.body
    return int(made["id"])


async def test_a_supplier_goes_only_when_nothing_is_on_order_and_leaves_its_items(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    spirits = await supplier(max_, email="sales@spirits.example")
    gin = await max_.post("/api/inventory/items", {"names": {"en": "Gin"}, "unit": "ml", "supplierId": spirits})
    (known,) = (await max_.get("/api/suppliers"))["suppliers"]
    assert (known["weekdays"], known["leadDays"], known["items"]) == ([0, 2, 4], 2, 1)
    changed = {"name": "Golden Spirits Ltd", "weekdays": [1, 1], "language": "zh"}
    assert (await max_.put(f"/api/suppliers/{spirits}", changed)).status == 200
    (known,) = (await max_.get("/api/suppliers"))["suppliers"]
    assert (known["name"], known["weekdays"], known["email"]) == ("Golden Spirits Ltd", [1], None)
    assert (await max_.put("/api/suppliers/99", changed)).status == 404
    assert (await max_.post("/api/suppliers", {"name": "x", "weekdays": []})).status == 400
    assert (await max_.post("/api/suppliers", {"name": "x", "weekdays": [7]})).status == 400
    assert (await wei.get("/api/suppliers")).status == 403
    assert (await max_.delete(f"/api/suppliers/{spirits}")).status == 204
    assert (await max_.get("/api/suppliers"))["suppliers"] == []
    item = await max_.get(f"/api/inventory/items/{gin['id']}")
    assert item["supplierId"] is None


async def gin_and_lime(who: Tablet, spirits: int) -> tuple[dict[str, int], dict[str, int]]:
    """Gin in bottles of 700 ml, limes in boxes of 20: each item's number with its pack's."""
    found = []
    for names, unit, quantity, price in (
        ({"en": "Gin", "zh": "金酒"}, "ml", 700, 12_600),
        ({"en": "Lime"}, "piece", 20, 3_000),
    ):
        pack = {"names": {"en": "Bottle" if unit == "ml" else "Box"}, "quantity": quantity, "price": price}
        body = {"names": names, "unit": unit, "supplierId": spirits, "packs": [pack]}
        number = int((await who.post("/api/inventory/items", body))["id"])
        packs = (await who.get(f"/api/inventory/items/{number}"))["packs"]
        found.append({"itemId": number, "packId": int(packs[0]["id"])})
    return found[0], found[1]


async def test_an_order_is_drafted_changed_and_goes_to_the_supplier_in_every_way(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    spirits = await supplier(max_, contact="李经理", email="sales@spirits.example", language="zh")
    gin, lime = await gin_and_lime(max_, spirits)
    draft = await max_.post("/api/purchases", {"supplierId": spirits, "lines": [{**gin, "packs": 6}]})
    assert (draft.status, draft["status"], draft["version"], draft["amount"]) == (201, "draft", 1, 75_600)
    path = f"/api/purchases/{draft['id']}"
    change: dict[str, Any] = {
        "supplierId": spirits,
        "lines": [{**gin, "packs": 6, "price": 12_000}, {**lime, "packs": 2, "note": "ripe"}],
        "version": 1,
    }
    changed = await max_.put(path, change)
    assert (changed["version"], changed["amount"]) == (2, 78_000)
    stale = await max_.put(path, change)
    assert (stale.status, stale["code"], stale["current"]["amount"]) == (409, "stale_version", 78_000)
    twice = await max_.post("/api/purchases", {"supplierId": spirits, "lines": [{**gin, "packs": 1}] * 2})
    assert (twice.status, twice["field"]) == (400, "lines[1].itemId")
    foreign = {"supplierId": spirits, "lines": [{"itemId": gin["itemId"], "packId": lime["packId"], "packs": 1}]}
    assert (await max_.post("/api/purchases", foreign))["field"] == "lines[0].packId"

    mail = await max_.post(f"{path}/send", {"as": "mail"})
    assert (mail["to"], mail["purchase"]["status"]) == ("sales@spirits.example", "sent")
    assert mail["purchase"]["expectedOn"] is not None
    assert "李经理：您好！" in mail["text"]
    assert "- 6 × 金酒, Bottle" in mail["text"]
    printed = await max_.post(f"{path}/send", {"as": "print"})
    assert (printed.status, printed["jobId"] > 0) == (200, True), printed.body
    for kind, begin in (("csv", b"\xef\xbb\xbf\xe5\x93\x81\xe5\x90\x8d"), ("pdf", b"%PDF")):
        sent = await max_.post(f"{path}/send", {"as": kind})
        assert (await max_.get(sent["file"])).body.startswith(begin)
    assert (await max_.put(path, change | {"version": 6}))["code"] == "wrong_state"
    assert (await max_.delete(f"/api/suppliers/{spirits}")).status == 409
    listed = (await max_.get("/api/purchases?open=true"))["purchases"]
    assert [(each["number"], each["status"], each["amount"]) for each in listed] == [(1, "sent", 78_000)]
    assert (await max_.post(f"{path}/cancel"))["status"] == "cancelled"
    assert (await max_.post(f"{path}/close")).status == 409
    assert (await max_.get("/api/purchases?open=true"))["purchases"] == []


async def test_what_comes_is_booked_with_its_cost_and_its_differences_are_kept(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    spirits = await supplier(max_)
    gin, lime = await gin_and_lime(max_, spirits)
    lines = [{**gin, "packs": 6}, {**lime, "packs": 2}]
    order = await max_.post("/api/purchases", {"supplierId": spirits, "lines": lines})
    path = f"/api/purchases/{order['id']}"
    came = {"lines": [{**gin, "packs": 2}]}
    assert (await max_.post(f"{path}/receive", came))["code"] == "wrong_state", "it was never sent"
    await max_.post(f"{path}/send", {"as": "csv"})

    first = await max_.post(
        f"{path}/receive",
        {
            "paper": "L-778",
            "lines": [
                {**gin, "packs": 3, "code": "A1", "expiresOn": 2028_01_31},
                {**gin, "packs": 1, "amount": 14_000, "code": "A2"},
                {"itemId": swan.products["Tsingtao"], "packs": 24, "amount": 6_000},
            ],
        },
    )
    assert first.status == 201, first.body
    told = [(each["name"], each["packs"], each["expected"], each["difference"]) for each in first["lines"]]
    assert told == [("Gin", 3, 3, 0), ("Gin", 1, 3, -2), ("Tsingtao", 24, 0, 24), ("Lime", 0, 2, -2)]
    assert [each["amountDifference"] for each in first["lines"]] == [0, 1_400, None, None]
    assert [each["code"] for each in first["lines"][:2]] == ["A1", "A2"]
    assert (first["amount"], first["differs"], first["paper"]) == (57_800, True, "L-778")
    now = await max_.get(path)
    assert (now["status"], [each["received"] for each in now["lines"]]) == ("partly", [4, 0])
    kept = await max_.get(f"/api/inventory/items/{gin['itemId']}")
    assert kept["cost"] == round((3 * 12_600 + 14_000) / 2_800, 3)
    moves = (await max_.get(f"/api/inventory/items/{gin['itemId']}/moves"))["moves"]
    assert [(each["quantity"], each["document"]) for each in moves] == [
        (700, f"delivery:{first['id']}"),
        (2_100, f"delivery:{first['id']}"),
    ]

    single = {"itemId": lime["itemId"], "packs": 20, "amount": 3_000}
    second = await max_.post(f"{path}/receive", {"lines": [{**gin, "packs": 2}, single]})
    told = [(each["name"], each["packs"], each["expected"], each["difference"]) for each in second["lines"]]
    assert told == [("Gin", 2, 2, 0), ("Lime", 20, 40, -20)], "by the piece, of two boxes of twenty"
    assert (await max_.get(path))["status"] == "partly"
    assert (await max_.post(f"{path}/cancel")).status == 409
    assert (await max_.post(f"{path}/close"))["status"] == "closed"
    mine = (await max_.get(f"/api/deliveries?purchaseId={order['id']}"))["deliveries"]
    assert [(each["id"], each["supplier"], each["differs"]) for each in mine] == [
        (second["id"], "Golden Spirits", True),
        (first["id"], "Golden Spirits", True),
    ]
    bought = await max_.post("/api/deliveries", {"lines": [{**lime, "packs": 1, "amount": 2_500}], "paper": "market"})
    assert (bought["lines"][0]["expected"], bought["differs"]) == (None, False)
    read = await max_.get(f"/api/deliveries/{bought['id']}")
    assert read.body == bought.body
    assert len((await max_.get("/api/deliveries"))["deliveries"]) == 3
    assert (await max_.get("/api/inventory/proof"))["differences"] == []
    assert (await max_.post("/api/deliveries", {"lines": [{"itemId": 999, "packs": 1}]})).status == 400
    assert (await max_.get("/api/deliveries?from=2026-02-31")).status == 400


def test_an_order_lasts_until_the_delivery_after_it() -> None:
    """Monday; what is ordered comes on Wednesday, the next on Friday."""
    plan = Plan(date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27))
    use = Use({0: 4_000, 1: 4_000, 2: 8_000, 3: 8_000, 4: 40_000}, 28)

    def told(on_hand: int, on_order: int = 0, low_at: int = 0, par: int = 0, **factors: int) -> Need:
        by_day = {date(2026, 11, int(day[1:])): factor for day, factor in factors.items()}
        return need(Shelf(on_hand, on_order, low_at, par), use, by_day, plan)

    assert told(20_000) == Need(0, 6_000, None, None), "1 + 1 until Wednesday, 2 + 2 until Friday"
    assert told(5_000) == Need(1_000, 6_000, "forecast", 3)
    assert told(2_000) == Need(4_000, 6_000, "runs_out", 1)
    assert told(2_000, on_order=5_000).reason is None, "it is on its way"
    assert told(5_000, d25=2_000, d26=2_000) == Need(5_000, 10_000, "forecast", 2), "twice the usual"
    assert told(3_000, low_at=3_000, par=9_000) == Need(8_000, 6_000, "low", 2), "back to par when it comes"
    assert need(Shelf(1_000, 0, 0, 0), Use({0: 7_000}, 3), {}, plan).foreseen == 4_000, "new: every day alike"
    assert [whole_packs(lacks, 700) for lacks in (1, 700, 701)] == [1_000, 1_000, 2_000]


async def test_what_to_order_is_suggested_in_whole_packs_up_to_the_minimum_and_only_once(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    spirits = await supplier(max_, minimum=60_000)
    gin, lime = await gin_and_lime(max_, spirits)
    for item, more in ((gin, {"lowAt": 700, "par": 2_800}), (lime, {"par": 60})):
        kept = (await max_.get(f"/api/inventory/items/{item['itemId']}")).body
        names = ("names", "unit", "supplierId")
        body = {name: kept[name] for name in names} | more
        assert (await max_.put(f"/api/inventory/items/{item['itemId']}", body)).status == 200
    came = [{"itemId": gin["itemId"], "quantity": 650}, {"itemId": lime["itemId"], "quantity": 25}]
    await max_.post("/api/inventory/receive", {"items": came})
    (order,) = (await max_.get("/api/purchases/suggested", Accept_Language="zh-CN"))["orders"]
    assert (order["supplierId"], order["amount"], order["missing"]) == (spirits, 56_400, 3_600)
    told = [(each["name"], each["packs"], each["quantity"], each["reason"]) for each in order["lines"]]
    assert told == [("金酒", 4, 2_800, "low"), ("Lime", 2, 40, "fill")]
    assert order["lines"][0]["text"] == "现有及在途 650 ml，补货点 700 ml"
    lines = [{key: line[key] for key in ("itemId", "packId", "packs", "price")} for line in order["lines"]]
    draft = await max_.post("/api/purchases", {"supplierId": spirits, "lines": lines})
    assert (await max_.get(f"/api/purchases/suggested?supplierId={spirits}"))["orders"] == []
    await max_.post(f"/api/purchases/{draft['id']}/cancel")
    assert len((await max_.get("/api/purchases/suggested"))["orders"]) == 1


async def test_the_forecast_tells_stock_what_the_next_days_will_need(swan: Swan) -> None:
    """Twelve weeks alike sold 100 a day; the next two weeks are foreseen as they were, every day of them."""
    max_ = await swan.sign_in("Max")
    today = swan.database.days.of(swan.database.clock.now())

    def sell(tx: Transaction) -> None:
        for back in range(1, 85):
            day = int(f"{as_date(today) - timedelta(back):%Y%m%d}")
            total = 10_000 + back % 3
            row = dict.fromkeys(SalesHour._meta.sorted_field_names, 0) | {"business_day": day, "hour": 21}
            tx.run(SalesHour.insert(row | {"total": total, "orders": 4, "covers": 8}))

    await swan.database.write(sell)
    assert (await max_.get("/api/purchases/suggested"))["forecast"] is False
    await foretell(swan.database, Foresight())
    assert (await max_.get("/api/purchases/suggested"))["forecast"] is True
    async with swan.database.snapshot() as snapshot:
        rows = await snapshot.all(StockDemand.select(StockDemand.business_day, StockDemand.factor), Told)
    assert len(rows) == 14
    assert all(abs(factor - 1000) < 20 for _, factor in rows), rows


async def test_a_delivery_written_down_wrong_is_taken_back_and_written_anew(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    spirits = await supplier(max_)
    gin, lime = await gin_and_lime(max_, spirits)
    crate = int((await max_.post("/api/inventory/items", {"names": {"en": "Crate"}, "kind": "packaging"}))["id"])
    kept = (await max_.get(f"/api/inventory/items/{lime['itemId']}")).body
    box = kept["packs"][0] | {"depositItemId": crate}
    body = {"names": kept["names"], "unit": "piece", "supplierId": spirits, "dated": True, "packs": [box]}
    body["packs"][0].pop("name")
    assert (await max_.put(f"/api/inventory/items/{lime['itemId']}", body)).status == 200

    async def there() -> list[tuple[float, float, float, int]]:
        levels = {each["itemId"]: each["onHand"] for each in (await max_.get("/api/inventory"))["items"]}
        told = []
        for item in (gin["itemId"], lime["itemId"], crate):
            known = await max_.get(f"/api/inventory/items/{item}")
            price = known["packs"][0]["price"] if known["packs"] else 0
            told.append((levels[item], known["cost"], known["lastCost"], price))
        return told

    old = {"lines": [{**gin, "packs": 2, "amount": 24_000}]}
    await max_.post("/api/deliveries", old)
    before = await there()
    order = await max_.post(
        "/api/purchases", {"supplierId": spirits, "lines": [{**gin, "packs": 6}, {**lime, "packs": 1}]}
    )
    path = f"/api/purchases/{order['id']}"
    await max_.post(f"{path}/send", {"as": "csv"})
    lines = [
        {**gin, "packs": 4, "amount": 60_000, "locationId": 2},
        {**gin, "packs": 2, "amount": 26_000},
        {**lime, "packs": 1, "amount": 3_300, "code": "B7", "expiresOn": 2027_01_31},
    ]
    wrong = await max_.post(f"{path}/receive", {"lines": lines})
    assert (await max_.get(path))["status"] == "closed"
    first = wrong["lines"][0]
    assert (first["costBefore"], first["costAfter"], first["priceBefore"]) == (12_000, 14_000, 12_000)
    assert [each["locationId"] for each in wrong["lines"]] == [2, 1, 1]
    await max_.post(
        "/api/inventory/transfer", {"fromId": 2, "toId": 1, "items": [{"itemId": gin["itemId"], "quantity": 2_800}]}
    )

    back = f"/api/deliveries/{wrong['id']}/reverse"
    assert (await max_.post(back, {"reason": " "})).status == 400
    assert (await max_.post("/api/deliveries/99/reverse", {"reason": "no"})).status == 404
    undone = await max_.post(back, {"reason": "another bar's"})
    assert (undone.status, undone["reversedFor"], undone["replacedBy"]) == (200, "another bar's", None)
    assert await there() == before, "as if it had never come"
    assert (await max_.get("/api/inventory/batches"))["batches"] == []
    now = await max_.get(path)
    assert (now["status"], now["closedAt"], [each["received"] for each in now["lines"]]) == ("sent", None, [0, 0])
    assert (await max_.post(back, {"reason": "again"}))["code"] == "wrong_state"

    # What was sold meanwhile cannot be taken back; that less came than was written down can be said.
    much = await max_.post(f"{path}/receive", {"lines": [{**gin, "packs": 6, "amount": 75_600}]})
    gone = {"items": [{"itemId": gin["itemId"], "quantity": 3_500}], "reason": "broken"}
    assert (await max_.post("/api/inventory/waste", gone)).status == 200
    back = f"/api/deliveries/{much['id']}/reverse"
    refused = await max_.post(back, {"reason": "miscounted"})
    assert (refused.status, refused["code"]) == (400, "insufficient_stock")
    assert (await max_.get(path))["lines"][0]["received"] == 6, "nothing of it happened"
    right = {"lines": [{**gin, "packs": 5, "amount": 63_000}], "paper": "L-9"}
    made = await max_.post(back, {"reason": "miscounted", "instead": right})
    assert (made.status, made["purchaseId"], made["paper"], made["lines"][0]["expected"]) == (
        200,
        order["id"],
        "L-9",
        6,
    )
    assert (await max_.get(f"/api/deliveries/{much['id']}"))["replacedBy"] == made["id"]
    assert (await max_.get(path))["status"] == "partly"
    assert (await there())[0][0] == 2 * 700 + 5 * 700 - 3_500
    assert (await max_.get("/api/inventory/proof?full=true"))["differences"] == []
