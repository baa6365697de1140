"""Walks a trace and moves the disk along, call by call."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.powercut.disk import Directory, Disk, File, Link, Node
from tests.faults.powercut.trace import Call, Phase

Deaf = Callable[[int, str], bool]
"""Whether a disk ignores the n-th sync (from 0) of that path and says it was done: a fault to plant."""

_WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2")
_SYNCS = ("fsync", "fdatasync", "sync", "syncfs")


class Untraceable(Exception):
    """The program does what strace cannot see, so that no image of it could be trusted."""


@dataclass(slots=True)
class _Open:
    """An open file description: duplicated descriptors share it."""

    node: Node
    offset: int = 0
    append: bool = False
    synchronous: bool = False


@dataclass(slots=True)
class _Process:
    """What threads of one process share."""

    files: dict[str, _Open] = field(default_factory=dict)


def never(_number: int, _path: str) -> bool:
    """An honest disk: every sync is done."""
    return False


class Replay:
    """Feeds calls to a disk; `acknowledged`, `changes` and `syncs` tell what has happened so far."""

    def __init__(self, calls: Iterable[Call], disk: Disk, acknowledgements: Path, deaf: Deaf = never) -> None:
        """`acknowledgements` is a file outside the disk: a line in it means that somebody was told "done".

        `deaf` plants a fault.
        """
        self.disk = disk
        self.acknowledged: list[str] = []
        self.changes: list[int] = []
        self.syncs: list[int] = []
        self._acknowledgements = str(acknowledgements)
        self._partial = b""
        self._deaf = deaf
        self._syncs_seen = 0
        self._began: dict[int, int] = {}
        self._processes: dict[int, _Process] = {}
        self._directory = str(Path.cwd())
        self._parents = {
            call.result: (call.pid, "CLONE_FILES" in call.text)
            for call in calls
            if call.name in ("clone", "clone3", "fork", "vfork") and call.result
        }

    def step(self, call: Call) -> None:
        """Take one call. Raises Untraceable."""
        if call.name in _SYNCS:
            self._sync(call)
        elif call.done:
            if call.name in _WRITES:
                self._write(call)
            elif handler := _HANDLERS.get(call.name):
                handler(self, call)

    def _process(self, pid: int) -> _Process:
        if pid not in self._processes:
            parent, shared = self._parents.get(pid, (None, False))
            if parent is None:
                self._processes[pid] = _Process()
            else:
                theirs = self._process(parent)
                self._processes[pid] = theirs if shared else _Process(dict(theirs.files))
        return self._processes[pid]

    def _opened(self, call: Call, place: int = 0) -> tuple[_Open | None, Node | None, str | None]:
        descriptor, path = call.descriptor(place)
        opened = self._process(call.pid).files.get(descriptor)
        return opened, opened.node if opened else self.disk.live.get(path or ""), path

    def _path(self, call: Call, directory: int | None, place: int) -> str:
        path = Path(call.quoted(place) or "")
        if not path.is_absolute():
            base = call.descriptor(directory)[1] if directory is not None else None
            path = Path(base or self._directory) / path
        return str(Path(os.path.realpath(path.parent)) / path.name)

    def _changed(self, call: Call) -> None:
        self.changes.append(call.line)

    def _sync(self, call: Call) -> None:
        if call.phase is not Phase.ENDED:
            self._began[call.pid] = self.disk.serial
            self.syncs.append(call.line)
        if call.phase is Phase.BEGAN or call.result != 0:
            return
        self.syncs += [call.line, call.line + 1]
        upto = self._began.pop(call.pid, self.disk.serial)
        if call.name in ("sync", "syncfs"):
            self._syncs_seen += 1
            if not self._deaf(self._syncs_seen - 1, "/"):
                self.disk.sync_all(upto)
            return
        _, node, path = self._opened(call)
        if path is None or node is None or not self.disk.holds(path):
            return
        self._syncs_seen += 1
        if not self._deaf(self._syncs_seen - 1, path):
            self.disk.sync(path, upto)

    def _write(self, call: Call) -> None:
        opened, node, path = self._opened(call)
        data = call.written()
        if path == self._acknowledgements:
            *lines, self._partial = (self._partial + data).split(b"\n")
            self.acknowledged += [line.decode() for line in lines]
            self._changed(call)
            return
        if not isinstance(node, File) or not self.disk.holds(path):
            return
        if len(data) != call.result:
            raise Untraceable(f"strace has not kept all that was written to {path}")
        if call.name.startswith("p"):
            offset = call.number(-2 if call.name == "pwritev2" else -1)
        elif opened is None:
            raise Untraceable(f"{path} was written through a descriptor that was never seen opened")
        else:
            offset = node.size if opened.append else opened.offset
            opened.offset = offset + len(data)
        self.disk.write(node, offset, data)
        self._changed(call)
        if opened and opened.synchronous and path:
            self.disk.sync(path, self.disk.serial)

    def _open(self, call: Call) -> None:
        path, files = call.result_path, self._process(call.pid).files
        files.pop(str(call.result), None)
        if path is None or not self.disk.holds(path):
            return
        node = self.disk.live.get(path)
        if node is None:
            created = "O_CREAT" in call.text or call.name == "creat"
            node = File() if created else Directory()
            if created:
                self.disk.rename([(path, node)])
                self._changed(call)
            else:
                self.disk.found(path, node)
        if isinstance(node, File) and node.size and ("O_TRUNC" in call.text or call.name == "creat"):
            self.disk.resize(node, 0)
            self._changed(call)
        synchronous = "O_SYNC" in call.text or "O_DSYNC" in call.text
        files[str(call.result)] = _Open(node, 0, "O_APPEND" in call.text, synchronous)

    def _close(self, call: Call) -> None:
        self._process(call.pid).files.pop(call.descriptor()[0], None)

    def _seek(self, call: Call) -> None:
        opened = self._opened(call)[0]
        if opened and call.result is not None:
            opened.offset = call.result

    def _duplicate(self, call: Call) -> None:
        opened = self._opened(call)[0]
        if opened and (call.name != "fcntl" or "F_DUPFD" in call.text):
            self._process(call.pid).files[str(call.result)] = opened

    def _enter(self, call: Call) -> None:
        self._directory = call.quoted(0) or self._directory

    def _resize(self, call: Call) -> None:
        by_name = call.name == "truncate"
        node = self.disk.live.get(self._path(call, None, 0)) if by_name else self._opened(call)[1]
        if not isinstance(node, File):
            return
        size = call.number(1)
        if call.name == "fallocate":
            size = call.number(2) + call.number(3)
            if "KEEP_SIZE" in call.text or "PUNCH" in call.text or size <= node.size:
                return
        self.disk.resize(node, size)
        self._changed(call)

    def _rename(self, call: Call) -> None:
        if call.name == "rename":
            source, target = self._path(call, None, 0), self._path(call, None, 1)
        else:
            source, target = self._path(call, 0, 1), self._path(call, 2, 3)
        if not self.disk.holds(source) and not self.disk.holds(target):
            return
        moved = [path for path in self.disk.live if path == source or path.startswith(source + "/")]
        if not moved:
            raise Untraceable(f"{target} was renamed in from outside, its content is not known")
        changes: list[tuple[str, Node | None]] = []
        for path in moved:
            changes += [(path, None), (target + path.removeprefix(source), self.disk.live[path])]
        self.disk.rename([(path, node) for path, node in changes if self.disk.holds(path)])
        self._changed(call)

    def _remove(self, call: Call) -> None:
        path = self._path(call, 0, 1) if call.name == "unlinkat" else self._path(call, None, 0)
        if path in self.disk.live:
            self.disk.rename([(path, None)])
            self._changed(call)

    def _link(self, call: Call) -> None:
        if call.name == "link":
            source, target = self._path(call, None, 0), self._path(call, None, 1)
        else:
            source, target = self._path(call, 0, 1), self._path(call, 2, 3)
        if source in self.disk.live and self.disk.holds(target):
            self.disk.rename([(target, self.disk.live[source])])
            self._changed(call)

    def _symlink(self, call: Call) -> None:
        path = self._path(call, *((1, 2) if call.name == "symlinkat" else (None, 1)))
        if self.disk.holds(path):
            self.disk.rename([(path, Link(call.quoted(0) or ""))])
            self._changed(call)

    def _make_directory(self, call: Call) -> None:
        path = self._path(call, 0, 1) if call.name == "mkdirat" else self._path(call, None, 0)
        if self.disk.holds(path):
            self.disk.rename([(path, Directory())])
            self._changed(call)

    def _map(self, call: Call) -> None:
        if "MAP_SHARED" in call.text and "PROT_WRITE" in call.text and len(call.arguments) > 4:
            path = call.descriptor(4)[1]
            if path and self.disk.holds(path) and not path.endswith("-shm"):
                raise Untraceable(f"{path} is mapped shared and writable")

    def _copy(self, call: Call) -> None:
        to, source = (0, 1) if call.name == "sendfile" else (2, 0)
        if self.disk.holds(self._opened(call, to)[2]):
            raise Untraceable(f"{call.name} into {self._opened(call, to)[2]} from {self._opened(call, source)[2]}")

    def _ring(self, _call: Call) -> None:
        raise Untraceable("the program uses io_uring")


_HANDLERS: dict[str, Callable[[Replay, Call], None]] = {
    **dict.fromkeys(("open", "openat", "openat2", "creat"), Replay._open),
    "close": Replay._close,
    "lseek": Replay._seek,
    **dict.fromkeys(("dup", "dup2", "dup3", "fcntl"), Replay._duplicate),
    "chdir": Replay._enter,
    **dict.fromkeys(("truncate", "ftruncate", "fallocate"), Replay._resize),
    **dict.fromkeys(("rename", "renameat", "renameat2"), Replay._rename),
    **dict.fromkeys(("unlink", "unlinkat", "rmdir"), Replay._remove),
    **dict.fromkeys(("link", "linkat"), Replay._link),
    **dict.fromkeys(("symlink", "symlinkat"), Replay._symlink),
    **dict.fromkeys(("mkdir", "mkdirat"), Replay._make_directory),
    "mmap": Replay._map,
    **dict.fromkeys(("sendfile", "copy_file_range"), Replay._copy),
    "io_uring_setup": Replay._ring,
}
