"""A bar for a browser to walk into: the demo in a process of its own, and tablets that are real Chromium pages."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"
OUTSIDE = "10.9.8.7"
"""Chromium is told that this address is the loopback: the page's origin is then plain http on the network, as in a
bar, and not localhost, where browsers allow what they allow nowhere else."""
SIZES = {"phone": (390, 844), "tablet": (1024, 768), "wide": (1280, 800)}
PATIENCE_S = 20.0
PIN_S = 300.0
"""The box asks for a PIN again where one was given long ago."""


class Bar:
    """`barbox demo` in a process; `stop` and `start` keep its data, as pulling and plugging the box in does."""

    def __init__(self, data: Path, weeks: int = 0, installed: Path = ROOT) -> None:
        self.data = data
        self.weeks = weeks
        self.installed = installed
        self.port = 0
        self.pins: dict[str, str] = {}
        self.ids: dict[str, int] = {}
        self._printed_code = ""
        self._office = self._device = ""
        self._pin_given = 0.0
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://{OUTSIDE}:{self.port}"

    def start(self) -> None:
        """Start the box, on the port it had before; returns when it is ready."""
        command = [sys.executable, "-m", "barbox", "demo", "--data", str(self.data), "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, "--weeks", str(self.weeks), "--no-open", "--json"],
            cwd=self.installed,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(self.installed)])},
            stdout=subprocess.PIPE,
            stderr=(self.data.parent / "box.log").open("a"),
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (self.data.parent / "box.log").read_text()[-2000:]
        said = json.loads(line)
        self.port = int(re.search(r":(\d+)", said["url"])[1])  # type: ignore[index]
        self.pins = {person["name"]: person["pin"] for person in said["staff"]}
        self.ids = {person["name"]: person["id"] for person in said["staff"]}
        self._printed_code = self._printed_code or said["pairingCode"]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process and wait for it."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=PATIENCE_S)
            self._process = None

    def ask(self, path: str, body: object = None, token: str | None = None, method: str | None = None) -> Any:
        """One call past the browser: GET, POST with a body, or what `method` says."""
        if token is None and self._office and time.monotonic() - self._pin_given > PIN_S:
            self._give_pin()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        request.add_header("Accept-Language", "en")
        if token or self._office:
            request.add_header("Authorization", f"Bearer {token or self._office}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            text = answer.read()
        return json.loads(text) if text else None

    def sign_in_the_office(self) -> None:
        """The printed code pairs the office, where the owner makes codes for everybody else."""
        paired = self.ask("/api/devices/pair", {"code": self._printed_code, "name": "Office"})
        self._device = paired["deviceToken"]
        self._give_pin()

    def _give_pin(self) -> None:
        owner = next(iter(self.pins))
        session = self.ask("/api/session", {"pin": self.pins[owner], "staffId": self.ids[owner]}, self._device)
        self._office, self._pin_given = session["token"], time.monotonic()

    def pairing_code(self) -> str:
        """A fresh code of eight digits."""
        return str(self.ask("/api/devices/codes", {})["code"])

    def orders(self, status: str = "open") -> list[dict[str, Any]]:
        """What is on the box, oldest first."""
        found: list[dict[str, Any]] = self.ask(f"/api/orders?status={status}&limit=500")["orders"]
        return found

    def product(self, name: str) -> dict[str, Any]:
        """A product by its English name."""
        found: dict[str, Any] = next(each for each in self.ask("/api/menu")["products"] if each["names"]["en"] == name)
        return found


def until(what: Callable[[], object], why: str) -> None:
    """Wait for something outside the browser."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.05)


