"""Did it print? One `Attempt` carries one ticket to one printer and finds out as well as that printer allows.

Evidence is ranked (`Proof`): A, a process ID answered when the paper before it is printed (GS ( H function
48); B, an in-order status (GS r 1) answered after the cut; C, a healthy real-time status afterwards; D,
nothing. A and B end in PRINTED, C and D never in more than SENT. Sources: Epson ESC/POS reference (GS ( H, GS
r, DLE EOT, DLE DC4, GS a).

How a spooler drives it: commit the attempt as about to be sent, then

    attempt = Attempt(transport, payload, proof=..., process_id=..., profile=..., on_first_byte=commit)
    while not (delivery := attempt.poll(5.0)).finished:
        if delivery.outcome is Outcome.BLOCKED:
            ...  # raise or keep the alarm (delivery.reason); perhaps reroute
        else:
            ...  # lower the alarm

`poll` returns early whenever the outcome or the reason changes. BLOCKED never times out: the ticket waits in
the printer and the same attempt goes on to its proof once somebody has put in paper. To give up, stop polling
and close the transport: with `bytes_written` 0 nothing was sent, otherwise the ticket may still come out,
unless `clear_buffer` says it cannot. Pass `may_have_printed=True` whenever this printer may still hold
something of an earlier attempt, of this or another job.
"""

import time
from collections.abc import Callable, Sequence

import msgspec

from printers.conversation import CHUNK, TICK, Conversation, Question, Steps
from printers.encoder import separator
from printers.outcome import Delivery, Outcome, Proof, Reason, blocked_by
from printers.profiles import Profile
from printers.replies import Status
from printers.transports import Lost, Transport

__all__ = ["Attempt", "Delivery", "Outcome", "Proof", "Reason", "blocked_by", "clear_buffer", "deliver", "status"]

RESUME = b"\x10\x05\x01"
"""DLE ENQ 1: recover from an error that was put right and go on at the line where it happened."""
FENCE = b"\x1dr\x01"
PAD = bytes(4200)
"""Zeros complete a picture whose rest was lost, which would swallow the next ticket otherwise; else they do nothing."""


