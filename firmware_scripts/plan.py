"""A plan: the steps that a script wants to take on a machine, to be shown or carried out.

Files are changed so that a power cut leaves the old or the new one, whole; a step that is already done does
nothing.
"""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Write:
    """A file that shall have this text. `secret` keeps the text out of what is shown."""

    path: str
    text: str
    mode: int = 0o644
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """A file that shall not be there."""

    path: str


@dataclass(frozen=True, slots=True)
class Run:
    """A program to run; `optional` ones may fail or be missing. Their output goes to the file `into`, if
    given."""

    command: tuple[str, ...]
    optional: bool = False
    into: str = ""


Step = Write | Remove | Run
Runner = Callable[[Run], bytes]


class Machine:
    """The machine a plan is made for: reads what is there now. `root` is `/`, or a folder that stands for
    it."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def read(self, name: str) -> str:
        """A file's text; empty when there is none."""
        path = self.path(name)
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def boot_file(self, name: str) -> str:
        """Where a Raspberry Pi keeps a file of its boot partition (it moved with Debian 12)."""
        return f"/boot/firmware/{name}" if self.path("/boot/firmware").is_dir() else f"/boot/{name}"


def show(steps: Iterable[Step]) -> str:
    """The plan in words, one step a line, with the text of the files."""
    return "\n".join(line for step in steps for line in _shown(step))


def _shown(step: Step) -> list[str]:
    match step:
        case Write(path, text, mode, secret):
            body = ["(not shown)"] if secret else text.splitlines()
            return [f"write {path} ({mode:04o})", *(f"    {line}".rstrip() for line in body)]
        case Remove(path):
            return [f"remove {path}"]
        case Run(command, optional, into):
            tail = (f" > {into}" if into else "") + ("   (may fail)" if optional else "")
            return [f"run {shlex.join(command)}{tail}"]


def carry_out(steps: Iterable[Step], machine: Machine, run: Runner | None = None) -> list[str]:
    """Takes the steps in order and tells what was done. Raises CalledProcessError, FileNotFoundError or
    OSError."""
    runner = run or run_program
    return [_taken(step, machine, runner) for step in steps]


def _taken(step: Step, machine: Machine, run: Runner) -> str:
    match step:
        case Write(path, text, mode, _):
            changed = _put(machine.path(path), text.encode(), mode)
            return f"wrote {path}" if changed else f"{path} was right already"
        case Remove(path):
            there = machine.path(path).exists()
            machine.path(path).unlink(missing_ok=True)
            return f"removed {path}" if there else f"{path} was not there"
        case Run(command, optional, into):
            try:
                output = run(step)
            except (subprocess.CalledProcessError, FileNotFoundError) as problem:
                if not optional:
                    raise
                return f"could not run {shlex.join(command)}: {problem}"
            if into:  # plainly: a USB stick's file system knows no modes
                machine.path(into).parent.mkdir(parents=True, exist_ok=True)
                machine.path(into).write_bytes(output)
            return f"ran {shlex.join(command)}"


def run_program(step: Run) -> bytes:
    """Runs a program for real. Raises CalledProcessError or FileNotFoundError."""
    return subprocess.run(step.command, check=True, stdout=subprocess.PIPE if step.into else None).stdout or b""


def _put(path: Path, content: bytes, mode: int) -> bool:
    """Replaces a file in one move; returns whether anything had to change."""
    if path.is_file() and path.read_bytes() == content and path.stat().st_mode & 0o7777 == mode:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def with_lines(text: str, lines: Iterable[str], heading: str = "") -> str:
    """The text with each line in it once; new ones go to the end, under `heading` where one is given."""
    present = {line.strip() for line in text.splitlines()}
    new = [line for line in lines if line not in present]
    if not new:
        return text
    body = text if not text or text.endswith("\n") else text + "\n"
    return body + "\n".join([*([heading] if heading else []), *new]) + "\n"
