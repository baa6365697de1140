"""One backup, made by a process of its own so that the till never waits for it.

The box starts it with the errand on its standard input and reads reports from its standard output, both JSON lines. It
runs at the lowest priority and gives its memory back when it ends. The second key, with which the backup is read back,
exists in its memory only. When the box goes away, it goes too.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from barbox.backup import children, rules
from barbox.backup.faults import BackupFault
from barbox.backup.making import proof, snapshot
from barbox.backup.making.snapshot import Sealed
from barbox.backup.targets.store import Credentials, Pace, Store, content_of, is_medium, open_store
from barbox.backup.tread import Tread
from barbox.core.errors import Broken

TRIES = 2


class Destination(msgspec.Struct, frozen=True):
    """One target: `claimed` when this box's name is known to stand there."""

    target_id: int
    url: str
    credentials: Credentials | None
    limit_kb: int
    claimed: bool
    doubtful: list[str] = []
    """Backups that were sent there but never read back: removed as soon as a later one is proven."""


class Errand(msgspec.Struct, frozen=True):
    """What is asked: `spool` is a folder for what is being prepared; without `recipient` targets are only visited."""

    source: str
    spool: str
    store: str
    box_id: str
    generation: int
    schema: int
    now: str
    destinations: list[Destination]
    recipient: str = ""
    fingerprint: str = ""
    try_out: bool = False
    """Also write, read and delete a small file at each target."""
    rehearse: bool = False
    """Also fetch one again, open what comes back and start the app on it."""


class Go(msgspec.Struct, frozen=True):
    """The source stands still at this end of the journal; `at` is business time in ms."""

    seq: int
    head: str
    at: int


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """These targets answer and are ours: the source may be made to stand still."""

    target_ids: list[int]


class WasSealed(msgspec.Struct, frozen=True, tag="sealed"):
    """The source may move on."""

    size: int


class Proven(msgspec.Struct, frozen=True, tag="proven"):
    """Read back and sound; `removed` are older ones whose time was over."""

    target_id: int
    name: str
    size: int
    sha256: str
    entries: int
    removed: list[str]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """`target_id` 0: the whole errand; `generation` is that of the box which replaced this one."""

    target_id: int
    code: str
    detail: str
    generation: int = 0
    name: str = ""


class Rehearsed(msgspec.Struct, frozen=True, tag="rehearsed"):
    """The app was started on what was read back; `problem` is empty when it opened."""

    problem: str


Report = Ready | WasSealed | Proven | Failed | Rehearsed


class Owner(msgspec.Struct, frozen=True):
    """The file at a target that says whose backups these are."""

    box_id: str
    generation: int
    since: str


class Replaced(BackupFault):
    """Another box's name stands at the target."""

    def __init__(self, code: str, owner: Owner) -> None:
        super().__init__(code, f"since {owner.since}")
        self.generation = owner.generation


