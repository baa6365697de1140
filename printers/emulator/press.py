"""The printing half of the machine: style, line buffer, feeding, graphics, codes, cutting."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import segno
from PIL import Image

from printers.emulator.barcodes import bars
from printers.emulator.decode import Command
from printers.emulator.glyphs import glyph
from printers.emulator.machines import Machine
from printers.emulator.paper import Paper, Part


@dataclass(frozen=True, slots=True)
class _Style:
    size: tuple[int, int] = (1, 1)
    double_size: tuple[int, int] = (1, 1)
    bold: bool = False
    inverse: bool = False
    red: bool = False
    align: int = 0
    page: int = 0
    spacing: int = 0


class Press:
    """Puts commands on paper. `finished` is called with every piece of paper that comes off."""

    def __init__(self, machine: Machine, finished: Callable[[Paper], None]) -> None:
        self.machine = machine
        self.finished = finished
        self.paper = self._sheet()
        self.double = machine.double_at_start
        self.unknown: list[bytes] = []
        self._stored: dict[bytes, Image.Image] = {}
        self._pending: Image.Image | None = None
        self._start()

    def _sheet(self) -> Paper:
        return Paper(self.machine.dots)

    def _start(self) -> None:
        self._style = _Style(spacing=self.machine.line)
        self._line: list[Image.Image] = []
        self._said = ""
        self._code: dict[int, bytes] = {}
        self._bar = {"h": 162, "w": 3, "H": 0}
        self.double = self.machine.double_at_start

    def forget(self) -> None:
        """The print buffer and all settings are lost: power off, or buffer cleared."""
        self._start()
        self._pending = None

    def carry_out(self, command: Command) -> int:
        """Print `command`; returns how many lines of paper moved."""
        before = len(self.paper.parts)
        action = _ACTIONS.get(command.name)
        if action:
            action(self, command.args)
        elif command.name == "unknown":
            self.unknown.append(command.args)
        return max(0, len(self.paper.parts) - before)

    # text

    def text(self, data: bytes) -> None:
        at = 0
        codec = self.machine.pages.get(self._style.page)
        while at < len(data):
            if self.double and data[at] >= 0x81 and self.machine.double_byte:
                self._put(data[at : at + 2].decode(self.machine.double_byte, "replace")[:1], wide=True)
                at += 2
                continue
            byte = data[at : at + 1]
            self._put(byte.decode(codec, "replace") if codec else (chr(byte[0]) if byte < b"\x7f" else "\ufffd"))
            at += 1

    def _put(self, char: str, *, wide: bool = False) -> None:
        style = self._style
        size = style.double_size if wide and style.double_size != (1, 1) else style.size
        picture = glyph(char, wide, size, style.bold, style.inverse)
        if sum(part.width for part in self._line) + picture.width > self.machine.dots:
            self.line_feed(b"")
        self._line.append(picture)
        self._said += char

    def line_feed(self, _: bytes) -> None:
        if not self._line:
            self._add(Part("text" if self._said else "feed", self._style.spacing, self._said))
            self._said = ""
            return
        high = max(part.height for part in self._line)
        width = sum(part.width for part in self._line)
        ink = Image.new("L", (self.machine.dots, max(high, self._style.spacing)))
        x = (0, (self.machine.dots - width) // 2, self.machine.dots - width)[self._style.align]
        top = (ink.height - high) // 2
        for part in self._line:
            ink.paste(part, (x, top + high - part.height))
            x += part.width
        said, self._line, self._said = self._said, [], ""
        self._add(Part("text" if said else "picture", ink.height, said, ink, self._style.red))

    def feed_lines(self, args: bytes) -> None:
        self.line_feed(b"")
        if args[0] > 1:
            self._add(Part("feed", self._style.spacing * (args[0] - 1)))

    def feed_dots(self, args: bytes) -> None:
        if self._line:
            self.line_feed(b"")
        self._add(Part("feed", args[0]))

    def _add(self, part: Part) -> None:
        if part.ink is not None:
            part = replace(part, ink=part.ink.convert("1", dither=Image.Dither.NONE))
        self.paper.parts.append(part)

    # style

    def reset(self, _: bytes) -> None:
        stored = self._stored
        self._start()
        self._stored = stored

    def set_style(self, **change: object) -> None:
        self._style = replace(self._style, **change)  # type: ignore[arg-type]

    def size(self, args: bytes) -> None:
        size = ((args[0] >> 4 & 7) + 1, (args[0] & 7) + 1)
        self.set_style(size=size, double_size=size)

    def mode(self, args: bytes) -> None:
        size = (2 if args[0] & 0x20 else 1, 2 if args[0] & 0x10 else 1)
        self.set_style(size=size, bold=bool(args[0] & 8))

    def double_mode(self, args: bytes) -> None:
        self.set_style(double_size=(2 if args[0] & 4 else 1, 2 if args[0] & 8 else 1))

    def spacing(self, args: bytes) -> None:
        self.set_style(spacing=max(1, args[0] if self.machine.impact else args[0] // 2))

    def align(self, args: bytes) -> None:
        if not self._line:
            self.set_style(align={49: 1, 50: 2}.get(args[0], args[0] if args[0] < 3 else 0))

    # graphics and codes

    def raster(self, args: bytes) -> None:
        width, height = int.from_bytes(args[1:3], "little") * 8, int.from_bytes(args[3:5], "little")
        if width and height:
            self._picture(Image.frombytes("1", (width, height), args[5:]), zoom=args[0] & 3)

    def _picture(self, dots: Image.Image, *, zoom: int = 0) -> None:
        wide, high = (2 if zoom & 1 else 1), (2 if zoom & 2 else 1)
        if zoom:
            dots = dots.resize((dots.width * wide, dots.height * high), Image.Resampling.NEAREST)
        x = (0, (self.machine.dots - dots.width) // 2, self.machine.dots - dots.width)[self._style.align]
        ink = Image.new("L", (self.machine.dots, dots.height))
        ink.paste(dots.convert("L"), (max(0, x), 0))
        self._add(Part("picture", ink.height, "", ink))

    def columns(self, args: bytes) -> None:
        mode, width = args[0], int.from_bytes(args[1:3], "little")
        tall = 3 if mode in (32, 33) else 1
        band = Image.new("1", (width, 8 * tall))
        for number, byte in enumerate(args[3:]):
            column, row = divmod(number, tall)
            for bit in range(8):
                if byte & (0x80 >> bit):
                    band.putpixel((column, row * 8 + bit), 1)
        stretch = 1 if mode in (1, 33) else 2
        rise = 2 if self.machine.impact else 3 // tall
        self._line.append(band.convert("L").resize((width * stretch, band.height * rise), Image.Resampling.NEAREST))

    def code(self, args: bytes) -> None:
        if len(args) < 2 or args[0] != 49:
            return
        if args[1] != 81:
            self._code[args[1]] = args[2:]
            return
        data = self._code.get(80, b"0")[1:]
        level = "LMQH"[(self._code.get(69, b"0")[0] - 48) & 3]
        size = self._code.get(67, b"\x03")[0]
        symbol = segno.make(data.decode("utf-8", "replace"), error=level, micro=False, boost_error=False)
        modules = int(symbol.symbol_size(border=0)[0])
        dots = Image.new("1", (modules, modules))
        dots.putdata([255 if dot else 0 for row in symbol.matrix_iter(border=0) for dot in row])
        self._picture(dots.resize((modules * size, modules * size), Image.Resampling.NEAREST))
        drawn = self.paper.parts.pop()
        self._add(replace(drawn, kind="qr", text=data.decode("utf-8", "replace")))

    def barcode(self, args: bytes) -> None:
        dots, said = bars(args[0], args[1:], module=self._bar["w"], height=self._bar["h"])
        self._picture(dots)
        drawn = self.paper.parts.pop()
        self._add(replace(drawn, kind="picture"))
        if self._bar["H"] & 2:
            self._said = ""
            for char in said:
                self._put(char)
            self.line_feed(b"")

    def bar_setting(self, name: str) -> Callable[[bytes], None]:
        def set_it(args: bytes) -> None:
            self._bar[name] = args[0]

        return set_it

    def store_images(self, args: bytes) -> None:
        at = 1
        for number in range(args[0]):
            wide = int.from_bytes(args[at : at + 2], "little") * 8
            high = int.from_bytes(args[at + 2 : at + 4], "little") * 8
            column = high // 8
            data = args[at + 4 : at + 4 + wide * column]
            dots = Image.frombytes("1", (high, wide), data).transpose(Image.Transpose.TRANSPOSE)
            self._stored[bytes([number + 1])] = dots
            at += 4 + wide * column

    def stored_image(self, args: bytes) -> None:
        dots = self._stored.get(args[:1])
        if dots:
            self._picture(dots, zoom=args[1] & 3)

    def graphics(self, args: bytes) -> None:
        """GS ( L: 112 takes a picture in, 50 prints it, 67 keeps it in NV memory under a key, 69 prints that."""
        function = args[1] if len(args) > 1 else 0
        if function == 112 and args[2] == 48:
            width, height = int.from_bytes(args[6:8], "little"), int.from_bytes(args[8:10], "little")
            self._pending = Image.frombytes("1", (width, height), args[10:])
        elif function in (2, 50) and self._pending:
            self._picture(self._pending)
            self._pending = None
        elif function == 67 and args[2] == 48:
            width, height = int.from_bytes(args[6:8], "little"), int.from_bytes(args[8:10], "little")
            self._stored[args[3:5]] = Image.frombytes("1", (width, height), args[11:])
        elif function == 69 and args[2:4] in self._stored:
            self._picture(self._stored[args[2:4]])
        elif function == 66:
            self._stored.pop(args[2:4], None)

    # the end of the paper

    def cut(self, args: bytes) -> None:
        self.end("full" if args[0] in (0, 48, 65) else "partial")

    def end(self, how: str) -> None:
        """The paper comes off."""
        if self._line:
            self.line_feed(b"")
        paper, self.paper = self.paper, self._sheet()
        paper.cut = "full" if how == "full" else "partial" if how == "partial" else "torn"
        paper.at = time.time()
        if paper.parts:
            self.finished(paper)

    def tear_if_fed(self) -> None:
        """Without a cutter somebody tears the ticket off once it was fed past the bar."""
        fed = 0
        for part in reversed(self.paper.parts):
            if part.kind != "feed":
                break
            fed += part.height
        if fed >= 3 * self.machine.line and not self.paper.blank:
            self.end("torn")


_ACTIONS: dict[str, Callable[[Press, bytes], None]] = {
    "text": Press.text,
    "LF": Press.line_feed,
    "ESC d": Press.feed_lines,
    "ESC J": Press.feed_dots,
    "ESC @": Press.reset,
    "GS !": Press.size,
    "ESC !": Press.mode,
    "FS !": Press.double_mode,
    "ESC 3": Press.spacing,
    "ESC 2": lambda press, _: press.set_style(spacing=press.machine.line),
    "ESC a": Press.align,
    "ESC E": lambda press, args: press.set_style(bold=bool(args[0] & 1)),
    "ESC G": lambda press, args: press.set_style(bold=bool(args[0] & 1)),
    "ESC r": lambda press, args: press.set_style(red=args[0] in (1, 49)),
    "ESC t": lambda press, args: press.set_style(page=args[0]),
    "GS B": lambda press, args: press.set_style(inverse=bool(args[0] & 1)),
    "FS &": lambda press, _: setattr(press, "double", press.machine.double_byte is not None),
    "FS .": lambda press, _: setattr(press, "double", False),
    "GS v 0": Press.raster,
    "ESC *": Press.columns,
    "GS ( k": Press.code,
    "GS ( L": Press.graphics,
    "GS k": Press.barcode,
    "GS V": Press.cut,
    "ESC i": lambda press, _: press.end("full"),
    "ESC m": lambda press, _: press.end("partial"),
    "GS h": lambda press, args: press.bar_setting("h")(args),
    "GS w": lambda press, args: press.bar_setting("w")(args),
    "GS H": lambda press, args: press.bar_setting("H")(args),
    "FS q": Press.store_images,
    "FS p": Press.stored_image,
}
