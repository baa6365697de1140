"""One real order: tablet, paper, display, money."""

import asyncio

from tests.bar import Swan


async def test_a_round_for_table_five_prints_at_bar_and_kitchen_and_is_paid_with_change(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    kim = await swan.sign_in("Kim")
    async with kim.live("rooms=kitchen") as display:
        await display.frame()
        chicken = swan.item("Kung Pao Chicken", modifiers=[swan.modifiers["hot"]], note="no coriander")
        round_ = {"tableId": swan.tables["T5"], "covers": 2, "items": [swan.item("Tsingtao", 2), chicken]}
        placed = await wei.post("/api/orders", round_)
        assert placed.status == 201, placed.body
        event = await display.until(lambda each: each["kind"] == "order.placed")
    assert event["data"]["orderId"] == placed["orderId"]
    assert placed["totalAmount"] == 2 * 2500 + 4800

    bar = (await asyncio.to_thread(swan.printers["bar"].wait_for_papers, 1))[0]
    kitchen = (await asyncio.to_thread(swan.printers["kitchen"].wait_for_papers, 1))[0]
    assert "2 Tsingtao" in bar.text
    assert "T5" in bar.text
    assert "Kung Pao" not in bar.text
    assert kitchen.pictures, "Chinese is drawn"

    paid = await wei.post(
        "/api/payments",
        {"orderId": placed["orderId"], "tenders": [{"method": "cash", "amount": 9800, "tendered": 10000}]},
    )
    assert paid.status == 201, paid.body
    assert paid["change"] == 200
    assert paid["order"]["status"] == "paid"
    receipt = (await asyncio.to_thread(swan.printers["till"].wait_for_papers, 1))[0]
    assert "98.00" in receipt.text
    assert "2.00" in receipt.text

    again = await wei.get(f"/api/orders/{placed['orderId']}")
    assert again["status"] == "paid"
    assert again["balance"] == 0
    ana = await swan.sign_in("Ana")
    kinds = [event["kind"] for event in (await ana.get("/api/journal?limit=1000"))["events"]]
    assert kinds.count("order.placed") == 1
    assert kinds.count("order.paid") == 1
