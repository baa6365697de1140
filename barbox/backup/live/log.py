"""What the live copy ships: the box's write-ahead logs, numbered, one after the other without a gap.

A *line* begins at a copy of the whole database and goes on with every log written since. Before the writer empties a
log it asks at the gate here: what of the log is not yet beside the database, in `live/`, is put there first. So no byte
of a line is ever lost to a checkpoint, however long the targets are away; up to a bound, for the till comes first.

Where a line cannot be shown to be whole (somebody else wrote to the database, the disk is full, the bound was met) it
ends here, and a new one begins with a new copy: never a guess.
"""

import contextlib
import errno
import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from barbox.backup.live import wal
from barbox.backup.live.segments import chain_from, chain_of
from barbox.backup.live.state import Closed, State
from barbox.core.disk import sync

log = logging.getLogger(__name__)

FOLDER = "live"
SMALLEST_LOG = 4 * 1024 * 1024
"""An idle writer empties a log only from this size on: fewer checkpoints, and fewer files at the targets."""
MOST_AT_ONCE = 4 * 1024 * 1024
"""More than this is not copied while the writer waits."""
MOST_KEPT = 256 * 1024 * 1024
"""However long a target is away, no more than this waits for it."""
MOST_WHOLE = 32 * 1024 * 1024
"""A longer log (some reader would not leave) is shipped in parts only."""
ROOM_TO_SPARE = 64 * 1024 * 1024


class Piece(NamedTuple):
    """Bytes of a log: of which, from where to where; `whole` when it is all of a log that is closed."""

    no: int
    start: int
    end: int
    data: bytes
    whole: bool


class Gone(LookupError):
    """That log is no longer kept here."""


