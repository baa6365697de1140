"""The writer alone: what an order costs in it, by the size of its batch, without HTTP, listeners or another thread."""

import asyncio
import json
import time
from pathlib import Path

import msgspec

from barbox.core import idempotency
from barbox.core.actor import Actor
from barbox.core.clock import BusinessDays, Clock
from barbox.core.idempotency import Key
from barbox.core.writer import MOST_IN_A_BATCH, Done, Job, Writer, connect_for_writing
from barbox.orders import commands
from barbox.orders.requests import NewOrder
from barbox.reports.counting import FOLLOWERS
from tests.bench.servers import ORDER

_WAITER = Actor(staff_id=1, device_id=1, name="Siyuan")
_FINGERPRINT = bytes(32)


class Alone:
    """The writer of a box that is switched off."""

    def __init__(self, database: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._refused: list[BaseException] = []
        self._number = time.time_ns()
        connection, days = connect_for_writing(database), BusinessDays("Asia/Shanghai", 360)
        self._writer = Writer(
            database, connection, Clock(), days, MOST_IN_A_BATCH, self._settle, lambda _: True, lambda: None, FOLLOWERS
        )

    async def measure(self, batch: int, orders: int) -> float:
        """Processor time of one order in us, its part of the commit and of the checkpoints included."""
        spent = 0.0
        for _ in range(0, orders, batch):
            self._writer._waiting.extend(self._job() for _ in range(batch))
            begun = time.thread_time()
            self._writer._batch()
            if self._writer._wal_bytes() > self._writer._checkpoint_at:
                self._writer._checkpoint()
            spent += time.thread_time() - begun
            await asyncio.sleep(0)
        if self._refused:
            raise self._refused[0]
        return spent / orders * 1e6

    def close(self) -> None:
        """Let the database go."""
        self._writer.start()
        self._writer.stop()

    def _job(self) -> Job:
        self._number += 1
        key = Key(f"{self._number}", _FINGERPRINT)
        order = msgspec.json.decode(json.dumps(ORDER), type=NewOrder)
        future = self._loop.create_future()
        return Job(idempotency.once, (key, 201, commands.place, order), _WAITER, future, key.text)

    def _settle(self, done: object, *_told: object) -> None:
        assert isinstance(done, list)
        self._refused += [each.refusal for each in done if isinstance(each, Done) and each.refusal]


def measure(database: Path, batches: list[int], orders: int) -> dict[int, float]:
    """The same for each size of batch."""

    async def all_sizes() -> dict[int, float]:
        alone = Alone(database)
        try:
            await alone.measure(64, orders)
            return {batch: await alone.measure(batch, orders) for batch in batches}
        finally:
            alone.close()

    return asyncio.run(all_sizes())
