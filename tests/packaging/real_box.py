"""A real box on a clean Debian: installed, sold with, installed again, taken away, put back from a stick.

A command, not a test:

    python -m tests.packaging.real_box [--suite trixie] [--folder /var/tmp/box] [--wheelhouse DIR] [--bring FILE]

Two Debians are laid out. On the first the README's `./install.sh` is followed with internet; the second never has
any: it gets a wheelhouse (built here, unless one is given) and no cable. Each step is timed and what it leaves is
looked at; the first thing that is not as promised ends it with exit code 1. So far the box is started by hand; then the
second Debian is booted, and its own systemd runs the services as they are installed.
"""

import argparse
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.box import ADMIN_PIN, Box, Pass, Till, furnish, running
from tests.packaging import clean_debian
from tests.packaging.booted import booted

STICK = "/media/stick/wheelhouse"
DATA = "/var/lib/barbox"
AS_BARBOX = ("setpriv", "--reuid=barbox", "--regid=barbox", "--init-groups", "/usr/local/bin/barbox")
OURS = ("/opt/barbox", "/etc/barbox", "/etc/systemd", "/etc/udev/rules.d", "/usr/local/bin")
ENABLED = ("barbox.service", "barbox-update.path", "barbox-first-boot.service")
MOST_EXPOSED = 2.0
PLAIN = {"SYSTEMD_COLORS": "0", "SYSTEMD_URLIFY": "0"}
OWN_SETTING = "\n# the owner was here\n"


class Broken(Exception):
    """Something is not as promised."""


@dataclass
class Debian:
    """One of the two, and how long each step on it took."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *words: str, network: bool = True) -> str:
        """What a program in there says; raises Broken with it when the program fails."""
        done = subprocess.run(
            clean_debian.inside(self.folder, *words, network=network),
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=clean_debian.as_root_of_it(self.environment),
        )
        if done.returncode:
            raise Broken(f"{' '.join(words)} failed:\n{done.stdout}")
        return done.stdout

    def install(self, *options: str, network: bool = True) -> str:
        """`./install.sh OPTIONS` as root in the sources' folder."""
        return self.run(
            "sh", "-c", f'cd {clean_debian.SOURCES} && exec ./install.sh "$@"', "sh", *options, network=network
        )

    def path(self, name: str) -> Path:
        return self.folder / name.lstrip("/")

    @contextmanager
    def started(self) -> Iterator[Box]:
        """The installed box, as its own user; in the end its plug is pulled."""
        door, environment = clean_debian.inside(self.folder), clean_debian.as_root_of_it(self.environment)
        with running(Path(DATA), before=door, program=AS_BARBOX, environment=environment) as box:
            try:
                yield box
            finally:
                box.kill()


def promise(kept: object, what: str) -> None:
    """Raises Broken when it is not."""
    if not kept:
        raise Broken(what)


def looks_like_a_box(debian: Debian) -> str:
    """User, rights, link, services: as docs/appliance.md tells it."""
    release = debian.path("/opt/barbox/current").readlink()
    promise(
        str(release).startswith("releases/") or "/opt/barbox/releases/" in str(release), f"current leads to {release}"
    )
    told = debian.run(
        "stat", "-c", "%a %U %G %n", DATA, "/etc/barbox", "/etc/barbox/barbox.toml", "/opt/barbox/slots.py"
    )
    for line in (f"700 barbox barbox {DATA}", "750 root barbox /etc/barbox", "640 root barbox /etc/barbox/barbox.toml"):
        promise(line in told.splitlines(), f"expected {line}; there is\n{told}")
    writable = debian.run(
        "find", "/opt/barbox", "/etc/barbox", "!", "-type", "l", "(", "-user", "barbox", "-o", "-perm", "-2", ")"
    )
    promise(not writable, f"the box could change its own program or settings: {writable}")
    states = debian.run("systemctl", "is-enabled", *ENABLED)
    promise(states.split() == ["enabled"] * len(ENABLED), f"services: {states}")
    shell = debian.run("getent", "passwd", "barbox")
    promise("nologin" in shell, shell)
    return f"{debian.run('barbox', '--version').strip()} in {release.name}"


def judged(debian: Debian) -> str:
    """What that Debian's own systemd makes of the units."""
    units = [
        f"/etc/systemd/system/{path.name}"
        for path in sorted(debian.path("/etc/systemd/system").glob("barbox*"))
        if path.is_file()
    ]
    said = debian.run("systemd-analyze", "verify", *units)
    promise(not [line for line in said.splitlines() if "barbox" in line], said)
    told = debian.run(
        "systemd-analyze", "security", "--offline=true", "--no-pager", "/etc/systemd/system/barbox.service"
    )
    exposure = float(told.split("exposure level")[1].split(":")[1].split()[0])
    promise(exposure <= MOST_EXPOSED, told)
    version = debian.run("systemd-analyze", "--version").splitlines()[0]
    return f"exposure {exposure} by {version}"


