"""Processes that the box starts for work that must not hold up the till."""

import os
from pathlib import Path


def environment() -> dict[str, str]:
    """The environment in which a child finds this same program."""
    package = str(Path(__file__).parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))}
