"""A round in a real browser: seen by the kitchen and by another waiter without a reload, and paid with change."""

import re
import sqlite3
from contextlib import closing

from playwright.sync_api import Route, expect

from tests.journeys.bar import Bar, Tablets, until
from tests.journeys.test_screens import faults


def test_a_round_for_a_table_is_seen_by_the_kitchen_and_the_other_waiter_at_once(bar: Bar, tablets: Tablets) -> None:
    waiter = tablets.at_work("Emily Carter")
    other = tablets.at_work("Emily Carter", "phone")
    kitchen = tablets.at_work("赵师傅", "tablet")
    kitchen.page.get_by_role("button", name="厨房", exact=True).click()
    free = next(t for t in other.page.locator(".table:not(.busy) .name").all_inner_texts() if t)

    waiter.open_table(free)
    waiter.tap("Tsingtao")
    waiter.tap("French fries")
    waiter.tap("French fries")
    expect(waiter.page.locator(".actions .send")).to_contain_text("Send 3")
    waiter.send()

    expect(other.page.locator(".table.busy", has_text=free)).to_be_visible()
    ticket = kitchen.page.locator("article", has=kitchen.page.locator(".title", has_text=re.compile(f"^{free}$")))
    expect(ticket).to_be_visible()
    expect(ticket.locator("li")).to_have_count(1)
    expect(ticket.locator(".quantity")).to_have_text("2")
    kitchen.shoot("display")

    ticket.locator("li button").click()
    expect(ticket).to_be_hidden()
    waiter.open_table(free)
    expect(waiter.check().filter(has_text="French fries").locator(".ready")).to_be_visible()
    order = next(each for each in bar.orders() if each["tableName"] == free)
    assert [(line["names"]["en"], line["quantity"], line["status"]) for line in order["items"]] == [
        ("Tsingtao", 1, "preparing"),
        ("French fries", 2, "ready"),
    ]


