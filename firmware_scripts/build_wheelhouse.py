"""Gathers everything pip needs into one folder, for `install.sh --offline` on a box without internet.

Run it in a checkout, on any computer with internet; the tablets' app is built here, so the box needs neither
Node nor the memory to build. One wheelhouse can serve several machines (--machine) and Pythons (--python).
"""

import argparse
import sys

from firmware_scripts.plan import Machine, Run, Step

NEEDS_ROOT = False
# Debian 12 has glibc 2.36; pip has to be told every older one that a wheel may have been made for.
PLATFORMS = (*(f"manylinux_2_{minor}_{{}}" for minor in range(36, 16, -1)), "manylinux2014_{}")
MACHINES = ("aarch64", "x86_64")


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
        Run(("sh", "-c", 'rm -f "$0"/barbox-*.whl', options.folder)),
        # What an earlier build left behind would be packed again.
        Run(("rm", "-rf", "build")),
        Run((*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", options.folder, ".")),
    ]
    for machine in options.machine or MACHINES:
        platforms = [f"--platform={name.format(machine)}" for name in PLATFORMS]
        for python in options.python or ("3.11", "3.13"):
            download = (*pip, "download", "--quiet", "--only-binary=:all:", "--dest", options.folder)
            # By its file, never by its name: a stranger may have put a "barbox" on PyPI.
            wanted = ("sh", "-c", 'exec "$@" "$0"/barbox-*.whl', options.folder)
            steps.append(Run((*wanted, *download, *platforms, f"--python-version={python}")))
    return [*steps, Run(("sh", "-c", 'cd "$0" && sha256sum *.whl > SHA256SUMS', options.folder))]
