"""A box fresh out of its carton: somebody opens it in a browser, sets the bar up and signs in."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.bar import OUTSIDE, PATIENCE_S, ROOT, Bar, Tablets


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


def test_a_new_bar_is_opened_in_a_minute(carton: tuple[str, str], browser: Browser, tmp_path: Path) -> None:
    url, code = carton
    tablets = Tablets(Bar(tmp_path), browser)
    page = tablets.new(url=url).page
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
    page.wait_for_url("**/pin")
    page.locator(".people .key", has_text="Anna").click()
    page.keyboard.type("4711")
    page.keyboard.press("Enter")
    page.wait_for_url("**/floor")
    expect(page.get_by_role("heading", name="The Golden Swan")).to_be_visible()
    expect(page.locator("header .line:not(.down)")).to_be_visible()
    assert list(tablets.close()) == []
