"""A till without its network: commands run one by one on a real database, for tests that try thousands."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from barbox.core.actor import Actor
from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.errors import Refusal
from barbox.core.migrations import migrate
from barbox.core.settings import change_venue
from barbox.core.transaction import Followers, Transaction
from barbox.floor.commands import EditArea, EditTable, save_area, save_table
from barbox.menu.commands import EditCategory, EditProduct, EditTaxRate, save_category, save_product, save_tax_rate
from barbox.printing.equipment import EditPrinter, EditStation, save_printer, save_station
from barbox.reports.counting import FOLLOWERS
from barbox.staff.commands import EditStaff, save_person
from barbox.staff.rules import PERMISSIONS

T = TypeVar("T")
PRICES = (1, 99, 700, 1333, 2500, 6801)
TABLES = (1, 2, 3)
FAST = "BARBOX_TEST_SYNCHRONOUS"


class Books:
    """A bar's database with one manager at it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, database: Database, connection: sqlite3.Connection) -> None:
        self.loop = loop
        self.database = database
        self.connection = connection
        self.actor = Actor(1, 1, "Max", "manager", PERMISSIONS["manager"], 1)

    def do(self, command: Callable[..., T], *args: Any) -> T:
        """Run a command. A refusal takes back all it did, and is raised."""
        return self.loop.run_until_complete(self.database.write_as(self.actor, command, *args))

    def tried(self, command: Callable[..., T], *args: Any) -> T | None:
        """The same, where a refusal is an answer too."""
        try:
            return self.do(command, *args)
        except Refusal:
            return None

    def all(self, sql: str, *values: Any) -> list[Any]:
        """Rows, by hand."""
        return self.connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """One number."""
        return self.all(sql, *values)[0][0]


@contextmanager
def opened(*, followers: Followers = FOLLOWERS, **venue: Any) -> Iterator[Books]:
    """The books of a fresh bar with these settings; `service_rate` and `cover_price` are its hall's."""
    area = {name: venue.pop(name) for name in ("service_rate", "cover_price") if name in venue}
    before, os.environ[FAST] = os.environ.get(FAST), "OFF"
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(_furnished(), folder))
        database = Database.open(path, Clock(), BusinessDays("UTC", 360), followers=followers)
        connection = sqlite3.connect(path)
        try:
            books = Books(loop, loop.run_until_complete(database.__aenter__()), connection)
            books.do(change_venue, venue)
            books.do(save_area, 1, EditArea({"en": "Hall"}, **area))
            yield books
        finally:
            connection.close()
            loop.run_until_complete(database.__aexit__(None, None, None))
            loop.close()
            if before is None:
                del os.environ[FAST]
            else:
                os.environ[FAST] = before


@cache
def _furnished() -> Path:
    path = Path(tempfile.mkdtemp()) / "barbox.db"
    migrate(path)

    async def fill() -> None:
        async with Database.open(path, Clock(), BusinessDays("UTC", 360)) as database:
            await database.write(_furnish)

    asyncio.run(fill())
    return path


def _furnish(tx: Transaction) -> None:
    till = EditPrinter("till", "tcp://127.0.0.1:9", "epson-tm-t88vi", receipts=True)
    printer = save_printer(tx, None, till, "A").id
    station = save_station(tx, None, EditStation({"en": "Bar"}, [printer], "bar")).id
    save_person(tx, None, EditStaff(name="Max", role="manager", pin="739152"), "hash")
    save_area(tx, None, EditArea({"en": "Hall"}))
    for name in TABLES:
        save_table(tx, None, EditTable(1, f"T{name}"))
    rates = [save_tax_rate(tx, None, EditTaxRate({"en": f"{rate}"}, rate)).id for rate in (600, 1300, 1975)]
    category = save_category(tx, None, EditCategory({"en": "All"}, station_id=station)).id
    for index, price in enumerate(PRICES):
        save_product(tx, None, EditProduct(category, {"en": f"P{price}"}, price, rates[index % len(rates)]))
