"""The bar closes, and the box makes its backup: sealed, sent, fetched and proven."""

import asyncio
import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from barbox import app as box_app
from barbox.backup import jobs, recovery_key, rules
from barbox.backup.faults import BackupFault
from barbox.backup.jobs import KEEPER, Keeper
from barbox.backup.making import snapshot
from barbox.verify import prove
from tests.backup.servers import Place
from tests.bar import PINS, Swan, Tablet


async def make_key(ana: Tablet) -> str:
    answer = await ana.post("/api/backups/recovery-key", {"pin": PINS["Ana"]})
    assert answer.status == 201, answer.body
    return str(answer["key"])


async def add(ana: Tablet, place: Place, name: str = "Stick", **more: Any) -> int:
    body = {"name": name, "url": place.url, "live": False, **more}
    if place.credentials:
        body["credentials"] = msgspec.to_builtins(place.credentials)
    answer = await ana.post("/api/backups/targets", body)
    assert answer.status == 201, answer.body
    return int(answer["id"])


async def sell(swan: Swan, rounds: int = 3) -> None:
    wei = await swan.sign_in("Wei")
    for _ in range(rounds):
        answer = await wei.post("/api/orders", {"tableId": swan.tables["T5"], "items": [swan.item("Negroni")]})
        assert answer.status == 201, answer.body


def keeper_of(swan: Swan) -> Keeper:
    return swan.running.app[KEEPER]


async def test_a_backup_is_read_back_before_it_counts(quiet_swan: Swan, place: Place, tmp_path: Path) -> None:
    await sell(quiet_swan)
    ana = await quiet_swan.sign_in("Ana")
    key = await make_key(ana)
    await add(ana, place)
    ended = await keeper_of(quiet_swan).run("asked")
    assert [(each.state, each.code, each.detail) for each in (*ended.proven, *ended.faults)] == [("proven", "", "")]
    shown = await ana.get("/api/backups")
    assert shown["level"] == "good"
    assert "Last good backup" in shown["state"] and "Stick" in shown["state"]
    copy = shown["backups"][0]
    assert copy["state"] == "proven" and copy["entries"] == ended.proven[0].entries
    name = rules.parse_name(copy["name"])
    assert name and name.store == "main" and name.seq == copy["entries"]
    if place.url.startswith("file:"):
        sealed = (place.folder / copy["name"]).read_bytes()
        snapshot.unseal(io.BytesIO(sealed), key, tmp_path / "opened.db")
        proof = prove(tmp_path / "opened.db")
        assert proof.seq == name.seq and proof.head.startswith(name.head)


async def test_the_bar_goes_on_selling_while_the_backup_is_made(quiet_swan: Swan, stick: Place) -> None:
    ana = await quiet_swan.sign_in("Ana")
    await make_key(ana)
    await add(ana, stick)
    making = asyncio.create_task(keeper_of(quiet_swan).run("asked"))
    sold = 0
    while not making.done():
        await sell(quiet_swan, 1)
        sold += 1
    ended = await making
    assert [each.state for each in ended.proven] == ["proven"]
    assert sold > 1
    assert prove(box_app.database_file(quiet_swan.running.app[box_app.CONFIG].folder)).seq > ended.proven[0].entries


async def test_one_target_that_fails_stops_no_other(quiet_swan: Swan, stick: Place, tmp_path: Path) -> None:
    ana = await quiet_swan.sign_in("Ana")
    await make_key(ana)
    await add(ana, Place((tmp_path / "not-there").as_uri(), None, tmp_path), "Second stick")
    await add(ana, stick)
    async with ana.live("rooms=office") as feed:
        ended = await keeper_of(quiet_swan).run("asked")
        failed = await feed.until(lambda event: event["kind"] == "backup.failed")
        done = await feed.until(lambda event: event["kind"] == "backup.done")
    assert failed["data"]["code"] == "not_plugged_in" and failed["data"]["targetName"] == "Second stick"
    assert done["data"]["targetName"] == "Stick"
    assert [each.code for each in ended.faults] == ["not_plugged_in"]
    shown = await ana.get("/api/backups", Accept_Language="zh-CN")
    assert shown["level"] == "warning" and "Second stick" in shown["state"] and "最近一次完好的备份" in shown["state"]
    listed = (await ana.get("/api/backups/targets"))["targets"]
    assert [bool(each["problem"]) for each in listed] == [True, False]


