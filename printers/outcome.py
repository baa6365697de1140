"""The words for where a ticket stands: class of proof, outcome, and why."""

from enum import StrEnum

import msgspec

from printers.replies import Status


class Proof(StrEnum):
    """How well a printer can tell that it printed."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Outcome(StrEnum):
    """Where an attempt stands. All but WAITING and BLOCKED are final."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    PRINTED = "printed"
    SENT = "sent"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


class Reason(StrEnum):
    """Why. The first ones keep an attempt BLOCKED, the later ones explain how it ended."""

    NONE = ""
    PAPER = "paper"
    COVER = "cover"
    CUTTER = "cutter"
    ERROR = "error"
    OFFLINE = "offline"
    SILENT = "silent"
    BUSY = "busy"
    NOT_CLEARED = "not-cleared"
    LOST = "lost"
    NO_PROOF = "no-proof"
    EARLIER = "earlier-attempt"
    DEADLINE = "deadline"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an attempt.

    `evidence` is what the printer answered, `bytes_written` counts the ticket's own bytes.
    """

    outcome: Outcome
    reason: Reason = Reason.NONE
    evidence: bytes = b""
    bytes_written: int = 0
    status: Status = Status()
    detail: str = ""

    @property
    def finished(self) -> bool:
        """Whether more polling can change anything."""
        return self.outcome not in {Outcome.WAITING, Outcome.BLOCKED}


def blocked_by(status: Status) -> Reason:
    """What keeps a printer with this status from printing, NONE if nothing does."""
    if status.cover_open:
        return Reason.COVER
    if status.paper == "out":
        return Reason.PAPER
    if status.cutter_error:
        return Reason.CUTTER
    if status.error:
        return Reason.ERROR
    if status.online is False:
        return Reason.OFFLINE
    return Reason.NONE
