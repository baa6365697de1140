"""From strace's log to system calls, each with where in the log it began or ended."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

TRACED = (
    "open,openat,openat2,creat,close,write,pwrite64,writev,pwritev,pwritev2,lseek,fsync,fdatasync,sync,syncfs,"
    "sync_file_range,ftruncate,truncate,fallocate,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,"
    "symlinkat,mkdir,mkdirat,rmdir,dup,dup2,dup3,fcntl,clone,clone3,fork,vfork,mmap,sendfile,copy_file_range,"
    "io_uring_setup,chdir"
)

_LINE = re.compile(r"^(\d+)\s+(?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))$")
_RESULT = re.compile(r"\)\s+=\s+(-?\d+|0x[0-9a-f]+|\?)(?:<((?:[^>]|\\x3e)*)>)?.*$")
_UNFINISHED = "<unfinished ...>"
_DESCRIPTOR = re.compile(r"^(-?\d+|AT_FDCWD)(?:<(.*)>)?$")
_QUOTED = re.compile(r'^"([^"]*)"')
_VECTOR = re.compile(r'iov_base="([^"]*)"')


class Phase(Enum):
    """A call that another thread interrupted in the log stands there twice, else once."""

    BEGAN = "began"
    ENDED = "ended"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Call:
    """One system call or one half of it; `line` is its place in the log, `result` None until it has one."""

    line: int
    phase: Phase
    pid: int
    name: str
    text: str
    result: int | None
    result_path: str | None

    @property
    def done(self) -> bool:
        """It has returned, and not with an error."""
        return self.phase is not Phase.BEGAN and self.result is not None and self.result >= 0

    @property
    def arguments(self) -> list[str]:
        """The arguments as strace wrote them; text is in hexadecimal, so a comma always separates."""
        return self.text.split(", ")

    def descriptor(self, place: int = 0) -> tuple[str, str | None]:
        """The file descriptor at `place`, and the path behind it if strace knew one."""
        found = _DESCRIPTOR.match(self.arguments[place])
        if not found:
            return "", None
        return found.group(1), unhex(found.group(2)).decode("utf-8", "replace") if found.group(2) else None

    def quoted(self, place: int) -> str | None:
        """The path given as text at `place`."""
        found = _QUOTED.match(self.arguments[place])
        return unhex(found.group(1)).decode("utf-8", "surrogateescape") if found else None

    def number(self, place: int) -> int:
        """The integer at `place`; negative places count from the end."""
        return int(self.arguments[place], 0)

    def written(self) -> bytes:
        """The bytes of a write of any kind that reached the kernel."""
        rest = self.text.split(", ", 1)[1]
        if "v" in self.name:
            data = b"".join(unhex(part) for part in _VECTOR.findall(rest))
        else:
            found = _QUOTED.match(rest)
            data = unhex(found.group(1)) if found else b""
        return data[: self.result]


def unhex(text: str) -> bytes:
    r"""What `strace -xx` wrote as \x2f\x64… back into bytes."""
    return bytes.fromhex(text.replace("\\x", "")) if "\\x" in text else text.encode()


def read_calls(log: Path) -> Iterator[Call]:
    """The calls of an strace log, in its order. Lines about signals and exits are passed over."""
    begun: dict[tuple[int, str], str] = {}
    with log.open(errors="replace") as lines:
        for number, line in enumerate(lines):
            found = _LINE.match(line.rstrip("\n"))
            if not found:
                continue
            pid, name, text = int(found.group(1)), found.group(2) or found.group(4), found.group(3)
            if text is not None and text.endswith(_UNFINISHED):
                begun[pid, name] = text = text.removesuffix(_UNFINISHED).rstrip()
                yield Call(number, Phase.BEGAN, pid, name, text, None, None)
                continue
            phase = Phase.WHOLE
            if text is None:
                phase, text = Phase.ENDED, begun.pop((pid, name), "") + found.group(5)
            result = _RESULT.search(text)
            if result:
                value = None if result.group(1) == "?" else int(result.group(1), 0)
                path = unhex(result.group(2)).decode("utf-8", "replace") if result.group(2) else None
                yield Call(number, phase, pid, name, text[: result.start()], value, path)
