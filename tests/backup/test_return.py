"""What was away comes back: a stick is plugged in, the internet returns, a box was off for days; and the rehearsal."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from barbox.backup.making import rehearsal
from barbox.backup.rules import FIRST_RETRY_MS
from barbox.backup.targets import media, reach
from barbox.core.clock import Clock
from tests.backup.faulty_drive import faulty_drive
from tests.backup.servers import Place
from tests.backup.test_faults import BEGIN, HOUR, open_little, prepared
from tests.backup.test_night import add, keeper_of, make_key, sell
from tests.bar import Swan


class Machine:
    """A machine as the kernel and udev describe it, below a folder of its own."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        (root / media.BY_LABEL).mkdir(parents=True)
        (root / media.MOUNTS).parent.mkdir(parents=True)
        self._mounts: dict[str, str] = {}
        self._write()
        monkeypatch.setenv("BARBOX_TEST_MEDIA", str(root))

    def plug_in(self, label: str, device: str = "sdb1", under: str = "media") -> Path:
        """A stick, mounted by its label; what was on it is on it still."""
        folder = self.root / under / label
        folder.mkdir(parents=True, exist_ok=True)
        (self.root / "dev" / device).touch()
        escaped = label.replace(" ", "\\x20")
        (self.root / media.BY_LABEL / escaped).symlink_to(f"../../{device}")
        self._mounts[escaped] = (
            f"41 24 8:17 / {str(folder).replace(' ', chr(92) + '040')} rw - vfat {self.root}/dev/{device} rw\n"
        )
        self._write()
        return folder

    def pull_out(self, label: str) -> None:
        escaped = label.replace(" ", "\\x20")
        (self.root / media.BY_LABEL / escaped).unlink()
        del self._mounts[escaped]
        self._write()

    def _write(self) -> None:
        (self.root / media.MOUNTS).write_text("22 1 8:1 / / rw - ext4 /dev/root rw\n" + "".join(self._mounts.values()))


async def test_a_stick_is_known_by_its_label_in_whatever_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet_swan: Swan
) -> None:
    machine = Machine(tmp_path / "machine", monkeypatch)
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.get("/api/backups/media"))["media"] == []
    folder = machine.plug_in("BAR STICK")
    machine.plug_in("system", "sda1", "home")
    (found,) = (await ana.get("/api/backups/media"))["media"]
    assert (found["label"], found["url"]) == ("BAR STICK", "usb://BAR%20STICK") and found["free"] > 0
    await make_key(ana)
    await add(ana, Place(found["url"], None, folder))
    keeper = keeper_of(quiet_swan)
    assert (await keeper.run("asked")).faults == []
    machine.pull_out("BAR STICK")
    assert [each.code for each in (await keeper.run("asked")).faults] == ["not_plugged_in"]
    machine.plug_in("BAR STICK", "sdc1")
    assert (await keeper.run("asked")).faults == []
    assert len(list(folder.glob("*.age"))) >= 1


async def test_plugged_in_again_the_night_is_made_up_for_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, now = Machine(tmp_path / "machine", monkeypatch), [BEGIN]
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path, Clock(wall=lambda: BEGIN, boot=lambda: now[0] - BEGIN))
        await box.add("usb://STICK")
        await box.keeper.look()
        now[0] += 60_000
        await box.keeper.look()
        assert len((await box.keeper.standing()).copies) == 1, "it waits before it tries again"
        folder = machine.plug_in("STICK")
        now[0] += 60_000
        await box.keeper.look()
        assert len(list(folder.glob("*.age"))) == 1, "but not once the stick is there"
        assert now[0] < BEGIN + FIRST_RETRY_MS


async def test_as_soon_as_the_internet_is_back(tmp_path: Path) -> None:
    now = [BEGIN]
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path, Clock(wall=lambda: BEGIN, boot=lambda: now[0] - BEGIN))
        async with faulty_drive() as drive:
            url, port = drive.url, int(drive.url.rsplit(":", 1)[1].partition("/")[0])
        await box.add(url)
        await box.keeper.look()
        now[0] += 60_000
        await box.keeper.look()
        assert not await reach.in_sight(url)
        drive = await stack.enter_async_context(faulty_drive(port))
        now[0] += 60_000
        await box.keeper.look()
        assert [name for name in drive.files if name.endswith(".age")]


async def test_a_box_that_was_off_for_days_catches_up_with_one_backup(stick: Place, tmp_path: Path) -> None:
    now = [BEGIN]

    def clock() -> Clock:
        return Clock(wall=lambda: now[0], boot=lambda: now[0] - BEGIN)

    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path, clock())
        await box.add(stick.url)
        await box.keeper.look()
    now[0] += 9 * 24 * HOUR
    async with AsyncExitStack() as stack:
        box = await open_little(stack, tmp_path / "box", clock())
        await box.keeper.look()
        await box.keeper.look()
        assert len(list(stick.folder.glob("*.age"))) == 2


async def test_the_rehearsal_starts_the_app_on_what_was_read_back(quiet_swan: Swan, stick: Place) -> None:
    await sell(quiet_swan)
    ana = await quiet_swan.sign_in("Ana")
    await make_key(ana)
    await add(ana, stick)
    assert (await ana.get("/api/backups"))["rehearsedAt"] is None
    keeper = keeper_of(quiet_swan)
    ended = await keeper.run("asked", rehearse=True)
    assert [each.state for each in ended.proven] == ["proven"] and not ended.faults
    told = (await ana.get("/api/journal?since=0&limit=1000"))["events"]
    assert "backup.rehearsed" in [each["kind"] for each in told], [each for each in told if "backup" in each["kind"]]
    assert (await ana.get("/api/backups"))["rehearsedAt"]
    spool = quiet_swan.database.path.parent / "backup-spool"
    assert list(spool.iterdir()) == [], "nothing of it is left"


async def test_a_rehearsal_that_does_not_open_says_why(tmp_path: Path) -> None:
    database = tmp_path / "scratch.db"
    database.write_bytes(b"this is no database at all, and never was one")
    said = await rehearsal.rehearse(database, 1)
    assert "database" in said and not (tmp_path / rehearsal.FOLDER).exists()
