"""Which release the machine starts: the good one, or a new one on trial. Needs the system's Python alone.

systemd runs this file as root before each start (`choose`), and beside a trial (`watch`). What it remembers is one
small file, `slots.json`; every step may be repeated, so a power cut at any of them leaves a box that starts:

- a try is counted before it is made; after two the good release is started again
- the data is copied before the first try, and put back when the trial is over without the box having been healthy
- a box on trial says that it is healthy before it prints or takes an order, so nothing that was answered is put back
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

MOST_TRIES = 2
PATIENCE_S = 60.0
# One that hangs would not hear that it shall stop, and has answered nobody: the bar does not wait for it.
RESTART = "systemctl kill --signal=KILL barbox.service; systemctl restart barbox.service"
WATCH = "systemctl start --no-block barbox-update-watch.service"
FOLDER = "updates"
"""Within the data: what belongs to updates, and is not part of what is kept and put back."""
PASSING = {FOLDER, "incoming", "restoring", "barbox.lock", "barbox.sock"}
KEPT, HEALTHY = "before", "healthy"


@dataclass(frozen=True)
class Slots:
    """`good`: the release known to work; `trial`: the one being tried, `tries` times so far; why one was refused."""

    good: str = ""
    trial: str = ""
    tries: int = 0
    refused: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Places:
    """`root` holds the releases (/opt/barbox), `data` the bar's books (/var/lib/barbox)."""

    root: Path
    data: Path

    @property
    def state(self) -> Path:
        return self.root / "slots.json"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def kept(self) -> Path:
        return self.data / FOLDER / KEPT

    def release(self, name: str) -> Path:
        return self.releases / name


def read(places: Places) -> Slots:
    """What is remembered; nothing where nothing was, or the file is not ours."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Slots(**json.loads(places.state.read_text("utf-8")))
    return Slots()


def save(places: Places, slots: Slots) -> None:
    """Remember it, durably."""
    put(places.state, json.dumps(asdict(slots)).encode())


def put(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file in one move that a power cut cannot tear."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def whole(release: Path) -> bool:
    """Whether every file of a release is as its signed manifest says."""
    try:
        files = json.loads((release / "manifest.json").read_text("utf-8"))["files"]
        return all(_digest(release / name) == digest for name, (digest, _mode) in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def choose(places: Places) -> str:
    """Decide which release is started now, point `current` at it, and return its name."""
    slots = read(places)
    if slots.trial and healthy(places) == slots.trial:
        slots = promoted(places, slots)
    elif slots.trial and slots.tries < MOST_TRIES and whole(places.release(slots.trial)):
        if slots.tries == 0:
            _as_owner(places, "keep")
        slots = Slots(slots.good, slots.trial, slots.tries + 1, slots.refused, slots.reason)
        save(places, slots)
        point(places, slots.trial)
        return slots.trial
    elif slots.trial:
        reason = slots.reason or ("it did not start" if slots.tries else "its files are damaged")
        if slots.tries:
            _as_owner(places, "put-back")
        slots = Slots(slots.good, refused=slots.trial, reason=reason)
        save(places, slots)
    if slots.good:
        point(places, slots.good)
    return slots.good


def promoted(places: Places, slots: Slots) -> Slots:
    """The trial is over and the new release is the good one."""
    now = Slots(slots.trial)
    save(places, now)
    return now


def arm(places: Places, release: str) -> None:
    """Have the next start try this release."""
    slots = read(places)
    save(places, Slots(slots.good, release))


def settle(places: Places, release: str) -> None:
    """Start this release from now on, as an installer that looked for itself says."""
    save(places, Slots(release))
    point(places, release)


def point(places: Places, release: str) -> None:
    """Let `current` lead to a release."""
    wanted = f"releases/{release}"
    if places.current.is_symlink() and str(places.current.readlink()) == wanted:
        return
    beside = places.root / "current.new"
    beside.unlink(missing_ok=True)
    beside.symlink_to(wanted)
    beside.replace(places.current)
    sync(places.root)


def healthy(places: Places) -> str:
    """The release that last said it is healthy."""
    with contextlib.suppress(OSError), _opened(places.data / FOLDER / HEALTHY) as descriptor:
        return os.read(descriptor, 100).decode("utf-8", "replace").strip()
    return ""


def say_healthy(places: Places, release: str) -> None:
    """For the box on trial: it works, and takes orders from here on. After this its data is never put back."""
    folder = places.data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    put(folder / HEALTHY, f"{release}\n".encode())
    sync(places.data)


def keep(places: Places) -> None:
    """Copy the data to where it can be put back from. Raises BlockingIOError while a box has it open."""
    folder = places.data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with _closed(places.data):
        (folder / HEALTHY).unlink(missing_ok=True)
        new = folder / f"{KEPT}.new"
        for old in (places.kept, new):
            shutil.rmtree(old, ignore_errors=True)
        new.mkdir(mode=0o700)
        for name in books(places.data):
            (new / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(places.data / name, new / name)
        for each in [new, *(path for path in new.rglob("*") if path.is_dir())]:
            sync(each)
        new.rename(places.kept)
        sync(folder)
        sync(places.data)


def put_back(places: Places) -> None:
    """Make the data what it was when it was kept. May be repeated."""
    if not places.kept.is_dir():
        return
    with _closed(places.data):
        kept = books(places.kept)
        for name in books(places.data):
            # A write-ahead log that is younger than its database would be read into it.
            if name not in kept or name.endswith("-wal"):
                (places.data / name).unlink()
                sync((places.data / name).parent)
        for name in kept:
            target = places.data / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.back")
            _copy(places.kept / name, beside)
            beside.replace(target)
            sync(target.parent)


def books(data: Path) -> list[str]:
    """The files of a box's data, by their names in it: databases before their write-ahead logs."""
    found = [
        path.relative_to(data)
        for path in data.rglob("*")
        if path.is_file() and not path.is_symlink() and not path.name.endswith(("-shm", ".back"))
    ]
    return sorted(str(name) for name in found if name.parts[0] not in PASSING)


