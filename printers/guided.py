"""The probe as a talk: the printer is asked what it can ask itself, and a person what only eyes can tell.

Whoever runs it brings `ask`, which puts a question to the person and returns one of its answers. The office asks over
HTTP, the command line in the terminal; what is asked, and what follows from it, stands here once.
"""

import time
from collections.abc import Callable

import msgspec

from printers import probe
from printers.confirm import FENCE, Proof, process_id_request
from printers.conversation import Conversation, Question, Steps
from printers.document import Bar, Cut, Document, Line
from printers.encoder import encode
from printers.probe import Finding
from printers.profiles import Profile
from printers.transports import Transport

COVER_ID = "PRB2"
LIES_WITHIN_S = 3.0
"""A printer that confirms a slip this soon, with its cover open, confirms what it did not print."""
USUAL_COLUMNS = (32, 42, 48)


class Asked(msgspec.Struct, frozen=True):
    """A question to the person at the printer; `code` names it, `answers` are all there are."""

    code: str
    answers: tuple[str, ...]


Ask = Callable[[Asked], str]


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be stored with the printer.

    `columns` and `kanji` None: leave them as they are. `honest` None: it was not put to the test.
    """

    finding: Finding
    proof: Proof
    columns: int | None = None
    kanji: str | None = None
    honest: bool | None = None
    sees_cover: bool | None = None


def guided(transport: Transport, profile: Profile, ask: Ask, *, patience: float = 15.0) -> Learnt:
    """The whole talk. `patience` is how many seconds a slip may take. Raises Lost, and whatever `ask` raises."""
    finding = probe.probe(transport, profile, patience=patience)
    learnt = Learnt(finding=finding, proof=finding.proof)
    if finding.refused or ask(Asked("slip", ("whole", "nothing"))) == "nothing":
        return msgspec.structs.replace(learnt, proof=Proof.D)
    columns = int(ask(Asked("ruler", _columns(profile))))
    learnt = msgspec.structs.replace(learnt, columns=None if columns == profile.columns else columns)
    learnt = msgspec.structs.replace(learnt, kanji=_kanji(transport, profile, finding, ask))
    if finding.proof in (Proof.A, Proof.B) and ask(Asked("open-cover", ("opened", "skip"))) == "opened":
        learnt = _put_to_the_test(transport, profile, learnt, ask, patience)
    return learnt


def _columns(profile: Profile) -> tuple[str, ...]:
    fewer = [each for each in USUAL_COLUMNS if each < profile.columns]
    return tuple(str(each) for each in [profile.columns, *reversed(fewer)])


def _kanji(transport: Transport, profile: Profile, finding: Finding, ask: Ask) -> str | None:
    """Whether its own Chinese letters are right; not asked of a printer that says that it has none."""
    if profile.graphics.command == "esc_star" or (finding.language and "CHINA" not in finding.language.upper()):
        return None
    _drive(Conversation(transport).say(probe.hanzi_slip(profile)))
    return "gb18030" if ask(Asked("hanzi", ("right", "wrong"))) == "right" else "none"


def _put_to_the_test(transport: Transport, profile: Profile, learnt: Learnt, ask: Ask, patience: float) -> Learnt:
    """A slip at an open cover cannot come out: who confirms it all the same is never believed again."""
    talk = Conversation(transport)
    _answer(talk.inquire())
    sees = talk.status.cover_open
    talk.ids.clear()
    talk.in_order = 0
    slip = Document((Bar("COVER TEST"), Line("Comes out once the cover is closed."), Cut()), subject="COVER TEST")
    proof = process_id_request(COVER_ID) if learnt.proof is Proof.A else FENCE
    _drive(talk.say(encode(slip, profile) + proof))

    def confirmed() -> bool:
        return COVER_ID in talk.ids or (learnt.proof is Proof.B and talk.in_order > 0)

    lied = sees and _answer(talk.until(confirmed, LIES_WITHIN_S))
    ask(Asked("close-cover", ("closed",)))
    _answer(talk.until(confirmed, patience))
    return msgspec.structs.replace(
        learnt, sees_cover=sees, honest=not lied if sees else None, proof=Proof.C if lied else learnt.proof
    )


def _drive(steps: Steps) -> None:
    for _ in steps:
        pass


def _answer(question: Question, at_most: float = 30.0) -> bool:
    end = time.monotonic() + at_most
    while time.monotonic() < end:
        try:
            next(question)
        except StopIteration as answer:
            return bool(answer.value)
    return False
