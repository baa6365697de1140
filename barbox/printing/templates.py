"""What an owner may decide about tickets and receipts: which fields, what size, logo, header and footer."""

import base64
import binascii
import io
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest, NotFound
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.printing.models import PaperTemplate

Size = Annotated[int, Meta(ge=1, le=3)]
Words = Annotated[str, Meta(max_length=200)]
AnyTemplate = TypeVar("AnyTemplate", bound="Template")
MOST_LOGO_BYTES = 200_000
MOST_LOGO_DOTS = 2000


class Template(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What both kinds share: lines of the owner's own at the top and at the end."""

    header: Annotated[list[Words], Meta(max_length=8)] = []
    footer: Annotated[list[Words], Meta(max_length=8)] = []


class TicketTemplate(Template, frozen=True):
    """A station's ticket. Sizes are multiples of normal letters; `railClipLines` stay empty at the top."""

    place_size: Size = 3
    item_size: Size = 2
    modifier_height: Size = 2
    second_language: bool = True
    show_waiter: bool = True
    show_covers: bool = True
    show_order_number: bool = True
    rail_clip_lines: Annotated[int, Meta(ge=0, le=8)] = 2


class ReceiptTemplate(Template, frozen=True):
    """A receipt or pre-bill. `logo` is a PNG in base64; `language` null: the bar's."""

    language: Literal["en", "zh"] | None = None
    logo: Annotated[str, Meta(max_length=400_000)] = ""
    name_size: Size = 2
    total_size: Size = 2
    show_waiter: bool = True
    show_covers: bool = True
    show_unit_price: bool = True
    show_modifiers: bool = True


class Templates(msgspec.Struct, frozen=True, rename="camel"):
    """All of them."""

    ticket: TicketTemplate = TicketTemplate()
    receipt: ReceiptTemplate = ReceiptTemplate()


TYPES: dict[str, type[Template]] = {"ticket": TicketTemplate, "receipt": ReceiptTemplate}

ALL = freeze(PaperTemplate.select(PaperTemplate.kind, PaperTemplate.body))
_STORE = freeze(
    lambda p: PaperTemplate.insert(kind=p.kind, body=p.body).on_conflict(
        conflict_target=[PaperTemplate.kind], preserve=[PaperTemplate.body]
    )
)


class StoredTemplate(msgspec.Struct):
    kind: str
    body: bytes


def decode(kind: str, body: bytes) -> Template:
    """A template of a kind. Raises NotFound for another kind, BadRequest for what does not fit or a broken logo."""
    if kind not in TYPES:
        raise NotFound("kind of paper", kind)
    template = msgspec.json.decode(body, type=TYPES[kind])
    if isinstance(template, ReceiptTemplate):
        check_logo(template)
    return template


def logo(template: ReceiptTemplate) -> bytes:
    """The logo's PNG, empty for none. Raises BadRequest when it is no picture that fits."""
    try:
        png = base64.b64decode(template.logo, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("is not base64", "logo") from None
    if png and not (png.startswith(b"\x89PNG\r\n\x1a\n") and len(png) <= MOST_LOGO_BYTES):
        raise BadRequest(f"is a PNG of at most {MOST_LOGO_BYTES} bytes", "logo")
    return png


def check_logo(template: ReceiptTemplate) -> None:
    """Raises BadRequest for a logo that no printer could draw: a receipt must not fail for its picture."""
    from PIL import Image, UnidentifiedImageError

    png = logo(template)
    if not png:
        return
    try:
        with Image.open(io.BytesIO(png)) as picture:
            if max(picture.size) > MOST_LOGO_DOTS:
                raise BadRequest(f"is at most {MOST_LOGO_DOTS} dots wide and high", "logo")
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise BadRequest("is no PNG that can be read", "logo") from None


def gathered(stored: list[StoredTemplate]) -> Templates:
    """Defaults overlaid with what is stored."""
    return msgspec.convert({row.kind: msgspec.json.decode(row.body) for row in stored}, Templates)


def save(tx: Transaction, kind: str, template: AnyTemplate) -> AnyTemplate:
    """Store a template; papers printed from now on follow it."""
    tx.execute(_STORE, kind=kind, body=msgspec.json.encode(template))
    changed = {"kind": kind} | {n: v for n, v in msgspec.to_builtins(template).items() if n != "logo"}
    tx.emit("template.changed", f"template:{kind}", changed, rooms=("office",))
    return template
