"""What can go wrong at night: each has its sentence, nothing is lost, and the earlier backups stay whole."""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from barbox.backup import children, commands, queries, recovery_key, rules
from barbox.backup.faults import SENTENCES, BackupFault
from barbox.backup.jobs import Keeper, keeping
from barbox.backup.making import errand, snapshot
from barbox.backup.targets.bucket import _fault
from barbox.core import journal
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.migrations import migrate
from barbox.core.settings import change_venue
from tests.backup.faulty_drive import FaultyDrive, faulty_drive
from tests.backup.servers import Place

BEGIN = 1_795_300_000_000
HOUR = 3_600_000


class Box:
    """A box without doors: its database, its keeper, and a clock that can be turned."""

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self.database = database
        self.keeper = keeper

    async def add(self, url: str, **more: object) -> int:
        body = commands.EditTarget(name=url[:20], url=url, **more)  # type: ignore[arg-type]
        return (await self.database.write(commands.save_target, None, body)).id

    async def night(self) -> list[str]:
        """Make a backup; returns what went wrong."""
        return [each.code for each in (await self.keeper.run("asked")).faults]

    async def sell(self) -> None:
        await self.database.write(change_venue, {"address": os.urandom(8).hex()})


async def open_little(stack: AsyncExitStack, folder: Path, clock: Clock | None = None) -> Box:
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240
    path = folder / "barbox.db"
    migrate(path)
    opened = await stack.enter_async_context(Database.open(path, clock or Clock(), BusinessDays("UTC", 360)))
    return Box(opened, await stack.enter_async_context(keeping(opened, f"box-{folder.name}", "main")))


async def prepared(stack: AsyncExitStack, tmp_path: Path, clock: Clock | None = None) -> Box:
    """A little box with a recovery key."""
    box = await open_little(stack, tmp_path / "box", clock)
    key = recovery_key.make()
    await box.database.write(commands.save_key, key.recipient, key.fingerprint)
    return box


def sealed_at(drive: FaultyDrive) -> dict[str, bytes]:
    return {name: data for name, data in drive.files.items() if name.endswith(".age")}


async def test_a_database_that_was_tampered_with_is_no_backup_anywhere(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path)
        for name in ("stick", "nas"):
            (tmp_path / name).mkdir()
            await box.add((tmp_path / name).as_uri())
        await box.sell()
        assert await box.night() == []
        with sqlite3.connect(box.database.path) as forger:
            forger.execute("DROP TRIGGER journal_is_never_changed")
            forger.execute("UPDATE journal SET at = at - 1 WHERE seq = 2")
        forger.close()
        await box.sell()
        assert await box.night() == ["unsound", "unsound"]
        for name in ("stick", "nas"):
            assert len(list((tmp_path / name).glob("*.age"))) == 1, "the sound one stays, the other is gone"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("down", "unreachable"),
        ("full", "full"),
        ("refuse", "credentials"),
        ("cut_put", "cut"),
        ("cut_get", "cut"),
        ("flip", "damaged"),
        ("short", "damaged"),
    ],
)
async def test_a_misbehaving_drive_costs_nothing_that_was_there(fault: str, code: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path)
        drive = await stack.enter_async_context(faulty_drive())
        await box.add(drive.url)
        assert await box.night() == []
        earlier = sealed_at(drive)
        await box.sell()
        drive.fault = fault
        assert await box.night() == [code]
        assert earlier.items() <= sealed_at(drive).items()
        drive.fault = ""
        await box.sell()
        assert await box.night() == []
        names = [rules.parse_name(name) for name in sealed_at(drive)]
        assert len(names) == 2 and all(names), "what was never proven is gone"
        assert not [name for name in drive.files if name.endswith(".part")]


@pytest.mark.parametrize("step", ["reaching", "sealing", "sending"])
async def test_killed_at_any_step_nothing_is_lost_and_the_next_one_succeeds(
    step: str, stick: Place, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path)
        slow = await box.add(stick.url)
        assert await box.night() == []
        earlier = {each.name: each.read_bytes() for each in stick.folder.iterdir()}
        await box.sell()
        body = commands.EditTarget(name="stick", url=stick.url, limit_kb=1)
        await box.database.write(commands.save_target, slow, body)
        making = asyncio.create_task(box.night())
        await at_step(box.keeper, step)
        while not (found := errands()):
            assert not making.done()
            await asyncio.sleep(0)
        for child in found:
            os.kill(child, signal.SIGKILL)
        assert await making == ["stopped"]
        assert {each.name: each.read_bytes() for each in stick.folder.glob("*.age")} == {
            name: data for name, data in earlier.items() if name.endswith(".age")
        }
        await box.sell()
        body = commands.EditTarget(name="stick", url=stick.url)
        await box.database.write(commands.save_target, slow, body)
        assert await box.night() == []
        assert len(list(stick.folder.glob("*.age"))) == 2


async def at_step(keeper: Keeper, step: str) -> None:
    async with asyncio.timeout(30):
        while keeper.step != step:  # noqa: ASYNC110 (some steps are over before an event could be waited for)
            await asyncio.sleep(0)


