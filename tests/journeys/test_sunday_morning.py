"""The box burnt on Saturday night. On Sunday somebody plugs in a new one, opens its page, and the bar is back."""

import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import segno
from playwright.sync_api import Browser, expect

from barbox.verify import prove
from tests.journeys.bar import OUTSIDE, PATIENCE_S, ROOT, Bar, Tablets, until
from tests.journeys.test_screens import Walk

ROUTES = ("/setup/restore",)


@contextmanager
def new_box(data: Path, media: Path) -> Iterator[tuple[str, str]]:
    """A box out of its carton with a stick in it: its address and the set-up code it prints."""
    box = subprocess.Popen(
        [sys.executable, "-m", "barbox", "serve", "--data", str(data), "--port", "0", "--no-mdns"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "BARBOX_TEST_MEDIA": str(media)},
        stdout=subprocess.PIPE,
        stderr=(data.parent / "new-box.log").open("a"),
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
    try:
        yield f"http://{OUTSIDE}:{port[1]}", code[1]
    finally:
        box.terminate()
        box.wait(timeout=PATIENCE_S)


def plug_in(machine: Path, label: str) -> Path:
    """A stick as the kernel and udev show it: its folder."""
    folder = machine / "media" / label
    folder.mkdir(parents=True)
    (machine / "dev" / "disk" / "by-label").mkdir(parents=True)
    (machine / "dev" / "sda1").touch()
    (machine / "dev" / "disk" / "by-label" / label).symlink_to("../../sda1")
    (machine / "proc" / "self").mkdir(parents=True)
    line = f"41 24 8:1 / {folder} rw,nosuid - vfat {machine / 'dev' / 'sda1'} rw\n"
    (machine / "proc" / "self" / "mountinfo").write_text(line)
    return folder


def back_up(bar: Bar, stick: Path) -> dict[str, object]:
    """The owner makes a key, adds the stick, and a backup is made and proven; returns the slip."""
    pin = next(iter(bar.pins.values()))
    bar.ask("/api/backups/targets", {"name": "Stick", "url": stick.as_uri()})
    slip: dict[str, object] = bar.ask("/api/backups/recovery-key", {"pin": pin})
    until(lambda: bar.ask("/api/backups")["lastGoodAt"], "no backup was proven")
    until(lambda: not bar.ask("/api/backups")["running"], "the backup does not end")
    return slip


def watch_the_live_copy(bar: Bar, browser: Browser) -> None:
    """The owner sees in the office, on a phone and on a desk, how far behind the stick is; in both languages."""
    tablets = Tablets(bar, browser)
    for size, theme, language, behind in (
        ("phone", "day", "en", r"as it is made; \d+ s behind"),
        ("wide", "night", "zh-CN", r"实时复制，落后 \d+ 秒"),
    ):
        tablet = tablets.at_work(next(iter(bar.pins)), size, theme=theme)
        tablet.page.evaluate("language => localStorage.setItem('barbox.language', language)", language)
        tablet.page.goto(f"{tablet.url}/office/backups")
        expect(tablet.page.get_by_text(re.compile(behind))).to_be_visible(timeout=30_000)
        walk = Walk(tablet, theme)
        walk.stop(f"backups-live-{language}")
        walk.end("/office/backups")
    assert list(tablets.close()) == []


def head(database: Path, seq: int) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("SELECT hex(hash) FROM journal WHERE seq = ?", (seq,)).fetchone()[0])


def orders(database: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT * FROM orders ORDER BY id").fetchall()


def test_the_bar_is_back_on_a_new_box(bar: Bar, browser: Browser, tmp_path: Path) -> None:
    machine = tmp_path / "machine"
    stick = plug_in(machine, "GOLDEN SWAN".replace(" ", "-"))
    for number in range(3):
        item = {"itemId": bar.product("Tsingtao")["id"], "quantity": number + 1}
        bar.ask("/api/orders", {"tab": f"guest {number}", "items": [item]})
    slip = back_up(bar, stick)
    watch_the_live_copy(bar, browser)
    last = bar.ask("/api/backups")["backups"][0]["entries"]
    bar.stop()
    sold, anchored = orders(bar.data / "barbox.db"), head(bar.data / "barbox.db", last)
    assert len(sold) >= 3
    shutil.rmtree(bar.data)

    words = slip["words"]
    assert isinstance(words, list)
    photo = io.BytesIO()
    segno.make(str(slip["key"]), error="m").save(photo, kind="png", scale=6, border=6)
    with new_box(tmp_path / "new", machine) as (url, code):
        tablets = Tablets(Bar(tmp_path), browser)
        tablet = tablets.new(url=url)
        page = tablet.page
        walk = Walk(tablet, "night")
        page.goto(f"{url}/setup#{code}")
        page.get_by_role("link", name="I have a backup").click()
        expect(page.get_by_role("radio", name=re.compile("GOLDEN-SWAN"))).to_be_visible()
        walk.stop("restore")
        page.get_by_role("radio", name=re.compile("GOLDEN-SWAN")).click()
        page.get_by_role("button", name="Show the backups").click()
        expect(page.get_by_role("radio", name=re.compile(r"\d+ orders? on")).first).to_be_checked()
        page.get_by_label(re.compile("24 words")).fill(" ".join(words[:23]))
        page.get_by_label(re.compile("^Your PIN")).fill("4711")
        page.get_by_label("PIN again").fill("4711")
        expect(page.get_by_label("Moment")).to_be_visible()
        walk.stop("restore-filled")
        page.set_viewport_size({"width": 390, "height": 844})
        walk.stop("restore-narrow")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("button", name="Bring it back").click()
        expect(page.get_by_role("alert")).to_contain_text("24 words; 23 were given")
        page.get_by_label("Photograph the QR code").set_input_files(
            {"name": "slip.png", "mimeType": "image/png", "buffer": photo.getvalue()}
        )
        expect(page.get_by_label(re.compile("24 words"))).to_have_value(str(slip["key"]))
        page.get_by_role("button", name="Bring it back").click()
        expect(page.get_by_role("heading", name=re.compile("is back"))).to_be_visible(timeout=60_000)
        walk.stop("restore-done")
        walk.end(*ROUTES)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/pin")
        page.locator(".people .key", has_text=next(iter(bar.pins))).click()
        page.keyboard.type("4711")
        page.keyboard.press("Enter")
        page.wait_for_url("**/floor")
        complaints = list(tablets.close())  # the wrong key, and the moments in which the box opens anew
        assert [each for each in complaints if not each.startswith("Failed to load resource")] == []
    database = tmp_path / "new" / "barbox.db"
    assert orders(database) == sold
    assert head(database, last) == anchored
    assert prove(database).seq > last
