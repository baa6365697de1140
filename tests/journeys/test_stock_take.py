"""A stock-take on two phones while the bar is open: what was poured and not paid for is found, and what it cost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.bar import OUTSIDE, Bar, Tablet, Tablets, until
from tests.journeys.relay import Relay
from tests.journeys.test_screens import faults

CODE = "3035542004206"
SCAN = """code => [...code, 'Enter'].forEach(key =>
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))"""
"""A scanner is a keyboard of which no finger is as fast."""


@pytest.fixture
def wifi(bar: Bar) -> Iterator[Relay]:
    """The access point of the bar's second phone."""
    relay = Relay(bar.port)
    yield relay
    relay.close()


def press(page: Page, digits: str) -> None:
    """On the big keys."""
    for digit in digits:
        page.locator("dialog .pad .key", has_text=re.compile(f"^{digit}$")).click()


def entries(bar: Bar, take: int, item: int) -> list[dict[str, Any]]:
    """What was counted of an item, as the box knows it."""
    found: list[dict[str, Any]] = next(
        each["entries"] for each in bar.ask(f"/api/inventory/counts/{take}")["items"] if each["itemId"] == item
    )
    return found


def at_the_shelf(tablets: Tablets, who: str, url: str | None = None) -> Tablet:
    """A phone that counts, reached by the menu as people do."""
    tablet = tablets.at_work(who, "phone", url=url)
    tablet.page.evaluate("localStorage.setItem('barbox.language', 'en')")
    tablet.page.reload()
    tablet.page.locator("header .who").click()
    tablet.page.locator("dialog nav a[href='/count']").click()
    expect(tablet.page.locator(".list .row").first).to_be_visible()
    return tablet


def test_two_phones_find_150_ml_that_nobody_paid_for(bar: Bar, tablets: Tablets, wifi: Relay) -> None:
    # The books know three bottles and 400 ml of a fourth; there are three and 250 ml. One ml cost 0.30.
    names = {"en": "Green Chartreuse", "zh": "绿查特酒"}
    pack = {"names": {"en": "Bottle 700 ml", "zh": "瓶 700 毫升"}, "quantity": 700, "barcode": CODE}
    weights = {"tare": 500, "fullWeight": 1200, "fullQuantity": 700}
    kept = {"names": names, "unit": "ml", "cost": 30, "shelf": "Back bar", "packs": [pack], **weights}
    item = bar.ask("/api/inventory/items", kept)["id"]
    bar.ask("/api/inventory/receive", {"items": [{"itemId": item, "quantity": 2500}]})

    office = tablets.at_work("林晓彤")
    office.page.evaluate("localStorage.setItem('barbox.language', 'en')")
    office.page.goto(f"{office.url}/office/stock?tab=takes")
    office.page.get_by_role("button", name="Begin a stock-take").click()
    form = office.page.get_by_role("dialog")
    form.get_by_label("Title").fill("Sunday")
    form.get_by_label("Place").select_option(label="Bar")
    form.get_by_role("button", name="Begin a stock-take").click()
    expect(office.page.locator(".rows .row", has_text="Sunday")).to_be_visible()
    take = bar.ask("/api/inventory/counts")["counts"][0]["countId"]

    one = at_the_shelf(tablets, "刘子豪")
    two = at_the_shelf(tablets, "Emily Carter", f"http://{OUTSIDE}:{wifi.port}")
    one.shoot("count")
    assert faults(one.page) == []
    for _ in range(3):
        one.page.evaluate(SCAN, CODE)
    expect(one.page.locator("dialog .box").first).to_contain_text("3")
    expect(one.page.locator("dialog")).not_to_contain_text("expected")
    one.page.get_by_role("button", name=re.compile("^Add 2,100 ml")).click()
    expect(one.page.locator(".list .row", has_text="Green Chartreuse")).to_contain_text("2,100 ml")

    # The second phone sees it at once, weighs what is open, and is not answered: that entry must not count twice.
    row = two.page.locator(".list .row", has_text="Green Chartreuse")
    expect(row).to_contain_text("2,100 ml")
    two.page.get_by_label("Find or scan").fill("chart")
    row.click()
    expect(two.page.locator("dialog .entry")).to_contain_text("刘子豪")
    two.page.locator("dialog .box", has_text="Open bottle").click()
    press(two.page, "750")
    two.shoot("count-entry")
    assert faults(two.page) == []
    wifi.swallow_answers()
    two.page.locator("dialog footer .main").click()
    until(lambda: len(entries(bar, take, item)) == 2, "the box heard of the open bottle")
    expect(row).to_contain_text("not sent yet")
    two.shoot("count-unsent")
    wifi.back()
    expect(row).not_to_contain_text("not sent yet", timeout=30_000)
    expect(row).to_contain_text("2,350 ml")
    assert [each["quantity"] for each in entries(bar, take, item)] == [2100, 250]

    office.page.locator(".rows .row", has_text="Sunday").click()
    found = office.page.locator("dialog li", has_text="Green Chartreuse")
    expect(found).to_contain_text("2,350 ml counted, 2,500 ml expected")
    expect(found).to_contain_text("-150 ml")
    expect(found).to_contain_text(re.compile(r"-¥45\.00"))
    office.shoot("stock-take")
    assert faults(office.page) == []
    office.page.get_by_role("button", name="Close and set right").click()
    office.page.get_by_role("button", name="Really? Tap again").click()
    expect(office.page.locator(".rows .row", has_text="Sunday")).to_contain_text("closed")
    there = next(each for each in bar.ask("/api/inventory?q=Chartreuse")["items"] if each["itemId"] == item)
    assert there["onHand"] == 2350
    expect(one.page.get_by_text("This stock-take is over.")).to_be_visible()


def test_a_negroni_costs_what_goes_into_it(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work("林晓彤", "phone", theme="day")
    page = tablet.page
    page.evaluate("localStorage.setItem('barbox.language', 'en')")
    page.goto(f"{tablet.url}/office/stock?tab=recipes")
    page.get_by_placeholder("Search").fill("negroni")
    row = page.locator(".rows .row", has_text="Negroni").filter(has_text="Campari")
    expect(row).to_contain_text("Campari 30 ml")
    tablet.shoot("recipes", "day")
    assert faults(page) == []
    row.click()
    sheet = page.get_by_role("dialog")
    line = sheet.locator("fieldset", has=page.locator("option:checked", has_text="Campari"))
    line.get_by_label("How much").fill("40")
    tablet.shoot("recipe", "day")
    assert faults(page) == []
    sheet.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Campari 40 ml")
    recipes = bar.ask(f"/api/recipes?productId={bar.product('Negroni')['id']}")["recipes"]
    negroni = next(each for each in recipes if each["modifierId"] is None)
    assert [each["quantity"] for each in negroni["items"] if each["name"] == "金巴利"] == [40]
