"""Builds the folder of a release from a wheelhouse, for `barbox update pack`: what a box gets by an update.

    python3 -m firmware_scripts build-wheelhouse wheels
    python3 -m firmware_scripts build-release wheels release --machine aarch64 --python 3.11
    barbox update pack release barbox-0.2.0-aarch64.barbox --key KEY --release 0.2.0 --machine aarch64 --python 3.11

The folder holds site-packages for one machine and one Python; on the box it becomes an environment of its own,
without pip, without internet and in seconds.
"""

import argparse
import sys
from pathlib import Path

from firmware_scripts.build_wheelhouse import MACHINES, PLATFORMS
from firmware_scripts.plan import Machine, Run, Step

NEEDS_ROOT = False


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("wheelhouse", help="made by build-wheelhouse")
    parser.add_argument("folder", help="where the release goes; it must not exist yet")
    parser.add_argument("--machine", required=True, choices=MACHINES)
    parser.add_argument("--python", required=True, help="3.11 for Debian 12, 3.13 for Debian 13")


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    """Raises ValueError when the wheelhouse holds no Barbox or the folder is there already."""
    wheels = machine.path(options.wheelhouse) if options.wheelhouse.startswith("/") else Path(options.wheelhouse)
    found = sorted(wheels.glob("barbox-*.whl"))
    if not found:
        raise ValueError(f"{wheels} holds no Barbox; make it with: python3 -m firmware_scripts build-wheelhouse")
    if Path(options.folder).exists():
        raise ValueError(f"{options.folder} is there already; a release is built from nothing")
    site = f"{options.folder}/lib/python{options.python}/site-packages"
    platforms = [f"--platform={name.format(options.machine)}" for name in PLATFORMS]
    install = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index")
    only = ("--only-binary=:all:", f"--python-version={options.python}", "--no-compile", f"--find-links={wheels}")
    return [
        Run(("mkdir", "-p", site)),
        Run((*install, *only, *platforms, f"--target={site}", str(found[-1]))),
        # Programs of the packages: a release has its own way to start.
        Run(("rm", "-rf", f"{site}/bin")),
        Run(("cp", "-r", "firmware_scripts", "systemd", "README.md", options.folder)),
        Run(("find", options.folder, "-name", "__pycache__", "-prune", "-exec", "rm", "-rf", "{}", "+")),
    ]
