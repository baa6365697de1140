"""Tablets that trust the box: the page that helps them, the app kept on the tablet, and a box that moves."""

import base64
import contextlib
import hashlib
import re
import shutil
import urllib.request
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, BrowserContext, Page, expect

from barbox import build_web
from tests.journeys.bar import OUTSIDE, Bar, Tablet, Tablets, until
from tests.journeys.relay import Relay
from tests.journeys.test_screens import Walk

NAME = "barbox.local"
ROUTES = ("/trust", "/moved")


def switch_https(bar: Bar, on: bool) -> None:
    """As the owner does in the office."""
    request = urllib.request.Request(f"http://127.0.0.1:{bar.port}/api/settings", method="PUT")
    request.data = b'{"https": true}' if on else b'{"https": false}'
    bar.ask("/api/health")
    for name, value in {"Authorization": f"Bearer {bar._office}", "Content-Type": "application/json"}.items():
        request.add_header(name, value)
    urllib.request.urlopen(request, timeout=20).close()  # noqa: S310
    until(lambda: bool(bar.ask("/api/trust")["secure"]) is on, "HTTPS did not do as it was told")


def switched_on(bar: Bar) -> int:
    """The port of HTTPS, switched on."""
    switch_https(bar, True)
    return int(str(bar.ask("/api/trust")["secure"][0]).rpartition(":")[2])


@pytest.fixture(scope="module")
def secure_port(bar: Bar) -> int:
    """HTTPS, switched on."""
    return switched_on(bar)


@pytest.fixture(scope="module")
def trusting(bar: Bar, browser: Browser, secure_port: int) -> Iterator[Browser]:
    """A Chromium that trusts the bar's box."""
    with chromium_trusting(bar, browser) as chromium:
        yield chromium


@contextlib.contextmanager
def chromium_trusting(bar: Bar, browser: Browser) -> Iterator[Browser]:
    """A Chromium that trusts the box's certificate and no other, as after its authority was installed."""
    leaf = x509.load_pem_x509_certificate((bar.data / "tls" / "box.pem").read_bytes())
    key = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    trusted = base64.b64encode(hashlib.sha256(key).digest()).decode()
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=[
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP {OUTSIDE} 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={trusted}",
            "--disable-dev-shm-usage",
        ],
    )
    yield chromium
    chromium.close()


@contextlib.contextmanager
def context_of(browser: Browser, size: tuple[int, int] = (1280, 800), theme: str = "night") -> Iterator[BrowserContext]:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en", has_touch=True)
    context.add_init_script(f"localStorage.setItem('barbox.theme', '{theme}')")
    yield context
    context.close()


def test_a_device_that_does_not_trust_the_box_is_told_how(bar: Bar, secure_port: int, tablets: Tablets) -> None:
    for size, theme in (("phone", "day"), ("wide", "night")):
        phone = tablets.new(size, theme=theme)
        phone.page.goto(f"{bar.url}/trust")
        expect(phone.page.locator(".state")).to_contain_text("does not trust the box yet")
        for device, step in (("Android", "CA certificate"), ("iPhone", "Profile"), ("Windows", "Root"), ("Mac", "SSL")):
            phone.page.get_by_role("button", name=device).click()
            expect(phone.page.locator("ol")).to_contain_text(step)
        expect(phone.page.locator(".print")).to_have_text(re.compile("^([0-9A-F]{2}:){31}[0-9A-F]{2}$"))
        assert phone.page.locator("figure img").evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 100
        walk = Walk(phone, theme)
        walk.stop("trust")
        phone.page.goto(f"{bar.url}/moved")  # with nothing to take in
        expect(phone.page.get_by_role("link")).to_be_visible()
        walk.stop("moved-nothing")
        walk.end(*ROUTES)
    chinese = tablets.new("phone", language="zh-CN")
    chinese.page.goto(f"{bar.url}/trust")
    expect(chinese.page.locator(".state")).to_contain_text("还不信任")
    for tablet in tablets.made:
        tablet.page.close()  # a page that goes on asking goes on being refused
        tablet.complaints = [each for each in tablet.complaints if "net::ERR_" not in each]


