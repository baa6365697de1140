"""Every screen, looked at: pictures in build/screenshots, axe, sizes of what a finger must hit, bytes on the wire."""

import contextlib
import gzip
import json
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.bar import ROOT, Bar, Tablet, Tablets

AXE = ROOT / "barbox" / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ROOT / "barbox" / "web" / "src" / "routes"
ROUTES = (
    *("/setup", "/pair", "/pin", "/floor", "/order/[ref]", "/pay/[ref]", "/display", "/bookings", "/count", "/office"),
    "/office/cellar",
)
"""What a walk through the till stops at."""
FINGER_PX = 48
MOST_BYTES = 100_000
"""JavaScript and CSS that the order screen needs, compressed."""

SMALL = """
    least => [...document.querySelectorAll('button, a, input, select, [role=button]')]
        .filter(each => each.checkVisibility() && !each.closest('label'))
        .map(each => [each, each.getBoundingClientRect()])
        .filter(([, box]) => box.width > 1 && (box.width < least - 0.5 || box.height < least - 0.5))
        .map(([each, box]) => `${each.textContent.trim() || each.ariaLabel} ${box.width}x${box.height}`)
"""


WEAR = """theme => {
    document.documentElement.dataset.theme = theme;
    document.getAnimations().forEach(each => each.finish());
}"""
"""The theme, with no colour on its way to another."""


def faults(page: Page) -> list[str]:
    """What axe finds, and what is too small for a wet finger."""
    page.evaluate(AXE.read_text())
    found: Any = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    serious = [
        f"{each['id']}: {each['nodes'][0]['html'][:160]} {each['nodes'][0]['failureSummary'][:200]}"
        for each in found["violations"]
    ]
    small: list[str] = page.evaluate(SMALL, FINGER_PX)
    return serious + [f"small: {each}" for each in small]


def route_of(url: str) -> str:
    """The route whose screen has this address, as its folder is called: `/order/[ref]` for `/order/17`."""
    folder = PAGES
    for part in urlsplit(url).path.strip("/").split("/"):
        folder = folder / part if (folder / part).is_dir() else next(folder.glob("[[]*"))
    return f"/{folder.relative_to(PAGES)}"


