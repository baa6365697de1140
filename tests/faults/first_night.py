"""A new box started for the first time and set up; writes down the till's pass once it was told.

usage: python -m tests.faults.first_night DATA TOLD
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.faults.box import running


def main(data: str, told: str) -> None:
    """Start, set up, close."""
    with running(Path(data)) as box:
        known = box.set_up()
        Path(told).write_text(json.dumps(asdict(known)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
