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