def first_evening(debian: Debian) -> tuple[Pass, int]:
    """Set up, one order."""
    with debian.started() as box:
        known = box.set_up()
        till = box.till(known)
        (product,) = furnish(till, 1, counted=1, on_shelf=10)
        placed = till.call("POST", "/api/orders", {"tab": "first", "items": [{"itemId": product, "quantity": 1}]})
        return known, int(placed["orderId"])


def still_there(debian: Debian, known: Pass, order: int) -> None:
    """Starts the box and looks for the order."""
    with debian.started() as box:
        till = box.till(box.sign_in(known.device))
        listed = till.call("GET", f"/api/orders/{order}")
        promise(listed["orderId"] == order, f"order {order} is gone")


def contents(debian: Debian, *names: str) -> dict[str, str]:
    """Every file below the folders, with its mode, owner and what is in it."""
    found = {}
    for name in names:
        top = debian.path(name)
        for path in sorted(top.rglob("*")) if top.is_dir() else []:
            about, key = path.lstat(), str(path.relative_to(debian.folder))
            if "__pycache__" in path.parts:
                continue
            if path.is_symlink():
                what = str(path.readlink())
            else:
                what = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[key] = f"{about.st_mode:o} {about.st_uid}:{about.st_gid} {what}"
    return found


def taken_away(debian: Debian) -> None:
    """--uninstall: program and services go, data and settings stay as they were."""
    kept = contents(debian, DATA, "/etc/barbox")
    debian.install("--uninstall", network=False)
    promise(contents(debian, DATA, "/etc/barbox") == kept, "data or settings were touched")
    left = [name for name in contents(debian, *OURS) if "barbox" in name and not name.startswith("etc/barbox/")]
    promise(not left, f"left behind: {left}")


def again(debian: Debian, *options: str, network: bool = True) -> None:
    """A second run, after the owner changed a setting: nothing else changes."""
    settings = debian.path("/etc/barbox/barbox.toml")
    with settings.open("a") as file:
        file.write(OWN_SETTING)
    before = contents(debian, *OURS)
    debian.install(*options, network=network)
    after = contents(debian, *OURS)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    promise(not changed, f"a second run changed {sorted(changed)}")


