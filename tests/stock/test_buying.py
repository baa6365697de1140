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
