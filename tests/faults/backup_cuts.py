"""Power cuts through shipping, a backup and a restore: box and stick lose what was under way, six ways, often.

The long form: `python -m tests.faults.backup_cuts --moments 60`; tests run a short one. `… evening DATA TOLD` and
`… restore DATA TOLD` are what is recorded: `DATA` holds the box and the stick, `TOLD` gets a line for what is durable.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from barbox.backup import recovery_key, rules
from barbox.backup.live import jobs as live
from barbox.backup.live import shipping
from barbox.backup.making import proof
from barbox.backup.recovery_key import RecoveryKey
from barbox.backup.restore import restoring
from barbox.backup.restore.restoring import Source
from barbox.backup.targets.store import open_store
from barbox.core.errors import Broken
from barbox.verify import prove
from tests.backup.living import FILE, open_bar, restored, rounds
from tests.backup.servers import Place
from tests.faults.powercut.cutting import Recording, record
from tests.faults.powercut.disk import Names

STICK = "usb://STICK"
ROUNDS = 4
NEW = "new"


def every_other(number: int, _path: object) -> bool:
    """A disk that ignores every other sync."""
    return number % 2 == 0


def every(_number: int, _path: object) -> bool:
    """A disk that ignores every sync."""
    return True


def plug_in(root: Path, data: Path) -> None:
    """Have the machine find the stick in that folder, by its label."""
    shutil.rmtree(root, ignore_errors=True)
    for folder in ("dev/disk/by-label", "media", "proc/self"):
        (root / folder).mkdir(parents=True)
    (root / "dev/sdx").touch()
    (root / "dev/disk/by-label/STICK").symlink_to(root / "dev/sdx")
    (root / "media/stick").symlink_to(data.resolve() / "stick")
    mounted = f"1 1 8:1 / {root / 'media/stick'} rw - vfat {root / 'dev/sdx'} rw\n"
    (root / "proc/self/mountinfo").write_text(mounted)
    os.environ["BARBOX_TEST_MEDIA"] = str(root)


def hurry() -> None:
    """Have everything happen sooner."""
    shipping.MEDIUM_EVERY_S, shipping.FIRST_RETRY_S, live.LOOK_EVERY_S, live.BASE_AGAIN_S = 0.02, 0.1, 0.05, 0.1


def place(data: Path) -> Place:
    """The stick."""
    return Place(STICK, None, data / "stick")


async def set_up(data: Path) -> RecoveryKey:
    """A bar whose sales are copied to the stick, and a backup there."""
    (data / "stick").mkdir(parents=True)
    async with open_bar(data / "box") as bar:
        key = await bar.key()
        await bar.add(place(data))
        await bar.sell(2)
        await bar.shipped()
        await bar.keeper.run("asked")
        return key


async def evening(data: Path, told: int) -> None:
    """Sell, ship, make a backup, empty the log in between."""
    sold = len(rounds(data / "box"))
    async with open_bar(data / "box") as bar:
        for number in range(ROUNDS):
            for _ in range(3):
                await bar.sell(1, 400)
                sold += 1
                os.write(told, b"sold %d\n" % sold)
            await bar.shipped()
            os.write(told, b"shipped %d\n" % sold)
            if number == 1:
                ended = await bar.keeper.run("asked")
                os.write(told, f"backup {ended.proven[0].name}\n".encode())


async def bring_back(data: Path, told: int, key: RecoveryKey) -> None:
    """Restore the live copy into a new folder."""
    found = await restoring.offers(STICK, None)
    source = Source(STICK, None, next(each for each in found if each.live), key)

    async def hash_pin(_pepper: str, _pin: str) -> str:
        return "a hash"

    await restoring.restore(source, data / NEW, FILE, hash_pin, lambda _: None)
    os.write(told, b"restored\n")


class Judge:
    """Looks at what a power cut left of box and stick."""

    def __init__(self, scratch: Path, key: RecoveryKey, already: int) -> None:
        self._scratch = scratch
        self._key = key
        self._already = already

    def evening(self, image: Path, told: list[str]) -> str | None:
        """Is what was shipped on the stick, what was sold in the box, and does the box go on from there?"""
        return asyncio.run(self._evening(image, [line.split() for line in told]))

    def restored(self, image: Path, told: list[str]) -> str | None:
        """Is there no box, or a whole one; a whole one where somebody was told so?"""
        there = (image / NEW / FILE).exists()
        if not there:
            return "the restored box is gone" if told else None
        return _wrong_with(image / NEW)

    async def _evening(self, image: Path, told: list[list[str]]) -> str | None:
        plug_in(self._scratch / "root", image)
        shipped = max((int(line[1]) for line in told if line[0] == "shipped"), default=self._already)
        sold = max((int(line[1]) for line in told if line[0] == "sold"), default=self._already)
        try:
            back = await self._back(image)
            if len(back) < shipped:
                return f"{shipped} were shipped, {len(back)} came back"
            for line in told:
                if line[0] == "backup":
                    await self._prove_backup(line[1])
            async with open_bar(image / "box") as bar:
                had = rounds(image / "box")
                if len(had) < sold:
                    return f"{sold} were sold, the box has {len(had)}"
                if back != had[: len(back)]:
                    return "what came back is not what the box has"
                await bar.sell(1)
                await bar.shipped()
            if await self._back(image) != rounds(image / "box"):
                return "what was shipped after the cut is not what the box has"
        except Exception as error:  # noqa: BLE001 (whatever a careless disk has made of it)
            return f"{type(error).__name__} {error} {getattr(error, 'detail', '')}"
        return _wrong_with(image / "box")

    async def _back(self, image: Path) -> list[str]:
        to = self._scratch / "back"
        shutil.rmtree(to, ignore_errors=True)
        await restored(place(image), self._key, to)
        return rounds(to)

    async def _prove_backup(self, text: str) -> None:
        name, scratch = rules.parse_name(text), self._scratch / "backup.db"
        if name:
            scratch.unlink(missing_ok=True)
            await proof.read_back(open_store(STICK, None), text, self._key.key, scratch)
            proof.examine(scratch, name)


def _wrong_with(box: Path) -> str | None:
    try:
        prove(box / FILE)
    except Broken as error:
        return str(error)
    return None


@contextlib.contextmanager
def recorded(folder: Path, what: str) -> Iterator[tuple[Recording, Judge]]:
    """An "evening" or a "restore", traced, with who judges the images."""
    hurry()
    data = folder / "data"
    if not data.exists():
        plug_in(folder / "root", data)
        (folder / "key").write_text(asyncio.run(set_up(data)).key)
    plug_in(folder / "root", data)
    key = recovery_key.read((folder / "key").read_text())
    judge = Judge(folder / "judge", key, len(rounds(data / "box")))
    (folder / "judge").mkdir(exist_ok=True)
    told = folder / f"told-{what}"
    command = [sys.executable, "-m", "tests.faults.backup_cuts", what, str(data), str(told), str(folder / "key")]
    with record(command, data, told) as recording:
        yield recording, judge


def main() -> None:
    """Cut, and say what was found; exits 1 if anything was lost, or nothing where the disk ignores syncs."""
    if sys.argv[1:2] in (["evening"], ["restore"]):
        play(*sys.argv[1:])
        return
    parser = argparse.ArgumentParser(prog="python -m tests.faults.backup_cuts", description=__doc__)
    parser.add_argument("--moments", type=int, default=60, help="six images are judged at each")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="barbox-backup-cuts-"))
    fine = True
    try:
        for what in ("evening", "restore"):
            with recorded(folder, what) as (recording, judge):
                checker = judge.evening if what == "evening" else judge.restored
                for names in Names:
                    found = recording.cut(checker, moments=options.moments, names=names)
                    print(f"{what}, names {names.value}: {found}", flush=True)
                    fine &= not found.bad
                deaf = recording.cut(checker, moments=options.moments, deaf=every_other if what == "evening" else every)
                print(f"{what}, a disk that ignores syncs: {deaf}", flush=True)
                fine &= bool(deaf.bad)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if fine else 1)


def play(what: str, data: str, told: str, key: str) -> None:
    """What is recorded."""
    hurry()
    book = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    if what == "evening":
        asyncio.run(evening(Path(data), book))
    else:
        asyncio.run(bring_back(Path(data), book, recovery_key.read(Path(key).read_text())))


if __name__ == "__main__":
    main()
