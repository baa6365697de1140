"""The box as its own Wi-Fi: what NetworkManager and dnsmasq themselves make of the files, and the way to the box."""

import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware_scripts.__main__ import SCRIPTS, _parser
from firmware_scripts.access_point import CONNECTION, NAMES
from firmware_scripts.plan import Machine, Run, carry_out

QUESTION = 0x1234


@pytest.fixture
def pi(tmp_path: Path) -> Machine:
    """After `access-point`, except for the programs it would start."""
    machine = Machine(tmp_path)
    words = ["access-point", "--name=小酒馆", "--password=two; pints\\ #1", "--address=127.0.0.1"]
    steps = SCRIPTS["access-point"].plan(_parser().parse_args(words), machine)
    carry_out([step for step in steps if not isinstance(step, Run)], machine)
    return machine


@pytest.mark.skipif(not shutil.which("nmcli"), reason="nmcli is not here: apt-get install network-manager")
def test_networkmanager_reads_what_was_meant(pi: Machine) -> None:
    told = subprocess.run(
        ["nmcli", "--offline", "connection", "modify", "connection.zone", "bar"],
        input=pi.read(CONNECTION),
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    ).stdout
    lines = told.splitlines()
    assert "ssid=小酒馆" in lines or "ssid=" + "".join(f"{byte};" for byte in "小酒馆".encode()) in lines
    assert {"mode=ap", "key-mgmt=wpa-psk", "method=shared", "address1=127.0.0.1/24"} <= set(lines)
    assert [line for line in lines if line.startswith("psk=")] == [r"psk=two; pints\\ #1"]


@pytest.mark.skipif(not shutil.which("dnsmasq"), reason="dnsmasq is not here: apt-get install dnsmasq-base")
def test_every_name_leads_to_the_box(pi: Machine) -> None:
    with dnsmasq(pi.path(NAMES).parent) as port:
        assert asked(port, "captive.apple.com") == asked(port, "barbox.local") == "127.0.0.1"


@contextmanager
def dnsmasq(folder: Path) -> Iterator[int]:
    """NetworkManager's own name server with those files, as it starts it for a shared connection."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--bind-interfaces"]
    where = [f"--conf-dir={folder}", "--listen-address=127.0.0.1", f"--port={port}", "--user=root", "--log-facility=-"]
    with subprocess.Popen(["dnsmasq", *options, *where], stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        assert "started" in running.stderr.readline()
        yield port
        running.terminate()


def asked(port: int, name: str) -> str:
    """The address a phone is told (RFC 1035)."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(10)
        phone.sendto(
            struct.pack(">6H", QUESTION, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, 1, 1),
            ("127.0.0.1", port),
        )
        return socket.inet_ntoa(phone.recv(512)[-4:])
