"""A waiter sees what they sold themselves, and nobody else's figures."""

from typing import Any

from tests.bar import Swan, Tablet


async def sold(who: Tablet, swan: Swan) -> Any:
    order = await who.post("/api/orders", {"tab": "Li", "items": [swan.item("Negroni")]})
    assert order.status == 201, order.body
    tender = {"method": "cash", "amount": order["totalAmount"], "tip": 100}
    assert (await who.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})).status == 201
    return order["totalAmount"]


async def test_a_waiter_reads_their_own_figures_alone(quiet_swan: Swan) -> None:
    wei, bob = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Bob")
    mine = await sold(wei, quiet_swan)
    await sold(bob, quiet_swan)
    told = await wei.get("/api/reports/mine")
    assert told.status == 200
    assert (told["sales"]["orders"], told["sales"]["total"]) == (1, mine)
    assert [(each["key"], each["total"], each["tips"]) for each in told["money"]] == [("cash", mine, 100)]
    for path in ("sales", "heatmap", "deductions", "happy-hours", "menu", "pour-cost", "orders"):
        assert (await wei.get(f"/api/reports/{path}")).status == 403
    max_ = await quiet_swan.sign_in("Max")
    assert (await max_.get("/api/reports/sales?by=staff"))["total"]["orders"] == 2


async def test_the_morning_report_comes_out_of_the_receipt_printer(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    await sold(max_, swan)
    for report in ("morning", "sales", "menu"):
        answer = await max_.post(f"/api/reports/{report}/print", {"by": "product", "language": "zh"})
        assert answer.status == 202, answer.body
        job = answer["jobId"]
        shown = (await max_.get("/api/print-jobs?limit=50"))["jobs"]
        assert next(each for each in shown if each["id"] == job)["kind"] == "report"
    wei = await swan.sign_in("Wei")
    assert (await wei.post("/api/reports/morning/print", {})).status == 403
