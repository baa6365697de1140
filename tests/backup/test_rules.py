"""What is kept and what is due: sentences an owner could say, and every life of a bar that hypothesis thinks up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from barbox.backup.rules import (
    ALARM_MS,
    FIRST_RETRY_MS,
    QUIET_MS,
    BackupName,
    Copy,
    due,
    overdue,
    parse_name,
    plain_store,
    retry_after,
    superfluous,
)

HOUR = 3_600_000
DAY = 24 * HOUR


def backup(at: datetime, seq: int, generation: int = 1, store: str = "main") -> str:
    stamp = int(at.replace(tzinfo=UTC).timestamp()) * 1000
    return str(BackupName(store, generation, stamp, 3, seq, f"{seq:016x}", "A3F019C2"))


def nights(count: int, begin: datetime = datetime(2026, 1, 1, 5, 10)) -> list[str]:  # noqa: DTZ001
    return [backup(begin + timedelta(days=day), 100 * day + 1) for day in range(count)]


def test_a_name_tells_everything_and_is_read_back() -> None:
    name = BackupName("main", 2, 1_795_300_000_000, 3, 128_441, "9f3a" * 4, "A3F019C2")
    assert parse_name(str(name)) == name
    assert parse_name("holiday.jpg") is None
    assert parse_name(str(name).replace("T", "t")) is None
    assert plain_store("Swan-West!") == "swan_west_" and plain_store("") == "main"


def test_a_year_of_nights_keeps_seven_days_four_weeks_twelve_months() -> None:
    there = nights(400)
    gone = set(superfluous(there, "main", there[-1]))
    kept = [name for name in there if name not in gone]
    assert kept[-7:] == there[-7:]
    assert 7 + 2 + 9 <= len(kept) <= 7 + 4 + 12
    months = {parse_name(name).at for name in kept if parse_name(name)}  # type: ignore[union-attr]
    assert max(months) - min(months) > 300 * DAY


def test_other_stores_and_other_files_are_left_alone() -> None:
    there = [*nights(30), *(backup(datetime(2020, 1, day), day, store="pub") for day in range(1, 20)), "photo.jpg"]  # noqa: DTZ001
    assert all(name.startswith("barbox-main-") for name in superfluous(there, "main", there[29]))


def test_a_clock_that_jumps_a_year_deletes_nothing_but_the_eighth_day() -> None:
    there = nights(7)
    ahead = backup(datetime(2027, 1, 8, 5, 10), 10_000)  # noqa: DTZ001
    assert superfluous([*there, ahead], "main", ahead) in ([], [there[0]], there[:1])
    back = backup(datetime(2025, 1, 8, 5, 10), 10_000)  # noqa: DTZ001
    assert back not in superfluous([*there, back], "main", back)
    assert len(superfluous([*there, back], "main", back)) <= 1


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1))  # noqa: DTZ001


@given(st.lists(moments, min_size=1, max_size=60), st.data())
def test_whatever_the_clock_did_the_last_good_and_the_latest_stay(times: list[datetime], data: st.DataObject) -> None:
    there = [backup(at, seq) for seq, at in enumerate(times, 1)]
    proven = data.draw(st.sampled_from(there))
    gone = superfluous(there, "main", proven)
    assert proven not in gone
    assert not set(gone) & set(there[-3:])
    if len({parse_name(name).at // DAY for name in there if parse_name(name)}) <= 7:  # type: ignore[union-attr]
        days = {parse_name(name).at // DAY for name in there if name not in gone}  # type: ignore[union-attr]
        assert days == {parse_name(name).at // DAY for name in there}  # type: ignore[union-attr]


def test_the_night_backup_waits_for_a_quiet_moment_but_not_for_ever() -> None:
    began = 1_000 * DAY
    night = [Copy(1, 20260101, 0, began - 20 * HOUR)]
    assert due(night, 20260102, began + HOUR, began + HOUR - QUIET_MS + 1, began) == []
    assert due(night, 20260102, began + HOUR, began + HOUR - QUIET_MS, began) == [1]
    assert due(night, 20260102, began + 3 * HOUR, began + 3 * HOUR, began) == [1]
    assert due(night, 20260101, began + 3 * HOUR, 0, began) == []


def test_a_target_that_never_had_one_is_served_at_once_and_a_failed_one_later() -> None:
    now = 1_000 * DAY
    assert due([Copy(1, None, 0, 0)], 20260102, now, now, now) == [1]
    failed = Copy(1, None, 1, now)
    assert due([failed], 20260102, now + FIRST_RETRY_MS - 1, 0, now) == []
    assert due([failed], 20260102, now + FIRST_RETRY_MS, 0, now) == [1]
    assert [retry_after(count) // 60_000 for count in (1, 2, 3, 5, 99)] == [15, 30, 60, 240, 240]


def test_the_alarm_after_26_hours() -> None:
    now = 1_000 * DAY
    assert not overdue(None, now - ALARM_MS, now)
    assert overdue(None, now - ALARM_MS - 1, now)
    assert overdue(now - ALARM_MS - 1, 0, now)
    assert not overdue(now - 2 * DAY, now - HOUR, now)
