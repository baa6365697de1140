"""How a tablet comes to trust the box: its certificate authority in the forms that phones and computers take."""

import plistlib
import uuid

import segno
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding

from barbox.core.api import ADDRESSES
from barbox.core.errors import NotFound
from barbox.core.http import OPEN, Call, Routes
from barbox.core.messages import View
from barbox.tls import authority
from barbox.tls.listener import DOORWAY

routes = Routes("box")


class TrustView(View):
    """`secure`: where the box is reached by HTTPS, best first; empty while its owner has it switched off.

    `name` and `fingerprint` (SHA-256) of the authority are what phones show; `qrSvg` leads to the page that explains.
    """

    secure: list[str]
    name: str
    fingerprint: str
    page: str
    qr_svg: str


@routes.get("/api/trust", OPEN)
async def trust(call: Call) -> TrustView:
    """What a tablet must know to trust this box; no login."""
    app = call.request.app
    doorway = app[DOORWAY]
    page = f"{next(iter(app[ADDRESSES]()), f'http://{call.request.host}')}/trust"
    certificate = doorway.certificate() if doorway.port else None
    return TrustView(
        secure=[f"https://{host}:{doorway.port}" for host in doorway.hosts()] if doorway.port else [],
        name=authority.name_of(certificate) if certificate else "",
        fingerprint=authority.fingerprint(certificate) if certificate else "",
        page=page,
        qr_svg=segno.make(page, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff"),
    )


@routes.get("/trust/barbox.crt", OPEN)
async def as_certificate(call: Call) -> web.Response:
    """The authority's certificate (DER), as Android, Windows and macOS take it."""
    return _file(_der(call), "application/x-x509-ca-cert", "barbox.crt")


@routes.get("/trust/barbox.mobileconfig", OPEN)
async def as_profile(call: Call) -> web.Response:
    """The authority as a configuration profile, as iPhones and iPads take it."""
    der = _der(call)
    box_id = call.request.app[DOORWAY].box_id
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"barbox:{box_id}")
    root = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"barbox.{box_id}.authority",
        "PayloadUUID": str(uuid.uuid5(identity, "authority")),
        "PayloadDisplayName": "Barbox",
        "PayloadContent": der,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"barbox.{box_id}",
        "PayloadUUID": str(identity),
        "PayloadDisplayName": "Barbox",
        "PayloadDescription": "Lets this device trust the bar's own Barbox.",
        "PayloadContent": [root],
    }
    return _file(plistlib.dumps(profile), "application/x-apple-aspen-config", "barbox.mobileconfig")


def _der(call: Call) -> bytes:
    doorway = call.request.app[DOORWAY]
    if not doorway.port:
        raise NotFound("page", call.request.path)
    return doorway.certificate().public_bytes(Encoding.DER)


def _file(body: bytes, kind: str, name: str) -> web.Response:
    return web.Response(body=body, content_type=kind, headers={"Content-Disposition": f'inline; filename="{name}"'})
