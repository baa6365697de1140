"""The machine itself: disk, card, heat, power, network, as Linux shows them in /sys. `root` stands for / in tests."""

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from barbox.discovery import LOOPBACK
from barbox.doctor.findings import Finding

LOW_BYTES, FULL_BYTES = 1024**3, 256 * 1024**2
LOW_SHARE = 0.10
WARM_C, HOT_C = 70, 80
"""A Raspberry Pi slows itself down at 80 to 85 °C."""
WORN = 8
"""JEDEC eMMC life time estimates count in tenths: 8 is 70 to 80 % used; 11 is beyond."""
UNDERVOLTAGE_NOW, UNDERVOLTAGE_BEFORE = 1 << 0, 1 << 16
"""Bits of the firmware's get_throttled (Raspberry Pi documentation, vcgencmd)."""
THROTTLED = (
    "sys/devices/platform/soc/soc:firmware/get_throttled",
    "sys/devices/platform/axi/soc:firmware/get_throttled",
)


def look(data: Path, addresses: Sequence[str], root: Path = Path("/")) -> list[Finding]:
    """Everything that can be seen of the machine."""
    return [disk(data), wear(root), temperature(root), power(root), network(addresses)]


def disk(data: Path) -> Finding:
    usage = shutil.disk_usage(data)
    value = f"{usage.free / 1e9:.1f} GB / {usage.total / 1e9:.1f} GB"
    if usage.free < FULL_BYTES:
        return Finding("disk", "alarm", value, "disk_full")
    if usage.free < LOW_BYTES or usage.free < usage.total * LOW_SHARE:
        return Finding("disk", "warning", value, "disk_low")
    return Finding("disk", "good", value)


def wear(root: Path) -> Finding:
    """File system errors first, then what an eMMC tells of its life; SD cards tell nothing."""
    errors = sum(int(_read(path) or 0) for path in root.glob("sys/fs/ext4/*/errors_count"))
    if errors:
        return Finding("wear", "alarm", f"ext4: {errors}", "disk_errors")
    lives = [_read(path) for path in sorted(root.glob("sys/block/mmcblk*/device/life_time"))]
    used = [int(part, 16) for life in lives for part in life.split() if part.startswith("0x")]
    if not used or not max(used):
        return Finding("wear", "unknown", "", "wear_unknown")
    value = f"≤ {min(max(used), 11) * 10} %"
    return Finding("wear", "warning", value, "wear_high") if max(used) >= WORN else Finding("wear", "good", value)


def temperature(root: Path) -> Finding:
    seen = [_read(path) for path in sorted(root.glob("sys/class/thermal/thermal_zone*/temp"))]
    degrees = [int(text) / 1000 for text in seen if text.lstrip("-").isdecimal()]
    if not degrees:
        return Finding("temperature", "unknown", "", "no_sensor")
    value = f"{max(degrees):.0f} °C"
    if max(degrees) >= HOT_C:
        return Finding("temperature", "alarm", value, "too_hot")
    return (
        Finding("temperature", "warning", value, "hot")
        if max(degrees) >= WARM_C
        else Finding("temperature", "good", value)
    )


def power(root: Path) -> Finding:
    """What a Raspberry Pi's firmware says of its voltage: now, and since the start."""
    told = next((text for name in THROTTLED if (text := _read(root / name))), "")
    if told:
        bits = int(told, 16)
        if bits & UNDERVOLTAGE_NOW:
            return Finding("power", "alarm", f"0x{bits:x}", "undervoltage_now")
        return _before(bool(bits & UNDERVOLTAGE_BEFORE), f"0x{bits:x}")
    for name in root.glob("sys/class/hwmon/hwmon*/name"):
        if _read(name) == "rpi_volt":
            return _before(_read(name.with_name("in0_lcrit_alarm")) == "1", "")
    return Finding("power", "unknown", "", "no_sensor")


def network(addresses: Sequence[str]) -> Finding:
    outside = [each for each in addresses if each != LOOPBACK]
    if not outside:
        return Finding("network", "alarm", "", "no_network")
    return Finding("network", "good", ", ".join(outside))


def _before(was_low: bool, value: str) -> Finding:
    return Finding("power", "warning", value, "undervoltage_before") if was_low else Finding("power", "good", value)


def _read(path: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text("utf-8").strip()
    return ""
