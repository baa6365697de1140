"""An owner on Sunday morning, with a phone: what sold, when it is busy, what comes; and what the waiter whispers."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.bar import Bar, Tablets
from tests.journeys.test_office import owner_at
from tests.journeys.test_screens import Walk

ROUTES = ("/office/reports", "/office/forecast")
PAGES = ("sales", "heatmap", "menu", "pour-cost", "deductions", "happy-hours")


@pytest.fixture(scope="module")
def bar(app: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bar]:
    """The sample bar with eight weeks behind it."""
    bar = Bar(tmp_path_factory.mktemp("bar") / "data", weeks=8)
    bar.start()
    bar.sign_in_the_office()
    yield bar
    bar.stop()


def test_the_owner_reads_the_morning_the_busy_hours_and_the_forecast_on_a_phone(bar: Bar, tablets: Tablets) -> None:
    tablet = owner_at(tablets, "reports", "phone")
    page = tablet.page
    told = bar.ask("/api/reports/morning")
    total = page.locator(".total b")
    expect(total).to_contain_text(f"{told['total']['net'] // 100:,}")
    total.click()
    behind = page.locator("dialog li a")
    expect(behind).to_have_count(min(50, told["total"]["orders"]))
    page.keyboard.press("Escape")
    tablet.shoot("reports-morning")

    page.get_by_role("tab", name="Busy hours").click()
    cells = bar.ask(f"/api/reports/heatmap?{_month(told['businessDay'])}")["cells"]
    busiest = max(cells, key=lambda cell: cell["total"] / max(1, cell["days"]))
    hot = page.locator("td button.hot", has_text="")
    expect(hot.first).to_be_visible()
    assert f"{busiest['hour']:02d}:00" in " ".join(label or "" for label in _labels(page))
    hot.first.click()
    expect(page.locator("dialog li a").first).to_be_visible()
    page.keyboard.press("Escape")
    tablet.shoot("reports-heatmap")
    assert "report=heatmap" in page.url

    page.goto(f"{tablet.url}/office/forecast")
    expect(page.locator(".days article")).to_have_count(14)
    expect(page.locator(".peaks li")).to_have_count(5)
    expect(page.get_by_text("How good is it?")).to_be_visible()
    tablet.shoot("forecast")


@pytest.mark.parametrize(("size", "theme"), [("phone", "day"), ("wide", "night")])
def test_figures_are_legible_and_within_reach(tablets: Tablets, size: str, theme: str) -> None:
    tablet = owner_at(tablets, "reports", size, theme=theme)
    walk = Walk(tablet, theme)
    for section in ("forecast", *(f"reports?report={name}" for name in ("morning", *PAGES))):
        tablet.page.goto(f"{tablet.url}/office/{section}")
        expect(tablet.page.locator(".office-page .panel").first).to_be_visible()
        tablet.page.wait_for_load_state("networkidle")
        walk.stop(f"office-{section.replace('?report=', '-')}")
    walk.end(*ROUTES)


def test_the_waiter_is_told_what_goes_well_with_it_and_a_tap_adds_it(tablets: Tablets) -> None:
    tablet = tablets.at_work()
    page = tablet.page
    tablet.open_table("A6")
    tablet.tap("青岛经典")
    first = page.locator("ul[aria-label='Goes well with it'] button").first
    expect(first).to_be_visible()
    name = (first.locator("span").first.evaluate("each => each.firstChild.textContent") or "").strip()
    first.click()
    expect(tablet.check().filter(has_text=name)).to_have_count(1)
    tablet.shoot("suggestions")


def _month(last: str) -> str:
    until = date.fromisoformat(last) + timedelta(days=1)
    return f"from={until - timedelta(days=29)}&to={until}"


def _labels(page: Page) -> list[str | None]:
    found: list[str | None] = page.locator("td button").evaluate_all("all => all.map(each => each.ariaLabel)")
    return found
