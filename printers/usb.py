"""USB printers over libusb (pyusb), for machines without the kernel's usblp driver. Prefer
`file:/dev/usb/lp0`.

Endpoints are read from the descriptor, never assumed; the device is not reset (that would drop what it
holds).
"""

import contextlib
import time
from typing import Any

from printers.transports import Connection, Lost, Transport, Unreachable

_PRINTER_CLASS = 7


def _library() -> tuple[Any, Any]:
    try:
        import usb.core
        import usb.util
    except ImportError as error:
        raise Unreachable("USB printers need the package pyusb.") from error
    return usb.core, usb.util


class Usb(Transport):
    """The first printer interface of one USB device: bulk out, and bulk in where there is one."""

    def __init__(self, where: Connection) -> None:
        core, self._util = _library()
        self._error: type[Exception] = core.USBError
        self._timeout_error: type[Exception] = core.USBTimeoutError
        self.connection = f"usb:{where.vendor:04x}:{where.product:04x}"
        try:
            self._device = self._find(core, where)
            self._interface = self._claim()
        except (core.NoBackendError, core.USBError) as error:
            raise Unreachable(f"{self.connection} cannot be opened ({error}).") from error
        self.can_read = self._in is not None

    def _find(self, core: Any, where: Connection) -> Any:
        for device in core.find(find_all=True, idVendor=where.vendor, idProduct=where.product):
            if not where.serial or device.serial_number == where.serial:
                return device
        raise Unreachable(f"No USB printer {self.connection} is plugged in.")

    def _claim(self) -> int:
        for interface in self._device.get_active_configuration():
            if interface.bInterfaceClass != _PRINTER_CLASS:
                continue
            number = int(interface.bInterfaceNumber)
            with contextlib.suppress(NotImplementedError):
                if self._device.is_kernel_driver_active(number):
                    self._device.detach_kernel_driver(number)
            self._util.claim_interface(self._device, number)
            self._out, self._in = self._endpoint(interface, out=True), self._endpoint(interface, out=False)
            if self._out is not None:
                return number
        raise Unreachable(f"{self.connection} has no printer interface.")

    def _endpoint(self, interface: Any, *, out: bool) -> Any:
        wanted = self._util.ENDPOINT_OUT if out else self._util.ENDPOINT_IN
        for endpoint in interface:
            bulk = self._util.endpoint_type(endpoint.bmAttributes) == self._util.ENDPOINT_TYPE_BULK
            if bulk and self._util.endpoint_direction(endpoint.bEndpointAddress) == wanted:
                return endpoint
        return None

    def write(self, data: bytes, timeout: float) -> int:
        try:
            return int(self._out.write(data, timeout=max(1, int(timeout * 1000))))
        except self._timeout_error:
            return 0
        except self._error as error:
            raise Lost(f"{self.connection} is gone ({error}).") from error

    def read(self, timeout: float) -> bytes:
        if self._in is None:
            time.sleep(max(0.0, timeout))
            return b""
        try:
            return bytes(self._in.read(512, timeout=max(1, int(timeout * 1000))))
        except self._timeout_error:
            return b""
        except self._error as error:
            raise Lost(f"{self.connection} is gone ({error}).") from error

    def drained(self) -> bool:
        return True

    def close(self) -> None:
        with contextlib.suppress(self._error):
            self._util.release_interface(self._device, self._interface)
            self._util.dispose_resources(self._device)
