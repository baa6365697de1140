"""From document to paper, and back through a machine that shares nothing with the encoder."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from printers import encoder, profiles, raster
from printers.document import (
    QR,
    Bar,
    Barcode,
    Buzz,
    Cell,
    Columns,
    Cut,
    Document,
    Drawer,
    Feed,
    Image,
    Line,
    Row,
    Rule,
)
from printers.emulator import Device, Paper, machine
from printers.encoder import encode, plain
from tests.printers.conftest import on_paper, printed
from tests.printers.test_document import documents

MIXED = "Café 麻婆豆腐 €5 ¥30 かな 한국어"


def logo() -> bytes:
    out = io.BytesIO()
    picture = Picture.radial_gradient("L").resize((300, 200))
    picture.save(out, "PNG")
    return out.getvalue()


def test_the_bytes_of_a_small_ticket_are_these_and_no_others() -> None:
    ticket = Document((Line("Bar", bold=True), Columns("2 x Gin", "9.00"), Bar("VOID"), Drawer(), Buzz(2), Cut()))
    assert encode(ticket, profiles.load("epson-tm-t88vi")) == (
        b"\x1b@\x1c."
        b"\x1d(D\x05\x00\x14\x01\x00\x02\x00"
        b"\x1da\x0f"
        b"\x1bt\x13"
        b"\x1bE\x01Bar\n"
        b"\x1bE\x002 x Gin" + b" " * 31 + b"9.00\n"
        b"\x1bE\x01\x1dB\x01" + b" " * 19 + b"VOID" + b" " * 19 + b"\n"
        b"\x1bp\x00\x19\xfa"
        b"\x1b(A\x04\x00\x30\x31\x02\x03"
        b"\x1bE\x00\x1dB\x00\x1dVB\x00"
    )
    assert encode(Document((Line("2 x 宫保"), Cut())), profiles.load("generic-80").adjusted(kanji="gb18030")) == (
        b"\x1b@\x1c.2 x \x1c&\xb9\xac\xb1\xa3\x1c.\n\x1dVB\x00"
    )


def test_every_ticket_begins_by_leaving_chinese_mode_or_cafe_would_come_out_as_hanzi() -> None:
    for name in profiles.names():
        assert encode(Document((Line("x"),)), profiles.load(name)).startswith(b"\x1b@\x1c.")
    assert on_paper(Document((Line("Tee"), Cut())), "generic-80").lines[0] == "Tee"


@pytest.mark.parametrize("name", profiles.names())
def test_a_round_for_table_five_reads_the_same_on_every_printer(name: str, ticket: Document) -> None:
    paper = on_paper(ticket, name)
    flat = " ".join(paper.text.split())
    for said in (
        "BAR",
        "Table 5",
        "B-0042 21:14 Ana 4 guests",
        "NOW",
        "2 x Negroni",
        "1 x Tsingtao",
        "END B-0042",
    ):
        assert said in flat
    assert paper.cut == ("partial" if machine(name).cutter else "torn" if paper.cut else "")


@pytest.mark.parametrize("name", profiles.names())
def test_chinese_japanese_korean_accents_euro_and_yen_share_a_line_on_every_printer(name: str) -> None:
    paper = on_paper(Document((Line(MIXED, width=2, height=2), Line("after"), Cut())), name)
    assert "?" not in paper.text
    assert paper.pictures, "drawn as a whole, so that the cells stay aligned"
    assert "after" in paper.lines


def test_hanzi_come_back_as_text_where_the_printer_holds_them() -> None:
    paper = on_paper(
        Document(
            (
                Columns("2 x 宫保鸡丁 (不辣)", "128.00", hang=4),
                Line("桌 12", width=2, height=2),
                Bar("前菜"),
                Cut(),
            )
        )
    )
    assert "2 x 宫保鸡丁 (不辣)" in paper.text
    assert paper.lines[0].endswith("128.00")
    assert "桌 12" in paper.text
    assert "前菜" in paper.text
    assert not paper.pictures


def test_accents_and_the_euro_come_from_the_page_that_holds_them() -> None:
    paper = on_paper(Document((Line("Crème brûlée 4,50 €"), Line("“Żubr” ñ"), Line("Пиво"), Cut())), "epson-tm-t88vi")
    assert paper.lines[0] == "Crème brûlée 4,50 €"
    assert "Пиво" in paper.lines


def test_a_price_stands_at_the_right_edge_even_of_a_drawn_line() -> None:
    paper = on_paper(Document((Columns("2 x 宫保鸡丁", "128.00"), Columns("2 x Tee", "128.00"), Cut())), rom=False)
    drawn = paper.pictures[0].ink
    sent = next(part.ink for part in paper.parts if part.kind == "text")
    assert drawn is not None
    assert sent is not None
    right = [ink.getbbox() for ink in (drawn, sent)]
    assert all(box is not None and box[2] > 576 - 12 for box in right)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents, st.sampled_from(profiles.names()), st.booleans())
def test_whatever_the_waiter_types_the_ticket_comes_out(document: Document, name: str, rom: bool) -> None:
    profile = profiles.load(name).adjusted(kanji="gb18030" if rom and machine(name).double_byte else "none")
    data = encode(Document((*document.elements, Line("END"), Cut())), profile)
    papers = printed(data, name)
    assert any("END" in paper.text for paper in papers)
    assert b"CHECK SCREEN" not in data


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.text(st.sampled_from("宫保鸡丁麻婆豆腐鱼香肉丝水煮牛肉回锅肉 Café€"), min_size=1, max_size=20),
        max_size=12,
    )
)
def test_no_ticket_hides_a_real_time_command(lines: list[str]) -> None:
    document = Document(tuple(Line(text, width=2, height=2) for text in lines))
    for name in ("epson-tm-t88vi", "generic-58", "epson-tm-u220"):
        assert not raster.HIDDEN_COMMAND.search(encode(document, profiles.load(name)))


def test_a_drawer_is_kicked_by_its_own_job_and_by_no_picture() -> None:
    papers: list[Paper] = []
    device = Device(machine("epson-tm-t88vi"), papers.append)
    device.receive(encode(Document((Image(logo()), Cut())), profiles.load("epson-tm-t88vi")))
    while device.step() is not None:
        pass
    assert device.kicks == 0
    device.receive(encode(Document((Drawer(1),)), profiles.load("epson-tm-t88vi")))
    while device.step() is not None:
        pass
    assert device.kicks == 1


def test_a_logo_is_scaled_to_the_paper_and_never_up() -> None:
    wide = on_paper(Document((Image(logo()), Cut())), "generic-58")
    boxes = [part.ink.getbbox() for part in wide.pictures if part.ink]
    assert all(box and box[2] <= 384 for box in boxes)
    assert sum(part.height for part in wide.pictures) == 200


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbarimg is not installed")
@pytest.mark.parametrize("name", profiles.names())
def test_a_phone_reads_the_codes_on_every_paper(name: str, tmp_path: Path) -> None:
    page = "https://barbox.local/receipts/0192f3c1?code=七&x=1"
    paper = on_paper(Document((QR(page, size=6), Feed(2), Barcode("B-0042"), Cut())), name)
    (tmp_path / "paper.png").write_bytes(paper.png())
    read = subprocess.run(["zbarimg", "-q", str(tmp_path / "paper.png")], capture_output=True, check=False)
    assert f"QR-Code:{page}" in read.stdout.decode()
    if profiles.load(name).graphics.barcode:
        assert "CODE-128:B-0042" in read.stdout.decode()
        assert "B-0042" in paper.lines


def test_what_no_code_can_hold_is_printed_as_words() -> None:
    paper = on_paper(Document((Barcode("宫保"), Barcode("x" * 90), QR("y" * 3000), Image(b"no png"), Cut())))
    assert "宫保" in paper.text
    assert "x" * 40 in paper.text
    assert "y" * 40 in paper.text
    assert "[picture]" in paper.text


def test_with_no_font_at_all_there_is_still_a_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_fonts() -> tuple[raster.Face, ...]:
        raise raster.FontMissing("none")

    raster.drawn_line.cache_clear()
    monkeypatch.setattr(raster, "faces", no_fonts)
    monkeypatch.setattr(raster, "_face_for", lambda *_: no_fonts())
    raster._glyph.cache_clear()
    document = Document((Line("桌 12"), Columns("2 x 宫保 Kung Pao", "56"), Cut()), subject="TABLE 12 K-0042")
    paper = on_paper(document, rom=False)
    assert "CHECK SCREEN" in paper.lines[0]
    assert "TABLE 12 K-0042" in paper.text
    assert "Kung Pao" in paper.text
    raster._glyph.cache_clear()


def test_the_emergency_ticket_keeps_all_the_ascii_there_is() -> None:
    document = Document((Line("A"), Row((Cell("b"), Cell("c"))), Bar("VOID"), Rule(), Cut()))
    text = printed(plain(document, profiles.load("generic-80")))[0].text
    assert all(said in text for said in ("A", "b  c", "VOID", "CHECK SCREEN"))


def test_importing_the_library_leaves_the_log_alone() -> None:
    import logging

    before = logging.getLogger().handlers[:]
    encoder.encode(Document((QR("x"),)), profiles.load("epson-tm-t88vi"))
    assert logging.getLogger().handlers == before


def test_a_box_that_is_started_by_one_that_printed_prints_too() -> None:
    encoder.warm_up()
    command = [sys.executable, "-c", "from printers import encoder; encoder.warm_up()"]
    assert subprocess.run(command, check=False).returncode == 0