class Tablet:
    """One paired browser and the fingers on it."""

    def __init__(self, bar: Bar, context: BrowserContext, size: str, url: str | None = None) -> None:
        self.bar = bar
        self.context = context
        self.size = size
        self.url = url or bar.url
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self._hear(said.type, said.text))

    def _hear(self, kind: str, text: str) -> None:
        # Chromium's remark on a header that only counts on https is about the box, not about the page.
        if kind == "error" and not text.startswith("The Cross-Origin-Opener-Policy header has been ignored"):
            self.complaints.append(text)

    @property
    def narrow(self) -> bool:
        return self.size == "phone"

    def loaded(self, part: str) -> bool:
        """Whether a part of the app has arrived, by the beginning of its file's name."""
        names = self.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        return any(name.rpartition("/")[2].startswith(part) for name in names)

    def switch_off(self) -> None:
        """Closes the browser; what it noted of each call that was cut is no complaint of the page."""
        self.context.close()
        self.complaints.clear()

    def pair(self) -> None:
        """By the code in the address, as the QR of the slip carries it."""
        self.page.goto(f"{self.url}/pair#{self.bar.pairing_code()}")
        self.page.locator("form .main").click()
        expect(self.page.locator(".people .key").first).to_be_visible()

    def sign_in(self, name: str) -> None:
        """Name, then PIN."""
        self.page.locator(".people .key", has_text=name).click()
        for digit in self.bar.pins[name]:
            self.page.locator(".pad .key", has_text=digit).first.click()
        enter = self.page.locator(".row .main")
        if self.page.url.endswith("/pin") and enter.is_enabled():
            with contextlib.suppress(Exception):
                enter.click(timeout=1000)
        self.page.wait_for_url(re.compile(r"/(floor|display|order)"))

    def open_table(self, name: str) -> None:
        """From the floor to the order of a table."""
        self.page.locator(".table", has_text=re.compile(rf"^\s*{name}\b")).click()
        expect(self.page.locator(".tile").first).to_be_visible()

    def tap(self, product: str, choice: str | None = None) -> None:
        """Finds a product by its name and taps it; with a choice where it asks for one."""
        search = self.page.locator("form.find input")  # the floor has a search of its own
        search.fill(product)
        self.page.locator(".tile", has_text=product).first.click()
        if choice is not None:
            self.page.locator("dialog .options .key", has_text=choice).click()
            add = self.page.locator("dialog footer .main")
            if add.count():
                add.click()
        search.fill("")

    def send(self) -> None:
        """Sends the round; back on the floor."""
        self.page.locator(".bottom .main" if self.narrow else ".actions .send").click()
        self.page.wait_for_url("**/floor")

    def pay(self) -> None:
        """To the pay screen."""
        if self.narrow:
            self.page.locator(".bottom .main").click()
        else:
            self.page.locator(".actions .key").first.click()
        expect(self.page.locator(".take")).to_be_enabled()

    def check(self) -> Locator:
        """The order's lines on screen."""
        return self.page.locator("aside .lines article")

    def shoot(self, name: str, theme: str = "night") -> None:
        """A picture for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}-{self.size}-{theme}.png")


class Tablets:
    """Makes tablets and takes them away after the test; a page that complained fails it."""

    def __init__(self, bar: Bar, browser: Browser) -> None:
        self.bar = bar
        self._browser = browser
        self.made: list[Tablet] = []

    def new(self, size: str = "wide", *, theme: str = "night", language: str = "en", url: str | None = None) -> Tablet:
        """A browser nobody has used yet."""
        width, height = SIZES[size]
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, locale=language, has_touch=True, service_workers="block"
        )
        context.add_init_script(
            f"localStorage.getItem('barbox.theme') ?? localStorage.setItem('barbox.theme', '{theme}');"
            f"localStorage.getItem('barbox.language') ?? localStorage.setItem('barbox.language', '{language}')"
        )
        tablet = Tablet(self.bar, context, size, url)
        self.made.append(tablet)
        return tablet

    def at_work(self, who: str = "Emily Carter", size: str = "wide", **more: Any) -> Tablet:
        """Paired and signed in."""
        tablet = self.new(size, **more)
        tablet.pair()
        tablet.sign_in(who)
        return tablet

    def close(self) -> Iterator[str]:
        """What the pages complained of, one line each."""
        for tablet in self.made:
            tablet.context.close()
            yield from tablet.complaints