def test_once_trusted_the_tablet_moves_over_and_starts_without_wi_fi(
    bar: Bar, secure_port: int, trusting: Browser
) -> None:
    with context_of(trusting) as context:
        tablet = Tablet(bar, context, "wide", f"http://{NAME}:{bar.port}")
        tablet.pair()
        tablet.sign_in("Emily Carter")
        page = tablet.page
        page.goto(f"{tablet.url}/trust")
        expect(page.locator(".state")).to_contain_text("This device trusts the box")
        tablet.shoot("trusted")
        page.get_by_role("button", name="Go on securely").click()
        page.wait_for_url(re.compile(rf"^https://.*:{secure_port}/floor"))
        expect(page.locator(".table").first).to_be_visible()
        assert page.evaluate("isSecureContext")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "no service worker took over")
        manifest = page.evaluate("fetch('/barbox.webmanifest').then((it) => it.json())")
        assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
        papers = context.new_page()  # what the box itself shows is not the app's
        papers.goto(page.url.partition("/floor")[0] + "/demo/printers")
        expect(papers.locator("h1")).not_to_be_empty()
        papers.close()
        display(page)
        context.set_offline(True)
        page.goto(page.url.partition("/floor")[0].partition("/display")[0] + "/floor")
        expect(page.locator(".table").first).to_be_visible()
        tablet.open_table("A1" if page.locator(".table", has_text=re.compile(r"^\s*A1\b")).count() else first(page))
        context.set_offline(False)
        assert [each for each in tablet.complaints if "Content Security Policy" in each] == []


def test_the_apps_pages_run_no_script_but_their_own(app: None) -> None:
    page = (build_web.DIST / "index.html").read_text()
    (policy,) = re.findall(r'<meta http-equiv="content-security-policy" content="([^"]+)"', page)
    rules = {name: sources for name, *sources in (each.split() for each in policy.split(";"))}
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert rules["default-src"] == ["'self'"]
    assert all(each == "'self'" or each.startswith("'sha256-") for each in rules["script-src"])
    assert len(rules["style-src"]) == 3, "itself, and one hash"
    assert not re.search(r'<script[^>]+src="https?:', page), "nothing loads from outside"


def first(page: Page) -> str:
    """The name of the first table on the plan."""
    return str(page.locator(".table").first.inner_text()).split()[0]


def display(page: Page) -> None:
    """A display keeps its screen on, and lets it go when it is left."""
    page.evaluate(
        """() => {
            window.held = 0;
            const request = navigator.wakeLock.request.bind(navigator.wakeLock);
            navigator.wakeLock.request = async (kind) => { window.held++; return request(kind).catch(() => null); };
        }"""
    )
    page.evaluate("history.pushState({}, '', '/floor')")
    link = page.locator('a[href="/display"]').first
    if link.count():
        link.click()
        page.wait_for_url("**/display")
        until(lambda: page.evaluate("window.held") > 0, "the display did not ask to stay on")
        page.locator('a[href="/floor"]').first.click()
        page.wait_for_url("**/floor")


def test_a_box_with_a_new_address_is_found_and_nothing_is_lost(bar: Bar, trusting: Browser) -> None:
    relay = Relay(bar.port)
    with context_of(trusting) as context:
        tablet = Tablet(bar, context, "wide", f"http://{OUTSIDE}:{relay.port}")
        tablet.pair()
        tablet.sign_in("Emily Carter")
        before = {each["orderId"] for each in bar.orders()}
        expect(tablet.page.locator(".table").first).to_be_visible()
        until(
            lambda: len(tablet.page.evaluate("JSON.parse(localStorage.getItem('barbox.boxes') ?? '[]')")) == 1,
            "the box's addresses were not remembered",
        )
        tablet.open_table(first(tablet.page))
        tablet.tap("Tsingtao")
        relay.close()
        tablet.send()
        moved = tablet.page.get_by_role("button", name=re.compile("new address"))
        expect(moved).to_be_visible(timeout=60_000)
        tablet.shoot("moved")
        moved.click()
        tablet.page.wait_for_url(re.compile(rf":{bar.port}/floor"))
        until(lambda: len({each["orderId"] for each in bar.orders()} - before) == 1, "the order did not move along")
        assert "#" not in tablet.page.url
