"""Epson ePOS-Print, against a small server that follows Epson's manual."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

import pytest

from printers import profiles
from printers.confirm import Outcome, Reason
from printers.document import Cut, Document, Line
from printers.emulator import Device, Paper, machine
from printers.encoder import encode
from printers.epos import EposAttempt, ask, read_answer
from printers.transports import BadConnection, connect, parse

PROFILE = profiles.load("epson-tm-m30iii")
TICKET = encode(Document((Line("K-0042"), Line("2 x 宫保鸡丁"), Line("END K-0042"), Cut())), PROFILE)
_EPOS = "{http://www.epson-pos.com/schemas/2011/03/epos-print}"


class EposPrinter:
    """The service of TM-i and TM-m printers: one request, one answer, after printing."""

    def __init__(self) -> None:
        self.papers: list[Paper] = []
        self.device = Device(machine("epson-tm-m30iii"), self.papers.append)
        self.idle_code, self.print_code, self.bits = "", "", 0x0F00_0016
        self.jobs: list[str | None] = []
        self.cut_off = False
        printer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path.startswith("/cgi-bin/epos/service.cgi?devid=local_printer&timeout=")
                answer = printer.serve(ET.fromstring(body))  # noqa: S314 - our own request
                if answer is None:
                    self.connection.close()
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.connection = f"epos://127.0.0.1:{self.server.server_address[1]}"

    def serve(self, request: ET.Element) -> bytes | None:
        command = request.find(f".//{_EPOS}epos-print/{_EPOS}command")
        code = self.idle_code
        if command is not None and command.text:
            code = code or self.print_code
            self.jobs.append(request.findtext(f".//{_EPOS}printjobid"))
            if not code:
                self.device.receive(bytes.fromhex(command.text))
                while self.device.step() is not None:
                    pass
            if self.cut_off:
                return None
        success = "false" if code else "true"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
            '<response xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print" '
            f'success="{success}" code="{code}" status="{self.bits}" battery="0"/>'
            "</soapenv:Body></soapenv:Envelope>"
        ).encode()


@pytest.fixture
def printer() -> Iterator[EposPrinter]:
    served = EposPrinter()
    yield served
    served.server.shutdown()
    served.server.server_close()
    served.thread.join()


def attempt(printer: EposPrinter, begun: list[bool] | None = None) -> EposAttempt:
    on_first_byte = None if begun is None else (lambda: begun.append(True))
    return EposAttempt(
        printer.connection, TICKET, process_id="K042", profile=PROFILE, on_first_byte=on_first_byte, patience=5
    )


def test_success_is_answered_after_printing_so_it_is_proof(printer: EposPrinter) -> None:
    begun: list[bool] = []
    delivery = attempt(printer, begun).poll(5)
    assert delivery.outcome is Outcome.PRINTED
    assert b'success="true"' in delivery.evidence
    assert begun == [True]
    assert printer.jobs == ["K042"]
    assert [line for line in printer.papers[0].lines if line] == ["K-0042", "END K-0042"]
    assert printer.papers[0].pictures


@pytest.mark.parametrize(
    ("code", "reason"),
    [("EPTR_REC_EMPTY", Reason.PAPER), ("EPTR_COVER_OPEN", Reason.COVER), ("EPTR_CUTTER", Reason.CUTTER)],
)
def test_a_printer_that_needs_somebody_is_sent_nothing_until_it_is_ready(
    printer: EposPrinter, code: str, reason: Reason
) -> None:
    printer.idle_code = code
    begun: list[bool] = []
    trying = attempt(printer, begun)
    blocked = trying.poll(0.1)
    assert (blocked.outcome, blocked.reason, blocked.bytes_written) == (Outcome.BLOCKED, reason, 0)
    assert not begun
    printer.idle_code = ""
    assert trying.poll(5).outcome is Outcome.PRINTED
    assert len(printer.papers) == 1


def test_paper_that_ends_half_way_leaves_no_certainty(printer: EposPrinter) -> None:
    printer.print_code = "EPTR_REC_EMPTY"
    delivery = attempt(printer).poll(5)
    assert (delivery.outcome, delivery.reason) == (Outcome.UNKNOWN, Reason.PAPER)


def test_a_full_queue_has_not_taken_the_ticket(printer: EposPrinter) -> None:
    printer.print_code = "EX_SPOOLER"
    trying = attempt(printer)
    delivery = trying.poll(5)
    assert (delivery.outcome, delivery.reason, delivery.bytes_written) == (Outcome.BLOCKED, Reason.BUSY, 0)
    printer.print_code = ""
    assert trying.poll(5).outcome is Outcome.PRINTED


def test_a_timeout_or_a_cut_line_after_sending_is_unknown(printer: EposPrinter) -> None:
    printer.print_code = "EX_TIMEOUT"
    assert attempt(printer).poll(5).outcome is Outcome.UNKNOWN
    printer.print_code, printer.cut_off = "", True
    delivery = attempt(printer).poll(5)
    assert (delivery.outcome, delivery.reason) == (Outcome.UNKNOWN, Reason.LOST)
    assert delivery.bytes_written == len(TICKET)


def test_with_the_printer_s_own_spooler_on_success_only_means_queued(printer: EposPrinter) -> None:
    printer.bits = 0x8000_0000
    assert attempt(printer).poll(5).outcome is Outcome.SENT


def test_a_printer_that_is_not_there_is_silent_and_stays_so(printer: EposPrinter) -> None:
    printer.server.shutdown()
    printer.server.server_close()
    delivery = attempt(printer).poll(0.2)
    assert (delivery.outcome, delivery.reason, delivery.bytes_written) == (Outcome.BLOCKED, Reason.SILENT, 0)


def test_the_status_word_is_read(printer: EposPrinter) -> None:
    printer.bits = 0x0F02_0036
    told = ask(parse(printer.connection)).status
    assert (told.paper, told.cover_open, told.online) == ("low", True, True)


@pytest.mark.parametrize("body", [b"", b"<html/>", b"not xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'])
def test_an_answer_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="answer"):
        read_answer(body)


def test_an_epos_printer_is_no_wire_of_bytes() -> None:
    with pytest.raises(BadConnection, match=r"epos"):
        connect("epos://192.168.1.9")
