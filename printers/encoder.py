"""A document and a profile become the bytes of one ticket.

What the printer's fonts can show is sent as text, any other line is drawn. QR codes and pictures are built by
python-escpos, imported on first use because it takes more than half a second; the rest is a handful of
constants. Whatever fails in drawing, something comes out: in the worst case a plain ticket that says CHECK
SCREEN.
"""

import io
import logging
import os
import tempfile
import threading
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
from printers.text import Run, cells, segment

logger = logging.getLogger(__name__)

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
        logger.exception("ticket %r could not be drawn; a plain one is printed instead", document.subject)
        return plain(document, profile)


_PICKLES = "ESCPOS_CAPABILITIES_PICKLE_DIR"
_importing = threading.Lock()
"""Printing threads start together: of two that import the same packages at once, one may get them half made."""


def warm_up() -> None:
    """Load what the first ticket would wait for: python-escpos and the fonts. For a printing thread's start."""
    _escpos()
    try:
        raster.faces()
    except raster.FontMissing as error:
        logger.warning("%s", error)


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
        impact = profile.graphics.command == "esc_star"
        paper = profile.paper
        self.grid = raster.Grid(8, 16, 16) if impact else raster.Grid(paper.cell_width, paper.cell_height, paper.line)
        self.dots = paper.dots // 2 if impact else paper.dots
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
                self.text(element)
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

    def text(self, element: Line | Columns | Row | Bar | Rule) -> None:
        """Lines as text where the printer's fonts hold them, drawn where not.

        An impact printer draws fewer cells to a line, so there the whole element is laid out again.
        """
        lines = lay(element, self.profile.columns, self.largest)
        runs = [self.sendable(laid) for laid in lines]
        drawn_columns = self.profile.drawn_columns
        if drawn_columns != self.profile.columns and None in runs:
            lines = lay(element, drawn_columns, self.largest)
            runs = [None] * len(lines)
        for laid, sent in zip(lines, runs, strict=True):
            if sent is None:
                self.drawn(laid)
            else:
                self.sent(laid, sent)

    def sendable(self, laid: Laid) -> list[Run] | None:
        runs = segment(self.starred(laid), self.profile)
        if runs and any(run.double for run in runs) and max(laid.width, laid.height) > 2:
            return None  # FS ! knows no triple size
        return runs

    def starred(self, laid: Laid) -> str:
        """The line's text; where the printer cannot reverse it, framed by stars instead."""
        if not laid.inverse or self.profile.style.inverse:
            return laid.text
        said = laid.text.strip()
        room = (self.profile.columns // laid.width - cells(said) - 2) // 2
        return f"{'*' * room} {said} {'*' * room}" if room > 0 else said

    def sent(self, laid: Laid, runs: list[Run]) -> None:
        self.switch_to(laid, chinese=any(run.double for run in runs))
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
        self.switch_to(Laid("", red=laid.red), chinese=False)
        command = self.profile.graphics.command
        style = (laid.width, laid.height, laid.bold, laid.inverse)
        self.out += raster.drawn_line(laid.text, self.grid, *style, self.dots, columns=command == "esc_star")

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
        except (ValueError, OSError, KeyError) as error:
            logger.warning("a code or picture could not be built (%s); %r is printed instead", error, instead)
            self.text(Line(instead, align="center"))
            return
        self.out += data if align == "left" else ALIGN[align] + data + ALIGN["left"]

    def qr(self, element: QR) -> bytes:
        code = segno.make(element.data, error=element.correction, micro=False, boost_error=False)
        modules = int(code.symbol_size(border=0)[0])
        size = max(1, min(element.size, self.dots // (modules + 8)))
        if not self.profile.graphics.qr:
            ink = Picture.new("1", (modules, modules))
            ink.putdata([255 if dot else 0 for row in code.matrix_iter(border=0) for dot in row])
            return self.picture(ink.resize((modules * size, modules * size), Picture.Resampling.NEAREST))
        dummy = _escpos().Dummy()
        levels = {"L": 0, "M": 1, "Q": 2, "H": 3}
        dummy.qr(element.data, ec=levels[element.correction], size=size, native=True)
        return bytes(dummy.output) + b"\n"

    def barcode(self, element: Barcode) -> bytes:
        """Code 128, set B (`GS k` 73), its text below.

        Raises ValueError for what set B cannot carry or the paper hold.
        """
        data = element.data
        if not data or any(not " " <= char <= "~" for char in data):
            raise ValueError("a barcode carries printable ASCII only")
        dots = (len(data) + 3) * 11 + 2
        module = min(3, self.dots // dots)
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
        flat.thumbnail((self.dots, 2400))
        return self.picture(Picture.eval(flat.convert("L"), lambda level: 255 - level).convert("1"))

    def picture(self, ink: Picture.Image) -> bytes:
        if self.profile.graphics.command == "esc_star":
            return raster.column_bands(ink)
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

    Importing it configures the root logger and leaves a pickle in the temp folder at every start (version
    3.1); the first is undone here, the second goes into a folder that is gone afterwards, also for processes that
    inherit the environment.
    """
    with _importing:
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        with tempfile.TemporaryDirectory(prefix="escpos-") as folder:
            os.environ[_PICKLES] = folder
            try:
                from escpos import printer
            finally:
                del os.environ[_PICKLES]
        root.handlers[:] = handlers
        root.setLevel(level)
        return printer
