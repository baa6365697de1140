"""Two boxes on two machines with a cable between them (network namespaces: needs root and iproute2)."""

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[2]
BOX = """\
import asyncio, sys
from barbox.discovery import Announcement, advertised

async def main(name: str) -> None:
    told = Announcement(f"id-{name}", name, "main", "0.1.0", 8080)
    async with advertised(told, poll_seconds=0.2, on_host=lambda host: print(host, flush=True)):
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main(sys.argv[1]))
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass(frozen=True)
class Host:
    """A machine of its own on the cable."""

    space: str
    wire: str

    def python(self, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.space, sys.executable, *words]

    def take_address(self, address: str) -> None:
        ip("-n", self.space, "addr", "flush", "dev", self.wire)
        ip("-n", self.space, "addr", "add", f"{address}/24", "dev", self.wire)

    def looks_around(self) -> str:
        """What `barbox discover` says here."""
        command = self.python("-m", "barbox", "discover", "--seconds", "1.5")
        return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout

    def sees(self, true: Callable[[str], bool]) -> str:
        """Looks around until what is seen is as expected."""
        return until(self.looks_around, true)

    @contextmanager
    def box(self, name: str) -> Iterator[IO[str]]:
        """A box that runs here; its output is the host names it takes, one a line."""
        command = self.python("-c", BOX, name)
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdin
            assert running.stdout
            yield running.stdout
            running.stdin.close()


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and iproute2")
    mark = uuid.uuid4().hex[:6]
    one, two = Host(f"bar-{mark}-1", f"w{mark}1"), Host(f"bar-{mark}-2", f"w{mark}2")
    with ExitStack() as stack:
        try:
            for host in (one, two):
                ip("netns", "add", host.space)
                stack.callback(ip, "netns", "del", host.space)
            ip(
                "link",
                "add",
                one.wire,
                "netns",
                one.space,
                "type",
                "veth",
                "peer",
                "name",
                two.wire,
                "netns",
                two.space,
            )
            for host, address in ((one, "10.9.0.1"), (two, "10.9.0.2")):
                ip("-n", host.space, "link", "set", "lo", "up")
                ip("-n", host.space, "link", "set", host.wire, "up")
                host.take_address(address)
        except subprocess.CalledProcessError as problem:
            pytest.skip(f"network namespaces are not to be had here: {problem.stderr.decode().strip()}")
        yield one, two


@contextmanager
def avahi(host: Host, folder: Path, name: str = "laptop") -> Iterator[Callable[[str], str]]:
    """Debian's own mDNS on that machine, without D-Bus' help; gives what `avahi-browse` sees of a service type."""
    missing = [name for name in ("avahi-daemon", "avahi-browse", "dbus-daemon", "unshare") if not shutil.which(name)]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not here: apt-get install avahi-daemon avahi-utils dbus")
    bus, settings = folder / "bus", folder / "avahi.conf"
    bus_settings = folder / "bus.conf"
    bus_settings.write_text(
        f"<busconfig><type>system</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>"
        '<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>'
        '<allow user="*"/></policy></busconfig>'
    )
    settings.write_text(f"[server]\nhost-name={name}\nuse-ipv6=no\nallow-interfaces={host.wire}\nenable-dbus=yes\n")
    environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"}
    # A /run of its own: another avahi may run on this machine.
    inside = ["ip", "netns", "exec", host.space, "unshare", "--mount", "sh", "-c"]
    daemons = (
        "mount -t tmpfs tmpfs /run && mkdir -p /run/avahi-daemon && "
        f"dbus-daemon --config-file={bus_settings} --nofork & "
        f"until [ -S {bus} ]; do sleep 0.05; done; "
        f"exec avahi-daemon --file {settings} --no-drop-root --no-chroot --no-rlimits"
    )
    with subprocess.Popen(
        [*inside, daemons], env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    ) as running:

        def browse(kind: str) -> str:
            words = ["avahi-browse", "--parsable", "--resolve", "--terminate", "--no-db-lookup", kind]
            command = ["ip", "netns", "exec", host.space, *words]
            return subprocess.run(command, env=environment, check=False, capture_output=True, text=True).stdout

        try:
            yield browse
        finally:
            os.killpg(running.pid, signal.SIGTERM)


def test_avahi_sees_the_same_boxes(hosts: tuple[Host, Host], tmp_path: Path) -> None:
    """The client is a laptop with Debian's avahi: two independent programs agree on what is there."""
    here, there = hosts
    with avahi(there, tmp_path) as browse:
        with here.box("Downstairs") as downstairs:
            assert downstairs.readline().strip() == "barbox"
            seen = until(lambda: browse("_barbox._tcp"), lambda seen: "=;" in seen)
            found = next(line for line in seen.splitlines() if line.startswith("=;")).split(";")
            assert found[3] == "Downstairs"
            assert found[6:9] == ["barbox.local", "10.9.0.1", "8080"]
            assert '"id=id-Downstairs"' in found[9]
            assert "Downstairs" in browse("_http._tcp")
        until(lambda: browse("_barbox._tcp"), lambda seen: "Downstairs" not in seen)


def test_a_box_gets_along_with_avahi_on_its_own_machine(hosts: tuple[Host, Host], tmp_path: Path) -> None:
    """As on an image whose machine is called barbox too: both say the same, and nobody gives way."""
    here, there = hosts
    with avahi(here, tmp_path, name="barbox") as browse:
        until(lambda: resolved(here, tmp_path, "barbox.local"), lambda seen: "10.9.0.1" in seen)
        with here.box("Downstairs") as downstairs:
            assert downstairs.readline().strip() == "barbox"
            seen = until(lambda: browse("_barbox._tcp"), lambda seen: "=;" in seen)
            found = next(line for line in seen.splitlines() if line.startswith("=;")).split(";")
            assert found[6:9] == ["barbox.local", "10.9.0.1", "8080"]
            there.sees(lambda seen: "http://10.9.0.1:8080/" in seen)


def resolved(host: Host, folder: Path, name: str) -> str:
    """What avahi on that machine says of a name."""
    environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}"}
    command = ["ip", "netns", "exec", host.space, "avahi-resolve", "-4", "--name", name]
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True).stdout


def until(look: Callable[[], str], true: Callable[[str], bool]) -> str:
    """Looks again until what is seen is as expected."""
    seen = ""
    for _ in range(40):
        seen = look()
        if true(seen):
            return seen
    raise AssertionError(f"never seen; last: {seen}")


def test_two_boxes_share_a_network_move_and_leave(hosts: tuple[Host, Host]) -> None:
    here, there = hosts
    with there.box("Upstairs") as upstairs:
        with here.box("Downstairs") as downstairs:
            taken = {upstairs.readline().strip(), downstairs.readline().strip()}
            if len(taken) == 1:  # both at the same moment: the lower address gives way
                taken.add(downstairs.readline().strip())
            assert taken == {"barbox", "barbox-2"}
            there.sees(lambda seen: "http://10.9.0.1:8080/" in seen and "http://10.9.0.2:8080/" in seen)
            here.take_address("10.9.0.77")
            there.sees(lambda seen: "http://10.9.0.77:8080/" in seen and "10.9.0.1:" not in seen)
        there.sees(lambda seen: "Upstairs" in seen and "Downstairs" not in seen)
