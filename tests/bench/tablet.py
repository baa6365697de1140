"""A cheap tablet: Chromium slowed down six times, tapped and scrolled as a bartender does."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.sync_api import CDPSession, expect, sync_playwright

from tests.journeys.bar import OUTSIDE, Bar, Tablet, Tablets
from tests.journeys.conftest import CHROMIUM

SLOWDOWN = 6
MANY = 300
FRAME_MS = 1000 / 60

FEEL = """() => {
    window.felt = [];
    new PerformanceObserver(list => list.getEntries().forEach(each =>
        each.name === 'click' && felt.push(each.duration))).observe({type: 'event', durationThreshold: 16});
}"""
"""Event Timing: from the finger to the next frame that shows what it did, in steps of 8 ms."""

FRAMES = """() => {
    window.frames_ = [];
    let last = performance.now();
    const tick = now => { frames_.push(now - last); last = now; window.ticking && requestAnimationFrame(tick); };
    window.ticking = true;
    requestAnimationFrame(tick);
}"""

SEEN = """name => new Promise(resolve => {
    const among = where => [...document.querySelectorAll(where)].find(each => each.textContent.includes(name));
    const tile = among('.tile:not(.out)'), begun = performance.now();
    const done = () => resolve(performance.now() - begun);
    const look = () => requestAnimationFrame(among('aside .lines article') ? done : look);
    setTimeout(() => resolve(null), 3000);
    tile.click();
    look();
})"""
"""From a tap on a tile to the first frame after its line stands on the check; null where it asks something first."""


@dataclass(frozen=True, slots=True)
class Felt:
    """Milliseconds, least to most."""

    values: list[float]

    def at(self, percent: int) -> float:
        """A percentile."""
        return quantiles(self.values, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True, slots=True)
class Scrolled:
    """Times between the frames of a long scroll, in ms."""

    frames: Felt

    @property
    def late(self) -> float:
        """The share of frames that came more than one frame late."""
        return sum(each > 2 * FRAME_MS for each in self.frames.values) / len(self.frames.values)


@contextmanager
def at_the_bar() -> Iterator[tuple[Bar, Tablet]]:
    """A demo bar with a category of 300 more products, and a waiter's tablet over plain HTTP."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bar = Bar(Path(folder) / "data")
        bar.start()
        try:
            bar.sign_in_the_office()
            _stock_up(bar)
            chromium = playwright.chromium.launch(
                executable_path=CHROMIUM, args=[f"--host-resolver-rules=MAP {OUTSIDE} 127.0.0.1"]
            )
            tablet = Tablets(bar, chromium).at_work(size="tablet")
            tablet.page.get_by_role("button", name="Counter").click()
            expect(tablet.page.locator(".tile").first).to_be_visible()
            yield bar, tablet
            chromium.close()
        finally:
            bar.stop()


def _stock_up(bar: Bar) -> None:
    menu = bar.ask("/api/menu")
    about = {"taxRateId": menu["taxRates"][0]["id"], "price": 3800}
    shelf = bar.ask("/api/menu/categories", {"names": {"en": "Everything", "zh": "全部"}, "sort": 0})["id"]
    for number in range(MANY):
        names = {"en": f"Wine number {number}", "zh": f"葡萄酒 {number}"}
        bar.ask("/api/menu/products", {**about, "categoryId": shelf, "names": names, "sort": number})


def taps(tablet: Tablet, count: int) -> tuple[Felt, Felt]:
    """From a tap on a product to its next frame, and to the line that stands on the check; slowed down."""
    page = tablet.page
    page.locator(".rail .key", has_text="Bottled beer").click()
    slow = _slow_down(tablet, SLOWDOWN)
    page.evaluate(FEEL)
    names = page.locator(".tile:not(.out) .name").all_inner_texts()
    for number in range(count):
        name = names[number % len(names)]
        page.locator(".tile:not(.out)", has_text=name).first.tap()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("aside .lines article")).to_have_count(0)
    shown: list[float] = [ms for name in names if (ms := page.evaluate(SEEN, name)) is not None]
    felt: list[float] = page.evaluate("felt")
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    # What took less than 16 ms is not told: it counts as 16.
    return Felt(sorted([*felt, *[16.0] * (count - len(felt))])), Felt(sorted(shown))


def scroll(tablet: Tablet, slowdown: int) -> Scrolled:
    """Down through 300 products and up again. By the wheel: Chromium's own touch gesture does not scroll headless."""
    page = tablet.page
    page.locator(".rail .key", has_text="Everything").click()
    expect(page.locator(".tile", has_text="Wine number 1").first).to_be_visible()
    box = page.locator(".grid").bounding_box()
    assert box
    cdp = _slow_down(tablet, slowdown)
    page.evaluate(FRAMES)
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "gestureSourceType": "mouse"}
    for distance in (-6000, 6000):
        cdp.send("Input.synthesizeScrollGesture", {**at, "yDistance": distance, "speed": 3000})
    frames: list[float] = page.evaluate("(window.ticking = false, frames_)")
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return Scrolled(Felt(sorted(frames[1:])))


def _slow_down(tablet: Tablet, times: int) -> CDPSession:
    cdp: Any = tablet.context.new_cdp_session(tablet.page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": times})
    session: CDPSession = cdp
    return session
