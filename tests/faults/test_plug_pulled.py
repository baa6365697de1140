"""The plug is pulled on the real box, at many moments: nothing that was answered may be gone, nothing may be half.

`python -m tests.faults.evening` is the long form of the first two.
"""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import jwt
import pytest

from barbox.app import database_file
from barbox.core import ids, secrets
from barbox.core.migrations import migrate
from tests.faults.audit import audit
from tests.faults.evening import WITHOUT_SYNCS, recorded
from tests.faults.powercut.cutting import Recording, record
from tests.faults.powercut.disk import Mode, Names

FEWEST_IMAGES = 200


@pytest.fixture(scope="module")
def evening(strace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with recorded(tmp_path_factory.mktemp("evening"), tills=3, guests=6) as recording:
        yield recording


@pytest.mark.parametrize("names", list(Names))
def test_no_answered_order_or_payment_is_lost(evening: Recording, names: Names) -> None:
    findings = evening.cut(audit, moments=36, names=names)
    assert findings.images >= FEWEST_IMAGES
    assert findings.acknowledged >= 3 * 6
    assert not findings.bad, str(findings)


def test_a_disk_that_ignores_some_syncs_is_noticed(evening: Recording) -> None:
    findings = evening.cut(audit, moments=36, deaf=lambda number, _path: number % 3 == 0)
    assert findings.bad, "the audit would have missed a sync that is not made"


def test_without_syncs_the_same_evening_loses_orders(strace: str, tmp_path: Path) -> None:
    with recorded(tmp_path, tills=3, guests=6, environment=WITHOUT_SYNCS) as careless:
        findings = careless.cut(audit, moments=24)
    assert findings.bad[Mode.NONE]
    assert not findings.bad[Mode.ALL], "what the kernel has survives the death of a process"


def test_a_box_that_dies_while_it_is_set_up_can_be_started_again(strace: str, tmp_path: Path) -> None:
    def can_be_started(image: Path, told: list[str]) -> str | None:
        migrate(database_file(image))
        known = secrets.load(image)
        if not told:
            return None
        till = json.loads(told[0])
        jwt.decode(till["session"], known.session_keys[0].key, algorithms=["HS256"], audience=known.box_id)
        with closing(sqlite3.connect(database_file(image))) as books:
            (paired,) = books.execute(
                "SELECT count(*) FROM device WHERE token_hash = ?", (ids.digest(till["device"]),)
            ).fetchone()
            (people,) = books.execute("SELECT count(*) FROM staff").fetchone()
        return None if (paired, people) == (1, 1) else "the till that was told it is paired is not"

    command = [sys.executable, "-m", "tests.faults.first_night", str(tmp_path / "data"), str(tmp_path / "told")]
    with record(command, tmp_path / "data", tmp_path / "told") as first_night:
        for names in Names:
            findings = first_night.cut(can_be_started, moments=30, names=names)
            assert findings.acknowledged == 1
            assert not findings.bad, str(findings)
