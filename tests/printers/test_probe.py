"""What a printer can do is found out once, on a labelled slip."""

from typing import Literal

import pytest

from printers import profiles
from printers.confirm import Proof
from printers.emulator import Printer
from printers.probe import hanzi_slip, probe
from printers.transports import connect
from tests.printers.conftest import printed


@pytest.mark.parametrize(
    ("name", "letter", "clear"),
    [
        ("epson-tm-t88vi", "A", True),
        ("epson-tm-u220", "B", False),
        ("generic-80", "B", False),
        ("generic-80", "C", False),
        ("generic-80", "D", False),
        ("generic-80", "A", True),
    ],
)
def test_the_class_is_what_the_printer_does_not_what_its_profile_hopes(
    name: str, letter: Literal["A", "B", "C", "D"], clear: bool
) -> None:
    with Printer(name, proof=letter) as printer, connect(printer.connection) as wire:
        finding = probe(wire, profiles.load(name), patience=1.0)
        assert (finding.proof, finding.clear) == (Proof(letter), clear)
        assert printer.wait_for(lambda p: bool(p.papers))
        text = "\n".join(paper.text for paper in [*printer.papers, printer.device.press.paper])
        assert "TEST SLIP" in text
        assert ("END OF TEST" in text) == (letter != "D")
        assert "1234567890" in text


def test_the_printer_s_own_words_choose_its_profile() -> None:
    with Printer("epson-tm-t88vi") as printer, connect(printer.connection) as wire:
        finding = probe(wire, profiles.load("generic-80"))
    assert (finding.maker, finding.model, finding.profile) == ("EPSON", "TM-T88VI", "epson-tm-t88vi")
    assert finding.serial


def test_the_chinese_slip_shows_rom_hanzi_on_a_chinese_printer_and_garbage_elsewhere() -> None:
    assert "宫保鸡丁" in printed(hanzi_slip(profiles.load("generic-80")), "generic-80")[0].text
    assert "宫保鸡丁" not in printed(hanzi_slip(profiles.load("epson-tm-t88vi")), "epson-tm-t88vi")[0].text
