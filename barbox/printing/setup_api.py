"""The calls that set printers up: find them, try one, put one to the test."""

import asyncio
import functools
from typing import Annotated, Literal

from msgspec import Meta

from barbox.core.errors import BadRequest, NotFound, Unavailable
from barbox.core.http import Call, Routes
from barbox.core.messages import Body, ShortText, View
from barbox.printing import probing, queries
from barbox.printing.equipment import known_connection, known_profile
from barbox.printing.probing import PROBES, Probing
from barbox.printing.queries import PrinterRow

routes = Routes("printing")


class FoundView(View):
    """A printer within reach: `connection` to add it by, `profile` its likely model, `refused` why it cannot work.

    `answers`: whether it was heard to speak like a receipt printer (null: not asked); `printerId` where the bar has it.
    """

    connection: str
    title: str
    how: Literal["mdns", "port", "usb", "serial"]
    profile: str | None
    refused: str
    answers: bool | None
    printer_id: int | None


class ProfileView(View):
    """A model of printer: what to call it, how wide it prints, and what is expected of its proof until it is probed."""

    name: str
    title: str
    columns: int
    width_mm: int
    proof: queries.Proof
    notes: str


class FoundList(View):
    found: list[FoundView]
    profiles: list[str]


class ProfileList(View):
    profiles: list[ProfileView]


class FindQuery(View):
    """`ask` also asks every neighbour at port 9100: only when a person wants it."""

    ask: bool = False


class TryPrinter(Body):
    """A printer that the bar need not have yet."""

    connection: Annotated[str, Meta(min_length=5, max_length=200)]
    profile: ShortText


class TriedView(View):
    """How sure it is that the test page came out: `outcome` printed, sent, unknown, blocked or unreachable, and why."""

    outcome: str
    detail: str


class FindingView(View):
    """What a probe found and the box stored.

    `columns` and `kanji` null: as the profile has them. `honest`: false where it confirmed a slip that could not come
    out, null: not put to the test. `refused` is a sentence where the model cannot work.
    """

    proof: queries.Proof
    clear: bool
    maker: str
    model: str
    serial: str
    language: str
    profile: str | None
    refused: str
    columns: int | None
    kanji: str | None
    honest: bool | None


class AnswerView(View):
    code: str
    text: str


class QuestionView(View):
    """What the person at the printer is asked, and what can be answered, in the caller's language."""

    code: str
    text: str
    answers: list[AnswerView]


class ProbeView(View):
    """A guided probe: `question` while it is asking, `finding` once it is done, `detail` why it failed."""

    printer_id: int
    state: Literal["working", "asking", "done", "failed"]
    question: QuestionView | None
    finding: FindingView | None
    detail: str


class ProbeAnswer(Body):
    """One of the answers to the question of that code."""

    question: ShortText
    answer: ShortText


@routes.get("/api/printers/found", "printer.edit")
async def find(call: Call, query: FindQuery) -> FoundList:
    """Printers within reach: announced by mDNS, plugged in, or, on request, answering at port 9100."""
    from printers import discovery, profiles

    known = {row.connection: row.id for row in await call.db.read(queries.PRINTERS, PrinterRow)}
    found = await asyncio.to_thread(functools.partial(discovery.discover, check_port=query.ask))
    views = [
        FoundView(
            each.connection,
            each.title,
            each.how,
            each.profile,
            each.refused,
            each.answers,
            known.get(each.connection),
        )
        for each in found
    ]
    return FoundList(views, profiles.names())


@routes.get("/api/printers/profiles", "printer.edit")
async def models(_call: Call) -> ProfileList:
    """The models of printers that this box knows; generic ones last."""
    from printers import profiles

    loaded = [profiles.load(name) for name in profiles.names()]
    return ProfileList(
        [
            ProfileView(each.name, each.title, each.columns, each.paper.width_mm, each.replies.proof, each.notes)
            for each in loaded
        ]
    )


@routes.post("/api/printers/try", "printer.edit")
async def try_out(_call: Call, body: TryPrinter) -> TriedView:
    """Print a test page at a printer before it is added, and say how sure it is that it came out."""
    from barbox.printing.proof_page import print_page
    from printers.transports import TransportError

    known_connection(body.connection)
    known_profile(body.profile, None)
    try:
        outcome, detail = await asyncio.to_thread(print_page, body.connection, body.profile)
    except TransportError as error:
        raise Unavailable(str(error)) from None
    return TriedView(outcome, detail)


@routes.post("/api/printers/{printer_id}/probe", "printer.edit", 202)
async def probe(call: Call, printer_id: int) -> ProbeView:
    """Begin to find out, on labelled slips and with a person's help, what a printer can prove; or show how it stands.

    Follow it with GET, or by the live event `printer.probe`; its jobs wait meanwhile.
    """
    rows = {row.id: row for row in await call.db.read(queries.PRINTERS, PrinterRow)}
    if printer_id not in rows:
        raise NotFound("printer", printer_id)
    if rows[printer_id].connection.startswith("epos"):
        raise BadRequest("an ePOS printer answers after printing: there is nothing to probe", "printerId")
    return _shown(call.request.app[PROBES].begin(rows[printer_id], call.actor), call.language)


@routes.get("/api/printers/{printer_id}/probe", "printer.edit")
async def probe_now(call: Call, printer_id: int) -> ProbeView:
    """How the last probe of this printer stands, and what it asks."""
    return _shown(call.request.app[PROBES].find(printer_id), call.language)


@routes.post("/api/printers/{printer_id}/probe/answer", "printer.edit")
async def answer_probe(call: Call, printer_id: int, body: ProbeAnswer) -> ProbeView:
    """Answer what the probe asks."""
    probing_now = call.request.app[PROBES].find(printer_id)
    probing_now.answer(body.question, body.answer)
    return _shown(probing_now, call.language)


@routes.delete("/api/printers/{printer_id}/probe", "printer.edit")
async def give_up(call: Call, printer_id: int) -> None:
    """Stop a probe at its next question; nothing of it is stored."""
    call.request.app[PROBES].find(printer_id).give_up()


def _shown(probe_now: Probing, language: str) -> ProbeView:
    asked, learnt = probe_now.asked, probe_now.learnt
    question = finding = None
    if asked is not None:
        answers = [AnswerView(each, probing.offered(each, language)) for each in asked.answers]
        question = QuestionView(asked.code, probing.question(asked.code, language), answers)
    if learnt is not None:
        said = learnt.finding
        finding = FindingView(
            proof=str(learnt.proof),  # type: ignore[arg-type]
            clear=said.clear,
            maker=said.maker,
            model=said.model,
            serial=said.serial,
            language=said.language,
            profile=said.profile,
            refused=said.refused,
            columns=learnt.columns,
            kanji=learnt.kanji,
            honest=learnt.honest,
        )
    return ProbeView(probe_now.printer.id, probe_now.state, question, finding, probe_now.detail)
