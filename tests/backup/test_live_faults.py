"""What can go wrong with a live copy: each has its sentence, nothing is lost, and a restore says how far it goes."""

import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from barbox.backup import commands
from barbox.backup.faults import SENTENCES
from barbox.backup.live import jobs as live
from barbox.backup.live import log as livelog
from barbox.backup.live import segments
from barbox.backup.live.segments import Segment
from barbox.backup.recovery_key import RecoveryKey
from tests.backup.faulty_drive import FaultyDrive, faulty_drive
from tests.backup.living import FILE, Bar, hurry, nobody, open_bar, restored, rounds, until
from tests.backup.servers import Place


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
async def drive() -> AsyncIterator[FaultyDrive]:
    async with faulty_drive() as found:
        yield found


async def copying(bar: Bar, place: Place) -> RecoveryKey:
    """A bar whose sales are copied to the place."""
    key = await bar.key()
    await bar.add(place)
    await bar.sell(3)
    await bar.shipped()
    return key


def pieces(place: Place) -> list[Path]:
    """The pieces of logs at a place, in their order."""
    found = (place.folder / "barbox-main-live").glob("*-log-*")
    return sorted(found, key=lambda each: _order(each.name))


def _order(name: str) -> tuple[int, int]:
    piece = segments.parse(name)
    assert isinstance(piece, Segment)
    return piece.no, piece.start


