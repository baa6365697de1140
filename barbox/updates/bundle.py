"""A bundle: one zip with a release's files and a manifest that names each with its SHA-256; the manifest is signed.

Nothing in a bundle is believed before the signature over its manifest is, and no file before its hash fits.
"""

import compileall
import contextlib
import hashlib
import os
import platform
import re
import shutil
import stat
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Annotated

import msgspec
from msgspec import Meta

from barbox.core.errors import Broken
from barbox.updates import minisign, slots
from barbox.updates.minisign import SigningKey, TrustedKey

SUFFIX = ".barbox"
MANIFEST, SIGNATURE = "manifest.json", "manifest.json.minisig"
LARGEST_MANIFEST = 8 * 1024 * 1024
LARGEST_RELEASE = 1024 * 1024 * 1024
ANY_MACHINE = "any"

Version = Annotated[str, Meta(pattern=r"^\d{1,5}\.\d{1,5}\.\d{1,5}$")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`files`: SHA-256 and mode by name. `trust` and `distrust`: keys that are believed, or no more, from then on."""

    version: Version
    released: str
    machine: str
    python: str
    size: Annotated[int, Meta(ge=0, le=LARGEST_RELEASE)]
    files: dict[str, tuple[str, int]]
    notes: dict[str, str] = {}
    trust: list[str] = []
    distrust: list[str] = []


class Bundle:
    """An opened bundle whose manifest is proven."""

    def __init__(
        self, archive: zipfile.ZipFile, raw: bytes, signature: str, manifest: Manifest, key: TrustedKey
    ) -> None:
        self.manifest = manifest
        self.key = key
        self._archive = archive
        self._raw = raw
        self._signature = signature

    def unpack(self, folder: Path) -> None:
        """Write the release into the new folder and make it durable. Raises Broken where a file is not as signed."""
        self._room(folder.parent)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755)
        for name, (digest, mode) in self.manifest.files.items():
            target = folder / name
            target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            if self._write(name, target, 0o755 if mode & 0o100 else 0o644) != digest:
                raise Broken(f"{name} in the bundle is damaged")
        (folder / MANIFEST).write_bytes(self._raw)
        (folder / SIGNATURE).write_text(self._signature)
        _make_python(folder, self.manifest.python)
        # The service writes no bytecode: without this, every start would compile all of it.
        compileall.compile_dir(folder, quiet=2, stripdir=folder.parent)
        # Thousands of files: one sync of everything is many times faster than one for each.
        os.sync()

    def _write(self, name: str, target: Path, mode: int) -> str:
        seen = hashlib.sha256()
        try:
            with self._archive.open(name) as packed, target.open("xb") as out:
                os.fchmod(out.fileno(), mode)
                while piece := packed.read(1 << 20):
                    seen.update(piece)
                    out.write(piece)
        except (KeyError, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise Broken(f"{name} in the bundle is damaged: {error}") from None
        return seen.hexdigest()

    def _room(self, folder: Path) -> None:
        needed = self.manifest.size + 64 * 1024 * 1024
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise Broken(f"{needed // 10**6} MB are needed in {folder}, and {free // 10**6} MB are free")


@contextlib.contextmanager
def opened(file: IO[bytes], keys: list[TrustedKey]) -> Iterator[Bundle]:
    """A bundle, once its signature is found to be of one of `keys`. Raises Broken."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Broken(f"this is not an update: {error}") from None
    with archive:
        raw, signature = _member(archive, MANIFEST), _member(archive, SIGNATURE).decode("utf-8", "replace")
        if not keys:
            raise Broken("this box trusts no key yet: put the maker's .pub file in with `barbox update trust`")
        key = minisign.verify(raw, signature, keys)
        try:
            manifest = msgspec.json.decode(raw, type=Manifest)
        except msgspec.DecodeError as error:
            raise Broken(f"the manifest cannot be read: {error}") from None
        _check_names(manifest)
        yield Bundle(archive, raw, signature, manifest, key)


def check_fits(manifest: Manifest, running: str) -> None:
    """Raises Broken where the release is not for this machine, or not newer than what runs."""
    machine, python = platform.machine(), f"{sys.version_info.major}.{sys.version_info.minor}"
    if manifest.machine not in (machine, ANY_MACHINE):
        raise Broken(f"this update is for {manifest.machine}; this machine is {machine}")
    if manifest.python != python:
        raise Broken(f"this update is for Python {manifest.python}; this machine has {python}")
    if numbers(manifest.version) <= numbers(running):
        raise Broken(f"{manifest.version} is not newer than {running}, which runs here")


def numbers(version: str) -> tuple[int, ...]:
    """A version to compare: "0.2.0+1a2b" as (0, 2, 0)."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(int(each) for each in found.groups()) if found else (0, 0, 0)


def pack(tree: Path, out: Path, key: SigningKey, about: Manifest) -> Manifest:
    """Make a bundle of everything in `tree`; `about` tells the rest of the manifest. Returns the whole of it."""
    files, size = dict[str, tuple[str, int]](), 0
    paths = sorted(path for path in tree.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    for path in paths:
        content = path.read_bytes()
        size += len(content)
        files[path.relative_to(tree).as_posix()] = (
            hashlib.sha256(content).hexdigest(),
            stat.S_IMODE(path.stat().st_mode),
        )
    manifest = msgspec.structs.replace(about, files=files, size=size)
    _check_names(manifest)
    raw = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(MANIFEST, raw)
        archive.writestr(SIGNATURE, minisign.sign(key, raw, f"barbox {manifest.version} {manifest.machine}"))
        for path in paths:
            archive.write(path, path.relative_to(tree).as_posix())
    return manifest


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        if archive.getinfo(name).file_size > LARGEST_MANIFEST:
            raise Broken(f"this is not an update: its {name} is too large")
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise Broken(f"this is not an update: {error}") from None


def _check_names(manifest: Manifest) -> None:
    for name in manifest.files:
        path = PurePosixPath(name)
        ours = name in (MANIFEST, SIGNATURE, "pyvenv.cfg") or path.parts[:1] == ("bin",)
        if path.is_absolute() or ".." in path.parts or str(path) != name or "\\" in name or "\0" in name or ours:
            raise Broken(f"the bundle holds a file that it must not: {name[:80]!r}")


def _make_python(folder: Path, python: str) -> None:
    """What makes a folder with site-packages an environment of this machine's Python (PEP 405), wherever it stands."""
    base = Path(sys.base_prefix, "bin")
    interpreter = next(path for path in (base / f"python{python}", base / "python3") if path.exists())
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(interpreter)
    (folder / "pyvenv.cfg").write_text(f"home = {base}\ninclude-system-site-packages = false\n")
    barbox = folder / "bin" / "barbox"
    barbox.write_text('#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -P -m barbox "$@"\n')
    barbox.chmod(0o755)


def release_folder(places: slots.Places, manifest: Manifest) -> Path:
    """Where a release of this manifest stands."""
    return places.release(manifest.version)
