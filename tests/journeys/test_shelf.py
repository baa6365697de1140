"""The owner's shelf: a sheet with three mistakes comes in mended, and a bottle that fell is found again everywhere."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.bar import Bar, Tablet, Tablets, until
from tests.journeys.test_office import owner_at, save
from tests.journeys.test_screens import Walk

CHINA = timezone(timedelta(hours=8))
HEAD = "name,name_zh,kind,unit,place,reorder,par,cost,supplier,pack,pack_quantity,pack_price,pack_barcode\n"
GIN = "Old Tom gin,老汤姆金酒,drink,ml,Bar,700,2800,0.18,Golden Spirits,Bottle,700,126.00,6901234567892\n"
WRONG = (
    HEAD
    + GIN
    + "Sloe gin,黑刺李金酒,drink,litre,Bar,700,2800,0.20,Golden Spirits,Bottle,700,140.00,\n"
    + "Limoncello,柠檬酒,drink,ml,Attic,350,1400,cheap,Golden Spirits,,,,\n"
)
RIGHT = WRONG.replace("litre", "ml").replace("Attic", "Cellar").replace("cheap", "0.12")
ROUTES = ("/office/stock/import", "/office/stock/item/[id]", "/office/moves")
LOOKED_AT = (
    "stock",
    "stock?tab=used",
    "stock?tab=used&view=waste",
    "stock?tab=used&view=dead",
    "stock?tab=dated",
    "stock?tab=deposits",
    "stock?tab=house",
    "stock?tab=recipes",
    "stock/import",
    "moves?way=waste",
    "moves?way=transfer",
    "moves?way=produce",
    "moves?way=staff",
)
ON_A_DESK = ("stock?tab=used", "stock?tab=house", "moves?way=transfer")


@pytest.fixture(scope="module")
def shelf(bar: Bar) -> int:
    """Cream that lapses, crates on deposit, a count that found less; gives the cream's number."""
    soon = int((datetime.now(CHINA) + timedelta(days=1)).strftime("%Y%m%d"))
    crate = bar.ask("/api/inventory/items", {"names": {"en": "Crate"}, "kind": "packaging", "cost": 2000})["id"]
    pack = {"names": {"en": "Case of 6", "zh": "箱"}, "quantity": 6000, "price": 9000, "depositItemId": crate}
    about = {"unit": "ml", "kind": "food", "dated": True, "lowAt": 500, "par": 6000, "packs": [pack]}
    cream = int(bar.ask("/api/inventory/items", {"names": {"en": "Cream", "zh": "奶油"}, **about})["id"])
    pack_id = bar.ask(f"/api/inventory/items/{cream}")["packs"][0]["id"]
    for number, amount in enumerate((9000, 9600, 8400)):
        came = {"itemId": cream, "quantity": 1, "packId": pack_id, "amount": amount, "expiresOn": soon + number // 2}
        bar.ask("/api/inventory/receive", {"items": [{**came, "code": f"L{number}"}]})
    for reason, quantity in (("Spoilt", 400), ("Spilled", 150)):
        bar.ask("/api/inventory/waste", {"items": [{"itemId": cream, "quantity": quantity}], "reason": reason})
    bar.ask("/api/inventory/count", {"items": [{"itemId": cream, "quantity": 17_000}]})
    taken = {"items": [{"itemId": crate, "quantity": 1}], "direction": "out", "party": "guest"}
    bar.ask("/api/inventory/deposit", taken)
    return cream


def choose(page: Page, table: str) -> None:
    """As from the tablet's own files."""
    page.locator(".choose input[type=file]").set_input_files(
        {"name": "stock.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )


def throws_away(bar: Bar, tablets: Tablets, name: str) -> Tablet:
    """A bartender's phone: what fell is written down from the menu that every screen has."""
    phone = tablets.at_work("刘子豪", "phone")
    phone.page.evaluate("localStorage.setItem('barbox.language', 'en')")
    phone.page.reload()
    phone.page.locator("header .who").click()
    phone.page.locator("dialog nav a[href='/office/moves']").click()
    phone.page.get_by_label("Find or scan an item").fill(name)
    phone.page.locator(".found .row", has_text=name).click()
    expect(phone.page.get_by_label(f"How much of {name}")).to_have_value("1")
    expect(phone.page.get_by_label(f"In what, {name}")).to_contain_text("Bottle")
    phone.page.get_by_role("button", name="Broken").click()
    phone.shoot("waste")
    phone.page.get_by_role("button", name="Write down waste").click()
    expect(phone.page.locator("li.line")).to_have_count(0)
    return phone


def test_a_sheet_comes_in_mended_and_what_fell_is_found_again(bar: Bar, tablets: Tablets) -> None:
    office = owner_at(tablets, "stock")
    page = office.page
    page.get_by_role("link", name="Import").click()
    with page.expect_download() as template:
        page.get_by_role("button", name="Empty template").click()
    assert template.value.suggested_filename == "stock-template.xlsx"

    choose(page, WRONG)
    rows = page.locator("ol > li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Row 3")
    expect(rows.nth(0)).to_contain_text("“litre” is none of those possible")
    expect(rows.nth(0)).to_contain_text("Write one of: ml, g, piece.")
    expect(rows.nth(1)).to_contain_text("Row 4")
    expect(rows.nth(1)).to_contain_text("there is no place “Attic”")
    expect(rows.nth(1)).to_contain_text("“cheap” is not a number that fits")
    apply = page.get_by_role("button", name="Import now")
    expect(apply).to_be_disabled()
    office.shoot("import-problems")
    assert bar.ask("/api/inventory/items?q=Old%20Tom")["items"] == []

    choose(page, RIGHT)
    expect(page.locator("section", has_text="Look at what would happen")).to_contain_text("3 new, 0 changed")
    expect(page.locator("section", has_text="New suppliers: Golden Spirits")).to_be_visible()
    office.shoot("import-ready")
    apply.click()
    page.wait_for_url(re.compile(r"/office/stock$"))
    (gin,) = bar.ask("/api/inventory/items?q=Old%20Tom")["items"]
    bar.ask("/api/inventory/receive", {"items": [{"itemId": gin["id"], "quantity": 1400}]})

    # What falls takes it to its reorder point: whoever stands at another screen is told.
    throws_away(bar, tablets, "Old Tom gin")
    expect(page.locator(".toast", has_text="Low: Old Tom gin, 700 ml left")).to_be_visible()
    page.goto(f"{office.url}/office/stock?tab=used&view=waste")
    expect(page.locator("li", has_text="刘子豪").filter(has_text="Broken")).to_contain_text("126.00")
    page.get_by_role("link", name="Old Tom gin").click()
    ledger = page.locator(".ledger li")
    expect(ledger.first).to_contain_text("by 刘子豪")
    expect(ledger.first).to_contain_text("Broken")
    expect(ledger.first).to_contain_text("-700 ml")
    expect(ledger.first).to_contain_text("then 700 ml")
    expect(ledger.nth(1)).to_contain_text("then 1,400 ml")
    office.shoot("item")


def test_what_a_colleague_drinks_counts_as_such(bar: Bar, tablets: Tablets) -> None:
    tablet = owner_at(tablets, "stock")
    page, beer = tablet.page, bar.product("Tsingtao")
    page.goto(f"{tablet.url}/floor")
    tablet.open_table("A1")
    tablet.tap("Tsingtao")
    tablet.send()
    tablet.open_table("A1")
    tablet.check().locator(".what").first.click()
    tablet.check().get_by_role("button", name="On the house").click()
    page.get_by_role("dialog").get_by_role("button", name="For staff").click()

    def drunk() -> float:
        items = bar.ask("/api/inventory/consumption")["items"]
        return float(next((each["staff"] for each in items if each["itemId"] == beer["id"]), 0))

    until(lambda: drunk() == 1, "the beer is no staff drink")
    page.goto(f"{tablet.url}/office/stock?tab=used")
    expect(page.locator("li", has_text="Tsingtao").first).to_contain_text("1 pcs staff")


def test_a_place_comes_and_goes_a_crate_comes_back_and_the_books_agree(bar: Bar, tablets: Tablets, shelf: int) -> None:
    tablet = owner_at(tablets, "stock?tab=house", "phone")
    page = tablet.page

    def places() -> list[str]:
        return [each["name"] for each in bar.ask("/api/inventory/locations")["locations"]]

    before = places()
    page.get_by_role("button", name="New place").click()
    page.get_by_label("Name").first.fill("Terrace")
    save(page)
    page.get_by_role("button", name="Move Terrace").press("ArrowUp")
    until(lambda: places() == [*before[:-1], "Terrace", before[-1]], "the terrace is where it was")
    page.get_by_role("button", name="Terrace 0 items").click()
    for _ in range(2):
        page.locator("dialog footer .danger").click()
    until(lambda: places() == before, "the terrace is still there")
    page.get_by_role("button", name="Add up all of it now").click()
    expect(page.locator(".told.good")).to_contain_text("added up just now")

    page.goto(f"{tablet.url}/office/stock?tab=deposits")
    crate = page.locator("section", has_text="Crate")
    expect(crate).to_contain_text("¥20.00 to give back")
    crate.get_by_role("button", name="Guest brings back").click()
    save(page)
    expect(crate).to_contain_text("¥0.00 to give back")
    page.goto(f"{tablet.url}/office/moves?way=transfer")
    page.get_by_role("button", name="Other way round").click()
    page.get_by_label("Find or scan an item").fill("Cream")
    page.locator(".found .row").first.click()
    page.get_by_role("button", name="Carry over").click()
    expect(page.locator("li.line")).to_have_count(0)
    level = bar.ask("/api/inventory?q=Cream")["items"][0]
    assert {each["locationId"]: each["onHand"] for each in level["places"]}[2] == 6_000


@pytest.mark.parametrize(("size", "theme", "paths"), [("phone", "day", LOOKED_AT), ("tablet", "night", ON_A_DESK)])
def test_the_shelf_is_legible_and_within_reach(
    shelf: int, tablets: Tablets, size: str, theme: str, paths: tuple[str, ...]
) -> None:
    tablet = owner_at(tablets, "stock", size, theme=theme)
    walk = Walk(tablet, theme)
    for path in (*paths, f"stock/item/{shelf}"):
        tablet.page.goto(f"{tablet.url}/office/{path}")
        expect(tablet.page.locator(".office-page .panel").first).to_be_visible()
        tablet.page.wait_for_load_state("networkidle")
        walk.stop("office-" + re.sub(r"\W+", "-", path.replace(str(shelf), "one")))
    tablet.page.locator(".row", has_text="L0").get_by_role("button").click()
    expect(tablet.page.get_by_role("dialog")).to_contain_text("Throw away")
    walk.stop("office-batch")
    walk.end(*(ROUTES if size == "phone" else ROUTES[1:]))
