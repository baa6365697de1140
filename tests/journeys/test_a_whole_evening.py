"""What a bar does between opening the drawer and the Z, by hand on real tablets."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.bar import Bar, Tablet, Tablets, until

WAITER, MANAGER, BARTENDER = "Emily Carter", "林晓彤", "刘子豪"


def order_at(bar: Bar, table: str, status: str = "open") -> dict[str, Any]:
    """The order at a table; there is one."""
    (order,) = [each for each in bar.orders(status) if each["tableName"] == table]
    return order


def tickets(bar: Bar) -> list[str]:
    """The numbers of all papers that stations ever got."""
    return [job["number"] for job in bar.ask("/api/print-jobs?limit=500")["jobs"] if job["kind"] == "ticket"]


def journal_head(bar: Bar) -> int:
    """How far the journal is."""
    return int(bar.ask("/api/orders?limit=1")["seq"])


def events(bar: Bar, since: int, kind: str) -> list[dict[str, Any]]:
    """What the journal tells of one kind since then."""
    told = bar.ask(f"/api/journal?since={since}&limit=1000")["events"]
    return [each for each in told if each["kind"] == kind]


def lend_a_pin(tablet: Tablet) -> None:
    """A manager types the PIN on the waiter's tablet."""
    tablet.page.locator("dialog .people .key", has_text=MANAGER).click()
    tablet.page.keyboard.type(tablet.bar.pins[MANAGER])
    tablet.page.keyboard.press("Enter")


def in_english(tablet: Tablet) -> Page:
    """Whoever signed in reads Chinese; this test reads English."""
    page = tablet.page
    page.locator("header .who").click()
    page.locator("dialog .key[lang=en]").click()
    page.keyboard.press("Escape")
    return page


def menu_of_the_order(tablet: Tablet, what: str) -> None:
    tablet.page.get_by_role("button", name="More", exact=True).click()
    tablet.page.locator("dialog").get_by_role("button", name=what).click()


