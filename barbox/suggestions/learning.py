"""Learns once a business day what goes together, and holds it to orders that it has not seen."""

import asyncio

import msgspec

from barbox.core.clock import days_after
from barbox.core.database import Database
from barbox.suggestions import queries
from barbox.suggestions.rules import Basket, Guests, Model, Quality, judge

MOST_ORDERS = 30_000
HELD_OUT_DAYS = 28
FEWEST_ORDERS = 100
"""Fewer teach nothing."""


class Learned(msgspec.Struct, frozen=True):
    """What is known on one business day; `quality` is None while there are too few orders to judge by."""

    day: int
    model: Model
    quality: Quality | None


class Learner:
    """Keeps what was learned. It is learned anew by the first call of a day, or by the schedule before anybody asks."""

    def __init__(self) -> None:
        self._learned: Learned | None = None
        self._learning = asyncio.Lock()

    async def learned(self, database: Database) -> Learned:
        """What is known today."""
        today = database.days.of(database.clock.now())
        async with self._learning:
            if self._learned is None or self._learned.day != today:
                self._learned = await _learn(database, today)
            return self._learned


async def _learn(database: Database, today: int) -> Learned:
    async with database.snapshot() as snapshot:
        last = await queries.last_order(snapshot)
        held_out = await queries.first_since(snapshot, days_after(today, -HELD_OUT_DAYS)) or last + 1
    first = max(0, last - MOST_ORDERS)
    model, unseen, guests = Model(), list[Basket](), Guests()
    async for baskets in queries.read_baskets(database, first, max(first, held_out - 1)):
        await asyncio.to_thread(model.learn, baskets)
        guests.count(baskets)
    async for baskets in queries.read_baskets(database, max(first, held_out - 1), last):
        unseen += baskets
    quality = None
    if model.orders >= FEWEST_ORDERS and len(unseen) >= FEWEST_ORDERS:
        quality = await asyncio.to_thread(judge, model, guests.known(), unseen)
    await asyncio.to_thread(model.learn, unseen)
    return Learned(today, model, quality)
