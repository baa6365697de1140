"""Epson ePOS-Print: the printer is a small web server that takes XML and answers after printing.

The same interface as `confirm.Attempt`, for printers on `epos://host` or `epos+tls://host`. The ticket's ESC/POS bytes
travel inside a `command` element, so encoder and profiles stay the same. Sources: Epson ePOS-Print XML User's Manual
(TM-T20II-i pages 63 and 64, TM-m50II pages 59 and 60, TM-U220 page 68): success is answered after printing; EX_TIMEOUT
means that nobody knows.
"""

import http.client
import ssl
import time
from collections.abc import Callable
from xml.etree import ElementTree as ET

import msgspec

from printers.confirm import Delivery, Outcome, Reason
from printers.profiles import Profile
from printers.replies import Status
from printers.transports import Connection, Unreachable, parse

_EPOS = "http://www.epson-pos.com/schemas/2011/03/epos-print"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_LONGEST_ANSWER = 65536

_BLOCKING = {
    "EPTR_REC_EMPTY": Reason.PAPER,
    "EPTR_COVER_OPEN": Reason.COVER,
    "EPTR_CUTTER": Reason.CUTTER,
    "EPTR_AUTOMATICAL": Reason.ERROR,
    "EPTR_MECHANICAL": Reason.ERROR,
    "EPTR_UNRECOVERABLE": Reason.ERROR,
    "EPTR_BATTERY_LOW": Reason.ERROR,
}
"""Codes of a printer that somebody has to look after. After a ticket was sent they may come half-way through it."""

_NOT_TAKEN = {
    "DeviceNotFound": Reason.OFFLINE,
    "EX_BADPORT": Reason.OFFLINE,
    "EX_SPOOLER": Reason.BUSY,
    "EX_DEVICE_BUSY": Reason.BUSY,
    "TooManyRequests": Reason.BUSY,
    "RequestEntityTooLarge": Reason.ERROR,
    "SchemaError": Reason.ERROR,
}
"""Codes of a request that never reached the paper: the ticket can be sent again without a mark."""

_QUEUED = {0x0000_0002, 0x8000_0000}
"""Status words of a printer whose own spooler is on: success then only means that it is in the queue."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The `response` element: `code` is empty on success, `bits` is the status word of the manual."""

    success: bool
    code: str
    bits: int

    @property
    def status(self) -> Status:
        """The status word, read as a `Status`."""
        bits = self.bits
        return Status(
            online=not bits & 0x0000_0009,
            paper="out" if bits & 0x0008_0000 else "low" if bits & 0x0002_0000 else "ok",
            cover_open=bool(bits & 0x0000_0020),
            cutter_error=bool(bits & 0x0000_0800),
            error=bool(bits & 0x0000_6400),
            drawer_open=not bits & 0x0000_0004,
            evidence=bits.to_bytes(4, "big"),
        )


def envelope(payload: bytes, *, device: str, timeout_ms: int, job: str = "") -> bytes:
    """The request: a SOAP envelope with the ticket's bytes as hex.

    Without payload it only asks for the status.
    """
    ET.register_namespace("s", _SOAP)
    root = ET.Element(f"{{{_SOAP}}}Envelope")
    parameter = ET.SubElement(ET.SubElement(root, f"{{{_SOAP}}}Header"), "parameter", xmlns=_EPOS)
    fields = {"devid": device, "timeout": str(timeout_ms), "printjobid": job}
    for name, value in fields.items():
        if value:
            ET.SubElement(parameter, name).text = value
    printing = ET.SubElement(ET.SubElement(root, f"{{{_SOAP}}}Body"), "epos-print", xmlns=_EPOS)
    if payload:
        ET.SubElement(printing, "command").text = payload.hex()
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root)


