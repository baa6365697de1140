"""Gathers everything pip needs into one folder, for `install.sh --offline` on a box without internet.

Run it in a checkout, on any computer with internet; the tablets' app is built here, so the box needs neither
Node nor the memory to build. One wheelhouse can serve several machines (--machine) and Pythons (--python). Where
the computer is a Debian, the fonts for Chinese on paper come along.
"""

import argparse
import re
import sys
from pathlib import Path

from firmware_scripts.plan import Machine, Run, Step, Write

NEEDS_ROOT = False
# Debian 12 has glibc 2.36; pip has to be told every older one that a wheel may have been made for.
PLATFORMS = (*(f"manylinux_2_{minor}_{{}}" for minor in range(36, 16, -1)), "manylinux2014_{}")
MACHINES = ("aarch64", "x86_64")
# The same for every machine; Chinese is drawn on paper with them.
FONTS = ("fonts-wqy-microhei", "fonts-unifont")
LOCK = Path(__file__).parents[1] / "requirements" / "box.lock"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", help="where the wheels go, such as /media/usb/wheelhouse")
    parser.add_argument("--machine", action="append", choices=MACHINES, help="for which boxes (default: both)")
    parser.add_argument(
        "--python", action="append", help="for which Pythons (default: 3.11 and 3.13, Debian 12's and 13's)"
    )


def plan(options: argparse.Namespace, _machine: Machine) -> list[Step]:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    steps: list[Step] = [
        Run(("mkdir", "-p", options.folder)),
        # Of these the installer expects one version each; an earlier build may have left an older one.
        Run(("sh", "-c", 'rm -f "$0"/barbox-*.whl "$0"/pip-*.whl "$0"/fonts-*.deb', options.folder)),
        # What an earlier build left behind would be packed again.
        Run(("rm", "-rf", "build")),
        Run((*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", options.folder, ".")),
    ]
    lock = LOCK.read_text(encoding="utf-8")
    for python in options.python or ("3.11", "3.13"):
        pins = f"{options.folder}/pins-{python}.txt"
        steps.append(Write(pins, pins_for(lock, python)))
        for machine in options.machine or MACHINES:
            platforms = [f"--platform={name.format(machine)}" for name in PLATFORMS]
            download = (*pip, "download", "--quiet", "--only-binary=:all:", "--no-deps", "--dest", options.folder)
            which = (f"--python-version={python}", "--require-hashes", f"--requirement={pins}")
            steps.append(Run((*download, *platforms, *which)))
    sums = 'cd "$0" && find . -name "*.whl" -o -name "fonts-*.deb" | sort | xargs sha256sum > SHA256SUMS'
    return [
        *steps,
        Run(("sh", "-c", 'cd "$0" && apt-get download -q "$@"', options.folder, *FONTS), optional=True),
        Run(("sh", "-c", sums, options.folder)),
    ]


def pins_for(lock: str, python: str) -> str:
    """The lock's packages for Linux and that Python: pip asks the markers of the Python it runs on, not the box's."""
    wanted = tuple(int(part) for part in python.split("."))
    kept = []
    for block in re.split(r"\n(?=\S)", lock):
        found = re.match(r"(\S+) ; (\w+) (\S+) '([^']+)'", block)
        if not found:
            kept.append(block)
            continue
        name, what, how, value = found.groups()
        if what == "python_full_version":
            there = tuple(int(part) for part in value.split("."))
            fits = wanted < there if how == "<" else wanted >= there
        else:
            fits = what != "sys_platform" or value == "linux"
        if fits:
            kept.append(block.replace(found.group(0), name, 1))
    return "\n".join(kept) + "\n"