def watch(places: Places, seconds: float, restart: str) -> bool:
    """Wait for a trial to become healthy; after `seconds` end it and restart. Returns whether it did."""
    trial = read(places).trial
    deadline = time.monotonic() + seconds
    while trial and time.monotonic() < deadline:
        if healthy(places) == trial:
            promoted(places, read(places))
            return True
        time.sleep(0.2)
    slots = read(places)
    if not trial or slots.trial != trial:
        return not trial
    reason = f"it was not healthy within {seconds:g} seconds"
    save(places, Slots(slots.good, trial, MOST_TRIES, slots.refused, reason))
    subprocess.run(restart, shell=True, check=False)  # noqa: S602 (root's own command line)
    return False


@contextlib.contextmanager
def _closed(data: Path) -> Iterator[None]:
    """Nobody has the data open for the length of the block."""
    with (data / "barbox.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with source.open("rb") as old, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        os.fchmod(new.fileno(), source.stat().st_mode & 0o777)
        shutil.copyfileobj(old, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A file of the box's, read by root: never through a link that leads elsewhere."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _as_owner(places: Places, step: str) -> None:
    """Root works on the bar's data only as the user who owns it, who could have put links there."""
    owner = places.data.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        (keep if step == "keep" else put_back)(places)
        return
    words = [sys.executable, "-I", __file__, step, "--root", str(places.root), "--data", str(places.data)]
    subprocess.run(words, check=True, user=owner.st_uid, group=owner.st_gid, extra_groups=[])


def main() -> int:
    """choose | watch | settle RELEASE | keep | put-back"""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("choose", "watch", "settle", "keep", "put-back"))
    parser.add_argument("release", nargs="?", default="")
    parser.add_argument("--root", type=Path, default=Path("/opt/barbox"))
    parser.add_argument("--data", type=Path, default=Path("/var/lib/barbox"))
    parser.add_argument("--seconds", type=float, default=PATIENCE_S)
    parser.add_argument("--restart", default=RESTART)
    given = parser.parse_args()
    places = Places(given.root, given.data)
    match given.step:
        case "choose":
            print(choose(places))
            if read(places).trial and Path("/run/systemd/system").is_dir():
                subprocess.run(WATCH.split(), check=False)
        case "watch":
            return 0 if watch(places, given.seconds, given.restart) else 1
        case "settle":
            settle(places, given.release)
        case "keep":
            keep(places)
        case _:
            put_back(places)
    return 0


if __name__ == "__main__":
    sys.exit(main())
