"""Restoring on a box that is still in its carton: the first-run page asks, the box does, then opens as that bar.

The restored data is made ready in `restoring/`, becomes `restored/` by one rename, and takes the place of the empty
database when the box opens next. What stood there before stays beside it under another name.
"""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from barbox.backup.commands import Admission
from barbox.backup.faults import BackupFault
from barbox.backup.restore import restoring
from barbox.backup.restore.restoring import Restored, Source, Step
from barbox.core import ids
from barbox.core.disk import sync

log = logging.getLogger(__name__)

READY = "restored"
"""The folder that holds restored data until the box opens with it."""
PATIENCE_S = 30.0
"""The page has this long to hear that all is ready before the box closes to open anew."""


class Restoring(NamedTuple):
    """How a restore stands: `restored` once it is ready; `fault` when it failed."""

    step: Step
    restored: Restored | None = None
    fault: BackupFault | None = None


class Wizard:
    """One restore at a time; `reopen` is set when the box shall close and open again with what was restored."""

    def __init__(self, folder: Path, file_name: str, hash_pin: Callable[[str], Awaitable[str]]) -> None:
        self._folder = folder
        self._file_name = file_name
        self._hash_pin = hash_pin
        self._task: asyncio.Task[None] | None = None
        self._told = asyncio.Event()
        self._ticket = ""
        self._now = Restoring(Step("fetching"))
        self.reopen = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether a restore is under way, or ready."""
        return self._task is not None and (not self._task.done() or self._now.restored is not None)

    def start(self, source: Source, pin: str, device: str, token: str) -> str:
        """Begin; returns the ticket by which `standing` is asked. Raises BackupFault("busy")."""
        if self.busy:
            raise BackupFault("busy")
        self._now, self._ticket = Restoring(Step("fetching", 0, source.offer.size)), ids.token()
        self._task = asyncio.create_task(self._restore(source, pin, device, token))
        return self._ticket

    def standing(self, ticket: str) -> Restoring | None:
        """How the restore stands, or None for another ticket; once told that it is ready, the box opens anew."""
        if not self._ticket or ticket != self._ticket:
            return None
        if self._now.restored:
            self._told.set()
        return self._now

    async def stop(self) -> None:
        """Give up what is not ready."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _restore(self, source: Source, pin: str, device: str, token: str) -> None:
        work = self._folder / restoring.WORK
        try:
            await asyncio.to_thread(_emptied, work)
            admission = Admission(await self._hash_pin(pin), device, ids.digest(token))
            restored = await restoring.prepare(source, work / self._file_name, admission, self._hear)
            work.rename(self._folder / READY)
            sync(self._folder)
        except BackupFault as fault:
            self._now = Restoring(self._now.step, fault=fault)
        except Exception as error:  # whatever it is, the page hears how it ended
            log.exception("a restore failed")
            code = "box_full" if isinstance(error, OSError) and error.errno == 28 else "damaged_there"
            self._now = Restoring(self._now.step, fault=BackupFault(code, str(error)))
        else:
            self._now = Restoring(Step("ready"), restored)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), PATIENCE_S)
            self.reopen.set()
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _hear(self, step: Step) -> None:
        self._now = Restoring(step)


WIZARD = web.AppKey("WIZARD", Wizard)


def take_in(folder: Path, file_name: str) -> bool:
    """Before the box opens its database: put restored data in its place; returns whether there was any.

    What stood there is kept under another name. May be interrupted anywhere and called again.
    """
    ready, final = folder / READY, folder / file_name
    if not (ready / file_name).exists():
        with contextlib.suppress(FileNotFoundError):
            ready.rmdir()
        return False
    if final.exists():
        number = sum(each.name.endswith(".before") for each in folder.iterdir()) + 1
        for suffix in ("-wal", "-shm", ""):
            old = final.with_name(final.name + suffix)
            if old.exists():
                old.rename(folder / f"{final.stem}-{number}{final.suffix}.before{suffix}")
        sync(folder)
    (ready / file_name).rename(final)
    sync(folder)
    ready.rmdir()
    return True


def _emptied(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