class Attempt:
    """One ticket on its way to one printer; see the module's head for how to drive it.

    `process_id` is 4 characters 20h to 7Eh, unique among recent attempts at this printer; `earlier_ids` are
    those of earlier attempts of the same job: if one of them is answered before anything is sent, the ticket
    is PRINTED already. `silence` and `patience` are seconds: how long a printer may say nothing at all, and
    how long a healthy one may take. Raises ValueError for a process ID that cannot be sent.
    """

    def __init__(
        self,
        transport: Transport,
        payload: bytes,
        *,
        proof: Proof,
        process_id: str,
        profile: Profile,
        on_first_byte: Callable[[], None] | None = None,
        may_have_printed: bool = False,
        earlier_ids: Sequence[str] = (),
        silence: float | None = None,
        patience: float | None = None,
    ) -> None:
        if len(process_id) != 4 or any(not " " <= char <= "~" for char in process_id):
            raise ValueError(f"a process ID is 4 printable ASCII characters, not {process_id!r}")
        self._talk = Conversation(transport)
        self._transport = transport
        self._payload = payload
        self._proof = proof if transport.can_read else Proof.D
        self._process_id = process_id
        self._profile = profile
        self._on_first_byte = on_first_byte
        self._settles = may_have_printed
        self._earlier = set(earlier_ids)
        lines = payload.count(b"\n") + len(payload) / 2000
        self._patience = patience or 5.0 + lines / min(4.0, profile.replies.lines_per_second) + len(payload) / 4000
        self._silence = silence or max(20.0, self._patience)
        self._written = 0
        self._blocked = Reason.NONE
        self._end: Delivery | None = None
        self._course = self._run()

    def poll(self, timeout: float) -> Delivery:
        """Go on for at most `timeout` seconds; returns early when the attempt ends or what blocks it changes.

        Exceptions of `on_first_byte` pass through, with nothing sent.
        """
        end = time.monotonic() + timeout
        before = self._blocked
        while self._end is None:
            left = end - time.monotonic()
            if left <= 0 or self._blocked is not before:
                break
            self._talk.tick_seconds = max(0.0, min(TICK, left))
            try:
                next(self._course)
            except StopIteration:
                break
            except Lost as error:
                self._finish(Outcome.UNKNOWN if self._written else Outcome.UNREACHABLE, Reason.LOST, str(error))
        return self.delivery

    @property
    def delivery(self) -> Delivery:
        """What is known now."""
        if self._end:
            return self._end
        outcome = Outcome.BLOCKED if self._blocked else Outcome.WAITING
        return Delivery(outcome=outcome, reason=self._blocked, bytes_written=self._written, status=self._talk.status)

    def _finish(self, outcome: Outcome, reason: Reason = Reason.NONE, detail: str = "") -> None:
        evidence = self._talk.evidence if outcome is Outcome.PRINTED else self._talk.status.evidence
        self._end = Delivery(
            outcome=outcome,
            reason=reason,
            evidence=evidence,
            bytes_written=self._written,
            status=self._talk.status,
            detail=detail,
        )

    def _run(self) -> Steps:
        prefix = b""
        if self._settles:  # before any question, whose bytes would count as the size of a picture cut off in its head
            yield from self._send(PAD, own=False)
        if self._proof is not Proof.D:
            yield from self._until_ready(accept_blocked=self._settles)
        if self._settles:
            prefix = separator(self._profile)
            yield from self._settle()
            if self._end:
                return
            if self._proof is not Proof.D:
                yield from self._until_ready()
        if self._on_first_byte:
            self._on_first_byte()
        yield from self._send(prefix, own=False)
        self._talk.in_order = 0
        yield from self._send(self._payload, own=True)
        yield from self._await_proof()

    # before

    def _until_ready(self, *, accept_blocked: bool = False) -> Steps:
        """Until the printer answers and nothing blocks it.

        It never gives up: no byte of the ticket was sent yet.
        """
        while True:
            answered = yield from self._talk.inquire()
            self._blocked = blocked_by(self._talk.status) if answered else Reason.SILENT
            if answered and (accept_blocked or not self._blocked):
                return
            yield from self._rest(1.0)

    def _rest(self, seconds: float) -> Steps:
        """Listen for a while; a status that comes by itself ends it."""
        before = self._talk.status
        yield from self._talk.until(lambda: self._talk.status is not before, seconds)

    def _settle(self) -> Steps:
        """Make sure that nothing of an earlier attempt comes out later: clear it, or let it print first."""
        if self._already_printed():
            return
        if self._proof is Proof.A and self._profile.replies.clear:
            while not (yield from self._talk.clear()):
                if self._already_printed():
                    return
                self._blocked = Reason.NOT_CLEARED
            if not self._already_printed():
                yield from self._send(PAD, own=False)
        elif self._proof in {Proof.A, Proof.B}:
            yield from self._let_it_print()

    def _let_it_print(self) -> Steps:
        """Send a fence and wait for it.

        All fences still owed stand behind the old ticket, so they come in one burst.
        """
        talk = self._talk
        own = "".join(chr(0x20 + (ord(char) - 0x20 + 47) % 95) for char in self._process_id)
        talk.in_order = 0
        yield from talk.say(process_id_request(own) if self._proof is Proof.A else FENCE)
        while True:
            if self._already_printed():
                return
            passed = own in talk.ids if self._proof is Proof.A else talk.in_order > 0
            if passed and time.monotonic() - max(talk.in_order_at, 0.0) > 1.0:
                return
            if passed:
                yield from talk.until(lambda: False, 0.3)
                continue
            answered = yield from talk.inquire()
            self._blocked = blocked_by(talk.status) if answered else Reason.SILENT
            yield from self._rest(0.5)

    def _already_printed(self) -> bool:
        if self._earlier.intersection(self._talk.ids):
            self._finish(Outcome.PRINTED, Reason.EARLIER)
            return True
        return False

    # sending

    def _send(self, data: bytes, *, own: bool) -> Steps:
        talk = self._talk
        moved_at = time.monotonic()
        while data:
            taken = self._transport.write(data[:CHUNK], talk.tick_seconds)
            data = data[taken:]
            self._written += taken if own else 0
            talk.tick_if_silent(taken)
            if taken:
                moved_at = time.monotonic()
                self._blocked = Reason.NONE
            elif time.monotonic() - moved_at > 3.0:
                self._blocked = blocked_by(talk.status) or Reason.BUSY
            yield

    # after

    def _await_proof(self) -> Steps:
        if self._proof is Proof.D:
            yield from self._until_drained()
            return
        proof = {Proof.A: process_id_request(self._process_id), Proof.B: FENCE, Proof.C: b""}[self._proof]
        yield from self._send(proof, own=False)
        if self._proof is Proof.C:
            yield from self._until_drained(finish=False)
        left, talk = self._patience, self._talk
        talk.heard_at = time.monotonic()
        while not self._end:
            began = time.monotonic()
            if self._proven():
                self._blocked = Reason.NONE
                self._finish(Outcome.PRINTED)
                return
            yield from self._look()
            if not self._blocked:
                left -= time.monotonic() - began
            if left <= 0 and not self._proven():
                self._finish(Outcome.UNKNOWN, Reason.NO_PROOF, "healthy, but it did not confirm")

    def _look(self) -> Steps:
        """One round of waiting: listen 2 s, then ask how the printer is."""
        talk = self._talk
        if self._proof is not Proof.C:
            before = talk.status
            listen = talk.until(lambda: self._proven() or talk.status is not before, 2.0)
            yield from listen
            if self._proven():
                return
        answered = yield from talk.inquire()
        if answered:
            self._blocked = blocked_by(talk.status)
            if self._blocked is Reason.CUTTER:
                yield from talk.say(RESUME)
            if self._proof is Proof.C:
                if not self._blocked:
                    self._finish(Outcome.SENT)
                    return
                yield from self._rest(1.0)
        elif not self._transport.drained():
            self._blocked = blocked_by(talk.status) or Reason.BUSY  # it listens to nobody, but has not died
        elif time.monotonic() - talk.heard_at > self._silence:
            self._finish(Outcome.UNKNOWN, Reason.SILENT, "it no longer answers")
        else:
            self._blocked = blocked_by(talk.status)

    def _proven(self) -> bool:
        if self._proof is Proof.A:
            return self._process_id in self._talk.ids
        return self._proof is Proof.B and self._talk.in_order > 0

    def _until_drained(self, *, finish: bool = True) -> Steps:
        """Until the bytes have left this machine: all that can be known of a printer that never answers."""
        end = time.monotonic() + self._patience + self._silence
        while not self._transport.drained():
            if time.monotonic() > end:
                self._finish(Outcome.UNKNOWN, Reason.BUSY, "it did not take all bytes")
                return
            self._talk.tick()
            yield
        if finish:
            self._talk.tick()  # a line that broke under the last bytes says so now, or never
            self._finish(Outcome.SENT)


