"""Sticks and disks as they are plugged in: found by their label, wherever they are mounted.

udev names every medium by its label in `/dev/disk/by-label`; `/proc/self/mountinfo` (proc(5)) tells where it is
mounted. A target `usb://LABEL/folder` is then the same stick in whichever socket it is put.
"""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

BY_LABEL, MOUNTS = "dev/disk/by-label", "proc/self/mountinfo"
MOUNTED_UNDER = ("media", "mnt", "run/media")
"""Where media are mounted; the disks the box itself lives on are not offered."""
_ESCAPED = re.compile(rb"\\x([0-9a-fA-F]{2})|\\([0-7]{3})")


class Medium(NamedTuple):
    """A labelled medium: its folder, and its room in bytes."""

    label: str
    folder: Path
    free: int
    size: int

    @property
    def url(self) -> str:
        """Its address as a target."""
        return f"usb://{quote(self.label, safe='')}"


async def plugged_in() -> list[Medium]:
    """Every labelled medium that is mounted now, by label."""
    return await asyncio.to_thread(lambda: sorted(_media()))


def folder_of(label: str) -> Path | None:
    """Where the medium of this label is mounted now; None when it is not plugged in. FAT knows no lower case."""
    return next((folder for each, folder in _mounted() if each.casefold() == label.casefold()), None)


def is_folder(path: str) -> bool:
    """Whether a folder is there that holds something: where nothing is mounted its mount point is empty."""
    with contextlib.suppress(OSError):
        return any(Path(path).iterdir())
    return False


def _media() -> Iterator[Medium]:
    for label, folder in _mounted():
        try:
            room = shutil.disk_usage(folder)
        except OSError:
            continue  # pulled out this moment
        yield Medium(label, folder, room.free, room.total)


def _mounted() -> Iterator[tuple[str, Path]]:
    """Labels with their folders."""
    root = Path(os.environ.get("BARBOX_TEST_MEDIA", "/"))
    try:
        links = sorted((root / BY_LABEL).iterdir())
    except OSError:
        return  # a machine without any labelled medium has no such folder
    mounts = dict(_mounts(root / MOUNTS))
    for link in links:
        folder = mounts.get(str(link.resolve()))
        if folder and any(folder.is_relative_to(root / each) for each in MOUNTED_UNDER):
            yield _plain(link.name), folder


def _mounts(table: Path) -> Iterator[tuple[str, Path]]:
    """Each mounted device with its mount point. A line: id parent major:minor root point options … - type device …"""
    for line in table.read_text().splitlines():
        before, _, after = line.partition(" - ")
        fields, source = before.split(" "), after.split(" ")
        if len(fields) > 4 and fields[3] == "/" and len(source) > 1:
            yield os.path.realpath(_plain(source[1])), Path(_plain(fields[4]))


def _plain(text: str) -> str:
    r"""udev writes a space as \x20, the kernel as \040."""
    return _ESCAPED.sub(
        lambda found: bytes([int(found[1], 16) if found[1] else int(found[2], 8)]), text.encode()
    ).decode()
