"""Lines of text as pictures, for what the printer's own fonts cannot show, and for printers that take
pictures only.

Every character stands in its cell, so a drawn line aligns with a sent one. The fonts are found in the
system's font folders: WenQuanYi Micro Hei (hanzi, kana, hangul, Latin), then Unifont, so that every character
shows something.
"""

import contextlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont, features

from printers.text import cluster_cells, clusters

_FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
)
_MISSING: Final = "\U0010fffe"
_BAND: Final = 4000
"""Bytes of picture in one command.

A printer that lost the rest of a command swallows at most this much of what follows.
"""

_INK: Final = 80
"""From which grey on a dot is burnt: low, because single-dot strokes of small Latin letters would break otherwise."""

HIDDEN_COMMAND: Final = re.compile(rb"\x10[\x04\x05\x14]")
"""A printer executes DLE EOT, DLE ENQ and DLE DC4 on reception, even inside a picture (Epson TM-T88III
specification).
"""


class FontMissing(RuntimeError):
    """No font that holds Chinese is installed."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font of the stack. `wide` and `narrow` are pixel sizes for a cell 24 dots high."""

    path: str
    index: int
    wide: int
    narrow: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Dots: cell width and height, and the height of a whole line of single size."""

    cell_width: int
    cell_height: int
    line: int


def _find(name: str) -> str | None:
    for folder in _FOLDERS:
        # A box started by hand as its own user may have been left the folder of somebody else's home.
        with contextlib.suppress(PermissionError):
            for found in sorted(folder.rglob(name)) if folder.is_dir() else ():
                return str(found)
    return None


@lru_cache(maxsize=1)
def faces() -> tuple[Face, ...]:
    """The fonts at hand, best first. Raises FontMissing when there is none."""
    micro_hei = _find("wqy-microhei.ttc")
    stack = [Face(micro_hei, 1, 24, 20)] if micro_hei else []
    for name in ("unifont.otf", "unifont_upper.otf", "unifont.ttf"):
        found = _find(name)
        if found:
            stack.append(Face(found, 0, 24, 24))
    if not stack:
        raise FontMissing("No font for Chinese found: install fonts-wqy-microhei and fonts-unifont.")
    return tuple(stack)


@lru_cache(maxsize=64)
def _font(face: Face, pixels: int, shaped: bool = False) -> ImageFont.FreeTypeFont:
    """A font at a size. Only clusters of several characters need shaping, which costs twice the time."""
    engine = ImageFont.Layout.RAQM if shaped and features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(face.path, pixels, index=face.index, layout_engine=engine)


@lru_cache(maxsize=16)
def _blank(face: Face) -> tuple[tuple[int, int], bytes]:
    mask = _font(face, 24).getmask(_MISSING)
    return mask.size, bytes(mask)


@lru_cache(maxsize=8192)
def _face_for(cluster: str, coarse: bool) -> Face:
    stack = sorted(faces(), key=lambda face: face.index) if coarse else faces()  # Unifont was drawn for 16 dots
    for face in stack:
        mask = _font(face, 24).getmask(cluster[0])
        if (mask.size, bytes(mask)) != _blank(face):
            return face
    return stack[-1]


@lru_cache(maxsize=4096)
def _glyph(cluster: str, scale: int, bold: bool, grid: Grid) -> Image.Image:
    """One character in its cell, black (255) on nothing (0), `scale` times enlarged."""
    span = cluster_cells(cluster)
    coarse = grid.cell_height <= 16
    if coarse and scale > 1:
        single = _glyph(cluster, 1, bold, grid)
        return single.resize((single.width * scale, single.height * scale), Image.Resampling.NEAREST)
    face = _face_for(cluster, coarse)
    box = (grid.cell_width * span * scale, grid.cell_height * scale)
    pixels = (face.wide if span == 2 else face.narrow) * grid.cell_height * scale // 24
    shaped = len(cluster) > 1
    font = _font(face, pixels, shaped)
    width = font.getlength(cluster)
    if width > box[0] + 1:
        font = _font(face, max(8, int(pixels * box[0] / width)), shaped)
        width = font.getlength(cluster)
    picture = Image.new("L", box)
    draw = ImageDraw.Draw(picture)
    baseline = round(box[1] * 0.84)
    stroke = 0.4 * scale if bold else 0
    draw.text(((box[0] - width) / 2, baseline), cluster, fill=255, font=font, anchor="ls", stroke_width=stroke)
    return picture


def draw_line(text: str, grid: Grid, *, width: int, height: int, bold: bool, inverse: bool, dots: int) -> Image.Image:
    """The line as a black-and-white picture (mode "1", True is ink), cropped to the text, whole bytes wide.

    `width` and `height` enlarge the cells. An inverse line is black from edge to edge of its cells.
    """
    scale = max(width, height)
    line_height = max(grid.line, grid.cell_height * height + 4 * height)
    top = (line_height - grid.cell_height * height) // 2
    picture = Image.new("L", (dots, line_height))
    x = 0
    for cluster in clusters(text):
        span = cluster_cells(cluster)
        step = grid.cell_width * span * width
        if cluster != " ":
            glyph = _glyph(cluster, scale, bold, grid)
            if width != height:
                glyph = glyph.resize((step, grid.cell_height * height), Image.Resampling.BOX)
            picture.paste(glyph, (x, top), glyph)
        x += step
    edge = min(dots, x)
    if not inverse:
        box = picture.getbbox()
        edge = box[2] if box else 8
    picture = picture.crop((0, 0, min(dots, -(-edge // 8) * 8), line_height))
    ink = picture.point(lambda level: 255 if level >= _INK else 0).convert("1", dither=Image.Dither.NONE)
    return _reversed(ink) if inverse else ink


def _reversed(ink: Image.Image) -> Image.Image:
    return ink.point(lambda level: 255 - level, mode="1")


def defang(data: bytes) -> bytes:
    """Picture data without any byte pair that a printer would take for a real-time command: one dot is added
    to each.
    """
    return HIDDEN_COMMAND.sub(lambda found: b"\x18" + found.group()[1:], data)


def raster(ink: Image.Image) -> bytes:
    """The picture as `GS v 0` commands, in bands, with nothing in them that looks like a real-time command."""
    width = -(-ink.width // 8)
    if ink.width % 8:
        padded = Image.new("1", (width * 8, ink.height))
        padded.paste(ink, (0, 0))
        ink = padded
    data = defang(ink.tobytes())
    rows = max(1, _BAND // width)
    bands = []
    for top in range(0, ink.height, rows):
        part = data[top * width : (top + rows) * width]
        count = len(part) // width
        bands.append(b"\x1dv0\x00" + width.to_bytes(2, "little") + count.to_bytes(2, "little") + part)
    return b"".join(bands)


@lru_cache(maxsize=1024)
def drawn_line(
    text: str, grid: Grid, width: int, height: int, bold: bool, inverse: bool, dots: int, *, columns: bool
) -> bytes:
    """`draw_line` as bytes, kept for the next ticket: menus repeat themselves.

    `columns` for impact printers.
    """
    picture = draw_line(text, grid, width=width, height=height, bold=bold, inverse=inverse, dots=dots)
    return column_bands(picture) if columns else raster(picture)


def column_bands(ink: Image.Image) -> bytes:
    """The picture as `ESC * 0` bands of 8 dots, for impact printers that know no `GS v 0`.

    The line spacing is set to the height of a band (`ESC 3 16`: 8 dots of 1/72 inch in units of 1/144) and
    put back after.
    """
    width = ink.width
    out = bytearray(b"\x1b3\x10")
    for top in range(0, ink.height, 8):
        band = Image.new("1", (width, 8))
        band.paste(ink.crop((0, top, width, min(top + 8, ink.height))), (0, 0))
        data = band.transpose(Image.Transpose.ROTATE_270).transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes()
        out += b"\x1b*\x00" + width.to_bytes(2, "little") + defang(data) + b"\n"
    return bytes(out) + b"\x1b2"
