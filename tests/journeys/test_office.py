"""The office, by hand: a menu from a table, a happy hour, the floor, people and paper; on a phone and on a desk."""

import base64
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.bar import Bar, Tablet, Tablets, until
from tests.journeys.test_screens import PAGES, Walk

ELSEWHERE = {"reports", "forecast", "cellar"}
"""Looked at where there is something to see: in test_figures and test_screens."""
SECTIONS = tuple(sorted({page.parent.name for page in (PAGES / "office").glob("*/+page.svelte")} - ELSEWHERE))
ROUTES = tuple(f"/office/{section}" for section in SECTIONS)
ON_A_DESK = ("menu", "floor", "papers", "members", "stock", "doctor")
"""Laid out otherwise where there is room."""


def owner_at(tablets: Tablets, section: str, size: str = "wide", **more: Any) -> Tablet:
    """The owner's tablet, in a section of the office; their own language is the tablet's for this evening."""
    tablet = tablets.at_work(next(iter(tablets.bar.pins)), size, **more)
    tablet.page.evaluate("localStorage.setItem('barbox.language', 'en')")
    tablet.page.goto(f"{tablet.url}/office/{section}")
    return tablet


def save(page: Page) -> None:
    """Saves the open sheet, which then closes."""
    page.locator("dialog footer .main").click()
    expect(page.locator("dialog")).to_have_count(0)


def source(picture: Locator) -> str:
    return picture.get_attribute("src") or ""


@pytest.mark.parametrize(("size", "theme", "sections"), [("phone", "day", SECTIONS), ("wide", "night", ON_A_DESK)])
def test_every_section_is_legible_and_within_reach(
    tablets: Tablets, size: str, theme: str, sections: tuple[str, ...]
) -> None:
    tablet = owner_at(tablets, "", size, theme=theme)
    walk = Walk(tablet, theme)
    for section in sections:
        tablet.page.goto(f"{tablet.url}/office/{section}")
        expect(tablet.page.locator(".office-page :is(.panel, .plan):visible").first).to_be_visible()
        tabs = tablet.page.locator(".office-page").get_by_role("tab")
        for number in range(max(1, tabs.count())):
            if number:
                tabs.nth(number).click()
            tablet.page.wait_for_load_state("networkidle")
            walk.stop(f"office-{section}{number or ''}")
    walk.end(*(f"/office/{section}" for section in sections))


def test_a_menu_from_a_table_is_mended_before_it_is_taken_over(bar: Bar, tablets: Tablets) -> None:
    page = owner_at(tablets, "menu", "phone").page
    page.get_by_role("button", name="Import").click()

    def choose(table: str) -> None:
        page.locator("dialog input[type=file]").set_input_files(
            {"name": "menu.csv", "mimeType": "text/csv", "buffer": table.encode()}
        )

    head = "category,name,price,station\n"
    choose(head + "Digestifs,Grappa,32,Bar\nDigestifs,Fernet,cheap,Bar\nDigestifs,Averna,30,Cellar\n")
    wrong = page.locator("dialog li")
    expect(wrong).to_have_count(2)
    expect(wrong.first).to_contain_text("Row 3")
    expect(wrong.first).to_contain_text("“cheap” is not a price")
    expect(wrong.last).to_contain_text("no station “Cellar”")
    apply = page.get_by_role("button", name="Take it over")
    expect(apply).to_be_disabled()
    choose(head + "Digestifs,Grappa,32,Bar\nDigestifs,Fernet,28,Bar\nDigestifs,Averna,30,Bar\n")
    expect(page.locator("dialog")).to_contain_text("3 new, 0 changed")
    apply.click()
    expect(page.locator("dialog")).to_have_count(0)
    page.get_by_role("button", name="Digestifs", exact=True).click()
    expect(page.locator(".row", has_text="Fernet")).to_contain_text("28.00")
    assert bar.product("Grappa")["price"] == 3200


