"""The emulated printer's character ROM: Font A, 12 x 24 dots, and hanzi, 24 x 24."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

_NARROW = (("DejaVuSansMono.ttf", 0, 20), ("wqy-microhei.ttc", 1, 20), ("unifont.otf", 0, 16))
_WIDE = (
    ("wqy-microhei.ttc", 1, 24),
    ("wqy-zenhei.ttc", 0, 24),
    ("NotoSansCJK-Regular.ttc", 0, 23),
    ("unifont.otf", 0, 24),
)


@lru_cache(maxsize=2)
def _rom(wide: bool) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, int]:
    for name, index, pixels in _WIDE if wide else _NARROW:
        for found in sorted(Path("/usr/share/fonts").rglob(name)):
            return ImageFont.truetype(str(found), pixels, index=index), 20 if wide else 19
    return ImageFont.load_default(), 19


@lru_cache(maxsize=8192)
def glyph(char: str, wide: bool, size: tuple[int, int], bold: bool, inverse: bool) -> Image.Image:
    """One character as the head burns it: `size` times wider and higher, ink 255."""
    cell = Image.new("L", (24 if wide else 12, 24))
    if char.strip():
        font, baseline = _rom(wide)
        left = (cell.width - font.getlength(char)) / 2
        ImageDraw.Draw(cell).text((left, baseline), char, fill=255, font=font, anchor="ls")
        cell = cell.point(lambda level: 255 if level > 100 else 0)
    if bold:
        cell = ImageChops.lighter(cell, ImageChops.offset(cell, 1, 0))
    if inverse:
        cell = ImageChops.invert(cell)
    return cell.resize((cell.width * size[0], 24 * size[1]), Image.Resampling.NEAREST)
