"""The carrier of one target: brings the line there, piece by piece, and knows how far it has got.

A piece is sealed to the owner's recovery key as a backup is: `age -d -i KEY FILE | zstd -d` gives the log's bytes.
While a log grows, a piece is what was committed since the last one; once it is closed it is sent again as a whole, and
its parts are taken away: so a target holds few files, and a restore fetches few.
"""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from barbox.backup.faults import BackupFault
from barbox.backup.live import segments
from barbox.backup.live.log import Gone, LiveLog, Piece
from barbox.backup.live.segments import Base, Head, Segment, chain_from, chain_of
from barbox.backup.making.errand import Destination, Errand, Replaced, claim
from barbox.backup.targets.store import Pace, Store, below, content_of, is_medium, open_store
from barbox.core.clock import Clock

log = logging.getLogger(__name__)

MEDIUM_EVERY_S = 1.0
CLOUD_EVERY_S = 5.0
FIRST_RETRY_S, LONGEST_RETRY_S = 2.0, 60.0
FIRST_BASE_RETRY_S, LONGEST_BASE_RETRY_S = 15.0, 3600.0
CLAIM_EVERY_S = 60.0
"""How often the name at the target is read again: another box may have taken it over."""
BASE_EVERY_MS = 7 * 24 * 3_600_000
BASE_EVERY_BYTES = 256 * 1024 * 1024
MOST_IN_A_PIECE = 4 * 1024 * 1024
PART, WHOLE = 1, 3
"""How hard a piece is compressed: what is only there for a while need not be small."""
TIDY_EVERY = 50
"""Files are tidied away after so many whole logs, and with every base."""
LiveState = Literal["reaching", "waiting", "live", "failing", "replaced"]


class Sender(NamedTuple):
    """Whose pieces these are: `errand` tells store, box, generation and for whom they are sealed."""

    errand: Errand
    newest_key: Callable[[], Awaitable[str]]
    """Fingerprint of the key in force: asked after a piece was read, which may hold the making of a new one."""
    figures: Callable[[], Awaitable[tuple[int, int, int]]]
    """The journal's length, the last business day with orders, and their number."""


