"""Every sheet over an order, the splits, the drawer: legible in both themes and within reach of a finger."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.bar import Bar, Tablets, until
from tests.journeys.test_screens import Walk

ROUTES = ("/drawer",)
MANAGER, BARTENDER = "林晓彤", "刘子豪"


@pytest.mark.parametrize(("size", "theme"), [("phone", "day"), ("wide", "night")])
def test_every_sheet_is_legible_and_within_reach(bar: Bar, tablets: Tablets, size: str, theme: str) -> None:
    table = {"phone": "A1", "wide": "A2"}[size]
    tables = {each["name"]: each["id"] for each in bar.ask("/api/floor")["tables"]}
    names = enumerate(("Tsingtao", "Duvel"), 1)
    drinks = [{"itemId": bar.product(name)["id"], "seat": seat, "quantity": 3} for seat, name in names]
    bar.ask("/api/orders", {"tableId": tables[table], "covers": 2, "items": drinks})
    bar.ask("/api/orders", {"tab": f"Tom {size}", "items": drinks})
    tablet = tablets.at_work("Emily Carter", size, theme=theme)
    page, walk = tablet.page, Walk(tablet, theme)
    expect(page.locator(".table.busy").first).to_be_visible()
    page.get_by_role("button", name="New tab").filter(visible=True).click()
    expect(page.get_by_label("Number of their card")).to_be_visible()
    walk.stop("new-tab")
    page.keyboard.press("Escape")
    if tablet.narrow:
        page.get_by_role("tab", name="Tabs").click()
    page.get_by_role("button", name="Paid tonight").click()
    expect(page.locator("dialog input")).to_be_visible()
    walk.stop("paid-tonight")
    page.keyboard.press("Escape")
    if tablet.narrow:
        page.locator(".bar [role=tab]").first.click()
    tablet.open_table(table)

    def sheet(name: str, key: str) -> None:
        """Opens one of the order's sheets, looks, and closes it."""
        page.get_by_role("button", name="More", exact=True).click()
        page.locator("dialog .key", has_text=re.compile(f"^{key}$")).click()
        expect(page.locator("dialog h2", has_text=re.compile("^More$"))).to_be_hidden()
        walk.stop(name)
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)

    if tablet.narrow:
        page.locator(".summary").click()
        expect(page.locator("dialog")).to_have_count(1)
    beneath = page.locator("dialog").count()
    lines = page.locator("dialog .lines article") if tablet.narrow else tablet.check()
    lines.filter(has_text="Tsingtao").locator(".what").click()
    for name, key in (("change-line", "Change"), ("void-some", "Void")):
        page.get_by_role("button", name=key, exact=True).click()
        expect(page.locator("dialog")).to_have_count(beneath + 1)
        expect(page.locator("dialog h2", has_text="Tsingtao")).to_be_visible()
        walk.stop(name)
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(beneath)
    if tablet.narrow:
        page.keyboard.press("Escape")

    sheet("discount", "Discount")
    sheet("move-lines", "Move lines")
    sheet("move-table", "Move to table")
    sheet("merge", "Merge orders")
    sheet("hand-over", "Hand over")
    sheet("void", "Void the whole order")
    tablet.pay()
    walk.stop("pay-open")
    for method in ("Mobile", "Voucher", "House"):
        page.get_by_role("radio", name=method).click()
        walk.stop(f"pay-{method.lower()}")
    page.get_by_role("radio", name="Cash").click()
    page.get_by_role("button", name="Split").click()
    for way in ("Evenly", "By line", "By seat", "By amount"):
        page.get_by_role("tab", name=way).click()
        walk.stop(f"split-{way.split()[-1].lower()}")
    page.keyboard.press("Escape")
    page.locator(".take").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    walk.stop("paid")
    page.get_by_role("button", name="Receipt as QR").click()
    expect(page.locator("dialog img")).to_be_visible()
    until(lambda: page.locator("dialog img").evaluate("image => image.naturalWidth > 0"), "the code is drawn")
    walk.stop("receipt-code")
    order = next(each for each in bar.orders("paid") if each["tableName"] == table)
    page.goto(f"{tablet.url}/order/{order['orderId']}")
    sheet("refund", "Refund")
    sheet("reopen", "Reopen")
    walk.end()


@pytest.mark.parametrize(("size", "theme"), [("phone", "night"), ("wide", "day")])
def test_the_drawer_is_legible_and_within_reach(bar: Bar, tablets: Tablets, size: str, theme: str) -> None:
    beer = [{"itemId": bar.product("Tsingtao")["id"]}]
    bar.ask("/api/orders", {"tab": f"Kim {size}", "items": beer})  # somebody is still here
    drawer = bar.ask("/api/drawers")["drawers"][0]
    if not drawer["session"]:
        bar.ask(f"/api/drawers/{drawer['id']}/open", {"float": 0})
    bar.ask(f"/api/drawers/{drawer['id']}/close", {"denominations": []})
    tablet = tablets.at_work(MANAGER, size, theme=theme)
    page, walk = tablet.page, Walk(tablet, theme)
    page.goto(f"{tablet.url}/drawer")
    expect(page.locator("article").first).to_be_visible()
    walk.stop("drawer-shut" if page.locator("article > .main").count() else "drawer-open")
    page.get_by_role("button", name="历次日结单").click()
    expect(page.locator("dialog li").first).to_be_visible()
    page.locator("dialog li .key").first.click()
    expect(page.locator("dialog .report")).to_be_visible()
    walk.stop("past-z")
    page.keyboard.press("Escape")
    if page.locator("article > .key").count():
        page.locator("article > .key").first.click()
        walk.stop("drawer-float")
        page.keyboard.type("50000")
        page.locator("dialog footer .main").click()
    expect(page.locator(".moves").first).to_be_visible()
    page.locator(".moves .key").nth(1).click()
    page.keyboard.type("100")
    page.locator("dialog footer .main").click()
    walk.stop("drawer-reason")
    page.keyboard.press("Escape")
    page.locator(".ends .key").first.click()
    expect(page.locator("dialog .report")).to_be_visible()
    walk.stop("x-report")
    page.keyboard.press("Escape")
    page.locator(".ends .key").last.click()
    walk.stop("drawer-count")
    page.keyboard.press("Escape")
    if tablet.narrow:
        page.get_by_role("tab").last.click()
    expect(page.locator(".night")).to_be_visible()
    walk.stop("last-call")
    page.locator(".fate .key").first.click()
    walk.stop("carry-over")
    walk.end(*ROUTES)