class Walk:
    """Stops at each screen, takes its picture and notes what is wrong with it."""

    def __init__(self, tablet: Tablet, theme: str) -> None:
        self.tablet = tablet
        self.theme = theme
        self.faults: list[str] = []
        self.seen: set[str] = set()

    def stop(self, name: str) -> None:
        self.seen.add(route_of(self.tablet.page.url))
        self.tablet.page.evaluate("document.fonts.ready")
        self.tablet.shoot(name, self.theme)
        self.faults += [f"{name}: {fault}" for fault in faults(self.tablet.page)]
        self.faults += [f"{name}, other theme: {fault}" for fault in self._faint()]

    def end(self, *routes: str) -> None:
        """Nothing was wrong anywhere, and these were stopped at."""
        assert self.faults == [], "\n".join(self.faults)
        assert set(routes) <= self.seen

    def _faint(self) -> list[str]:
        """What cannot be read in the other theme: nothing else of a screen depends on it."""
        page, other = self.tablet.page, "day" if self.theme == "night" else "night"
        page.evaluate(WEAR, other)
        found: Any = page.evaluate("axe.run({runOnly: ['color-contrast']})")
        page.evaluate(WEAR, self.theme)
        return [f"{node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


TABLES: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (64, 12, ("Dan dan noodles", "Tsingtao", "Hoegaarden Draught")),
    (47, 9, ("Dry Martini", "Mixed nuts", "Corona Extra")),
    (39, 8, ("Cheeseburger", "Lane's End Lager", "Fish and chips")),
    (33, 6, ("House white, glass", "Salted edamame", "Old Fashioned")),
    (21, 4, ("Mojito", "Negroni", "Squid rings")),
    (12, 2, ("West Coast IPA", "Mixed nuts", "Duvel")),
    (6, 1, ("Smashed cucumber", "Perrier", "Gin & Tonic")),
)
"""How many minutes ago guests sat down and sent their round, and what was in it."""
TABS = (
    ("周雅婷", 85, 71, ("House red, glass", "Mojito")),
    ("Joe at the door", 66, 52, ("Duvel", "Negroni")),
    ("李姐", 51, 40, ("Mojito", "Old Fashioned", "Dry Martini")),
    ("Tom 4412", 38, 3, ("Budweiser", "Tsingtao")),
)
"""The same of tabs; but for the last all was served."""
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def evening(bar: Bar) -> None:
    """A bar in full swing: tables with food and drink that came one after the other, tabs, something ready."""
    menu = bar.ask("/api/menu")
    groups = {group["id"]: group for group in menu["groups"]}
    products = {product["names"]["en"]: product for product in menu["products"]}
    tables = bar.ask("/api/floor")["tables"]
    ages: list[tuple[int, int, int]] = []

    def order(where: dict[str, Any], came: int, sent: int, names: tuple[str, ...]) -> Any:
        lines: list[dict[str, Any]] = []
        for name in names:
            wanted = [groups[each] for each in products[name]["groupIds"] if groups[each]["minimum"] > 0]
            choices = [group["modifiers"][0]["id"] for group in wanted]
            lines.append({"itemId": products[name]["id"], "quantity": 1 + len(lines) % 2, "modifiers": choices})
        made = bar.ask("/api/orders", where | {"items": lines})
        ages.append((made["orderId"], came * MINUTE_MS, sent * MINUTE_MS))
        return made

    tabs = [order({"tab": name}, came, sent, names) for name, came, sent, names in TABS]
    for tab in tabs[:-1]:
        _mark(bar, tab, "served")
    _mark(bar, tabs[-1], "ready", 1)
    for index, (came, sent, names) in enumerate(TABLES):
        made = order({"tableId": tables[index * 2]["id"], "covers": 2 + index % 4}, came, sent, names)
        if index % 3 == 0:
            _mark(bar, made, "ready", 1)
    bar.ask(f"/api/orders/{tabs[0]['orderId']}/bill", {})
    bar.stop()  # the box's own clock puts all of them at the same minute
    with contextlib.closing(sqlite3.connect(bar.data / "barbox.db")) as db, db:
        db.executemany("UPDATE orders SET opened_at = opened_at - ?2 WHERE id = ?1", [each[:2] for each in ages])
        db.executemany("UPDATE order_line SET sent_at = sent_at - ?2 WHERE order_id = ?1", [each[::2] for each in ages])
    bar.start()
    bar.ask("/api/notes", {"text": "3 号桶快空了 · Keg 3 is nearly empty, the new one stands behind the door"})
    seen = bar.ask("/api/notes", {"text": "Ice at six"})
    bar.ask(f"/api/notes/{seen['noteId']}/done", {})
    bar.ask("/api/inventory/counts", {"locationId": 1, "title": "Sunday · 周日盘点"})
    _cellar(bar)


def _mark(bar: Bar, order: Any, status: str, first: int | None = None) -> None:
    """The first lines of an order, or all, are ready or served."""
    lines = [line["lineId"] for line in order["items"][:first]]
    bar.ask(f"/api/orders/{order['orderId']}/lines/status", {"lineIds": lines, "status": status})


