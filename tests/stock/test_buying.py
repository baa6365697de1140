"""Who delivers, what is ordered, what comes, and what it cost."""

from typing import Any

from tests.bar import Swan, Tablet


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