async def test_without_key_or_target_the_box_says_what_to_do(quiet_swan: Swan, stick: Place) -> None:
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.get("/api/backups"))["level"] == "alarm"
    refused = await ana.post("/api/backups")
    assert refused.status == 409 and "recovery key" in refused["error"]
    with pytest.raises(BackupFault):
        await keeper_of(quiet_swan).run("asked")
    wei = await quiet_swan.sign_in("Wei")
    assert (await wei.get("/api/backups")).status == 403


async def test_the_recovery_key_is_told_once_and_stays_nowhere(quiet_swan: Swan, stick: Place) -> None:
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.post("/api/backups/recovery-key", {"pin": "000111"})).status == 401
    answer = await ana.post("/api/backups/recovery-key", {"pin": PINS["Ana"]})
    first = recovery_key.read(" ".join(answer["words"]))
    assert first.key == answer["key"]
    await add(ana, stick)
    await keeper_of(quiet_swan).run("asked")
    await keeper_of(quiet_swan).stop()
    await ana.post("/api/backups/recovery-key", {"pin": PINS["Ana"]})
    shown = await ana.get("/api/backups")
    assert [each["backups"] for each in shown["keys"]][-1] == 1
    assert shown["keys"][-1]["fingerprint"] == answer["fingerprint"]
    folder = quiet_swan.running.app[box_app.CONFIG].folder
    for file in folder.iterdir():
        if file.is_file():
            assert answer["key"].encode() not in file.read_bytes(), file
            assert " ".join(answer["words"]).encode() not in file.read_bytes(), file


async def test_credentials_are_never_told(quiet_swan: Swan, bucket: Place) -> None:
    ana = await quiet_swan.sign_in("Ana")
    body = {"name": "Cloud", "url": bucket.url, "credentials": msgspec.to_builtins(bucket.credentials)}
    refused = await ana.post("/api/backups/targets", body)
    assert refused.status == 409 and "recovery key" in refused["error"], "no key, no cloud target"
    await make_key(ana)
    await add(ana, bucket)
    shown = await ana.get("/api/backups/targets")
    assert shown["targets"][0]["hasCredentials"]
    journal = await ana.get("/api/journal")
    for told in (shown.body, journal.body):
        assert "testsecret123" not in msgspec.json.encode(told).decode()


async def test_the_test_button(quiet_swan: Swan, place: Place, tmp_path: Path) -> None:
    ana = await quiet_swan.sign_in("Ana")
    await make_key(ana)
    good = await add(ana, place)
    assert (await ana.post(f"/api/backups/targets/{good}/test"))["problem"] == ""
    bad = await add(ana, Place((tmp_path / "none").as_uri(), None, tmp_path))
    assert (await ana.post(f"/api/backups/targets/{bad}/test"))["code"] == "not_plugged_in"


async def test_what_an_interrupted_backup_left_is_swept_up(quiet_swan: Swan, stick: Place) -> None:
    ana = await quiet_swan.sign_in("Ana")
    await make_key(ana)
    await add(ana, stick)
    spool = quiet_swan.running.app[box_app.CONFIG].folder / jobs.SPOOL
    spool.mkdir(exist_ok=True)
    (spool / "sealed").write_bytes(b"half")
    (stick.folder / "barbox-main-x.age.part").write_bytes(b"half")
    ended = await keeper_of(quiet_swan).run("asked")
    assert [each.state for each in ended.proven] == ["proven"]
    assert list(spool.iterdir()) == []
    assert not list(stick.folder.glob("*.part"))


async def test_the_recovery_slip_is_printed_and_no_backup_holds_it(swan: Swan, stick: Place) -> None:
    ana = await swan.sign_in("Ana")
    await add(ana, stick)
    answer = await ana.post("/api/backups/recovery-key", {"pin": PINS["Ana"], "onPaper": True})
    assert answer.status == 201 and answer["printing"]
    async with asyncio.timeout(20):
        while not (await ana.get("/api/print-jobs?state=printed"))["jobs"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    ended = await keeper_of(swan).run("asked")
    assert [each.state for each in ended.proven] == ["proven"], ended
    (sealed,) = stick.folder.glob("*.age")
    snapshot.unseal(io.BytesIO(sealed.read_bytes()), answer["key"], stick.folder / "opened.db")
    folder = swan.running.app[box_app.CONFIG].folder
    for file in (stick.folder / "opened.db", box_app.database_file(folder)):
        held = file.read_bytes()
        assert answer["key"].encode() not in held, file
        assert answer["words"][0].encode() + b'","' + answer["words"][1].encode() not in held, file
