"""A bill split over two tenders with a tip, a void that needs a manager, a product that runs out while all look on."""

import re

from playwright.sync_api import expect

from tests.journeys.bar import Bar, Tablets, until
from tests.journeys.test_a_whole_evening import journal_head


def test_a_bill_is_split_between_cash_and_card_with_a_tip(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work("Emily Carter")
    tablet.open_table("A3")
    tablet.tap("Tsingtao")
    tablet.tap("Budweiser")
    tablet.tap("Snow")
    tablet.pay()
    page = tablet.page
    expect(page.locator(".due b")).to_have_text("¥55.00")
    page.get_by_role("button", name="Split").click()
    page.locator("dialog .numbers").get_by_role("button", name="2", exact=True).click()
    expect(page.locator(".due b")).to_have_text("¥27.50")
    page.get_by_role("button", name="¥30.00", exact=True).click()
    page.locator(".take").click()
    expect(page.locator("p.change")).to_have_text("¥2.50")
    expect(page.locator(".rest")).to_contain_text("¥27.50")
    page.get_by_role("button", name="Next payment").click()
    page.get_by_role("radio", name="Card").click()
    page.get_by_role("button", name=re.compile("10 %")).click()
    expect(page.locator(".take")).to_have_text("Take ¥30.25")
    page.locator(".take").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()

    order = next(each for each in bar.orders("paid") if each["tableName"] == "A3")
    assert [(each["method"], each["amount"], each["tip"], each["change"]) for each in order["payments"]] == [
        ("cash", 2750, 0, 250),
        ("card", 2750, 275, 0),
    ]
    assert order["balance"] == 0


def test_a_waiter_changes_a_line_and_voids_one_of_two_with_the_managers_pin(bar: Bar, tablets: Tablets) -> None:
    since = journal_head(bar)
    tablet = tablets.at_work("Emily Carter")
    tablet.open_table("A4")
    tablet.tap("Tsingtao")
    tablet.tap("Budweiser")
    tablet.tap("Budweiser")
    tablet.send()
    tablet.open_table("A4")
    expect(tablet.check()).to_have_count(2)
    tablet.check().filter(has_text="Tsingtao").locator(".what").click()
    tablet.page.get_by_role("button", name="Change", exact=True).click()
    tablet.page.get_by_label("Note").fill("no glass")
    tablet.page.get_by_role("button", name="Tell the station").click()
    expect(tablet.check().filter(has_text="no glass")).to_be_visible()

    tablet.check().filter(has_text="Budweiser").locator(".what").click()
    tablet.page.get_by_role("button", name="Void", exact=True).click()
    tablet.page.locator("dialog .many").get_by_role("button", name="1", exact=True).click()
    tablet.page.get_by_role("button", name="Typed wrong").click()
    tablet.page.locator("dialog .people .key", has_text="林晓彤").click()
    tablet.page.keyboard.type(bar.pins["林晓彤"])
    tablet.page.keyboard.press("Enter")
    expect(tablet.check().filter(has_text="Typed wrong").locator(".void")).to_be_visible()

    order = next(each for each in bar.orders() if each["tableName"] == "A4")
    assert [(line["quantity"], line["status"], line["reason"], line["note"]) for line in order["items"]] == [
        (1, "preparing", None, "no glass"),
        (1, "preparing", None, None),
        (1, "void", "Typed wrong", None),
    ]
    journal = bar.ask(f"/api/journal?since={since}&limit=500")["events"]
    voided = [event for event in journal if event["kind"] == "order.voided"]
    assert voided[-1]["staffId"] == bar.ids["Emily Carter"]
    lent = [event for event in journal if event["kind"] == "permission.lent"]
    assert lent[-1]["subject"] == f"staff:{bar.ids['林晓彤']}"


def test_a_tablet_left_alone_asks_who_is_there(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work("Emily Carter")
    tablet.open_table("A3")
    page = tablet.page
    page.clock.install()
    page.locator("body").dispatch_event("pointerdown")
    page.clock.fast_forward("02:50")
    expect(page.locator(".tile").first).to_be_visible()
    page.clock.fast_forward("00:20")
    expect(page.locator(".people .key", has_text="Emily Carter")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(0)


def test_what_is_sold_out_is_seen_by_everybody_at_once(bar: Bar, tablets: Tablets) -> None:
    behind_the_bar = tablets.at_work("刘子豪", language="en")
    waiter = tablets.at_work("Emily Carter", "phone")
    waiter.open_table("A6")
    waiter.page.locator(".find input").first.fill("Duvel")
    tile = waiter.page.locator(".tile", has_text="Duvel")
    expect(tile).not_to_have_class(re.compile(r"\bout\b"))

    behind_the_bar.open_table("A8")
    behind_the_bar.page.locator(".find input").first.fill("Duvel")
    there = behind_the_bar.page.locator(".tile", has_text="Duvel")
    there.dispatch_event("pointerdown")
    behind_the_bar.page.locator("dialog .eighty-six .key").first.click()

    expect(tile).to_have_class(re.compile(r"\bout\b"))
    until(lambda: not bar.product("Duvel")["available"], "the box knows")
