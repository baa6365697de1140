"""What a restart must know of the live copy's line."""

import msgspec


class Closed(msgspec.Struct, frozen=True):
    """A log that is whole: its number, the chain before and after it, its length, its salts."""

    no: int
    opening: str
    final: str
    end: int
    salts: bytes


class State(msgspec.Struct):
    """What a restart must know. `seen`: the main file as it was left (inode, size, time of change)."""

    line: str
    generation: int
    key: str
    no: int
    opening: str
    closed: list[Closed] = []
    seen: list[int] = []
    reached: dict[int, int] = {}
    """By target: the log it had got to."""
