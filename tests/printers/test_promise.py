"""What a word is worth: a connection broken at any byte, power lost after any line, answers lost anywhere.

printed: the ticket is whole on paper. Nothing written: no line of it is on paper, now or later. Whatever happened,
a second, marked attempt brings the whole ticket out.
"""

from typing import Literal

import pytest

from printers import profiles
from printers.confirm import Attempt, Delivery, Outcome, Proof
from printers.document import Cut, Document, Line
from printers.emulator import Printer
from printers.encoder import encode
from printers.transports import TransportError, connect

Letter = Literal["A", "B", "C"]
PROFILES = {"A": profiles.load("epson-tm-t88vi"), "B": profiles.load("generic-80"), "C": profiles.load("generic-80")}
ITEMS = [f"{number} x item" for number in range(1, 9)]


def ticket(letter: Letter, *, marked: bool) -> bytes:
    head = Line("REPRINT K-0042" if marked else "FIRST K-0042")
    tail = Line("END REPRINT" if marked else "END FIRST")
    document = Document((head, *(Line(item) for item in ITEMS), Line("桌 5"), tail, Cut()))
    return encode(document, PROFILES[letter])


def attempt(printer: Printer, letter: Letter, *, marked: bool) -> Delivery:
    """One attempt, and what is left of it after a person has put everything right."""
    try:
        wire = connect(printer.connection)
    except TransportError:
        return Delivery(outcome=Outcome.UNREACHABLE)
    with wire:
        trying = Attempt(
            wire,
            ticket(letter, marked=marked),
            proof=Proof(letter),
            process_id="RPRT" if marked else "FRST",
            profile=PROFILES[letter],
            may_have_printed=marked,
            earlier_ids=("FRST",) if marked else (),
            silence=0.4,
            patience=0.6,
        )
        delivery = trying.delivery
        for _ in range(40):
            delivery = trying.poll(0.3)
            if delivery.finished:
                return delivery
            if delivery.outcome is Outcome.BLOCKED and not marked:
                return delivery
    raise AssertionError(f"never ended: {delivery}")


def judge(printer: Printer, letter: Letter, first: Delivery) -> None:
    def on_paper() -> str:
        return "\n".join([*(paper.text for paper in printer.papers), printer.device.press.paper.text])

    sure = first.outcome is Outcome.PRINTED
    if sure:
        assert "END FIRST" in on_paper()
    if not first.bytes_written:
        assert "FIRST" not in on_paper()
    if not sure:
        second = attempt(printer, letter, marked=True)
        assert second.outcome in {Outcome.PRINTED, Outcome.SENT}
        assert printer.wait_for(lambda _: "END REPRINT" in on_paper() or "END FIRST" in on_paper())
        if "END REPRINT" not in on_paper():
            assert second.bytes_written == 0, "spared because the first one's own proof came late"
    for item in ITEMS:
        assert item in on_paper()
    assert on_paper().count("END FIRST") <= 1


@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_the_connection_breaks_at_any_byte(letter: Letter) -> None:
    whole = len(ticket(letter, marked=False)) + 40
    for at in range(1, whole, 53):
        with Printer(PROFILES[letter].name, proof=letter) as printer:
            printer.reset_after(at)
            first = attempt(printer, letter, marked=False)
            printer.faults.reset_after = None
            judge(printer, letter, first)


@pytest.mark.parametrize("letter", ["A", "B"])
def test_power_is_lost_after_any_line(letter: Letter) -> None:
    for lines in range(1, 13, 4):
        with Printer(PROFILES[letter].name, proof=letter) as printer:
            printer.paper_out(after_lines=lines)
            first = attempt(printer, letter, marked=False)
            if first.outcome is not Outcome.PRINTED:
                printer.power_off()
                printer.power_on()
            printer.paper_in()
            judge(printer, letter, first)


@pytest.mark.parametrize("letter", ["A", "B"])
@pytest.mark.parametrize("skipped", range(9))
def test_any_answer_is_lost(letter: Letter, skipped: int) -> None:
    with Printer(PROFILES[letter].name, proof=letter) as printer:
        printer.lose_replies(1, after=skipped)
        first = attempt(printer, letter, marked=False)
        printer.lose_replies(0)
        judge(printer, letter, first)


@pytest.mark.parametrize("letter", ["A", "B", "C"])
@pytest.mark.parametrize("into", range(1, 9))
def test_a_picture_cut_off_in_its_head_does_not_take_our_questions_for_its_size(letter: Letter, into: int) -> None:
    questions = 12
    at = questions + ticket(letter, marked=False).index(b"\x1dv0\x00") + into
    with Printer(PROFILES[letter].name, proof=letter) as printer:
        printer.reset_after(at)
        first = attempt(printer, letter, marked=False)
        assert first.outcome is Outcome.UNKNOWN
        printer.faults.reset_after = None
        judge(printer, letter, first)