def wheelhouse(given: Path | None, debian: Debian) -> Path:
    """A wheelhouse for that Debian's Python and this kind of machine."""
    if given:
        return given
    python = debian.run("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    made = debian.folder.parent / f"wheelhouse-{python}"
    shutil.rmtree(made, ignore_errors=True)
    words = [sys.executable, "-m", "firmware_scripts", "build-wheelhouse", str(made), "--machine", os.uname().machine]
    subprocess.run([*words, "--python", python], cwd=clean_debian.REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    return made


class Stopwatch:
    """Tells each step as it is done."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._last = time.monotonic()

    def done(self, step: str) -> None:
        now = time.monotonic()
        print(f"{self._where}: {now - self._last:7.1f} s  {step}", flush=True)
        self._last = now


def with_internet(debian: Debian) -> None:
    """The first Debian's story."""
    watch = Stopwatch("with internet")
    debian.run("apt-get", "update", "-q")
    watch.done("apt-get update")
    debian.install()
    watch.done(f"./install.sh: {looks_like_a_box(debian)}")
    watch.done(judged(debian))
    known, order = first_evening(debian)
    watch.done(f"started, set up, order {order}; then the plug was pulled")
    again(debian)
    watch.done("./install.sh once more: not a file changed, the owner's setting kept")
    still_there(debian, known, order)
    watch.done(f"started again: order {order} is there")
    taken_away(debian)
    watch.done("./install.sh --uninstall: data and settings untouched, nothing else left")
    debian.install()
    still_there(debian, known, order)
    watch.done(f"./install.sh: order {order} is back")


def without(debian: Debian, wheels: Path) -> None:
    """The second Debian's story."""
    shutil.rmtree(debian.path(STICK), ignore_errors=True)
    shutil.copytree(wheels, debian.path(STICK))
    watch = Stopwatch("without")
    debian.install("--offline", STICK, network=False)
    watch.done(f"./install.sh --offline {STICK}: {looks_like_a_box(debian)}")
    known, order = first_evening(debian)
    watch.done(f"started, set up, order {order}; then the plug was pulled")
    again(debian, "--offline", STICK, network=False)
    watch.done("once more: not a file changed")
    taken_away(debian)
    debian.install("--offline", STICK, network=False)
    still_there(debian, known, order)
    watch.done(f"uninstalled and put back: order {order} is there")


def under_systemd(debian: Debian) -> None:
    """The second Debian's story goes on: hardened as its unit says, and looked after by its watchdog."""
    watch = Stopwatch("booted")
    port = free_port()
    settings = debian.path("/etc/barbox/barbox.toml")
    settings.write_text(f'host = "127.0.0.1"\nport = {port}\nmdns = false\n')
    shutil.rmtree(debian.path(DATA), ignore_errors=True)
    install = f"cd {clean_debian.SOURCES} && ./install.sh --offline {STICK} 2>&1"
    with booted(debian.folder) as inside:
        told = inside.run("sh", "-c", install)
        promise(inside.run("systemctl", "is-active", *ENABLED[:2]) == "active\nactive", "services do not run")
        promise(code := re.search(r"Set-up code: (\S+)", told), f"the installer shows no code:\n{told}")
        watch.done("./install.sh under systemd: it starts the box and shows the code to enter")
        process = inside.main_process(ENABLED[0])
        box = Box(subprocess.Popen(["true"], text=True), process, port, code[1] if code else None)
        known = box.set_up()
        (product,) = furnish(box.till(known), 1, counted=1, on_shelf=10)
        body = {"tab": "first", "items": [{"itemId": product, "quantity": 1}]}
        order = int(box.till(known).call("POST", "/api/orders", body)["orderId"])
        watch.done(f"set up, order {order}")
        inside.run("install", "--directory", "--owner=barbox", f"{DATA}/shelf")
        back_up(box.till(known))
        watch.done("a backup of it was made behind the till, as far as the unit lets it step back, and read again")
        said = inside.run("sh", "-c", install)
        promise("nothing has changed" in said, said)
        promise(inside.main_process(ENABLED[0]) == process, "an open bar was disturbed for nothing")
        watch.done("./install.sh once more: the bar that is open is not disturbed")
        inside.run("sh", "-c", f"kill -STOP {process}")
        while inside.main_process(ENABLED[0]) in (0, process):
            time.sleep(0.2)
        inside.run("sh", "-c", f"until systemctl is-active --quiet {ENABLED[0]}; do sleep 0.1; done")
        promise(box.till(known).call("GET", f"/api/orders/{order}")["orderId"] == order, "the order is gone")
        watch.done(f"hung: the watchdog started it again, order {order} is there")
        inside.run("sh", "-c", f"cd {clean_debian.SOURCES} && ./install.sh --uninstall 2>&1")
        promise(inside.run("systemctl", "is-active", ENABLED[0], may_fail=True) == "inactive", "it still runs")
        watch.done("uninstalled while it ran")


def back_up(office: Till) -> None:
    """To the shelf; until it is proven."""
    office.call("POST", "/api/backups/recovery-key", {"pin": ADMIN_PIN})
    office.call("POST", "/api/backups/targets", {"name": "Shelf", "url": f"file://{DATA}/shelf", "live": False})
    office.call("POST", "/api/backups", {})
    while not (made := office.call("GET", "/api/backups")["backups"]):
        time.sleep(0.1)
    promise(made[0]["state"] == "proven", f"the backup failed: {made[0]}")


def free_port() -> int:
    """One that nobody has at the moment."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def main() -> int:
    """Exit code 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    clean_debian.add_options(parser, "/var/tmp/barbox-real")
    parser.add_argument("--wheelhouse", type=Path)
    parser.add_argument("--only", choices=["with", "without"], help="one of the two stories")
    options = parser.parse_args()
    for story in ("with", "without"):
        if options.only in (None, story):
            folder = options.folder / f"{options.suite}-{story}-internet"
            if not folder.exists():
                untouched = options.folder / f"{options.suite}-untouched"
                clean_debian.lay_out(untouched, options.suite, options.bring)
                subprocess.run(["cp", "--archive", untouched, folder], check=True)
            clean_debian.lay_out(folder, options.suite, options.bring)
            debian = Debian(folder, os.environ | PLAIN)
            try:
                if story == "with":
                    with_internet(debian)
                else:
                    without(debian, wheelhouse(options.wheelhouse, debian))
                    under_systemd(debian)
            except (Broken, ChildProcessError) as broken:
                print(f"Broken: {broken}", file=sys.stderr)
                return 1
    print("Every promise was kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
