"""What we claim of each model."""

import pytest

from printers import profiles
from printers.emulator import machine_names


def test_the_printers_a_bar_is_likely_to_own_are_there() -> None:
    models = ("t88v", "t88vi", "t88vii", "m30ii", "m30iii", "t20iii", "t82iii", "u220")
    epson = {f"epson-tm-{model}" for model in models}
    others = {
        "star-mc-print",
        "xprinter-xp-58",
        "xprinter-xp-80",
        "gprinter-gp-80",
        "rongta-rp80",
        "sunmi-80",
    }
    assert epson | others | {"generic-58", "generic-80"} <= set(profiles.names())


@pytest.mark.parametrize("name", profiles.names())
def test_every_profile_loads_fits_its_paper_and_can_be_emulated(name: str) -> None:
    profile = profiles.load(name)
    assert profile.columns * profile.paper.cell_width <= profile.paper.dots
    for command in (profile.cutter.partial, profile.cutter.full):
        bytes.fromhex(command)
    for page in profile.pages:
        "a".encode(page.codec)
    assert name in machine_names()


def test_an_unknown_printer_is_told_which_ones_are_known() -> None:
    with pytest.raises(profiles.UnknownProfile, match=r"epson-tm-t88vi"):
        profiles.load("epson-tm-t99")


def test_a_tsp100_is_refused_with_a_sentence_not_with_garbage_on_paper() -> None:
    with pytest.raises(profiles.RefusedPrinter, match=r"no ESC/POS"):
        profiles.load("star-tsp100")
    with pytest.raises(profiles.RefusedPrinter):
        profiles.guess("Star TSP143IIIW")
    assert "star-tsp100" not in profiles.names()


def test_a_printer_found_on_the_network_is_recognised_by_its_name() -> None:
    assert profiles.guess("EPSON TM-T88VI Receipt") == "epson-tm-t88vi"
    assert profiles.guess("EPSON TM-T88V") == "epson-tm-t88v"
    assert profiles.guess("EPSON TM-m30III") == "epson-tm-m30iii"
    assert profiles.guess("LaserJet 400") is None


def test_what_one_printer_taught_us_changes_its_profile_only() -> None:
    taught = profiles.load("generic-80").adjusted(columns=42, kanji="gb18030", proof="B")
    assert (taught.columns, taught.kanji.rom, taught.replies.proof) == (42, "gb18030", "B")
    assert profiles.load("generic-80").columns == 48
    with pytest.raises(ValueError, match=r"16 to 48"):
        profiles.load("generic-80").adjusted(columns=64)
