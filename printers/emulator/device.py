"""The machine's mind: memory, sensors, real-time commands, answers. No sockets and no clock of its own.

Behaviour is that of Epson's ESC/POS reference and the TM-T88III, TM-T81 and UB-E02 manuals: data waits in
memory and survives paper out, not power off; nothing in memory is carried out while offline; a process ID is
answered when the paper before it is printed; real-time commands are carried out on arrival, even inside a
picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from printers.emulator.decode import Command, RealTime, parse
from printers.emulator.machines import Machine
from printers.emulator.paper import Paper
from printers.emulator.press import Press


@dataclass(slots=True)
class Sensors:
    """What the machine feels. `paper` may run out after so many more lines: `lines_left`."""

    power: bool = True
    paper: Literal["ok", "low", "out"] = "ok"
    cover_open: bool = False
    cutter_jammed: bool = False
    drawer_open: bool = False
    lines_left: int | None = None


class Device:
    """One machine. `receive` takes bytes in, `work` prints, `answers` collects what goes back to the host."""

    def __init__(self, machine: Machine, finished: Callable[[Paper], None], proof: str | None = None) -> None:
        self.machine = machine
        self.proof = proof or machine.proof
        self.sensors = Sensors()
        self.memory = bytearray()
        self.answers = bytearray()
        self.kicks = 0
        self.buzzes = 0
        self.lying = False
        self.denying = False
        self.process_ids: list[str] = []
        self.press = Press(machine, finished)
        self.cut_waits = False
        self._real_time = RealTime()
        self._reported = b""
        self._reports = 0
        self._guarded: set[int] = set()

    # power and sensors

    def power_off(self) -> None:
        """Everything in memory is gone; what is on paper stays there."""
        self.sensors.power = False
        self.clear()
        self.press.forget()
        self._real_time = RealTime()
        self._reports = 0
        self._guarded = set()
        self.answers.clear()

    @property
    def error(self) -> bool:
        """The cutter stands."""
        return self.cut_waits

    @property
    def offline(self) -> bool:
        """Whether data waits instead of being printed."""
        sensors = self.sensors
        return not sensors.power or sensors.paper == "out" or sensors.cover_open or self.error

    @property
    def room(self) -> int:
        """Bytes it takes now. A command longer than the memory is taken as it is carried out, unless offline."""
        free = self.machine.memory - len(self.memory)
        return max(free, 0 if self.offline else 1024)

    def clear(self) -> None:
        """Receive and print buffer are emptied."""
        self.memory.clear()
        self.press.forget()
        self.cut_waits = False

    def report(self) -> None:
        """Tell the host, if it asked for it with `GS a`, that a sensor has changed."""
        status = self._automatic()
        if self._reports and self.proof in "AB" and status != self._reported:
            self._reported = status
            self.answers += status

    def _automatic(self) -> bytes:
        if self.denying:
            return b"\x10\x00\x00\x0f"
        sensors = self.sensors
        first = 0x10 | (sensors.drawer_open << 2) | (self.offline << 3) | (sensors.cover_open << 5)
        third = 0x00 if sensors.paper == "ok" else 0x03 if sensors.paper == "low" else 0x0F
        return bytes([first, self.error << 3, third, 0x0F])

    # arriving data

    def receive(self, data: bytes) -> None:
        """Bytes from the host: real-time commands are carried out now, everything waits in memory for its turn."""
        if not self.sensors.power:
            return
        self.memory += data
        for command in self._real_time.feed(data):
            self._at_once(command)

    def _at_once(self, command: bytes) -> None:
        if command[1] == 0x04:
            if self.proof != "D":
                self.answers.append(self._status(command[2]))
        elif command[1] == 0x05:
            self._recover(command[2])
        elif command[2] == 1 and 1 not in self._guarded:
            self.kicks += 1
        elif command[2:] == b"\x08\x01\x03\x14\x01\x06\x02\x08" and self.proof == "A":
            self.clear()
            self.answers += b"\x37\x25\x00"

    def _recover(self, how: int) -> None:
        if self.sensors.cutter_jammed:
            return
        if how == 2:
            self.clear()
        self.cut_waits = False

    def _status(self, which: int) -> int:
        sensors = self.sensors
        if self.denying:
            return 0x12
        if which == 1:
            return 0x12 | (sensors.drawer_open << 2) | (self.offline << 3)
        if which == 2:
            return 0x12 | (sensors.cover_open << 2) | ((sensors.paper == "out") << 5) | (self.error << 6)
        if which == 3:
            return 0x12 | (self.error << 3)
        if which == 4:
            return 0x12 | {"ok": 0x00, "low": 0x0C, "out": 0x6C}[sensors.paper]
        return 0x12

    # carrying out

    def step(self) -> int | None:
        """Carry out the next command in memory; returns lines moved, or None when there is nothing that can
        be done now.
        """
        if self.offline and not self.lying:
            return None
        command = parse(self.memory, double=self.press.double)
        if command is None:
            if not self.memory and not self.machine.cutter:
                self.press.tear_if_fed()
            return None
        if command.name == "GS V" and self.sensors.cutter_jammed:
            self.cut_waits = True
            self.report()
            return None
        del self.memory[: command.size]
        return self._carry_out(command)

    def _carry_out(self, command: Command) -> int:
        if command.name == "ESC @":
            self._reports = 0
        answer = _ANSWERS.get(command.name)
        if answer:
            answer(self, command.args)
            return 0
        if self.lying:
            return 0
        moved = self.press.carry_out(command)
        sensors = self.sensors
        if sensors.lines_left is not None and moved:
            sensors.lines_left -= moved
            if sensors.lines_left <= 0:
                sensors.lines_left, sensors.paper = None, "out"
                self.report()
        return moved

    def process_id(self, args: bytes) -> None:
        if self.proof == "A" and args[:2] == b"00":
            self.process_ids.append(args[2:6].decode("latin-1"))
            self.answers += b"\x37\x22" + args[2:6] + b"\x00"

    def in_order_status(self, args: bytes) -> None:
        if self.proof in "AB":
            paper = 0x03 if self.sensors.paper == "low" else 0x00
            self.answers.append(paper if args[0] in (1, 49) else int(self.sensors.drawer_open))

    def identity(self, args: bytes) -> None:
        if self.proof not in "AB":
            return
        language = b"CHINA GB18030" if self.machine.double_byte else b""
        texts = {
            65: b"1.00",
            66: self.machine.maker.encode(),
            67: self.machine.model.encode(),
            68: b"EMU0000001",
            69: language,
        }
        if args[0] in texts:
            self.answers += b"\x5f" + texts[args[0]] + b"\x00"
        elif args[0] in (1, 2, 49, 50):
            self.answers.append(0x03 if self.machine.double_byte else 0x02)

    def automatic_reports(self, args: bytes) -> None:
        self._reports = args[0]
        if self._reports and self.proof in "AB":
            self._reported = self._automatic()
            self.answers += self._reported

    def guard(self, args: bytes) -> None:
        if args[:1] == b"\x14":
            for function, on in zip(args[1::2], args[2::2], strict=False):
                (self._guarded.discard if on in (1, 49) else self._guarded.add)(function)

    def kick(self, _: bytes) -> None:
        self.kicks += 1

    def buzz(self, _: bytes) -> None:
        self.buzzes += 1


_ANSWERS: dict[str, Callable[[Device, bytes], None]] = {
    "GS ( H": Device.process_id,
    "GS r": Device.in_order_status,
    "GS I": Device.identity,
    "GS a": Device.automatic_reports,
    "GS ( D": Device.guard,
    "ESC p": Device.kick,
    "ESC B": Device.buzz,
    "ESC ( A": Device.buzz,
}
