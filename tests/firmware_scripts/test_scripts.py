"""Every script on a machine that is only a folder: what it shows, leaves behind, and does the second time."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_scripts.__main__ import SCRIPTS, _parser, main
from firmware_scripts.build_wheelhouse import pins_for
from firmware_scripts.plan import Machine, Run, carry_out, show
from firmware_scripts.sd_care import fstab

# Beside this Python where the linters are installed.
SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
PI_FSTAB = """\
proc            /proc           proc    defaults          0       0
PARTUUID=9b06-01  /boot/firmware  vfat    defaults          0       2
PARTUUID=9b06-02  /               ext4    defaults,relatime 0       1
# a swapfile is not a swap partition, no line here
"""
EXAMPLES = {
    "first-boot": [
        "--hostname=corner-bar",
        "--locale=zh_CN.UTF-8",
        "--timezone=Asia/Shanghai",
        "--country=CN",
    ],
    "access-point": ["--name=小酒馆", "--password=two pints please", "--country=CN"],
    "real-time-clock": ["ds3231"],
    "watchdog": [],
    "sd-care": [],
    "usb-rescue": ["--set-up"],
}


@pytest.fixture
def pi(tmp_path: Path) -> Machine:
    """A Raspberry Pi as it comes: the files that the scripts look at."""
    machine = Machine(tmp_path)
    for name, text in {
        "/boot/firmware/config.txt": "[cm5]\ndtoverlay=dwc2\n",
        "/boot/firmware/cmdline.txt": "console=tty1 root=PARTUUID=9b06-02 cfg80211.ieee80211_regdom=GB\n",
        "/etc/fstab": PI_FSTAB,
        "/etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n",
        "/etc/locale.gen": "# en_GB.UTF-8 UTF-8\n",
    }.items():
        path = machine.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return machine


def run_on(machine: Machine, script: str, *arguments: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Carries a script out, except for the programs it starts; tells what was done and which programs."""
    started: list[tuple[str, ...]] = []

    def note(step: Run) -> bytes:
        started.append(step.command)
        return b"said"

    options = _parser().parse_args([script, f"--root={machine.root}", *arguments])
    return carry_out(SCRIPTS[script].plan(options, machine), machine, note), started


