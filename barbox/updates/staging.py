"""From a bundle to a release on trial: proven, unpacked beside, rehearsed on a copy of the data, armed.

Done by root (`barbox update install`), or at the office's request by barbox-update.service. A power cut at any step
leaves the running release the one that starts; what was begun is swept away by the next try.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from barbox import __version__
from barbox.core.clock import rfc3339, wall_ms
from barbox.core.errors import Broken
from barbox.updates import bundle, minisign, slots
from barbox.updates.bundle import Manifest
from barbox.updates.minisign import TrustedKey
from barbox.updates.slots import FOLDER, PATIENCE_S, Places

KEYS = Path("/etc/barbox/update-keys")
STATUS = "update.json"
REQUEST = "request.json"
DATABASE = "barbox.db"

Tell = Callable[[str], None]


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How far an update has come: checking, unpacking, rehearsing, ready, failed; `detail` says why it failed."""

    step: str = ""
    version: str = ""
    detail: str = ""
    at: str = ""


class Request(msgspec.Struct, frozen=True):
    """What the office asked for: the path of a bundle."""

    file: str


def read_status(places: Places) -> Status:
    """How the last update went, as far as it came."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode((places.root / STATUS).read_bytes(), type=Status)
    return Status()


def install(places: Places, file: Path, keys: Path, tell: Tell, patience: float = PATIENCE_S) -> Manifest:
    """Make a bundle the release that the next start tries. Raises Broken; then nothing has changed."""
    running = slots.read(places).good
    if not running:
        raise Broken(f"{places.root} was not laid out by install.sh: there is no release to fall back to")
    version = ""

    def say(step: str, detail: str = "") -> None:
        at = rfc3339(wall_ms())
        slots.put(places.root / STATUS, msgspec.json.encode(Status(step=step, version=version, detail=detail, at=at)))
        tell(f"{step}: {detail}" if detail else step)

    try:
        say("checking")
        with _private_copy(file, places.root) as copy, bundle.opened(copy, minisign.trusted_keys(keys)) as opened:
            version = opened.manifest.version
            bundle.check_fits(opened.manifest, running)
            say("unpacking")
            release = places.release(version)
            beside = release.with_name(f".new-{version}")
            opened.unpack(beside)
            if release.exists():
                shutil.rmtree(release)
            beside.rename(release)
            slots.sync(places.releases)
            manifest = opened.manifest
        say("rehearsing")
        _rehearse(places, release, patience)
        _change_trust(keys, manifest)
        slots.arm(places, version)
        say("ready")
    except (Broken, OSError, subprocess.SubprocessError) as error:
        say("failed", str(error))
        raise Broken(f"the update was not made: {error}") from None
    return manifest


def take_request(places: Places) -> Path | None:
    """The bundle the office asked for, once; root looks at nothing there that is a link."""
    path = places.data / FOLDER / REQUEST
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(4096)
    path.unlink(missing_ok=True)
    try:
        return Path(msgspec.json.decode(raw, type=Request).file)
    except msgspec.DecodeError:
        return None


def forget(places: Places, keep: set[str]) -> list[str]:
    """Remove all releases but these, the good one and the one on trial; returns which went."""
    slot = slots.read(places)
    gone = []
    for each in sorted(places.releases.iterdir()) if places.releases.is_dir() else []:
        if each.name not in keep | {slot.good, slot.trial}:
            shutil.rmtree(each, ignore_errors=True)
            gone.append(each.name)
    return gone


@contextlib.contextmanager
def _private_copy(file: Path, root: Path) -> Iterator[IO[bytes]]:
    """The bundle where nobody else can change it between the check and the use."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as source, tempfile.TemporaryFile(dir=root) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.seek(0)
        yield copy


def _rehearse(places: Places, release: Path, patience: float) -> None:
    """Have the new release open a copy of the data, migrate it, and answer. Raises Broken."""
    owner = places.data.stat()
    scratch = places.data / FOLDER / "rehearsal"
    words = [str(release / "bin" / "python"), "-P", "-m", "barbox", "update", "rehearse", "--data", str(places.data)]
    drop: dict[str, Any] = {}
    if os.geteuid() == 0 and owner.st_uid != 0:
        drop = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    try:
        done = subprocess.run(
            [*words, "--scratch", str(scratch)],
            check=False,
            capture_output=True,
            text=True,
            timeout=patience,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONDONTWRITEBYTECODE": "1"},
            **drop,
        )
    except subprocess.TimeoutExpired:
        raise Broken(f"on a copy of the data the new release was not healthy within {patience:g} seconds") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if done.returncode:
        raise Broken(f"on a copy of the data the new release failed: {(done.stderr or done.stdout).strip()[-400:]}")


def copy_of_data(data: Path, scratch: Path) -> None:
    """The books as they are now, beside a box that goes on writing, in the new folder `scratch`."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700, parents=True)
    source = data / DATABASE
    if source.exists():
        with contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live:
            # Only ever read: the running box alone writes and checkpoints.
            live.execute("PRAGMA wal_autocheckpoint=0")
            with contextlib.closing(sqlite3.connect(scratch / DATABASE)) as copy:
                live.backup(copy)
    for name in slots.books(data):
        if not name.startswith(DATABASE):
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data / name, scratch / name)


def _change_trust(folder: Path, manifest: Manifest) -> None:
    """A maker may bring a new key, and take back one that was stolen, by a bundle signed with a trusted one."""
    for text in manifest.trust:
        trust(folder, minisign.read_trusted_key(text))
    for name in manifest.distrust:
        distrust(folder, name)


def trust(folder: Path, key: TrustedKey) -> None:
    """Believe this key from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    slots.put(folder / f"{key.name}.pub", key.text().encode())


def distrust(folder: Path, name: str) -> bool:
    """Believe this key no more; whether it was believed."""
    found = False
    for path in folder.glob("*.pub"):
        if minisign.read_trusted_key(path.read_text("utf-8")).name == name.upper():
            path.unlink()
            found = True
    return found


def places_here(data: Path) -> Places | None:
    """Where this program's releases are, when it runs from one that install.sh or an update laid out."""
    prefix = Path(sys.prefix)
    if prefix.parent.name != "releases" or not (prefix.parent.parent / "slots.json").exists():
        return None
    return Places(prefix.parent.parent, data)


def running_release() -> str:
    """The name of the release this program is."""
    return Path(sys.prefix).name if places_here(Path()) else __version__


def ask(places: Places, file: str) -> None:
    """For the box: have barbox-update.service install this bundle."""
    folder = places.data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    slots.put(folder / REQUEST, json.dumps({"file": file}).encode(), 0o600)
