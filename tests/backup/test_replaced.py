"""The old box was only asleep: plugged in again, it says that another took its place and changes nothing."""

import shutil
from pathlib import Path

import aiohttp

from barbox.backup.jobs import KEEPER
from tests.backup.servers import Place
from tests.backup.test_night import add, keeper_of, make_key
from tests.backup.test_sunday import a_night, barbox, swan_in
from tests.bar import Swan, Tablet, open_box


async def test_the_old_box_stays_read_only_until_an_admin_decides(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick, 2)
    said = await barbox("restore", "--from", stick.url, "--to", str(tmp_path / "new"), "--key", night.key)
    assert said.code == 0, said.out
    async with open_box(tmp_path / "new") as running:
        assert (await running.app[KEEPER].run("asked")).faults == []
    async with open_box(tmp_path / "box") as running, aiohttp.ClientSession() as http:
        old = Swan(running, http, Tablet(http, f"http://127.0.0.1:{running.port}", night.device), {}, {}, {}, {}, {})
        await running.app[KEEPER].meet()
        wei = await old.sign_in("Wei")
        refused = await wei.post("/api/orders", {"tab": "too late", "items": [{"itemId": 1, "quantity": 1}]})
        assert refused.status == 409 and refused["code"] == "replaced" and "replaced" in refused["error"]
        assert len((await wei.get("/api/orders?status=open"))["orders"]) == night.orders, "everything is shown"
    async with open_box(tmp_path / "box") as running, aiohttp.ClientSession() as http:
        old = Swan(running, http, Tablet(http, f"http://127.0.0.1:{running.port}", night.device), {}, {}, {}, {}, {})
        wei, ana = await old.sign_in("Wei"), await old.sign_in("Ana")
        body = {"tab": "still too late", "items": [{"itemId": 1, "quantity": 1}]}
        assert (await wei.post("/api/orders", body)).status == 409, "a restart does not forget it"
        alarm = await ana.get("/api/backups/alarm")
        assert alarm["show"] and alarm["replaced"] and "was replaced" in alarm["text"]
        assert (await wei.get("/api/backups/alarm")).status == 403
        assert (await wei.post("/api/backups/take-over", {"pin": "205948"})).status == 403
        assert (await ana.post("/api/backups/take-over", {"pin": "482613"})).status == 200
        assert (await wei.post("/api/orders", body)).status == 201
        await running.app[KEEPER].meet()
    async with open_box(tmp_path / "new") as running:
        await running.app[KEEPER].meet()
        assert running.app[KEEPER].replaced_by
    shutil.rmtree(tmp_path / "new")


async def test_a_strange_name_at_a_new_target_stops_nobody(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "lion", stick, 1)
    said = await barbox("restore", "--from", stick.url, "--to", str(tmp_path / "lion2"), "--key", night.key)
    assert said.code == 0, said.out
    async with open_box(tmp_path / "lion2") as running:
        assert (await running.app[KEEPER].run("asked")).faults == []
    async with swan_in(tmp_path / "swan") as swan:
        ana = await swan.sign_in("Ana")
        await make_key(ana)
        await add(ana, stick)
        (tmp_path / "own").mkdir()
        await add(ana, Place((tmp_path / "own").as_uri(), None, tmp_path / "own"), "Own stick")
        for _ in range(2):
            assert [each.code for each in (await keeper_of(swan).run("asked")).faults] == ["replaced"]
        wei = await swan.sign_in("Wei")
        answer = await wei.post("/api/orders", {"tab": "goes on", "items": [swan.item("Negroni")]})
        assert answer.status == 201, "this bar never kept backups there"
