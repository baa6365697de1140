"""Gives a new machine its name, language, time zone and Wi-Fi.

Options come from the command line or from `barbox-first-boot.toml` on the boot partition, which any computer
can edit with the SD card in its reader:

    hostname = "barbox"
    locale = "zh_CN.UTF-8"
    timezone = "Asia/Shanghai"
    country = "CN"              # whose Wi-Fi rules hold
    wifi = "Name of the bar's Wi-Fi"
    password = "…"

The file is removed afterwards, because of the password in it.
"""

import argparse
import re
import tomllib
import zoneinfo

from firmware_scripts.network_keyfile import check_password, joining
from firmware_scripts.plan import Machine, Remove, Run, Step, Write, with_lines

NEEDS_ROOT = True
FILE = "barbox-first-boot.toml"
KEYS = ("hostname", "locale", "timezone", "country", "wifi", "password")


def add_options(parser: argparse.ArgumentParser) -> None:
    for key in KEYS:
        parser.add_argument(f"--{key}", help=f"instead of the file's {key}")


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    """Raises ValueError naming what is wrong in the options or in the file."""
    file = machine.boot_file(FILE)
    wishes = _wishes(machine.read(file)) | {key: value for key in KEYS if (value := getattr(options, key))}
    steps: list[Step] = []
    if name := wishes.get("hostname"):
        steps += _name(name, machine)
    if locale := wishes.get("locale"):
        steps += _locale(locale, machine)
    if zone := wishes.get("timezone"):
        steps += _zone(zone)
    if country := wishes.get("country"):
        steps += wifi_country(country, machine)
    if wifi := wishes.get("wifi"):
        steps += _wifi(wifi, wishes.get("password", ""))
    if machine.read(file):
        steps.append(Remove(file))
    return steps


def _wishes(text: str) -> dict[str, str]:
    try:
        wishes = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ValueError(f"{FILE} cannot be read: {problem}") from problem
    for key, value in wishes.items():
        if key not in KEYS:
            raise ValueError(f"{FILE} has an unknown entry {key}; known are {', '.join(KEYS)}")
        if not isinstance(value, str):
            raise ValueError(f"{FILE}: {key} has to be a text in quotation marks")
    return wishes


def _name(name: str, machine: Machine) -> list[Step]:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name):
        raise ValueError(f"{name} cannot be a host name: small letters, digits and hyphens only")
    others = [line for line in machine.read("/etc/hosts").splitlines() if not line.startswith("127.0.1.1")]
    return [
        Write("/etc/hostname", f"{name}\n"),
        Write("/etc/hosts", with_lines("\n".join(others), [f"127.0.1.1\t{name}"])),
        Run(("hostname", name), optional=True),
        # Barbox itself answers for the name on the network, with all the machine's addresses; avahi would
        # take that for another machine and rename itself.
        Run(("systemctl", "disable", "--now", "avahi-daemon.service", "avahi-daemon.socket"), optional=True),
    ]


def _locale(locale: str, machine: Machine) -> list[Step]:
    if not re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}\.UTF-8", locale):
        raise ValueError(f"{locale} is not a locale like zh_CN.UTF-8")
    return [
        Write("/etc/locale.gen", with_lines(machine.read("/etc/locale.gen"), [f"{locale} UTF-8"])),
        Run(("locale-gen",), optional=True),
        Write("/etc/default/locale", f"LANG={locale}\n"),
    ]


def _zone(zone: str) -> list[Step]:
    if zone not in zoneinfo.available_timezones():
        raise ValueError(f"{zone} is not a time zone like Asia/Shanghai")
    return [
        Run(("ln", "-sfn", f"/usr/share/zoneinfo/{zone}", "/etc/localtime")),
        Write("/etc/timezone", f"{zone}\n"),
    ]


def wifi_country(country: str, machine: Machine) -> list[Step]:
    """Sets whose radio rules hold, now and at every start; without it a Raspberry Pi keeps its Wi-Fi off."""
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise ValueError(f"{country} is not a country code like CN")
    steps: list[Step] = [
        Run(("iw", "reg", "set", country), optional=True),
        Run(("rfkill", "unblock", "wifi"), optional=True),
    ]
    file = machine.boot_file("cmdline.txt")
    if line := machine.read(file).strip():
        kept = [word for word in line.split() if not word.startswith("cfg80211.ieee80211_regdom=")]
        steps.append(Write(file, " ".join([*kept, f"cfg80211.ieee80211_regdom={country}"]) + "\n", mode=0o755))
    return steps


def _wifi(name: str, password: str) -> list[Step]:
    check_password(password)
    path = "/etc/NetworkManager/system-connections/barbox-wifi.nmconnection"
    return [
        Write(path, joining(name, password), mode=0o600, secret=True),
        Run(("nmcli", "connection", "reload"), optional=True),
    ]
