"""The short form of `python -m tests.faults.hostile`: no order fails, whatever the neighbours do."""

from tests.faults.hostile import siege


def test_no_order_fails_under_attack() -> None:
    found = siege(connections=200, seconds=3.0)
    assert found.calm.failed == found.attacked.failed == []
    assert len(found.attacked.took_ms) >= 4, "every till got through"
    assert found.met["guess: cut off"], "who guesses too often is hung up on"
    assert found.met["flood: cut off"]
