"""Processes that the box starts for work that must not hold up the till."""

import contextlib
import functools
import os
import shutil
from pathlib import Path


@functools.cache
def modestly() -> tuple[str, ...]:
    """What a command begins with so that it yields processor and disk to the till, where the system knows how."""
    return ("nice", "-n", "19", *(("ionice", "-c", "3", "-t") if shutil.which("ionice") else ()))


def step_back() -> None:
    """Have the calling thread, and those it starts later, run only while nobody else wants the processor.

    A merely nice process finishes its turn of some milliseconds before the till has its own. Does nothing where a unit
    from before this was known forbids it.
    """
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def environment() -> dict[str, str]:
    """The environment in which a child finds this same program.

    Its threads share one heap: with one for each, what they hand over to one another is held twice (66 MB, not 44).
    """
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"}
