"""Runs a program under strace, then cuts its power at many moments and asks a checker about each image.

Moments are both sides of every sync first, then random ones in between, and the end. Before any image is believed, the
replay with everything kept must equal the files that the program really left.
"""

import random
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.powercut.disk import Disk, Mode, Names
from tests.faults.powercut.replay import Deaf, Replay, Untraceable, never
from tests.faults.powercut.trace import TRACED, Call, read_calls

Checker = Callable[[Path, list[str]], str | None]
"""Looks at an image and what had been acknowledged by then; says what is wrong, or None where all is well."""

_SECTOR = 512


@dataclass(slots=True)
class Findings:
    """What the checker said of all images."""

    images: int = 0
    acknowledged: int = 0
    moments: int = 0
    bad: Counter[Mode] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    first: str | None = None

    def __str__(self) -> str:
        """A line for people."""
        told = f"{self.images} images at {self.moments} moments, {self.acknowledged} acknowledged"
        modes = ", ".join(f"{mode.value} {count}" for mode, count in sorted(self.bad.items(), key=str))
        reasons = "; ".join(f"{count} x {reason}" for reason, count in self.reasons.most_common(4))
        return told + (f", {self.bad.total()} BAD ({modes}): {reasons}; first: {self.first}" if self.bad else ", 0 bad")


@dataclass(frozen=True, slots=True)
class Recording:
    """One traced run: what lay on the disk before, every call, and where the program acknowledged."""

    before: Path
    data: Path
    acknowledgements: Path
    calls: list[Call]

    def cut(
        self,
        checker: Checker,
        *,
        moments: int,
        seed: int = 1,
        names: Names = Names.ORDERED,
        modes: Sequence[Mode] = tuple(Mode),
        deaf: Deaf = never,
    ) -> Findings:
        """Check an image for each mode at that many moments; `deaf` plants a disk that ignores some syncs."""
        findings = Findings()
        chosen = self._moments(moments, random.Random(seed), names)
        disk = Disk(self.data, names, self.before)
        replay = Replay(self.calls, disk, self.acknowledgements, deaf)
        waiting = sorted(chosen, reverse=True)
        for call in self.calls:
            while waiting and waiting[-1] <= call.line:
                self._check(disk, replay.acknowledged, checker, modes, f"{seed}/{waiting.pop()}", findings)
            replay.step(call)
        for line in reversed(waiting):
            self._check(disk, replay.acknowledged, checker, modes, f"{seed}/{line}", findings)
        findings.acknowledged = len(replay.acknowledged)
        return findings

    def _moments(self, wanted: int, chance: random.Random, names: Names) -> set[int]:
        whole = Replay(self.calls, Disk(self.data, names, self.before), self.acknowledgements)
        for call in self.calls:
            whole.step(call)
        beside_syncs = sorted(set(whole.syncs))
        between = sorted({line + side for line in whole.changes for side in (0, 1)} - set(beside_syncs))
        # What was acknowledged last has had the least time to reach the disk.
        chosen = {self.calls[-1].line + 1}
        chosen |= set(chance.sample(beside_syncs, min(len(beside_syncs), (wanted + 1) // 2)))
        return chosen | set(chance.sample(between, min(len(between), wanted - len(chosen))))

    def _check(
        self,
        disk: Disk,
        acknowledged: list[str],
        checker: Checker,
        modes: Sequence[Mode],
        moment: str,
        findings: Findings,
    ) -> None:
        findings.moments += 1
        for mode in modes:
            with _throwaway() as folder:
                disk.image(folder / "image", mode, random.Random(f"{moment}/{mode.value}"), _SECTOR)
                wrong = checker(folder / "image", list(acknowledged))
            findings.images += 1
            if wrong:
                findings.bad[mode] += 1
                findings.reasons[re.sub(r"\d+", "N", wrong)[:120]] += 1
                findings.first = findings.first or f"{moment} {mode.value}: {wrong}"

    def trust(self) -> None:
        """Raise Untraceable unless the replayed files, all kept, are those that the run really left."""
        disk = Disk(self.data, Names.ORDERED, self.before)
        replay = Replay(self.calls, disk, self.acknowledgements)
        for call in self.calls:
            replay.step(call)
        with _throwaway() as folder:
            disk.image(folder / "image", Mode.ALL, random.Random(0), _SECTOR)
            replayed, real = _contents(folder / "image"), _contents(self.data)
        odd = sorted(name for name in {*replayed, *real} if replayed.get(name) != real.get(name))
        if odd:
            raise Untraceable(f"the replay differs from what was really left in {', '.join(odd)}")


@contextmanager
def record(command: Sequence[str], data: Path, acknowledgements: Path) -> Iterator[Recording]:
    """Run `command` under strace, with what is in `data` now counting as durable.

    Raises CalledProcessError if it fails and Untraceable if its trace cannot be trusted.
    """
    data.mkdir(parents=True, exist_ok=True)
    with _throwaway() as folder:
        shutil.copytree(data, folder / "before", symlinks=True)
        log = folder / "trace"
        # strace cannot see what goes through io_uring, so there is none, as on an old kernel
        what = ["-e", f"trace={TRACED}", "-e", "signal=none", "-e", "inject=io_uring_setup:error=ENOSYS"]
        options = ["-f", "-y", "-xx", "--seccomp-bpf", "-s", str(1 << 24), *what]
        subprocess.run(["strace", *options, "-o", log, "--", *command], check=True, stdout=subprocess.DEVNULL)
        calls = list(read_calls(log))
        log.unlink()
        recording = Recording(folder / "before", data.resolve(), acknowledgements.resolve(), calls)
        recording.trust()
        yield recording


@contextmanager
def _throwaway() -> Iterator[Path]:
    memory = Path("/dev/shm")  # images are many and short-lived
    with tempfile.TemporaryDirectory(prefix="powercut-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return {
        str(path.relative_to(folder)): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in files
        if not path.name.endswith("-shm")
    }