class LiveLog:
    """Owned by the box for as long as it has the database open; the gate is called on the writer's thread."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._log = wal.log_file(database)
        self._folder = database.parent / FOLDER
        self._lock = threading.RLock()
        self._index = wal.Index(database)
        self._state: State | None = None
        self._salts: bytes | None = None
        self._emptied: wal.Mark | None = None
        """The log as the line's beginning found it: none of it is the line's."""
        self._end = 0
        self._copied = 0
        self._digest = chain_from("")
        """The chain up to what was copied."""
        self._checked = False
        self.pressed: Callable[[], object] = lambda: None
        """Called on the writer's thread when it wants `keep_up` before it can empty the log."""

    @property
    def line(self) -> str:
        """The line's name; empty where there is none."""
        return self._state.line if self._state else ""

    @property
    def owner(self) -> tuple[int, str]:
        """The bar's generation in which the line began, and the fingerprint of the recovery key that opens it."""
        return (self._state.generation, self._state.key) if self._state else (0, "")

    @property
    def reached(self) -> dict[int, int]:
        """By target: the log it had got to, as last noted."""
        return self._state.reached if self._state else {}

    @contextlib.contextmanager
    def watching(self) -> Iterator["LiveLog"]:
        """Enter before anything opens the database, leave after all have closed it."""
        self.rescue()
        try:
            yield self
        finally:
            self.settle()

    def rescue(self) -> None:
        """Before the database is opened: keep what a crash left in its log, which opening would empty."""
        self._state = self._load()
        if self._state is None:
            return
        self._anew()
        try:
            if self._log.exists() and self._log.stat().st_size:
                self._take_over()
            elif not self._log.exists() and self._state.seen != self._look_of_file():
                raise OSError("the database was changed while the box was off")
            self._state.seen = self._look_of_file()
            self._save()
        except (OSError, sqlite3.Error) as error:
            self.lose(str(error))
        self._checked = False

    def settle(self) -> None:
        """After the database was closed: note how it was left."""
        with self._lock, contextlib.suppress(OSError, Gone):
            self._look()
            if not self._end and not self._log.exists():
                self._known().seen = self._look_of_file()
                self._save()
        self._index.close()

    def begin(self, line: str, generation: int, key: str, emptied: wal.Mark | None) -> None:
        """Begin a line; the database is frozen, and `emptied` is its log as it was left then. Raises OSError."""
        with self._lock:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for each in self._folder.glob("log-*"):
                each.unlink()
            opening = chain_of(chain_from(line))
            self._state = State(line, generation, key, 0, opening)
            self._checked, self._emptied = True, emptied
            self._anew()
            self._save()

    def stop(self) -> None:
        """There is nobody to ship to: nothing is kept."""
        with self._lock:
            if self._state:
                self._state = None
                shutil.rmtree(self._folder, ignore_errors=True)

    def lose(self, reason: str) -> None:
        """The line cannot go on; the next begins with a new copy of the database."""
        with self._lock:
            if self._state:
                log.warning("the live copy begins anew", extra={"reason": reason})
            self.stop()

    def gate(self, must: bool) -> bool:
        """Asked on the writer's thread before it empties the log: whether it may. With `must` it always may."""
        with self._lock:
            if self._state is None:
                return True
            try:
                self._look()
                if not self._end:
                    return True
                if not must and self._end < SMALLEST_LOG:
                    return False
                if not must and self._end - self._copied > MOST_AT_ONCE:
                    self.pressed()
                    return False
                self._close()
            except OSError as error:
                self.lose(str(error))
            except Gone:
                return True
            return True

    def point(self) -> tuple[int, str]:
        """The log that follows the main file as it stands now, and the chain up to there; while it is frozen."""
        with self._lock:
            state = self._known()
            return state.no, state.opening

    def head(self) -> tuple[int, int]:
        """The newest log with anything in it, and how far it is committed."""
        with self._lock:
            state = self._known()
            self._look()
            if not self._end and state.closed:
                return state.closed[-1].no, state.closed[-1].end
            return state.no, self._end

    def after(self, no: int, end: int, most: int) -> Piece | None:
        """What comes after the first `end` bytes of log `no`, at most `most` bytes; None where there is no more.

        Raises Gone where it is no longer kept.
        """
        with self._lock:
            self._look()
            while True:
                length, closed = self._length(no)
                if end < length:
                    whole = closed and not end and length <= MOST_WHOLE
                    upto = length if whole else min(length, end + most)
                    return Piece(no, end, upto, self._read(no, end, upto), whole)
                if not closed:
                    return None
                no, end = no + 1, 0

    def whole(self, no: int) -> Piece | None:
        """All of a log, once it is closed and unless it is too long. Raises Gone."""
        with self._lock:
            self._look()
            length, closed = self._length(no)
            if not closed or length > MOST_WHOLE:
                return None
            return Piece(no, 0, length, self._read(no, 0, length), True)

    def opening(self, no: int) -> str:
        """The chain before a log. Raises Gone."""
        with self._lock:
            self._length(no)
            return self._opening(no)

    def chain(self, no: int, end: int) -> Any:
        """The running hash of a log up to that place. Raises Gone."""
        with self._lock:
            self._look()
            length, _ = self._length(no)
            if end > length:
                raise Gone
            digest = chain_from(self._opening(no))
            digest.update(self._read(no, 0, end) if end else b"")
            return digest

    def keep_up(self) -> None:
        """Copy what is committed while the writer goes on, so that little is left to do at the gate."""
        while True:
            with self._lock:
                if self._state is None:
                    return
                self._look()
                no, start, upto = self._state.no, self._copied, min(self._end, self._copied + MOST_AT_ONCE)
                if start == upto:
                    return
                data = wal.read(self._log, start, upto)
            self._copy(no, start, data)
            with self._lock:
                if self.line and self._known().no == no and self._copied == start:
                    self._digest.update(data)
                    self._copied = upto

    def note(self, reached: dict[int, int]) -> None:
        """Where each target has got to: logs that all of them have are no longer kept."""
        with self._lock:
            if self._state is None or reached == self._state.reached:
                return
            self._state.reached = reached
            wanted = min(reached.values(), default=self._state.no)
            while len(self._state.closed) > 1 and self._state.closed[0].no < wanted:
                self._drop()
            self._save()

    def _known(self) -> State:
        if self._state is None:
            raise Gone
        return self._state

    def _opening(self, no: int) -> str:
        state = self._known()
        return next((each.opening for each in state.closed if each.no == no), state.opening)

    def _length(self, no: int) -> tuple[int, bool]:
        """How long a log is, and whether that is all of it."""
        state = self._known()
        if no == state.no:
            return self._end, False
        for each in state.closed:
            if each.no == no:
                return each.end, True
        raise Gone

    def _read(self, no: int, start: int, end: int) -> bytes:
        return wal.read(self._log if no == self._known().no else self._kept(no), start, end)

    def _look(self) -> None:
        """See how far the log has got; a line that does not fit any more is lost."""
        state = self._known()
        if not self._checked:
            if state.seen != self._look_of_file():
                self.lose("the database was changed while the box was off")
                raise Gone
            self._checked = True
        try:
            self._follow(state, self._index.mark())
        except OSError as error:
            self.lose(str(error))
            raise Gone from None

    def _follow(self, state: State, mark: wal.Mark | None) -> None:
        last = state.closed[-1] if state.closed else None
        if mark and last and mark.salts == last.salts and self._salts is None:
            if mark.end > last.end:  # the writer could not empty it after all, and went on
                state.closed.pop()
                state.no, state.opening = last.no, last.opening
                self._digest = chain_from(last.opening)
                self._digest.update(wal.read(self._kept(last.no), 0, last.end))
                self._salts, self._end, self._copied = mark.salts, mark.end, last.end
            if mark.end >= last.end:
                return
        salts, end = (mark.salts, mark.end) if mark and mark != self._emptied else (None, 0)
        if (self._salts is not None and salts != self._salts) or end < self._end:
            raise OSError("the log was emptied by somebody else")
        self._salts, self._end = salts, end

    def _close(self) -> None:
        """The rest of the log goes beside the database: now it may be emptied."""
        state = self._known()
        while self._copied < self._end:
            data = wal.read(self._log, self._copied, min(self._end, self._copied + MOST_AT_ONCE))
            self._copy(state.no, self._copied, data)
            self._digest.update(data)
            self._copied += len(data)
        final = chain_of(self._digest)
        state.closed.append(Closed(state.no, state.opening, final, self._end, self._salts or b""))
        state.no, state.opening = state.no + 1, final
        self._anew()
        while len(state.closed) > 1 and sum(each.end for each in state.closed) > MOST_KEPT:
            self._drop()
        self._save()

    def _anew(self) -> None:
        self._salts, self._end, self._copied = None, 0, 0
        self._digest = chain_from(self._known().opening)

    def _take_over(self) -> None:
        """Let SQLite recover the log, keep all of it, and have it emptied."""
        connection = sqlite3.connect(self._database, isolation_level=None)
        try:
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            self._follow(self._known(), self._index.mark())
            if self._end:
                self._close()
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise OSError("another program has the database open")
        finally:
            connection.close()
            self._index.close()

    def _drop(self) -> None:
        self._kept(self._known().closed.pop(0).no).unlink(missing_ok=True)

    def _kept(self, no: int) -> Path:
        return self._folder / f"log-{no:08d}"

    def _copy(self, no: int, start: int, data: bytes) -> None:
        if shutil.disk_usage(self._folder).free < ROOM_TO_SPARE:
            raise OSError(errno.ENOSPC, "the box has too little room to keep what was not shipped")
        path = self._kept(no)
        begins = not path.exists()
        with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as out:
            out.seek(start)
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if begins:
            sync(self._folder)

    def _look_of_file(self) -> list[int]:
        found = self._database.stat()
        return [found.st_ino, found.st_size, found.st_mtime_ns]

    def _load(self) -> State | None:
        try:
            return msgspec.json.decode((self._folder / "state.json").read_bytes(), type=State)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            log.warning("the live copy's state cannot be read", extra={"error": str(error)})
            return None

    def _save(self) -> None:
        part = self._folder / "state.json.part"
        with part.open("wb") as out:
            out.write(msgspec.json.encode(self._state))
            out.flush()
            os.fsync(out.fileno())
        part.rename(self._folder / "state.json")
        sync(self._folder)
