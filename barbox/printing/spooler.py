"""The spooler: a worker for each printer there is. No order waits for it, and no printer for another."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from barbox.core.database import Database
from barbox.core.http import DATABASE
from barbox.printing import jobs, queries, spool
from barbox.printing.equipment import PRINTERS_CHANGED
from barbox.printing.probing import PROBES, Probes
from barbox.printing.queries import PrinterRow
from barbox.printing.worker import State, Worker

log = logging.getLogger(__name__)


class Spooler:
    """All workers; follows the list of printers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._workers: dict[int, Worker] = {}
        self._following: set[asyncio.Task[None]] = set()
        self._lent: set[int] = set()
        self._changing = asyncio.Lock()
        self._ended = False
        database.on(spool.QUEUED, self._wake)
        database.on(PRINTERS_CHANGED, self._follow)

    def state(self, printer_id: int) -> State:
        worker = self._workers.get(printer_id)
        return worker.state if worker else State()

    @contextlib.asynccontextmanager
    async def lend(self, printer_id: int) -> AsyncIterator[None]:
        """Let somebody else talk to a printer; its jobs wait meanwhile. Most printers listen to one caller only."""
        self._lent.add(printer_id)
        try:
            await self._reconcile()
            yield
        finally:
            self._lent.discard(printer_id)
            await self._reconcile()

    async def start(self) -> None:
        """Take up what was left waiting when the box stopped."""
        marked = await self._database.write(jobs.recover)
        if marked:
            log.warning("jobs may have printed before the box stopped", extra={"jobs": marked})
        await self._reconcile()

    async def stop(self) -> None:
        await self._end(Worker.stop)

    async def die(self) -> None:
        """End as a box does whose plug is pulled: nothing is finished, nothing is written down."""
        await self._end(Worker.die)

    async def _end(self, how: Callable[[Worker], Awaitable[None]]) -> None:
        """One after the other with a change of the list: a worker that is ended twice loses its own farewell."""
        self._ended = True
        async with self._changing:
            await asyncio.gather(*(how(worker) for worker in self._workers.values()))
            self._workers.clear()

    def _wake(self) -> None:
        for worker in self._workers.values():
            worker.wake()

    def _follow(self) -> None:
        task = asyncio.create_task(self._reconcile())
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _reconcile(self) -> None:
        async with self._changing:
            if self._ended:
                return
            found = await self._database.read(queries.PRINTERS, PrinterRow)
            rows = {row.id: row for row in found if row.id not in self._lent}
            gone = [each for each in self._workers.values() if rows.get(each.printer.id) != each.printer]
            for worker in gone:
                del self._workers[worker.printer.id]
                await worker.stop()
            for row in rows.values():
                if row.id not in self._workers and row.id not in self._lent:
                    self._workers[row.id] = Worker(self._database, row)


SPOOLER = web.AppKey("SPOOLER", Spooler)


async def spooling(app: web.Application) -> AsyncIterator[None]:
    """The spooler runs while the app does."""
    spooler = app[SPOOLER]
    await spooler.start()
    yield
    await app[PROBES].stop()
    await spooler.stop()


def make_spooler(app: web.Application) -> None:
    """Put the spooler into the app, and the probes that borrow its printers; the database must be there."""
    app[SPOOLER] = Spooler(app[DATABASE])
    app[PROBES] = Probes(app[DATABASE], app[SPOOLER])
