"""A stranger reads our bytes: emupos, an emulator by other hands (PyPI, needs Python 3.13).

What it read is kept in `golden/`, one file a profile, and compared with what our own emulator reads. Where the
environment variable EMUPOS names its command, it is asked again; with EMUPOS_RECORD=1 its readings are kept anew.
"""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from printers import profiles
from printers.document import QR, Bar, Barcode, Columns, Cut, Document, Feed, Line, Rule
from printers.encoder import encode
from tests.printers.conftest import eventually, printed

GOLDEN = Path(__file__).parent / "golden"
EMUPOS = os.environ.get("EMUPOS", "")
PROFILES = profiles.names()
TICKET = Document(
    (
        Line("BAR", bold=True),
        Line("Table 5", width=3, height=3),
        Line("B-0042  21:14  Ana  4 guests"),
        Bar("NOW"),
        Columns("2 x Negroni sbagliato with orange", "18.00", width=2, height=2, hang=4),
        Line("+ extra ice", indent=4),
        Line("!! NO NUTS", inverse=True, width=2, height=2),
        Columns("1 x Tsingtao", "12.00"),
        Rule("="),
        Columns("Total", "30.00", bold=True),
        QR("https://barbox.local/r/B-0042"),
        Barcode("B-0042"),
        Feed(2),
        Line("END B-0042", align="center"),
        Cut(),
    )
)


def machine_for(profile: str) -> str:
    if profile.startswith("epson"):
        return "epson-tm-t20iii"
    return "rongta-rp326" if profile.startswith("rongta") else "xprinter-xp80t"


def ticket_for(profile: str) -> Document:
    """The ticket; without codes where the printer draws none."""
    if profiles.load(profile).graphics.qr:
        return TICKET
    return Document(tuple(each for each in TICKET.elements if not isinstance(each, QR | Barcode)))


def ours(profile: str) -> list[str]:
    """What our emulator reads, spelled as emupos spells it."""
    lines = []
    for part in printed(encode(ticket_for(profile), profiles.load(profile)), profile)[0].parts:
        if part.kind == "qr":
            lines.append(f"[qr {part.text}]")
        elif part.text.strip() and part.text != "B-0042":
            lines.append(part.text.rstrip())
    return lines


def theirs(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("[barcode")]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_stranger_read_the_same_ticket(profile: str) -> None:
    text = (GOLDEN / f"{profile}.txt").read_text("utf-8")
    assert ours(profile) == theirs(text)
    assert ("[barcode CODE128 B-0042]" in text) == profiles.load(profile).graphics.barcode


class Emupos:
    """A running emupos with all the machines it has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: _free_port() for name in ("epson-tm-t20iii", "rongta-rp326", "xprinter-xp80t")}
        api = _free_port()
        devices = [
            {"id": name, "type": "printer", "profile": name, "connections": [{"tcp": {"port": port}}],
             "receipts_dir": str(folder / name)}
            for name, port in self.ports.items()
        ]  # fmt: skip
        settings = {"schema": 1, "api": {"host": "127.0.0.1", "port": api}, "devices": devices}
        (folder / "emupos.yaml").write_text(json.dumps(settings))
        self.process = subprocess.Popen([EMUPOS, "run"], cwd=folder, stdout=(folder / "log").open("w"))
        assert eventually(lambda: all(_open(port) for port in self.ports.values()), 30)

    def read(self, profile: str, data: bytes) -> str:
        """What it reads from `data`."""
        folder = self.folder / machine_for(profile)
        before = set(folder.glob("*.txt"))
        with socket.create_connection(("127.0.0.1", self.ports[machine_for(profile)])) as line:
            line.sendall(data)
            assert eventually(lambda: set(folder.glob("*.txt")) != before)
        (new,) = set(folder.glob("*.txt")) - before
        return new.read_text("utf-8")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def emupos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emupos]:
    running = Emupos(tmp_path_factory.mktemp("emupos"))
    yield running
    running.process.terminate()
    running.process.wait(10)


@pytest.mark.skipif(not EMUPOS, reason="EMUPOS names no command")
@pytest.mark.parametrize("profile", PROFILES)
def test_the_stranger_still_reads_the_same(profile: str, emupos: Emupos) -> None:
    data = encode(ticket_for(profile), profiles.load(profile))
    if not profiles.load(profile).cutter.partial.startswith("1d 56"):
        data += b"\x1dVB\x00"  # emupos ends a ticket at this cut only
    text = emupos.read(profile, data)
    if os.environ.get("EMUPOS_RECORD"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / f"{profile}.txt").write_text(text, "utf-8")
    assert theirs(text) == ours(profile)


@pytest.mark.skipif(not EMUPOS, reason="EMUPOS names no command")
@pytest.mark.parametrize("profile", PROFILES)
def test_drawn_lines_reach_the_stranger_as_pictures_and_nothing_as_question_marks(profile: str, emupos: Emupos) -> None:
    mixed = Document((Line("Café 麻婆豆腐 €5 ¥30 かな 한국어", width=2, height=2), Line("after"), Cut()))
    data = encode(mixed, profiles.load(profile)) + b"\x1dVB\x00"
    text = emupos.read(profile, data)
    assert "[image " in text
    assert "?" not in text
    assert "after" in text
