"""The doctor finds what ails a box, says what to do in both languages, and shows numbers to Prometheus."""

import re
from pathlib import Path

import pytest

from barbox.core.clock import DAY_MS
from barbox.doctor import box, machine
from barbox.doctor.findings import NAMES, SENTENCES, Finding, worst
from barbox.printing.spooler import SPOOLER
from printers.emulator import Printer
from tests.bar import Swan
from tests.faults.box import running


def file(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


@pytest.mark.parametrize(
    ("name", "text", "about", "state", "advice"),
    [
        ("sys/class/thermal/thermal_zone0/temp", "48312", "temperature", "good", ""),
        ("sys/class/thermal/thermal_zone0/temp", "71000", "temperature", "warning", "hot"),
        ("sys/class/thermal/thermal_zone0/temp", "84900", "temperature", "alarm", "too_hot"),
        ("sys/block/mmcblk0/device/life_time", "0x02 0x01", "wear", "good", ""),
        ("sys/block/mmcblk0/device/life_time", "0x0b 0x03", "wear", "warning", "wear_high"),
        ("sys/block/mmcblk0/device/life_time", "0x00 0x00", "wear", "unknown", "wear_unknown"),
        ("sys/fs/ext4/mmcblk0p2/errors_count", "3", "wear", "alarm", "disk_errors"),
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "0", "power", "good", ""),
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "50005", "power", "alarm", "undervoltage_now"),
        ("sys/devices/platform/axi/soc:firmware/get_throttled", "50000", "power", "warning", "undervoltage_before"),
    ],
)
def test_a_pi_tells_how_it_is(tmp_path: Path, name: str, text: str, about: str, state: str, advice: str) -> None:
    file(tmp_path, name, text)
    found = {each.about: each for each in machine.look(tmp_path, ["192.168.1.5"], tmp_path)}
    assert (found[about].state, found[about].advice) == (state, advice)


def test_the_hardware_monitor_is_asked_where_the_firmware_says_nothing(tmp_path: Path) -> None:
    file(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt")
    file(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1")
    assert machine.power(tmp_path).advice == "undervoltage_before"


def test_a_box_on_no_network_is_an_alarm() -> None:
    assert machine.network(["127.0.0.1"]) == Finding("network", "alarm", "", "no_network")
    assert machine.network(["192.168.1.5"]).state == "good"


def test_a_damaged_database_is_found(tmp_path: Path) -> None:
    torn = tmp_path / "barbox.db"
    torn.write_bytes(b"SQLite format 3\0" + bytes(4000))
    assert box.sound(torn).advice == "database_unsound"


def test_everything_that_can_be_found_is_said_in_both_languages() -> None:
    for texts in (*NAMES.values(), *SENTENCES.values()):
        assert set(texts) == {"en", "zh"}
        assert all(texts.values())
    for sentence in SENTENCES.values():
        assert re.search(r"[.!]$", sentence["en"])
        assert sentence["zh"].endswith("。")
    assert worst([Finding("disk", "good"), Finding("time", "unknown"), Finding("power", "warning")]) == "warning"


async def test_the_office_sees_what_to_do(swan: Swan) -> None:
    ana = await swan.sign_in("Ana")
    swan.database.clock.quality = "guess"
    told = await ana.get("/api/doctor", Accept_Language="zh")
    assert told.status == 200, told.body
    found = {each["about"]: each for each in told["findings"]}
    assert set(found) == set(NAMES)
    assert found["time"]["sentence"] == SENTENCES["time_guess"]["zh"]
    assert found["backups"]["name"] == "备份"
    assert found["database"]["state"] == "good"
    assert (await (await swan.sign_in("Wei")).get("/api/doctor")).status == 403


async def test_a_printer_that_is_off_is_named(swan: Swan, printers: dict[str, Printer]) -> None:
    printers["kitchen"].stop()
    wei = await swan.sign_in("Wei")
    await wei.post("/api/orders", {"tab": "Lin", "items": [swan.item("Fries")]})
    await wei.post("/api/orders/1/send", {})
    spooler = swan.running.app[SPOOLER]
    rows = {each["name"]: each["id"] for each in (await wei.get("/api/printers"))["printers"]}
    spooler.state(rows["kitchen"]).reachable = False
    finding = await box.printers(swan.running.app, swan.database)
    assert (finding.state, finding.value) == ("warning", "kitchen")


async def test_old_backups_and_clocks_that_are_days_ahead_are_told(swan: Swan) -> None:
    assert (await box.backups(swan.running.app, swan.database)).advice == "no_backup"
    clock = swan.database.clock
    clock.believed(clock.now() - 3 * DAY_MS, "tablets")
    assert box.time(clock) == Finding("time", "alarm", clock.source or "", "time_ahead")


async def test_prometheus_reads_numbers_and_no_names(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    await wei.post("/api/orders", {"tab": "Lin Xiaoyu", "items": [swan.item("Negroni")]})
    async with swan.http.get(f"{swan.tablet.url}/metrics") as answer:
        text = await answer.text()
        assert answer.status == 200, text
    assert 'barbox_up{version="' in text
    assert re.search(r"^barbox_journal_entries [1-9]", text, re.MULTILINE)
    assert 'barbox_health{about="database"} 0.0' in text
    assert "process_resident_memory_bytes" in text
    assert "Lin" not in text
    assert (await wei.get("/metrics")).status == 403, "a waiter's tablet is not the box itself"
    assert (await (await swan.sign_in("Ana")).get("/metrics")).status == 200


def test_barbox_doctor_asks_the_box_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from barbox.doctor import console

    with running(tmp_path / "data") as opened:
        opened.set_up()
        console.show(tmp_path / "data/barbox.db", opened.port, print)
        told = capsys.readouterr().out
        assert "Printers\n      There is no printer yet." in told
    console.show(tmp_path / "data/barbox.db", 1, print)
    told = capsys.readouterr().out
    assert told.startswith("No box answers at port 1")
    assert "Database: " in told
