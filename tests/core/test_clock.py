"""Business time never runs backwards; the business day runs past midnight, also when clocks are turned."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barbox.core.clock import (
    CREDIBLE_AT_FIRST_MS,
    CREDIBLE_MS,
    DAY_MS,
    RELEASED,
    BusinessDays,
    Clock,
    Correction,
    parse_day,
    rfc3339,
    show_day,
)

HOUR_MS = 3_600_000
steps = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=DAY_MS),
        st.integers(min_value=-5 * 365 * DAY_MS, max_value=5 * 365 * DAY_MS),
        st.sampled_from(["now", "ntp", "tablets", "owner", "not_before"]),
    ),
    max_size=40,
)


class Hands:
    """The two clocks of a machine: the wall's, which anybody may turn, and the one since boot."""

    def __init__(self, wall: int) -> None:
        self.wall_ms = wall
        self.boot_ms = 12_345

    def wall(self) -> int:
        return self.wall_ms

    def boot(self) -> int:
        return self.boot_ms


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


@given(steps)
def test_whoever_turns_the_wall_clock_the_journal_never_goes_back(happenings: list[tuple[int, int, str]]) -> None:
    hands = Hands(RELEASED + DAY_MS)
    clock = Clock(wall=hands.wall, boot=hands.boot)
    told = clock.now()
    for passed, turned, what in happenings:
        hands.boot_ms += passed
        hands.wall_ms += passed + turned
        if what == "not_before":
            clock.not_before(told + turned)
        elif what != "now":
            clock.believed(hands.wall_ms, what)  # type: ignore[arg-type]
        assert clock.now() >= told
        told = clock.now()


@given(st.integers(min_value=0, max_value=DAY_MS))
def test_time_passes_as_it_does_since_boot_however_the_wall_is_turned(passed: int) -> None:
    hands = Hands(RELEASED + DAY_MS)
    clock = Clock(wall=hands.wall, boot=hands.boot)
    before = clock.now()
    hands.boot_ms += passed
    hands.wall_ms -= 10 * DAY_MS
    assert clock.now() == before + passed


def test_a_box_without_a_clock_starts_at_its_release_not_in_1970() -> None:
    assert Clock(wall=lambda: 0, boot=lambda: 5).now() == RELEASED


def test_a_box_starts_after_its_journals_last_entry_even_if_its_battery_died() -> None:
    hands = Hands(RELEASED)
    clock = Clock(wall=hands.wall, boot=hands.boot)
    clock.not_before(RELEASED + 3 * DAY_MS)
    assert clock.now() == RELEASED + 3 * DAY_MS + 1
    hands.boot_ms += 1000
    assert clock.now() == RELEASED + 3 * DAY_MS + 1001


@pytest.mark.parametrize(
    ("last", "wall", "starts", "quality"),
    [
        (0, 0, RELEASED, "guess"),
        (0, RELEASED + DAY_MS, RELEASED + DAY_MS, "unverified"),
        (0, RELEASED + CREDIBLE_AT_FIRST_MS + DAY_MS, RELEASED, "guess"),
        (RELEASED + DAY_MS, RELEASED + HOUR_MS, RELEASED + DAY_MS + 1, "guess"),
        (RELEASED + DAY_MS, RELEASED + 2 * DAY_MS, RELEASED + 2 * DAY_MS, "unverified"),
        (RELEASED + DAY_MS, RELEASED + 2 * DAY_MS + CREDIBLE_MS, RELEASED + DAY_MS + 1, "guess"),
    ],
    ids=["1970", "right", "2099", "yesterday", "tomorrow", "2099 in an old bar"],
)
def test_a_box_knows_how_far_to_believe_the_clock_it_wakes_with(
    last: int, wall: int, starts: int, quality: str
) -> None:
    clock = Clock(wall=lambda: wall, boot=lambda: 7_000)
    clock.not_before(last)
    assert (clock.now(), clock.quality) == (starts, quality)


def test_a_trusted_time_steps_forward_at_once() -> None:
    hands = Hands(RELEASED)
    clock = Clock(wall=hands.wall, boot=hands.boot)
    correction = clock.believed(RELEASED + HOUR_MS, "ntp")
    assert correction == Correction("ntp", RELEASED, RELEASED + HOUR_MS)
    assert correction.behind == HOUR_MS
    assert (clock.now(), clock.quality, clock.source) == (RELEASED + HOUR_MS, "trusted", "ntp")