def _cellar(bar: Bar) -> None:
    """A keg on tap, a line that was cleaned, an empty tap, and bottles kept for guests."""
    keg = {"names": {"en": "Lager, keg", "zh": "拉格桶"}, "unit": "ml"}
    lager = bar.ask("/api/inventory/items", keg)["id"]
    bar.ask("/api/inventory/receive", {"items": [{"itemId": lager, "quantity": 60_000}]})
    tap = bar.ask("/api/taps", {"names": {"en": "Tap 1", "zh": "一号酒头"}})["id"]
    bar.ask(f"/api/taps/{tap}/tap", {"itemId": lager, "size": 30_000, "bestBefore": "2020-02-29"})
    bar.ask(f"/api/taps/{tap}/clean", {"means": "caustic"})
    bar.ask("/api/inventory/waste", {"items": [{"itemId": lager, "quantity": 12_500}], "reason": "foam"})
    bar.ask("/api/taps", {"names": {"en": "Tap 2", "zh": "二号酒头"}})
    for guest, phone, rest in (("陈晓", "13800138000", 450), ("Tom Lee", "07700900123", 80)):
        whisky = {"names": {"en": "Yamazaki 12", "zh": "山崎 12 年"}, "size": 700, "rest": rest, "place": "Shelf 3"}
        bar.ask("/api/kept-bottles", {**whisky, "name": guest, "phone": phone})


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [
        ("phone", "night", "en"),
        ("phone", "day", "zh-CN"),
        ("tablet", "night", "zh-CN"),
        ("wide", "night", "en"),
        ("wide", "day", "en"),
    ],
)
def test_every_screen_is_legible_and_within_reach(
    bar: Bar, evening: None, tablets: Tablets, size: str, theme: str, language: str
) -> None:
    tablet = tablets.new(size, theme=theme, language=language)
    page, walk = tablet.page, Walk(tablet, theme)
    page.goto(f"{tablet.url}/setup")
    expect(page.locator("fieldset").first).to_be_visible()
    walk.stop("setup")
    page.goto(f"{tablet.url}/pair#{bar.pairing_code()}")
    expect(page.locator("form .main")).to_be_enabled()
    walk.stop("pair")
    page.locator("form .main").click()
    expect(page.locator(".people .key").first).to_be_visible()
    walk.stop("people")
    who = "Emily Carter" if language == "en" else "林晓彤"
    page.locator(".people .key", has_text=who).click()
    page.keyboard.press(bar.pins[who][0])
    walk.stop("pin")
    page.keyboard.type(bar.pins[who][1:])
    page.keyboard.press("Enter")
    page.wait_for_url("**/floor")
    expect(page.locator(".table.busy").first).to_be_visible()
    walk.stop("floor")
    if tablet.narrow:
        page.locator(".bar .phone").click()
        walk.stop("tabs")
        page.locator(".bar .key").first.click()
    page.locator(".table.busy").first.click()
    expect(page.locator(".tile").first).to_be_visible()
    page.locator(".rail .key").nth(1).click()
    page.locator(".tile:not(.out)").nth(1).click()
    page.locator(".tile:not(.out)").nth(3).click()
    walk.stop("order")
    page.locator(".rail .key").first.click()
    page.locator(".tile").nth(1).click()
    expect(page.locator("dialog .options .key").first).to_be_visible()
    walk.stop("choices")
    page.locator("dialog .options .key").nth(1).click()
    if tablet.narrow:
        page.locator(".bottom .summary").click()
    check = page.locator("dialog" if tablet.narrow else "aside")
    check.locator("article .what").last.click()
    walk.stop("line")
    check.locator("article .what").first.click()
    walk.stop("sent-line")
    check.locator(".actions .send").click()
    page.wait_for_url("**/floor")
    page.locator(".table.busy").nth(1).click()
    expect(page.locator(".tile").first).to_be_visible()
    page.locator("header .bare").last.click()
    expect(page.locator("dialog .key.big").first).to_be_visible()
    walk.stop("order-menu")
    page.keyboard.press("Escape")
    tablet.pay()
    page.locator(".chips .key").nth(1).click()
    walk.stop("pay-cash")
    page.locator(".methods .key").nth(1).click()
    walk.stop("pay-card")
    page.locator("header a.back").click()
    page.locator("header a.back").click()
    page.wait_for_url("**/floor")
    page.locator("header .who").click()
    expect(page.locator("dialog nav a").first).to_be_visible()
    walk.stop("app-menu")
    page.locator("dialog nav button").click()
    expect(page.locator("dialog textarea")).to_be_visible()
    walk.stop("shift-notes")
    page.keyboard.press("Escape")
    page.locator("dialog nav a").nth(1).click()
    expect(page.locator("article .head").first).to_be_visible()
    walk.stop("display-screen")
    page.locator("header .who").click()
    page.locator("dialog nav a[href='/bookings']").click()
    page.wait_for_url("**/bookings")
    page.wait_for_load_state("networkidle")
    walk.stop("bookings")
    page.locator("header .who").click()
    page.locator("dialog nav a[href='/count']").click()
    expect(page.locator(".list .row").first).to_be_visible()
    walk.stop("count")
    page.locator(".list .row").nth(3).click()
    expect(page.locator("dialog .pad")).to_be_visible()
    walk.stop("count-entry")
    page.keyboard.press("Escape")
    page.locator("header .who").click()
    page.locator("dialog nav a").last.click()
    page.wait_for_url("**/office**")
    expect(page.locator("h2").first).to_be_visible()
    walk.stop("office")
    page.goto(f"{tablet.url}/office/cellar")
    expect(page.locator("[role=meter]")).to_be_visible()
    walk.stop("taps")
    page.locator(".taps button.head").first.click()
    expect(page.locator("dialog .row").first).to_contain_text(next(iter(bar.pins)))  # who cleaned it
    walk.stop("tap")
    page.keyboard.press("Escape")
    page.locator("[role=tab]").last.click()
    page.locator("button.row").first.click()
    expect(page.locator("dialog .row").first).to_be_visible()
    walk.stop("kept-bottle")
    page.keyboard.press("Escape")
    page.locator(".bar .main").click()
    expect(page.locator("dialog select")).to_be_visible()
    walk.stop("keep-a-bottle")
    page.keyboard.press("Escape")
    walk.stop("kept-bottles")
    page.goto(f"{tablet.url}/nowhere")
    expect(page.get_by_role("heading")).to_be_visible()
    assert faults(page) == []
    page.locator("a.main").click()
    page.wait_for_url("**/floor")
    walk.end(*(each for each in ROUTES if tablet.narrow or each != "/office"))  # where there is room, a section shows


