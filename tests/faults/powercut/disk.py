"""A disk as the operating system promises it: what an fsync that returned has covered stays, the rest may.

File systems differ in what they promise of names. ORDERED is ext4 with its ordered journal: any sync that
returns also makes all earlier creations and renames durable. STRICT is POSIX's word: only a sync of the
directory does.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath


class Names(Enum):
    """What a file system promises of names (see above)."""

    ORDERED = "ordered"
    STRICT = "strict"


class Mode(Enum):
    """What became of writes that no sync had covered when the power went."""

    NONE = "none"  # all gone
    ALL = "all"  # all there, as after kill -9
    PREFIX = "prefix"  # the first ones of each file, the last of them cut off
    SUBSET = "subset"  # any of them, in any order
    TORN = "torn"  # any sectors of any of them
    ZEROS = "zeros"  # like torn, but a lost sector beyond the old end of the file reads as zeros


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes put at an offset."""

    serial: int
    offset: int
    data: bytes

    def apply(self, content: bytearray) -> None:
        """Put them there; a gap before them reads as zeros."""
        if self.offset > len(content):
            content.extend(bytes(self.offset - len(content)))
        content[self.offset : self.offset + len(self.data)] = self.data


@dataclass(frozen=True, slots=True)
class Resize:
    """The file cut off or lengthened."""

    serial: int
    size: int

    def apply(self, content: bytearray) -> None:
        """Cut off, or lengthen with zeros."""
        del content[self.size :]
        content.extend(bytes(self.size - len(content)))


@dataclass(slots=True)
class File:
    """The bytes of one file: those that are safe, and the changes on their way in their order."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Write | Resize] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The size that the running program sees."""
        size = len(self.durable)
        for change in self.pending:
            size = change.size if isinstance(change, Resize) else max(size, change.offset + len(change.data))
        return size

    def sync(self, upto: int) -> None:
        """Make every change up to that serial durable."""
        late: list[Write | Resize] = []
        for change in self.pending:
            if change.serial <= upto:
                change.apply(self.durable)
            else:
                late.append(change)
        self.pending = late

    def after_the_cut(self, mode: Mode, chance: random.Random, sector: int) -> bytearray:
        """The bytes that a disk may hold now."""
        content = bytearray(self.durable)
        if mode is not Mode.NONE and self.pending:
            for change in _LOSING[mode](self.pending, chance, sector, len(content)):
                change.apply(content)
        return content


_Changes = list[Write | Resize]


def _all(pending: _Changes, _chance: random.Random, _sector: int, _old: int) -> Iterable[Write | Resize]:
    return pending


