"""The plug is pulled while the box is updated: whatever is left of it starts, with every order that was answered."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from barbox.updates import slots
from tests.faults.powercut.cutting import Recording, record
from tests.faults.powercut.disk import Names
from tests.faults.updating import NEVER_HEALTHY, lay_out, number, places_in

IMAGES = 400
MOMENTS = 34


def it_starts(image: Path, told: list[str]) -> str | None:
    """What the launcher makes of an image, over as many starts as it takes to settle."""
    places = places_in(image)
    good = [int(line.split()[1]) for line in told if line.startswith("GOOD")]
    sales = {int(line.split()[1]) for line in told if line.startswith("SALE")}
    release = ""
    for _start in range(slots.MOST_TRIES + 2):
        release = slots.choose(places)
        if not release:
            return "nothing to start"
        if not slots.whole(places.release(release)):
            return "a torn release would start"
        if number(release) < max(good, default=1):
            return "it fell back behind a release that had proved itself"
        if wrong := _books_are_wrong(places.data, number(release), sales):
            return wrong
    if number(release) == NEVER_HEALTHY:
        return "the release that never gets healthy stays"
    return None


def _books_are_wrong(data: Path, release: int, sales: set[int]) -> str | None:
    try:
        with closing(sqlite3.connect(data / "barbox.db")) as books:
            if books.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                return "the books are corrupt"
            if books.execute("PRAGMA user_version").fetchone()[0] > release:
                return "an old release meets newer data"
            kept = {sale for (sale,) in books.execute("SELECT number FROM sale")}
    except sqlite3.DatabaseError as error:
        return f"the books do not open: {error}"
    return f"answered orders are gone: {sorted(sales - kept)}" if sales - kept else None


@pytest.fixture(scope="module")
def updates(strace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = tmp_path_factory.mktemp("machine") / "disk"
    folder.mkdir()
    lay_out(folder)
    told = folder.with_name("told")
    with record([sys.executable, "-m", "tests.faults.updating", str(folder), str(told)], folder, told) as recording:
        yield recording


def test_a_power_cut_at_any_step_of_an_update_leaves_a_box_that_starts(updates: Recording) -> None:
    images = 0
    for names in Names:
        findings = updates.cut(it_starts, moments=MOMENTS, names=names)
        assert not findings.bad, str(findings)
        images += findings.images
    assert images >= IMAGES


@pytest.mark.parametrize("unheard", ["slots.json", "updates/before", "/"])
def test_a_sync_that_is_not_made_is_caught(updates: Recording, unheard: str) -> None:
    """Of what is remembered, of the data that is kept, of the release itself."""

    def deaf(_number: int, path: str) -> bool:
        return path == "/" if unheard == "/" else unheard in path

    findings = updates.cut(it_starts, moments=MOMENTS, names=Names.STRICT, deaf=deaf)
    assert findings.bad, "the check would have missed a sync that is not made"
