"""A Debian in a folder, booted: its own systemd as process 1 of namespaces, as systemd-nspawn does it, with the network
of this machine. Needs root and cgroup2. Devices are the harmless ones; nothing of it is left in the end.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# What would wait for hardware or a keyboard.
MASKED = ("systemd-udevd", "systemd-networkd", "systemd-resolved", "getty@tty1", "console-getty")
INIT = """\
set -e
cd "$0"
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs dev
for node in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
    set -- $node
    mknod -m 666 "dev/$1" c "$2" "$3"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$0" /sbin/init </dev/null
"""
CLEAN = ("/usr/bin/env", "-i", "HOME=/root", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8")


@dataclass(frozen=True)
class Booted:
    """It runs; `init` is its process 1 as this machine numbers it."""

    init: int

    def run(self, *words: str, may_fail: bool = False) -> str:
        """What a program in there says. Raises ChildProcessError with it when the program fails."""
        spaces = ["--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd"]
        command = ["nsenter", f"--target={self.init}", *spaces, "--", *CLEAN, "SYSTEMD_COLORS=0", *words]
        done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE)
        if done.returncode and not may_fail:
            raise ChildProcessError(f"{' '.join(words)} failed:\n{done.stdout}")
        return done.stdout.strip()

    def main_process(self, unit: str) -> int:
        """As numbered in there; 0 while there is none."""
        return int(self.run("systemctl", "show", "--property=MainPID", "--value", unit))


@contextmanager
def booted(root: Path) -> Iterator[Booted]:
    """Boots it, and waits until systemd has started what it will."""
    for unit in MASKED:
        mask = root / f"etc/systemd/system/{unit}.service"
        mask.unlink(missing_ok=True)
        mask.symlink_to("/dev/null")
    group = _cgroups() / f"barbox-booted-{os.getpid()}"
    group.mkdir()
    spaces = "--mount --pid --fork --kill-child --cgroup --uts --ipc"
    join = f'echo $$ > {group}/cgroup.procs && exec unshare {spaces} sh -c "$0" "$1"'
    with subprocess.Popen(["sh", "-c", join, INIT, str(root)], start_new_session=True) as outside:
        try:
            inside = Booted(_only_child(outside.pid))
            _wait_for_systemd(inside)
            yield inside
        finally:
            os.kill(_only_child(outside.pid), signal.SIGKILL)
            outside.wait()
            for each in sorted(group.rglob("*/"), reverse=True):
                each.rmdir()
            group.rmdir()


def _cgroups() -> Path:
    told = subprocess.run(
        ["findmnt", "-n", "-t", "cgroup2", "-o", "TARGET"], check=True, text=True, capture_output=True
    )
    return Path(told.stdout.split()[0])


def _only_child(pid: int) -> int:
    children: list[str] = []
    while not children:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


def _wait_for_systemd(inside: Booted) -> None:
    state = ""
    while state not in ("running", "degraded"):
        state = inside.run("sh", "-c", "systemctl is-system-running --wait 2>/dev/null || true")