def test_each_guest_pays_a_share_by_another_means_and_one_leaves_a_tip(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work(WAITER, "phone")
    tablet.open_table("A1")
    for drink in ("Tsingtao", "Budweiser", "Snow"):
        tablet.tap(drink)
    tablet.send()
    tablet.open_table("A1")
    tablet.pay()
    page = tablet.page
    page.get_by_role("button", name="Split").click()
    page.locator("dialog .numbers").get_by_role("button", name="3", exact=True).click()
    expect(page.locator(".part")).to_have_count(4)  # three shares, and all of it
    shares = [each["amount"] for each in order_at(bar, "A1")["shares"]]
    tablet.shoot("pay-shares")

    page.locator(".part").nth(1).click()
    page.get_by_role("radio", name="Card").click()
    page.get_by_role("button", name=re.compile("10 %")).click()
    page.locator(".take").click()
    page.get_by_role("button", name="Next payment").click()
    expect(page.locator(".part").nth(1)).to_be_disabled()
    page.get_by_role("radio", name="Voucher").click()
    expect(page.locator(".take")).to_be_disabled()
    page.get_by_placeholder("Number of the voucher").fill("G-17")
    page.locator(".take").click()
    page.get_by_role("button", name="Next payment").click()
    page.get_by_role("button", name="Exact").click()
    page.locator(".take").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    page.get_by_role("button", name="Receipt as QR").click()
    expect(page.locator("dialog img")).to_be_visible()

    paid = order_at(bar, "A1", "paid")["payments"]
    assert [(each["method"], each["amount"]) for each in paid] == [
        ("card", shares[1]),
        ("voucher", shares[0]),
        ("cash", shares[2]),
    ]
    assert paid[0]["tip"] > 0


def test_what_one_guest_had_is_paid_apart_and_the_kitchen_hears_nothing_of_it(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work(WAITER)
    tablet.open_table("A2")
    tablet.tap("Tsingtao")
    tablet.tap("Tsingtao")
    tablet.tap("French fries")
    tablet.send()
    tablet.open_table("A2")
    before = tickets(bar)
    tablet.pay()
    page = tablet.page
    page.get_by_role("button", name="Split").click()
    page.get_by_role("tab", name="By line").click()
    page.locator("dialog").get_by_role("group", name="Stays").get_by_role("button", name=re.compile("Tsingtao")).click()
    tablet.shoot("split-lines")
    page.get_by_role("button", name=re.compile("Pay these")).click()
    first = next(each for each in bar.orders() if each["tableName"] == "A2" and not each["splitFrom"])
    until(lambda: len([each for each in bar.orders() if each["tableName"] == "A2"]) == 2, "the check is split")
    page.wait_for_url(lambda url: not url.endswith(f"/pay/{first['orderId']}"))
    expect(page.locator(".take")).to_be_enabled()
    page.locator(".take").click()
    page.get_by_role("link", name=re.compile("Rest: A2")).click()
    page.wait_for_url(f"**/pay/{first['orderId']}")
    expect(page.locator(".take")).to_be_enabled()
    page.locator(".take").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()

    both = [each for each in bar.orders("paid") if each["tableName"] == "A2"]
    assert sorted(sum(line["quantity"] for line in each["items"]) for each in both) == [1, 2]
    assert tickets(bar) == before


def test_a_discount_needs_the_managers_pin_and_is_in_every_sum(bar: Bar, tablets: Tablets) -> None:
    since = journal_head(bar)
    tablet = tablets.at_work(WAITER)
    tablet.open_table("A3")
    tablet.tap("Tsingtao")
    tablet.tap("Chimay Blue")
    tablet.send()
    tablet.open_table("A3")
    until(lambda: [each for each in bar.orders() if each["tableName"] == "A3"], "the round is on the box")
    before = order_at(bar, "A3")
    menu_of_the_order(tablet, "Discount")
    tablet.page.get_by_role("button", name="10 %").click()
    tablet.page.get_by_role("button", name="Regular guest").click()
    lend_a_pin(tablet)
    expect(tablet.page.locator("aside dl")).to_contain_text("Discount")
    tablet.check().filter(has_text="Chimay Blue").locator(".what").click()
    tablet.page.get_by_role("button", name="Discount", exact=True).click()
    tablet.page.get_by_role("tab", name="Amount").click()
    tablet.page.keyboard.type("500")
    tablet.page.locator("dialog .main").click()
    tablet.page.get_by_role("button", name="Took too long").click()
    lend_a_pin(tablet)
    expect(tablet.check().filter(has_text="Took too long")).to_be_visible()

    order = order_at(bar, "A3")
    assert order["totalAmount"] == order["subtotal"] - order["discountAmount"]
    assert order["totalAmount"] < before["totalAmount"] - 500
    lent = events(bar, since, "permission.lent")
    assert lent[-1]["subject"] == f"staff:{bar.ids[MANAGER]}"


def test_lines_move_tables_merge_and_another_waiter_takes_over(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work(WAITER)
    tablet.open_table("A4")
    tablet.tap("Tsingtao")
    tablet.tap("Budweiser")
    tablet.send()
    until(lambda: [each for each in bar.orders() if each["tableName"] == "A4"], "the round is on the box")
    sent = order_at(bar, "A4")["items"]

    tablet.open_table("A4")
    tablet.check().filter(has_text="Budweiser").locator(".what").click()
    tablet.page.get_by_role("button", name="Move", exact=True).click()
    tablet.page.locator("dialog .tables").get_by_role("button", name="A5", exact=True).click()
    expect(tablet.check()).to_have_count(1)
    assert [line["names"]["en"] for line in order_at(bar, "A5")["items"]] == ["Budweiser"]

    menu_of_the_order(tablet, "Merge")
    tablet.page.locator("dialog .orders .key", has_text="A5").click()
    tablet.page.get_by_role("button", name="Merge 1").click()
    expect(tablet.check()).to_have_count(2)

    menu_of_the_order(tablet, "Hand over")
    tablet.page.locator("dialog .people .key", has_text=BARTENDER).click()
    until(lambda: order_at(bar, "A4")["staffName"] == BARTENDER, "the order is the bartender's")

    menu_of_the_order(tablet, "Move to table")
    tablet.page.locator("dialog .tables").get_by_role("button", name="A6", exact=True).click()
    expect(tablet.page.get_by_role("heading", name="Table A6")).to_be_visible()
    until(lambda: [each for each in bar.orders() if each["tableName"] == "A6"], "they sit at A6")
    # The stations are told where it went, but every line is still the one that was sent, once.
    there = order_at(bar, "A6")["items"]
    assert {(line["lineId"], line["sentAt"]) for line in there} == {(line["lineId"], line["sentAt"]) for line in sent}


def test_a_happy_hour_that_begins_is_seen_on_an_open_screen_in_every_size(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work(WAITER)
    tablet.open_table("A7")
    page = tablet.page
    page.locator(".find input").first.fill("Lane's End Lager")
    tile = page.locator(".tile", has_text="Lane's End Lager")
    lager = bar.product("Lane's End Lager")
    expect(tile.locator("s")).to_have_count(0)
    rule = bar.ask(
        "/api/menu/price-rules",
        {
            "names": {"en": "Happy hour", "zh": "欢乐时光"},
            "weekdays": [0, 1, 2, 3, 4, 5, 6],
            "fromMinute": 0,
            "untilMinute": 1440,
            "productId": lager["id"],
            "kind": "percent",
            "value": 5000,
            "priority": 9,
        },
    )
    expect(tile.locator("s")).to_be_visible()
    tile.click()
    jug = page.locator("dialog .options .key", has_text="Jug")
    expect(jug).to_contain_text("¥38.00")
    jug.click()
    tablet.shoot("happy-hour")
    expect(page.locator("aside .lines .amount")).to_have_text("¥38.00")
    page.locator(".actions .send").click()
    page.wait_for_url("**/floor")
    until(lambda: [each for each in bar.orders() if each["tableName"] == "A7"], "the round is on the box")
    bar.ask(f"/api/menu/price-rules/{rule['id']}", method="DELETE")
    tablet.open_table("A7")
    page.locator(".find input").first.fill("Lane's End Lager")
    expect(tile.locator("s")).to_have_count(0)
    (line,) = order_at(bar, "A7")["items"]
    assert line["price"] == 3800, "what the tablet had shown"


def test_a_tab_on_a_card_has_its_main_course_when_it_is_called(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work(WAITER)
    page = tablet.page
    page.get_by_role("button", name="New tab").click()
    page.get_by_label("Number of their card").fill("4711")
    page.get_by_role("button", name="Open tab").click()
    tablet.tap("Budweiser")
    page.locator("aside").get_by_role("button", name="Course").click()
    page.locator("dialog").get_by_role("button", name="2", exact=True).click()
    tablet.tap("Egg fried rice")
    tablet.send()
    page.get_by_label("Find a guest").fill("4711")
    page.get_by_role("link", name=re.compile("Card 4711")).click()
    (order,) = [each for each in bar.orders() if (each["customerInfo"] or {}).get("card") == "4711"]
    assert [(line["name"], line["course"], line["status"]) for line in order["items"]] == [
        ("百威", None, "preparing"),
        ("蛋炒饭", 2, "held"),
    ]
    page.locator("aside").get_by_role("button", name="Fire course 2").click()
    until(lambda: bar.ask(f"/api/orders/{order['orderId']}")["items"][1]["status"] == "preparing", "it is called")
    bar.ask(f"/api/orders/{order['orderId']}/void", {"reason": "end of the test"})


def test_the_drawer_is_opened_sold_from_counted_blind_and_closed_with_a_z(bar: Bar, tablets: Tablets) -> None:
    for drawer in bar.ask("/api/drawers")["drawers"]:  # what other tests sold is in a session of its own
        if drawer["session"]:
            bar.ask(f"/api/drawers/{drawer['id']}/close", {"denominations": []})
    tablet = tablets.at_work(BARTENDER)
    page = in_english(tablet)
    page.get_by_role("link", name="Drawer").click()
    page.get_by_role("button", name="Open the drawer").click()
    page.keyboard.type("50000")
    page.get_by_role("button", name="Float ¥500.00").click()
    page.get_by_role("button", name="Pay out").click()
    page.keyboard.type("2000")
    page.locator("dialog footer .main").click()
    page.get_by_role("button", name="Ice and fruit").click()
    expect(page.locator("article dl")).to_contain_text("Ice and fruit")
    tablet.shoot("drawer")

    page.locator("header a.back").click()
    page.get_by_role("button", name="Counter").click()
    expect(page.locator(".tile").first).to_be_visible()
    tablet.tap("Budweiser")
    tablet.pay()
    page.locator(".take").click()
    page.get_by_role("button", name="Done").click()
    price = bar.product("Budweiser")["price"]

    page.get_by_role("link", name="Drawer").click()
    page.get_by_role("button", name="Count and close").click()
    page.get_by_label("pieces of ¥100.00").fill("4")
    page.get_by_label("pieces of ¥50.00").fill("1")
    assert "Should be" not in page.locator("dialog").inner_text()
    page.locator("dialog footer .main").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_be_visible()
    tablet.shoot("z-report")
    (z,) = [each for each in bar.ask("/api/z?limit=500")["reports"] if each["counted"] == 45000]
    assert (z["float"], z["expected"]) == (50000, 48000 + price)
    assert z["overShort"] == 45000 - 48000 - price
    expect(verdict).to_contain_text("Short")
    page.locator("dialog footer .main").click()
    expect(page.locator("li.done", has_text="Drawers counted")).to_be_visible()
    tablet.shoot("closing-time")


def test_a_paid_bill_is_refunded_by_the_card_it_came_from(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work(WAITER, "phone")
    tablet.open_table("A8")
    tablet.tap("Chimay Blue")
    tablet.send()
    tablet.open_table("A8")
    tablet.pay()
    page = tablet.page
    page.get_by_role("radio", name="Card").click()
    page.locator(".take").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    order = order_at(bar, "A8", "paid")
    page.get_by_role("button", name="Done").click()
    page.locator(".bar").get_by_role("tab", name="Tabs").click()
    page.get_by_role("button", name="Paid tonight").click()
    page.locator("dialog input").fill("A8")
    page.locator("dialog li a", has_text="Card").click()
    page.wait_for_url(f"**/order/{order['orderId']}")
    menu_of_the_order(tablet, "Refund")
    page.locator("dialog .means .key", has_text="Card").click()
    page.locator("dialog footer .main").click()
    page.get_by_role("button", name="Charged wrongly").click()
    lend_a_pin(tablet)
    until(lambda: order_at(bar, "A8", "paid")["refundedAmount"] == order["totalAmount"], "the money went back")
    refund = order_at(bar, "A8", "paid")["payments"][-1]
    assert (refund["kind"], refund["method"], refund["amount"]) == ("refund", "card", -order["totalAmount"])


SCAN = """code => [...code, 'Enter'].forEach(key => document.body.dispatchEvent(
    new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})))"""


def test_a_scanned_bottle_asks_for_the_age_and_what_is_weighed_or_has_no_price_asks_for_that(
    bar: Bar, tablets: Tablets
) -> None:
    since = journal_head(bar)
    menu = bar.ask("/api/menu")
    about = {"categoryId": menu["categories"][0]["id"], "taxRateId": menu["taxRates"][0]["id"]}
    special: dict[str, dict[str, Any]] = {
        "Malt": {"price": 68000, "age": 18, "barcode": "6901035613095"},
        "Crayfish by weight": {"price": 9800, "unit": "kg"},
        "Corkage": {"price": 0, "openPrice": True},
    }
    for name, more in special.items():
        bar.ask("/api/menu/products", {**about, "names": {"en": name, "zh": name}, **more})
    tablet = tablets.at_work(WAITER)
    page = tablet.page
    page.get_by_role("button", name="Counter").click()
    expect(page.locator(".tile", has_text="Corkage")).to_be_visible()
    page.get_by_role("button", name="Takeaway").click()
    page.evaluate(SCAN, "6901035613095")
    page.get_by_role("button", name="Checked: they are old enough").click()
    page.evaluate(SCAN, "6901035613095")  # asked once for a round
    expect(page.locator("aside .lines article")).to_contain_text("2")
    page.locator(".tile", has_text="Crayfish by weight").click()
    page.keyboard.type("1.5")
    page.locator("dialog footer .main").click()
    page.locator("aside .lines article .what", has_text="Crayfish").click()
    page.get_by_role("button", name="1.5 kg").click()
    page.keyboard.type("1.35")
    page.locator("dialog footer .main").click()
    page.locator(".tile", has_text="Corkage").click()
    page.keyboard.type("5000")
    page.locator("dialog footer .main").click()
    expect(page.locator("aside .lines article")).to_have_count(3)
    page.locator(".actions .send").click()
    page.wait_for_url("**/floor")
    until(lambda: [each for each in bar.orders() if each["takeaway"]], "the round is on the box")
    (order,) = [each for each in bar.orders() if each["takeaway"]]
    assert [(line["quantity"], line["amount"]) for line in order["items"]] == [(2, 136000), (1.35, 13230), (1, 5000)]
    placed = events(bar, since, "order.placed")
    assert placed[-1]["data"]["ageChecked"] is True
