"""The printer that is not there behaves like one that is."""

import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.emulator import Device, Paper, Printer, machine
from printers.emulator.web import WebView
from tests.printers.conftest import eventually, printed


@pytest.fixture
def printer() -> Iterator[Printer]:
    with Printer("epson-tm-t88vi") as running:
        yield running


class Till:
    """A plain socket, as a till of another maker would hold it."""

    def __init__(self, printer: Printer) -> None:
        self.line = socket.create_connection((printer.host, printer.port), timeout=10)

    def say(self, data: bytes) -> "Till":
        self.line.sendall(data)
        return self

    def hear(self, count: int) -> bytes:
        heard = b""
        while len(heard) < count:
            more = self.line.recv(count - len(heard))
            if not more:
                break
            heard += more
        return heard

    def hung_up(self) -> bool:
        try:
            return self.line.recv(1) == b""
        except ConnectionResetError:
            return True


def turned_away(printer: Printer) -> bool:
    try:
        return Till(printer).hung_up()
    except ConnectionResetError:
        return True


def fetch(address: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(address, body, timeout=10) as answer:  # noqa: S310 - our own page
        found: bytes = answer.read()
        return found


STATUS = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"


def test_it_answers_how_it_is(printer: Printer) -> None:
    till = Till(printer)
    assert till.say(STATUS).hear(4) == b"\x12\x12\x12\x12"
    printer.paper_out()
    assert till.say(STATUS).hear(4) == b"\x1a\x32\x12\x7e"
    printer.paper_low()
    assert till.say(b"\x10\x04\x04").hear(1) == b"\x1e"
    printer.paper_in()
    printer.cover(is_open=True)
    assert till.say(STATUS).hear(4) == b"\x1a\x16\x12\x12"


def test_what_arrives_without_paper_waits_and_comes_out_after_the_refill(printer: Printer) -> None:
    printer.paper_out()
    Till(printer).say(b"held\n\x1dVB\x00")
    assert printer.wait_for(lambda p: p.received > 5)
    assert not printer.papers
    printer.paper_in()
    assert printer.wait_for_papers(1)[0].lines == ["held"]


def test_what_arrives_before_a_power_cut_is_gone(printer: Printer) -> None:
    printer.paper_out()
    till = Till(printer).say(b"lost\n\x1dVB\x00")
    assert printer.wait_for(lambda p: p.received > 5)
    printer.power_off()
    with pytest.raises(OSError):
        Till(printer)
    printer.power_on()
    assert till.hung_up()
    printer.paper_in()
    Till(printer).say(b"new\n\x1dVB\x00")
    assert printer.wait_for_papers(1)[0].lines == ["new"]


def test_a_process_id_is_answered_when_the_paper_before_it_is_printed(printer: Printer) -> None:
    till = Till(printer)
    printer.paper_out(after_lines=1)
    till.say(b"one\ntwo\n\x1d(H\x06\x00\x30\x30K042")
    assert eventually(lambda: till.say(b"\x10\x04\x01").hear(1) == b"\x1a")
    printer.paper_in()
    assert till.hear(7) == b"\x37\x22K042\x00"


def test_clearing_the_buffer_forgets_the_ticket(printer: Printer) -> None:
    printer.paper_out()
    till = Till(printer).say(b"old\n\x1dVB\x00\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
    assert till.hear(3) == b"\x37\x25\x00"
    printer.paper_in()
    till.say(b"new\n\x1dVB\x00")
    assert [paper.lines for paper in printer.wait_for_papers(1)] == [["new"]]


def test_status_reports_come_by_themselves_once_asked_for_and_end_with_a_reset(printer: Printer) -> None:
    till = Till(printer).say(b"\x1da\x0f")
    assert till.hear(4) == b"\x10\x00\x00\x0f"
    printer.cover(is_open=True)
    assert till.hear(4) == b"\x38\x00\x00\x0f"
    printer.cover(is_open=False)
    assert till.hear(4) == b"\x10\x00\x00\x0f"
    till.say(b"\x1b@\x1dr\x01")
    assert till.hear(1) == b"\x00"
    printer.cover(is_open=True)
    assert till.say(b"\x10\x04\x01").hear(1) == b"\x1a", "no report after the reset"


def test_a_jammed_cutter_holds_the_paper_until_it_is_freed(printer: Printer) -> None:
    printer.cutter(jammed=True)
    till = Till(printer).say(b"x\n\x1dVB\x00")
    assert eventually(lambda: till.say(b"\x10\x04\x03").hear(1) == b"\x1a")
    printer.cutter(jammed=False)
    assert printer.wait_for_papers(1)[0].cut == "partial"


def test_a_picture_can_hold_a_drawer_kick_unless_the_guard_is_up(printer: Printer) -> None:
    kick = b"\x10\x14\x01\x00\x05"
    picture = b"\x1dv0\x00\x08\x00\x01\x00" + kick + b"\x00\x00\x00"
    Till(printer).say(picture)
    assert printer.wait_for(lambda p: p.kicks == 1)
    Till(printer).say(b"\x1d(D\x05\x00\x14\x01\x00\x02\x00" + b"x\n")
    assert printer.wait_for(lambda p: "x" in p.device.press.paper.text)
    till = Till(printer).say(picture)
    till.say(b"\x10\x04\x01").hear(1)
    assert printer.kicks == 1


def test_a_second_caller_waits_or_is_turned_away(printer: Printer) -> None:
    printer.callers("second-waits")
    first = Till(printer).say(b"\x10\x04\x01")
    assert first.hear(1) == b"\x12"
    second = Till(printer).say(b"\x10\x04\x01")
    second.line.settimeout(0.2)
    with pytest.raises(TimeoutError):
        second.hear(1)
    second.line.settimeout(10)
    first.line.close()
    assert second.hear(1) == b"\x12"
    printer.callers("second-refused")
    assert turned_away(printer)


def test_it_hangs_up_on_idle_callers_and_resets_busy_ones(printer: Printer) -> None:
    printer.idle_close(0.1)
    assert Till(printer).hung_up()
    printer.idle_close(None)
    printer.reset_after(3)
    till = Till(printer).say(b"abcdef\n")
    assert till.hung_up()
    assert printer.received == 3


def test_a_liar_acknowledges_and_prints_nothing(printer: Printer) -> None:
    printer.lie()
    till = Till(printer).say(b"x\n\x1dVB\x00\x1d(H\x06\x00\x30\x30K001")
    assert till.hear(7) == b"\x37\x22K001\x00"
    assert not printer.papers


def test_an_impatient_sender_meets_a_full_memory_not_a_crash() -> None:
    with Printer("epson-tm-u220") as printer:
        printer.paper_out()
        till = Till(printer)
        till.line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        till.line.setblocking(False)
        sent = 0

        def full() -> bool:
            nonlocal sent
            try:
                sent += till.line.send(b"line\n" * 2000)
            except BlockingIOError:
                return printer.device.room == 0
            return False

        assert eventually(full)
        printer.paper_in()
        assert printer.wait_for(lambda p: p.received == sent)


def test_papers_are_told_to_whoever_listens(printer: Printer) -> None:
    heard: list[Paper] = []
    printer.on_paper(heard.append)
    Till(printer).say(b"one\n\x1dVB\x00two\n\x1dVA\x00")
    assert eventually(lambda: len(heard) == 2)
    assert [(paper.text, paper.cut) for paper in heard] == [("one", "partial"), ("two", "full")]
    assert heard[0].png().startswith(b"\x89PNG")


def test_without_a_cutter_a_fed_ticket_is_torn_off() -> None:
    (paper,) = printed(b"\x1b@\x1c.one\n\n\n\n\n", "generic-58")
    assert paper.cut == "torn"
    assert paper.lines == ["one"]


def test_a_chinese_printer_powers_up_in_chinese_mode_and_pairs_accents_into_hanzi() -> None:
    accents = "Crème brûlée".encode("cp858") + b"\n"
    assert printed(accents, "generic-80")[0].text != printed(b"\x1c." + accents, "generic-80")[0].text


def test_a_stored_logo_is_printed_where_it_is_called() -> None:
    stored = b"\x1cq\x01" + struct.pack("<HH", 2, 1) + b"\xff" * 16
    (paper,) = printed(stored + b"\x1cp\x01\x00", "epson-tm-t88vi")
    assert paper.pictures[0].ink is not None
    assert paper.pictures[0].ink.getbbox() == (0, 0, 16, 8)
    graphics = b"\x1d(L" + struct.pack("<H", 11 + 16) + b"0C0G1\x01" + struct.pack("<HH", 8, 16) + b"1" + b"\xff" * 16
    (paper,) = printed(graphics + b"\x1d(L\x06\x000EG1\x01\x01", "epson-tm-t88vi")
    assert paper.pictures[0].height == 16


@given(st.binary(max_size=300), st.sampled_from(["epson-tm-t88vi", "generic-80", "epson-tm-u220", "generic-58"]))
def test_no_stream_of_bytes_breaks_it(data: bytes, name: str) -> None:
    device = Device(machine(name), lambda _: None)
    device.receive(data)
    for _ in range(1000):
        if device.step() is None:
            break


@given(st.lists(st.integers(1, 40), max_size=30))
def test_how_the_bytes_were_cut_up_on_the_way_does_not_matter(cuts: list[int]) -> None:
    data = (
        b"\x1b@\x1c.A\x1c&\xb9\xac\x1c.B\n\x1dv0\x00\x01\x00\x02\x00\xff\x10\x10\x04\x01\x1d(H\x06\x0000K042\x1dVB\x00"
    )
    papers: list[Paper] = []
    device = Device(machine("generic-80"), papers.append, "A")
    rest = data
    for count in [*cuts, len(data)]:
        device.receive(rest[:count])
        rest = rest[count:]
        while device.step() is not None:
            pass
    assert papers[0].lines == ["A宫B"]
    assert bytes(device.answers) == b"\x12\x37\x22K042\x00" or bytes(device.answers) == b"\x37\x22K042\x00"


def test_the_paper_can_be_watched_and_the_printer_tormented_in_a_browser(printer: Printer) -> None:
    view = WebView(printer)
    try:
        Till(printer).say(b"Tee & Rum\n\x1dVB\x00")
        printer.wait_for_papers(1)
        base = f"http://127.0.0.1:{view.port}"
        page = fetch(f"{base}/").decode()
        assert "Tee &amp; Rum" in page
        assert fetch(f"{base}/paper/1.png").startswith(b"\x89PNG")
        fetch(f"{base}/", b"do=paper+out")
        assert printer.device.sensors.paper == "out"
        for wrong in ("/paper/7.png", "/paper/x.png", "/etc/passwd"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                fetch(base + wrong)
    finally:
        view.stop()


def test_any_developer_can_start_one_from_the_command_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "printers.emulator", "--port", str(port), "--profile", "tm-t88vi"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            assert running.stdout is not None
            assert f"tcp://127.0.0.1:{port}" in running.stderr.readline()
            with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
                line.sendall(b"hello\n\x1dVB\x00")
                assert running.stdout.readline() == "hello\n"
        finally:
            running.terminate()
