"""What can be asked to be printed, as data: kept in the job, laid out by `tickets.py` for each attempt."""

from typing import Literal

import msgspec


class TicketLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line for cook or bartender; quantity in thousandths, modifiers as names by language."""

    quantity: int
    names: dict[str, str]
    modifiers: list[dict[str, str]] = []
    seat: int | None = None
    course: int | None = None
    note: str | None = None


Action = Literal["new", "fire", "void", "moved"]


class Ticket(msgspec.Struct, frozen=True, tag="ticket", omit_defaults=True):
    """A station's ticket: new lines, lines fired, lines taken back, or a table that moved."""

    action: Action
    place: str
    order_number: int
    staff: str
    lines: list[TicketLine]
    covers: int | None = None
    reason: str | None = None
    previous: str | None = None
    """The number of the station's ticket before this one."""


class BillLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a receipt; amounts in minor units."""

    quantity: int
    names: dict[str, str]
    price: int
    amount: int
    modifiers: list[dict[str, str]] = []
    comp: bool = False


class BillTax(msgspec.Struct, frozen=True):
    """Tax of one rate (basis points) on `base`."""

    names: dict[str, str]
    rate: int
    base: int
    tax: int


class BillTender(msgspec.Struct, frozen=True, omit_defaults=True):
    method: str
    amount: int
    tip: int = 0
    tendered: int | None = None
    change: int = 0
    reference: str | None = None


class Bill(msgspec.Struct, frozen=True, tag="bill", omit_defaults=True):
    """A receipt, or a pre-bill (`pro_forma`)."""

    order_number: int
    place: str
    staff: str
    lines: list[BillLine]
    subtotal: int
    discount: int
    taxes: list[BillTax]
    total: int
    tenders: list[BillTender] = []
    balance: int = 0
    covers: int | None = None
    pro_forma: bool = False


class TestPage(msgspec.Struct, frozen=True, tag="test"):
    """Shows what a printer can do: sizes, characters, QR, cut."""

    printer: str


class StartSlip(msgspec.Struct, frozen=True, tag="start"):
    """How tablets reach the box: its addresses, and a pairing code as QR."""

    addresses: list[str]
    url: str


class Kick(msgspec.Struct, frozen=True, tag="kick"):
    """Opens the cash drawer."""

    drawer: Literal[0, 1] = 0


Content = Ticket | Bill | TestPage | StartSlip | Kick
decode = msgspec.json.Decoder(Content).decode
encode = msgspec.json.Encoder().encode
