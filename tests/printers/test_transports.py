"""The wires: one suite over all of them, then what each one has of its own."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from printers.emulator import Printer
from printers.transports import BadConnection, Lost, Transport, Unreachable, connect, parse
from tests.printers.conftest import eventually


class Wire:
    """A transport and the far end of it."""

    def __init__(
        self, transport: Transport, far_read: Callable[[], bytes], far_write: Callable[[bytes], None] | None
    ) -> None:
        self.transport, self.far_read, self.far_write = transport, far_read, far_write
        self.arrived = bytearray()

    def take(self) -> bool:
        self.arrived += self.far_read()
        return True


def open_tcp() -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        far, _ = server.accept()
        far.setblocking(False)

        def read() -> bytes:
            try:
                return far.recv(65536)
            except BlockingIOError:
                return b""

        with far:
            yield Wire(transport, read, far.sendall)


def open_serial() -> Iterator[Wire]:
    master, slave = os.openpty()
    transport = connect(f"serial:{os.ttyname(slave)}?baud=115200&flow=none")
    os.set_blocking(master, False)

    def read() -> bytes:
        try:
            return os.read(master, 65536)
        except BlockingIOError:
            return b""

    yield Wire(transport, read, lambda data: (os.write(master, data), None)[1])
    os.close(master)
    os.close(slave)


def open_fifo(folder: Path) -> Iterator[Wire]:
    path = folder / "lp0"
    os.mkfifo(path)
    far = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    transport = connect(f"file:{path}")

    def read() -> bytes:
        try:
            return os.read(far, 65536)
        except BlockingIOError:
            return b""

    yield Wire(transport, read, None)
    os.close(far)


def open_device(_: Path) -> Iterator[Wire]:
    """A character device that answers, as usblp's /dev/usb/lp0 does: a raw pty."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    transport = connect(f"file:{os.ttyname(slave)}")
    os.set_blocking(master, False)

    def read() -> bytes:
        try:
            return os.read(master, 65536)
        except BlockingIOError:
            return b""

    yield Wire(transport, read, lambda data: (os.write(master, data), None)[1])
    os.close(master)
    os.close(slave)


def open_plain(folder: Path) -> Iterator[Wire]:
    path = folder / "paper.prn"
    transport = connect(f"file:{path}")
    seen = 0

    def read() -> bytes:
        nonlocal seen
        data = path.read_bytes()[seen:]
        seen += len(data)
        return data

    yield Wire(transport, read, None)


@pytest.fixture(params=["tcp", "serial", "fifo", "device", "plain"])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    makers: dict[str, Callable[[], Iterator[Wire]]] = {
        "tcp": open_tcp,
        "serial": open_serial,
        "fifo": lambda: open_fifo(tmp_path),
        "device": lambda: open_device(tmp_path),
        "plain": lambda: open_plain(tmp_path),
    }
    opened = makers[request.param]()
    found = next(opened)
    yield found
    found.transport.close()
    next(opened, None)


def write_all(wire: Wire, data: bytes) -> None:
    """Write as a patient caller does, with the far end reading meanwhile."""

    def step() -> bool:
        nonlocal data
        data = data[wire.transport.write(data[:1024], 0.05) :]
        wire.take()
        return not data

    assert eventually(step)


def test_every_byte_arrives_once_and_in_order(wire: Wire) -> None:
    ticket = bytes(range(256)) * 200
    write_all(wire, ticket)
    assert eventually(lambda: wire.take() and len(wire.arrived) >= len(ticket))
    assert bytes(wire.arrived) == ticket
    assert eventually(wire.transport.drained)


def test_a_printer_that_does_not_read_takes_no_more_than_its_buffers_and_never_holds_the_caller(
    wire: Wire,
) -> None:
    if "paper.prn" in wire.transport.connection:
        pytest.skip("a plain file always has room")
    stalled = threading.Event()

    def push() -> None:
        taken = 1
        while taken:
            taken = wire.transport.write(b"x" * 65536, 0.05)
        stalled.set()

    thread = threading.Thread(target=push, daemon=True)
    thread.start()
    assert stalled.wait(30), "write blocked past its deadline"
    thread.join()


def test_silence_is_an_empty_answer_within_the_deadline(wire: Wire) -> None:
    heard: list[bytes] = []
    thread = threading.Thread(target=lambda: heard.append(wire.transport.read(0.05)), daemon=True)
    thread.start()
    thread.join(30)
    assert heard == [b""]


def test_what_the_printer_says_is_heard(wire: Wire) -> None:
    if wire.far_write is None:
        assert not wire.transport.can_read
        return
    wire.far_write(b"\x16\x12")
    heard = b""

    def listen() -> bool:
        nonlocal heard
        heard += wire.transport.read(0.05)
        return len(heard) == 2

    assert eventually(listen)
    assert heard == b"\x16\x12"


