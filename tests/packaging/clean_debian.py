"""A clean Debian in a folder, with the sources of this repository in it as `git archive` gives them.

For commands that show what the installer does on a machine that has never seen Barbox. They need root, debootstrap
and the internet.
"""

import argparse
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SOURCES = "/root/barbox"
# What every Debian and Raspberry Pi OS that somebody set up has, and a bare debootstrap has not.
EXPECTED = "python3,ca-certificates,systemd-sysv,udev"
INSIDE = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
"""In a mount namespace of its own, so that nothing of it is left."""
CUT_OFF = f"ip link set lo up && {INSIDE}"


def add_options(parser: argparse.ArgumentParser, folder: str) -> None:
    """What each such command may be told."""
    parser.add_argument("--suite", default="bookworm", help="bookworm (Debian 12) or trixie (Debian 13)")
    parser.add_argument("--folder", type=Path, default=Path(folder), help=f"where it is laid out (default: {folder})")
    parser.add_argument("--bring", type=Path, action="append", default=[], help="a file of this machine to copy in")


def lay_out(folder: Path, suite: str, bring: list[Path]) -> None:
    """A clean Debian with a copy of the sources in it."""
    if not (folder / "etc/debian_version").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        words = ["debootstrap", "--variant=minbase", f"--include={EXPECTED}", suite, str(folder)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    for each in (Path("/etc/resolv.conf"), *bring):
        target = folder / str(each).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(each, target)
    sources = folder / SOURCES.lstrip("/")
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "-x", "-C", str(sources)], input=archive, check=True)


def inside(folder: Path, *words: str, network: bool = True) -> list[str]:
    """The command that runs `words` in that Debian; without `network` it has no cable and no Wi-Fi."""
    spaces = ["--mount", "--pid", "--fork", "--kill-child", *([] if network else ["--net"])]
    return ["unshare", *spaces, "sh", "-c", INSIDE if network else CUT_OFF, str(folder), *words]


def as_root_of_it(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables for a program in there."""
    return {**environment, "HOME": "/root"}
