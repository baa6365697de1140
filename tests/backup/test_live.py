"""The live copy: what was sold a moment ago is at the targets, and comes back from them."""

import asyncio
from pathlib import Path

import pytest

from barbox.backup import livelog
from tests.backup.living import hurry, open_bar, restored, rounds
from tests.backup.servers import Place


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
            moments.append((bar.database.clock.now(), number + 1))
            await asyncio.sleep(0.01)
            if number % 5 == 4:
                await bar.shipped()
            if number == 7:
                async with bar.database.frozen():
                    pass
        await bar.shipped()
        for at, sold in moments[::3]:
            await restored(stick, key, tmp_path / f"{at}", at)
            assert len(rounds(tmp_path / f"{at}")) == sold
