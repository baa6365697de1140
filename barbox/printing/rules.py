"""The spool's states and what may follow what. Pure."""

from typing import Literal

WAITING = ("queued", "sending", "unknown", "blocked")
ENDED = ("printed", "sent", "rerouted", "cancelled", "expired")

ONCE_ONLY = ("drawer", "key", "pairing")
"""Kinds of jobs that are never repeated: who wants another one asks for it where its permission is."""

SHELF_LIFE_MS = 30 * 60_000
"""A ticket older than this asks "still wanted?" before it prints."""
KEY_LIFE_MS = 10 * 60_000
"""A recovery key waits no longer for its printer."""
DRAWER_LIFE_MS = 5_000
"""A drawer kick is never retried, never rerouted, and void after this."""
RECOVERY_SLIP_AFTER_MS = 60_000
"""A printer that was away for longer says so on paper when it is back."""
KEPT_MS = 31 * 86_400_000
"""Ended jobs are kept for a month."""

BACKOFF_S = (1.0, 2.0, 5.0, 10.0)


Certainty = Literal["proven", "likely", "sent", "unknown"]


def certainty(state: str, proof: str | None) -> Certainty | None:
    """How sure it is that a job came out: proven, likely (healthy afterwards), sent, or unknown; None: not tried.

    `proof` is the class of evidence of its last attempt. Only A and B can end as printed.
    """
    if state == "printed":
        return "proven"
    if state == "sent":
        return "likely" if proof == "C" else "sent"
    return "unknown" if state == "unknown" else None


def backoff(failures: int) -> float:
    """Seconds to wait before a printer that did not answer is tried again."""
    return BACKOFF_S[min(failures, len(BACKOFF_S)) - 1] if failures else 0.0


def ticket_number(letter: str, number: int) -> str:
    """How a station's running number stands on paper: K-0042."""
    return f"{letter}-{number:04d}"


def numbers_of_copies(letter: str, number: int, copies: int) -> list[str]:
    """Wanted copies say which they are: K-0042 1/2 and K-0042 2/2."""
    one = ticket_number(letter, number)
    return [one] if copies == 1 else [f"{one} {copy}/{copies}" for copy in range(1, copies + 1)]
