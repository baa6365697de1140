"""The machines that can be played: their paper, their characters, and what they answer."""

from dataclasses import dataclass, field
from typing import Literal

_EPSON_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    34: "cp855",
    39: "iso8859_2",
    40: "iso8859_15",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """One kind of printer.

    `proof` is the best evidence it gives: A process ID, B in-order status, C real-time status, D none.
    """

    name: str
    title: str
    dots: int
    line: int
    proof: Literal["A", "B", "C", "D"]
    maker: str = ""
    model: str = ""
    dpi: int = 203
    double_byte: str | None = None
    double_at_start: bool = False
    cutter: bool = True
    pages: dict[int, str] = field(default_factory=lambda: dict(_EPSON_PAGES))
    memory: int = 65536
    impact: bool = False


def _epson(name: str, title: str, model: str, *, dots: int = 576, dpi: int = 203) -> Machine:
    return Machine(name, title, dots, 30 if dpi == 180 else 34, "A", "EPSON", model, dpi)


def _clone(name: str, title: str, dots: int, *, cutter: bool) -> Machine:
    return Machine(
        name,
        title,
        dots,
        34,
        "B",
        double_byte="gbk",
        double_at_start=True,
        cutter=cutter,
        pages={0: "cp437", 2: "cp850", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858"},
        memory=16384,
    )


_MACHINES = {
    machine.name: machine
    for machine in (
        _epson("epson-tm-t88v", "Epson TM-T88V", "TM-T88V", dots=512, dpi=180),
        _epson("epson-tm-t88vi", "Epson TM-T88VI", "TM-T88VI", dots=512, dpi=180),
        _epson("epson-tm-t88vii", "Epson TM-T88VII", "TM-T88VII", dots=512, dpi=180),
        _epson("epson-tm-m30ii", "Epson TM-m30II", "TM-m30II"),
        _epson("epson-tm-m30iii", "Epson TM-m30III", "TM-m30III"),
        _epson("epson-tm-t20iii", "Epson TM-T20III", "TM-T20III"),
        _epson("epson-tm-t82iii", "Epson TM-T82III", "TM-T82III"),
        Machine("epson-tm-u220", "Epson TM-U220", 400, 24, "B", "EPSON", "TM-U220B", 144, impact=True, memory=4096),
        Machine("star-mc-print", "Star mC-Print3", 576, 34, "B", "Star", "MCP31"),
        _clone("xprinter-xp-58", "Xprinter XP-58", 384, cutter=False),
        _clone("xprinter-xp-80", "Xprinter XP-80", 576, cutter=True),
        _clone("gprinter-gp-80", "Gprinter GP-L80", 576, cutter=True),
        _clone("rongta-rp80", "Rongta RP80", 576, cutter=True),
        _clone("sunmi-80", "Sunmi NT311", 576, cutter=True),
        _clone("generic-80", "Chinese 80 mm", 576, cutter=True),
        _clone("generic-58", "Chinese 58 mm", 384, cutter=False),
    )
}


def machine_names() -> list[str]:
    """The machines that can be played, by name."""
    return list(_MACHINES)


def machine(name: str) -> Machine:
    """The machine called `name`, with or without its maker. Raises ValueError naming the known ones."""
    for known, found in _MACHINES.items():
        if name in (known, known.split("-", 1)[-1]):
            return found
    raise ValueError(f"No machine is called {name!r}. Known: {', '.join(_MACHINES)}.")
