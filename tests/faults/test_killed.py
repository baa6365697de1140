"""The box dies in the middle of the rush. What was answered is there; what was not is sent again, and is there once."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from tests.faults.audit import SHELF, Told, audit
from tests.faults.box import Box, Pass, Till, furnish, running

TILLS = 6
AT_LEAST = 40
"""Orders that are answered before the box dies."""


@dataclass(slots=True)
class Rush:
    """Tills that place orders until the line breaks."""

    known: Pass
    products: list[int]
    evening: str
    answered: dict[str, Told] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    heard: SimpleQueue[Told] = field(default_factory=SimpleQueue)

    def order(self, till: Till, guest: str) -> Told:
        """One order of a guest, whose name makes the key: sent again it is the same order."""
        items = [{"itemId": product, "quantity": 2} for product in self.products]
        order = till.call("POST", "/api/orders", {"tab": guest, "items": items}, key=f"key-{guest}")
        return Told(order["orderId"], guest, order["version"])

    def place_until_it_breaks(self, box: Box, name: str) -> None:
        """One till's part of the rush."""
        till = box.till(self.known)
        number = 0
        while True:
            guest = f"{self.evening}-{name}-{number}"
            number += 1
            try:
                told = self.order(till, guest)
            except (OSError, HTTPException):
                self.unanswered.append(guest)
                return
            self.answered[guest] = told
            self.heard.put(told)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_every_answered_order_is_there_once_after_kill_9(data: Path) -> None:
    with running(data) as box:
        known = box.set_up()
        products = furnish(box.till(known), 3, counted=2, on_shelf=SHELF)
    told: list[Told] = []
    for evening in ("monday", "tuesday", "wednesday"):
        rush = Rush(known, products, evening)
        with running(data) as box, ThreadPoolExecutor(TILLS) as tills:
            parts = [tills.submit(rush.place_until_it_breaks, box, f"till{n}") for n in range(TILLS)]
            for _ in range(AT_LEAST):
                rush.heard.get()
            box.kill()
            for part in parts:
                part.result()
        assert len(rush.unanswered) == TILLS
        with running(data) as box:
            till = box.till(known)
            again = {guest: rush.order(till, guest) for guest in (*rush.answered, *rush.unanswered)}
            assert {guest: again[guest] for guest in rush.answered} == rush.answered
            told += again.values()
            assert orders_on_the_screen(till) == {each.guest for each in told}
            till.close()
        assert audit(data, [each.line() for each in told]) is None
        assert verify(data).returncode == 0


def test_verify_is_not_content_with_an_altered_journal(data: Path) -> None:
    with running(data) as box:
        box.set_up()
    with sqlite3.connect(data / "barbox.db") as books:
        books.execute("DROP TRIGGER journal_is_never_changed")
        books.execute("UPDATE journal SET payload = X'7b7d' WHERE seq = 2")
    books.close()
    proof = verify(data)
    assert proof.returncode != 0
    assert "altered" in proof.stderr


def orders_on_the_screen(till: Till) -> set[Any]:
    shown = till.call("GET", "/api/orders?status=open&limit=500")["orders"]
    guests = [order["tab"] for order in shown]
    assert len(guests) == len(set(guests))
    return set(guests)


def verify(data: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "barbox", "verify", "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
