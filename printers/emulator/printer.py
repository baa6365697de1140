"""An emulated printer on a TCP port or a pty, in a thread of its own."""

import contextlib
import errno
import selectors
import socket
import threading
import time
from collections.abc import Callable
from typing import Literal, Self

from printers.emulator.device import Device
from printers.emulator.faults import Faults
from printers.emulator.lines import Caller, Pty, Socket
from printers.emulator.machines import machine
from printers.emulator.paper import Paper
from printers.emulator.switches import Switches

_GULP = 4096
_NETWORK_BUFFER = 16384
"""Bytes an Epson network board holds besides the printer's own memory (UB-E02 manual)."""


class Printer(Switches):
    """A printer that is not there. `with Printer("generic-80") as printer:` or `start()` and `stop()`; all
    methods are thread-safe.

    `port` 0 takes a free one; read `port` after `start`. `pty=True` opens a serial line instead, at `path`.
    `proof` overrides the machine's class (A to D); `line_seconds` makes each line take time, as paper does.
    The newest `keep` papers stay in `papers`; a paper takes about 80 KB.
    """

    def __init__(
        self,
        profile: str = "epson-tm-t88vi",
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        proof: Literal["A", "B", "C", "D"] | None = None,
        line_seconds: float = 0.0,
        pty: bool = False,
        keep: int = 2000,
    ) -> None:
        self.machine = machine(profile)
        self.host, self.port, self.path = host, port, ""
        self.line_seconds = line_seconds
        self.faults = Faults()
        self.papers: list[Paper] = []
        self.device = Device(self.machine, self._came_off, proof)
        self.received = 0
        self._pty, self._keep = pty, keep
        self._changed = threading.Condition(threading.RLock())
        self._listeners: list[Callable[[Paper], None]] = []
        self._news: list[Paper] = []
        self._callers: list[Caller] = []
        self._listener: socket.socket | None = None
        self._busy_until = 0.0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)

    # life

    def start(self) -> Self:
        """Open the port and begin to print. Raises OSError when the port is taken."""
        with self._changed:
            if self._pty:
                line = Pty()
                self.path = line.path
                self._callers.append(line)
            else:
                self._open(listening=True)
            self._thread = threading.Thread(target=self._run, name=f"emulator-{self.machine.name}", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Close everything; returns once the thread has ended."""
        with self._changed:
            self._stopping = True
        self._wake()
        if self._thread:
            self._thread.join()
            self._thread = None
        for caller in self._callers:
            caller.close()
        self._callers.clear()
        if self._listener:
            self._listener.close()
            self._listener = None
        self._bell.close()
        self._rope.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def connection(self) -> str:
        """Where it is found, as `printers.transports` spells it."""
        return f"serial:{self.path}?baud=115200" if self._pty else f"tcp://{self.host}:{self.port}"

    # paper

    def on_paper(self, callback: Callable[[Paper], None]) -> None:
        """Call `callback` with every paper that comes off, on the printer's thread."""
        with self._changed:
            self._listeners.append(callback)

    def wait_for(self, condition: Callable[["Printer"], bool], timeout: float = 10.0) -> bool:
        """Wait until `condition(self)` holds; False when it did not within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout)

    def wait_for_papers(self, count: int, timeout: float = 10.0) -> list[Paper]:
        """The papers so far, once there are `count` or `timeout` seconds have passed."""
        self.wait_for(lambda printer: len(printer.papers) >= count, timeout)
        with self._changed:
            return list(self.papers)

    # what the switches need

    @property
    def _held(self) -> threading.Condition:
        return self._changed

    def _told(self) -> None:
        self._changed.notify_all()
        self._wake()

    def _drop_all(self) -> None:
        for caller in [caller for caller in self._callers if isinstance(caller, Socket)]:
            self._drop(caller, reset=True)

    @property
    def kicks(self) -> int:
        """How often the drawer was kicked."""
        with self._changed:
            return self.device.kicks

    # the loop

    def _open(self, *, listening: bool) -> None:
        """Bind the port once; bound without listening it refuses callers and nobody else can take it.

        On Linux, shutdown(2) ends the listening and keeps a port that was bound by its number.
        """
        if self._pty:
            return
        if self._listener:
            if listening:
                self._listener.listen(16)
            else:
                with contextlib.suppress(OSError):  # it did not listen
                    self._listener.shutdown(socket.SHUT_RDWR)
            return
        with self._bound() as any_port:
            self.port = any_port.getsockname()[1]
            self._listener = self._bound()
        self._listener.setblocking(False)
        if listening:
            self._listener.listen(16)

    def _bound(self) -> socket.socket:
        bound = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NETWORK_BUFFER)
        bound.bind((self.host, self.port))
        return bound

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # it is closed, or full of rings that nobody has heard yet
            self._rope.send(b"!")

    def _came_off(self, paper: Paper) -> None:
        self.papers.append(paper)
        del self.papers[: -self._keep]
        self._news.append(paper)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                pause = self._turn()
                news, self._news = self._news, []
                listeners = list(self._listeners)
                self._changed.notify_all()
                selector = self._watch()
            for paper in news:
                for listener in listeners:
                    listener(paper)
            with selector:
                selector.select(pause)
            with contextlib.suppress(BlockingIOError):
                self._bell.recv(_GULP)

    def _watch(self) -> selectors.DefaultSelector:
        selector = selectors.DefaultSelector()
        selector.register(self._bell, selectors.EVENT_READ)
        alive = self.device.sensors.power and not self.faults.hang
        if self._listener and alive and not self.faults.refuse:
            selector.register(self._listener, selectors.EVENT_READ)
        for number, caller in enumerate(self._callers):
            served = number == 0 or self.faults.callers == "many"
            events = selectors.EVENT_READ if alive and served and self.device.room else 0
            events |= selectors.EVENT_WRITE if caller.waiting else 0
            if events:
                selector.register(caller.fileno(), events)
        return selector

    def _turn(self) -> float | None:
        """Everything that can be done now; returns seconds until something is due, None for nothing."""
        now = time.monotonic()
        alive = self.device.sensors.power and not self.faults.hang
        if alive:
            self._accept()
            for number, caller in enumerate(list(self._callers)):
                if number == 0 or self.faults.callers == "many":
                    self._read(caller, now)
        self._print(now)
        self._answer()
        return self._due(now)

    def _due(self, now: float) -> float | None:
        due = [self._busy_until] if self._busy_until > now else []
        idle = self.faults.idle_close
        if idle is not None:
            for caller in [caller for caller in self._callers if isinstance(caller, Socket)]:
                if now - caller.heard >= idle:
                    self._drop(caller, reset=False)
                else:
                    due.append(caller.heard + idle)
        return max(0.0, min(due) - now) if due else None

    def _accept(self) -> None:
        while self._listener and not self.faults.refuse:
            try:
                incoming, _ = self._listener.accept()
            except OSError:
                return
            caller = Socket(incoming)
            if self._callers and self.faults.callers == "second-refused":
                caller.reset()
            else:
                self._callers.append(caller)

    def _read(self, caller: Caller, now: float) -> None:
        while self.device.room:
            try:
                data = caller.receive(min(_GULP, self.device.room))
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.EIO or not isinstance(caller, Pty):
                    self._drop(caller, reset=False)
                return
            if not data:
                self._drop(caller, reset=False)
                return
            caller.heard = now
            while data and caller in self._callers:
                stop = self._next_stop(len(data))
                taken, data = data[:stop], data[stop:]
                self.received += len(taken)
                self.device.receive(taken)
                self._print(now)
                self._stopped(caller, len(taken))
            if caller not in self._callers:
                return

    def _next_stop(self, arrived: int) -> int:
        """How many of so many bytes may be taken before something must happen."""
        faults = self.faults
        traps = [faults.trap.left] if faults.trap else []
        return min([arrived, *traps] if faults.reset_after is None else [arrived, faults.reset_after, *traps])

    def _stopped(self, caller: Caller, taken: int) -> None:
        faults = self.faults
        if faults.reset_after is not None:
            faults.reset_after -= taken
            if faults.reset_after <= 0:
                faults.reset_after = None
                self._drop(caller, reset=True)
        if faults.trap is not None:
            faults.trap.left -= taken
            if faults.trap.left <= 0:
                spring, faults.trap = faults.trap.spring, None
                spring()

    def _print(self, now: float) -> None:
        while self.faults.hang is False and self._busy_until <= now:
            moved = self.device.step()
            if moved is None:
                break
            if moved and self.line_seconds:
                self._busy_until = now + moved * self.line_seconds

    def _answer(self) -> None:
        answers, self.device.answers = bytes(self.device.answers), bytearray()
        if answers and self.faults.spare_replies:
            self.faults.spare_replies -= 1
        elif answers and self.faults.lose_replies:
            self.faults.lose_replies -= 1
            answers = b""
        if self.faults.mute:
            answers = b""
        for caller in self._callers[:1] if self.faults.callers != "many" else list(self._callers):
            caller.waiting += answers
            try:
                caller.flush()
            except OSError:
                self._drop(caller, reset=False)

    def _drop(self, caller: Caller, *, reset: bool) -> None:
        if caller in self._callers:
            self._callers.remove(caller)
        if reset:
            caller.reset()
        else:
            caller.close()
        self._changed.notify_all()
