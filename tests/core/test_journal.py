"""The journal: every change chained to the one before, and `verify` finds what was altered behind its back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from barbox.core import journal
from barbox.core.errors import Broken
from barbox.verify import prove
from tests.bar import Swan
from tests.core.house import note, open_database


@pytest.fixture
async def evening(tmp_path: Path) -> Path:
    """A database in which four things happened."""
    async with open_database(tmp_path) as database:
        for text in ("gin", "rum", "tonic", "lime"):
            await database.write(note, text)
    return tmp_path / "barbox.db"


@contextmanager
def forger(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who has the file, and knows how to drop a trigger."""
    with closing(sqlite3.connect(path)) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        yield connection
        connection.commit()


def test_an_untouched_journal_is_proven_to_its_head(evening: Path) -> None:
    proof = prove(evening)
    assert proof.seq == 4
    assert len(bytes.fromhex(proof.head)) == 32


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET payload = '{}' WHERE seq = 2",
        "UPDATE journal SET at = at + 1",
        "DELETE FROM journal WHERE seq = 4",
        "DELETE FROM journal",
    ],
)
def test_the_table_itself_refuses_to_be_altered(evening: Path, statement: str) -> None:
    with closing(sqlite3.connect(evening)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    prove(evening)


@pytest.mark.parametrize(
    ("forgery", "found"),
    [
        ('UPDATE journal SET payload = CAST(\'{"text":"cola"}\' AS BLOB) WHERE seq = 2', "entry 2 was altered"),
        ("UPDATE journal SET at = at - 3600000 WHERE seq = 3", "entry 3 was altered"),
        ("UPDATE journal SET staff_id = 5 WHERE seq = 1", "entry 1 was altered"),
        ("UPDATE journal SET kind = 'nothing.happened' WHERE seq = 4", "entry 4 was altered"),
        ("UPDATE journal SET subject = 'note:9' WHERE seq = 4", "entry 4 was altered"),
        ("UPDATE journal SET business_day = 20261121 WHERE seq = 4", "entry 4 was altered"),
        ("UPDATE journal SET device_id = 1 WHERE seq = 4", "entry 4 was altered"),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 4", "entry 4 was altered"),
        ("DELETE FROM journal WHERE seq = 2", "lacks entry 2"),
        ("DELETE FROM journal WHERE seq = 1", "lacks entry 1"),
    ],
)
def test_what_a_forger_altered_is_found_and_named(evening: Path, forgery: str, found: str) -> None:
    with forger(evening) as connection:
        connection.execute(forgery)
    with pytest.raises(Broken, match=found):
        prove(evening)


def test_a_forger_who_mends_one_hash_has_to_mend_them_all(evening: Path) -> None:
    with forger(evening) as connection:
        before = connection.execute("SELECT hash FROM journal WHERE seq = 1").fetchone()[0]
        entry = connection.execute(
            "SELECT seq, at, business_day, staff_id, device_id, kind, subject FROM journal WHERE seq = 2"
        ).fetchone()
        forged = journal.chained(before, entry, b"{}")
        connection.execute("UPDATE journal SET payload = ?, hash = ? WHERE seq = 2", (b"{}", forged))
    with pytest.raises(Broken, match="entry 3 was altered"):
        prove(evening)


def test_a_chain_made_anew_without_its_first_entry_lacks_it_though_the_count_is_right(evening: Path) -> None:
    with forger(evening) as connection:
        entries = connection.execute("SELECT * FROM journal ORDER BY seq").fetchall()
        connection.execute("DELETE FROM journal")
        last = journal.GENESIS
        for seq, row in zip((0, 2, 3, 4), entries, strict=True):
            entry, payload = (seq, *row[1:7]), row[7]
            last = journal.chained(last, entry, payload)
            connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*entry, payload, last))
    with pytest.raises(Broken, match="lacks entry 1"):
        prove(evening)


def test_whatever_is_written_sqlite_spells_it_as_it_was_hashed(evening: Path) -> None:
    odd = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x3000 + 0xE000), 0x1F37A, 0x10FFFF)))
    with forger(evening) as connection:
        last = journal.head(connection)
        entry, payload = (5, last.at, 20261129, None, 2**62, "note.taken", odd), '{"text":"杯"}'.encode()
        digest = journal.chained(last.hash, entry, payload)
        connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*entry, payload, digest))
        assert connection.execute(journal.SPELLED.sql).fetchall()[-1][1] == msgspec.json.encode(entry) + payload
    assert prove(evening).head == digest.hex()


def test_a_damaged_file_is_a_sentence_not_a_stack_trace(evening: Path) -> None:
    content = bytearray(evening.read_bytes())
    content[4096 + 8 : 8192] = bytes(4088)
    evening.write_bytes(content)
    with pytest.raises(Broken, match="damaged"):
        prove(evening)
    evening.write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(Broken, match="damaged"):
        prove(evening)
    with pytest.raises(Broken, match="there is no"):
        prove(evening.with_name("nothing.db"))


FORGED_SUMS = [
    ("UPDATE tender SET amount = amount - 100", "differs from its tenders"),
    ("UPDATE orders SET total = total - 100", "not settled"),
    ("DELETE FROM orders WHERE number = 1", "."),
    ("DELETE FROM tender", "differs from its tenders"),
]


@pytest.mark.parametrize(("forgery", "found"), FORGED_SUMS)
async def test_sums_that_do_not_agree_are_found(quiet_swan: Swan, tmp_path: Path, forgery: str, found: str) -> None:
    wei = await quiet_swan.sign_in("Wei")
    for _ in range(2):
        order = await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
        tender = {"method": "card", "amount": order["balance"]}
        await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
    assert prove(tmp_path / "box" / "barbox.db").seq == quiet_swan.database.seq, "also while the box runs"
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(tmp_path / "box" / "barbox.db")) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    prove(copy)
    with forger(copy) as connection:
        connection.execute(forgery)
    with pytest.raises(Broken, match=found):
        prove(copy)


async def test_the_journal_can_be_read_by_those_who_may(quiet_swan: Swan) -> None:
    max_, wei = await quiet_swan.sign_in("Max"), await quiet_swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    events = (await max_.get("/api/journal?limit=1000"))["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    (placed,) = [event for event in events if event["kind"] == "order.placed"]
    assert placed["subject"] == f"order:{order['orderId']}"
    assert placed["businessDay"] == order["businessDay"]
    assert placed["staffId"]
    assert placed["deviceId"]
    page = (await max_.get(f"/api/journal?since={placed['seq'] - 1}&limit=1"))["events"]
    assert page == [placed]
    assert (await wei.get("/api/journal"))["permission"] == "journal.read"
