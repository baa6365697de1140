"""Sunday morning: the box is gone, the slip is in the safe, and the bar opens on time."""

import asyncio
import shutil
import sqlite3
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
import pytest
from click.testing import CliRunner

from barbox import app as box_app
from barbox.backup import recovery_key, rules
from barbox.backup.jobs import KEEPER
from barbox.backup.targets.store import Credentials
from barbox.cli import main
from barbox.verify import prove
from tests.backup.servers import SECRET, USER, Place
from tests.backup.test_night import add, keeper_of, make_key, sell
from tests.bar import Swan, Tablet, open_box, open_swan


class Said(NamedTuple):
    """What a command said, and whether it was content."""

    code: int
    out: str


async def barbox(*arguments: str) -> Said:
    """Run the command line."""
    known = {"BARBOX_TARGET_USER": USER, "BARBOX_TARGET_SECRET": SECRET}
    result = await asyncio.to_thread(CliRunner(env=known).invoke, main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return Said(result.exit_code, result.output)


def swan_in(folder: Path) -> AbstractAsyncContextManager[Swan]:
    return open_swan(folder, {})


class Night(NamedTuple):
    """What is left after the fire: the slip, the tablet, and what the box held."""

    key: str
    device: str
    orders: int
    head: str
    seq: int


async def a_night(folder: Path, place: Place, rounds: int = 5) -> Night:
    """A night at the Swan, ending in a backup."""
    async with swan_in(folder) as swan:
        await sell(swan, rounds)
        ana = await swan.sign_in("Ana")
        key = await make_key(ana)
        await add(ana, place)
        ended = await keeper_of(swan).run("asked")
        assert [each.state for each in ended.proven] == ["proven"], ended
        device, name = swan.tablet.device, rules.parse_name(ended.proven[0].name)
    assert name
    return Night(key, device, rounds, name.head, name.seq)


async def test_the_bar_opens_on_a_new_box(place: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", place)
    shutil.rmtree(tmp_path / "box")
    said = await barbox("restore", "--from", place.url, "--to", str(tmp_path / "new"), "--key", night.key)
    assert said.code == 0, said.out
    assert f"{night.orders} orders" in said.out and "Golden Swan" in said.out
    database = tmp_path / "new" / box_app.DATABASE_FILE
    assert prove(database).seq == night.seq + 1  # and one entry that says it was restored
    with closing(sqlite3.connect(database)) as connection:
        row = connection.execute("SELECT hash FROM journal WHERE seq = ?", (night.seq,)).fetchone()
    assert row[0].hex().startswith(night.head)
    pin = said.out.partition("signs in with ")[2][:6]
    async with open_box(tmp_path / "new") as running, aiohttp.ClientSession() as http:
        tablet = Tablet(http, f"http://127.0.0.1:{running.port}", night.device)
        answer = await tablet.post("/api/session", {"pin": pin})
        assert answer.status == 200 and answer["staff"]["name"] == "Ana"
        tablet.token = answer["token"]
        assert len((await tablet.get("/api/orders?status=open"))["orders"]) == night.orders
        ended = await running.app[KEEPER].run("asked")
        assert [each.state for each in ended.proven] == ["proven"], ended


async def test_words_on_the_slip_open_it_and_any_moment_can_be_chosen(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick)
    key = tmp_path / "slip.txt"
    key.write_text("\n".join(f"{number}. {word}" for number, word in enumerate(recovery_key.read(night.key).words, 1)))
    listed = await barbox("restore", "--from", stick.url)
    assert listed.code == 0 and "store main" in listed.out
    early = await barbox(
        "restore", "--from", stick.url, "--to", str(tmp_path / "a"), "--key-file", str(key), "--at", "2020-01-01"
    )
    assert early.code == 1 and "the oldest is of" in early.out
    late = await barbox(
        "restore", "--from", stick.url, "--to", str(tmp_path / "a"), "--key-file", str(key), "--at", "2099-01-01"
    )
    assert late.code == 0, late.out


async def test_whatever_is_wrong_is_said_in_a_sentence(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick)
    to = str(tmp_path / "new")
    other = recovery_key.make()
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "photo.jpg").write_bytes(b"x")
    swapped = recovery_key.read(night.key).words[::-1]
    for arguments, sentence in (
        (("--from", stick.url, "--to", to, "--key", other.key), "yours is"),
        (("--from", stick.url, "--to", to, "--key", "one two three"), "24 words; 3 were given"),
        (("--from", stick.url, "--to", to, "--key", " ".join(swapped)), "compare with the slip"),
        (("--from", stick.url, "--to", to), "recovery key is needed"),
        (("--from", (tmp_path / "none").as_uri(), "--to", to, "--key", night.key), "not plugged in"),
        (("--from", (tmp_path / "empty").as_uri(), "--to", to, "--key", night.key), "holds no backups"),
        (("--from", stick.url, "--to", str(tmp_path / "taken"), "--key", night.key), "is not empty"),
        (("--from", stick.url, "--to", str(tmp_path / "box"), "--key", night.key), "is not empty"),
        (("--from", stick.url, "--to", to, "--key", night.key, "--store", "pub"), "no backups of pub"),
        (("--from", stick.url, "--to", to, "--key", night.key, "--at", "noon"), "is not a time"),
    ):
        said = await barbox("restore", *arguments)
        assert said.code == 1 and sentence in said.out, (arguments, said)
    assert not (tmp_path / "new" / box_app.DATABASE_FILE).exists()
    assert (await barbox("restore", "--from", stick.url, "--to", to, "--key", night.key)).code == 0


@pytest.mark.parametrize("harm", ["flipped", "cut", "empty"])
async def test_a_damaged_backup_is_never_restored(harm: str, stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick)
    (sealed,) = stick.folder.glob("*.age")
    data = bytearray(sealed.read_bytes())
    if harm == "flipped":
        data[len(data) // 2] ^= 1
    sealed.write_bytes(data if harm == "flipped" else data[: 0 if harm == "empty" else len(data) - 100])
    said = await barbox("restore", "--from", stick.url, "--to", str(tmp_path / "new"), "--key", night.key)
    assert said.code == 1 and "is damaged" in said.out
    assert not (tmp_path / "new" / box_app.DATABASE_FILE).exists()
    checked = await barbox("backup", "verify", "--data", str(tmp_path / "box"))
    assert checked.code == 1 and "not what was written" in checked.out


async def test_the_old_box_coming_back_is_told_that_it_was_replaced(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick)
    said = await barbox("restore", "--from", stick.url, "--to", str(tmp_path / "new"), "--key", night.key)
    assert said.code == 0, said.out
    async with open_box(tmp_path / "new") as running:
        assert (await running.app[KEEPER].run("asked")).faults == []
    before = {each.name for each in stick.folder.iterdir()}
    async with open_box(tmp_path / "box") as running, aiohttp.ClientSession() as http:
        ended = await running.app[KEEPER].run("asked")
        assert [each.code for each in ended.faults] == ["replaced"]
        assert {each.name for each in stick.folder.iterdir()} == before
        old = Swan(running, http, Tablet(http, f"http://127.0.0.1:{running.port}", night.device), {}, {}, {}, {}, {})
        ana = await old.sign_in("Ana")
        shown = await ana.get("/api/backups")
        assert shown["level"] == "alarm" and shown["replaced"] and "was replaced" in shown["state"]
        assert (await ana.post("/api/backups/take-over", {"pin": "482613"})).status == 200
        assert (await running.app[KEEPER].run("asked")).faults == []
    async with open_box(tmp_path / "new") as running:
        assert [each.code for each in (await running.app[KEEPER].run("asked")).faults] == ["replaced"]


async def test_a_second_bar_in_one_bucket_is_sent_elsewhere(bucket: Place, tmp_path: Path) -> None:
    await a_night(tmp_path / "swan", bucket, 1)
    async with swan_in(tmp_path / "lion") as lion:
        ana = await lion.sign_in("Ana")
        await make_key(ana)
        await add(ana, bucket)
        ended = await keeper_of(lion).run("asked")
        assert [each.code for each in ended.faults] == ["occupied"]


async def test_the_command_line_also_while_the_box_runs(stick: Place, tmp_path: Path) -> None:
    async with swan_in(tmp_path / "box") as swan:
        ana = await swan.sign_in("Ana")
        data = ("--data", str(tmp_path / "box"))
        refused = await barbox("backup", "now", *data)
        assert refused.code == 1 and "recovery key" in refused.out
        key = await make_key(ana)
        await add(ana, stick)
        made = await barbox("backup", "now", *data)
        assert made.code == 0 and "read back and proven" in made.out, made
        verified = await barbox("backup", "verify", *data, "--key", key)
        assert verified.code == 0 and "opened and proven" in verified.out, verified
    made = await barbox("backup", "now", *data)
    assert made.code == 0, made
    listed = await barbox("backup", "list", *data)
    assert listed.out.count(".age") == 2 and "slip" in listed.out
    assert (await barbox("verify", *data)).code == 0


def test_credentials_are_written_as_the_api_writes_them() -> None:
    assert msgspec.json.encode(Credentials("a", "b")) == b'{"user":"a","secret":"b"}'
