"""The wires to a printer. Each call has a deadline; none blocks past it, whatever the printer does.

`tcp://192.168.1.50:9100`, `usb:04b8:0202`, `serial:/dev/ttyUSB0?baud=38400`, `file:/dev/usb/lp0`. A transport
belongs to one thread. That bytes were taken proves nothing about paper: see `confirm`.
"""

import contextlib
import errno
import fcntl
import ipaddress
import os
import select
import socket
import stat
import struct
import termios
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

import msgspec

Flow = Literal["none", "rtscts", "xonxoff"]
PLAIN_FILES = ".prn"


class BadConnection(ValueError):
    """The connection string is wrong; the message is a sentence for the person who typed it."""


class TransportError(OSError):
    """The printer cannot be talked to; the message is a sentence for staff."""


class Unreachable(TransportError):
    """It could not be opened: no byte has reached the printer."""


class Lost(TransportError):
    """It was open and broke: what was sent last may or may not have arrived."""


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A connection string, taken apart."""

    kind: Literal["tcp", "usb", "serial", "file", "epos"]
    host: str = ""
    port: int = 9100
    path: str = ""
    baud: int = 9600
    flow: Flow = "rtscts"
    vendor: int = 0
    product: int = 0
    serial: str = ""
    tls: bool = False


def parse(connection: str) -> Connection:
    """The parts of a connection string. Raises BadConnection."""
    kind, _, rest = connection.strip().partition(":")
    match kind.lower():
        case "tcp":
            return _parse_tcp(rest)
        case "usb":
            return _parse_usb(rest)
        case "serial":
            return _parse_serial(rest)
        case "file":
            if not rest.startswith("/"):
                raise BadConnection("A file connection needs a full path, like file:/dev/usb/lp0.")
            return Connection(kind="file", path=rest)
        case "epos" | "epos+tls":
            parsed = _parse_tcp(rest, port=443 if kind.endswith("tls") else 80)
            return msgspec.structs.replace(parsed, kind="epos", tls=kind.endswith("tls"))
    raise BadConnection(
        f"{connection!r} is no printer connection. It begins with tcp://, usb:, serial:, file: or epos://."
    )


def _parse_tcp(rest: str, port: int = 9100) -> Connection:
    try:
        parts = urlsplit("tcp:" + rest if rest.startswith("//") else "tcp://" + rest)
        host, number = parts.hostname or "", parts.port or port
    except ValueError as error:
        raise BadConnection(f"{rest!r} is no host and port, like tcp://192.168.1.50:9100.") from error
    if not host or any(c.isspace() for c in host):
        raise BadConnection("A network connection needs the printer's address, like tcp://192.168.1.50:9100.")
    return Connection(kind="tcp", host=host, port=number)


def _parse_usb(rest: str) -> Connection:
    vendor, _, more = rest.partition(":")
    product, _, serial = more.partition(":")
    try:
        return Connection(kind="usb", vendor=int(vendor, 16), product=int(product, 16), serial=serial)
    except ValueError as error:
        raise BadConnection("A USB connection needs vendor and product, like usb:04b8:0202.") from error


def _parse_serial(rest: str) -> Connection:
    path, _, query = rest.partition("?")
    settings = {name: values[-1] for name, values in parse_qs(query).items()}
    baud, flow = settings.pop("baud", "9600"), settings.pop("flow", "rtscts")
    if not path.startswith("/"):
        raise BadConnection("A serial connection needs the port's path, like serial:/dev/ttyUSB0?baud=38400.")
    if not baud.isdigit() or int(baud) not in range(1200, 921601):
        raise BadConnection(f"{baud!r} is no speed for a serial line; printers use 9600 to 115200.")
    if settings or flow not in {"none", "rtscts", "xonxoff"}:
        raise BadConnection("A serial line takes baud=... and flow=none, rtscts or xonxoff, nothing else.")
    return Connection(kind="serial", path=path, baud=int(baud), flow=flow)  # type: ignore[arg-type]


class Transport(ABC):
    """One open wire. `can_read` tells whether the printer can answer on it."""

    connection: str
    can_read: bool = True

    @abstractmethod
    def write(self, data: bytes, timeout: float) -> int:
        """Hand over what the wire takes now, waiting at most `timeout` seconds for room; returns the bytes
        taken, maybe 0.

        Raises Lost when the wire is broken; then none of `data` counts as taken.
        """

    @abstractmethod
    def read(self, timeout: float) -> bytes:
        """What the printer said, waiting at most `timeout` seconds; b"" when it said nothing. Raises Lost."""

    @abstractmethod
    def drained(self) -> bool:
        """Whether everything handed over has left this machine (for TCP: was acknowledged by the other end).

        Raises Lost.
        """

    @abstractmethod
    def close(self) -> None:
        """Close; never raises, never waits."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(connection: str, *, timeout: float = 3.0) -> Transport:
    """Open a wire within `timeout` seconds. Raises BadConnection or Unreachable."""
    where = parse(connection)
    match where.kind:
        case "tcp":
            return Tcp(where, timeout)
        case "serial":
            return Serial(where)
        case "file":
            return DeviceFile(where)
        case "usb":
            from printers.usb import Usb  # libusb is loaded only where a printer hangs on it

            return Usb(where)
        case "epos":
            raise BadConnection("An ePOS printer is driven by printers.epos, not over a wire of bytes.")


