"""`barbox doctor`: asks the running box; where none runs, looks at the machine and the database itself."""

import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import msgspec

from barbox.discovery import local_addresses
from barbox.doctor import api, box, machine
from barbox.doctor.api import Checkup, CheckupItem
from barbox.doctor.findings import worst

SIGNS = {"good": "ok", "warning": "look", "alarm": "ALARM", "unknown": "-"}


def show(database: Path, port: int, tell: Callable[[str], None]) -> bool:
    """Tell the findings; whether none is an alarm."""
    language = "zh" if os.environ.get("LANG", "").startswith("zh") else "en"
    checkup = _asked(port, language)
    if checkup is None:
        tell(f"No box answers at port {port}: this is what can be seen without it.")
        findings = machine.look(database.parent, local_addresses())
        if database.exists():
            findings.append(box.sound(database))
        checkup = Checkup(worst(findings), [api.view(each, language) for each in findings])
    for each in checkup.findings:
        tell(_line(each))
    return checkup.state != "alarm"


def _asked(port: int, language: str) -> Checkup | None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/doctor", headers={"Accept-Language": language})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (this machine's own address)
            return msgspec.json.decode(answer.read(), type=Checkup)
    except (urllib.error.URLError, OSError, msgspec.DecodeError):
        return None


def _line(finding: CheckupItem) -> str:
    line = f"{SIGNS[finding.state]:6}{finding.name}"
    if finding.value:
        line += f": {finding.value}"
    return f"{line}\n      {finding.sentence}" if finding.sentence else line
