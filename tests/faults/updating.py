"""A machine that is updated four times, with a till that takes orders in between: for cutting its power at any step.

The real installer and launcher, on releases so small that they are their own rehearsal; the third never gets healthy.
Writes down each release that proved itself and each order that was answered.

usage: python -m tests.faults.updating FOLDER TOLD
"""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from barbox.updates import bundle, minisign, slots, staging
from barbox.updates.bundle import ANY_MACHINE, Manifest
from barbox.updates.minisign import SigningKey
from barbox.updates.slots import Places

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
NEVER_HEALTHY = 3
LAST = 5
PROGRAM = "print('this release rehearses by being started at all')\n"


def places_in(folder: Path) -> Places:
    return Places(folder / "opt", folder / "data")


def number(release: str) -> int:
    """2 for "0.2.0"."""
    return int(release.split(".")[1])


def packed(folder: Path, key: SigningKey, release: int) -> Path:
    """A bundle of that number."""
    tree = folder / f"tree-{release}"
    site = tree / f"lib/python{PYTHON}/site-packages/barbox"
    site.mkdir(parents=True)
    (site / "__main__.py").write_text(PROGRAM + f"# {release} " + "x" * 3000 + "\n")
    (site / "__init__.py").write_text("")
    out = folder / f"{release}{bundle.SUFFIX}"
    about = Manifest(
        version=f"0.{release}.0", released="2026-12-01", machine=ANY_MACHINE, python=PYTHON, size=0, files={}
    )
    bundle.pack(tree, out, key, about)
    return out


def books(data: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(data / "barbox.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS sale (number INTEGER PRIMARY KEY)")
    return connection


def lay_out(folder: Path) -> SigningKey:
    """What install.sh leaves: the first release, and the bundles of the others beside the disk."""
    key = minisign.make()
    outside = folder.with_name("bundles")
    outside.mkdir()
    places = places_in(folder)
    places.releases.mkdir(parents=True)
    places.data.mkdir()
    staging.trust(outside / "keys", key.trusted)
    for release in range(1, LAST + 1):
        packed(outside, key, release)
    with (outside / f"1{bundle.SUFFIX}").open("rb") as file, bundle.opened(file, [key.trusted]) as opened:
        opened.unpack(places.release("0.1.0"))
    slots.settle(places, "0.1.0")
    with closing(books(places.data)) as connection:
        connection.execute("PRAGMA user_version=1")
    return key


def serve(places: Places, release: str, told: int, sale: int) -> None:
    """One run of a release: migrate, prove itself while on trial, take an order."""
    with closing(books(places.data)) as connection:
        known = connection.execute("PRAGMA user_version").fetchone()[0]
        if known > number(release):
            raise SystemExit(f"{release} meets the data of release {known}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"CREATE TABLE IF NOT EXISTS of_release_{number(release)} (a)")
        connection.execute(f"PRAGMA user_version={number(release)}")
        connection.execute("COMMIT")
        if number(release) == NEVER_HEALTHY:
            return
        if slots.read(places).trial == release:
            slots.say_healthy(places, release)
            os.write(told, f"GOOD {number(release)}\n".encode())
        connection.execute("INSERT INTO sale VALUES (?)", (sale,))
        os.write(told, f"SALE {sale}\n".encode())


def main(folder: str, acknowledgements: str) -> None:
    """The four updates."""
    places = places_in(Path(folder))
    outside = Path(folder).with_name("bundles")
    told = os.open(acknowledgements, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sale = 0
    for release in range(2, LAST + 1):
        bundle_file = outside / f"{release}{bundle.SUFFIX}"
        staging.install(places, bundle_file, outside / "keys", lambda _line: None)
        for _start in range(3):
            sale += 1
            serve(places, slots.choose(places), told, sale)
        staging.forget(places, set())


if __name__ == "__main__":
    main(*sys.argv[1:])