class Tcp(Transport):
    """Raw TCP, port 9100. A dead peer is noticed by keepalive after 5 s + 3 x 2 s.

    The send buffer is small, so that bytes taken are soon bytes sent. TCP_USER_TIMEOUT is left alone: it also breaks
    the connection to a living printer whose window is closed because it waits for paper (measured: Linux 6, 10 s).
    """

    def __init__(self, where: Connection, timeout: float) -> None:
        host = f"[{where.host}]" if ":" in where.host else where.host
        self.connection = f"tcp://{host}:{where.port}"
        end = time.monotonic() + timeout
        address = _resolve(where.host, timeout)
        try:
            left = max(0.01, end - time.monotonic())
            self._socket = socket.create_connection((address, where.port), timeout=left)
        except OSError as error:
            raise Unreachable(f"No printer answers at {self.connection[6:]} ({_plain(error)}).") from error
        self._socket.setblocking(False)
        for level, option, value in (
            (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
            (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
            (socket.SOL_SOCKET, socket.SO_SNDBUF, 16384),
            (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5),
            (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
            (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
        ):
            self._socket.setsockopt(level, option, value)

    def write(self, data: bytes, timeout: float) -> int:
        if not _ready(self._socket.fileno(), select.POLLOUT, timeout):
            return 0
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise Lost(f"The connection to {self.connection} broke ({_plain(error)}).") from error

    def read(self, timeout: float) -> bytes:
        if not _ready(self._socket.fileno(), select.POLLIN, timeout):
            return b""
        try:
            data = self._socket.recv(4096)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise Lost(f"The connection to {self.connection} broke ({_plain(error)}).") from error
        if not data:
            raise Lost(f"The printer at {self.connection} closed the connection.")
        return data

    def drained(self) -> bool:
        try:
            left = struct.unpack("i", fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
        except OSError as error:
            raise Lost(f"The connection to {self.connection} broke ({_plain(error)}).") from error
        return bool(left == 0)

    def close(self) -> None:
        """Close. Unread answers are read first: closing over them sends RST, which lets some printers drop
        the ticket.
        """
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while self._socket.recv(4096):
                pass
        self._socket.close()


class DeviceFile(Transport):
    """A device file of the kernel's USB printer driver (`/dev/usb/lp0`), a FIFO, or a plain file.

    Opened non-blocking: usblp's write would otherwise wait for paper for ever (drivers/usb/class/usblp.c);
    `drained` must be true before closing, or usblp drops what is still under way. A plain file is made or added to only
    where its name ends in .prn: an unplugged printer must not turn into a file, nor a file of the box into a printer.
    """

    def __init__(self, where: Connection) -> None:
        self.connection = f"file:{where.path}"
        path = Path(where.path)
        try:
            kind = path.stat().st_mode if path.exists() else stat.S_IFREG
            self._device = stat.S_ISCHR(kind)
            self._plain = stat.S_ISREG(kind)
            if self._plain and path.suffix != PLAIN_FILES:
                raise Unreachable(f"There is no printer at {where.path}: it is unplugged, or a file not named *.prn.")
            self.can_read = self._device
            flags = os.O_RDWR if self._device else os.O_WRONLY
            if self._plain:
                flags |= os.O_APPEND | os.O_CREAT
            self._fd = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o640)
        except Unreachable:
            raise
        except OSError as error:
            raise Unreachable(f"{where.path} cannot be opened ({_plain(error)}).") from error

    def write(self, data: bytes, timeout: float) -> int:
        if not self._plain and not _ready(self._fd, select.POLLOUT, timeout):
            return 0
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise Lost(f"{self.connection} is gone ({_plain(error)}).") from error

    def read(self, timeout: float) -> bytes:
        if not self.can_read:
            time.sleep(max(0.0, timeout))
            return b""
        if not _ready(self._fd, select.POLLIN, timeout):
            return b""
        try:
            return os.read(self._fd, 4096)
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno == errno.EINVAL:  # usblp: this printer has no way back
                self.can_read = False
                return b""
            raise Lost(f"{self.connection} is gone ({_plain(error)}).") from error

    def drained(self) -> bool:
        return self._plain or _ready(self._fd, select.POLLOUT, 0)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._fd)


class Serial(Transport):
    """A serial line, 8N1.

    Linux knows no DTR/DSR flow control: wire the printer's DTR to CTS (`flow=rtscts`).
    """

    def __init__(self, where: Connection) -> None:
        import serial

        self.connection = f"serial:{where.path}?baud={where.baud}"
        self._error: type[Exception] = serial.SerialException
        try:
            self._port: Any = serial.Serial(
                where.path,
                where.baud,
                timeout=0,
                write_timeout=0,
                rtscts=where.flow == "rtscts",
                xonxoff=where.flow == "xonxoff",
                exclusive=True,
            )
        except (OSError, ValueError) as error:
            raise Unreachable(f"The serial port {where.path} cannot be opened ({_plain(error)}).") from error

    def write(self, data: bytes, timeout: float) -> int:
        try:
            if not _ready(self._port.fileno(), select.POLLOUT, timeout):
                return 0
            return int(os.write(self._port.fileno(), data))
        except BlockingIOError:
            return 0
        except (OSError, TypeError) as error:
            raise Lost(f"{self.connection} is gone ({_plain(error)}).") from error

    def read(self, timeout: float) -> bytes:
        try:
            if not _ready(self._port.fileno(), select.POLLIN, timeout):
                return b""
            return bytes(self._port.read(4096))
        except (OSError, TypeError) as error:
            raise Lost(f"{self.connection} is gone ({_plain(error)}).") from error

    def drained(self) -> bool:
        try:
            return int(self._port.out_waiting) == 0
        except (OSError, TypeError) as error:
            raise Lost(f"{self.connection} is gone ({_plain(error)}).") from error

    def close(self) -> None:
        """Close.

        What was not sent yet is dropped, or the kernel would wait for a printer that does not listen.
        """
        with contextlib.suppress(OSError, TypeError, termios.error):
            self._port.reset_output_buffer()
        with contextlib.suppress(OSError, TypeError):
            self._port.close()


def _resolve(host: str, timeout: float) -> str:
    """The first address of `host`; the system's resolver knows no deadline, so it works on a thread of its own."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(host))
    found: list[str] = []

    def look_up() -> None:
        with contextlib.suppress(OSError):
            found.append(str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]))

    thread = threading.Thread(target=look_up, name=f"look-up-{host}", daemon=True)
    thread.start()
    thread.join(timeout)
    if not found:
        raise Unreachable(f"Nothing on this network is called {host}.")
    return found[0]


def _ready(fd: int, event: int, timeout: float) -> bool:
    """Whether `fd` is ready, or broken (the call that follows then says how), within `timeout` seconds."""
    poll = select.poll()
    try:
        poll.register(fd, event)
        return bool(poll.poll(max(0.0, timeout) * 1000))
    except (OSError, ValueError) as error:
        raise Lost("The connection is closed.") from error


def _plain(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
