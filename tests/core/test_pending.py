"""Rows written together: what a command may see of them, and what one bad row costs the others."""

import asyncio
from pathlib import Path

import pytest

from barbox.core.clock import BusinessDays, Clock
from barbox.core.database import Database
from barbox.core.migrations import migrate
from barbox.core.models import Counter
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction

ADD = freeze(lambda p: Counter.insert(name=p.name, value=p.value))
COUNT = freeze(Counter.select(Counter.value).where(Counter.name == "round"))


def add(tx: Transaction, name: str, value: object) -> int:
    tx.insert(ADD, name=name, value=value)
    return tx.emit("test.added", f"counter:{name}", {"name": name})


def add_and_read(tx: Transaction, value: int) -> int:
    tx.insert(ADD, name="round", value=value)
    found = tx.one(COUNT, int)
    assert found is not None
    return found


def add_and_regret(tx: Transaction) -> None:
    add(tx, "regretted", 1)
    tx.one(COUNT, int)
    raise ValueError("changed my mind")


async def names(database: Database) -> list[str]:
    return sorted(await database.read(freeze(Counter.select(Counter.name)), str))


async def test_a_command_reads_what_it_and_its_neighbours_have_added(tmp_path: Path) -> None:
    migrate(tmp_path / "bar.db")
    async with Database.open(tmp_path / "bar.db", Clock(), BusinessDays("UTC", 360)) as database:
        added = [database.write(add, f"row {n}", n) for n in range(40)]
        read = database.write(add_and_read, 7)
        *_, found = await asyncio.gather(*added, read)
        assert found == 7
        assert len(await names(database)) == 41


async def test_what_fails_after_its_rows_were_written_takes_only_its_own_back(tmp_path: Path) -> None:
    migrate(tmp_path / "bar.db")
    async with Database.open(tmp_path / "bar.db", Clock(), BusinessDays("UTC", 360)) as database:
        before, regret, after = await asyncio.gather(
            database.write(add, "before", 1),
            database.write(add_and_regret),
            database.write(add, "after", 1),
            return_exceptions=True,
        )
        assert isinstance(regret, ValueError)
        assert (before, after) == (1, 2)
        assert await names(database) == ["after", "before"]


async def test_a_row_that_does_not_fit_fails_alone_and_the_till_goes_on(tmp_path: Path) -> None:
    migrate(tmp_path / "bar.db")
    async with Database.open(tmp_path / "bar.db", Clock(), BusinessDays("UTC", 360)) as database:
        good, bad, other = await asyncio.gather(
            database.write(add, "good", 1),
            database.write(add, "bad", "not a number"),
            database.write(add, "other", 2),
            return_exceptions=True,
        )
        assert isinstance(bad, Exception)
        assert (good, other) == (1, 2)
        assert await names(database) == ["good", "other"]
        assert database.healthy()
        assert await database.write(add, "next", 3) == 3


def test_only_an_insert_of_one_row_can_be_many() -> None:
    with pytest.raises(ValueError, match="not an INSERT"):
        COUNT.of_rows(8)
