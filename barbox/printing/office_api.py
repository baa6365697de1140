"""How paper looks: templates, a look at them before they are stored; and slips that bring tablets in."""

import asyncio
import io
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from aiohttp import web

from barbox.core import ids
from barbox.core.api import ADDRESSES
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body
from barbox.core.settings import read_venue
from barbox.core.transaction import Transaction
from barbox.printing import templates
from barbox.printing.commands import Queued, print_pairing, print_start
from barbox.printing.contents import PairingSlip, StartSlip
from barbox.printing.equipment import known_profile
from barbox.printing.samples import Kind, sample
from barbox.printing.templates import ReceiptTemplate, Templates, TicketTemplate
from barbox.staff.commands import make_code

if TYPE_CHECKING:
    from printers.document import Document
    from printers.profiles import Profile

routes = Routes("printing")


class Preview(Body):
    """A template to look at before it is stored, on this profile's paper; by default the stored one."""

    kind: Kind
    profile: str = "epson-tm-t88vi"
    language: Literal["en", "zh"] = "en"
    template: dict[str, Any] | None = None


class SlipRequest(Body):
    """Which address tablets shall open; by default the box's first."""

    address: str | None = None


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
    templates.check_logo(body)
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


@routes.post("/api/papers/pairing-slip", "device.edit", 202)
async def pairing_slip(call: Call, body: SlipRequest) -> Answer[Queued | None]:
    """Print a new tablet's way in: a pairing code as QR and to type, good for ten minutes, once."""
    typed, scanned = ids.typed_code(), ids.scanned_code()
    address = body.address or call.request.app[ADDRESSES]()[0]
    return await call.write(_invite, address, typed, scanned)


def _invite(tx: Transaction, address: str, typed: str, scanned: str) -> Queued | None:
    expires_at = make_code(tx, [ids.digest(typed), ids.digest(scanned)])
    return print_pairing(tx, PairingSlip(f"{address}/pair#{scanned}", typed, expires_at))


def _drawn(document: "Document", profile: "Profile") -> bytes:
    from printers import encoder
    from printers.emulator.preview import draw

    out = io.BytesIO()
    draw(encoder.encode(document, profile), profile.name).save(out, "PNG")
    return out.getvalue()
