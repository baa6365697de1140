"""What each model of printer can do, read from one TOML file a model in `profiles/`.

A profile is a claim on paper, so every table names its source; what only a test slip can tell (Chinese ROM,
proof of printing) stands there as the expected value and is stored per printer once probed:
`Profile.adjusted`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

_FOLDER = Path(__file__).parent / "profiles"


class UnknownProfile(ValueError):
    """No profile has that name."""


class RefusedPrinter(ValueError):
    """The model is known, and known not to work; the message says why and what to do."""


class Sourced(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of claims. `source` says where they come from; a profile without it does not load."""

    source: str


class Paper(Sourced, frozen=True):
    """Print width in dots and in Font A columns; one cell of the grid is `cell` dots, one line `line` dots high."""

    width_mm: int
    dots: int
    columns: Annotated[int, msgspec.Meta(ge=16, le=64)]
    cell_width: int = 12
    cell_height: int = 24
    line: int = 30


class Page(Sourced, frozen=True):
    """A single-byte character page: `ESC t slot`, and the Python codec of the same repertoire."""

    slot: int
    codec: str


class Kanji(Sourced, frozen=True):
    """Whether hanzi may be sent as text (`FS &`). Only true where a test slip was looked at."""

    rom: Literal["none", "gb18030"] = "none"


class Graphics(Sourced, frozen=True):
    """How pictures go out, and whether the printer draws QR codes and barcodes itself."""

    command: Literal["gs_v_0", "esc_star"] = "gs_v_0"
    qr: bool = True
    barcode: bool = True


class Style(Sourced, frozen=True):
    """How text is enlarged (`GS !` to 3 x 3, or `ESC !` to 2 x 2), reversed and coloured."""

    size: Literal["gs", "esc"] = "gs"
    inverse: bool = True
    red: bool = False


class Cutter(Sourced, frozen=True):
    """Bytes, as hex, of the partial and the full cut; empty where there is no cutter."""

    partial: str = "1d 56 42 00"
    full: str = "1d 56 41 00"
    feed: int = 0


class Pulse(Sourced, frozen=True):
    """Drawer kick: how long the pulse is on and off, in ms."""

    on_ms: int = 50
    off_ms: int = 500


class Buzzer(Sourced, frozen=True):
    """Which command sounds the buzzer: Epson's `ESC ( A`, the clones' `ESC B`, or none."""

    command: Literal["none", "epson", "clone"] = "none"


class Replies(Sourced, frozen=True):
    """What is expected of the back channel until the printer is probed.

    `proof` is the class of evidence A to D; `auto_status` whether `GS a` is known; `guard` whether `GS ( D`
    may be sent to stop real-time commands hidden in graphics. `lines_per_second` is
    for patience only.
    """

    proof: Literal["A", "B", "C", "D"] = "C"
    auto_status: bool = False
    guard: bool = False
    clear: bool = False
    lines_per_second: float = 20.0


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model of printer."""

    name: str
    title: str
    maker: str
    paper: Paper
    kanji: Kanji
    graphics: Graphics
    style: Style
    cutter: Cutter
    drawer: Pulse
    buzzer: Buzzer
    replies: Replies
    pages: tuple[Page, ...] = ()
    driver: Literal["escpos", "epos"] = "escpos"
    identity: tuple[str, ...] = ()
    notes: str = ""

    @property
    def columns(self) -> int:
        """Cells of normal text in one line."""
        return self.paper.columns

    @property
    def drawn_columns(self) -> int:
        """Cells in one drawn line: an impact printer needs 8 of its 200 picture dots for each."""
        return self.paper.dots // 16 if self.graphics.command == "esc_star" else self.paper.columns

    def adjusted(
        self,
        *,
        columns: int | None = None,
        kanji: Literal["none", "gb18030"] | None = None,
        proof: Literal["A", "B", "C", "D"] | None = None,
        clear: bool | None = None,
    ) -> "Profile":
        """The profile with what was learnt about one printer of this model.

        Raises ValueError for columns that the paper cannot hold.
        """
        changed = self
        if columns is not None:
            widest = self.paper.dots // self.paper.cell_width
            if not 16 <= columns <= widest:
                raise ValueError(f"{self.title} prints 16 to {widest} columns, not {columns}.")
            changed = msgspec.structs.replace(changed, paper=msgspec.structs.replace(self.paper, columns=columns))
        if kanji is not None:
            seen = Kanji(rom=kanji, source="seen on this printer's test slip")
            changed = msgspec.structs.replace(changed, kanji=seen)
        replies = changed.replies
        if proof is not None:
            replies = msgspec.structs.replace(replies, proof=proof, source="probed on this printer")
        if clear is not None:
            replies = msgspec.structs.replace(replies, clear=clear, source="probed on this printer")
        return msgspec.structs.replace(changed, replies=replies)


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.toml"))}


def names() -> list[str]:
    """Names of all printers that can be used, generic ones last."""
    usable = [name for name, table in _tables().items() if "refused" not in table]
    return sorted(usable, key=lambda name: (name.startswith("generic"), name))


@cache
def load(name: str) -> Profile:
    """The profile called `name`.

    Raises UnknownProfile naming the known ones, RefusedPrinter for a model that cannot work.
    """
    table = _tables().get(name)
    if table is None:
        raise UnknownProfile(f"No printer profile is called {name!r}. Known: {', '.join(names())}.")
    if "refused" in table:
        raise RefusedPrinter(table["refused"])
    return msgspec.convert({"name": name, **table}, Profile)


def guess(identity: str) -> str | None:
    """The profile whose model is named in `identity` (an mDNS or USB product name, a `GS I` answer), or None.

    Raises RefusedPrinter when the model is one that cannot work.
    """
    seen = re.sub(r"[^a-z0-9]", "", identity.lower())
    found: list[tuple[int, str]] = []
    for name, table in _tables().items():
        keys = [re.sub(r"[^a-z0-9]", "", key.lower()) for key in table.get("identity", ())]
        found += [(len(key), name) for key in keys if key in seen]
    if not found:
        return None
    best = max(found)[1]
    load(best)
    return best
