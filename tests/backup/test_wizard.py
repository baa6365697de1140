"""A new box out of its carton, and the owner has a backup: the first-run page brings the bar back."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from barbox import app as box_app
from barbox.backup import recovery_key
from barbox.backup.live.jobs import LIVE
from barbox.backup.restore import wizard
from barbox.core.clock import rfc3339
from barbox.staff.api import SETUP_CODE
from barbox.verify import prove
from tests.backup.living import hurry, until
from tests.backup.servers import Place
from tests.backup.test_night import add, keeper_of, make_key, sell
from tests.backup.test_sunday import a_night, swan_in
from tests.bar import Answer, Tablet, open_box

PIN = "739155"


class FirstPage:
    """The browser at the new box's first-run page."""

    def __init__(self, http: aiohttp.ClientSession, running: box_app.Running) -> None:
        self.tablet = Tablet(http, f"http://127.0.0.1:{running.port}", "")
        self.code = running.app[SETUP_CODE]

    async def ask(self, what: str, **more: Any) -> Answer:
        return await self.tablet.post(f"/api/setup/restore{what}", {"code": self.code, **more}, Accept_Language="zh")

    async def until_over(self, ticket: str) -> Answer:
        """The last word on a restore; every step until then."""
        steps = ["fetching", "proving", "updating", "ready", "failed"]
        before = 0
        async with asyncio.timeout(60):
            while True:
                told = await self.tablet.get(f"/api/setup/restore/{ticket}", Accept_Language="zh")
                now = steps.index(told["step"])
                assert now >= before
                before = now
                if now >= 3:
                    return told
                await asyncio.sleep(0.02)


def where(place: Place) -> dict[str, Any]:
    return {"url": place.url} | ({"credentials": msgspec.to_builtins(place.credentials)} if place.credentials else {})