def test_the_language_changes_with_one_tap_and_without_a_reload(tablets: Tablets) -> None:
    tablet = tablets.at_work("Emily Carter")
    tablet.page.evaluate("window.same = true")
    expect(tablet.page.get_by_role("button", name="New tab")).to_be_visible()
    tablet.page.locator("header .who").click()
    tablet.page.get_by_role("button", name="中文").click()
    tablet.page.keyboard.press("Escape")
    expect(tablet.page.get_by_role("button", name="新挂账")).to_be_visible()
    assert tablet.page.evaluate("document.documentElement.lang") == "zh-CN"
    assert tablet.page.evaluate("window.same")


def test_the_order_screen_is_light(app: None) -> None:
    client = ROOT / "barbox" / "web" / ".svelte-kit" / "output" / "client"
    manifest: dict[str, Any] = json.loads((client / ".vite" / "manifest.json").read_text())
    wanted = [name for name in manifest if name.endswith(("entry.js", "app.js", "nodes/0.js"))]
    wanted.append(_node_of("/order/[ref]", manifest, client))
    files: set[str] = set()
    while wanted:
        piece = manifest[wanted.pop()]
        if piece["file"] not in files:
            files |= {piece["file"], *piece.get("css", [])}
            wanted += piece.get("imports", [])
    size = sum(len(gzip.compress((client / file).read_bytes(), 9)) for file in files)
    print(f"order screen: {size} bytes of JavaScript and CSS, compressed, in {len(files)} files")
    assert size <= MOST_BYTES


def _node_of(route: str, manifest: dict[str, Any], client: Path) -> str:
    """SvelteKit numbers its routes: which number is this one's?"""
    app = next(piece for name, piece in manifest.items() if name.endswith("client-optimized/app.js"))
    found = re.search(rf'"{re.escape(route)}":\[(\d+)', (client / app["file"]).read_text())
    assert found, f"no {route} in the app"
    return next(name for name in manifest if name.endswith(f"nodes/{found[1]}.js"))
