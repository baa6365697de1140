"""The switches of an emulated printer: paper, cover, cutter, power, and everything that can be wrong with it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from printers.emulator.device import Device
from printers.emulator.faults import Faults, Trap


class Switches(ABC):
    """What a person, or a test, can do to a printer. All of it is thread-safe."""

    device: Device
    faults: Faults

    @property
    @abstractmethod
    def _held(self) -> AbstractContextManager[object]:
        """The printer's lock; those who wait for a change are told when it is let go."""

    @abstractmethod
    def _told(self) -> None:
        """Something has changed."""

    @abstractmethod
    def _open(self, *, listening: bool) -> None:
        """Take callers, or refuse them."""

    @abstractmethod
    def _drop_all(self) -> None:
        """Reset every connection."""

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._held:
            yield
            self.device.report()
            self._told()

    def tear(self) -> None:
        """Tear off what hangs out of the printer, as a person would."""
        with self._change():
            self.device.press.end("torn")

    def paper_out(self, after_lines: int = 0) -> None:
        """The roll ends, now or after so many more lines."""
        with self._change():
            if after_lines:
                self.device.sensors.lines_left = after_lines
            else:
                self.device.sensors.paper = "out"

    def paper_low(self) -> None:
        """The roll is near its end."""
        with self._change():
            self.device.sensors.paper = "low"

    def paper_in(self) -> None:
        """A new roll."""
        with self._change():
            self.device.sensors.paper, self.device.sensors.lines_left = "ok", None

    def cover(self, *, is_open: bool) -> None:
        """Open or close the cover."""
        with self._change():
            self.device.sensors.cover_open = is_open

    def drawer(self, *, is_open: bool) -> None:
        """The drawer's own switch."""
        with self._change():
            self.device.sensors.drawer_open = is_open

    def cutter(self, *, jammed: bool) -> None:
        """Jam the cutter for the next cut, or free it: the held cut is then made."""
        with self._change():
            self.device.sensors.cutter_jammed = jammed
            if not jammed:
                self.device.cut_waits = False

    def power_off(self) -> None:
        """Pull the plug: memory is lost, callers hear nothing any more, new ones are refused."""
        with self._change():
            self.device.power_off()
            self._open(listening=False)

    def power_on(self) -> None:
        """Plug in again: old connections turn out to be dead."""
        with self._change():
            self._drop_all()
            self.device.sensors.power = True
            self._open(listening=not self.faults.refuse)

    def refuse(self, *, on: bool = True) -> None:
        """Refuse connections."""
        with self._change():
            self.faults.refuse = on
            self._open(listening=not on and self.device.sensors.power)

    def hang(self, *, on: bool = True) -> None:
        """Read nothing, answer nothing."""
        with self._change():
            self.faults.hang = on

    def lie(self, *, on: bool = True) -> None:
        """Acknowledge everything and print nothing."""
        with self._change():
            self.faults.lie = self.device.lying = on

    def deny(self, *, on: bool = True) -> None:
        """Say that all is well, whatever paper and cover are like; what cannot be printed still waits."""
        with self._change():
            self.faults.deny = self.device.denying = on

    def mute(self, *, on: bool = True) -> None:
        """Print, but answer nothing."""
        with self._change():
            self.faults.mute = on

    def lose_replies(self, count: int, *, after: int = 0) -> None:
        """`count` answers get lost on their way, once `after` more have come through."""
        with self._change():
            self.faults.lose_replies, self.faults.spare_replies = count, after

    def reset_after(self, count: int) -> None:
        """Reset the connection once `count` more bytes have arrived. What arrived is printed."""
        with self._change():
            self.faults.reset_after = count

    def at_byte(self, count: int, spring: Callable[[], None] | None) -> None:
        """Call `spring` on the printer's thread once `count` more bytes have arrived, and not one more; None: never."""
        with self._change():
            self.faults.trap = Trap(count, spring) if spring else None

    def reset(self) -> None:
        """Every connection breaks now."""
        with self._change():
            self._drop_all()

    def idle_close(self, seconds: float | None) -> None:
        """Hang up after so many seconds without traffic."""
        with self._change():
            self.faults.idle_close = seconds

    def callers(self, policy: Literal["many", "second-waits", "second-refused"]) -> None:
        """How a second caller fares while another is connected."""
        with self._change():
            self.faults.callers = policy
