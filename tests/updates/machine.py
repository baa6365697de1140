"""A machine as install.sh lays it out, in a folder: releases, data, keys; and bundles to update it with.

What systemd would do is done by hand: `choose` before each start, `watch` beside a trial.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from barbox.updates import bundle, minisign, slots
from barbox.updates.bundle import Manifest
from barbox.updates.minisign import SigningKey
from barbox.updates.slots import Places
from tests.faults.box import Box, Till

REPOSITORY = Path(__file__).parents[2]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SITE = f"lib/python{PYTHON}/site-packages"
MIGRATION = "9001_labels.py"
LABELS = '''\
"""A table that only the newer release knows."""


def up(_migrator, db) -> None:
    db.execute_sql("CREATE TABLE label (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
'''
BROKEN = LABELS.replace("CREATE TABLE label (id", "CREATE TABEL label (id")


OVERLAY = "__path__.append({!r})\n"


def release_tree(tree: Path, version: str, changes: dict[str, str | tuple[str, str]]) -> Path:
    """This program as another release; `changes`: a file's new text, or (old, new) within it.

    Only what differs is in it; for the rest it looks into the repository, where Python has it compiled already.
    """
    site = tree / SITE
    site.mkdir(parents=True)
    (site / "others.pth").write_text(f"{REPOSITORY}\n{sysconfig.get_paths()['purelib']}\n")
    _overlay(site, Path("barbox"))
    with (site / "barbox/__init__.py").open("a") as about:
        about.write(f"__version__ = {version!r}\n")
    for name, change in changes.items():
        path = Path("barbox", name)
        for package in list(path.parents)[-2::-1]:
            _overlay(site, package)
        if isinstance(change, str):
            (site / path).write_text(change)
        else:
            old, new = change
            text = (REPOSITORY / path).read_text()
            assert old in text, (name, old)
            (site / path).write_text(text.replace(old, new))
    return tree


def _overlay(site: Path, package: Path) -> None:
    """A package of which some modules are here and the rest in the repository; migrations are found by their folder."""
    if (site / package).exists():
        return
    if package.name == "migrations":
        shutil.copytree(REPOSITORY / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
        return
    (site / package).mkdir()
    (site / package / "__init__.py").write_text(OVERLAY.format(str(REPOSITORY / package)))


class Machine:
    """One box on a disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder / "opt", folder / "data")
        self.keys = folder / "keys"
        self.key: SigningKey = minisign.make()
        self._folder = folder
        self.places.releases.mkdir(parents=True)
        self.places.data.mkdir(mode=0o700)
        self.trust(self.key)
        self._lay_out("0.1.0")

    def trust(self, key: SigningKey) -> None:
        self.keys.mkdir(exist_ok=True)
        (self.keys / f"{key.trusted.name}.pub").write_text(key.trusted.text())

    def bundle(self, version: str, key: SigningKey | None = None, **changes: str | tuple[str, str]) -> Path:
        """A signed bundle; a change to barbox/a/b.py is named a__b."""
        files = {f"{name.replace('__', '/')}.py": change for name, change in changes.items()}
        tree = release_tree(self._folder / f"tree-{version}-{len(files)}", version, files)
        out = self._folder / f"barbox-{version}{bundle.SUFFIX}"
        bundle.pack(tree, out, key or self.key, _about(version))
        return out

    def install(self, file: Path) -> subprocess.CompletedProcess[str]:
        """`sudo barbox update install FILE`, by the release that runs."""
        return self._update("install", str(file))

    def install_request(self) -> subprocess.CompletedProcess[str]:
        """What barbox-update.service runs."""
        return self._update("install-request")

    def choose(self) -> str:
        """What systemd runs before each start."""
        return self._slots("choose").stdout.strip()

    def watch(self, seconds: float, restart: str = "true") -> int:
        """What systemd runs beside a trial; returns its exit code."""
        return self._slots("watch", "--seconds", str(seconds), "--restart", restart, check=False).returncode

    @contextmanager
    def started(self, *, waits: bool = True) -> Iterator[Box]:
        """The chosen release, serving. `waits` false: it is not expected to open."""
        words = ["serve", "--data", str(self.places.data), "--host", "127.0.0.1", "--port", "0", "--no-mdns"]
        environment = os.environ | {"BARBOX_UPDATE_KEYS": str(self.keys)}
        with subprocess.Popen(
            [str(self.places.current / "bin" / "barbox"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if not waits else None,
            text=True,
            env=environment,
        ) as process:
            try:
                port, code = self._opening(process) if waits else (0, None)
                yield Box(process, process.pid, port, code)
            finally:
                if process.poll() is None:
                    process.terminate()

    def _opening(self, process: "subprocess.Popen[str]") -> tuple[int, str | None]:
        assert process.stdout
        port = 0
        for line in process.stdout:
            if found := re.search(r"open at http://localhost:(\d+)", line):
                port = int(found[1])
                break
        assert port, "it did not open"
        stranger = Till(port)
        setting_up = stranger.call("GET", "/api/health")["status"] == "setup"
        stranger.close()
        if not setting_up:
            return port, None
        for line in process.stdout:
            if found := re.search(r"Set-up code: (\S+)", line):
                return port, found[1]
        raise AssertionError("it told no set-up code")

    def _lay_out(self, version: str) -> None:
        out = self._folder / "first.barbox"
        tree = release_tree(self._folder / "tree-first", version, {})
        bundle.pack(tree, out, self.key, _about(version))
        with out.open("rb") as file, bundle.opened(file, [self.key.trusted]) as opened:
            opened.unpack(self.places.release(version))
        slots.settle(self.places, version)

    def _update(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.places.current / "bin" / "barbox"), "update", *words]
        folders = ["--root", str(self.places.root), "--data", str(self.places.data), "--keys", str(self.keys)]
        return subprocess.run([*command, *folders, "--restart", ""], check=False, capture_output=True, text=True)

    def _slots(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-I", slots.__file__]
        folders = ["--root", str(self.places.root), "--data", str(self.places.data)]
        return subprocess.run([*program, *words, *folders], check=check, capture_output=True, text=True)


def _about(version: str) -> Manifest:
    return Manifest(version=version, released="2026-12-01", machine=bundle.ANY_MACHINE, python=PYTHON, size=0, files={})