def read_answer(body: bytes) -> Answer:
    """The printer's answer. Raises ValueError when it is none."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("the answer declares entities, which no printer does")
    try:
        root = ET.fromstring(body)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        raise ValueError(f"the answer is no XML: {error}") from error
    response = next((node for node in root.iter() if node.tag.rpartition("}")[2] == "response"), None)
    if response is None:
        raise ValueError("the answer has no response element")
    bits = response.get("status", "0")
    return Answer(
        success=response.get("success") in {"true", "1"},
        code=response.get("code", ""),
        bits=int(bits) & 0xFFFF_FFFF if bits.lstrip("-").isdigit() else 0,
    )


class EposAttempt:
    """One ticket to one ePOS printer; `poll` and `Delivery` as in `confirm.Attempt`.

    A poll that finds the printer blocked returns at once; the next one asks again, and the ticket goes out once the
    printer is ready. A ticket that was sent and not confirmed is UNKNOWN: an error may have come half-way through it.
    Where the printer's own spooler is on, its success only means "queued", so the outcome is SENT.
    """

    def __init__(
        self,
        connection: str,
        payload: bytes,
        *,
        process_id: str,
        profile: Profile,
        on_first_byte: Callable[[], None] | None = None,
        device: str = "local_printer",
        patience: float = 30.0,
    ) -> None:
        self._where = parse(connection)
        self._payload = payload
        self._job = process_id
        self._profile = profile
        self._on_first_byte = on_first_byte
        self._device = device
        self._patience = patience
        self.delivery = Delivery(outcome=Outcome.WAITING)

    def poll(self, timeout: float) -> Delivery:
        """Try once.

        `timeout` bounds asking and resting; a ticket once sent is awaited for `patience` seconds.
        """
        if self.delivery.finished:
            return self.delivery
        began = time.monotonic()
        try:
            now = ask(self._where, device=self._device, timeout=min(timeout, 5.0))
        except (Unreachable, ValueError) as error:
            self.delivery = Delivery(outcome=Outcome.BLOCKED, reason=Reason.SILENT, detail=str(error))
        else:
            blocked = _reason(now)
            if not blocked:
                return self._send()
            self.delivery = Delivery(outcome=Outcome.BLOCKED, reason=blocked, status=now.status, detail=now.code)
        time.sleep(max(0.0, min(1.0, timeout - (time.monotonic() - began))))
        return self.delivery

    def _send(self) -> Delivery:
        if self._on_first_byte:
            self._on_first_byte()
            self._on_first_byte = None
        body = envelope(self._payload, device=self._device, timeout_ms=int(self._patience * 1000), job=self._job)
        written = len(self._payload)
        try:
            said = _post(self._where, body, self._device, self._patience + 5.0)
            answer = read_answer(said)
        except Unreachable as error:
            self.delivery = Delivery(outcome=Outcome.UNREACHABLE, reason=Reason.LOST, detail=str(error))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.delivery = Delivery(
                outcome=Outcome.UNKNOWN, reason=Reason.LOST, bytes_written=written, detail=str(error)
            )
        else:
            self.delivery = self._judged(answer, said, written)
        return self.delivery

    def _judged(self, answer: Answer, said: bytes, written: int) -> Delivery:
        told = Delivery(
            outcome=Outcome.UNKNOWN, status=answer.status, bytes_written=written, detail=answer.code or "queued"
        )
        if answer.success:
            done = Outcome.SENT if answer.bits in _QUEUED else Outcome.PRINTED
            return msgspec.structs.replace(told, outcome=done, evidence=said[-400:])
        if answer.code in _NOT_TAKEN:
            blocked = _NOT_TAKEN[answer.code]
            return msgspec.structs.replace(told, outcome=Outcome.BLOCKED, reason=blocked, bytes_written=0)
        unproven = Reason.NO_PROOF if answer.code in {"EX_TIMEOUT", "Printing"} else Reason.ERROR
        return msgspec.structs.replace(told, reason=_BLOCKING.get(answer.code, unproven))


def _reason(answer: Answer) -> Reason:
    if answer.success:
        return Reason.NONE
    return _BLOCKING.get(answer.code) or _NOT_TAKEN.get(answer.code, Reason.ERROR)


def ask(where: Connection, *, device: str = "local_printer", timeout: float = 5.0) -> Answer:
    """The printer's status, with nothing printed.

    Raises Unreachable, or ValueError for an answer that is none.
    """
    try:
        return read_answer(_post(where, envelope(b"", device=device, timeout_ms=int(timeout * 1000)), device, timeout))
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"No ePOS printer answers at {where.host} ({error}).") from error


def _post(where: Connection, body: bytes, device: str, timeout: float) -> bytes:
    """POST to the printer's service.

    Raises Unreachable before anything was sent, OSError or HTTPException after.
    """
    line = _connect(where, timeout)
    try:
        path = f"/cgi-bin/epos/service.cgi?devid={device}&timeout={int(timeout * 1000)}"
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        line.request("POST", path, body, headers)
        response = line.getresponse()
        said = response.read(_LONGEST_ANSWER)
        if response.status != http.client.OK:
            raise http.client.HTTPException(f"HTTP {response.status}")
        return said
    finally:
        line.close()


def _connect(where: Connection, timeout: float) -> http.client.HTTPConnection:
    line: http.client.HTTPConnection
    if where.tls:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE  # printers make their own certificate
        line = http.client.HTTPSConnection(where.host, where.port, timeout=timeout, context=trusting)
    else:
        line = http.client.HTTPConnection(where.host, where.port, timeout=timeout)
    try:
        line.connect()
    except OSError as error:
        raise Unreachable(f"No printer answers at {where.host}:{where.port} ({error}).") from error
    return line