def errands() -> list[int]:
    """The processes that make this one's backups; the servers of other tests are its children too."""
    tasks = Path("/proc/self/task").iterdir()
    started = [each for task in tasks for each in (task / "children").read_text().split()]
    return [int(each) for each in started if b"barbox.backup.making.errand" in _command(each)]


def _command(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""  # it has just ended


async def test_the_box_stops_in_the_middle_and_knows_it_afterwards(stick: Place, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path)
        await box.add(stick.url, limit_kb=1)
        box.keeper.start("asked")
        await at_step(box.keeper, "sending")
    assert not list(stick.folder.glob("*.age"))
    async with AsyncExitStack() as stack:
        box = await open_little(stack, tmp_path / "box")
        last = await box.database.read(queries.LAST_RUN, queries.RunRow)
        assert [(each.state, each.code) for each in last] == [("failed", "stopped")]


async def test_a_stick_that_was_pulled_out_is_not_taken_for_an_empty_folder(stick: Place, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path)
        target = await box.add(stick.url)
        assert await box.night() == []
        for each in stick.folder.iterdir():
            each.unlink()
        assert await box.night() == ["not_plugged_in"]
        assert list(stick.folder.iterdir()) == []
        found = next(each for each in (await box.keeper.standing()).targets if each.id == target)
        assert (await box.keeper.try_out(found)).state == "proven"
        assert await box.night() == []


def test_a_full_box_says_so_before_and_during(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "big.db"
    source.write_bytes(os.urandom(3_000_000))
    recipients = [recovery_key.make().recipient]
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
        with pytest.raises(BackupFault) as before:
            snapshot.seal(source, tmp_path / "sealed", recipients)
    with Path("/dev/full").open("wb") as full, monkeypatch.context() as patch:
        patch.setattr(snapshot, "create", lambda _: full)
        with pytest.raises(BackupFault) as during:
            snapshot.seal(source, tmp_path / "sealed", recipients)
    assert before.value.code == during.value.code == "box_full"


async def test_nights_come_and_go_and_a_clock_that_jumps_a_year_deletes_nothing(stick: Place, tmp_path: Path) -> None:
    now = [BEGIN]
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path, Clock(wall=lambda: BEGIN, boot=lambda: now[0] - BEGIN))
        await box.add(stick.url)

        async def sealed() -> int:
            await box.keeper.look()
            return len(list(stick.folder.glob("*.age")))

        assert await sealed() == 1, "the first one is made at once"
        assert await sealed() == 1
        now[0] += 24 * HOUR
        await box.sell()
        began = box.database.days.began(now[0])
        now[0] = began + 24 * HOUR + 60_000
        await box.sell()
        assert await sealed() == 1, "somebody is still ringing up"
        now[0] += rules.QUIET_MS
        assert await sealed() == 2
        now[0] += 365 * 24 * HOUR
        assert await sealed() == 3
        assert await sealed() == 3


async def test_after_26_hours_without_one_it_is_told_once_a_day(tmp_path: Path) -> None:
    now = [BEGIN]
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path, Clock(wall=lambda: BEGIN, boot=lambda: now[0] - BEGIN))
        await box.add((tmp_path / "nowhere").as_uri())
        told: list[journal.Entry] = []
        box.database.subscribe(lambda _seq, events: told.extend(events))  # type: ignore[arg-type]
        await box.keeper.look()
        now[0] += rules.ALARM_MS + 1000
        await box.keeper.look()
        await box.keeper.look()
        overdue = [each for each in told if each.kind == "backup.failed" and each.subject == "backup"]
        assert len(overdue) == 1


def test_every_fault_has_its_sentence_in_both_languages() -> None:
    assert all(texts.keys() == {"en", "zh"} for texts in SENTENCES.values())


async def test_an_errand_without_its_box_gives_up(tmp_path: Path, stick: Place) -> None:
    source = tmp_path / "barbox.db"
    migrate(source)
    (tmp_path / "spool").mkdir()
    key = recovery_key.make()
    work = errand.Errand(
        source=str(source),
        spool=str(tmp_path / "spool"),
        store="main",
        box_id="box",
        generation=1,
        schema=3,
        now="2026-11-22T05:10:00Z",
        destinations=[errand.Destination(1, stick.url, None, 1, False)],
        recipient=key.recipient,
        fingerprint=key.fingerprint,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "barbox.backup.making.errand"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=children.environment(),
    )
    assert process.stdin and process.stdout
    process.stdin.write(msgspec.json.encode(work) + b"\n")
    assert b"ready" in await process.stdout.readline()
    process.stdin.write(msgspec.json.encode(errand.Go(0, "00" * 32, BEGIN)) + b"\n")
    assert b"sealed" in await process.stdout.readline()
    process.stdin.close()  # what the kernel does when the box is killed
    async with asyncio.timeout(20):
        await process.wait()
    assert not list(stick.folder.glob("*.age"))


def test_a_clock_that_the_cloud_does_not_believe_is_named() -> None:
    said = "Client error with status 403 Forbidden: <Error><Code>RequestTimeTooSkewed</Code></Error>"
    assert _fault(PermissionError(said)).code == "clock"
