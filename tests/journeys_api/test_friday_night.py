"""The Friday night in its short form; it needs no browser, as its neighbours in tests/journeys do."""

from pathlib import Path

from tests.journeys.friday_night import friday_night


async def test_a_short_friday_night_ends_with_books_that_agree(tmp_path: Path) -> None:
    night = await friday_night(tmp_path / "box", orders=90, waiters=6, seed=5)
    print(night.figures())
    assert not [status for status in night.answers if status >= 500]
    assert night.found is not None
    assert night.found.wrong == []
    assert night.day["totalAmount"] == sum(each["totalAmount"] for each in night.z)
    assert {"refund", "void", "payment", "round"} <= set(night.deeds)