def test_a_happy_hour_is_made_and_asked_what_a_beer_costs_then(tablets: Tablets) -> None:
    page = owner_at(tablets, "prices").page
    page.get_by_role("button", name="New happy hour").click()
    sheet = page.locator("dialog")
    for day in ("Mon", "Tue", "Wed", "Thu"):
        sheet.get_by_role("button", name=day).click()
    sheet.get_by_label("From", exact=True).fill("18:00")
    sheet.get_by_label("Until").fill("20:00")
    sheet.get_by_label("What happens").select_option("fixed")
    sheet.get_by_label("This price · CNY").fill("20")
    sheet.get_by_label("Category").select_option("On tap")
    sheet.get_by_label("Product").select_option("Hazy IPA")
    save(page)
    expect(page.locator("li", has_text="Fri · 18:00–20:00")).to_contain_text("Hazy IPA")
    page.get_by_label("Find a product").fill("Hazy")
    page.get_by_label("Day").select_option("Friday")
    beer = page.locator("ul[aria-live] li", has_text="Hazy IPA")
    expect(beer).to_contain_text("¥42.00")
    expect(beer).to_contain_text("¥20.00")
    page.get_by_label("Time").fill("20:00")
    expect(beer).not_to_contain_text("¥20.00")


def test_a_table_is_dragged_and_moved_with_the_keyboard(bar: Bar, tablets: Tablets) -> None:
    page = owner_at(tablets, "floor").page
    table = page.get_by_role("button", name="Table A5,")

    def stands() -> tuple[int, int]:
        found = next(each for each in bar.ask("/api/floor")["tables"] if each["name"] == "A5")
        return found["x"], found["y"]

    before, box = stands(), table.bounding_box()
    plan = page.locator(".plan").bounding_box()
    assert box and plan
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 30 + plan["width"] * 0.2, box["y"] + 30 + plan["height"] * 0.1, steps=8)
    page.mouse.up()
    until(lambda: stands() != before, "the box heard of no move")
    x, y = stands()
    assert (x % 2, y % 2) == (0, 0), "on the grid"
    assert abs(x - before[0] - 20) <= 2
    assert abs(y - before[1] - 10) <= 2
    expect(page.locator("dialog")).to_have_count(0)
    table.focus()
    page.keyboard.press("ArrowLeft")
    until(lambda: stands() == (x - 2, y), "the arrow key moved nothing")


def test_somebody_new_signs_in_with_their_own_pin(bar: Bar, tablets: Tablets) -> None:
    page = owner_at(tablets, "people", "phone").page
    page.get_by_role("button", name="New person").click()
    page.get_by_label("Name").fill("Nora Lindt")
    page.get_by_label("PIN").fill("730265")
    save(page)
    expect(page.locator(".row", has_text="Nora Lindt")).to_contain_text("Waiter")
    bar.pins["Nora Lindt"] = "730265"
    hers = tablets.at_work("Nora Lindt")
    expect(hers.page.locator("header .who")).to_contain_text("Nora Lindt")


def test_a_receipt_is_laid_out_and_looked_at_before_it_is_kept(bar: Bar, tablets: Tablets) -> None:
    page = owner_at(tablets, "papers").page
    page.get_by_role("button", name="Receipt").click()
    paper = page.locator(".paper img")
    expect(paper).to_have_attribute("alt", "Receipt, as it will come out")
    page.wait_for_load_state("networkidle")
    before = source(paper)
    page.get_by_label("Below: a line each").fill("See you tomorrow")
    expect(paper).not_to_have_attribute("src", before)
    png = base64.b64decode(source(paper).partition(",")[2])
    assert png.startswith(b"\x89PNG")
    page.get_by_role("button", name="Save").click()
    until(
        lambda: bar.ask("/api/papers/templates")["receipt"]["footer"] == ["See you tomorrow"],
        "the receipt was not kept",
    )