def say(report: Report) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Read the errand, do it, report."""
    children.step_back()
    errand = msgspec.json.decode(sys.stdin.buffer.readline(), type=Errand)
    asyncio.run(_Porter(errand).run())


class _Porter:
    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._spool = Path(errand.spool)
        self._tread = Tread(Path(errand.source))
        self._to_rehearse = errand.rehearse

    async def run(self) -> None:
        stores = {each.target_id: open_store(each.url, each.credentials) for each in self._errand.destinations}
        try:
            fit = await asyncio.gather(*(self._fit(each, stores[each.target_id]) for each in self._errand.destinations))
            ready = [each for each, fits in zip(self._errand.destinations, fit, strict=True) if fits]
            say(Ready([each.target_id for each in ready]))
            if ready and self._errand.recipient:
                await self._deliver(ready, stores)
        except BackupFault as fault:
            say(Failed(0, fault.code, fault.detail))
        finally:
            for store in stores.values():
                await store.close()

    async def _fit(self, destination: Destination, store: Store) -> bool:
        try:
            await claim(store, destination, self._errand)
            if self._errand.try_out:
                await _try_out(store, self._errand.store)
            return True
        except Replaced as fault:
            say(Failed(destination.target_id, fault.code, fault.detail, fault.generation))
        except BackupFault as fault:
            say(Failed(destination.target_id, fault.code, fault.detail))
        return False

    async def _deliver(self, ready: list[Destination], stores: dict[int, Store]) -> None:
        import pyrage

        line = await asyncio.to_thread(sys.stdin.buffer.readline)
        if not line:
            return
        go = msgspec.json.decode(line, type=Go)
        threading.Thread(target=_leave_with_the_box, daemon=True).start()
        mine = pyrage.x25519.Identity.generate()
        errand, file, scratch = self._errand, self._spool / "sealed", self._spool / "scratch.db"
        recipients = [errand.recipient, str(mine.to_public())]
        sold = await asyncio.to_thread(proof.sold, Path(errand.source))
        name = rules.BackupName(
            errand.store, errand.generation, go.at, errand.schema, go.seq, go.head[:16], errand.fingerprint, *sold
        )
        sealing = asyncio.ensure_future(asyncio.to_thread(snapshot.seal, Path(errand.source), file, recipients))
        proving = asyncio.ensure_future(self._prove(file, sealing, scratch, name, str(mine)))
        forgetting = asyncio.ensure_future(self._forget_after(proving, scratch))
        made = _Made(name, str(mine), file, sealing, proving)
        carrying = [asyncio.ensure_future(self._carry(each, stores[each.target_id], made)) for each in ready]
        try:
            say(WasSealed((await sealing).size))
            await asyncio.gather(*carrying)
        finally:
            for each in (proving, *carrying):
                each.cancel()
            await asyncio.gather(proving, forgetting, *carrying, return_exceptions=True)
            await asyncio.to_thread(self._tread.forget, file)

    async def _prove(
        self, file: Path, sealing: asyncio.Future[Sealed], scratch: Path, name: rules.BackupName, key: str
    ) -> None:
        """Open what is being sealed, close behind, and prove the database in it: once for all targets.

        What comes back from one with the same SHA-256 opens to the same database.
        """
        try:
            with snapshot.Growing(file, sealing.done) as growing:
                size = await asyncio.to_thread(snapshot.unseal, growing, key, scratch, self._tread)
        except BackupFault as fault:
            raise BackupFault("unsound" if fault.code == "damaged" else fault.code, fault.detail) from None
        if size != (await sealing).plain_size:
            raise BackupFault("unsound", f"{size} bytes came out of what was sealed")
        await asyncio.to_thread(proof.examine, scratch, name)

    async def _forget_after(self, proving: asyncio.Future[None], scratch: Path) -> None:
        await asyncio.wait([proving])
        await asyncio.to_thread(proof.forget, scratch, self._tread)

    async def _carry(self, to: Destination, store: Store, made: "_Made") -> None:
        """One target; what fails here stops no other."""
        name, sent = made.name, ""
        try:
            sealed = await asyncio.shield(made.sealing)
            await _while_it_may_be_sound(made.proving, _send(store, str(name), made.file, Pace(to.limit_kb)))
            sent = str(name)
            await _come_back(store, sealed, made)
            removed = await _prune(store, name, to.doubtful)
        except BackupFault as fault:
            say(Failed(to.target_id, fault.code, fault.detail, name=sent))
        else:
            say(Proven(to.target_id, str(name), sealed.size, sealed.sha256, name.seq, removed))
            if self._to_rehearse:
                self._to_rehearse = False
                say(Rehearsed(await self._rehearse(store, made)))

    async def _rehearse(self, store: Store, made: "_Made") -> str:
        """All the way, as on the Sunday morning when it counts; returns what went wrong, or nothing."""
        from barbox.backup.making import rehearsal  # the whole app, once a month

        back = self._spool / "back.db"
        try:
            await proof.read_back(store, str(made.name), made.key, back)
            await asyncio.to_thread(proof.examine, back, made.name)
            return await rehearsal.rehearse(back, made.name.seq)
        except BackupFault as fault:
            return str(fault)
        finally:
            await asyncio.to_thread(proof.forget, back, self._tread)


class _Made(NamedTuple):
    """The backup that is being made: all targets wait for the same."""

    name: rules.BackupName
    key: str
    file: Path
    sealing: asyncio.Future[Sealed]
    proving: asyncio.Future[None]


async def claim(store: Store, destination: Destination, errand: Errand) -> None:
    """Put this box's name at the target. Raises BackupFault, Replaced where another box's name stands."""
    marker = rules.marker_name(errand.store)
    mine = Owner(errand.box_id, errand.generation, errand.now)
    data = await store.small(marker)
    if data is None:
        if destination.claimed and is_medium(destination.url):
            raise BackupFault("not_plugged_in", f"{marker} is not there")
        if await store.put_small(marker, msgspec.json.encode(mine), anew=True):
            return
        data = await store.small(marker) or b""
    try:
        owner = msgspec.json.decode(data, type=Owner)
    except msgspec.DecodeError as error:
        raise BackupFault("refused", f"{marker} is not ours: {error}") from None
    if owner.box_id == mine.box_id and owner.generation == mine.generation:
        return
    if owner.box_id != mine.box_id and owner.generation >= mine.generation:
        raise Replaced("occupied" if owner.generation == mine.generation else "replaced", owner)
    await store.put_small(marker, msgspec.json.encode(mine), anew=False)


async def _try_out(store: Store, own: str) -> None:
    name, data = f"barbox-{own}-test.txt", os.urandom(64).hex().encode()
    await store.put_small(name, data, anew=False)
    back = await store.small(name)
    await store.delete(name)
    if back != data:
        raise BackupFault("damaged", "a test file came back changed")


async def _send(store: Store, name: str, file: Path, pace: Pace) -> None:
    for left in reversed(range(TRIES)):
        try:
            return await store.upload(name, file, pace)
        except BackupFault as fault:
            if fault.code != "cut" or not left:
                raise
    return None


async def _while_it_may_be_sound(proving: asyncio.Future[None], sending: Coroutine[Any, Any, None]) -> None:
    """Nobody waits for hours until an unsound database is sent. Raises BackupFault of the one or the other."""
    task = asyncio.ensure_future(sending)
    try:
        await asyncio.wait((task, proving), return_when=asyncio.FIRST_EXCEPTION)
        await (task if task.done() else asyncio.shield(proving))
    finally:
        task.cancel()


async def _come_back(store: Store, sealed: Sealed, made: _Made) -> None:
    """Fetch what was sent: it counts when it is what was sealed, byte by byte, and when that is proven."""
    try:
        back = await content_of(store, str(made.name))
        if back != (sealed.size, sealed.sha256):
            raise BackupFault("damaged", f"{back.size} bytes {back.sha256[:16]} came back")
        await asyncio.shield(made.proving)
    except BackupFault as fault:
        if fault.code in ("damaged", "unsound"):
            await store.delete(str(made.name))
        raise


async def _prune(store: Store, proven: rules.BackupName, doubtful: list[str]) -> list[str]:
    there = {each.name for each in await store.names()}
    removed = sorted(there & set(doubtful))
    removed += rules.superfluous(there - set(doubtful), proven.store, str(proven))
    for name in removed:
        await store.delete(name)
    return removed


def _leave_with_the_box() -> None:
    while os.read(0, 1):  # not by sys.stdin: its lock would be held when the process ends
        continue
    os._exit(1)


def complain(error: Exception) -> None:
    """Have the box hear of what nobody foresaw."""
    say(Failed(0, "box_full" if isinstance(error, OSError) and error.errno == 28 else "refused", repr(error)))


if __name__ == "__main__":
    try:
        main()
    except (OSError, Broken) as error:
        complain(error)
        sys.exit(1)
