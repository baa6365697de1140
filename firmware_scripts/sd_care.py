"""Spares an SD card: logs in memory, no swap, no needless writes; if wished, a system that is read-only.

The read-only system (Raspberry Pi OS's overlay) needs a partition of its own for the bar's data, labelled
barbox-data, or every sale would be gone at the next start: without one this script refuses.
"""

import argparse

from firmware_scripts.plan import Machine, Run, Step, Write

NEEDS_ROOT = True
JOURNAL = """\
# Barbox: the system's log lives in memory; the journal of the bar is in its database.
[Journal]
Storage=volatile
RuntimeMaxUse=32M
"""
DATA_LABEL = "barbox-data"
DATA = f"LABEL={DATA_LABEL}  /var/lib/barbox  ext4  noatime,nofail,x-systemd.device-timeout=30s  0  2"
QUIET = ("apt-daily.timer", "apt-daily-upgrade.timer", "man-db.timer", "dphys-swapfile.service")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-partition",
        action="store_true",
        help=f"mount the partition labelled {DATA_LABEL} for the data",
    )
    parser.add_argument("--read-only", action="store_true", help="make the system read-only from the next start on")


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    """Raises ValueError where a read-only system would lose the data."""
    there = machine.path(f"/dev/disk/by-label/{DATA_LABEL}").exists()
    if (options.data_partition or options.read_only) and not there:
        raise ValueError(f"there is no partition labelled {DATA_LABEL}; make one: mkfs.ext4 -L {DATA_LABEL} /dev/…")
    steps: list[Step] = [
        Write("/etc/systemd/journald.conf.d/barbox-sd-care.conf", JOURNAL),
        Write("/etc/fstab", fstab(machine.read("/etc/fstab"), data=options.data_partition or options.read_only)),
        *(Run(("systemctl", "disable", "--now", unit), optional=True) for unit in QUIET),
        Run(("systemctl", "enable", "--now", "fstrim.timer"), optional=True),
        Run(("systemctl", "restart", "systemd-journald.service"), optional=True),
    ]
    if options.read_only:
        steps.append(Run(("raspi-config", "nonint", "enable_overlayfs")))
    return steps


def fstab(text: str, *, data: bool) -> str:
    """The table of mounts with noatime on everything on the card, /tmp in memory and, if wished, the data's
    partition."""
    lines = [_without_access_times(line) for line in text.splitlines()]
    mounted = {line.split()[1] for line in lines if not line.startswith("#") and len(line.split()) > 1}
    if "/tmp" not in mounted:  # noqa: S108 (a mount point)
        lines.append("tmpfs  /tmp  tmpfs  nosuid,nodev,size=128M  0  0")
    if data and "/var/lib/barbox" not in mounted:
        lines.append(DATA)
    return "\n".join(lines) + "\n"


def _without_access_times(line: str) -> str:
    fields = line.split()
    if line.startswith("#") or len(fields) < 4 or fields[2] not in ("ext4", "f2fs", "vfat"):
        return line
    flags = [flag for flag in fields[3].split(",") if flag not in ("relatime", "atime", "noatime")]
    return "  ".join([*fields[:3], ",".join([*flags, "noatime"]), *fields[4:]])