def test_a_tab_takes_three_taps_and_is_paid_in_cash_with_change(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work("Emily Carter")
    tablet.page.get_by_role("button", name="New tab").click()
    tablet.page.get_by_label("Name or seat").fill("Joe at the door")
    tablet.page.get_by_role("button", name="Open tab").click()
    tablet.tap("Budweiser")
    tablet.send()

    tablet.page.get_by_role("link", name=re.compile("Joe at the door")).click()
    tablet.pay()
    tablet.page.locator(".methods").get_by_role("radio", name="Cash").click()
    for digit in "5000":
        tablet.page.locator(".pad .key", has_text=re.compile(f"^{digit}$")).click()
    expect(tablet.page.locator(".figures .change")).to_have_text("¥28.00")
    tablet.shoot("pay")
    tablet.page.locator(".take").click()
    expect(tablet.page.locator("p.change")).to_have_text("¥28.00")
    tablet.shoot("change")
    tablet.page.get_by_role("button", name="Done").click()
    expect(tablet.page.get_by_role("link", name=re.compile("Joe at the door"))).to_be_hidden()

    order = bar.orders("paid")[-1]
    assert order["tab"] == "Joe at the door"
    assert [(each["method"], each["tendered"], each["change"]) for each in order["payments"]] == [("cash", 5000, 2800)]
    until(lambda: bar.ask(f"/api/print-jobs?orderId={order['orderId']}")["jobs"], "a receipt is printed")


def test_a_tab_that_is_opened_while_the_floor_is_asked_for_anew_stays_on_it(bar: Bar, tablets: Tablets) -> None:
    page = tablets.at_work("Emily Carter").page
    beer = {"itemId": bar.product("Budweiser")["id"], "quantity": 1}
    early, late = page.get_by_text("Early guest"), page.get_by_text("Late guest")
    bar.ask("/api/orders", {"tab": "Early guest", "items": [beer]})
    expect(early).to_be_visible()

    def slowly(route: Route) -> None:
        before = bar.ask("/api/orders?status=open&limit=500")
        bar.ask("/api/orders", {"tab": "Late guest", "items": [beer]})
        expect(late).to_be_visible()
        route.fulfill(json=before)

    page.route("**/api/orders?status=open*", slowly, times=1)
    area = bar.ask("/api/floor")["areas"][0]
    with page.expect_response("**/api/orders?status=paid*"):
        bar.ask(f"/api/floor/areas/{area['id']}", {"names": area["names"], "sort": area["sort"]}, method="PUT")
    expect(early).to_be_visible()
    expect(late).to_be_visible()


def test_the_early_shift_leaves_a_note_and_the_late_one_sees_to_it(bar: Bar, tablets: Tablets) -> None:
    early, late = tablets.at_work("Emily Carter", "phone"), tablets.at_work("Emily Carter")
    early.page.locator("header .who").click()
    early.page.get_by_role("button", name="Shift notes").click()
    early.page.get_by_label("New note").fill("Keg 3 is nearly empty")
    early.page.get_by_role("button", name="Leave the note").click()
    early.page.keyboard.press("Escape")

    late.page.get_by_role("button", name=re.compile("Keg 3 is nearly empty")).click()
    late.page.get_by_role("button", name="Seen to", exact=True).click()
    expect(late.page.locator("dialog .done")).to_contain_text("Seen to by Emily Carter")
    (note,) = bar.ask("/api/notes")["notes"]
    assert (note["text"], note["doneByName"]) == ("Keg 3 is nearly empty", "Emily Carter")
    early.page.keyboard.press("Escape")
    expect(early.page.get_by_role("button", name=re.compile("Keg 3 is nearly empty"))).to_be_hidden()


def test_a_wrong_pin_is_refused_in_the_readers_language(tablets: Tablets) -> None:
    tablet = tablets.new(language="zh-CN")
    tablet.pair()
    tablet.page.locator(".people .key", has_text="张伟").click()
    tablet.page.keyboard.type("1111")
    tablet.page.keyboard.press("Enter")
    expect(tablet.page.get_by_role("alert")).to_have_text("PIN 码不正确")
    tablet.complaints.clear()  # the browser itself notes the 401


def test_the_cook_has_three_portions_left_and_every_tablet_counts_them_down(bar: Bar, tablets: Tablets) -> None:
    cook, waiter = tablets.at_work("Emily Carter", "tablet"), tablets.at_work("Emily Carter")
    cook.page.goto(f"{cook.url}/display")
    cook.page.get_by_role("button", name="Kitchen", exact=True).click()
    cook.page.get_by_role("button", name="86 and what is left").click()
    sheet = cook.page.get_by_role("dialog")
    expect(sheet.get_by_role("button", name=re.compile("French fries"))).to_be_visible()
    expect(sheet.get_by_role("button", name=re.compile("Tsingtao"))).to_have_count(0)  # the bar's
    assert faults(cook.page) == []
    sheet.get_by_role("button", name=re.compile("French fries")).click()
    cook.shoot("how-many-left")
    assert faults(cook.page) == []
    sheet.get_by_role("button", name="3", exact=True).click()
    expect(sheet.get_by_role("button", name=re.compile("French fries"))).to_contain_text("3 left")
    cook.shoot("what-is-left")

    waiter.open_table("A9")
    fries = waiter.page.locator(".tile", has_text="French fries")
    waiter.page.locator(".find input").fill("French fries")
    expect(fries).to_contain_text("3 left")
    for _ in range(3):
        fries.click()
    waiter.send()
    expect(sheet.get_by_role("button", name=re.compile("French fries"))).to_contain_text("86")

    waiter.open_table("A10")
    waiter.page.locator(".find input").fill("French fries")
    expect(fries).to_have_class(re.compile(r"\bout\b"))
    fries.click(delay=600)  # a long press asks
    waiter.page.get_by_role("button", name="Back on the menu").click()
    expect(fries).not_to_have_class(re.compile(r"\bout\b"))
    assert bar.product("French fries")["stock"] > 3  # what the shelf has


def test_a_ticket_that_waited_too_long_asks_whether_it_is_still_wanted(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work("Emily Carter", "phone")
    page = tablet.page
    bar.ask("/demo/printers/bar/switches", {"switch": "power", "faulty": True})
    order = bar.ask("/api/orders", {"tab": "Late", "items": [{"itemId": bar.product("Tsingtao")["id"]}]})
    (job,) = bar.ask(f"/api/print-jobs?orderId={order['orderId']}")["jobs"]
    bar.stop()
    with closing(sqlite3.connect(bar.data / "barbox.db")) as box, box:  # the box stood without power for a good while
        box.execute("UPDATE print_job SET created_at = created_at - 3600000 WHERE id = ?", (job["id"],))
    bar.start()

    asks = page.get_by_role("button", name=re.compile("still wanted"))
    expect(asks).to_be_visible(timeout=30_000)
    tablet.shoot("still-wanted")
    asks.click()
    expect(page.get_by_role("dialog").locator("li")).to_have_count(1)
    assert faults(page) == []
    page.get_by_role("button", name="Print it").click()
    until(lambda: bar.ask(f"/api/print-jobs?orderId={order['orderId']}")["jobs"][0]["state"] == "printed", "no paper")
    page.keyboard.press("Escape")
    expect(asks).to_be_hidden()
    tablet.switch_off()  # which complained while the box was away
