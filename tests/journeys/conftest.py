"""Fixtures of the journeys: Debian's Chromium, the built app, an open bar."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from barbox import build_web
from tests.journeys.bar import OUTSIDE, Bar, Tablets

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def app() -> None:
    """The app as it is in the tree."""
    build_web.build_app()


@pytest.fixture(scope="module")  # Playwright's loop runs as long as it does: no other module's async test may meet it
def browser() -> Iterator[Browser]:
    """Chromium, for which the bar lies on another machine."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[f"--host-resolver-rules=MAP {OUTSIDE} 127.0.0.1", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def bar(app: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bar]:
    """The sample bar, open for the tests of one file."""
    bar = Bar(tmp_path_factory.mktemp("bar") / "data")
    bar.start()
    bar.sign_in_the_office()
    yield bar
    bar.stop()


@pytest.fixture
def tablets(bar: Bar, browser: Browser) -> Iterator[Tablets]:
    """Tablets for one test."""
    tablets = Tablets(bar, browser)
    yield tablets
    complaints = list(tablets.close())
    assert complaints == []
