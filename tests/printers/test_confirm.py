"""Did it print? Every class of printer, and everything that can go wrong with one."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

from printers import profiles
from printers.confirm import Attempt, Delivery, Outcome, Proof, Reason, clear_buffer, deliver, status
from printers.document import Cut, Document, Line
from printers.emulator import Printer
from printers.encoder import encode
from printers.profiles import Profile
from printers.transports import Transport, connect

Letter = Literal["A", "B", "C", "D"]
PROFILE = {
    "A": profiles.load("epson-tm-t88vi"),
    "B": profiles.load("generic-80"),
    "C": profiles.load("generic-80"),
    "D": profiles.load("generic-80"),
}
numbers = itertools.count(1)


def payload(profile: Profile, number: int = 42, items: int = 30) -> bytes:
    lines = (Line(f"K-{number:04}"), *(Line(f"{n} x item {n}") for n in range(1, items)), Line(f"END K-{number:04}"))
    return encode(Document((*lines, Cut())), profile)


@contextmanager
def kitchen(letter: Letter, **settings: float) -> Iterator[Printer]:
    name = PROFILE[letter].name
    with Printer(name, proof=letter, line_seconds=settings.get("line_seconds", 0.0)) as printer:
        yield printer


def begin(printer: Printer, transport: Transport, letter: Letter, **more: object) -> Attempt:
    return Attempt(
        transport,
        payload(PROFILE[letter]),
        proof=Proof(letter),
        process_id=f"A{next(numbers):03}",
        profile=PROFILE[letter],
        **more,  # type: ignore[arg-type]
    )


def finish(attempt: Attempt, rounds: int = 60) -> Delivery:
    for _ in range(rounds):
        delivery = attempt.poll(0.5)
        if delivery.finished:
            return delivery
    raise AssertionError(f"not finished: {attempt.delivery}")


def until(attempt: Attempt, reason: Reason, rounds: int = 60) -> Delivery:
    for _ in range(rounds):
        delivery = attempt.poll(0.5)
        if delivery.reason is reason:
            return delivery
    raise AssertionError(f"never {reason}: {attempt.delivery}")


def whole(printer: Printer) -> int:
    """Complete tickets on paper."""
    return sum("K-0042" in paper.text and "END K-0042" in paper.text for paper in printer.papers)


@pytest.mark.parametrize(("letter", "outcome"), [("A", "printed"), ("B", "printed"), ("C", "sent"), ("D", "sent")])
def test_each_class_says_as_much_as_it_can_prove(letter: Letter, outcome: str) -> None:
    with kitchen(letter) as printer, connect(printer.connection) as wire:
        delivery = finish(begin(printer, wire, letter))
        assert delivery.outcome == outcome
        assert delivery.bytes_written == len(payload(PROFILE[letter]))
        assert bool(delivery.evidence) == (letter != "D")
        assert printer.wait_for(lambda p: whole(p) == 1)


def test_the_proof_is_this_ticket_s_own_process_id() -> None:
    with kitchen("A") as printer, connect(printer.connection) as wire:
        ticket = payload(PROFILE["A"])
        delivery = deliver(wire, ticket, proof=Proof.A, process_id="K042", profile=PROFILE["A"], deadline=10)
        assert delivery.evidence == b"\x37\x22K042\x00"
        assert printer.device.process_ids == ["K042"]


@pytest.mark.parametrize("wrong", ["", "K42", "K-0042", "K\n42", "桌042"])
def test_a_process_id_that_cannot_be_sent_is_refused(wrong: str) -> None:
    with kitchen("A") as printer, connect(printer.connection) as wire, pytest.raises(ValueError, match="process ID"):
        Attempt(wire, b"x", proof=Proof.A, process_id=wrong, profile=PROFILE["A"])


@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_paper_runs_out_in_the_middle_and_the_same_attempt_is_proven_after_the_refill(letter: Letter) -> None:
    with kitchen(letter) as printer, connect(printer.connection) as wire:
        printer.paper_out(after_lines=5)
        attempt = begin(printer, wire, letter)
        blocked = until(attempt, Reason.PAPER)
        assert blocked.outcome is Outcome.BLOCKED
        assert blocked.bytes_written > 0
        assert whole(printer) == 0
        printer.paper_in()
        assert finish(attempt).outcome is (Outcome.SENT if letter == "C" else Outcome.PRINTED)
        assert printer.wait_for(lambda p: whole(p) == 1)
        assert len(printer.papers) == 1


@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_a_printer_without_paper_gets_no_byte_until_there_is_some(letter: Letter) -> None:
    begun: list[bool] = []
    with kitchen(letter) as printer, connect(printer.connection) as wire:
        printer.paper_out()
        attempt = begin(printer, wire, letter, on_first_byte=lambda: begun.append(True))
        assert until(attempt, Reason.PAPER).bytes_written == 0
        assert not begun
        printer.paper_in()
        assert finish(attempt).outcome in {Outcome.PRINTED, Outcome.SENT}
        assert begun == [True]


@pytest.mark.parametrize(
    ("fault", "repair", "reason"),
    [
        (lambda p: p.cover(is_open=True), lambda p: p.cover(is_open=False), Reason.COVER),
        (lambda p: p.cutter(jammed=True), lambda p: p.cutter(jammed=False), Reason.CUTTER),
    ],
)
@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_cover_and_cutter_are_named_and_waited_for(
    letter: Letter, fault: Callable[[Printer], None], repair: Callable[[Printer], None], reason: Reason
) -> None:
    with kitchen(letter) as printer, connect(printer.connection) as wire:
        fault(printer)
        attempt = begin(printer, wire, letter)
        assert until(attempt, reason).outcome is Outcome.BLOCKED
        repair(printer)
        assert finish(attempt).outcome in {Outcome.PRINTED, Outcome.SENT}
        assert printer.wait_for(lambda p: whole(p) == 1)


@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_a_hanging_printer_is_silent_and_has_been_sent_nothing(letter: Letter) -> None:
    with kitchen(letter) as printer, connect(printer.connection) as wire:
        printer.hang()
        attempt = begin(printer, wire, letter)
        assert until(attempt, Reason.SILENT).bytes_written == 0
        printer.hang(on=False)
        assert finish(attempt).outcome in {Outcome.PRINTED, Outcome.SENT}
        assert printer.wait_for(lambda p: whole(p) == 1)


@pytest.mark.parametrize(("letter", "reason"), [("A", Reason.PAPER), ("B", Reason.BUSY)])
def test_a_ticket_longer_than_the_printer_s_memory_waits_half_sent_for_paper(letter: Letter, reason: Reason) -> None:
    profile = PROFILE[letter]
    long = encode(Document((*[Line("宫保鸡丁" * 4, width=2, height=2)] * 90, Line("END K-0042"), Cut())), profile)
    with kitchen(letter) as printer, connect(printer.connection) as wire:
        printer.paper_out(after_lines=20)
        attempt = Attempt(wire, long, proof=Proof(letter), process_id="LONG", profile=profile)
        blocked = until(attempt, reason)
        assert blocked.bytes_written
        printer.paper_in()
        assert finish(attempt).outcome is Outcome.PRINTED
        assert len(printer.papers) == 1
        assert "END K-0042" in printer.papers[0].text


def test_another_till_on_the_line_reads_as_silent_until_it_hangs_up() -> None:
    with kitchen("A") as printer, connect(printer.connection) as other, connect(printer.connection) as wire:
        printer.callers("second-waits")
        assert other.write(b"x", 1)
        attempt = begin(printer, wire, "A")
        assert until(attempt, Reason.SILENT).bytes_written == 0
        other.close()
        assert finish(attempt).outcome is Outcome.PRINTED


@pytest.mark.parametrize("letter", ["A", "B", "C", "D"])
@pytest.mark.parametrize("at", [40, 90, 150, 230])
def test_a_connection_that_breaks_leaves_no_certainty_and_the_marked_reprint_is_whole(letter: Letter, at: int) -> None:
    with kitchen(letter) as printer:
        printer.reset_after(at)
        with connect(printer.connection) as wire:
            first = finish(begin(printer, wire, letter))
        if letter != "D" or first.outcome is not Outcome.SENT:
            assert first.outcome is Outcome.UNKNOWN
            assert first.bytes_written > 0
        assert printer.wait_for(lambda p: p.faults.reset_after is None)
        with connect(printer.connection) as wire:
            again = finish(begin(printer, wire, letter, may_have_printed=True))
        assert again.outcome in {Outcome.PRINTED, Outcome.SENT}
        assert printer.wait_for(lambda p: whole(p) == 1)
        printer.tear()
        for paper in printer.papers:
            assert ("END K-0042" in paper.text) or ("INCOMPLETE ABOVE" in paper.text)


@pytest.mark.parametrize("letter", ["A", "B"])
def test_a_picture_cut_off_by_the_network_does_not_swallow_the_reprint(letter: Letter) -> None:
    with kitchen(letter) as printer:
        with connect(printer.connection) as wire:
            wire.write(b"\x1b@\x1dv0\x00\x48\x00\x37\x00" + bytes(100), 1)
        assert printer.wait_for(lambda p: p.received > 100)
        with connect(printer.connection) as wire:
            assert finish(begin(printer, wire, letter, may_have_printed=True)).outcome is Outcome.PRINTED
        assert whole(printer) == 1


def test_power_lost_in_the_middle_of_a_ticket_is_unknown() -> None:
    with kitchen("A", line_seconds=0.2) as printer, connect(printer.connection) as wire:
        attempt = begin(printer, wire, "A", silence=1.0)
        while attempt.poll(0.05).bytes_written < len(payload(PROFILE["A"])):
            pass
        printer.power_off()
        delivery = finish(attempt)
        assert (delivery.outcome, delivery.reason) == (Outcome.UNKNOWN, Reason.SILENT)
        printer.power_on()
        assert whole(printer) == 0


def test_before_another_printer_takes_over_the_first_one_s_buffer_is_emptied() -> None:
    with kitchen("A") as printer:
        printer.paper_out()
        with connect(printer.connection) as wire:
            wire.write(payload(PROFILE["A"]), 1)
            assert clear_buffer(wire)
        printer.paper_in()
        with connect(printer.connection) as wire:
            assert finish(begin(printer, wire, "A")).outcome is Outcome.PRINTED
        assert whole(printer) == 1
        assert len(printer.papers) == 1


def test_a_printer_that_cannot_clear_says_so() -> None:
    with kitchen("B") as printer, connect(printer.connection) as wire:
        assert clear_buffer(wire, deadline=0.3) is False


def test_a_late_proof_of_the_first_attempt_spares_the_reprint() -> None:
    with kitchen("A") as printer:
        printer.paper_out(after_lines=3)
        with connect(printer.connection) as wire:
            first = begin(printer, wire, "A")
            until(first, Reason.PAPER)
        began: list[bool] = []
        with connect(printer.connection) as wire:
            printer.paper_in()
            assert printer.wait_for(lambda p: whole(p) == 1)
            printer.device.answers += b"\x37\x22" + printer.device.process_ids[-1].encode() + b"\x00"
            second = begin(
                printer,
                wire,
                "A",
                may_have_printed=True,
                earlier_ids=printer.device.process_ids,
                on_first_byte=lambda: began.append(True),
            )
            delivery = finish(second)
        assert (delivery.outcome, delivery.reason, delivery.bytes_written) == (Outcome.PRINTED, Reason.EARLIER, 0)
        assert not began
        assert whole(printer) == 1


@pytest.mark.parametrize("letter", ["A", "B"])
def test_the_old_copy_of_a_printer_that_cannot_clear_comes_out_before_the_new_one_is_proven(letter: Letter) -> None:
    profile = PROFILE[letter].adjusted(clear=False)
    with kitchen(letter) as printer:
        printer.paper_out(after_lines=3)
        with connect(printer.connection) as wire:
            until(begin(printer, wire, letter), Reason.PAPER)
        with connect(printer.connection) as wire:
            second = Attempt(
                wire,
                payload(profile, number=43),
                proof=Proof(letter),
                process_id="B777",
                profile=profile,
                may_have_printed=True,
            )
            assert until(second, Reason.PAPER).bytes_written == 0
            printer.paper_in()
            assert finish(second).outcome is Outcome.PRINTED
        texts = [paper.text for paper in printer.papers]
        assert "END K-0042" in texts[0]
        assert "END K-0043" in texts[-1], "proven only when it was on paper itself"


def test_a_lying_printer_is_believed_that_is_what_class_a_means() -> None:
    with kitchen("A") as printer, connect(printer.connection) as wire:
        printer.lie()
        assert finish(begin(printer, wire, "A")).outcome is Outcome.PRINTED
        assert not printer.papers


def test_a_healthy_printer_that_never_confirms_is_unknown_not_printed() -> None:
    with kitchen("B") as printer, connect(printer.connection) as wire:
        attempt = Attempt(
            wire,
            payload(PROFILE["A"]),
            proof=Proof.A,
            process_id="K042",
            profile=PROFILE["A"],
            patience=0.5,
        )
        delivery = finish(attempt)
        assert (delivery.outcome, delivery.reason) == (Outcome.UNKNOWN, Reason.NO_PROOF)


def test_a_lost_answer_costs_a_reprint_never_a_ticket() -> None:
    with kitchen("A") as printer, connect(printer.connection) as wire:
        attempt = begin(printer, wire, "A", patience=0.5, on_first_byte=lambda: printer.lose_replies(1000))
        delivery = finish(attempt)
        assert delivery.outcome is Outcome.UNKNOWN


def test_when_the_attempt_cannot_be_written_down_nothing_is_sent() -> None:
    def disk_full() -> None:
        raise OSError("disk full")

    with kitchen("A") as printer, connect(printer.connection) as wire:
        with pytest.raises(OSError, match="disk full"):
            finish(begin(printer, wire, "A", on_first_byte=disk_full))
        assert printer.papers == []
        assert printer.device.press.paper.parts == []


def test_the_status_names_what_a_person_has_to_do() -> None:
    with kitchen("A") as printer, connect(printer.connection) as wire:
        assert status(wire).paper == "ok"
        printer.paper_low()
        low = status(wire)
        assert (low.online, low.paper) == (True, "low")
        printer.cover(is_open=True)
        assert status(wire).cover_open
        printer.drawer(is_open=True)
        assert status(wire).drawer_open
        printer.hang()
        silent = status(wire, deadline=0.2)
        assert not silent.answered


def test_deliver_tells_what_blocks_and_gives_up_in_time() -> None:
    told: list[Reason] = []
    with kitchen("A") as printer, connect(printer.connection) as wire:
        printer.paper_out()
        delivery = deliver(
            wire,
            payload(PROFILE["A"]),
            proof=Proof.A,
            process_id="K001",
            profile=PROFILE["A"],
            deadline=1.5,
            on_blocked=lambda blocked: told.append(blocked.reason),
        )
        assert (delivery.outcome, delivery.reason) == (Outcome.BLOCKED, Reason.PAPER)
        assert told == [Reason.PAPER]


def test_unasked_status_reports_are_never_taken_for_an_answer() -> None:
    with kitchen("A", line_seconds=0.01) as printer, connect(printer.connection) as wire:
        stop = threading.Event()

        def fidget() -> None:
            while not stop.is_set():
                printer.drawer(is_open=True)
                printer.drawer(is_open=False)

        thread = threading.Thread(target=fidget)
        thread.start()
        try:
            assert finish(begin(printer, wire, "A")).outcome is Outcome.PRINTED
        finally:
            stop.set()
            thread.join()
        assert whole(printer) == 1


def test_a_usb_printer_s_device_file_proves_as_well_as_the_network(tmp_path: object) -> None:
    with Printer("epson-tm-t88vi", pty=True) as printer, connect(f"file:{printer.path}") as wire:
        assert finish(begin(printer, wire, "A")).outcome is Outcome.PRINTED
        assert whole(printer) == 1
    with Printer("epson-tm-t88vi", pty=True) as printer, connect(printer.connection + "&flow=none") as wire:
        assert finish(begin(printer, wire, "A")).outcome is Outcome.PRINTED
        assert whole(printer) == 1