def test_a_clock_that_is_ahead_runs_at_half_speed_until_the_time_has_caught_up() -> None:
    hands = Hands(RELEASED + HOUR_MS)
    clock = Clock(wall=hands.wall, boot=hands.boot)
    correction = clock.believed(RELEASED, "ntp")
    assert correction is not None
    assert correction.behind == -HOUR_MS
    assert clock.now() == RELEASED + HOUR_MS
    hands.boot_ms += HOUR_MS
    assert (clock.now(), clock.ahead) == (RELEASED + HOUR_MS + HOUR_MS // 2, HOUR_MS // 2)
    assert clock.believed(RELEASED + HOUR_MS, "ntp") is None, "it is corrected already"
    hands.boot_ms += 3 * HOUR_MS
    assert (clock.now(), clock.ahead) == (RELEASED + 4 * HOUR_MS, 0)


def test_days_ahead_are_not_slowed_down_until_the_owner_says_so() -> None:
    hands = Hands(RELEASED + 3 * DAY_MS)
    clock = Clock(wall=hands.wall, boot=hands.boot)
    assert clock.believed(RELEASED, "ntp") is None
    assert clock.quality == "ahead"
    hands.boot_ms += HOUR_MS
    assert clock.now() == RELEASED + 3 * DAY_MS + HOUR_MS
    correction = clock.believed(RELEASED + HOUR_MS, "owner")
    assert correction is not None
    assert (correction.behind, clock.quality) == (-3 * DAY_MS, "trusted")
    hands.boot_ms += 6 * DAY_MS
    assert clock.now() == RELEASED + HOUR_MS + 6 * DAY_MS


def test_a_second_is_not_worth_a_correction() -> None:
    hands = Hands(RELEASED)
    clock = Clock(wall=hands.wall, boot=hands.boot)
    assert clock.believed(RELEASED + 999, "ntp") is None
    assert (clock.now(), clock.quality) == (RELEASED, "trusted")


def test_a_million_stamps_through_wrong_boots_and_jumps_and_none_goes_back() -> None:
    """Lives of a box: reboots after the plug was pulled, dead batteries, hands that turn the wall clock."""
    stamps = 0
    for seed in range(2_100):
        chance = random.Random(seed)
        true, last = RELEASED + chance.randrange(400) * DAY_MS, 0
        for _boot in range(6):
            hands = Hands(
                true + chance.choice([0, 0, -chance.randrange(10**8), -true, chance.randrange(10**10), 2**42])
            )
            clock = Clock(wall=hands.wall, boot=hands.boot)
            clock.not_before(last)
            for _ in range(80):
                passed = chance.choice([0, 1, 50, 1_000, 60_000, HOUR_MS])
                true += passed
                hands.boot_ms += passed
                hands.wall_ms += passed
                if chance.random() < 0.05:
                    hands.wall_ms += chance.randrange(-(10**8), 10**8)
                if chance.random() < 0.05:
                    source = chance.choice(["ntp", "tablets", "owner"])
                    clock.believed(true + chance.randrange(-500, 500), source)  # type: ignore[arg-type]
                now = clock.now()
                assert now >= last, f"life {seed}"
                last = now
                stamps += 1
            true += chance.randrange(10**7)
    assert stamps > 1_000_000


def test_a_drink_at_two_in_the_morning_belongs_to_the_evening_before() -> None:
    days = BusinessDays("Asia/Shanghai", 360)
    assert days.of(ms(2026, 11, 22, 15, 0)) == 20261122, "23:00"
    assert days.of(ms(2026, 11, 22, 18, 0)) == 20261122, "02:00"
    assert days.of(ms(2026, 11, 22, 21, 59)) == 20261122, "05:59"
    assert days.of(ms(2026, 11, 22, 22, 0)) == 20261123, "06:00 sharp"


def test_a_bar_that_closes_at_midnight_changes_its_day_there() -> None:
    days = BusinessDays("UTC", 0)
    assert days.of(ms(2026, 12, 31, 23, 59)) == 20261231
    assert days.of(ms(2027, 1, 1)) == 20270101


TURNED = [
    ("Europe/Berlin", datetime(2026, 10, 24, 20, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 3, 27, 20, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, 20, tzinfo=UTC)),
    ("America/New_York", datetime(2027, 3, 13, 20, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 6, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2027, 4, 29, 18, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "evening"), TURNED)
@pytest.mark.parametrize("cutoff", [0, 60, 90, 120, 135, 150, 180, 195, 360])
def test_on_the_night_clocks_are_turned_the_day_changes_once(zone: str, evening: datetime, cutoff: int) -> None:
    through_the_night = [
        int((evening + timedelta(minutes=minute)).timestamp() * 1000) for minute in range(0, 26 * 60, 5)
    ]
    days = BusinessDays(zone, cutoff)
    in_order = [days.of(moment) for moment in through_the_night]
    assert in_order == sorted(in_order)
    alone = [BusinessDays(zone, cutoff).of(moment) for moment in through_the_night]
    assert alone == in_order, "the same whatever was asked before"


@given(
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham", "UTC"]),
    st.integers(min_value=0, max_value=720),
    st.lists(st.integers(min_value=ms(2026, 1, 1), max_value=ms(2029, 1, 1)), min_size=1, max_size=20),
)
def test_a_moments_day_does_not_depend_on_what_was_asked_before(zone: str, cutoff: int, moments: list[int]) -> None:
    days = BusinessDays(zone, cutoff)
    asked = [days.of(moment) for moment in moments]
    assert asked == [BusinessDays(zone, cutoff).of(moment) for moment in moments]
    by_time = [day for _, day in sorted(zip(moments, asked, strict=True))]
    assert by_time == sorted(by_time)
    for moment, day in zip(moments, asked, strict=True):
        wall = datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).replace(tzinfo=None)
        begin = datetime.strptime(str(day), "%Y%m%d") + timedelta(minutes=cutoff)  # noqa: DTZ007
        assert timedelta(hours=-1) <= wall - begin <= timedelta(hours=25)


def test_times_and_days_are_written_as_the_api_promises() -> None:
    assert rfc3339(ms(2026, 11, 22, 19) + 123) == "2026-11-22T19:00:00.123Z"
    assert show_day(20261122) == "2026-11-22"
    assert parse_day("2026-11-22") == 20261122
    for wrong in ("2026-13-01", "yesterday", "٢٠٢٦-11-22", "2026-11-22\n"):
        with pytest.raises(ValueError, match=r".+"):
            parse_day(wrong)
