"""Spares an SD card: logs in memory, no swap, no needless writes; if wished, a system that is read-only.

`--data-partition` moves what has to last (data, program with its updates, settings) to a partition of its own,
labelled barbox-data. `--read-only` needs it: the system's own partition is then read, and what is written there is
gone at the next start. To change the system: `sd-care --writable`, restart, change, `sd-care --read-only`, restart.
"""

import argparse

from firmware_scripts.plan import Machine, Run, Step, Write, with_lines

NEEDS_ROOT = True
JOURNAL = """\
# Barbox: the system's log lives in memory; the journal of the bar is in its database.
[Journal]
Storage=volatile
RuntimeMaxUse=32M
"""
DATA_LABEL = "barbox-data"
LASTING = "/srv/barbox"
MOVED = {"data": "/var/lib/barbox", "program": "/opt/barbox", "settings": "/etc/barbox"}
"""What lies on that partition, and where it is seen."""
MOUNTS = [
    f"LABEL={DATA_LABEL}  {LASTING}  ext4  noatime,nofail,x-systemd.device-timeout=30s  0  2",
    *(
        f"{LASTING}/{name}  {place}  none  bind,nofail,x-systemd.requires-mounts-for={LASTING}  0  0"
        for name, place in MOVED.items()
    ),
]
# Debian's overlayroot would cover every partition, the one with the sales too: recurse=0 leaves all but the system's.
OVERLAY = '# Barbox: the system is read-only; barbox-data is not.\noverlayroot="{}"\n'
OVERLAY_FILE = "/etc/overlayroot.conf"
QUIET = ("apt-daily.timer", "apt-daily-upgrade.timer", "man-db.timer", "dphys-swapfile.service")
# Copied whole under another name first: a power cut leaves either no copy or a whole one.
COPY = 'test -e "$1" || { rm -rf "$1.new" && cp -a "$0" "$1.new" && sync && mv "$1.new" "$1" && sync; }'


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-partition",
        action="store_true",
        help=f"move data, program and settings to the partition labelled {DATA_LABEL}",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--read-only", action="store_true", help="make the system read-only from the next start on")
    which.add_argument("--writable", action="store_true", help="take --read-only back from the next start on")


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    """Raises ValueError where a read-only system would lose the data."""
    if options.writable:
        return [Run(("overlayroot-chroot", "sed", "-i", 's/^overlayroot=.*/overlayroot=""/', OVERLAY_FILE))]
    moving = options.data_partition or options.read_only
    if moving and not machine.path(f"/dev/disk/by-label/{DATA_LABEL}").exists():
        raise ValueError(f"there is no partition labelled {DATA_LABEL}; make one: mkfs.ext4 -L {DATA_LABEL} /dev/…")
    if moving and not machine.path("/opt/barbox").exists():
        raise ValueError("Barbox is not installed yet: run ./install.sh first")
    return [
        *(_overlayroot() if options.read_only else []),
        *(_move() if moving else []),
        Write("/etc/systemd/journald.conf.d/barbox-sd-care.conf", JOURNAL),
        Write("/etc/fstab", fstab(machine.read("/etc/fstab"), data=moving)),
        *(_mount() if moving else []),
        *(Run(("systemctl", "disable", "--now", unit), optional=True) for unit in QUIET),
        Run(("systemctl", "enable", "--now", "fstrim.timer"), optional=True),
        Run(("systemctl", "restart", "systemd-journald.service"), optional=True),
        *(_read_only(machine) if options.read_only else []),
    ]


def _overlayroot() -> list[Step]:
    """First, so that a machine without internet is told before anything is changed."""
    needed = "dpkg -s overlayroot >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -q overlayroot"
    return [Run(("sh", "-c", needed))]


def _read_only(machine: Machine) -> list[Step]:
    steps: list[Step] = [Write(OVERLAY_FILE, OVERLAY.format("tmpfs:recurse=0"))]
    # raspi-config writes its wish here, which would count more than the file and cover the sales.
    cmdline = machine.boot_file("cmdline.txt")
    if words := machine.read(cmdline).split():
        kept = " ".join(word for word in words if not word.startswith("overlayroot="))
        steps.append(Write(cmdline, f"{kept}\n", mode=0o755))
    config = machine.boot_file("config.txt")
    if text := machine.read(config):
        steps.append(Write(config, with_lines(text, ["auto_initramfs=1"], heading="[all]"), mode=0o755))
    return [*steps, Run(("update-initramfs", "-u"))]


def _move() -> list[Step]:
    mount = 'mountpoint -q "$0" || mount LABEL="$1" "$0"'
    return [
        Run(("systemctl", "stop", "barbox.service"), optional=True),
        Run(("mkdir", "-p", LASTING)),
        Run(("sh", "-c", mount, LASTING, DATA_LABEL)),
        *(Run(("sh", "-c", COPY, place, f"{LASTING}/{name}")) for name, place in MOVED.items()),
    ]


def _mount() -> list[Step]:
    return [
        Run(("systemctl", "daemon-reload"), optional=True),
        *(Run(("sh", "-c", 'mountpoint -q "$0" || mount "$0"', place)) for place in MOVED.values()),
        Run(("systemctl", "start", "barbox.service"), optional=True),
    ]


def fstab(text: str, *, data: bool) -> str:
    """The table of mounts with noatime on everything on the card, /tmp in memory and, if wished, the data's
    partition."""
    lines = [_without_access_times(line) for line in text.splitlines()]
    mounted = {line.split()[1] for line in lines if not line.startswith("#") and len(line.split()) > 1}
    if "/tmp" not in mounted:  # noqa: S108 (a mount point)
        lines.append("tmpfs  /tmp  tmpfs  nosuid,nodev,size=128M  0  0")
    if data:
        lines += [mount for mount in MOUNTS if mount.split()[1] not in mounted]
    return "\n".join(lines) + "\n"


def _without_access_times(line: str) -> str:
    fields = line.split()
    if line.startswith("#") or len(fields) < 4 or fields[2] not in ("ext4", "f2fs", "vfat"):
        return line
    flags = [flag for flag in fields[3].split(",") if flag not in ("relatime", "atime", "noatime")]
    return "  ".join([*fields[:3], ",".join([*flags, "noatime"]), *fields[4:]])
