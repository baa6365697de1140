"""Text on a grid of cells: how wide it is, where it breaks, which bytes carry it.

A cell is one Font A character. Hanzi, kana, hangul and emoji take two. Nothing is ever cut off: what does not
fit wraps.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from wcwidth import iter_graphemes, wcwidth

from printers.profiles import Profile

_NOT_FIRST = set("，。、；：！？）》」』】〕…·”’,.;:!?)]}%")
_NOT_LAST = set("（《「『【〔“‘([{¥￥$€£")


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes that go out under one character set: `page` is an `ESC t` slot, None is plain ASCII; `double` is
    ROM Chinese.
    """

    data: bytes
    page: int | None = None
    double: bool = False


def clean(text: str) -> str:
    """Text as one can print it: composed (NFC), tabs as a space, other control characters gone, newlines kept."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(c for c in composed if c == "\n" or _printable(c))


def _printable(char: str) -> bool:
    category = unicodedata.category(char)
    return category not in {"Cc", "Cs", "Zl", "Zp"} and (category != "Cf" or char == "\u200d")


@lru_cache(maxsize=8192)
def cluster_cells(cluster: str) -> int:
    """Cells one grapheme cluster takes: 1 or 2. Marks, joiners and variation selectors add nothing."""
    return max(1, max((wcwidth(c) for c in cluster), default=1))


def clusters(text: str) -> Iterator[str]:
    """The text's grapheme clusters: a letter with its accents stays in one piece."""
    if text.isascii():
        return iter(text)
    return iter_graphemes(text)


def cells(text: str) -> int:
    """Cells the text takes on paper."""
    if text.isascii():
        return len(text)
    return sum(cluster_cells(c) for c in clusters(text))


def _atoms(text: str) -> list[str]:
    """Pieces a line may break between: words, runs of spaces, single wide characters with their punctuation."""
    atoms: list[str] = []
    glue = False
    for cluster in clusters(text):
        space = cluster == " "
        previous = atoms[-1] if atoms else ""
        if not previous:
            joins = False
        elif space or previous[-1] == " ":
            joins = space and previous[-1] == " "
        else:
            wide = cluster_cells(cluster) == 2 or cluster_cells(previous[-1]) == 2
            joins = glue or cluster in _NOT_FIRST or not wide
        if joins:
            atoms[-1] += cluster
        else:
            atoms.append(cluster)
        glue = cluster in _NOT_LAST
    return atoms


def longest_word(text: str) -> int:
    """Cells of the longest piece that ought not to be broken."""
    return max((cells(atom) for line in clean(text).split("\n") for atom in _atoms(line)), default=0)


def wrap(text: str, width: int, *, later: int | None = None) -> list[str]:
    """Break `text` into lines of at most `width` cells (`later` for every line after the first).

    Breaks at spaces, around wide characters, and inside a word only where the word alone is longer than a
    line. Every character but the spaces at a break is kept. Widths below 2 are taken as 2, or a hanzi would
    never fit.
    """
    rest = max(2, width if later is None else later)
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        lines += _wrap_paragraph(paragraph, max(2, width) if not lines else rest, rest)
    return lines


def _wrap_paragraph(paragraph: str, first: int, rest: int) -> list[str]:
    lines: list[str] = []
    line, used, room = "", 0, first
    for atom in _atoms(paragraph):
        size = cells(atom)
        if used + size <= room:
            line, used = line + atom, used + size
            continue
        if atom[0] == " ":
            if line:
                lines.append(line)
            line, used, room = "", 0, rest
            continue
        if line.strip():
            lines.append(line.rstrip(" "))
            line, used, room = "", 0, rest
        for cluster in clusters(atom):
            size = cluster_cells(cluster)
            if used + size > room:
                lines.append(line)
                line, used, room = "", 0, rest
            line, used = line + cluster, used + size
    if line.strip() or not lines:
        lines.append(line.rstrip(" "))
    return lines


def pad(text: str, width: int, align: str = "left") -> str:
    """`text` filled with spaces to `width` cells."""
    missing = max(0, width - cells(text))
    if align == "right":
        return " " * missing + text
    if align == "center":
        return " " * (missing // 2) + text + " " * (missing - missing // 2)
    return text + " " * missing


def segment(text: str, profile: Profile) -> list[Run] | None:
    """The text as runs of bytes the printer's own fonts can show, or None where the line must be drawn.

    A character that takes one cell is only sent from a single-byte page, one that takes two only from the
    Chinese ROM, whose characters are all 24 dots wide: otherwise the paper would not agree with the layout.
    Of GB18030 only the two-byte part (GBK) is used, because many printers know no other (SP91 manual, page
    66).
    """
    runs: list[Run] = []
    for cluster in clusters(text):
        run = _carry(cluster, profile, runs[-1].page if runs else None)
        if run is None:
            return None
        if runs and runs[-1].double == run.double and runs[-1].page == run.page:
            runs[-1] = Run(runs[-1].data + run.data, run.page, run.double)
        else:
            runs.append(run)
    return runs


def _carry(cluster: str, profile: Profile, current: int | None) -> Run | None:
    if cluster.isascii():
        return Run(cluster.encode("ascii"), current)
    if len(cluster) != 1:
        return None
    if cluster_cells(cluster) == 2:
        data = _gbk(cluster) if profile.kanji.rom == "gb18030" else None
        return None if data is None else Run(data, current, double=True)
    for page in sorted(profile.pages, key=lambda page: page.slot != current):
        data = _single_byte(cluster, page.codec)
        if data is not None:
            return Run(data, page.slot)
    return None


@lru_cache(maxsize=4096)
def _gbk(char: str) -> bytes | None:
    try:
        data = char.encode("gbk")
    except UnicodeEncodeError:
        return None
    return data if len(data) == 2 else None


@lru_cache(maxsize=4096)
def _single_byte(char: str, codec: str) -> bytes | None:
    try:
        data = char.encode(codec)
    except UnicodeEncodeError:
        return None
    return data if len(data) == 1 and data[0] >= 0x80 else None
