"""Backups and live copies when the power goes and when the box is killed; the long forms are commands."""

from pathlib import Path

import pytest

from tests.faults.backup_cuts import every, recorded
from tests.faults.live_copy import soak
from tests.faults.powercut.disk import Mode


def test_what_was_shipped_survives_the_power_cut_and_the_box_goes_on(
    strace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BARBOX_TEST_MEDIA", "")  # set by the judge for each image, and taken back after the test
    with recorded(tmp_path, "evening") as (evening, judge):
        findings = evening.cut(judge.evening, moments=4, modes=(Mode.NONE, Mode.SUBSET))
        assert findings.acknowledged >= 12 and not findings.bad, str(findings)
        careless = evening.cut(judge.evening, moments=5, modes=(Mode.NONE,), deaf=every)
        assert careless.bad, "the judge would have missed a sync that is not made"
    with recorded(tmp_path, "restore") as (restoring, judge):
        findings = restoring.cut(judge.restored, moments=10)
        assert findings.acknowledged == 1 and not findings.bad, str(findings)
        careless = restoring.cut(judge.restored, moments=40, modes=(Mode.NONE,), deaf=every)
        assert careless.bad, "the judge would have missed a sync that is not made"


def test_a_box_killed_while_it_sells_is_restored_as_it_was(tmp_path: Path) -> None:
    findings = soak(tmp_path, cycles=2, rate=50, seed=3, longest_s=1.5)
    assert findings.sold and not findings.wrong, str(findings)
