"""Sets up a battery clock, so that the box knows the time after a power cut without internet.

Recommended on every Raspberry Pi: a DS3231 module (about 5 euro), or on a Pi 5 the battery for its own clock.
"""

import argparse

from firmware_scripts.plan import Machine, Run, Step, Write, with_lines

NEEDS_ROOT = True
# dtoverlay i2c-rtc and dtparam rtc_bbat_vchg: /boot/firmware/overlays/README of Raspberry Pi's firmware.
BOOT_LINES = {
    "ds3231": ["dtparam=i2c_arm=on", "dtoverlay=i2c-rtc,ds3231"],
    "ds1307": ["dtparam=i2c_arm=on", "dtoverlay=i2c-rtc,ds1307"],
    "pcf8523": ["dtparam=i2c_arm=on", "dtoverlay=i2c-rtc,pcf8523"],
    "pi5": ["dtparam=rtc_bbat_vchg=3000000"],  # charges the battery, to 3.0 V
    "pc": [],
}
# A driver that is a module comes too late for the kernel's own reading of the clock at start.
RULE = """\
# Barbox: the system's time is taken from the battery clock as soon as that is there.
SUBSYSTEM=="rtc", KERNEL=="rtc0", ACTION=="add", RUN+="/usr/sbin/hwclock --rtc=/dev/rtc0 --hctosys --utc"
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", choices=sorted(BOOT_LINES), help="the clock; pc for anything but a Raspberry Pi")


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    steps: list[Step] = []
    if lines := BOOT_LINES[options.model]:
        file = machine.boot_file("config.txt")
        steps.append(Write(file, with_lines(machine.read(file), lines, heading="[all]"), mode=0o755))
    return [
        *steps,
        Write("/etc/udev/rules.d/85-barbox-clock.rules", RULE),
        # It would write a time of long ago over the battery clock's.
        Run(("systemctl", "disable", "--now", "fake-hwclock.service"), optional=True),
        # Only where the time is known to be right: before the restart that brings the clock it fails, and
        # may.
        Run(
            (
                "sh",
                "-c",
                "timedatectl show -p NTPSynchronized --value | grep -q yes && hwclock --systohc --utc",
            ),
            optional=True,
        ),
    ]
