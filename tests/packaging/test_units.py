"""The services of a real box: hardened, understood by systemd, and matching what install.sh lays out."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_scripts import real_time_clock, usb_rescue

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted([*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.path")])
needs_systemd_analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")


@needs_systemd_analyze
def test_the_box_exposes_little_of_the_machine() -> None:
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", SYSTEMD / "barbox.service"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert judged.returncode == 0, judged.stdout[-300:]


@needs_systemd_analyze
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line(unit: Path) -> None:
    said = subprocess.run(["systemd-analyze", "verify", unit], check=False, capture_output=True, text=True).stderr
    ours = [line for line in said.splitlines() if str(unit) in line]
    assert not ours


def test_the_service_runs_what_the_installer_installs() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(SYSTEMD / "barbox.service")
    service = unit["Service"]
    installer = (SYSTEMD.parent / "install.sh").read_text()
    assert service["ExecStart"].startswith("/opt/barbox/current/bin/barbox serve")
    assert service["ExecStartPre"] == "+/usr/bin/python3 -I /opt/barbox/slots.py choose"
    assert '"$OPT/slots.py"' in installer
    assert "OPT=/opt/barbox" in installer
    assert "VAR=/var/lib/barbox" in installer
    assert (service["Type"], service["Restart"]) == ("notify", "always")
    assert int(service["WatchdogSec"]) >= 10


RULES = [usb_rescue.RULE, real_time_clock.RULE, *(file.read_text() for file in SYSTEMD.glob("*.rules"))]


@pytest.mark.parametrize("rules", RULES)
def test_every_udev_rule_is_a_list_of_matches_and_assignments(rules: str) -> None:
    token = re.compile(r'[A-Z]+(\{[^}]+\})?(==|!=|\+=|=)"[^"]*"')
    for line in rules.replace("\\\n", "").splitlines():
        for part in re.split(r",\s*(?=[A-Z]+[{=!+])", line) if line and not line.startswith("#") else []:
            assert token.fullmatch(part), part
