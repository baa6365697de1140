"""Finding printers: announced, asked, plugged in."""

import socket
from pathlib import Path

import pytest
from zeroconf import IPVersion, ServiceInfo, Zeroconf

from printers import discovery
from printers.discovery import Found, announced, asked, own_neighbours, plugged_in
from printers.emulator import Printer


def test_a_printer_that_announces_itself_is_found_by_its_model() -> None:
    service = ServiceInfo(
        "_pdl-datastream._tcp.local.",
        "EPSON TM-m30III kitchen._pdl-datastream._tcp.local.",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=9107,
        properties={"ty": "EPSON TM-m30III", "note": "kitchen"},
        server="epson-test-printer.local.",
    )
    with Zeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only) as kitchen:
        kitchen.register_service(service)
        found = [one for one in announced(1.5, ["127.0.0.1"]) if one.connection == "tcp://127.0.0.1:9107"]
        kitchen.unregister_service(service)
    assert [(one.title, one.profile, one.how) for one in found] == [("EPSON TM-m30III", "epson-tm-m30iii", "mdns")]


def test_asking_around_finds_the_printer_and_prints_nothing_on_it() -> None:
    with Printer("generic-80") as printer:
        found = asked(["127.0.0.1"], port=printer.port)
        assert [(one.connection, one.answers) for one in found] == [(printer.connection, True)]
        assert printer.received == 3
        assert not printer.device.press.paper.parts


def test_something_else_on_port_9100_is_named_as_such() -> None:
    with Printer("generic-80", proof="D") as office:
        (found,) = asked(["127.0.0.1"], port=office.port)
        assert found.answers is False
        assert "no receipt printer" in found.title


def test_nobody_there_is_nothing_found() -> None:
    with Printer("generic-80") as printer:
        printer.refuse()
        assert asked(["127.0.0.1"], port=printer.port) == []
        assert asked(["127.0.0.1"] * 500, port=printer.port, seconds=0) == []


def test_only_the_box_s_own_networks_are_asked_and_never_more_than_a_24() -> None:
    hosts = own_neighbours()
    networks = {host.rpartition(".")[0] for host in hosts}
    assert len(hosts) <= 254 * max(1, len(networks))
    assert not any(host.startswith("127.") for host in hosts)


def usb_device(root: Path, name: str, *, kernel_driver: bool, product: str, serial: str = "") -> None:
    device, interface = root / name, root / f"{name}:1.0"
    device.mkdir(parents=True)
    interface.mkdir()
    for file, text in (("idVendor", "04b8"), ("idProduct", "0202"), ("manufacturer", "EPSON"), ("product", product)):
        (device / file).write_text(text + "\n")
    if serial:
        (device / "serial").write_text(serial)
    (interface / "bInterfaceClass").write_text("07\n")
    if kernel_driver:
        (interface / "usbmisc" / "lp0").mkdir(parents=True)


def test_usb_printers_are_found_by_their_class_and_the_kernel_s_file_is_preferred(tmp_path: Path) -> None:
    usb_device(tmp_path, "1-1", kernel_driver=True, product="TM-T88VI")
    usb_device(tmp_path, "1-2", kernel_driver=False, product="TM-T20III", serial="X3J4")
    usb_device(tmp_path, "1-3", kernel_driver=False, product="TSP143")
    (tmp_path / "1-4:1.0").mkdir()
    (tmp_path / "1-4:1.0" / "bInterfaceClass").write_text("03\n")
    found = plugged_in(tmp_path)
    assert [(one.connection, one.profile) for one in found] == [
        ("file:/dev/usb/lp0", "epson-tm-t88vi"),
        ("usb:04b8:0202:X3J4", "epson-tm-t20iii"),
        ("usb:04b8:0202", None),
    ]
    assert "no ESC/POS" in found[2].refused


def test_everything_within_reach_comes_in_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Found(connection="tcp://10.0.0.9:9100", title="EPSON TM-T88V", how="mdns")
    other = Found(connection="tcp://10.0.0.8:9100", title="Receipt printer", how="port", answers=True)
    monkeypatch.setattr(discovery, "announced", lambda _: [one])
    monkeypatch.setattr(discovery, "plugged_in", list)
    monkeypatch.setattr(discovery, "serial_ports", list)
    monkeypatch.setattr(discovery, "asked", lambda _: [other, one])
    assert discovery.discover() == [one]
    assert discovery.discover(check_port=True) == [one, other]
