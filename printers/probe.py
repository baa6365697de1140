"""What one printer can really do, found by asking it and by a labelled test slip. Never guessed from the
model's name.

Run it once per printer, with consent: it prints. Commands that a printer may print as text when it does not
know them (`GS ( H`) are sent on the slip only, after words that say so.
"""

import time
from collections.abc import Sequence

import msgspec

from printers import profiles
from printers.confirm import Proof
from printers.conversation import Conversation, Question, Steps
from printers.document import Bar, Cut, Document, Feed, Line
from printers.encoder import encode
from printers.profiles import Profile
from printers.transports import Transport

_PROBE_ID = "PRB1"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What the probe found. `evidence` is everything the printer answered, as hex, for whoever doubts it.

    `asks` are questions only a person with the slip in hand can answer: `hanzi` (is the Chinese line right?)
    and, where the process ID was not acknowledged, nothing else. `profile` is the name guessed from what the
    printer says of itself.
    """

    proof: Proof
    clear: bool = False
    auto_status: bool = False
    maker: str = ""
    model: str = ""
    serial: str = ""
    language: str = ""
    profile: str | None = None
    asks: tuple[str, ...] = ()
    evidence: str = ""
    took: float = 0.0


class _Probe:
    def __init__(self, transport: Transport, profile: Profile, identities: Sequence[int]) -> None:
        self.talk = Conversation(transport)
        self.transport = transport
        self.profile = profile
        self.identities = identities
        self.said: dict[int, str] = {}
        self.proof = Proof.D
        self.clear = False
        self.auto_status = False

    def run(self) -> Steps:
        """All questions, from the harmless to the printed ones."""
        talk = self.talk
        if not (yield from talk.ask(1, 2.0)):
            yield from talk.say(encode(slip(self.profile), self.profile))
            return
        self.proof = Proof.C
        for which in self.identities:
            yield from self.identity(which)
        before = talk.status
        yield from talk.say(b"\x1da\x0f")
        self.auto_status = yield from talk.until(lambda: talk.status is not before, 1.0)
        yield from talk.say(b"\x1da\x00")
        yield from talk.say(encode(slip(self.profile), self.profile))
        talk.in_order = 0
        yield from talk.say(b"\x1dr\x01")
        if (yield from talk.until(lambda: talk.in_order > 0, 15.0)):
            self.proof = Proof.B
        label = Line("The next line may show H00PRB1. If so, this printer knows no process ID.")
        parting = Document((label,))
        yield from talk.say(encode(parting, self.profile) + b"\x1d(H\x06\x00\x30\x30" + _PROBE_ID.encode())
        confirmed = yield from talk.until(lambda: _PROBE_ID in talk.ids, 8.0)
        yield from talk.say(encode(Document((Feed(1), Line("END OF TEST"), Cut())), self.profile))
        yield from talk.until(lambda: False, 1.0)
        if confirmed:
            self.proof = Proof.A
            self.clear = yield from talk.clear(tries=1, seconds=3.0)

    def identity(self, which: int) -> Steps:
        """GS I `which`: 66 maker, 67 model, 68 serial number, 69 language of the character ROM."""
        talk = self.talk
        talk.texts.clear()
        yield from talk.say(b"\x1dI" + bytes([which]))
        if (yield from talk.until(lambda: bool(talk.texts), 1.0)):
            self.said[which] = talk.texts[0][1:-1].decode("ascii", "replace").strip()


def slip(profile: Profile) -> Document:
    """The labelled test slip: what it is, a ruler, one line of each kind of character."""
    ruler = "".join(str(number % 10) for number in range(1, profile.columns + 1))
    return Document(
        (
            Bar("TEST SLIP", height=2),
            Line("Printed once to learn what this printer can do."),
            Line(f"Profile {profile.name}, {profile.columns} columns:"),
            Line(ruler),
            Line("Euro € accents éèüñ, yen ¥"),
            Line("汉字: 宫保鸡丁 麻婆豆腐 青岛啤酒"),
            Line("かな カナ 한국어"),
            Line("If a ruler digit is missing, choose fewer columns."),
        ),
        subject="TEST SLIP",
    )


def probe(transport: Transport, profile: Profile, *, deadline: float = 60.0) -> Finding:
    """Ask the printer and print its test slip, within `deadline` seconds. Raises Lost when the connection
    breaks.

    The answer is to be stored with the printer: `profile.adjusted(proof=..., clear=...)`.
    """
    began = time.monotonic()
    run = _Probe(transport, profile, (66, 67, 68, 69) if transport.can_read else ())
    _drive(run.run(), began + deadline)
    said = run.said
    name = None
    try:
        name = profiles.guess(f"{said.get(66, '')} {said.get(67, '')}") if said else None
    except profiles.RefusedPrinter:
        name = None
    return Finding(
        proof=run.proof,
        clear=run.clear,
        auto_status=run.auto_status,
        maker=said.get(66, ""),
        model=said.get(67, ""),
        serial=said.get(68, ""),
        language=said.get(69, ""),
        profile=name,
        asks=("hanzi",) if profile.kanji.rom == "none" else (),
        evidence=run.talk.status.evidence.hex(),
        took=time.monotonic() - began,
    )


def hanzi_slip(profile: Profile) -> bytes:
    """Bytes of a slip that asks the person whether the printer's own Chinese is right, before it is trusted
    with it.
    """
    words = (
        Line("Is the next line Chinese, and right?"),
        Line("宫保鸡丁 1 份, 不辣"),
        Line("Only then choose ROM Chinese."),
        Cut(),
    )
    return encode(Document(words, subject="TEST SLIP"), profile.adjusted(kanji="gb18030"))


def _drive(steps: Steps | Question, until: float) -> None:
    for _ in steps:
        if time.monotonic() > until:
            return
