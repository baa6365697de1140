"""Secrets stay where they belong: a whole evening, and then a search through everything the box wrote down."""

import io
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from barbox.core import secrets
from barbox.core.settings import change_venue
from barbox.logs import JsonLines
from barbox.staff.api import PINS as PINS_OF
from barbox.staff.api import SETUP_CODE
from barbox.tls.listener import DOORWAY
from tests.bar import PINS, Swan, Tablet
from tests.faults.box import running

CANARY = "90817263"
"""A PIN that is found again wherever it leaks to: no time, price or number has these digits."""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the last detail."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


async def accident(stored: str, pin: str) -> bool:
    """Something breaks in the very moment that a PIN is at hand."""
    raise RuntimeError("out of order")


async def evening(swan: Swan) -> set[str]:
    """Hiring, signing in, wrong PINs, overrides, bad input, an accident, pairing: every secret that was used."""
    ana = await swan.sign_in("Ana")
    hired = await ana.post("/api/staff", {"name": "Canary", "role": "manager", "pin": CANARY})
    number = hired["id"]
    device = Tablet(ana.http, ana.url, swan.tablet.device)
    signed = await device.post("/api/session", {"pin": CANARY, "staffId": number})
    wei = await swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"items": [swan.item("Tsingtao")]})
    void = {"lineIds": [order["items"][0]["lineId"]], "reason": "spilled"}
    path = f"/api/orders/{order['orderId']}/void"
    assert (await wei.post(path, void, Manager_Override=f"{number}:{CANARY}x")).status >= 400
    assert (await wei.post(path, void, Manager_Override=f"{number}:{CANARY}")).status == 200
    for body in ({"pin": [CANARY]}, {"pin": CANARY, "who": CANARY}, b'{"pin": "' + CANARY.encode()):
        assert (await device.post("/api/session", body)).status == 400
    assert (
        await ana.put(f"/api/staff/{number}", {"name": "Canary", "role": "manager", "pin": CANARY * 2})
    ).status == 400
    swan.running.app[PINS_OF].matches = accident  # type: ignore[method-assign]
    assert (await device.post("/api/session", {"pin": CANARY, "staffId": number})).status == 500
    del swan.running.app[PINS_OF].matches
    code = await ana.ask("POST", "/api/devices/codes")
    scanned = code["url"].partition("#")[2]
    paired = await Tablet(ana.http, ana.url, "").post("/api/devices/pair", {"code": code["code"], "name": "Lost"})
    renewed = await device.post("/api/session/renew", {"token": signed["token"]})
    swan.running.app[DOORWAY].authority.renewed("box", ["barbox.local"], ["127.0.0.1"], swan.database.clock.now())
    key = swan.running.app[DOORWAY].authority.leaf_key_file.read_text().splitlines()[1]

    ana_token = await device.post("/api/session", {"pin": PINS["Ana"]})
    return {
        *(CANARY, *PINS.values(), code["code"], scanned, swan.running.app[SETUP_CODE], key),
        *(swan.tablet.device, paired["deviceToken"], signed["token"], renewed["token"], ana_token["token"]),
    }


async def test_no_secret_is_logged_told_or_stored(quiet_swan: Swan, tmp_path: Path, log: io.StringIO) -> None:
    used = await evening(quiet_swan)
    known = secrets.load(tmp_path / "box")
    used |= {known.pepper, *(each.key for each in known.session_keys)}
    ana = await quiet_swan.sign_in("Ana")
    journal = str((await ana.get("/api/journal?limit=1000")).body)
    settings = str((await ana.get("/api/settings")).body)
    await quiet_swan.database.write(change_venue, {"name": "Swan"})
    with closing(sqlite3.connect(tmp_path / "box" / "barbox.db")) as connection:
        dump = "\n".join(connection.iterdump())
    for secret in used:
        for where, text in (("log", log.getvalue()), ("journal", journal), ("settings", settings), ("dump", dump)):
            assert secret not in text, f"{secret} in the {where}"
    files = [each for each in (tmp_path / "box").rglob("*") if each.is_file()]
    for file in files:
        held = file.read_bytes()
        leaked = [each for each in used if each.encode() in held]
        assert not leaked or file.name in ("secrets.json", "box.key"), (file, leaked)


def test_every_file_of_a_real_box_is_its_own_alone(tmp_path: Path) -> None:
    with running(tmp_path / "data") as box:
        known = box.set_up()
        box.till(known).call("PUT", "/api/settings", {"https": True})
        folder = tmp_path / "data"
        assert folder.stat().st_mode & 0o077 == 0
        found = {each.name: each for each in folder.rglob("*")}
        assert {"barbox.db", "barbox.db-wal", "secrets.json"} <= set(found)
        for name, each in found.items():
            assert each.stat().st_mode & 0o077 == 0, f"{name} can be read by others"
