"""The one entry: `python3 -m firmware_scripts SCRIPT [--dry-run] …`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from firmware_scripts import (
    access_point,
    build_release,
    build_wheelhouse,
    first_boot,
    image_stage,
    real_time_clock,
    sd_care,
    usb_rescue,
    watchdog,
)
from firmware_scripts.plan import Machine, carry_out, show

SCRIPTS = {
    "first-boot": first_boot,
    "access-point": access_point,
    "real-time-clock": real_time_clock,
    "watchdog": watchdog,
    "sd-care": sd_care,
    "usb-rescue": usb_rescue,
    "build-wheelhouse": build_wheelhouse,
    "build-release": build_release,
    "image-stage": image_stage,
}


def main(arguments: list[str] | None = None) -> int:
    """Makes the plan, then shows it or carries it out. Returns the exit code."""
    options = _parser().parse_args(arguments)
    script = SCRIPTS[options.script]
    machine = Machine(Path(options.root))
    try:
        steps = script.plan(options, machine)
        if options.dry_run:
            print(show(steps))
            return 0
        if script.NEEDS_ROOT and options.root == "/" and os.geteuid() != 0:
            raise ValueError("this changes the machine: run it as root, or with --dry-run to see what it would do")
        for done in carry_out(steps, machine):
            print(done)
    except (ValueError, OSError, subprocess.CalledProcessError) as problem:
        print(f"Stopped: {problem}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m firmware_scripts", description="Makes a machine an appliance.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--dry-run", action="store_true", help="only show what would be done")
    common.add_argument("--root", default="/", help="the machine's root folder, for images (default: /)")
    scripts = parser.add_subparsers(dest="script", required=True, metavar="SCRIPT")
    for name, script in SCRIPTS.items():
        summary = (script.__doc__ or "").partition("\n")[0]
        script.add_options(scripts.add_parser(name, parents=[common], help=summary, description=script.__doc__))
    return parser


if __name__ == "__main__":
    sys.exit(main())
