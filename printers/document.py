"""A ticket as data: what is on the paper, not how a printer is told to put it there.

A document is kept as JSON for as long as its print job lives, and the bytes are made anew for every attempt;
so a field may be added here with a default, but never renamed.
"""

import hashlib
from typing import Annotated, Literal

import msgspec

Size = Annotated[int, msgspec.Meta(ge=1, le=3)]
Align = Literal["left", "center", "right"]


class Element(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """One thing on the paper, below the one before it."""


class Line(Element, frozen=True, tag="line"):
    """Text that wraps at words. `width` and `height` enlarge it 1 to 3 times.

    `indent` moves every line in by so many cells, `hang` only the lines after the first.
    `red` is printed red where the ribbon has two colours and bold elsewhere.
    """

    text: str
    width: Size = 1
    height: Size = 1
    bold: bool = False
    inverse: bool = False
    red: bool = False
    align: Align = "left"
    indent: int = 0
    hang: int = 0


class Columns(Element, frozen=True, tag="columns"):
    """A name at the left, which wraps at words, and a price at the right, which is never pushed off."""

    left: str
    right: str
    width: Size = 1
    height: Size = 1
    bold: bool = False
    inverse: bool = False
    red: bool = False
    indent: int = 0
    hang: int = 0


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cell of a `Row`. `width` counts cells of the paper; cells with width 0 share what is left."""

    text: str
    width: int = 0
    align: Align = "left"


class Row(Element, frozen=True, tag="row"):
    """Several cells side by side, each wrapping in its own column: for reports."""

    cells: tuple[Cell, ...]
    bold: bool = False


class Bar(Element, frozen=True, tag="bar"):
    """White on black from edge to edge: a course, a VOID, a warning."""

    text: str
    width: Size = 1
    height: Size = 1
    align: Align = "center"
    red: bool = False


class Rule(Element, frozen=True, tag="rule"):
    """A line across the paper, drawn with one character."""

    char: Literal["-", "=", ".", "_", "*"] = "-"


class Feed(Element, frozen=True, tag="feed"):
    """Empty lines."""

    lines: Annotated[int, msgspec.Meta(ge=1, le=50)] = 1


class QR(Element, frozen=True, tag="qr"):
    """A QR code. `size` is the side of one module in dots, made smaller where the paper is too narrow."""

    data: str
    size: Annotated[int, msgspec.Meta(ge=1, le=16)] = 6
    correction: Literal["L", "M", "Q", "H"] = "M"
    align: Align = "center"


class Barcode(Element, frozen=True, tag="barcode"):
    """A Code 128 barcode (printable ASCII) with its text below it. `height` in dots."""

    data: str
    height: Annotated[int, msgspec.Meta(ge=16, le=255)] = 64
    align: Align = "center"


class Image(Element, frozen=True, tag="image"):
    """A picture as PNG; scaled down to the paper's width, never up."""

    png: bytes
    align: Align = "center"


class Cut(Element, frozen=True, tag="cut"):
    """Feed to the cutter and cut. A partial cut leaves the ticket hanging for the rail."""

    partial: bool = True


class Buzz(Element, frozen=True, tag="buzz"):
    """Sound the printer's buzzer, where it has one."""

    times: Annotated[int, msgspec.Meta(ge=1, le=9)] = 2


class Drawer(Element, frozen=True, tag="drawer"):
    """Kick the cash drawer at connector pin 2 (`drawer` 0) or 5 (1).

    Belongs in a document of its own, never in a ticket.
    """

    drawer: Literal[0, 1] = 0


AnyElement = Line | Columns | Row | Bar | Rule | Feed | QR | Barcode | Image | Cut | Buzz | Drawer


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one job puts on paper.

    `language` is a BCP 47 tag, kept for whoever lays out a note around the document. `subject` is a few words
    of plain ASCII ("TABLE 12 K-0042") that even the emergency ticket can carry when drawing fails.
    """

    elements: tuple[AnyElement, ...]
    language: str = "en"
    subject: str = ""


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Document)


def to_json(document: Document) -> bytes:
    """The document as canonical JSON: equal documents give equal bytes."""
    return _encoder.encode(document)


def from_json(data: bytes) -> Document:
    """The document in `data`. Raises msgspec.ValidationError naming the field that is wrong."""
    return _decoder.decode(data)


def digest(document: Document) -> str:
    """SHA-256 of the canonical JSON, as hex: is this reprint the same ticket?"""
    return hashlib.sha256(to_json(document)).hexdigest()
