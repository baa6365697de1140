"""One way to drive every printer: a wire of bytes with its proof, or ePOS-Print over HTTP.

driver = drivers.open("tcp://192.168.1.50:9100", timeout=3.0)
attempt = driver.attempt(payload, proof=Proof.A, process_id="K7QM", profile=profile, ...)
while not (delivery := attempt.poll(0.5)).finished: ...
driver.close()
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

from printers import confirm, epos, transports
from printers.confirm import Attempt, Delivery, Proof
from printers.epos import EposAttempt
from printers.profiles import Profile


class AnyAttempt(Protocol):
    """What carries one ticket; see `confirm` for how to drive it."""

    def poll(self, timeout: float) -> Delivery:
        """Go on for at most `timeout` seconds."""
        ...


class Driver(ABC):
    """An open printer. Belongs to one thread; none of its calls blocks for ever."""

    @abstractmethod
    def attempt(
        self,
        payload: bytes,
        *,
        proof: Proof,
        process_id: str,
        profile: Profile,
        on_first_byte: Callable[[], None],
        may_have_printed: bool,
        earlier_ids: Sequence[str],
    ) -> AnyAttempt:
        """Begin to carry one ticket."""

    @abstractmethod
    def clear(self) -> bool:
        """Empty the printer's buffer; True only when it confirmed. Raises transports.Lost."""

    @abstractmethod
    def close(self) -> None:
        """Hang up."""


class Wire(Driver):
    """ESC/POS over TCP, USB, serial or a device file."""

    def __init__(self, connection: str, timeout: float) -> None:
        self._transport = transports.connect(connection, timeout=timeout)

    def attempt(
        self,
        payload: bytes,
        *,
        proof: Proof,
        process_id: str,
        profile: Profile,
        on_first_byte: Callable[[], None],
        may_have_printed: bool,
        earlier_ids: Sequence[str],
    ) -> AnyAttempt:
        return Attempt(
            self._transport,
            payload,
            proof=proof,
            process_id=process_id,
            profile=profile,
            on_first_byte=on_first_byte,
            may_have_printed=may_have_printed,
            earlier_ids=earlier_ids,
        )

    def clear(self) -> bool:
        return confirm.clear_buffer(self._transport)

    def close(self) -> None:
        self._transport.close()


class Epos(Driver):
    """ePOS-Print: every request is a connection of its own, answered after printing."""

    def __init__(self, connection: str, timeout: float) -> None:
        epos.ask(transports.parse(connection), timeout=timeout)
        self._connection = connection

    def attempt(
        self,
        payload: bytes,
        *,
        proof: Proof,  # noqa: ARG002 (ePOS answers after printing, whatever the wire's proof)
        process_id: str,
        profile: Profile,
        on_first_byte: Callable[[], None],
        may_have_printed: bool,  # noqa: ARG002 (nothing of an earlier request waits in the printer)
        earlier_ids: Sequence[str],  # noqa: ARG002
    ) -> AnyAttempt:
        return EposAttempt(
            self._connection, payload, process_id=process_id, profile=profile, on_first_byte=on_first_byte
        )

    def clear(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open between requests."""


def open(connection: str, *, timeout: float) -> Driver:  # noqa: A001 (read as drivers.open)
    """Reach a printer within `timeout` seconds. Raises BadConnection or Unreachable."""
    if transports.parse(connection).kind == "epos":
        return Epos(connection, timeout)
    return Wire(connection, timeout)
