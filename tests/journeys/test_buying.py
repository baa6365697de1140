"""From an empty shelf to a full one on a phone: suggested, ordered, sent, received by scanner in parts, set right."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.bar import OUTSIDE, Bar, Tablets, until
from tests.journeys.relay import Relay
from tests.journeys.test_screens import Walk
from tests.journeys.test_stock_take import SCAN

ROUTES = (
    "/office/buying",
    "/office/buying/orders/[id]",
    "/office/buying/deliveries/[id]",
    "/office/buying/deliveries/new",
)
AMARO, FRUIT = "8004160660120", "6970399920415"


@pytest.fixture
def wifi(bar: Bar) -> Iterator[Relay]:
    """The access point of the cellar."""
    relay = Relay(bar.port)
    yield relay
    relay.close()


class Cellar:
    """What the journey keeps: an amaro at its reorder point, and yuzus with a best-before date."""

    def __init__(self, bar: Bar) -> None:
        self.bar = bar
        bring = {"name": "Golden Spirits", "email": "sales@spirits.example", "leadDays": 1, "minimum": 20_000}
        self.supplier = bar.ask("/api/suppliers", bring)["id"]
        self.amaro = self.kept(
            {"en": "Amaro Nonino", "zh": "诺妮诺苦酒"}, "ml", 700, AMARO, 12_600, lowAt=700, par=2_800
        )
        self.fruit = self.kept({"en": "Yuzu", "zh": "香柚"}, "piece", 20, None, 6_000, dated=True)
        bought = {"itemId": self.amaro, "quantity": 600, "amount": 10_800}
        bar.ask("/api/inventory/receive", {"items": [bought]})

    def kept(self, names: dict[str, str], unit: str, size: int, code: str | None, price: int, **more: Any) -> int:
        pack = {
            "names": {"en": f"Pack of {size}", "zh": f"每件 {size}"},
            "quantity": size,
            "barcode": code,
            "price": price,
        }
        body = {"names": names, "unit": unit, "supplierId": self.supplier, "packs": [pack], **more}
        return int(self.bar.ask("/api/inventory/items", body)["id"])

    def there(self, item: int) -> tuple[float, float]:
        """On hand, and what a unit costs."""
        found = self.bar.ask("/api/inventory?limit=2000")["items"]
        level = next(each["onHand"] for each in found if each["itemId"] == item)
        return level, self.bar.ask(f"/api/inventory/items/{item}")["cost"]


def row(page: Page, name: str) -> Locator:
    return page.locator("section li", has_text=name)


def test_what_runs_out_is_ordered_and_comes_in_two_parts(bar: Bar, tablets: Tablets, wifi: Relay) -> None:
    cellar = Cellar(bar)
    tablet = tablets.at_work("林晓彤", "phone", url=f"http://{OUTSIDE}:{wifi.port}")
    page, walk = tablet.page, Walk(tablet, "night")
    page.evaluate("localStorage.setItem('barbox.language', 'en')")
    page.goto(f"{tablet.url}/office")
    low = page.get_by_role("link", name="Low on the shelf")
    expect(low.locator("b")).to_have_text(str(bar.ask("/api/inventory?limit=1")["low"]))
    walk.stop("office-low")
    low.click()

    # Low stock is suggested with its reason, and becomes a draft with a tap.
    card = page.locator("section", has_text="Golden Spirits")
    expect(card).to_contain_text("600 ml there or on order, reorder at 700 ml")
    expect(card).to_contain_text("4 × Pack of 700")
    walk.stop("buying")
    card.get_by_role("button", name="Draft this order").click()
    page.wait_for_url("**/office/buying/orders/*")

    # The draft is edited: one more bottle, yuzus by a code that nobody knew, a price agreed on the phone.
    amaro, fruit = row(page, "Amaro Nonino"), row(page, "Yuzu")
    amaro.get_by_role("button", name="More").click()
    page.evaluate(SCAN, FRUIT)
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Find or scan").fill("yuz")
    sheet.locator(".found .row").click()
    walk.stop("buying-new-code")
    assert tablet.complaints.pop().endswith("404 (Not Found)"), "the box was asked for the code, and knows it no more"
    sheet.get_by_role("button", name="Pack of 20").click()
    expect(fruit).to_be_visible()
    page.evaluate(SCAN, FRUIT)
    expect(fruit.locator("input").first).to_have_value("2")
    page.get_by_label("Find or scan").fill("yuz")
    page.locator(".found .row", has_text="Yuzu").click()
    expect(fruit.locator("input").first).to_have_value("3")
    fruit.get_by_role("button", name="Less").click()
    amaro.get_by_label("Price of Amaro Nonino").fill("125")
    fruit.get_by_role("button", name="Note for Yuzu").click()
    fruit.get_by_placeholder("Note").fill("ripe ones")
    walk.stop("buying-draft")
    page.reload()
    expect(amaro.locator("input").first).to_have_value("5")

    # Somebody else changed the order meanwhile: who edits decides.
    number = int(page.url.rpartition("/")[2])
    path = f"/api/purchases/{number}"
    known = bar.ask(path)
    theirs = [{"itemId": cellar.amaro, "packId": known["lines"][0]["packId"], "packs": 9}]
    bar.ask(path, {"supplierId": cellar.supplier, "lines": theirs, "version": known["version"]}, method="PUT")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else changed this order meanwhile.")).to_be_visible()
    assert tablet.complaints.pop().endswith("409 (Conflict)")
    walk.stop("buying-changed-meanwhile")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    assert [each["packs"] for each in bar.ask(path)["lines"]] == [5, 2]

    page.get_by_role("button", name="Send…").click()
    sheet.get_by_role("button", name="Text for a mail").click()
    expect(sheet.locator("textarea")).to_have_value(re.compile(r"5 × Amaro Nonino.*2 × Yuzu.*ripe ones", re.DOTALL))
    expect(sheet.get_by_role("link", name="Open in mail")).to_have_attribute("href", re.compile("^mailto:sales%40"))
    walk.stop("buying-mail")
    sheet.locator("footer").get_by_role("button", name="Close").click()
    expect(page.locator(".panel-head .chip").first).to_contain_text("sent")
    walk.stop("buying-sent")
    page.get_by_role("button", name="Send again…").click()
    with page.expect_download() as file:
        sheet.get_by_role("button", name="PDF").click()
    assert file.value.path().read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="Send again…").click()
    sheet.get_by_role("button", name="Print").click()
    expect(page.get_by_text("Sent: it is being printed")).to_be_visible()
    assert [each["status"] for each in bar.ask("/api/purchases")["purchases"] if each["id"] == number] == ["sent"]

    # Three bottles come, dearer than ordered; the answer is lost on the way, and they are booked once all the same.
    page.get_by_role("link", name="Receive").click()
    expect(amaro).to_contain_text("of 5")
    for _ in range(3):
        page.evaluate(SCAN, AMARO)
    expect(amaro.locator("input")).to_have_value("3")
    page.reload()
    expect(amaro.locator("input")).to_have_value("3")
    amaro.locator(".what").click()
    sheet.get_by_label("Price of one").fill("133")
    expect(sheet).to_contain_text("last ¥126.00 +5.6 %")
    walk.stop("receive-line")
    sheet.get_by_role("button", name="Done").click()
    walk.stop("receive")
    page.get_by_role("button", name="Check and book").click()
    expect(sheet).to_contain_text("2 × Pack of 700 missing")
    expect(sheet).to_contain_text("¥8.00 dearer each")
    sheet.get_by_label("Number of the delivery note").fill("L-778")
    walk.stop("receive-review")
    wifi.swallow_answers()
    sheet.get_by_role("button", name="Book in").click()
    until(lambda: cellar.there(cellar.amaro)[0] == 2_700, "the box heard of the delivery")
    expect(page.get_by_text("It is kept here and sent by itself, once.")).to_be_visible(timeout=30_000)
    walk.stop("receive-unsent")
    wifi.back()
    page.wait_for_url(re.compile(r"/deliveries/\d+$"), timeout=30_000)
    expect(amaro).to_contain_text("2 × Pack of 700 missing")
    expect(amaro).to_contain_text("average cost ¥126.00 → ¥131.44 for Pack of 700")
    walk.stop("delivery")
    assert cellar.there(cellar.amaro) == (2_700, round((10_800 + 39_900) / 2_700, 3))

    # The rest comes, and with it the fruit, whose best-before date is asked for; then the order is done.
    page.get_by_role("link", name="To its order").click()
    expect(page.locator(".panel-head .chip").first).to_contain_text("partly received")
    page.get_by_role("link", name="Receive").click()
    page.get_by_role("button", name="Everything came").click()
    fruit.get_by_role("button", name="Best before?").click()
    sheet.get_by_label("Best before").fill("2027-01-31")
    sheet.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Check and book").click()
    expect(sheet).to_contain_text("All as ordered.")
    sheet.get_by_role("button", name="Book in").click()
    page.wait_for_url(re.compile(r"/deliveries/\d+$"))
    expect(fruit).to_contain_text("best before Sun, Jan 31")
    assert bar.ask(path)["status"] == "closed"
    assert cellar.there(cellar.fruit)[0] == 40

    # One box was miscounted: set right, and the order awaits it.
    page.get_by_role("button", name="This is wrong").click()
    sheet.get_by_role("button", name="Miscounted").click()
    walk.stop("delivery-wrong")
    sheet.get_by_role("button", name="Set right").click()
    fruit.get_by_role("button", name="Less").click()
    page.get_by_role("button", name="Check and book").click()
    expect(sheet).to_contain_text("1 × Pack of 20 missing")
    sheet.get_by_role("button", name="Book in").click()
    page.wait_for_url(re.compile(r"/deliveries/\d+$"))
    assert cellar.there(cellar.fruit)[0] == 20
    assert bar.ask(path)["status"] == "partly"
    page.goto(f"{tablet.url}/office/stock")
    page.get_by_placeholder("Find or scan").fill("amaro n")
    expect(page.locator(".row", has_text="Amaro Nonino")).to_contain_text("4,100 ml")
    page.goto(f"{tablet.url}/office/buying?tab=deliveries")
    expect(page.locator("a.row", has_text="Golden Spirits")).to_have_count(3)
    expect(page.locator("a.row", has_text="taken back")).to_have_count(1)
    walk.stop("deliveries")
    page.get_by_role("tab", name="Orders").click()
    expect(page.locator("a.row", has_text="partly received")).to_be_visible()
    walk.stop("orders")
    page.locator("a.row", has_text="partly received").click()
    page.get_by_role("button", name="Expect no more").click()
    page.get_by_role("button", name="Really? Tap again").click()
    expect(page.locator(".panel-head .chip").first).to_contain_text("closed")
    walk.stop("order-closed")
    page.locator("header .back").click()
    page.get_by_role("tab", name="Suppliers").click()
    expect(page.locator("button.row", has_text="Golden Spirits")).to_contain_text("from ¥200.00")
    walk.stop("suppliers")
    assert bar.ask("/api/inventory/proof?full=true")["differences"] == []
    walk.end(*ROUTES)
