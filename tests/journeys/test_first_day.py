"""A box fresh out of its carton: somebody opens it in a browser, sets the bar up and signs in."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.bar import OUTSIDE, PATIENCE_S, ROOT, Bar, Tablets
from tests.journeys.test_screens import Walk


@pytest.fixture
def carton(app: None, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A new box: its address and the set-up code it prints."""
    box = subprocess.Popen(
        [sys.executable, "-m", "barbox", "serve", "--data", str(tmp_path / "data"), "--port", "0", "--no-mdns"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert box.stdout is not None
    said = ""
    while not (code := re.search(r"Set-up code: (\S+)", said)):
        line = box.stdout.readline()
        assert line, said
        said += line
    port = re.search(r"localhost:(\d+)", said)
    assert port
    yield f"http://{OUTSIDE}:{port[1]}", code[1]
    box.terminate()
    box.wait(timeout=PATIENCE_S)


ROUTES = ("/setup/house",)


@pytest.mark.parametrize("size", ["phone", "wide"])
def test_a_new_bar_takes_its_first_order_within_minutes(
    carton: tuple[str, str], browser: Browser, tmp_path: Path, size: str
) -> None:
    url, code = carton
    tablets = Tablets(Bar(tmp_path), browser)
    theme = {"phone": "day", "wide": "night"}[size]
    tablet = tablets.new(size, theme=theme, url=url)
    page, walk = tablet.page, Walk(tablet, theme)
    page.goto(url)
    page.wait_for_url("**/setup")
    page.get_by_label(re.compile("Set-up code")).fill(code)
    page.get_by_label("Name of the bar").fill("The Golden Swan")
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label(re.compile("^Your PIN")).fill("4711")
    page.get_by_label("PIN again").fill("4712")
    page.get_by_role("button", name="Open the bar").click()
    expect(page.get_by_role("alert")).to_have_text("The two PINs differ.")
    page.get_by_label("PIN again").fill("4711")
    page.get_by_role("button", name="Open the bar").click()
    page.wait_for_url("**/setup/house")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Taxes")
    walk.stop("first-taxes")
    _next(page)
    expect(title).to_have_text("Rooms and tables")
    page.get_by_label("Tables").fill("6")
    page.get_by_role("button", name="One more area").click()
    walk.stop("first-rooms")
    _next(page)
    expect(title).to_have_text("Printers")
    walk.stop("first-printers")
    _next(page)
    expect(title).to_have_text("People")
    page.reload()
    expect(title).to_have_text("People")  # where it stood
    walk.stop("first-people")
    _next(page)
    expect(title).to_have_text("The menu")
    expect(page.get_by_role("button", name=re.compile("usual menu"))).to_have_attribute("aria-pressed", "true")
    walk.stop("first-menu")
    _next(page)
    expect(title).to_have_text("Recovery slip")
    page.get_by_label(re.compile("your PIN once more")).fill("4711")
    page.get_by_role("button", name="Make a recovery slip").click()
    expect(page.locator(".slip li")).to_have_count(24)
    walk.stop("first-slip")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_label("The slip is put away").check()
    _next(page)
    page.get_by_role("link", name="To the floor").click()
    page.wait_for_url("**/floor")
    expect(page.get_by_role("heading", name="The Golden Swan")).to_be_visible()
    expect(page.locator("header .line:not(.down)")).to_be_visible()
    tablet.open_table("T6")
    page.locator(".tile", has_text="Lager").click()
    page.get_by_role("button", name="Checked: they are old enough").click()
    page.locator("dialog .options .key", has_text="large").click()
    tablet.send()
    expect(page.locator(".table.busy")).to_have_count(1)
    walk.end(*ROUTES)
    assert list(tablets.close()) == []


def _next(page: Page) -> None:
    page.get_by_role("button", name="Next").click()
