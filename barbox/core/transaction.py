"""What a command sees: the database inside its SAVEPOINT, the time, who asks, and the journal."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
import peewee

from barbox.core import journal
from barbox.core.actor import THE_BOX, Actor
from barbox.core.clock import BusinessDays
from barbox.core.models import Counter
from barbox.core.pending import Pending
from barbox.core.statements import Statement, freeze

Row = TypeVar("Row")
T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_READ_COUNTER = freeze(lambda p: Counter.select(Counter.value).where(Counter.name == p.name))
_WRITE_COUNTER = freeze(
    lambda p: Counter.insert(name=p.name, value=p.value).on_conflict(
        conflict_target=[Counter.name], preserve=[Counter.value]
    )
)


class Signal(msgspec.Struct, frozen=True):
    """Wakes a part of the box after a commit, as the spooler when tickets were stored."""

    name: str


class Told(NamedTuple):
    """A journal entry as the command that made it put it: `payload` what happened, `state` its subject's new state,
    `rows` the subject as it is stored, where the command gave it."""

    kind: str
    subject: str
    payload: Any
    state: Any
    rows: Any


Follower = Callable[["Transaction", Told], None]
"""Follows the journal inside the transaction, as a higher room keeps its sums of what a lower one does.

It is called at once, by the command that emits; what it raises undoes that command, and no other.
"""
Followers = Mapping[str, Sequence[Follower]]
"""By the kind of entry. A kind that nobody follows costs a look-up."""


class Answered(NamedTuple):
    """What was answered to a request of this fingerprint."""

    fingerprint: bytes
    status: int
    body: bytes


class Event(msgspec.Struct, frozen=True):
    """One thing that happened, as live listeners are told: `data` is the whole new state of `subject`, as JSON."""

    seq: int
    kind: str
    at: int
    subject: str
    data: bytes
    rooms: frozenset[str]
    journalled: bool = True


class WriterMemory:
    """What the writer keeps between commands; each change is taken back when its command fails."""

    def __init__(self, head: journal.Head, days: BusinessDays, followers: Followers) -> None:
        self.head = head
        self.followers = followers
        self.announced = head.seq
        self.days = days
        self.now = 0
        self.counters: dict[str, int] = {}
        self.cache: dict[Callable[..., Any], Any] = {}
        self.news: list[Event] = []
        self.signals: set[Signal] = set()
        self._dirty: set[str] = set()
        self._counted: list[tuple[str, int]] = []
        self.undos: list[Callable[[], None]] = []
        self.behind: dict[Callable[[Transaction], None], None] = {}
        self.pending = Pending()
        self.answers: dict[str, Answered | None] = {}
        """Of the Idempotency-Keys in this batch: what was answered before, None where nothing was."""
        self.opened = False
        """Whether the command in hand has a savepoint of its own: only one that does more than insert needs it."""

    def begin(self, now: int) -> None:
        self.now = now
        self.undos = []
        self.opened = False
        self._counted.clear()
        self._mark = (self.head, len(self.news), len(self.pending))

    def open(self, connection: sqlite3.Connection) -> None:
        """Give the command in hand its savepoint, and write what it may ask for."""
        if not self.opened:
            head, news, pending = self._mark
            self.pending.write(connection, pending)
            connection.execute("SAVEPOINT command")
            self._mark = (head, news, 0)
            self.opened = True
        if self.pending:
            self.pending.write(connection)

    def keep(self, connection: sqlite3.Connection) -> None:
        """The command in hand succeeded."""
        if self.opened:
            connection.execute("RELEASE command")
        self.undos = []

    def undo(self, connection: sqlite3.Connection) -> None:
        """Take back all that the command in hand did, and nothing else."""
        if self.opened:
            connection.execute("ROLLBACK TO command")
            connection.execute("RELEASE command")
        self.pending.forget(self._mark[2])
        for undo in reversed(self.undos):
            undo()
        self.undos = []
        for name, before in reversed(self._counted):
            self.counters[name] = before
        self.head = self._mark[0]
        del self.news[self._mark[1] :]

    def reset(self, head: journal.Head) -> None:
        """Know nothing but what the disk holds, as after a start."""
        self.head = head
        self.pending.forget(0)
        for forgotten in (self.counters, self.cache, self.news, self.signals, self._dirty, self.behind, self.answers):
            forgotten.clear()

    def next_number(self, connection: sqlite3.Connection, name: str, count: int) -> int:
        before = self.counters.get(name)
        if before is None:
            row = connection.execute(_READ_COUNTER.sql, (name,)).fetchone()
            before = self.counters[name] = row[0] if row else 0
        self.counters[name] = before + count
        self._dirty.add(name)
        self._counted.append((name, before))
        return before + 1

    def write_behind(self, connection: sqlite3.Connection) -> None:
        """Once per commit, for all its commands: what they added, and what they changed in memory."""
        self.opened = True
        for write in self.behind:
            write(Transaction(connection, self, THE_BOX))
        self.behind.clear()
        for name in self._dirty:
            self.pending.add(_WRITE_COUNTER, (name, self.counters[name]))
        self._dirty.clear()
        self.pending.write(connection)
        self.answers.clear()

    def take_announcements(self) -> tuple[list[Event], set[Signal]]:
        """What a commit has to tell; of announcements about one subject only the last."""
        news, self.news = self.news, []
        signals, self.signals = self.signals, set()
        last = {(each.kind, each.subject): each for each in news if not each.journalled}
        return [each for each in news if each.journalled or last[each.kind, each.subject] is each], signals


class Transaction:
    """Given to every command: `tx.execute`, `tx.all`, `tx.emit`, `tx.now`, `tx.actor`. No await, no network inside."""

    __slots__ = ("_connection", "_memory", "_told", "actor", "business_day", "now")

    def __init__(self, connection: sqlite3.Connection, memory: WriterMemory, actor: Actor) -> None:
        self._connection = connection
        self._memory = memory
        self._told: tuple[Any, bytes] = (None, b"")
        self.actor = actor
        self.now = memory.now
        self.business_day = memory.days.of(self.now)
        """Today as the venue counts it, YYYYMMDD."""

    @property
    def local_time(self) -> datetime:
        """Now on the venue's wall."""
        return self._memory.days.local(self.now)

    @property
    def seq(self) -> int:
        """The last journal entry, this command's own included."""
        return self._memory.head.seq

    def execute(self, statement: Statement, **parameters: Any) -> sqlite3.Cursor:
        """Run one frozen statement."""
        return self._direct().execute(statement.sql, statement.bind(parameters))

    def insert(self, statement: Statement, **parameters: Any) -> None:
        """Insert one row, together with others before the commit or when somebody asks for what was written."""
        self._memory.pending.add(statement, statement.bind(parameters))

    def insert_row(self, statement: Statement, row: Any) -> None:
        """The same for a row whose attributes are the statement's parameters."""
        self._memory.pending.add(*statement.fit(row))

    def insert_rows(self, statement: Statement, rows: Iterable[Any]) -> None:
        """The same for each row."""
        self._memory.pending.extend(map(statement.fit, rows))

    def insert_tuples(self, statement: Statement, rows: Iterable[tuple[Any, ...]]) -> None:
        """The same for tuples that are in the statement's order."""
        self._memory.pending.extend((statement, row) for row in rows)

    def execute_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run one frozen statement for each mapping of parameters."""
        self._direct().executemany(statement.sql, map(statement.bind, rows))

    def store(self, statement: Statement, row: Any) -> None:
        """Run one frozen statement with the attributes of a row as its parameters."""
        self._direct().execute(statement.sql, statement.of(row))

    def store_many(self, statement: Statement, rows: Iterable[Any]) -> None:
        """The same for each row."""
        self._direct().executemany(statement.sql, map(statement.of, rows))

    def run(self, query: peewee.Query) -> sqlite3.Cursor:
        """Build and run a peewee query: for rare writes, where 300 us do not matter."""
        sql, values = query.sql()
        return self._direct().execute(sql, values)

    def answered(self, key: str) -> Answered | None:
        """What was answered to an Idempotency-Key that the writer has looked up, or in this very batch."""
        return self._memory.answers[key]

    def answer(self, statement: Statement, key: str, answer: Answered) -> None:
        """Keep an answer with its key: `statement` inserts key, fingerprint, status, body and time."""
        self._memory.answers[key] = answer
        self._memory.pending.add(statement, (key, *answer, self.now))

    def all(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> list[Row]:
        """All rows of a query, each as `row(*columns)`."""
        cursor = self.execute(query, **parameters) if isinstance(query, Statement) else self.run(query)
        return [row(*columns) for columns in cursor]

    def one(self, query: Statement | peewee.Query, row: type[Row], **parameters: Any) -> Row | None:
        """The first row, or None."""
        rows = self.all(query, row, **parameters)
        return rows[0] if rows else None

    def number(self, name: str, count: int = 1) -> int:
        """The first of the next `count` numbers of a sequence without gaps, starting at 1."""
        return self._memory.next_number(self._connection, name, count)

    def cached(self, load: Callable[["Transaction"], T]) -> T:
        """What `load(tx)` gave, kept until `invalidate(load)`: the catalogue, the settings."""
        cache = self._memory.cache
        if load not in cache:
            cache[load] = load(self)
        found: T = cache[load]
        return found

    def invalidate(self, load: Callable[["Transaction"], Any]) -> None:
        """Have `cached(load)` load anew, also when this command fails after it loaded its own changes."""
        self._memory.cache.pop(load, None)
        self._memory.undos.append(lambda: self._memory.cache.pop(load, None) and None)

    def on_undo(self, undo: Callable[[], None]) -> None:
        """Have a change in memory taken back when this command fails."""
        self._memory.undos.append(undo)

    def before_commit(self, write: Callable[["Transaction"], None]) -> None:
        """Have `write(tx)` run once before the commit, however many of its commands ask."""
        self._memory.behind[write] = None

    def then(self, moment: int) -> None:
        """From here on the command lives at `moment` (ms): how a demo gets its past."""
        self.now, self.business_day = moment, self._memory.days.of(moment)

    def move_cutoff(self, days: BusinessDays) -> None:
        """Reckon business days by another zone or cut-off from here on."""
        memory, before = self._memory, self._memory.days
        memory.days = days
        self.business_day = days.of(self.now)
        memory.undos.append(lambda: setattr(memory, "days", before))

    def emit(
        self,
        kind: str,
        subject: str,
        payload: Any,
        *,
        state: Any = None,
        rooms: Collection[str] = ("floor",),
        rows: Any = None,
    ) -> int:
        """Append to the journal and tell the rooms after COMMIT; returns the sequence number.

        `payload` is what happened, kept for ever; `state` the subject's whole new state, told live; `rows` what the
        command has of it in hand, so that followers need not read it again.
        """
        memory = self._memory
        head = memory.head
        seq, body = head.seq + 1, _encoder.encode(payload)
        actor = self.actor
        entry = (seq, self.now, self.business_day, actor.staff_id, actor.device_id, kind, subject)
        digest = journal.chained(head.hash, entry, body)
        memory.pending.add(journal.APPEND, (*entry, body, digest))
        memory.head = journal.Head(seq, self.now, digest)
        data = body if state is None else _encoder.encode(state)
        self._told = (state, data)
        memory.news.append(Event(seq, kind, self.now, subject, data, frozenset(rooms)))
        for follow in memory.followers.get(kind, ()):
            follow(self, Told(kind, subject, payload, state, rows))
        return seq

    def encoded(self, result: Any) -> bytes:
        """A command's result as JSON; made only once where it is the state that was just told to the rooms."""
        state, data = self._told
        return data if state is result and state is not None else _encoder.encode(result)

    def announce(self, kind: str, subject: str, state: Any, *, rooms: Collection[str] = ("floor",)) -> None:
        """Tell the rooms after COMMIT without a journal entry: what can be read again at any time."""
        data = _encoder.encode(state)
        self._memory.news.append(Event(self.seq, kind, self.now, subject, data, frozenset(rooms), journalled=False))

    def _direct(self) -> sqlite3.Connection:
        self._memory.open(self._connection)
        return self._connection

    def signal(self, signal: Signal) -> None:
        """Wake whoever waits for `signal` after COMMIT."""
        self._memory.signals.add(signal)