async def test_the_first_page_brings_the_bar_back(place: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", place)
    words = " ".join(word[:4] for word in recovery_key.read(night.key).words)
    async with open_box(tmp_path / "new") as running, aiohttp.ClientSession() as http:
        page = FirstPage(http, running)
        (offer,) = (await page.ask("/offers", **where(place)))["offers"]
        assert offer["store"] == "main" and offer["orders"] == night.orders and not offer["tooNew"]
        assert offer["size"] > 10_000 and offer["entries"] == night.seq
        asked = {**where(place), "name": offer["name"], "key": words, "pin": PIN, "deviceName": "Laptop"}
        begun = await page.ask("", **asked)
        assert begun.status == 202, begun.body
        done = await page.until_over(begun["ticket"])
        assert (done["step"], done["bar"], done["orders"], done["admin"]) == (
            "ready",
            "Golden Swan 金天鹅",
            night.orders,
            "Ana",
        )
        async with asyncio.timeout(10):
            await running.app[wizard.WIZARD].reopen.wait()
    async with open_box(tmp_path / "new") as running, aiohttp.ClientSession() as http:
        laptop = Tablet(http, f"http://127.0.0.1:{running.port}", begun["deviceToken"])
        session = await laptop.ask("POST", "/api/session", {"pin": PIN})
        assert session.status == 200 and session["staff"]["name"] == "Ana"
        old_tablet = Tablet(http, laptop.url, night.device)
        assert (await old_tablet.ask("POST", "/api/session", {"pin": PIN})).status == 200
        laptop.token = session["token"]
        assert len((await laptop.get("/api/orders?status=open"))["orders"]) == night.orders
        refused = await FirstPage(http, running).ask("/offers", **where(place))
        assert refused.status == 409
    names = {each.name for each in (tmp_path / "new").iterdir()}
    assert "barbox-1.db.before" in names and not names & {"restored", "restoring"}
    assert prove(tmp_path / "new" / box_app.DATABASE_FILE).seq > night.seq


async def test_the_first_page_goes_back_to_the_moment_before_the_mistake(
    stick: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    async with swan_in(tmp_path / "box") as swan:
        ana = await swan.sign_in("Ana")
        key = await make_key(ana)
        await add(ana, stick, live=True)
        live = swan.running.app[LIVE]
        await until(lambda: any(each.state == "live" and each.at for each in live.rows))
        await sell(swan, 2)
        before = swan.database.clock.now()
        await until(lambda: swan.database.clock.now() > before)
        await sell(swan, 1)
        sold = swan.database.clock.now()
        await until(lambda: any((each.at or 0) > sold for each in live.rows))
        await keeper_of(swan).run("asked")
        shown = await ana.get("/api/backups")
        assert "You could lose at most the last" in shown["state"] and "copied to Stick" in shown["state"], shown.body
    async with open_box(tmp_path / "new") as running, aiohttp.ClientSession() as http:
        page = FirstPage(http, running)
        offers = (await page.ask("/offers", url=stick.url))["offers"]
        (offer,) = (each for each in offers if each["since"])
        assert any(each["since"] is None for each in offers), "the night's backup is offered too"
        asked = {"url": stick.url, "name": offer["name"], "key": key, "pin": PIN}
        early = await page.ask("", **asked, at="2020-01-01T00:00:00Z")
        assert early.status == 400 and "it begins" in early["error"]
        assert (await page.ask("", **asked, at="yesterday noon")).status == 400
        begun = await page.ask("", **asked, at=rfc3339(before))
        assert begun.status == 202, begun.body
        done = await page.until_over(begun["ticket"])
        assert (done["step"], done["orders"], done["lacks"]) == ("ready", 2, ""), done.body


async def test_what_does_not_fit_is_said_before_anything_is_fetched(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick, 1)
    (sealed,) = stick.folder.glob("*.age")
    newer = sealed.name.replace("-s00", "-s90")
    (stick.folder / newer).write_bytes(b"from the year after next")
    other = recovery_key.make()
    async with open_box(tmp_path / "new") as running, aiohttp.ClientSession() as http:
        page = FirstPage(http, running)
        offers = {each["name"]: each for each in (await page.ask("/offers", url=stick.url))["offers"]}
        assert offers[newer]["tooNew"] and not offers[sealed.name]["tooNew"]
        asked = {"url": stick.url, "name": sealed.name, "key": night.key, "pin": PIN}
        for wrong, status, sentence in (
            ({"key": "one two three four"}, 400, "24 个单词"),
            ({"key": other.key}, 409, "另一张恢复密钥单"),
            ({"name": newer}, 409, "更新的版本"),
            ({"name": "barbox-main-nothing"}, 404, ""),
            ({"pin": "1111"}, 400, ""),
            ({"code": "00000000"}, 400, ""),
            ({"url": "ftp://somewhere"}, 400, ""),
            ({"url": (tmp_path / "none").as_uri()}, 409, "未插入"),
        ):
            answer = await page.tablet.post(
                "/api/setup/restore", {"code": page.code, **asked, **wrong}, Accept_Language="zh"
            )
            assert answer.status == status and sentence in answer["error"], (wrong, answer.body)
        assert (await page.tablet.get("/api/setup/restore/x")).status == 404
    assert not (tmp_path / "new" / "restored").exists()


async def test_a_damaged_backup_leaves_the_new_box_as_it_was(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick, 1)
    (sealed,) = stick.folder.glob("*.age")
    data = bytearray(sealed.read_bytes())
    data[len(data) // 2] ^= 1
    sealed.write_bytes(data)
    async with open_box(tmp_path / "new") as running, aiohttp.ClientSession() as http:
        page = FirstPage(http, running)
        begun = await page.ask("", url=stick.url, name=sealed.name, key=night.key, pin=PIN)
        failed = await page.until_over(begun["ticket"])
        assert failed["step"] == "failed" and "已损坏" in failed["problem"]
        assert not running.app[wizard.WIZARD].busy, "another can be tried at once"
    assert {each.name for each in (tmp_path / "new").iterdir()}.isdisjoint({"restored", "restoring"})


@pytest.mark.parametrize("cut", range(5))
def test_the_plug_is_pulled_while_restored_data_moves_in(cut: int, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / wizard.READY).mkdir()
    (tmp_path / wizard.READY / "barbox.db").write_text("restored")
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"barbox.db{suffix}").write_text(f"empty{suffix}")
    moves = 0
    rename = Path.rename

    def pulled(path: Path, to: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves > cut:
            raise KeyboardInterrupt
        return rename(path, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", pulled)
        try:
            wizard.take_in(tmp_path, "barbox.db")
        except KeyboardInterrupt:
            assert cut < 4
    wizard.take_in(tmp_path, "barbox.db")
    left = {each.name: each.read_text() for each in tmp_path.iterdir()}
    assert left == {
        "barbox.db": "restored",
        "barbox-1.db.before": "empty",
        "barbox-1.db.before-wal": "empty-wal",
        "barbox-1.db.before-shm": "empty-shm",
    }
    assert not wizard.take_in(tmp_path, "barbox.db")
