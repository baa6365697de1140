"""A USB stick labelled BARBOX rescues: a helper finds logs on it, and backups and updates on it are taken in.

`usb-rescue --set-up` makes the machine notice such a stick; systemd then runs `usb-rescue DEVICE` by itself.
Logs hold no personal data. Backups taken in wait in /var/lib/barbox/incoming for the owner, who alone has
the key to open them.
"""

import argparse
import time

from firmware_scripts.plan import Machine, Run, Step, Write

NEEDS_ROOT = True
LABEL = "BARBOX"
MOUNT = "/run/barbox-rescue"
DATA = "/var/lib/barbox"
INCOMING = f"{DATA}/incoming"
UPDATES = f"{DATA}/updates"
OWNER = ("-o", "barbox", "-g", "barbox")
TAKE_IN = ("install", *OWNER, "-m", "0600", "-t", INCOMING)
TAKE_UPDATE = ("install", *OWNER, "-m", "0600", "-t", f"{UPDATES}/incoming")
RULE = f"""\
# A stick labelled {LABEL} starts the rescue.
SUBSYSTEM=="block", ACTION=="add", ENV{{ID_FS_LABEL}}=="{LABEL}", TAG+="systemd", \\
  ENV{{SYSTEMD_WANTS}}+="barbox-rescue@%k.service"
"""
UNIT = """\
[Unit]
Description=Writes the box's logs to the USB stick %I and takes in its backups

[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -m firmware_scripts usb-rescue /dev/%I
WorkingDirectory=/opt/barbox/current
ExecStopPost=-/usr/bin/umount --lazy /run/barbox-rescue
TimeoutStartSec=300
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("device", nargs="?", default="", help="the stick, such as /dev/sda1")
    parser.add_argument(
        "--set-up", action="store_true", help="make the machine do this whenever such a stick is put in"
    )


def plan(options: argparse.Namespace, _machine: Machine) -> list[Step]:
    """Raises ValueError when neither a stick nor --set-up was given."""
    if options.set_up:
        return [
            Write("/etc/udev/rules.d/80-barbox-rescue.rules", RULE),
            Write("/etc/systemd/system/barbox-rescue@.service", UNIT),
            Run(("systemctl", "daemon-reload"), optional=True),
            Run(("udevadm", "control", "--reload"), optional=True),
        ]
    if not options.device.startswith("/dev/"):
        raise ValueError("which stick? Give its device, such as /dev/sda1, or --set-up")
    folder = f"{MOUNT}/barbox-{time.strftime('%Y%m%d-%H%M%S')}"
    return [
        Run(("mkdir", "-p", MOUNT)),
        Run(("mount", "-o", "nosuid,nodev,noexec,sync", options.device, MOUNT)),
        Run(
            ("journalctl", "-u", "barbox", "-n", "20000", "--no-pager", "-o", "short-iso"),
            True,
            f"{folder}/barbox.log",
        ),
        Run(("journalctl", "-b", "-p", "warning", "-n", "5000", "--no-pager"), True, f"{folder}/machine.log"),
        Run(
            ("env", "BARBOX_CONFIG=/etc/barbox/barbox.toml", "barbox", "doctor", "--data", DATA),
            True,
            f"{folder}/doctor.txt",
        ),
        Run(("ip", "-br", "address"), True, f"{folder}/network.txt"),
        Run(("df", "-h"), True, f"{folder}/disk.txt"),
        Run(("install", "-d", *OWNER, "-m", "0700", INCOMING)),
        Run(("find", MOUNT, "-maxdepth", "1", "-name", "*.age", "-exec", *TAKE_IN, "{}", "+")),
        # The office then offers them; nothing is installed that is not signed.
        Run(("install", "-d", *OWNER, "-m", "0700", UPDATES, f"{UPDATES}/incoming")),
        Run(("find", MOUNT, "-maxdepth", "1", "-name", "*.barbox", "-exec", *TAKE_UPDATE, "{}", "+")),
        Run(("umount", MOUNT)),
    ]
