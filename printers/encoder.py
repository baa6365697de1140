"""A document and a profile become the bytes of one ticket.

What the printer's fonts can show is sent as text, any other line is drawn. QR codes and pictures are built by
python-escpos, imported on first use because it takes more than half a second; the rest is a handful of constants.
Whatever fails in drawing, something comes out: in the worst case a plain ticket that says CHECK SCREEN.
"""

import io
import logging
import os
import tempfile
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import segno
from PIL import Image as Picture

from printers import raster
from printers.document import (
    QR,
    AnyElement,
    Bar,
    Barcode,
    Buzz,
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
from printers.layout import Laid, lay
from printers.profiles import Profile
from printers.text import segment

_log = logging.getLogger(__name__)

RESET = b"\x1b@"
CHINESE_OFF = b"\x1c."
CHINESE_ON = b"\x1c&"
ALIGN = {"left": b"\x1ba\x00", "center": b"\x1ba\x01", "right": b"\x1ba\x02"}
AUTO_STATUS = b"\x1da\x0f"
GUARD = b"\x1d(D\x05\x00\x14\x01\x00\x02\x00"
"""`GS ( D`: real-time drawer kick and power off (DLE DC4 1 and 2) are not executed (Epson ESC/POS reference)."""


def encode(document: Document, profile: Profile) -> bytes:
    """The whole ticket as bytes, from `ESC @` on. Never raises for what the document holds: see `plain`."""
    try:
        return _Ticket(profile).encode(document)
    except Exception:
        _log.exception("ticket %r could not be drawn; a plain one is printed instead", document.subject)
        return plain(document, profile)


def prelude(profile: Profile) -> bytes:
    """What every ticket starts with: reset, Chinese mode off (clones power up in it), guard, status, first page."""
    parts = [RESET, CHINESE_OFF]
    if profile.replies.guard:
        parts.append(GUARD)
    if profile.replies.auto_status:
        parts.append(AUTO_STATUS)
    if profile.pages:
        parts.append(b"\x1bt" + bytes([profile.pages[0].slot]))
    return b"".join(parts)


def plain(document: Document, profile: Profile) -> bytes:
    """The emergency ticket: ASCII only, no drawing. It keeps all the ASCII there is and says CHECK SCREEN."""
    lines = ["*** CHECK SCREEN ***", document.subject, ""]
    for element in document.elements:
        if isinstance(element, Line | Bar):
            lines.append(element.text)
        elif isinstance(element, Columns):
            lines.append(f"{element.left}  {element.right}")
        elif isinstance(element, Row):
            lines.append("  ".join(cell.text for cell in element.cells))
    lines += ["", "*** CHECK SCREEN ***"]
    body = "\n".join(lines).encode("ascii", "replace") + b"\n"
    cut = next((element for element in document.elements if isinstance(element, Cut)), None)
    return RESET + CHINESE_OFF + body + (_cut(cut, profile) if cut else b"\n\n\n\n")


def separator(profile: Profile) -> bytes:
    """Ends whatever an attempt left half printed, so that nobody takes it for a ticket."""
    text = b"\n*** INCOMPLETE ABOVE ***\n*** FULL TICKET FOLLOWS ***\n"
    return RESET + CHINESE_OFF + text + _cut(Cut(), profile)


def _cut(cut: Cut, profile: Profile) -> bytes:
    command = bytes.fromhex(profile.cutter.partial if cut.partial else profile.cutter.full)
    return b"\n" * profile.cutter.feed + command


class _Ticket:
    """The bytes so far, and what the printer's style switches stand at."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.largest = 3 if profile.style.size == "gs" else 2
        self.grid = raster.Grid(profile.paper.cell_width, profile.paper.cell_height, profile.paper.line)
        self.out = bytearray(prelude(profile))
        self.page = profile.pages[0].slot if profile.pages else None
        self.style: dict[str, bytes] = {}

    def encode(self, document: Document) -> bytes:
        for element in document.elements:
            self.add(element)
        return bytes(self.out)

    def add(self, element: AnyElement) -> None:
        match element:
            case Line() | Columns() | Row() | Bar() | Rule():
                for laid in lay(element, self.profile.columns, self.largest):
                    self.line(laid)
            case Feed():
                self.plain_style()
                self.out += b"\n" * element.lines
            case QR():
                self.aligned(element.align, partial(self.qr, element), element.data)
            case Barcode():
                self.aligned(element.align, partial(self.barcode, element), element.data)
            case Image():
                self.aligned(element.align, partial(self.image, element), "[picture]")
            case Cut():
                self.plain_style()
                self.out += _cut(element, self.profile)
            case Buzz():
                self.out += _buzz(element, self.profile)
            case Drawer():
                self.out += _kick(element, self.profile)

    def line(self, laid: Laid) -> None:
        runs = segment(laid.text, self.profile)
        chinese = runs is not None and any(run.double for run in runs)
        if runs is None or (chinese and max(laid.width, laid.height) > 2):
            self.drawn(laid)
            return
        if laid.inverse and not self.profile.style.inverse:
            self.drawn(laid)
            return
        self.switch_to(laid, chinese=chinese)
        for run in runs:
            if run.double:
                self.out += CHINESE_ON + run.data + CHINESE_OFF
                continue
            if run.page is not None and run.page != self.page:
                self.out += b"\x1bt" + bytes([run.page])
                self.page = run.page
            self.out += run.data
        self.out += b"\n"

    def drawn(self, laid: Laid) -> None:
        if self.profile.graphics.command == "esc_star":
            self.out += raster.drawn_columns(laid.text, laid.width, laid.height, self.profile.paper.dots)
            return
        self.out += raster.drawn_line(
            laid.text,
            self.grid,
            laid.width,
            laid.height,
            laid.bold or laid.red,
            laid.inverse,
            self.profile.paper.dots,
        )

    def switch_to(self, laid: Laid, *, chinese: bool) -> None:
        """Send the style switches that differ from how the printer stands."""
        red = laid.red and self.profile.style.red
        bold = laid.bold or (laid.red and not red)
        wide, high = laid.width - 1, laid.height - 1
        if self.profile.style.size == "gs":
            self.switch("size", b"\x1d!", wide << 4 | high)
            self.switch("bold", b"\x1bE", bold)
        else:
            self.switch("size", b"\x1b!", bold << 3 | high << 4 | wide << 5)
        if self.profile.style.inverse:
            self.switch("inverse", b"\x1dB", laid.inverse)
        if self.profile.style.red:
            self.switch("red", b"\x1br", red)
        if chinese or "chinese" in self.style:
            self.switch("chinese", b"\x1c!", wide << 2 | high << 3)

    def switch(self, name: str, command: bytes, value: int) -> None:
        wanted = command + bytes([value])
        if self.style.get(name, command + b"\x00") != wanted:
            self.out += wanted
        self.style[name] = wanted

    def plain_style(self) -> None:
        self.switch_to(Laid(""), chinese=False)

    def aligned(self, align: str, build: Callable[[], bytes], instead: str) -> None:
        """A code or picture at its place; where it cannot be built, `instead` as text, so that nothing is missing."""
        self.plain_style()
        try:
            data = build()
        except (ValueError, OSError, KeyError):
            _log.exception("a code or picture could not be built; %r is printed instead", instead)
            for laid in lay(Line(instead, align="center"), self.profile.columns):
                self.line(laid)
            return
        self.out += data if align == "left" else ALIGN[align] + data + ALIGN["left"]

    def qr(self, element: QR) -> bytes:
        code = segno.make(element.data, error=element.correction, micro=False, boost_error=False)
        modules = code.symbol_size(border=0)[0]
        size = max(1, min(element.size, self.profile.paper.dots // (modules + 8)))
        if not self.profile.graphics.qr:
            border = 4
            side = (modules + 2 * border) * size
            rows = code.matrix_iter(scale=size, border=border)
            ink = Picture.new("1", (side, side))
            ink.putdata([bool(dot) for row in rows for dot in row])
            return self.picture(ink)
        dummy = _escpos().Dummy()
        levels = {"L": 0, "M": 1, "Q": 2, "H": 3}
        dummy.qr(element.data, ec=levels[element.correction], size=size, native=True)
        return bytes(dummy.output) + b"\n"

    def barcode(self, element: Barcode) -> bytes:
        """Code 128, set B (`GS k` 73), its text below. Raises ValueError for what set B cannot carry or the paper hold."""
        data = element.data
        if not data or any(not " " <= char <= "~" for char in data):
            raise ValueError("a barcode carries printable ASCII only")
        dots = (len(data) + 3) * 11 + 2
        module = min(3, self.profile.paper.dots // dots)
        if not self.profile.graphics.barcode or module < 2:
            raise ValueError("the paper is too narrow for this barcode")
        coded = b"{B" + data.replace("{", "{{").encode("ascii")
        head = b"\x1dH\x02\x1df\x00\x1dw" + bytes([module]) + b"\x1dh" + bytes([element.height])
        return head + b"\x1dkI" + bytes([len(coded)]) + coded + b"\n"

    def image(self, element: Image) -> bytes:
        with Picture.open(io.BytesIO(element.png)) as source:
            source.load()
            flat = Picture.new("RGB", source.size, "white")
            flat.paste(source, mask=source.convert("RGBA").getchannel("A"))
        flat.thumbnail((self.profile.paper.dots, 2400))
        return self.picture(Picture.eval(flat.convert("L"), lambda level: 255 - level).convert("1"))

    def picture(self, ink: Picture.Image) -> bytes:
        if self.profile.graphics.command == "esc_star":
            return raster.columns(ink)
        return raster.raster(ink)


def _buzz(buzz: Buzz, profile: Profile) -> bytes:
    if profile.buzzer.command == "epson":
        return b"\x1b(A\x04\x00\x30\x31" + bytes([buzz.times, 3])
    if profile.buzzer.command == "clone":
        return b"\x1bB" + bytes([buzz.times, 3])
    return b""


def _kick(kick: Drawer, profile: Profile) -> bytes:
    on, off = profile.drawer.on_ms // 2, profile.drawer.off_ms // 2
    return b"\x1bp" + bytes([kick.drawer, min(on, 255), min(off, 255)])


@cache
def _escpos() -> Any:
    """python-escpos' printer module.

    Importing it configures the root logger and leaves a pickle in the temp folder at every start (version 3.1); the first
    is undone here, the second kept to one file that only we can write.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    os.environ.setdefault("ESCPOS_CAPABILITIES_PICKLE_DIR", tempfile.mkdtemp(prefix="escpos-"))
    from escpos import printer

    root.handlers[:] = handlers
    root.setLevel(level)
    return printer