def files_of(machine: Machine) -> dict[str, bytes]:
    return {
        str(path.relative_to(machine.root)): path.read_bytes() for path in machine.root.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize(("script", "arguments"), EXAMPLES.items())
def test_a_dry_run_shows_the_plan_and_changes_nothing(
    script: str, arguments: list[str], pi: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(pi)
    assert main([script, "--dry-run", f"--root={pi.root}", *arguments]) == 0
    assert "write /" in capsys.readouterr().out
    assert files_of(pi) == before


@pytest.mark.parametrize(("script", "arguments"), EXAMPLES.items())
def test_a_second_run_finds_everything_right_already(script: str, arguments: list[str], pi: Machine) -> None:
    run_on(pi, script, *arguments)
    before = files_of(pi)
    done, _ = run_on(pi, script, *arguments)
    assert files_of(pi) == before
    assert not [line for line in done if line.startswith("wrote")]


def test_first_boot_takes_its_wishes_from_the_card_and_removes_them(pi: Machine) -> None:
    pi.path("/boot/firmware/barbox-first-boot.toml").write_text(
        'hostname = "corner-bar"\ntimezone = "Asia/Shanghai"\ncountry = "CN"\nwifi = "吧台"\npassword = "two pints"\n'
    )
    _, started = run_on(pi, "first-boot")
    assert pi.read("/etc/hostname") == "corner-bar\n"
    assert pi.read("/etc/hosts") == "127.0.0.1\tlocalhost\n127.0.1.1\tcorner-bar\n"
    assert pi.read("/boot/firmware/cmdline.txt").endswith("root=PARTUUID=9b06-02 cfg80211.ieee80211_regdom=CN\n")
    assert not pi.path("/boot/firmware/barbox-first-boot.toml").exists()
    keyfile = pi.path("/etc/NetworkManager/system-connections/barbox-wifi.nmconnection")
    assert keyfile.stat().st_mode & 0o777 == 0o600
    ssid = _keyfile(keyfile)["wifi"]["ssid"]
    assert bytes(int(byte) for byte in ssid.rstrip(";").split(";")).decode() == "吧台"
    assert ("ln", "-sfn", "/usr/share/zoneinfo/Asia/Shanghai", "/etc/localtime") in started


def test_first_boot_without_wishes_does_nothing(pi: Machine) -> None:
    assert run_on(pi, "first-boot") == ([], [])


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ('hostname = "Corner Bar"', "host name"),
        ('timezone = "Shanghai"', "time zone"),
        ('country = "china"', "country code"),
        ('locale = "chinese"', "locale"),
        ('wifi = "Bar"\npassword = "short"', "password"),
        ('wlan = "Bar"', "unknown entry wlan"),
        ("hostname = 7", "quotation marks"),
        ("hostname", "cannot be read"),
    ],
)
def test_a_wrong_wish_is_named_and_nothing_is_changed(
    wish: str, complaint: str, pi: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    pi.path("/boot/firmware/barbox-first-boot.toml").write_text(wish)
    before = files_of(pi)
    assert main(["first-boot", f"--root={pi.root}"]) == 1
    assert complaint in capsys.readouterr().err
    assert files_of(pi) == before


def test_the_wifi_password_is_never_shown(pi: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    main(["access-point", "--dry-run", f"--root={pi.root}", "--password=two pints please"])
    shown = capsys.readouterr().out
    assert "nmconnection (0600)" in shown
    assert "pints" not in shown


def test_the_box_becomes_an_access_point_where_every_name_leads_to_it(pi: Machine) -> None:
    _, started = run_on(pi, "access-point", "--name=Bar", "--password=back\\slash pint", "--channel=36")
    file = _keyfile(pi.path("/etc/NetworkManager/system-connections/barbox-access-point.nmconnection"))
    assert (file["wifi"]["mode"], file["wifi"]["band"], file["ipv4"]["method"]) == ("ap", "a", "shared")
    assert file["wifi-security"]["psk"] == "back\\\\slash\\spint"
    assert "address=/#/10.42.0.1\n" in pi.read("/etc/NetworkManager/dnsmasq-shared.d/barbox.conf")
    assert "--address 10.42.0.1 --port 8080" in pi.read("/etc/systemd/system/barbox-portal.service")
    assert started[-1] == ("nmcli", "connection", "up", "barbox-access-point")


def test_an_access_point_that_shares_the_internet_has_no_portal(pi: Machine) -> None:
    run_on(pi, "access-point", "--password=two pints please", "--no-portal")
    assert not pi.path("/etc/NetworkManager/dnsmasq-shared.d/barbox.conf").exists()


def test_switching_the_access_point_off_leaves_nothing_of_it(pi: Machine) -> None:
    before = files_of(pi)
    run_on(pi, "access-point", "--password=two pints please")
    run_on(pi, "access-point", "--off")
    assert files_of(pi) == before


@pytest.mark.parametrize("arguments", [["--password=short"], ["--password=two pints", "--address=8.8.8.8"], []])
def test_an_access_point_that_cannot_be_is_refused(arguments: list[str], pi: Machine) -> None:
    assert main(["access-point", f"--root={pi.root}", *arguments]) == 1


def test_the_battery_clock_is_named_to_the_firmware_for_all_models(pi: Machine) -> None:
    run_on(pi, "real-time-clock", "ds3231")
    text = pi.read("/boot/firmware/config.txt")
    assert text == "[cm5]\ndtoverlay=dwc2\n[all]\ndtparam=i2c_arm=on\ndtoverlay=i2c-rtc,ds3231\n"
    assert "--hctosys" in pi.read("/etc/udev/rules.d/85-barbox-clock.rules")


def test_a_mini_pc_needs_no_boot_lines(tmp_path: Path) -> None:
    run_on(Machine(tmp_path), "real-time-clock", "pc")
    run_on(Machine(tmp_path), "watchdog", "--module=iTCO_wdt")
    assert not (tmp_path / "boot").exists()
    assert (tmp_path / "etc/modules-load.d/barbox-watchdog.conf").read_text() == "iTCO_wdt\n"


def test_the_watchdog_keeps_to_what_the_chip_can_count(pi: Machine) -> None:
    assert main(["watchdog", f"--root={pi.root}", "--seconds=60", "--dry-run"]) == 1
    run_on(pi, "watchdog")
    assert "RuntimeWatchdogSec=14" in pi.read("/etc/systemd/system.conf.d/barbox-watchdog.conf")


def test_the_card_is_not_written_to_for_reading(pi: Machine) -> None:
    run_on(pi, "sd-care")
    lines = pi.read("/etc/fstab").splitlines()
    assert "PARTUUID=9b06-02  /  ext4  defaults,noatime  0  1" in lines
    assert "PARTUUID=9b06-01  /boot/firmware  vfat  defaults,noatime  0  2" in lines
    assert "proc            /proc           proc    defaults          0       0" in lines
    assert sum(line.startswith("tmpfs  /tmp") for line in lines) == 1
    assert "Storage=volatile" in pi.read("/etc/systemd/journald.conf.d/barbox-sd-care.conf")


def test_a_read_only_system_without_a_place_for_the_sales_is_refused(
    pi: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sd-care", f"--root={pi.root}", "--read-only"]) == 1
    assert "no partition labelled barbox-data" in capsys.readouterr().err


@pytest.fixture
def pi_with_data(pi: Machine) -> Machine:
    """Barbox is installed, and there is a partition for what has to last."""
    for name in ("/dev/disk/by-label/barbox-data", "/opt/barbox/slots.json"):
        pi.path(name).parent.mkdir(parents=True)
        pi.path(name).touch()
    return pi


def test_a_read_only_system_keeps_sales_updates_and_settings_elsewhere(pi_with_data: Machine) -> None:
    pi = pi_with_data
    cmdline = pi.path("/boot/firmware/cmdline.txt")
    cmdline.write_text(f"overlayroot=tmpfs {cmdline.read_text()}")
    _, started = run_on(pi, "sd-care", "--read-only")
    table = pi.read("/etc/fstab")
    assert "LABEL=barbox-data  /srv/barbox  ext4" in table
    for name, place in (("data", "/var/lib/barbox"), ("program", "/opt/barbox"), ("settings", "/etc/barbox")):
        assert f"/srv/barbox/{name}  {place}  none  bind,nofail" in table
    # overlayroot's own default would cover the partition with the sales by one in memory.
    assert 'overlayroot="tmpfs:recurse=0"' in pi.read("/etc/overlayroot.conf")
    assert "overlayroot" not in pi.read("/boot/firmware/cmdline.txt")
    assert started[0][-1].endswith("install -y -q overlayroot"), "nothing is changed where that is not to be had"
    copied = [command[3:] for command in started if "cp -a" in str(command)]
    assert ("/var/lib/barbox", "/srv/barbox/data") in copied
    assert started[-1] == ("update-initramfs", "-u")


def test_nothing_is_moved_before_there_is_something_to_move(pi: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    pi.path("/dev/disk/by-label").mkdir(parents=True)
    pi.path("/dev/disk/by-label/barbox-data").touch()
    assert main(["sd-care", f"--root={pi.root}", "--data-partition"]) == 1
    assert "not installed yet" in capsys.readouterr().err


def test_a_read_only_system_can_be_opened_again(pi: Machine) -> None:
    _, started = run_on(pi, "sd-care", "--writable")
    assert started == [
        ("overlayroot-chroot", "sed", "-i", 's/^overlayroot=.*/overlayroot=""/', "/etc/overlayroot.conf")
    ]


@pytest.mark.skipif(not shutil.which("findmnt"), reason="findmnt (util-linux) is not here")
def test_the_table_of_mounts_is_one_that_linux_understands(tmp_path: Path) -> None:
    table = tmp_path / "fstab"
    table.write_text(fstab(PI_FSTAB, data=True))
    listed = subprocess.run(
        ["findmnt", "--tab-file", table, "--raw", "--noheadings", "--output", "TARGET,OPTIONS"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "/ defaults,noatime" in listed
    assert "/srv/barbox noatime,nofail" in listed
    assert "/var/lib/barbox bind,nofail" in listed


def test_the_rescue_stick_gets_logs_and_gives_backups(pi: Machine) -> None:
    done, started = run_on(pi, "usb-rescue", "/dev/sda1")
    assert started[1][:2] == ("mount", "-o")
    assert started[-1] == ("umount", "/run/barbox-rescue")
    written = {path.name for path in pi.path("/run/barbox-rescue").rglob("*") if path.is_file()}
    assert {"barbox.log", "doctor.txt", "network.txt"} <= written
    assert any("*.age" in command for command in started)
    assert any("*.barbox" in command for command in started)
    assert len(done) == len(started)


def test_a_rescue_without_a_stick_says_so(pi: Machine) -> None:
    assert main(["usb-rescue", f"--root={pi.root}"]) == 1


def test_a_program_that_may_fail_does_not_stop_the_rest(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    done = carry_out([Run(("false",), optional=True), Run(("no-such-program",), optional=True)], machine)
    assert all(line.startswith("could not run") for line in done)
    with pytest.raises(subprocess.CalledProcessError):
        carry_out([Run(("false",))], machine)


def test_the_wheelhouse_is_for_both_kinds_of_machine(tmp_path: Path) -> None:
    options = _parser().parse_args(["build-wheelhouse", str(tmp_path)])
    plan = show(SCRIPTS["build-wheelhouse"].plan(options, Machine(tmp_path)))
    assert plan.count("--platform=manylinux_2_28_aarch64") == plan.count("--platform=manylinux_2_28_x86_64") == 2
    assert "SHA256SUMS" in plan
    assert "apt-get download" in plan, "Chinese on paper, also where there is no internet"
    assert plan.count("--only-binary") == 4


def test_a_wheelhouse_is_pinned_for_the_python_of_the_box_not_of_the_builder() -> None:
    lock = "# pins\na==1 \\\n    --hash=x\nd==1.3 ; python_full_version < '3.12' \\\n    --hash=y\n"
    lock += "d==3.0 ; python_full_version >= '3.12' \\\n    --hash=z\nc==9 ; sys_platform == 'win32' \\\n    --hash=w"
    old, new = pins_for(lock, "3.11"), pins_for(lock, "3.13")
    assert "d==1.3 \\\n    --hash=y" in old
    assert "d==3.0 \\\n    --hash=z" in new
    assert "d==3.0" not in old
    assert "d==1.3" not in new
    assert "c==9" not in old + new
    assert old.count("a==1 \\") == new.count("a==1 \\") == 1


def test_a_release_is_built_from_the_wheelhouse_for_one_kind_of_machine(tmp_path: Path) -> None:
    wheels, out = tmp_path / "wheels", tmp_path / "release"
    wheels.mkdir()
    arguments = ["build-release", str(wheels), str(out), "--machine=aarch64", "--python=3.13", "--dry-run"]
    assert main(arguments) == 1, "an empty wheelhouse is refused"
    (wheels / "barbox-0.2.0-py3-none-any.whl").touch()
    plan = show(SCRIPTS["build-release"].plan(_parser().parse_args(arguments), Machine()))
    assert f"--target={out}/lib/python3.13/site-packages" in plan
    assert "manylinux_2_28_aarch64" in plan
    assert "x86_64" not in plan
    out.mkdir()
    assert main(arguments) == 1, "a release is built from nothing"


def test_the_image_takes_the_wheelhouse_with_it(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    arguments = ["image-stage", str(tmp_path / "pi-gen"), f"--wheelhouse={wheels}"]
    assert main(arguments) == 1, "an empty wheelhouse is refused"
    (wheels / "barbox-0.1.0-py3-none-any.whl").touch()
    assert main(arguments) == 0
    stage = tmp_path / "pi-gen/stage-barbox"
    assert (stage / "00-barbox/files/source/wheelhouse/barbox-0.1.0-py3-none-any.whl").is_file()
    assert (stage / "00-barbox/files/source/systemd/barbox.service").is_file()
    for script in (stage / "prerun.sh", stage / "00-barbox/01-run.sh", stage / "00-barbox/02-run-chroot.sh"):
        subprocess.run(["bash", "-n", script], check=True)
        if SHELLCHECK:
            subprocess.run([SHELLCHECK, script], check=True)
        assert script.stat().st_mode & 0o111


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_the_units_that_scripts_write_are_ones_that_systemd_understands(pi: Machine) -> None:
    run_on(pi, "access-point", "--password=two pints please")
    run_on(pi, "usb-rescue", "--set-up")
    units = pi.path("/etc/systemd/system")
    (units / "barbox-rescue@.service").rename(units / "barbox-rescue@sda1.service")
    for unit in units.iterdir():
        said = subprocess.run(["systemd-analyze", "verify", unit], check=False, capture_output=True, text=True)
        ours = [line for line in said.stderr.splitlines() if unit.name in line and "Unknown" in line]
        assert not ours


def _keyfile(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path, encoding="utf-8")
    return parser