def _prefix(pending: _Changes, chance: random.Random, sector: int, _old: int) -> Iterable[Write | Resize]:
    kept = pending[: chance.randint(0, len(pending))]
    if kept and isinstance(kept[-1], Write) and len(kept[-1].data) > 1:
        last = kept.pop()
        if isinstance(last, Write) and (whole := chance.randrange(len(last.data) // sector + 1) * sector):
            kept.append(Write(last.serial, last.offset, last.data[:whole]))
    return kept


def _subset(pending: _Changes, chance: random.Random, _sector: int, _old: int) -> Iterable[Write | Resize]:
    return [change for change in pending if chance.random() < 0.5]


def _torn(pending: _Changes, chance: random.Random, sector: int, _old: int) -> Iterable[Write | Resize]:
    return [piece for piece in _sectors(pending, sector) if chance.random() < 0.5]


def _zeros(pending: _Changes, chance: random.Random, sector: int, old: int) -> Iterable[Write | Resize]:
    for piece in _sectors(pending, sector):
        if chance.random() < 0.5:
            yield piece
        elif isinstance(piece, Write) and piece.offset >= old:
            yield Write(piece.serial, piece.offset, bytes(len(piece.data)))


def _sectors(pending: _Changes, sector: int) -> Iterable[Write | Resize]:
    for change in pending:
        if isinstance(change, Resize):
            yield change
            continue
        at = 0
        while at < len(change.data):
            length = min(len(change.data) - at, sector - (change.offset + at) % sector)
            yield Write(change.serial, change.offset + at, change.data[at : at + length])
            at += length


_LOSING: dict[Mode, Callable[[_Changes, random.Random, int, int], Iterable[Write | Resize]]] = {
    Mode.ALL: _all,
    Mode.PREFIX: _prefix,
    Mode.SUBSET: _subset,
    Mode.TORN: _torn,
    Mode.ZEROS: _zeros,
}


class Directory:
    """A name that holds names."""


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads to another."""

    target: str


Node = File | Directory | Link
Renaming = list[tuple[str, Node | None]]


@dataclass(frozen=True, slots=True)
class _Named:
    serial: int
    changes: Renaming

    @property
    def directories(self) -> set[str]:
        return {str(PurePosixPath(path).parent) for path, _ in self.changes}


class Disk:
    """The files below `root` as the program sees them (`live`) and as a power cut would leave them."""

    def __init__(self, root: Path, names: Names, base: Path) -> None:
        """Start with the files of `base` as durable content of `root`."""
        self.root = str(root)
        self.serial = 0
        self.live: dict[str, Node] = {}
        self._names = names
        self._renamings: list[_Named] = []
        for path in [base, *sorted(base.rglob("*"))]:
            self.live[str(root / path.relative_to(base))] = _node_at(path)
        self._durable = dict(self.live)

    def holds(self, path: str | None) -> bool:
        """Whether that path lies on this disk."""
        return path is not None and (path == self.root or path.startswith(self.root + "/"))

    def file(self, path: str | None) -> File | None:
        """The file that the program sees there."""
        node = self.live.get(path) if path else None
        return node if isinstance(node, File) else None

    def write(self, file: File, offset: int, data: bytes) -> None:
        """Bytes on their way to a file."""
        self.serial += 1
        file.pending.append(Write(self.serial, offset, data))

    def resize(self, file: File, size: int) -> None:
        """A new length on its way to a file."""
        self.serial += 1
        file.pending.append(Resize(self.serial, size))

    def rename(self, changes: Renaming) -> None:
        """Names that change together: each gets a node, or None where it goes."""
        self.serial += 1
        _apply(changes, self.live)
        self._renamings.append(_Named(self.serial, changes))

    def found(self, path: str, node: Node) -> None:
        """A name that must have been there all the time."""
        self.live[path] = self._durable[path] = node

    def sync(self, path: str, upto: int) -> None:
        """A sync of that path returned: it covers what was done up to that serial."""
        node = self.live.get(path)
        if isinstance(node, File):
            node.sync(upto)
            if self._names is Names.ORDERED:
                self._harden(upto, None)
        elif node is not None:
            self._harden(upto, None if self._names is Names.ORDERED else path)

    def sync_all(self, upto: int) -> None:
        """sync() returned."""
        for node in self.live.values():
            if isinstance(node, File):
                node.sync(upto)
        self._harden(upto, None)

    def _harden(self, upto: int, directory: str | None) -> None:
        late: list[_Named] = []
        settled: dict[str, int] = {}
        for renaming in self._renamings:
            if renaming.serial <= upto and (directory is None or directory in renaming.directories):
                _apply(renaming.changes, self._durable)
                settled |= {path: renaming.serial for path, _ in renaming.changes}
            else:
                late.append(renaming)
        # What was done to a name before its last durable change can no longer come after it.
        self._renamings = [
            _Named(each.serial, [change for change in each.changes if settled.get(change[0], -1) < each.serial])
            for each in late
        ]

    def image(self, target: Path, mode: Mode, chance: random.Random, sector: int) -> None:
        """Write below `target`, which must not exist, what the disk may hold if the power goes now."""
        names = dict(self._durable)
        kept = {Mode.NONE: 0, Mode.ALL: len(self._renamings)}.get(mode)
        for renaming in self._renamings[: chance.randint(0, len(self._renamings)) if kept is None else kept]:
            _apply(renaming.changes, names)
        target.mkdir(parents=True)
        for path in sorted(names):
            node, place = names[path], target / path.removeprefix(self.root).lstrip("/")
            if isinstance(node, Directory):
                place.mkdir(parents=True, exist_ok=True)
            elif isinstance(node, Link):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(node.target)
            elif not path.endswith("-shm"):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(node.after_the_cut(mode, chance, sector))


def _node_at(path: Path) -> Node:
    if path.is_symlink():
        return Link(str(path.readlink()))
    return Directory() if path.is_dir() else File(bytearray(path.read_bytes()))


def _apply(changes: Renaming, names: dict[str, Node]) -> None:
    for path, node in changes:
        if node is None:
            names.pop(path, None)
        else:
            names[path] = node
