"""Writes a stage for pi-gen, so that it makes an SD card image with Barbox in it.

Copy the folder beside pi-gen's own stages and name it in STAGE_LIST after stage2
(github.com/RPi-Distro/pi-gen, branch arm64). The wheelhouse (build-wheelhouse) goes into the image, so that
building it needs no internet for Python.
"""

import argparse
from pathlib import Path

from firmware_scripts.plan import Machine, Run, Step, Write

NEEDS_ROOT = False
CONFIG = """\
IMG_NAME=barbox
RELEASE=trixie
STAGE_LIST="stage0 stage1 stage2 stage-barbox"
TARGET_HOSTNAME=barbox
ENABLE_SSH=0
DISABLE_FIRST_BOOT_USER_RENAME=0
"""
PREVIOUS = """\
#!/bin/bash -e
if [ ! -d "${ROOTFS_DIR}" ]; then copy_previous; fi
"""
COPY_IN = """\
#!/bin/bash -e
install -d "${ROOTFS_DIR}/opt/barbox-source"
cp -r files/source/. "${ROOTFS_DIR}/opt/barbox-source/"
"""
IN_THE_IMAGE = """\
#!/bin/bash -e
cd /opt/barbox-source
./install.sh --offline wheelhouse
python3 -m firmware_scripts watchdog
python3 -m firmware_scripts sd-care
python3 -m firmware_scripts usb-rescue --set-up
"""
PACKAGES = "python3-venv\nlibusb-1.0-0\nfonts-wqy-microhei\nfonts-unifont\ndnsmasq-base\n"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", help="pi-gen's own folder")
    parser.add_argument(
        "--wheelhouse", required=True, help="made by build-wheelhouse for aarch64 and the image's Python"
    )


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    """Raises ValueError when the wheelhouse holds no Barbox."""
    wheelhouse = Path(options.wheelhouse)
    if not list(wheelhouse.glob("barbox-*.whl")):
        raise ValueError(f"{wheelhouse} holds no Barbox; make it with: python3 -m firmware_scripts build-wheelhouse")
    stage = f"{options.folder}/stage-barbox"
    source = machine.path(f"{stage}/00-barbox/files/source")
    parts = (
        "install.sh",
        "pyproject.toml",
        "build_backend.py",
        "README.md",
        "requirements",
        "systemd",
        "firmware_scripts",
    )
    return [
        Write(f"{options.folder}/config", CONFIG),
        Write(f"{stage}/prerun.sh", PREVIOUS, mode=0o755),
        Write(f"{stage}/EXPORT_IMAGE", 'IMG_SUFFIX="-lite"\n'),
        Write(f"{stage}/00-barbox/00-packages", PACKAGES),
        Write(f"{stage}/00-barbox/01-run.sh", COPY_IN, mode=0o755),
        Write(f"{stage}/00-barbox/02-run-chroot.sh", IN_THE_IMAGE, mode=0o755),
        Run(("mkdir", "-p", str(source / "wheelhouse"))),
        Run(("cp", "-r", *parts, str(source))),
        Run(("sh", "-c", 'cp "$0"/* "$1"', str(wheelhouse), str(source / "wheelhouse"))),
    ]