def process_id_request(process_id: str) -> bytes:
    """GS ( H function 48: "answer these four characters once all before them is printed" (Epson ESC/POS reference)."""
    return b"\x1d(H\x06\x00\x30\x30" + process_id.encode("ascii")


def deliver(
    transport: Transport,
    payload: bytes,
    *,
    proof: Proof,
    process_id: str,
    profile: Profile,
    deadline: float,
    on_first_byte: Callable[[], None] | None = None,
    may_have_printed: bool = False,
    on_blocked: Callable[[Delivery], None] | None = None,
) -> Delivery:
    """An `Attempt` from start to end, at most `deadline` seconds; for test pages and simple callers.

    `on_blocked` is called whenever what blocks the printer changes. When time is up: BLOCKED stays BLOCKED,
    and an attempt still waiting is UNKNOWN if any byte was sent, UNREACHABLE if none was.
    """
    attempt = Attempt(
        transport,
        payload,
        proof=proof,
        process_id=process_id,
        profile=profile,
        on_first_byte=on_first_byte,
        may_have_printed=may_have_printed,
    )
    end = time.monotonic() + deadline
    told = Reason.NONE
    while True:
        delivery = attempt.poll(max(0.0, end - time.monotonic()))
        if delivery.finished:
            return delivery
        if delivery.reason is not told:
            told = delivery.reason
            if on_blocked and told:
                on_blocked(delivery)
        if time.monotonic() >= end:
            if delivery.outcome is Outcome.BLOCKED:
                return delivery
            ended = Outcome.UNKNOWN if delivery.bytes_written else Outcome.UNREACHABLE
            return msgspec.structs.replace(delivery, outcome=ended, reason=Reason.DEADLINE)


def status(transport: Transport, deadline: float = 3.0) -> Status:
    """How the printer is, asked with DLE EOT 1 to 4 within `deadline` seconds.

    `online` None: it did not answer. Raises Lost.
    """
    talk = Conversation(transport)
    if transport.can_read:
        _drive(talk.inquire(deadline), deadline)
    return talk.status


def clear_buffer(transport: Transport, deadline: float = 9.0) -> bool:
    """Empty the printer's buffers (DLE DC4 8).

    True only if the printer confirmed: then nothing old can come out. Raises Lost.
    """
    talk = Conversation(transport)
    return transport.can_read and _drive(talk.clear(seconds=deadline / 3), deadline)


def _drive(question: Question, deadline: float) -> bool:
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        try:
            next(question)
        except StopIteration as answer:
            return bool(answer.value)
    return False
