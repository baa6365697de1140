"""From a live copy to a database: the copy it goes on from, then log after log, each taken over by SQLite itself.

It goes as far as can be proven and says how far that is: a piece that is missing, cut or changed ends it there. To
restore a moment inside a log, the log is cut where a transaction ends, at the last one whose journal is not later.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from barbox.backup.faults import BackupFault
from barbox.backup.live import segments, wal
from barbox.backup.live.segments import Base, Head, Line, Place, Segment, chain_from, chain_of
from barbox.backup.making import proof
from barbox.backup.targets.store import Credentials, Store, below, open_store
from barbox.core import journal

LOOK_AGAIN = 5
MOST_IN_A_PIECE = 512 * 1024 * 1024
"""What a piece may unpack to; more is no piece of ours."""


class Chosen(NamedTuple):
    """A line, the copy to begin with, and the moment (ms) to end at; None: as far as it goes."""

    line: Line
    base: Base
    at: int | None


class Reached(NamedTuple):
    """How far a live copy was restored: the journal's end and its time (ms); `lacks` says what stopped it, or is empty.

    `promised`: up to when (ms) the target says it was shipped.
    """

    seq: int
    at: int
    head: str
    pieces: int
    lacks: str
    promised: int


class Offer(NamedTuple):
    """A line at a target, how far it was shipped, and the size of all of it."""

    line: Line
    head: Head
    size: int


async def offers(url: str, credentials: Credentials | None, store: str) -> list[Offer]:
    """The live copies of a store at a target, the latest first; none where there never was one. Raises BackupFault."""
    place = open_store(below(url, segments.folder(store)), credentials)
    try:
        sizes = {each.name: each.size for each in await place.names()}
        found = []
        for line in segments.lines(sizes):
            base = line.bases[-1]
            head = await _head(place, line) or Head(base.no, 0, base.chain, base.at)
            found.append(Offer(line, head, sum(sizes[str(each)] for each in (base, *line.segments))))
        return found
    except BackupFault as fault:
        if fault.code in ("missing", "no_place", "not_plugged_in"):
            return []
        raise
    finally:
        await place.close()


def choose(found: Sequence[Line], at: int | None) -> Chosen | None:
    """The copy that leads to the moment `at` (ms), or to the last of all."""
    bases = [(each, base) for each in found for base in each.bases if at is None or base.at <= at]
    if not bases:
        return None
    line, base = max(bases, key=lambda each: (each[1].generation, each[1].at, each[1].no))
    return Chosen(line, base, at)


async def restore(
    url: str,
    credentials: Credentials | None,
    store: str,
    chosen: Chosen,
    key: str,
    database: Path,
    told: Callable[[int], None],
) -> Reached:
    """Make the new file `database` from a live copy; `told(bytes so far)`. Raises BackupFault, Broken."""
    place = open_store(below(url, segments.folder(store)), credentials)
    try:
        await proof.read_back(place, str(chosen.base), key, database, told)
        head = await _head(place, chosen.line)
        replaying = _Replay(place, chosen, key, database)
        await replaying.run()
    finally:
        await place.close()
    end = await asyncio.to_thread(_journal_end, database)
    promised = head.at if head else 0
    return Reached(end.seq, end.at, end.hash.hex(), replaying.pieces, replaying.stopped_by(head), promised)


class _Replay:
    """One restore: `place` is how far it got, `lacks` what stopped it, `cut` whether the moment was met."""

    def __init__(self, store: Store, chosen: Chosen, key: str, database: Path) -> None:
        self._store = store
        self._line = chosen.line
        self._at = chosen.at
        self._key = key
        self._database = database
        self.place = Place(chosen.base.no, 0, chosen.base.chain)
        self._log = b""
        self._digest = chain_from("")
        self.lacks = ""
        self.pieces = 0
        self.cut = False

    async def run(self) -> None:
        """Piece after piece, until there is no more, one does not fit, or the moment is met."""
        looked_again = 0
        self._line = await self._look_again()
        while not self.cut:
            following = self._line.after(self.place)
            found = await self._first_whole(following)
            if found is None:
                if looked_again < LOOK_AGAIN and self._line_goes_on():
                    looked_again += 1  # a box that is still shipping has just put a whole log for its parts
                    self._line = await self._look_again()
                    continue
                break
            self.lacks = ""
            segment, data = found
            if segment.no != self.place.no and not await self._take_over():
                break
            self._log = self._log + data if segment.start else data
            self.place = Place(segment.no, segment.end, segment.after)
            self.pieces += 1
            if self._at is not None and segment.at > self._at:
                # its name tells when it was carried away: what was sold meanwhile is in the next one
                self.cut = await asyncio.to_thread(self._cut, self._at)
        await self._take_over()

    def _line_goes_on(self) -> bool:
        return any((each.no, each.end) > (self.place.no, self.place.end) for each in self._line.segments)

    async def _look_again(self) -> Line:
        names = [each.name for each in await self._store.names()]
        same = (each for each in segments.lines(names) if each.line == self._line.line)
        return next(same, self._line)

    def stopped_by(self, head: Head | None) -> str:
        """What is missing, where the line is known to go on; empty where nothing is."""
        if self.lacks or self.cut:
            return self.lacks
        behind = head is not None and (head.no, head.end) > (self.place.no, self.place.end)
        return f"{_name(self.place.no, self.place.end)} is missing" if behind or self._line_goes_on() else ""

    async def _first_whole(self, following: list[Segment]) -> tuple[Segment, bytes] | None:
        for segment in following:
            try:
                data = await self._opened(segment)
            except BackupFault as fault:
                if fault.code not in ("damaged", "missing"):
                    raise
                self.lacks = f"{_name(segment.no, segment.start)} is {fault.code}"
                continue
            return segment, data
        return None

    async def _opened(self, segment: Segment) -> bytes:
        """Fetch a piece, open it, and see that it is what its name says. Raises BackupFault."""
        sealed = bytearray()
        async for piece in self._store.download(str(segment)):
            sealed += piece
        data = await asyncio.to_thread(unseal, bytes(sealed), self._key)
        digest = self._digest.copy() if segment.start else chain_from(segment.before)
        digest.update(data)
        if len(data) != segment.end - segment.start or chain_of(digest) != segment.after:
            raise BackupFault("damaged", str(segment))
        self._digest = digest
        return data

    async def _take_over(self) -> bool:
        """Let SQLite take over the log that was gathered; whether it took all of it."""
        data, self._log = self._log, b""
        if not data or await asyncio.to_thread(wal.replay, self._database, data):
            return True
        self.lacks = self.lacks or f"{_name(self.place.no, 0)} is damaged"
        return False

    def _cut(self, at: int) -> bool:
        """Of the log that was gathered keep the transactions whose journal is not later than `at`.

        Returns whether any was later: else what follows may still belong to that moment.
        """
        ends = wal.commits(self._log)

        def fits(count: int) -> bool:
            return _journal_with(self._database, self._log[: ends[count - 1]]).at <= at

        if not ends or fits(len(ends)):
            return False
        earliest, latest = 0, len(ends) - 1
        while earliest < latest:  # of ends[:earliest] is known that they fit, of ends[:latest + 1] that they do not
            middle = (earliest + latest) // 2
            if fits(middle + 1):
                earliest = middle + 1
            else:
                latest = middle
        self._log = self._log[: ends[earliest - 1]] if earliest else b""
        return True


def unseal(sealed: bytes, key: str) -> bytes:
    """The bytes in a piece. Raises BackupFault("damaged")."""
    import pyrage
    import zstandard

    identity = pyrage.x25519.Identity.from_str(key)
    try:
        packed = pyrage.decrypt(sealed, [identity])
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=MOST_IN_A_PIECE)
    except (pyrage.DecryptError, zstandard.ZstdError) as error:
        raise BackupFault("damaged", str(error)) from None


async def _head(store: Store, line: Line) -> Head | None:
    data = await store.small(segments.head_name(line.generation, line.line))
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(data or b"", type=Head)
    return None


def _journal_with(database: Path, log: bytes) -> journal.Head:
    """The journal's end as the log would leave it; a reader changes neither file."""
    wal.log_file(database).write_bytes(log)
    try:
        return _journal_end(database)
    finally:
        for suffix in ("-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)


def _journal_end(database: Path) -> journal.Head:
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return journal.head(connection)


def _name(no: int, start: int) -> str:
    return f"the piece from byte {start} of log {no}"
