"""The live copy: what was sold a moment ago is at the targets, and comes back from them."""

import asyncio
from pathlib import Path

import pytest

from barbox.app import CONFIG
from barbox.backup import commands
from barbox.backup.live import log as livelog
from barbox.backup.live import segments
from barbox.backup.live.jobs import LIVE
from barbox.backup.live.log import LiveLog, Piece
from barbox.backup.live.segments import Base, Segment
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.migrations import migrate
from tests.backup.living import FILE, hurry, open_bar, restored, rounds, until
from tests.backup.servers import Place
from tests.backup.test_night import add, make_key, sell
from tests.backup.test_sunday import barbox
from tests.bar import Swan


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


def live_files(place: Place, what: str) -> list[Path]:
    return sorted((place.folder / "barbox-main-live").glob(f"*-{what}-*"))


async def test_what_was_sold_is_at_the_target_a_moment_later(place: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        await bar.sell(3)
        key = await bar.key()
        await bar.add(place)
        await bar.shipped()
        for _ in range(3):
            await bar.sell(4)
            await bar.shipped()
        reached = await restored(place, key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")
        assert (reached.seq, reached.lacks) == (bar.database.seq, "")


async def test_a_box_that_is_switched_off_and_on_goes_on_where_it_was(stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await bar.key()
        await bar.add(stick)
        await bar.sell(2)
        await bar.shipped()
    for _night in range(3):
        async with open_bar(tmp_path / "box") as bar:
            await bar.sell(2)
            await bar.shipped()
    assert len(live_files(stick, "base")) == 1, "the line went on"
    reached = await restored(stick, key, tmp_path / "new")
    assert rounds(tmp_path / "new") == rounds(tmp_path / "box") and len(rounds(tmp_path / "new")) == 8
    assert not reached.lacks


async def test_a_line_that_begins_in_a_quiet_hour_goes_on_with_the_first_sale(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with LiveLog(path).watching() as log:
        migrate(path)
        async with Database.open(path, Clock(), BusinessDays("UTC", 360), gate=log.gate) as database:
            await database.write(commands.replaced, 2)
            async with database.frozen() as held:
                log.begin("3fa91c02", 1, "a key", held.emptied)
            assert log.head() == (0, 0), "what was sold before is in the copy of the database"
            await database.write(commands.replaced, 3)
            no, end = log.head()
            assert (log.line, no) == ("3fa91c02", 0) and end


async def test_logs_are_emptied_in_between_and_sent_again_as_a_whole(
    stick: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(livelog, "SMALLEST_LOG", 50_000)
    async with open_bar(tmp_path / "box") as bar:
        key = await bar.key()
        await bar.add(stick)
        for _ in range(12):
            await bar.sell(2)
            await bar.shipped()
            async with bar.database.frozen():
                await bar.sell(1)
        await bar.shipped()
        assert len(live_files(stick, "log")) <= 16, "parts of a log that is whole are gone"
        await restored(stick, key, tmp_path / "new")
        assert rounds(tmp_path / "new") == rounds(tmp_path / "box")


async def test_any_moment_can_be_restored_to_the_order(stick: Place, tmp_path: Path) -> None:
    async with open_bar(tmp_path / "box") as bar:
        key = await bar.key()
        await bar.add(stick)
        await bar.shipped()
        moments = []
        for number in range(12):
            await bar.sell()
            moments.append(bar.database.clock.now())
            if number % 5 == 4:
                await bar.shipped()
            if number == 7:
                async with bar.database.frozen():
                    pass
        await bar.shipped()
        for at in moments[::3]:
            await restored(stick, key, tmp_path / f"{at}", at)
            assert rounds(tmp_path / f"{at}") == rounds(tmp_path / "box", until=at)


async def test_what_is_sold_while_a_piece_is_carried_away_is_not_missing_from_its_moment(
    stick: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments: list[int] = []
    async with open_bar(tmp_path / "box") as bar:
        key = await bar.key()
        await bar.add(stick)
        await bar.shipped()
        loop, read = asyncio.get_running_loop(), bar.log.after

        def read_while_the_bar_sells(no: int, end: int, most: int) -> Piece | None:
            piece = read(no, end, most)
            if piece and len(moments) < 4:
                asyncio.run_coroutine_threadsafe(bar.sell(), loop).result()
                moments.append(moment := bar.database.clock.now())
                while bar.database.clock.now() == moment:
                    continue  # its name tells a later time than the sale's
            return piece

        monkeypatch.setattr(bar.log, "after", read_while_the_bar_sells)
        await bar.sell()
        await until(lambda: len(moments) == 4)
        await bar.shipped()
        for at in moments:
            reached = await restored(stick, key, tmp_path / f"{at}", at)
            assert rounds(tmp_path / f"{at}") == rounds(tmp_path / "box", until=at)
            assert not reached.lacks


async def test_the_owner_sees_how_far_it_is_and_restores_the_moment_before_the_fire(
    quiet_swan: Swan, stick: Place, tmp_path: Path
) -> None:
    ana = await quiet_swan.sign_in("Ana")
    key = await make_key(ana)
    async with ana.live("rooms=office") as feed:
        target = await add(ana, stick, live=True)
        told = await feed.until(lambda event: event["kind"] == "backup.live" and event["data"]["state"] == "live")
    assert told["data"]["targetName"] == "Stick"
    await sell(quiet_swan, 4)
    before = quiet_swan.running.app[LIVE].rows[0].at or 0
    await until(lambda: (quiet_swan.running.app[LIVE].rows[0].at or 0) > before + 100)
    (copy,) = (await ana.get("/api/backups/live"))["copies"]
    assert (copy["targetId"], copy["state"], copy["problem"], copy["everyS"]) == (target, "live", "", 0.05)
    assert copy["behindS"] < 60 and copy["baseAt"]
    listed = await barbox("backup", "list", "--data", str(quiet_swan.running.app[CONFIG].folder))
    assert "live copy up to" in listed.out and "(live)" in listed.out
    offered = await barbox("restore", "--from", stick.url)
    assert "live copy, any moment since" in offered.out and "4 orders of" in offered.out
    said = await barbox("restore", "--from", stick.url, "--to", str(tmp_path / "new"), "--key", key)
    assert said.code == 0 and "4 orders" in said.out and "ends there" not in said.out, said.out
    early = await barbox(
        "restore", "--from", stick.url, "--to", str(tmp_path / "a"), "--key", key, "--at", "2020-01-01"
    )
    assert early.code == 1 and "the oldest is of" in early.out
    answer = await ana.put(f"/api/backups/targets/{target}", {"name": "Stick", "url": stick.url, "live": False})
    assert answer.status == 200
    await until(lambda: not quiet_swan.running.app[LIVE].rows)
    assert not (await ana.get("/api/backups/targets"))["targets"][0]["live"]


def test_thirty_days_are_kept_and_what_only_leads_further_back_goes() -> None:
    day = 86_400_000
    names = []
    for number in range(60):
        at = 1_795_300_000_000 + number * day
        if number % 7 == 0:
            names.append(str(Base(1, "aaaaaaaa", number, at, 9, "A3F019C2", "0" * 16)))
        names.append(str(Segment(1, "aaaaaaaa", number, 0, 4152, at, "0" * 16, "0" * 16)))
    gone = segments.superfluous(names)
    left = [part for name in names if name not in gone and (part := segments.parse(name))]
    assert min(each.no for each in left) == 28, "the 30 days from the 31st on need the base before them"
    ahead = str(Segment(1, "aaaaaaaa", 60, 0, 4152, 1_795_300_000_000 + 400 * day, "0" * 16, "0" * 16))
    assert set(segments.superfluous([*names, ahead])) == set(gone), "a clock that jumps a year deletes no more"
