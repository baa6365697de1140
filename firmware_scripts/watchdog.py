"""Switches the hardware watchdog on: a machine that hangs is restarted by its own chip.

systemd feeds it; Barbox in turn is watched by systemd (WatchdogSec in barbox.service).
"""

import argparse

from firmware_scripts.plan import Machine, Run, Step, Write, with_lines

NEEDS_ROOT = True
# The Raspberry Pi's bcm2835_wdt counts to 15 s at most; systemd feeds twice in that time.
MANAGER = """\
# Barbox: the machine restarts when systemd itself hangs for so long.
[Manager]
RuntimeWatchdogSec={seconds}
RebootWatchdogSec={seconds}
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=14, help="5 to 15 (default: 14)")
    parser.add_argument(
        "--module",
        default="",
        help="the chip's kernel module where it does not load by itself, such as iTCO_wdt",
    )


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    """Raises ValueError for a time no chip keeps."""
    if not 5 <= options.seconds <= 15:
        raise ValueError("the watchdog's time has to be 5 to 15 seconds")
    steps: list[Step] = []
    file = machine.boot_file("config.txt")
    if text := machine.read(file):
        steps.append(Write(file, with_lines(text, ["dtparam=watchdog=on"], heading="[all]"), mode=0o755))
    if options.module:
        steps += [
            Write("/etc/modules-load.d/barbox-watchdog.conf", f"{options.module}\n"),
            Run(("modprobe", options.module)),
        ]
    return [
        *steps,
        Write("/etc/systemd/system.conf.d/barbox-watchdog.conf", MANAGER.format(seconds=options.seconds)),
        Run(("systemctl", "daemon-reexec"), optional=True),
    ]
