"""Paper: what was printed on it as text, and how it looks as a picture."""

import io
import time
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image, ImageChops, ImageDraw

_WHITE = (251, 250, 246)
_BLACK = (33, 32, 38)
_RED = (178, 34, 40)
_DESK = (226, 225, 221)

Kind = Literal["text", "picture", "qr", "barcode", "feed"]


@dataclass(frozen=True, slots=True)
class Part:
    """One band of the paper: `ink` has one bit a dot (None where only fed), `text` what it says if it was sent
    as text.
    """

    kind: Kind
    height: int
    text: str = ""
    ink: Image.Image | None = None
    red: bool = False

    def png(self) -> bytes:
        """This band alone, black on white."""
        picture = ImageChops.invert(self.ink) if self.ink else Image.new("1", (8, max(1, self.height)), 255)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()


@dataclass(slots=True)
class Paper:
    """One piece of paper, from one cut to the next.

    `cut` is how it came off: full, partial, torn by hand, or not yet.
    """

    dots: int
    margin: int = 32
    parts: list[Part] = field(default_factory=list)
    cut: Literal["", "full", "partial", "torn"] = ""
    at: float = field(default_factory=time.time)

    @property
    def lines(self) -> list[str]:
        """The lines that were sent as text, in order, without trailing spaces.

        Drawn lines are in `pictures`.
        """
        return [part.text.rstrip() for part in self.parts if part.kind in {"text", "barcode"}]

    @property
    def text(self) -> str:
        """All text on the paper."""
        return "\n".join(self.lines)

    @property
    def codes(self) -> list[str]:
        """What the QR codes say."""
        return [part.text for part in self.parts if part.kind == "qr"]

    @property
    def pictures(self) -> list[Part]:
        """The drawn lines and pictures."""
        return [part for part in self.parts if part.kind == "picture"]

    @property
    def blank(self) -> bool:
        """Whether nothing but feeding happened."""
        return all(part.kind == "feed" or (part.kind == "text" and not part.text) for part in self.parts)

    def image(self) -> Image.Image:
        """The paper as one sees it, one pixel a dot."""
        height = sum(part.height for part in self.parts)
        width = self.dots + 2 * self.margin
        picture = Image.new("RGB", (width, height + 48), _WHITE)
        y = 24
        for part in self.parts:
            if part.ink is not None:
                colour = _RED if part.red else _BLACK
                picture.paste(colour, (self.margin, y), part.ink)
            y += part.height
        _edge(picture, torn=self.cut in {"torn", ""})
        return picture

    def png(self) -> bytes:
        """`image` as PNG."""
        out = io.BytesIO()
        self.image().save(out, "PNG", optimize=True)
        return out.getvalue()


def _edge(picture: Image.Image, *, torn: bool) -> None:
    """The saw-tooth of the tear bar at the lower edge, or the straight cut."""
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    if torn:
        for x in range(0, width, 12):
            draw.polygon([(x, height), (x + 6, height - 7), (x + 12, height)], fill=_DESK)
    draw.line([(0, 0), (width, 0)], fill=_DESK)
    draw.line([(0, 0), (0, height)], fill=_DESK)
    draw.line([(width - 1, 0), (width - 1, height)], fill=_DESK)
