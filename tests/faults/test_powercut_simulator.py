"""The simulator itself: SQLite's documented promises must come out of it, and broken ones must not pass."""

import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.powercut.cutting import Findings, Recording, record
from tests.faults.powercut.disk import Disk, File, Mode, Names, Resize, Write
from tests.faults.powercut.replay import Untraceable

TILL = Path(__file__).with_name("tiny_till.py")


def each_order_once_and_whole(image: Path, acknowledged: list[str]) -> str | None:
    with closing(sqlite3.connect(image / "till.db")) as till:
        try:
            sound = till.execute("PRAGMA integrity_check").fetchone()[0]
            known = till.execute("SELECT 1 FROM sqlite_master WHERE name = 'line'").fetchone()
            rows = till.execute("SELECT number, count(*) FROM line GROUP BY number").fetchall() if known else []
        except sqlite3.DatabaseError as error:
            return f"corrupt: {error}"
    if sound != "ok":
        return "corrupt"
    if half := [number for number, lines in rows if lines != 2]:
        return f"half an order: {half}"
    lost = {int(line) for line in acknowledged} - {number for number, _ in rows}
    return f"lost: {sorted(lost)}" if lost else None


@pytest.fixture(scope="module")
def recordings(strace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Recording]]:
    kept: dict[tuple[str, str], Recording] = {}
    opened = []
    for journal, synchronous in (("WAL", "FULL"), ("WAL", "NORMAL"), ("WAL", "OFF"), ("DELETE", "EXTRA")):
        folder = tmp_path_factory.mktemp(f"{journal}-{synchronous}")
        command = [sys.executable, str(TILL), str(folder / "data/till.db"), str(folder / "told")]
        run = record([*command, journal, synchronous, "25"], folder / "data", folder / "told")
        kept[journal, synchronous] = run.__enter__()
        opened.append(run)
    yield kept
    for run in opened:
        run.__exit__(None, None, None)


def cut(recording: Recording, **options: object) -> Findings:
    return recording.cut(each_order_once_and_whole, moments=24, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("names", list(Names))
@pytest.mark.parametrize("promise", [("WAL", "FULL"), ("DELETE", "EXTRA")])
def test_what_sqlite_promises_holds(
    recordings: dict[tuple[str, str], Recording], promise: tuple[str, str], names: Names
) -> None:
    findings = cut(recordings[promise], names=names)
    assert findings.images == 24 * len(Mode)
    assert findings.acknowledged == 25
    assert not findings.bad, str(findings)


def test_without_syncs_orders_are_lost_and_files_break(recordings: dict[tuple[str, str], Recording]) -> None:
    findings = cut(recordings["WAL", "OFF"])
    assert findings.bad[Mode.NONE]
    assert findings.bad[Mode.TORN]
    assert not findings.bad[Mode.ALL], "kill -9 alone loses nothing that the kernel has"


def test_with_few_syncs_orders_are_lost_but_nothing_breaks(
    recordings: dict[tuple[str, str], Recording],
) -> None:
    findings = cut(recordings["WAL", "NORMAL"])
    assert findings.bad
    assert all(reason.startswith("lost") for reason in findings.reasons), str(findings)


def test_a_disk_that_ignores_every_fourth_sync_is_noticed(
    recordings: dict[tuple[str, str], Recording],
) -> None:
    findings = cut(recordings["WAL", "FULL"], deaf=lambda number, _path: number % 4 == 3)
    assert findings.bad


def test_a_file_renamed_into_place_needs_its_own_sync(strace: str, tmp_path: Path) -> None:
    program = tmp_path / "settings.py"
    program.write_text(
        "import os, sys\n"
        "data, told = sys.argv[1:]\n"
        "os.makedirs(data, exist_ok=True)\n"
        "with open(data + '/new', 'w') as file:\n    file.write('x' * 4000)\n"
        "os.rename(data + '/new', data + '/settings')\n"
        "folder = os.open(data, os.O_RDONLY)\n"
        "os.fsync(folder)\n"
        "with open(told, 'w') as file:\n    file.write('saved\\n')\n"
    )

    def settings_are_whole(image: Path, acknowledged: list[str]) -> str | None:
        settings = image / "settings"
        whole = settings.exists() and settings.read_text() == "x" * 4000
        return "lost" if acknowledged and not whole else None

    command = [sys.executable, str(program), str(tmp_path / "data"), str(tmp_path / "told")]
    with record(command, tmp_path / "data", tmp_path / "told") as recording:
        findings = recording.cut(settings_are_whole, moments=30)
    assert findings.bad[Mode.NONE], "the name was synced, the content never"
    assert not findings.bad[Mode.ALL]


def test_a_program_that_writes_through_a_mapping_is_refused(strace: str, tmp_path: Path) -> None:
    program = tmp_path / "mapped.py"
    program.write_text(
        "import mmap, os, sys\n"
        "os.makedirs(sys.argv[1], exist_ok=True)\n"
        "with open(sys.argv[1] + '/book', 'w+b') as file:\n"
        "    file.truncate(4096)\n    file.flush()\n"
        "    mmap.mmap(file.fileno(), 4096)[:4] = b'gone'\n"
    )
    with (
        pytest.raises(Untraceable, match="mapped"),
        record([sys.executable, str(program), str(tmp_path / "data")], tmp_path / "data", tmp_path / "told"),
    ):
        pass


def test_a_torn_write_keeps_whole_sectors(tmp_path: Path) -> None:
    file = File(bytearray(b"a" * 1024), [Write(1, 0, b"b" * 1024), Resize(2, 2048)])
    seen = {bytes(file.after_the_cut(Mode.TORN, random.Random(seed), 512)[:1024]) for seed in range(40)}
    assert seen == {a * 512 + b * 512 for a in (b"a", b"b") for b in (b"a", b"b")}


def test_names_need_a_sync_of_their_folder_where_posix_is_taken_at_its_word(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    root = Path("/disk")
    for names, there in ((Names.ORDERED, True), (Names.STRICT, False)):
        disk = Disk(root, names, tmp_path / "before")
        disk.rename([("/disk/bill", File())])
        disk.sync("/disk/bill", disk.serial)
        disk.image(tmp_path / names.value, Mode.NONE, random.Random(0), 512)
        assert (tmp_path / names.value / "bill").exists() is there
        disk.sync("/disk", disk.serial)
        disk.image(tmp_path / f"{names.value}-later", Mode.NONE, random.Random(0), 512)
        assert (tmp_path / f"{names.value}-later" / "bill").exists()
