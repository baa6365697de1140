"""The writer: one commit for all that waits, each command its own undoing, and no word before the disk has it."""

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from barbox.core import journal
from barbox.core import writer as box_writer
from barbox.core.clock import BusinessDays
from barbox.core.database import Lock
from barbox.core.errors import AlreadyThere, Broken, Unavailable
from barbox.core.models import Counter
from barbox.core.transaction import Event, Signal, Transaction
from tests.bar import Swan
from tests.core.house import Busy, Value, at_once, note, note_and_refuse, notes, notes_query, open_database


@pytest.fixture(autouse=True)
def patient_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches end when nothing waits, however slow the machine."""
    monkeypatch.setattr(box_writer, "LONGEST_BATCH_S", 60.0)


async def test_a_refused_command_undoes_only_itself_among_those_it_was_committed_with(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        commits: list[int] = []
        database.subscribe(lambda seq, _events: commits.append(seq))
        first, refused, crashed, last = await at_once(
            database, (note, "gin"), (note_and_refuse, "rum"), (_crash, "soda"), (note, "tonic")
        )
        assert (first, last) == (1, 2), "numbers without gaps, though two tries between came to nothing"
        assert isinstance(refused, AlreadyThere)
        assert isinstance(crashed, ZeroDivisionError)
        assert notes(database.path) == ["gin", "tonic"]
        assert commits == [2], "one commit told them all"
        assert await database.write(note, "lime") == 3


def _crash(tx: Transaction, text: str) -> None:
    note(tx, text)
    _ = 1 / 0


async def test_a_command_that_failed_leaves_no_event_no_journal_entry_and_no_hole_in_the_chain(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        told: list[Event] = []
        database.subscribe(lambda _seq, events: told.extend(events))
        await at_once(database, (note, "gin"), (note_and_refuse, "rum"), (note, "tonic"))
        assert [(event.seq, event.data) for event in told] == [(1, b'{"text":"gin"}'), (2, b'{"text":"tonic"}')]
        assert database.seq == 2
    with sqlite3.connect(tmp_path / "barbox.db") as connection:
        assert journal.verify(connection).seq == 2
    connection.close()


async def test_what_a_failed_command_cached_of_its_own_changes_is_forgotten(tmp_path: Path) -> None:
    def load(tx: Transaction) -> list[str]:
        return [row.value for row in tx.all(notes_query(), Value)]

    def change_look_and_fail(tx: Transaction) -> None:
        note(tx, "rum")
        tx.invalidate(load)
        assert tx.cached(load) == ["note:rum"]
        raise AlreadyThere("rum")

    async with open_database(tmp_path) as database:
        assert await database.write(lambda tx: tx.cached(load)) == []
        with pytest.raises(AlreadyThere):
            await database.write(change_look_and_fail)
        assert await database.write(lambda tx: tx.cached(load)) == []


async def test_a_cut_off_that_was_not_stored_is_not_reckoned_by(tmp_path: Path) -> None:
    def move_and_fail(tx: Transaction) -> None:
        tx.move_cutoff(BusinessDays("Pacific/Kiritimati", 0))
        raise AlreadyThere("nothing")

    async with open_database(tmp_path) as database:
        before = database.days
        with pytest.raises(AlreadyThere):
            await database.write(move_and_fail)
        assert database.days is before


async def test_nobody_is_answered_before_the_commit(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        seen: list[tuple[list[str], bool]] = []
        answers: list[asyncio.Future[int]] = []

        def look(_tx: Transaction) -> None:
            seen.append((notes(database.path), answers[0].done()))

        async with Busy(database) as busy:
            answers.append(asyncio.ensure_future(database.write(note, "gin")))
            looking = asyncio.ensure_future(database.write(look))
            for _ in ("both are asked for", "both are handed over"):
                await asyncio.sleep(0)
            busy.let_go()
            await asyncio.gather(*answers, looking)
        assert seen == [([], False)], "while the commit is out nothing is seen and nobody knows"
        assert notes(database.path) == ["gin"]


async def test_a_signal_wakes_its_part_after_the_commit(tmp_path: Path) -> None:
    bell, rung = Signal("bell"), asyncio.Event()
    async with open_database(tmp_path) as database:
        database.on(bell, rung.set)
        await database.write(lambda tx: tx.signal(bell))
        await asyncio.wait_for(rung.wait(), 10)


async def test_numbers_go_on_where_they_were_after_a_restart(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        assert await database.write(lambda tx: tx.number("order", 3)) == 1
        assert await database.write(lambda tx: tx.number("order")) == 4
    async with open_database(tmp_path) as database:
        assert await database.write(lambda tx: tx.number("order")) == 5


async def test_tablets_that_hang_up_in_the_middle_disturb_nobody(tmp_path: Path) -> None:
    chance = random.Random(7)
    async with open_database(tmp_path) as database:

        async def read() -> None:
            async with database.snapshot() as snapshot:
                await snapshot.all(notes_query(), Value)
                await snapshot.seq()

        async def write(text: str) -> None:
            await database.write(note, text)

        for round_ in range(60):
            tasks = [asyncio.create_task(read()) for _ in range(4)] + [asyncio.create_task(write(f"{round_}"))]
            for _ in range(1 + chance.randrange(6)):
                await asyncio.sleep(0)
            for task in chance.sample(tasks, 3):
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(each is None or isinstance(each, asyncio.CancelledError) for each in ended), ended
        for _ in range(20):
            await read()
        assert await database.write(note, "last") == 61, "who hangs up does not undo what was asked"
        assert len(notes(database.path)) == 61


async def test_readers_can_not_write(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database, database.snapshot() as snapshot:
        for statement in ("INSERT INTO counter VALUES ('x', 1)", "DELETE FROM counter", "PRAGMA user_version=7"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                await snapshot._connection.execute(statement)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await database.read(Counter.insert(name="x", value=1), Value)


async def test_a_snapshot_is_one_moment_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database, database.snapshot() as snapshot:
        assert await snapshot.seq() == 0
        await database.write(note, "gin")
        assert await snapshot.seq() == 0
        assert await snapshot.all(notes_query(), Value) == []
        assert database.seq == 1


async def test_the_writer_is_durable_and_nobody_else_checkpoints(tmp_path: Path) -> None:
    def pragma(tx: Transaction, name: str) -> object:
        return tx._connection.execute(f"PRAGMA {name}").fetchone()[0]

    async with open_database(tmp_path) as database:
        found = {name: await database.write(pragma, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert await database.write(pragma, "wal_autocheckpoint") == 0
        async with database.snapshot() as one, database.snapshot() as other:
            for reader in (one, other):
                cursor = await reader._connection.execute("PRAGMA wal_autocheckpoint")
                assert await cursor.fetchone() == (0,)


async def test_a_reader_that_stays_does_not_hold_up_the_next_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_writer, "IDLE_S", 0.001)
    monkeypatch.setattr(box_writer, "CHECKPOINT_BYTES", 4096)
    async with open_database(tmp_path) as database:
        waiting = database._writer._wal_bytes
        async with database.snapshot() as snapshot:
            await snapshot.seq()
            for number in range(20):
                await database.write(note, f"{number}")
            assert waiting() > 0
        async with asyncio.timeout(20):
            while waiting():
                await database.write(note, f"{database.clock.now()}")
                await asyncio.to_thread(threading.Event().wait, 0.02)
        assert notes(database.path)[:20] == [str(number) for number in range(20)]


async def test_the_log_is_written_over_and_grows_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box_writer, "CHECKPOINT_BYTES", 50_000)
    log = tmp_path / "barbox.db-wal"
    async with open_database(tmp_path) as database:
        sizes = []
        for number in range(90):
            await database.write(note, f"{number} {'x' * 2000}")
            sizes.append(log.stat().st_size)
        assert 50_000 < sizes[-1] < 100_000
        assert len(set(sizes[30:])) == 1, "a sync of a file that does not grow is half as dear"
        assert len(notes(database.path)) == 90
    assert len(notes(tmp_path / "barbox.db")) == 90


async def test_a_full_disk_stops_the_writer_and_it_says_so(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        await database.write(note, "gin")
        await database.write(_fill_up)
        answers = await at_once(database, (note, "rum"), (_write_much, "x"), (note, "tonic"))
        assert all(isinstance(each, Unavailable) for each in answers), "what shared the commit is lost, and told so"
        assert not database.healthy()
        with pytest.raises(Unavailable, match="disk failed"):
            await database.write(note, "vodka")
        assert notes(database.path) == ["gin"], "what was answered is there, what was not is not"
        assert [row.value for row in await database.read(notes_query(), Value)] == ["note:gin"], "reading goes on"
    async with open_database(tmp_path) as database:
        assert await database.write(note, "tequila") == 2, "with room again the box goes on where it was"
    with sqlite3.connect(tmp_path / "barbox.db") as connection:
        assert journal.verify(connection).seq == 2
    connection.close()


async def test_what_waits_behind_a_failed_commit_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_writer, "LONGEST_BATCH_S", 0.0)  # each command its own commit
    async with open_database(tmp_path) as database:
        await database.write(_fill_up)
        answers = await at_once(database, (_write_much, "x"), (note, "rum"), (note, "tonic"))
        assert all(isinstance(each, Unavailable) for each in answers)
        assert notes(database.path) == []


def _fill_up(tx: Transaction) -> None:
    pages = tx._connection.execute("PRAGMA page_count").fetchone()[0]
    tx._connection.execute(f"PRAGMA max_page_count={pages}")


def _write_much(tx: Transaction, text: str) -> None:
    tx.run(Counter.insert(name=text * 100_000, value=1))


FAILING_DISK = """
import asyncio, resource, signal, sys
from pathlib import Path
from tests.core.house import note, open_database
from barbox.core.errors import Unavailable