def test_after_closing_nothing_hangs_and_using_it_is_an_error(wire: Wire) -> None:
    wire.transport.close()
    wire.transport.close()
    if "paper.prn" not in wire.transport.connection:
        with pytest.raises(Lost):
            wire.transport.write(b"x", 0.05)


def test_a_printer_that_hangs_up_is_lost_not_silent() -> None:
    with Printer("generic-80") as printer:
        transport = connect(printer.connection)
        transport.write(b"x", 1)
        assert printer.wait_for(lambda p: p.received == 1)
        printer.power_off()
        printer.power_on()

        def lost() -> bool:
            try:
                transport.write(b"x", 0.05)
                transport.read(0.05)
            except Lost:
                return True
            return False

        assert eventually(lost)
        transport.close()


def test_a_refusing_printer_is_unreachable_and_says_where() -> None:
    with Printer("generic-80") as printer:
        printer.refuse()
        with pytest.raises(Unreachable, match=rf"127\.0\.0\.1:{printer.port}"):
            connect(printer.connection)
        printer.refuse(on=False)
        connect(printer.connection).close()


@pytest.mark.parametrize(
    "connection",
    ["file:/nonexistent/lp9", "serial:/nonexistent/tty9", "usb:dead:beef", "tcp://no-such-printer.invalid"],
)
def test_what_is_not_there_is_unreachable(connection: str) -> None:
    with pytest.raises(Unreachable):
        connect(connection, timeout=1)


def test_an_unplugged_printer_does_not_become_a_file_and_no_file_of_the_box_a_printer(tmp_path: Path) -> None:
    for name in ("lp0", "barbox.db"):
        (tmp_path / "barbox.db").write_bytes(b"the books")
        with pytest.raises(Unreachable, match="no printer at"):
            connect(f"file:{tmp_path / name}")
    assert [each.name for each in tmp_path.iterdir()] == ["barbox.db"]
    assert (tmp_path / "barbox.db").read_bytes() == b"the books"


def test_a_fifo_nobody_reads_is_unreachable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp0")
    with pytest.raises(Unreachable):
        connect(f"file:{tmp_path / 'lp0'}")


def test_the_printer_s_name_may_take_its_time_but_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(*_: object, **__: object) -> None:
        release.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(Unreachable, match="called kitchen"):
        connect("tcp://kitchen.local:9100", timeout=0.05)
    release.set()


def test_unplugged_and_plugged_in_again_it_goes_on() -> None:
    with Printer("generic-80", pty=True) as first:
        transport = connect(first.connection + "&flow=none")
        transport.write(b"one", 1)
        assert first.wait_for(lambda p: p.received == 3)

    def gone() -> bool:
        try:
            transport.write(b"x", 0.05)
            transport.read(0.05)
        except Lost:
            return True
        return False

    assert eventually(gone)
    transport.close()
    with Printer("generic-80", pty=True) as second, connect(second.connection + "&flow=none") as again:
        again.write(b"two", 1)
        assert second.wait_for(lambda p: p.received == 3)


@pytest.mark.parametrize(
    ("connection", "kind", "fields"),
    [
        ("tcp://192.168.1.50:9100", "tcp", {"host": "192.168.1.50", "port": 9100}),
        ("tcp://kitchen.local", "tcp", {"host": "kitchen.local", "port": 9100}),
        ("tcp://[fe80::1]:9101", "tcp", {"host": "fe80::1", "port": 9101}),
        ("usb:04b8:0202", "usb", {"vendor": 0x04B8, "product": 0x0202}),
        ("usb:04b8:0202:X3J4", "usb", {"serial": "X3J4"}),
        (
            "serial:/dev/ttyUSB0?baud=38400&flow=xonxoff",
            "serial",
            {"path": "/dev/ttyUSB0", "baud": 38400, "flow": "xonxoff"},
        ),
        ("file:/dev/usb/lp0", "file", {"path": "/dev/usb/lp0"}),
        ("epos://192.168.1.50", "epos", {"host": "192.168.1.50", "port": 80}),
    ],
)
def test_connections_are_understood(connection: str, kind: str, fields: dict[str, object]) -> None:
    found = parse(connection)
    assert found.kind == kind
    for field, value in fields.items():
        assert getattr(found, field) == value


@pytest.mark.parametrize(
    "connection",
    ["", "192.168.1.50", "tcp://", "tcp://host:printer", "tcp://a b", "usb:04b8", "usb:zz:yy", "serial:ttyUSB0",
     "serial:/dev/ttyUSB0?baud=fast", "serial:/dev/ttyUSB0?baud=9600&parity=odd", "serial:/dev/ttyS0?flow=rts",
     "file:paper", "lpt1"],
)  # fmt: skip
def test_a_mistyped_connection_gets_a_sentence(connection: str) -> None:
    with pytest.raises(BadConnection, match=r"[A-Z'].*\.$"):
        parse(connection)
