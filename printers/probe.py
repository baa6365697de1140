"""What one printer can really do, found by asking it and by a labelled test slip. Never guessed from the
model's name.

Run it once per printer, with consent: it prints. Commands that a printer may print as text when it does not
know them (`GS ( H`) are sent on the slip only, after words that say so.
"""

import time

import msgspec

from printers import profiles
from printers.confirm import FENCE, Proof
from printers.conversation import Conversation, Steps
from printers.document import Bar, Cut, Document, Feed, Line
from printers.encoder import encode
from printers.profiles import Profile
from printers.transports import Transport

_PROBE_ID = "PRB1"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What the probe found. `evidence` is what the printer last answered, as hex; `took` is in seconds.

    `profile` is guessed from what the printer says of itself, `refused` the sentence for one that cannot work. Whether
    its own Chinese is right only a person can tell: see `hanzi_slip`.
    """

    proof: Proof
    clear: bool = False
    auto_status: bool = False
    maker: str = ""
    model: str = ""
    serial: str = ""
    language: str = ""
    profile: str | None = None
    refused: str = ""
    evidence: str = ""
    took: float = 0.0


class _Probe:
    def __init__(self, transport: Transport, profile: Profile, patience: float) -> None:
        self.talk = Conversation(transport)
        self.transport = transport
        self.profile = profile
        self.patience = patience
        self.said: dict[int, str] = {}
        self.proof = Proof.D
        self.clear = False
        self.auto_status = False

    def run(self) -> Steps:
        """All questions, from the harmless to the printed ones."""
        talk = self.talk
        if not (yield from talk.ask(1, 2.0)):
            words = slip(self.profile)
            yield from talk.say(encode(Document((*words.elements, Cut()), subject=words.subject), self.profile))
            return
        self.proof = Proof.C
        for which in (66, 67, 68, 69):
            yield from self.identity(which)
        before = talk.status
        yield from talk.say(b"\x1da\x0f")
        self.auto_status = yield from talk.until(lambda: talk.status is not before, 1.0)
        yield from talk.say(b"\x1da\x00")
        yield from talk.say(encode(slip(self.profile), self.profile))
        talk.in_order = 0
        yield from talk.say(FENCE)
        if (yield from talk.until(lambda: talk.in_order > 0, self.patience)):
            self.proof = Proof.B
        label = Line("The next line may show H00PRB1. If so, this printer knows no process ID.")
        parting = Document((label,))
        yield from talk.say(encode(parting, self.profile) + b"\x1d(H\x06\x00\x30\x30" + _PROBE_ID.encode())
        confirmed = yield from talk.until(lambda: _PROBE_ID in talk.ids, self.patience / 2)
        talk.in_order = 0
        yield from talk.say(encode(Document((Feed(1), Line("END OF TEST"), Cut())), self.profile) + FENCE)
        if confirmed:
            self.proof = Proof.A
            yield from talk.until(lambda: talk.in_order > 0, self.patience / 2)  # or the slip itself is cleared
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


def probe(transport: Transport, profile: Profile, *, deadline: float = 60.0, patience: float = 15.0) -> Finding:
    """Ask the printer and print its test slip. Raises Lost when the connection breaks.

    `patience` is how many seconds the slip itself may take, `deadline` bounds everything. The answer is to be stored
    with the printer: `profile.adjusted(proof=..., clear=...)`.
    """
    began = time.monotonic()
    run = _Probe(transport, profile, patience)
    for _ in run.run():
        if time.monotonic() > began + deadline:
            break
    said, guessed, refused = run.said, None, ""
    try:
        guessed = profiles.guess(f"{said.get(66, '')} {said.get(67, '')}")
    except profiles.RefusedPrinter as error:
        refused = str(error)
    return Finding(
        proof=run.proof,
        clear=run.clear,
        auto_status=run.auto_status,
        maker=said.get(66, ""),
        model=said.get(67, ""),
        serial=said.get(68, ""),
        language=said.get(69, ""),
        profile=guessed,
        refused=refused,
        evidence=run.talk.status.evidence.hex(),
        took=time.monotonic() - began,
    )


def hanzi_slip(profile: Profile) -> bytes:
    """Bytes of a slip that asks the person whether the printer's own Chinese is right, before it is trusted with it."""
    words = (
        Line("Is the next line Chinese, and right?"),
        Line("宫保鸡丁 1 份, 不辣"),
        Line("Only then choose ROM Chinese."),
        Cut(),
    )
    return encode(Document(words, subject="TEST SLIP"), profile.adjusted(kanji="gb18030"))
