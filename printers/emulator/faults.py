"""What can be wrong with a printer besides paper, cover and cutter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Trap:
    """Springs once so many more bytes have arrived, before the next one does."""

    left: int
    spring: Callable[[], None]


@dataclass(slots=True)
class Faults:
    """Switches, all off. Set them through `Printer`, which takes its lock.

    `refuse`: connections are refused. `hang`: connections are accepted, nothing is read or answered.
    `lie`: everything is acknowledged, nothing is printed. `mute`: prints, but answers nothing.
    `deny`: its status says that all is well, whatever paper and cover are like.
    `lose_replies`: so many of the next answers get lost, once `spare_replies` more have come through.
    `reset_after`: the connection is reset once so many more bytes have arrived.
    `trap`: whatever else shall happen at a byte.
    `idle_close`: seconds without traffic until the printer hangs up (Epson network boards: 300).
    `callers`: how a second connection fares while one is open.
    """

    refuse: bool = False
    hang: bool = False
    lie: bool = False
    mute: bool = False
    deny: bool = False
    lose_replies: int = 0
    spare_replies: int = 0
    reset_after: int | None = None
    trap: Trap | None = None
    idle_close: float | None = None
    callers: Literal["many", "second-waits", "second-refused"] = "many"
