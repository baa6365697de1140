"""What can be offered now and what it earns, kept until the menu, a recipe or the shelf changes."""

from collections.abc import Mapping, Sequence

import msgspec

from barbox.core.database import Database
from barbox.core.transaction import Event
from barbox.menu.queries import read_catalogue
from barbox.stock import queries as stock

CHANGES = ("menu.", "recipe.", "stock.")
"""Events after which it may be another card."""


class Card(msgspec.Struct, frozen=True):
    """Products that can be had, and what one of each earns (minor units; 0 where its cost is not known)."""

    among: Sequence[int]
    margins: Mapping[int, int]


class Cards:
    """Keeps the card in force of one box."""

    def __init__(self) -> None:
        self._card: Card | None = None
        self._changes = 0
        self._following = False

    def told(self, _seq: int, events: list[Event]) -> None:
        """Something happened: what was kept may not be so any more."""
        if any(event.kind.startswith(CHANGES) for event in events):
            self._card = None
            self._changes += 1

    async def now(self, database: Database) -> Card:
        """The card in force. What changes while it is read is read anew by the next."""
        if self._card is not None:
            return self._card
        if not self._following:
            self._following = True
            database.subscribe(self.told)
        changes = self._changes
        card = await _read(database)
        if changes == self._changes:
            self._card = card
        return card


async def _read(database: Database) -> Card:
    async with database.snapshot() as snapshot:
        products = (await read_catalogue(snapshot)).products
        gone = {number for number, left in (await stock.left(snapshot)).items() if left <= 0}
        costs = await stock.product_costs(snapshot)
    return Card(
        [each.id for each in products.values() if each.available and not each.open_price and each.id not in gone],
        {each.id: each.price - costs.get(each.id, each.price) for each in products.values()},
    )
