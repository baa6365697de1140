"""Two nights without a proven backup: every manager's screen says so, and the day's report on paper."""

from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from barbox.backup import rules
from barbox.core.clock import BusinessDays, Clock
from barbox.core.settings import Venue
from barbox.core.transaction import Event
from barbox.printing.marks import Marks
from barbox.printing.reports import STALE_BACKUP_MS, report
from barbox.printing.samples import REPORT
from tests.backup.servers import Place
from tests.backup.test_faults import BEGIN, HOUR, prepared
from tests.backup.test_night import add, keeper_of, make_key
from tests.bar import Swan


async def test_the_office_hears_after_26_hours_and_every_screen_after_two_nights(tmp_path: Path) -> None:
    now = [BEGIN]
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path, Clock(wall=lambda: BEGIN, boot=lambda: now[0] - BEGIN))
        await box.add((tmp_path / "nowhere").as_uri())
        told: list[Event] = []
        box.database.subscribe(lambda _seq, events: told.extend(events))
        for hours, nights, rooms in ((27, 1, {"office"}), (52, 2, {"office", "floor"}), (77, 3, {"office", "floor"})):
            now[0] = BEGIN + hours * HOUR
            told.clear()
            await box.keeper.look()
            (alarm,) = [each for each in told if each.subject == "backup" and each.kind == "backup.failed"]
            assert msgspec.json.decode(alarm.data)["nights"] == nights and alarm.rooms == rooms
            assert (await box.keeper.standing()).nights(box.database.clock.now()) == nights


async def test_a_good_backup_quiets_the_screens_and_stands_on_the_z_report(quiet_swan: Swan, stick: Place) -> None:
    ana, max_ = await quiet_swan.sign_in("Ana"), await quiet_swan.sign_in("Max")
    await make_key(ana)
    await add(ana, stick)
    shown = await max_.get("/api/backups/alarm")
    assert not shown["show"] and shown["level"] == "alarm" and shown["lastGoodAt"] is None
    assert (await keeper_of(quiet_swan).run("asked")).faults == []
    shown = await max_.get("/api/backups/alarm")
    assert not shown["show"] and shown["level"] == "good" and shown["nights"] == 0
    whole = await ana.get("/api/backups")
    assert whole["nextAt"] > whole["lastGoodAt"]
    told = (await ana.get("/api/journal?since=0&limit=1000"))["events"]
    assert [each["kind"] for each in told].count("backup.done") == 1


def test_the_z_report_shows_a_stale_backup_so_that_nobody_overlooks_it() -> None:
    closed = BEGIN + STALE_BACKUP_MS + HOUR
    days, marks = BusinessDays("UTC", 360), Marks("Z-1", closed)
    said = {
        last: repr(
            list(report(msgspec.structs.replace(REPORT, closed_at=closed, last_backup=last), marks, Venue(), days))
        )
        for last in (None, 0, BEGIN, closed - HOUR)
    }
    assert "Last good backup" not in said[None]
    assert "Bar(text='Last good backup'" in said[0] and "never" in said[0]
    assert "Bar(text='Last good backup'" in said[BEGIN]
    assert "Bar(text='Last good backup'" not in said[closed - HOUR] and "Last good backup" in said[closed - HOUR]


def test_nights_are_counted_from_when_backups_were_first_wanted() -> None:
    assert [rules.nights_without(None, 0, hours * HOUR) for hours in (1, 26, 27, 49, 51)] == [0, 0, 1, 1, 2]
    assert rules.nights_without(HOUR * 100, 0, HOUR * 120) == 0
