"""Which printers are within reach: announced on the network, plugged in, or found by asking around when told
to.

mDNS comes first because it disturbs nobody. The check of port 9100 only runs on request, only over the box's
own /24 networks, and only ever sends DLE EOT 1, because office printers listen there too and print what they
do not understand.
"""

import contextlib
import ipaddress
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import msgspec

from printers import profiles
from printers.transports import Lost, Unreachable, connect

SERVICES = ("_pdl-datastream._tcp.local.", "_printer._tcp.local.")
_PARALLEL = 32
_PATIENCE = 0.3


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One printer, or something that may be one.

    `connection` is what `transports.connect` takes; `title` is what it calls itself; `profile` the guess by
    that name; `refused` the sentence for a model that cannot work; `answers` whether it was heard to speak
    ESC/POS (None: not asked).
    """

    connection: str
    title: str
    how: Literal["mdns", "port", "usb", "serial"]
    profile: str | None = None
    refused: str = ""
    answers: bool | None = None


def _found(
    connection: str, title: str, how: Literal["mdns", "port", "usb", "serial"], answers: bool | None = None
) -> Found:
    try:
        profile, refused = profiles.guess(title), ""
    except profiles.RefusedPrinter as error:
        profile, refused = None, str(error)
    return Found(connection=connection, title=title, how=how, profile=profile, refused=refused, answers=answers)


def announced(seconds: float = 3.0, interfaces: Sequence[str] | None = None) -> list[Found]:
    """Printers that announce themselves by mDNS within `seconds`, on all interfaces or on the given addresses."""
    from zeroconf import InterfaceChoice, ServiceBrowser, ServiceStateChange, Zeroconf

    names: dict[str, str] = {}
    lock = threading.Lock()

    def heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:  # noqa: ARG001
        with lock:
            if state_change is not ServiceStateChange.Removed:
                names[name] = service_type

    found: dict[str, Found] = {}
    with Zeroconf(interfaces=list(interfaces) if interfaces else InterfaceChoice.All) as zeroconf:
        browser = ServiceBrowser(zeroconf, list(SERVICES), handlers=[heard])
        threading.Event().wait(seconds)
        browser.cancel()
        for name, service_type in sorted(names.items()):
            info = zeroconf.get_service_info(service_type, name, timeout=500)
            addresses = info.parsed_addresses() if info else []
            if not info or not addresses:
                continue
            host = next((address for address in addresses if ":" not in address), addresses[0])
            told = {key.decode(): (value or b"").decode("utf-8", "replace") for key, value in info.properties.items()}
            title = told.get("ty") or told.get("product", "").strip("()") or name.removesuffix("." + service_type)
            port = info.port if service_type == SERVICES[0] and info.port else 9100
            found.setdefault(host, _found(f"tcp://{_bracketed(host)}:{port}", title, "mdns"))
    return list(found.values())


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def own_neighbours() -> list[str]:
    """All other addresses of the box's own private IPv4 networks, at most the /24 around each of its addresses."""
    import ifaddr

    hosts: list[str] = []
    for adapter in ifaddr.get_adapters():
        for address in adapter.ips:
            if not address.is_IPv4:
                continue
            own = ipaddress.IPv4Interface(f"{address.ip}/{max(24, address.network_prefix)}")
            if own.ip.is_private and not own.ip.is_loopback and not own.ip.is_link_local:
                hosts += [str(host) for host in own.network.hosts() if host != own.ip]
    return list(dict.fromkeys(hosts))


def asked(hosts: Iterable[str], *, port: int = 9100, seconds: float = 20.0) -> list[Found]:
    """Which of `hosts` take a connection on `port`, and whether they answer like a receipt printer.

    At most 32 at a time, 0.3 s for each, nothing started after `seconds`.
    """
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="printer-check") as pool:
        results = pool.map(lambda host: _ask(host, port, end), hosts)
        return [found for found in results if found]


def _ask(host: str, port: int, end: float) -> Found | None:
    if time.monotonic() > end:
        return None
    connection = f"tcp://{_bracketed(host)}:{port}"
    try:
        with connect(connection, timeout=_PATIENCE) as wire:
            wire.write(b"\x10\x04\x01", _PATIENCE)
            answer = wire.read(2 * _PATIENCE)
    except Unreachable:
        return None
    except Lost:
        answer = b""
    receipt = any(byte & 0x93 == 0x12 for byte in answer)
    title = f"Receipt printer at {host}" if receipt else f"Something at {host} that is busy or no receipt printer"
    return _found(connection, title, "port", answers=receipt)


def plugged_in(root: Path = Path("/sys/bus/usb/devices")) -> list[Found]:
    """USB devices with a printer interface (class 7), by the kernel's device file where its driver has them."""
    found = []
    for interface in sorted(root.glob("*:*")):
        if _word(interface / "bInterfaceClass") != "07":
            continue
        device = root / interface.name.partition(":")[0]
        vendor, product = _word(device / "idVendor"), _word(device / "idProduct")
        title = f"{_word(device / 'manufacturer')} {_word(device / 'product')}".strip() or f"{vendor}:{product}"
        node = next(iter(sorted((interface / "usbmisc").glob("lp*"))), None)
        serial = _word(device / "serial")
        by_number = f"usb:{vendor}:{product}" + (f":{serial}" if serial else "")
        found.append(_found(f"file:/dev/usb/{node.name}" if node else by_number, title, "usb"))
    return found


def _word(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text("utf-8", "replace").strip()
    return ""


def serial_ports() -> list[Found]:
    """Serial ports that exist in hardware. Whether a printer hangs on one, only a test page tells."""
    from serial.tools import list_ports

    ports = [port for port in list_ports.comports() if port.hwid and port.hwid != "n/a"]
    return [
        _found(f"serial:{port.device}?baud=9600", port.description or port.device, "serial")
        for port in sorted(ports, key=lambda port: str(port.device))
    ]


def discover(seconds: float = 3.0, *, check_port: bool = False) -> list[Found]:
    """Everything within reach.

    `check_port` also asks the neighbours on port 9100; only on a person's request.
    """
    found = announced(seconds) + plugged_in() + serial_ports()
    if check_port:
        known = {one.connection for one in found}
        found += [one for one in asked(own_neighbours()) if one.connection not in known]
    return found
