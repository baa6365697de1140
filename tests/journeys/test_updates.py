"""A new version of the app on a tablet that keeps the old one: it waits while anybody is in the middle of an order."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.bar import ROOT, Bar, Tablet, until
from tests.journeys.test_https import NAME, chromium_trusting, context_of, switched_on

WORDS = Path("barbox", "web", "src", "lib", "texts", "floor", "en.ts")
NOT_COPIED = shutil.ignore_patterns("node_modules", ".svelte-kit", "__pycache__")


@pytest.fixture
def box(app: None, tmp_path: Path) -> Iterator[Bar]:
    """A box with a copy of the software of its own, which the test may renew."""
    installed = tmp_path / "installed"
    shutil.copytree(ROOT / "barbox", installed / "barbox", ignore=NOT_COPIED)
    (installed / "barbox" / "web" / "node_modules").symlink_to(ROOT / "barbox" / "web" / "node_modules")
    bar = Bar(tmp_path / "data", installed=installed)
    bar.start()
    bar.sign_in_the_office()
    yield bar
    bar.stop()


def renew(bar: Bar) -> None:
    """The next version: the key for a new tab says something else; the box starts with it."""
    bar.stop()
    words = bar.installed / WORDS
    old = words.read_text()
    words.write_text(old.replace("'New tab'", "'Open a new tab'"))
    assert words.read_text() != old
    said = subprocess.run(
        [sys.executable, "-m", "barbox.build_web"],
        cwd=bar.installed,
        env=os.environ | {"PYTHONPATH": str(bar.installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr[-2000:]
    bar.start()


def test_a_new_version_waits_until_the_round_is_sent_and_starts_with_one_tap(box: Bar, browser: Browser) -> None:
    port = switched_on(box)
    with chromium_trusting(box, browser) as chromium, context_of(chromium) as context:
        tablet = Tablet(box, context, "wide", f"https://{NAME}:{port}")
        page = tablet.page
        tablet.pair()
        tablet.sign_in("Emily Carter")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "no service worker took over")
        (old,) = page.evaluate("caches.keys()")
        ready = page.get_by_role("button", name="A new version is ready")
        tablet.open_table("A1")
        tablet.tap("Tsingtao")

        with page.expect_response(lambda answer: answer.url.endswith("/version.json") and answer.ok, timeout=90_000):
            renew(box)
        expect(page.locator("header .line.down")).to_have_count(0)
        tablet.tap("Duvel")
        expect(ready).to_have_count(0)
        page.locator("header a.back").click()
        page.wait_for_url("**/floor")
        expect(page.locator(".table").first).to_be_visible()
        expect(ready).to_have_count(0)
        expect(page.get_by_role("button", name="New tab", exact=True)).to_be_visible()

        tablet.open_table("A1")
        tablet.send()
        expect(ready).to_be_visible()
        tablet.shoot("new-version")
        ready.click()
        renewed = page.get_by_role("button", name="Open a new tab")
        expect(renewed).to_be_visible(timeout=60_000)
        expect(page.locator(".table.busy").first).to_be_visible()
        expect(ready).to_have_count(0)
        until(lambda: len(page.evaluate("caches.keys()")) == 1, "the old version was not thrown away")
        assert page.evaluate("caches.keys()") != [old]
        context.set_offline(True)
        page.reload()
        expect(renewed).to_be_visible()
        expect(page.locator(".table.busy").first).to_be_visible()
        context.set_offline(False)
    (order,) = box.orders()
    assert [line["itemId"] for line in order["items"]] == [box.product(name)["id"] for name in ("Tsingtao", "Duvel")]
