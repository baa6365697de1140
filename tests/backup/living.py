"""A box without doors whose sales are copied live, and what a restore of the copy gives."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from barbox.backup import commands, recovery_key
from barbox.backup.jobs import Keeper, keeping
from barbox.backup.live import jobs as live
from barbox.backup.live import replay, shipping
from barbox.backup.live.jobs import Live
from barbox.backup.live.log import LiveLog
from barbox.backup.live.replay import Reached
from barbox.backup.recovery_key import RecoveryKey
from barbox.backup.targets.store import Credentials
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.migrations import migrate
from barbox.core.models import Counter
from barbox.core.transaction import Transaction
from barbox.verify import prove
from tests.backup.servers import Place

FILE = "barbox.db"
PATIENCE_S = 60.0


class Bar:
    """`sell` stores something that is counted and journalled; `shipped` waits until all of it is at the targets."""

    def __init__(self, database: Database, keeper: Keeper, copying: Live, log: LiveLog) -> None:
        self.database = database
        self.keeper = keeper
        self.live = copying
        self.log = log
        self.sold = 0

    async def add(self, place: Place, **more: Any) -> int:
        body = commands.EditTarget(name=place.url[-20:], url=place.url, credentials=place.credentials, **more)
        return (await self.database.write(commands.save_target, None, body)).id

    async def key(self) -> RecoveryKey:
        made = recovery_key.make()
        await self.database.write(commands.save_key, made.recipient, made.fingerprint)
        return made

    async def sell(self, rounds: int = 1, size: int = 100) -> int:
        """Sell; returns how many rounds there are."""
        for _ in range(rounds):
            self.sold = await self.database.write(_sell, os.urandom(size).hex())
        return self.sold

    async def shipped(self, targets: int = 1) -> None:
        """Everything until now is at so many targets."""
        now = self.database.clock.now()
        await until(lambda: sum((each.at or 0) > now for each in self.live.rows if each.state == "live") >= targets)

    async def state(self, *wanted: str) -> None:
        """The targets' states, or their faults, are these."""
        await until(lambda: sorted(each.code or each.state for each in self.live.rows) == sorted(wanted))


def _sell(tx: Transaction, what: str) -> int:
    number = tx.number("round")
    tx.run(Counter.insert(name=f"round:{number}:{what}", value=number))
    tx.emit("round.sold", f"round:{number}", {"number": number})
    return number


@contextlib.asynccontextmanager
async def open_bar(folder: Path, clock: Clock | None = None, box_id: str = "box") -> AsyncIterator[Bar]:
    """The bar in a folder."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240
    path, days = folder / FILE, BusinessDays("UTC", 360)
    async with contextlib.AsyncExitStack() as stack:
        log = stack.enter_context(LiveLog(path).watching())
        migrate(path)
        database = await stack.enter_async_context(Database.open(path, clock or Clock(), days, gate=log.gate))
        keeper = await stack.enter_async_context(keeping(database, box_id, "main"))
        copying = Live(database, keeper, log, box_id, "main")
        await stack.enter_async_context(live.shipping(copying))
        yield Bar(database, keeper, copying, log)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something, for long if need be."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 (what is waited for is in another process's hands)
            await asyncio.sleep(0.02)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have everything happen sooner."""
    monkeypatch.setattr(shipping, "MEDIUM_EVERY_S", 0.05)
    monkeypatch.setattr(shipping, "CLOUD_EVERY_S", 0.1)
    monkeypatch.setattr(shipping, "FIRST_RETRY_S", 0.1)
    monkeypatch.setattr(shipping, "LONGEST_RETRY_S", 0.3)
    monkeypatch.setattr(shipping, "CLAIM_EVERY_S", 0.5)
    monkeypatch.setattr(shipping, "FIRST_BASE_RETRY_S", 0.3)
    monkeypatch.setattr(live, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(live, "BASE_AGAIN_S", 0.1)


async def restored(place: Place, key: RecoveryKey, to: Path, at: int | None = None) -> Reached:
    """Restore what is at the place to the new folder `to`; it must be sound."""
    to.mkdir()  # noqa: ASYNC240
    found = await replay.offers(place.url, place.credentials, "main")
    chosen = replay.choose([each.line for each in found], at)
    assert chosen, "nothing is there"
    database = to / FILE
    reached = await replay.restore(place.url, place.credentials, "main", chosen, key.key, database, lambda _: None)
    assert prove(database).seq == reached.seq
    return reached


def rounds(folder: Path, until: int | None = None) -> list[str]:
    """What was sold, or sold until a moment (ms), as the database in a folder says."""
    with contextlib.closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT name FROM counter WHERE name LIKE 'round:%' ORDER BY value").fetchall()
        by_then = "SELECT COUNT(*) FROM journal WHERE kind = 'round.sold' AND at <= ?"
        sold = connection.execute(by_then, (2**62 if until is None else until,)).fetchone()[0]
    return [row[0] for row in (found if until is None else found[:sold])]


def nobody() -> Credentials:
    """Credentials that open nothing."""
    return Credentials("nobody", "nothing")
