"""What the printer tests share: a machine in memory, a ticket of the evening, a wait that knows its end."""

import time
from collections.abc import Callable

import pytest

from printers import profiles
from printers.document import Bar, Columns, Cut, Document, Line, Rule
from printers.emulator import Device, Paper, machine
from printers.encoder import encode


def printed(data: bytes, name: str = "generic-80") -> list[Paper]:
    """The papers that come off the machine `name` when it is fed `data`; what was not cut comes last."""
    papers: list[Paper] = []
    device = Device(machine(name), papers.append)
    for at in range(0, len(data), 4096):
        device.receive(data[at : at + 4096])
        while device.step() is not None:
            pass
    assert not device.press.unknown, f"unknown commands: {device.press.unknown}"
    if device.press.paper.parts:
        papers.append(device.press.paper)
    return papers


def on_paper(document: Document, name: str = "generic-80", *, rom: bool = True) -> Paper:
    """The document as printed by the machine `name`, hanzi as text where it has them and `rom` is true."""
    profile = profiles.load(name)
    if rom and machine(name).double_byte:
        profile = profile.adjusted(kanji="gb18030")
    return printed(encode(document, profile), name)[0]


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether `condition` comes true within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


@pytest.fixture
def ticket() -> Document:
    """A round for table five."""
    return Document(
        (
            Line("BAR", bold=True),
            Line("Table 5", width=3, height=3),
            Line("B-0042  21:14  Ana  4 guests"),
            Bar("NOW"),
            Columns("2 x Negroni", "", width=2, height=2, hang=4),
            Line("+ extra orange", indent=4),
            Columns("1 x Tsingtao", "", width=2, height=2, hang=4),
            Rule(),
            Line("END B-0042", align="center"),
            Cut(),
        ),
        subject="TABLE 5 B-0042",
    )