@pytest.mark.parametrize(
    ("fault", "code"), [("down", "unreachable"), ("full", "full"), ("refuse", "credentials"), ("cut_put", "cut")]
)
async def test_a_drive_that_fails_is_said_to_and_gets_everything_later(
    fault: str, code: str, drive: FaultyDrive, tmp_path: Path
) -> None:
    place = Place(drive.url, None, tmp_path)
    async with open_bar(tmp_path / "box") as bar:
        key = await copying(bar, place)
        drive.fault = fault
        await bar.sell(5)
        await bar.state(code)
        assert SENTENCES[code]
        await bar.sell(5)
        drive.fault = ""
        await bar.shipped()
        await restored(place, key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")


async def test_wrong_credentials_are_named(bucket: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        await bar.key()
        await bar.add(bucket._replace(credentials=nobody()))
        await bar.state("credentials")


async def test_a_slow_drive_delays_no_order_and_no_other_target(
    stick: Place, drive: FaultyDrive, tmp_path: Path
) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await copying(bar, stick)
        drive.stuck.clear()
        await bar.add(Place(drive.url, None, tmp_path))
        await bar.sell(3)
        await bar.shipped(targets=1)
        await restored(stick, key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")
        drive.stuck.set()
        await bar.shipped(targets=2)


@pytest.mark.parametrize("harm", ["flipped", "cut", "missing", "last missing"])
async def test_a_damaged_piece_ends_the_restore_there_and_is_named(harm: str, stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await copying(bar, stick)
        sold = [3]
        for _ in range(4):
            await bar.sell(2)
            await bar.shipped()
            sold.append(len(rounds(tmp_path / "box")))
    found = pieces(stick)
    victim = found[-1] if harm == "last missing" else found[len(found) // 2]
    data = bytearray(victim.read_bytes())
    if harm in ("missing", "last missing"):
        victim.unlink()
    else:
        data[len(data) // 2] ^= 4
        victim.write_bytes(data if harm == "flipped" else data[:-30])
    reached = await restored(stick, key, tmp_path / "new")
    assert ("missing" if "missing" in harm else "damaged") in reached.lacks
    back = rounds(tmp_path / "new")
    assert back == rounds(tmp_path / "box")[: len(back)] and len(back) < sold[-1]
    assert reached.promised >= reached.at


async def test_a_stick_that_is_pulled_out_and_put_back_gets_what_it_missed(stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await copying(bar, stick)
        stick.folder.rename(tmp_path / "pocket")
        await bar.sell(2)
        await bar.state("not_plugged_in")
        async with bar.database.frozen():
            await bar.sell(2)
        stick.folder.mkdir()
        await bar.sell(1)
        await bar.state("not_plugged_in")
        stick.folder.rmdir()
        (tmp_path / "pocket").rename(stick.folder)
        await bar.shipped()
    assert len(list(stick.folder.glob("*/*-base-*"))) == 1
    await restored(stick, key, tmp_path / "new")
    assert rounds(tmp_path / "new") == rounds(tmp_path / "box")


async def test_a_stick_that_was_away_for_too_long_begins_anew(
    stick: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(livelog, "MOST_KEPT", 100_000)
    async with open_bar(tmp_path / "box") as bar:
        key = await copying(bar, stick)
        stick.folder.rename(tmp_path / "pocket")
        await bar.state("not_plugged_in")
        for _ in range(8):
            async with bar.database.frozen():
                await bar.sell(4)
        assert sum(each.stat().st_size for each in (tmp_path / "box" / "live").glob("log-*")) < 200_000
        (tmp_path / "pocket").rename(stick.folder)
        await bar.shipped()
        assert len(list(stick.folder.glob("*/*-base-*"))) == 2
        await restored(stick, key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")


async def test_somebody_who_writes_into_the_database_while_the_box_is_off_is_noticed(
    stick: Place, tmp_path: Path
) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await copying(bar, stick)
    with closing(sqlite3.connect(tmp_path / "box" / FILE)) as connection:
        connection.execute("INSERT INTO counter VALUES ('round:meddled', 1000)")
        connection.commit()
    async with open_bar(tmp_path / "box") as bar:
        await bar.shipped()
        await bar.sell(2)
        await bar.shipped()
    assert len(list(stick.folder.glob("*/*-base-*"))) == 2
    await restored(stick, key, tmp_path / "new")
    assert rounds(tmp_path / "new") == rounds(tmp_path / "box") and "round:meddled" in rounds(tmp_path / "new")


async def test_a_full_box_goes_on_selling_and_begins_anew_when_there_is_room(
    stick: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await copying(bar, stick)
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
            async with bar.database.frozen():
                await bar.sell(3)
            await bar.state("box_full")
        await bar.sell(1)
        await bar.shipped()
        await restored(stick, key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")


async def test_a_new_recovery_key_begins_a_new_line_that_only_it_opens(stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        await copying(bar, stick)
        second = await bar.key()
        await bar.sell(2)
        await bar.shipped()
        await until(lambda: len(list(stick.folder.glob("*/*-base-*"))) == 2)
        await bar.shipped()
        await restored(stick, second, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")


async def test_the_box_that_was_replaced_stops_copying(stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as old:
        key = await copying(old, stick)
        await restored(stick, key, tmp_path / "new")
        admission = commands.Admission("hash", code=b"")
        async with open_bar(tmp_path / "new", box_id="another") as new:
            await new.database.write(commands.mark_restored, "live", 1, admission)
            await old.state("replaced")
            await new.sell(2)
            await new.shipped()
            await until(lambda: old.keeper.replaced_by == 2)
            before = set(pieces(stick))
            await old.sell(2)
            await old.state("replaced")
            await new.sell(1)
            await new.shipped()
            assert all("-g2-" in each.name for each in set(pieces(stick)) - before)
        await restored(stick, key, tmp_path / "third")
        assert rounds(tmp_path / "third") == rounds(tmp_path / "new")


async def test_a_clock_that_jumps_a_year_deletes_nothing(stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        await copying(bar, stick)
    names = [each.name for each in (stick.folder / "barbox-main-live").iterdir()]
    late = [_later(name, 365) for name in names]
    assert segments.superfluous([*names, *late]) == []


def _later(name: str, days: int) -> str:
    part = segments.parse(name)
    return str(part._replace(at=part.at + days * 86_400_000, line="ffffffff")) if part else name


async def test_a_box_killed_while_it_copies_the_database_makes_another_copy(stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await bar.key()
        await bar.add(stick)
        await until(lambda: bool(children()))
        for child in children():
            os.kill(child, signal.SIGKILL)
        await bar.sell(2)
        await bar.shipped()
        await restored(stick, key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")


def children() -> list[int]:
    """The processes that copy this one's database."""
    tasks = Path("/proc/self/task").iterdir()
    started = [each for task in tasks for each in (task / "children").read_text().split()]
    found = []
    for each in started:
        try:
            if b"barbox.backup.making.sealing" in Path(f"/proc/{each}/cmdline").read_bytes():
                found.append(int(each))
        except OSError:
            continue  # over this moment
    return found


async def test_while_a_slow_drive_takes_the_copy_of_the_database_nothing_that_follows_it_is_dropped(
    drive: FaultyDrive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "NOTE_EVERY_S", 0.05)
    async with open_bar(tmp_path / "box") as bar:
        key = await bar.key()
        await bar.add(Place(drive.url, None, tmp_path))
        await until(lambda: any("-base-" in name for name in drive.files))
        drive.stuck.clear()
        for _ in range(4):
            async with bar.database.frozen():
                await bar.sell(2)
        drive.stuck.set()
        await bar.shipped()
        assert sum("-base-" in name for name in drive.files) == 1
        await restored(Place(drive.url, None, tmp_path), key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")