async def main(folder):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    async with open_database(folder) as database:
        size = (folder / "barbox.db-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, resource.RLIM_INFINITY))
        for number in range(10_000):
            try:
                await database.write(note, str(number))
            except Unavailable as error:
                print("stopped", database.healthy(), error.sentence("en"))
                break
            print(number)
        try:
            await database.write(note, "after")
        except Unavailable:
            print("still stopped")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        try:
            await database.write(note, "after")
        except Unavailable:
            print("for good")

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_a_disk_that_takes_no_more_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", FAILING_DISK, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    *answered, stopped, still, for_good = ran.stdout.splitlines()
    assert stopped.startswith("stopped False The box cannot do this now: the disk failed"), ran.stderr
    assert (still, for_good) == ("still stopped", "for good"), "it is never tried again blindly"
    assert answered, "some were taken before"
    async with open_database(tmp_path) as database:
        assert notes(database.path) == answered
    with sqlite3.connect(tmp_path / "barbox.db") as connection:
        assert journal.verify(connection).seq == len(answered)
    connection.close()


async def test_a_box_whose_disk_failed_says_so_to_everyone(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    with pytest.raises(Unavailable):
        await quiet_swan.database.write(_fill_and_write)
    health = await wei.get("/api/health")
    assert (health.status, health["code"]) == (503, "unavailable")
    refused = await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao")]}, Accept_Language="zh-CN")
    assert (refused.status, refused["code"]) == (503, "unavailable")
    assert refused["error"].startswith("暂时无法处理")
    assert (await wei.get("/api/menu")).status == 200, "looking things up still works"


def _fill_and_write(tx: Transaction) -> None:
    _fill_up(tx)
    _write_much(tx, "x")


async def test_a_box_that_stops_takes_nothing_more_but_ends_what_it_took(tmp_path: Path) -> None:
    open_box = contextlib.AsyncExitStack()
    database = await open_box.enter_async_context(open_database(tmp_path))
    async with Busy(database) as busy:
        taken = asyncio.ensure_future(database.write(note, "last round"))
        await asyncio.sleep(0)
        stopping = asyncio.ensure_future(open_box.aclose())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await database.write(note, "too late")
        busy.let_go()
        assert await taken == 1
    await stopping
    assert notes(database.path) == ["last round"]


async def test_a_second_box_on_the_same_data_is_refused(quiet_swan: Swan, tmp_path: Path) -> None:
    with pytest.raises(Broken, match="already running"):
        Lock(tmp_path / "box")
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "barbox", "serve", "--no-mdns", "--port", "0", "--data", str(tmp_path / "box")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1
    assert "another Barbox is already running" in ran.stderr
    assert (await quiet_swan.tablet.get("/api/health")).status == 200


def test_a_lock_that_was_let_go_can_be_taken_again(tmp_path: Path) -> None:
    Lock(tmp_path).release()
    Lock(tmp_path).release()


async def test_a_command_may_be_given_its_arguments_by_name(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        assert await database.write(note, text="gin") == 1
        assert notes(database.path) == ["gin"]


async def test_a_reader_that_stays_for_ever_is_sent_out_before_the_log_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_writer, "CHECKPOINT_BYTES", 50_000)
    monkeypatch.setattr(box_writer, "ASK_AGAIN_BYTES", 10_000)
    monkeypatch.setattr(box_writer, "MOST_READ_BYTES", 200_000)
    monkeypatch.setattr(box_writer, "CHECKPOINT_PATIENCE_MS", 1)
    log = tmp_path / "barbox.db-wal"
    async with open_database(tmp_path) as database:
        await database.write(note, "gin")
        with pytest.raises(Unavailable):
            async with database.snapshot() as snapshot:
                assert len(await snapshot.all(notes_query(), Value)) == 1
                while not snapshot.over:
                    await database.write(note, f"tonic {database.seq} {'x' * 2000}")
                await snapshot.all(notes_query(), Value)
        before = database.seq
        for number in range(60):
            await database.write(note, f"lime {number} {'x' * 2000}")
        assert log.stat().st_size < 300_000
        assert len(await database.read(notes_query(), Value)) == before + 60