class Carrier:
    """`serve` runs for ever; while its `state` is "waiting", it is for a base."""

    def __init__(self, destination: Destination, log_: LiveLog, clock: Clock, sender: Sender) -> None:
        self.destination = destination
        self.state: LiveState = "reaching"
        self.code = self.detail = ""
        self.shipped_at: int | None = None
        """Everything committed up to then (ms) is at the target."""
        self.wants_base = False
        self.base_at: int | None = None
        self.replaced_by = 0
        self.pieces = 0
        self._log = log_
        self._clock = clock
        self._sender = sender
        self._store: Store | None = None
        self._line = ""
        self._no, self._end = 0, 0
        self._chain = ""
        self._digest: Any = None
        self._since_base = 0
        self._parts: list[Segment] = []
        self._claimed_at = 0.0
        self._wholes = 0
        self._untidy = False
        self._base_fault: BackupFault | None = None
        self._base_after = 0.0
        self._base_wait = FIRST_BASE_RETRY_S
        self._pace = Pace(destination.limit_kb)
        self._url = below(destination.url, segments.folder(sender.errand.store))
        self.every_s = MEDIUM_EVERY_S if is_medium(destination.url) else CLOUD_EVERY_S

    @property
    def reached(self) -> int | None:
        """The log it has got to, None while it has no base of this line."""
        return self._no if self._line and self._line == self._log.line else None

    @property
    def wanting(self) -> bool:
        """Whether it is at its target and a copy of the database should be brought there now."""
        if self.state not in ("waiting", "live", "failing") or time.monotonic() < self._base_after:
            return False
        if self._store is None:
            return False
        old = self.base_at is not None and self._clock.now() - self.base_at > BASE_EVERY_MS
        return self.wants_base or old or self._since_base > BASE_EVERY_BYTES

    async def serve(self) -> None:
        """Reach the target, then bring everything there; what fails is tried again for ever."""
        wait = FIRST_RETRY_S
        while True:
            try:
                if self._store is None:
                    await self._reach()
                moved = await self._step()
                self._note_well()
                wait = FIRST_RETRY_S
                await asyncio.sleep(0 if moved else self.every_s)
            except Replaced as fault:
                if fault.code == "replaced" and self.destination.claimed:
                    self.replaced_by = fault.generation
                await self._give_up("replaced", fault, LONGEST_RETRY_S)
            except BackupFault as fault:
                await self._give_up("failing", fault, wait)
                wait = min(LONGEST_RETRY_S, 2 * wait)
            except OSError as error:
                await self._give_up("failing", BackupFault("stopped", str(error)), LONGEST_RETRY_S)

    async def finish(self, seconds: float) -> None:
        """Bring what is left within so many seconds; `serve` was cancelled."""
        if self.state != "live" or self._store is None:
            return
        with contextlib.suppress(BackupFault, OSError, TimeoutError):
            async with asyncio.timeout(seconds):
                while await self._step():
                    continue

    async def close(self) -> None:
        """Let connections go."""
        if self._store is not None:
            store, self._store = self._store, None
            await store.close()

    async def bring(self, base: Base, sealed: Path, sha256: str) -> None:
        """Bring a copy of the database, from which the line goes on there. What fails is tried again later."""
        place = open_store(self._url, self.destination.credentials)
        try:
            await place.upload(str(base), sealed, self._pace)
            if (await content_of(place, str(base))).sha256 != sha256:
                await place.delete(str(base))
                raise BackupFault("damaged", str(base))
            if self._line != base.line or self._no < base.no:  # else it is beyond already
                await self._tell_head(place, base.line, Head(base.no, 0, base.chain, base.at))
                self._line, self._digest, self._parts = base.line, None, []
                self._no, self._end, self._chain = base.no, 0, base.chain
                self.shipped_at = base.at
            self.wants_base, self.base_at, self._since_base, self._base_fault = False, base.at, 0, None
            self._base_wait = FIRST_BASE_RETRY_S
            self._untidy = True
        except BackupFault as fault:
            self.go_without(fault)
        finally:
            await place.close()

    def go_without(self, fault: BackupFault) -> None:
        """No copy of the database could be made or brought: after a while it is tried again."""
        log.warning("live copy: its base", extra={"target": self.destination.target_id, "fault": fault.code})
        self._base_fault, self._base_after = fault, time.monotonic() + self._base_wait
        self._base_wait = min(LONGEST_BASE_RETRY_S, 2 * self._base_wait)

    def _note_well(self) -> None:
        fault = self._base_fault if self.wants_base else None
        if fault:
            self.state, self.code, self.detail = "failing", fault.code, fault.detail
        else:
            self.state, self.code, self.detail = "waiting" if self.wants_base else "live", "", ""

    async def _give_up(self, state: LiveState, fault: BackupFault, wait: float) -> None:
        if self.state != state or self.code != fault.code:
            told = {"target": self.destination.target_id, "fault": fault.code, "detail": fault.detail}
            log.warning("live copy", extra=told)
        self.state, self.code, self.detail = state, fault.code, fault.detail
        await self.close()
        await asyncio.sleep(wait)

    async def _reach(self) -> None:
        await self._claim()
        store = open_store(self._url, self.destination.credentials)
        try:
            await store.establish()
            await self._find_out(store, [each.name for each in await store.names()])
        except BaseException:
            await store.close()
            raise
        self._store = store

    async def _claim(self) -> None:
        root = open_store(self.destination.url, self.destination.credentials)
        try:
            await claim(root, self.destination, self._sender.errand)
        finally:
            await root.close()
        self._claimed_at = time.monotonic()

    async def _find_out(self, store: Store, names: list[str]) -> None:
        """How far this line has got there, by what is there."""
        self._line, self.wants_base = "", True
        for line in segments.lines(names):
            if (line.generation, line.line) != (self._sender.errand.generation, self._log.line):
                continue
            place = line.reached(line.bases[-1])
            try:
                chain = await asyncio.to_thread(self._chain_at, place.no, place.end)
            except Gone:
                return  # what comes next is no longer kept: it goes on from a new base
            if chain != place.chain:
                await asyncio.to_thread(self._log.lose, "a target holds what this box does not")
                return
            self._line, self._digest = line.line, None
            self._no, self._end, self._chain = place
            base = line.bases[-1]
            self.wants_base, self.base_at = False, base.at
            self._since_base = sum(each.end - each.start for each in line.segments if each.no >= base.no)
            gone = segments.covered(line)
            for name in gone:
                await store.delete(name)
            here = (each for each in line.segments if each.no == place.no and str(each) not in gone)
            self._parts = sorted(here, key=lambda each: each.start)

    def _chain_at(self, no: int, end: int) -> str:
        digest = self._log.chain(no, end)
        return chain_of(digest) if end else self._log.opening(no)

    async def _step(self) -> bool:
        """Bring the next piece; whether there may be more at once."""
        store = self._store
        if time.monotonic() - self._claimed_at > CLAIM_EVERY_S:
            await self._claim()
        if self._line != self._log.line or not self._line:
            self.wants_base = True
        if self.wants_base or store is None:
            return False
        at = self._clock.now()
        try:
            newest = await asyncio.to_thread(self._log.head)
            piece = await asyncio.to_thread(self._log.after, self._no, self._end, MOST_IN_A_PIECE)
            if await self._sender.newest_key() != self._log.owner[1] or self._line != self._log.line:
                self.wants_base = True
                return False
            if piece is None or piece.no != self._no:
                await self._whole(store)
            if piece is None:
                self.shipped_at = at
                if self._untidy:
                    await self._tidy(store)
                return False
            await self._ship(store, piece, at if (piece.no, piece.end) >= newest else self.shipped_at or 0)
            return (piece.no, piece.end) < newest
        except Gone:
            self.wants_base = True
            return False

    async def _whole(self, store: Store) -> None:
        """The log that is behind is sent as a whole, where it went there in parts."""
        if len(self._parts) < 2 or self._parts[0].start:
            return
        piece = await asyncio.to_thread(self._log.whole, self._no)
        if piece is None or piece.end != self._end:
            return
        parts, digest = self._parts, chain_from(self._parts[0].before)
        digest.update(piece.data)
        if chain_of(digest) != parts[-1].after:
            raise Gone
        name = parts[-1]._replace(start=0, before=parts[0].before)
        await self._put(store, str(name), piece.data, read_back=True)
        self._parts = [name]
        for each in parts:
            await store.delete(str(each))
        self._wholes += 1
        self._untidy = self._wholes % TIDY_EVERY == 0

    async def _ship(self, store: Store, piece: Piece, at: int) -> None:
        before = self._chain if piece.start else (await asyncio.to_thread(self._chain_at, piece.no, 0))
        if before != self._chain:
            raise Gone
        if not piece.start or self._digest is None:
            self._digest = await asyncio.to_thread(self._log.chain, piece.no, piece.start)
        digest = self._digest.copy()
        digest.update(piece.data)
        after = chain_of(digest)
        generation, line = self._sender.errand.generation, self._line
        name = Segment(generation, line, piece.no, piece.start, piece.end, self._clock.now(), before, after)
        await self._put(store, str(name), piece.data)
        self._parts = [*(self._parts if piece.no == self._no else []), name]
        self._no, self._end, self._chain, self._digest = piece.no, piece.end, after, digest
        self.shipped_at = at
        self._since_base += len(piece.data)
        self.pieces += 1
        await self._tell_head(store, self._line, Head(self._no, self._end, self._chain, at))

    async def _put(self, store: Store, name: str, data: bytes, *, read_back: bool = False) -> None:
        sealed = await asyncio.to_thread(seal, data, self._sender.errand.recipient, WHOLE if read_back else PART)
        await self._pace.spend(len(sealed))
        # one that is there is our own, from before a crash: its name tells that its content is the same
        new = await store.put_small(name, sealed, anew=True)
        if new and read_back and (await content_of(store, name)).sha256 != hashlib.sha256(sealed).hexdigest():
            await store.delete(name)
            raise BackupFault("damaged", name)

    async def _tell_head(self, store: Store, line: str, head: Head) -> None:
        seq, day, orders = await self._sender.figures()
        head = msgspec.structs.replace(head, seq=seq, day=day, orders=orders)
        name = segments.head_name(self._sender.errand.generation, line)
        await store.put_small(name, msgspec.json.encode(head), anew=False)

    async def _tidy(self, store: Store) -> None:
        for name in segments.superfluous([each.name for each in await store.names()]):
            await store.delete(name)
        self._untidy = False


def seal(data: bytes, recipient: str, level: int) -> bytes:
    """Compressed at that level of zstd and encrypted, as a backup is."""
    import pyrage
    import zstandard

    packed = zstandard.ZstdCompressor(level=level, write_checksum=True).compress(data)
    return bytes(pyrage.encrypt(packed, [pyrage.x25519.Recipient.from_str(recipient)]))
