"""Answers to be replayed are kept in shorthand from here on. No table changes: it marks what an older release cannot
read, so that none tries."""

from typing import Any


def up(_migrator: Any, _db: Any) -> None:
    """Those kept whole before are replayed as they are, until they are forgotten after two weeks."""
