"""USB over libusb, against a device made of its descriptors."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from printers import usb
from printers.transports import Lost, Unreachable, connect


class UsbError(OSError):
    """As libusb reports it."""


class UsbTimeout(UsbError):
    """Nothing moved in time."""


class Endpoint:
    def __init__(self, address: int) -> None:
        self.bEndpointAddress, self.bmAttributes = address, 2
        self.moved = bytearray()
        self.fault: Exception | None = None

    def write(self, data: bytes, timeout: int) -> int:
        assert timeout > 0, "libusb takes 0 for eternity"
        if self.fault:
            raise self.fault
        self.moved += data[:64]
        return min(64, len(data))

    def read(self, size: int, timeout: int) -> bytes:
        assert timeout > 0
        if self.fault:
            raise self.fault
        data, self.moved = bytes(self.moved[:size]), self.moved[size:]
        if not data:
            raise UsbTimeout("timed out")
        return data


class Interface(list[Endpoint]):
    def __init__(self, kind: int, number: int, *endpoints: Endpoint) -> None:
        super().__init__(endpoints)
        self.bInterfaceClass, self.bInterfaceNumber = kind, number


class Device:
    """A printer with a vendor interface before its printer interface, as many have."""

    def __init__(self, *, answers: bool = True) -> None:
        self.serial_number = "X3J4"
        self.out, self.back = Endpoint(0x03), Endpoint(0x84)
        ends = [self.out, self.back] if answers else [self.out]
        self.interfaces = [Interface(255, 0, Endpoint(0x01)), Interface(7, 1, *ends)]
        self.kernel: set[int] = {1}
        self.claimed: list[int] = []

    def get_active_configuration(self) -> list[Interface]:
        return self.interfaces

    def is_kernel_driver_active(self, number: int) -> bool:
        return number in self.kernel

    def detach_kernel_driver(self, number: int) -> None:
        self.kernel.remove(number)


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Device]]:
    devices: list[Device] = []
    core = SimpleNamespace(
        USBError=UsbError,
        USBTimeoutError=UsbTimeout,
        NoBackendError=RuntimeError,
        find=lambda **_: list(devices),
    )
    util = SimpleNamespace(
        ENDPOINT_OUT=0x00,
        ENDPOINT_IN=0x80,
        ENDPOINT_TYPE_BULK=2,
        endpoint_direction=lambda address: address & 0x80,
        endpoint_type=lambda attributes: attributes & 3,
        claim_interface=lambda device, number: device.claimed.append(number),
        release_interface=lambda device, number: device.claimed.remove(number),
        dispose_resources=lambda device: None,  # noqa: ARG005
    )

    def library() -> tuple[Any, Any]:
        return core, util

    monkeypatch.setattr(usb, "_library", library)
    yield devices


def test_the_printer_interface_is_found_by_its_class_and_its_endpoints_by_their_direction(
    plugged: list[Device],
) -> None:
    plugged.append(Device())
    with connect("usb:04b8:0202:X3J4") as wire:
        assert plugged[0].claimed == [1]
        assert plugged[0].kernel == set()
        assert wire.write(b"x" * 100, 0.1) == 64
        assert bytes(plugged[0].out.moved) == b"x" * 64
        plugged[0].back.moved += b"\x12"
        assert wire.read(0.01) == b"\x12"
        assert wire.read(0.01) == b""
        assert wire.can_read
    assert plugged[0].claimed == []


def test_a_full_or_unplugged_printer_is_told_apart(plugged: list[Device]) -> None:
    plugged.append(Device())
    with connect("usb:04b8:0202") as wire:
        plugged[0].out.fault = UsbTimeout("timed out")
        assert wire.write(b"x", 0.01) == 0
        plugged[0].out.fault = plugged[0].back.fault = UsbError(19, "No such device")
        with pytest.raises(Lost):
            wire.write(b"x", 0.01)
        with pytest.raises(Lost):
            wire.read(0.01)


def test_a_printer_without_a_way_back_is_written_to_only(plugged: list[Device]) -> None:
    plugged.append(Device(answers=False))
    with connect("usb:04b8:0202") as wire:
        assert not wire.can_read
        assert wire.read(0.0) == b""


def test_another_printer_of_the_same_kind_is_not_taken_for_ours(plugged: list[Device]) -> None:
    plugged.append(Device())
    with pytest.raises(Unreachable, match="plugged in"):
        connect("usb:04b8:0202:OTHER")
