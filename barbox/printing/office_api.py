"""What the office does with paper: find printers, probe one, adjust templates and look at them first."""

import asyncio
import functools
import io
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from aiohttp import web

from barbox.core.api import ADDRESSES
from barbox.core.errors import NotFound, Unavailable
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, View
from barbox.core.settings import read_venue
from barbox.printing import equipment, queries, templates
from barbox.printing.commands import Queued, print_start
from barbox.printing.contents import StartSlip
from barbox.printing.equipment import known_profile
from barbox.printing.queries import PrinterRow
from barbox.printing.samples import Kind, sample
from barbox.printing.templates import ReceiptTemplate, Templates, TicketTemplate

if TYPE_CHECKING:
    from printers.document import Document
    from printers.probe import Finding
    from printers.profiles import Profile

routes = Routes("printing")

PROBE_S = 60.0


class FoundView(View):
    """A printer within reach: `connection` to add it by, `profile` its likely model, `refused` why it cannot work."""

    connection: str
    title: str
    how: str
    profile: str | None
    refused: str


class FoundList(View):
    found: list[FoundView]
    profiles: list[str]


class FindQuery(View):
    """`ask` also asks every neighbour at port 9100: only when a person wants it."""

    ask: bool = False


class FindingView(View):
    """What a probe found, and the class of proof it stored; `refused` is a sentence where the model cannot work."""

    proof: str
    clear: bool
    maker: str
    model: str
    serial: str
    profile: str | None
    refused: str


class Preview(Body):
    """A template to look at before it is stored, on this profile's paper; by default the stored one."""

    kind: Kind
    profile: str = "epson-tm-t88vi"
    language: Literal["en", "zh"] = "en"
    template: dict[str, Any] | None = None


class SlipRequest(Body):
    """Which address tablets shall open; by default the box's first."""

    address: str | None = None


@routes.get("/api/printers/found", "printer.edit")
async def find(_call: Call, query: FindQuery) -> FoundList:
    """Printers within reach: announced by mDNS, plugged in, or, on request, answering at port 9100."""
    from printers import discovery, profiles

    found = await asyncio.to_thread(functools.partial(discovery.discover, check_port=query.ask))
    views = [FoundView(each.connection, each.title, each.how, each.profile, each.refused) for each in found]
    return FoundList(views, profiles.names())


@routes.post("/api/printers/{printer_id}/probe", "printer.edit")
async def probe(call: Call, printer_id: int) -> FindingView:
    """Find out on a labelled test slip how well a printer can prove what it printed, and store it."""
    from printers.transports import TransportError

    rows = {row.id: row for row in await call.db.read(queries.PRINTERS, PrinterRow)}
    if printer_id not in rows:
        raise NotFound("printer", printer_id)
    row = rows[printer_id]
    try:
        finding = await asyncio.to_thread(_probe, row.connection, known_profile(row.profile, row.columns))
    except TransportError as error:
        raise Unavailable(str(error)) from None
    await call.db.write_as(call.actor, equipment.store_proof, printer_id, str(finding.proof), finding.clear)
    return FindingView(
        proof=str(finding.proof),
        clear=finding.clear,
        maker=finding.maker,
        model=finding.model,
        serial=finding.serial,
        profile=finding.profile,
        refused=finding.refused,
    )


@routes.get("/api/papers/templates", "printer.edit")
async def stored(call: Call) -> Templates:
    """How tickets and receipts are laid out."""
    return templates.gathered(await call.db.read(templates.ALL, templates.StoredTemplate))


@routes.put("/api/papers/templates/ticket", "printer.edit")
async def save_ticket(call: Call, body: TicketTemplate) -> Answer[TicketTemplate]:
    """Lay tickets out differently from now on."""
    return await call.write(templates.save, "ticket", body)


@routes.put("/api/papers/templates/receipt", "printer.edit")
async def save_receipt(call: Call, body: ReceiptTemplate) -> Answer[ReceiptTemplate]:
    """Lay receipts out differently from now on."""
    templates.logo(body)
    return await call.write(templates.save, "receipt", body)


@routes.post("/api/papers/preview", "printer.edit")
async def preview(call: Call, body: Preview) -> web.Response:
    """A sample paper as PNG, drawn as the printer would."""
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        wanted = templates.gathered(await snapshot.all(templates.ALL, templates.StoredTemplate))
    if body.template is not None:
        kind = "receipt" if body.kind in ("receipt", "prebill") else "ticket"
        changed = templates.decode(kind, msgspec.json.encode(body.template))
        wanted = msgspec.structs.replace(wanted, **{kind: changed})
    profile = known_profile(body.profile, None)
    document = sample(body.kind, body.language, call.db.clock.now(), venue, call.db.days, wanted)
    png = await asyncio.to_thread(_drawn, document, profile)
    return web.Response(body=png, content_type="image/png", headers={"Cache-Control": "no-store"})


@routes.post("/api/papers/start-slip", "device.edit", 202)
async def start_slip(call: Call, body: SlipRequest) -> Answer[Queued | None]:
    """Print how tablets reach this box: addresses as text, and as QR."""
    addresses = call.request.app[ADDRESSES]()
    return await call.write(print_start, StartSlip(addresses, body.address or addresses[0]))


def _probe(connection: str, profile: "Profile") -> "Finding":
    from printers import transports
    from printers.probe import probe as ask

    transport = transports.connect(connection, timeout=5.0)
    try:
        return ask(transport, profile, deadline=PROBE_S)
    finally:
        transport.close()


def _drawn(document: "Document", profile: "Profile") -> bytes:
    from printers import encoder
    from printers.emulator.preview import draw

    out = io.BytesIO()
    draw(encoder.encode(document, profile), profile.name).save(out, "PNG")
    return out.getvalue()
