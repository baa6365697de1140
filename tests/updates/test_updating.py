"""A box is updated as real processes: rehearsed, tried, kept or taken back, and nothing that was answered is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from barbox.updates import minisign, slots
from tests.faults.box import Pass, Till
from tests.updates.machine import BROKEN, LABELS, Machine

STARTS = "    database = app[DATABASE]\n    places"
HANGS = (STARTS, "    await asyncio.sleep(10**6)\n" + STARTS)
DIES = (STARTS, "    __import__('os')._exit(3)\n" + STARTS)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    yield Machine(tmp_path)


def open_for_business(machine: Machine) -> Pass:
    """The first evening: set up, and one area made, which must outlive whatever follows."""
    assert machine.choose() == "0.1.0"
    with machine.started() as box:
        known = box.set_up()
        till = box.till(known)
        till.call("POST", "/api/floor/areas", {"names": {"en": "Garden"}})
        till.close()
    return known


def seen(machine: Machine, known: Pass) -> tuple[str, list[str]]:
    """Starts the chosen release; its version, and the areas it knows."""
    with machine.started() as box:
        known = box.sign_in(known.device)
        till = box.till(known)
        version = till.call("GET", "/api/health")["version"]
        areas = [each["name"] for each in till.call("GET", "/api/floor")["areas"]]
        till.close()
    return version, areas


def tables(machine: Machine) -> set[str]:
    with closing(sqlite3.connect(machine.places.data / "barbox.db")) as books:
        return {name for (name,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def journal(machine: Machine) -> list[str]:
    with closing(sqlite3.connect(machine.places.data / "barbox.db")) as books:
        return [kind for (kind,) in books.execute("SELECT kind FROM journal ORDER BY seq")]


def test_a_healthy_release_stays_and_brings_the_books_along(machine: Machine) -> None:
    known = open_for_business(machine)
    done = machine.install(machine.bundle("0.2.0", core__migrations__9001_labels=LABELS))
    assert done.returncode == 0, done.stderr
    assert "label" not in tables(machine), "rehearsed on a copy alone"
    assert machine.choose() == "0.2.0"
    assert seen(machine, known) == ("0.2.0", ["Garden"])
    assert machine.watch(60) == 0
    assert slots.read(machine.places) == slots.Slots("0.2.0")
    assert "label" in tables(machine)
    assert "update.done" in journal(machine)
    assert machine.choose() == "0.2.0"


def test_a_release_that_hangs_is_taken_back_with_its_data(machine: Machine) -> None:
    known = open_for_business(machine)
    bundle = machine.bundle("0.2.0", core__migrations__9001_labels=LABELS, updates__probation=HANGS)
    assert machine.install(bundle).returncode == 0, "in the rehearsal nothing is on trial yet"
    assert machine.choose() == "0.2.0"
    with machine.started(waits=False) as box:
        assert machine.watch(3, f"kill -9 {box.pid}") == 1, "systemd kills what does not stop"
        box.process.wait()
    assert machine.choose() == "0.1.0"
    reason = "it was not healthy within 3 seconds"
    assert slots.read(machine.places) == slots.Slots("0.1.0", refused="0.2.0", reason=reason)
    assert seen(machine, known) == ("0.1.0", ["Garden"])
    assert "label" not in tables(machine)
    assert "update.done" not in journal(machine)


def test_a_release_that_fails_its_rehearsal_is_never_started(machine: Machine) -> None:
    known = open_for_business(machine)
    done = machine.install(machine.bundle("0.2.0", core__migrations__9001_labels=BROKEN))
    assert done.returncode == 1
    assert "on a copy of the data the new release failed" in done.stderr
    assert slots.read(machine.places) == slots.Slots("0.1.0")
    assert machine.choose() == "0.1.0"
    assert seen(machine, known) == ("0.1.0", ["Garden"])


def test_two_deaths_are_enough(machine: Machine) -> None:
    open_for_business(machine)
    bundle = machine.bundle("0.2.0", core__migrations__9001_labels=LABELS, updates__probation=DIES)
    assert machine.install(bundle).returncode == 0
    for _ in range(slots.MOST_TRIES):
        assert machine.choose() == "0.2.0"
        with machine.started(waits=False) as box:
            assert box.process.wait() == 3
        assert "label" in tables(machine)
    assert machine.choose() == "0.1.0"
    assert slots.read(machine.places).reason == "it did not start"
    assert "label" not in tables(machine)


def test_the_office_sees_what_is_on_the_shelf_and_has_it_installed(machine: Machine) -> None:
    known = open_for_business(machine)
    shelf = machine.places.data / "updates" / "incoming"
    shelf.mkdir(parents=True)
    machine.bundle("0.2.0").rename(shelf / "barbox-0.2.0.barbox")
    machine.bundle("0.3.0", minisign.make()).rename(shelf / "stranger.barbox")
    (shelf / "holiday.barbox").write_bytes(b"photos")
    with machine.started() as box:
        till = box.till(box.sign_in(known.device))
        told = till.call("GET", "/api/updates")
        assert (told["managed"], told["version"], told["keys"]) == (True, "0.1.0", [machine.key.trusted.name])
        by_name = {Path(each["file"]).name: each for each in told["bundles"]}
        assert by_name["barbox-0.2.0.barbox"]["problem"] == ""
        assert "does not trust" in by_name["stranger.barbox"]["problem"]
        assert "not an update" in by_name["holiday.barbox"]["problem"]
        assert _refusal(till, by_name["stranger.barbox"]["file"]) == 404
        asked = till.call("POST", "/api/updates", {"file": by_name["barbox-0.2.0.barbox"]["file"]})
        assert asked == {"version": "0.2.0"}
        done = machine.install_request()
        assert done.returncode == 0, done.stderr
        assert till.call("GET", "/api/updates")["step"] == "ready"
        till.close()
    assert "update.asked" in journal(machine)
    assert machine.choose() == "0.2.0"
    assert machine.install_request().stdout == "Nothing was asked for.\n"


def _refusal(till: Till, file: str) -> Any:
    from tests.faults.box import Refused

    with pytest.raises(Refused) as refused:
        till.call("POST", "/api/updates", {"file": file})
    return refused.value.status
