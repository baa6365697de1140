"""What can be asked to be printed, as data: kept in the job, laid out by `tickets.py` for each attempt."""

from typing import Literal

import msgspec


class TicketLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line for cook or bartender; quantity in thousandths, modifiers as names by language."""

    quantity: int
    names: dict[str, str]
    modifiers: list[dict[str, str]] = []
    seat: int | None = None
    course: int | None = None
    note: str | None = None
    gone: list[dict[str, str]] = []
    """Modifiers that are no longer wanted."""


Action = Literal["new", "fire", "void", "moved", "change"]


class Ticket(msgspec.Struct, frozen=True, tag="ticket", omit_defaults=True):
    """A station's ticket: new lines, lines fired, changed or taken back, or a table that moved."""

    action: Action
    place: str
    order_number: int
    staff: str
    lines: list[TicketLine]
    covers: int | None = None
    reason: str | None = None
    takeaway: bool = False
    previous: str | None = None
    """The number of the station's ticket before this one."""
    of: list[str] = []
    """The numbers of the tickets that the lines stood on before: what a void takes back."""


class BillLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a receipt; amounts in minor units."""

    quantity: int
    names: dict[str, str]
    price: int
    amount: int
    modifiers: list[dict[str, str]] = []
    comp: bool = False
    discount: int = 0
    part: bool = False
    """Of the set menu above it."""


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
    kind: str = "payment"


class Bill(msgspec.Struct, frozen=True, tag="bill", omit_defaults=True):
    """A receipt, or a pre-bill (`pro_forma`).

    `receipt` is its number that day, `url` the order's page on the box, `pay` what a pre-bill's payment QR says,
    `deposit` what was paid beforehand and will pay of it.
    """

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
    service: int = 0
    service_rate: int = 0
    cover: int = 0
    rounding: int = 0
    minimum_left: int = 0
    receipt: int | None = None
    url: str | None = None
    pay: str = ""
    deposit: int = 0
    takeaway: bool = False
    shares: list[int] = []
    language: str | None = None
    """The guest's, where it is not the bar's."""


class ReportTender(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came in by one means: `amount` less refunds, without tips and rounding."""

    method: str
    count: int
    amount: int
    tips: int = 0
    refunds: int = 0
    rounding: int = 0


class ReportMovement(msgspec.Struct, frozen=True):
    """Cash that went in or out without a sale."""

    kind: str
    amount: int
    reason: str


class ReportPrepaid(msgspec.Struct, frozen=True):
    """Money for members' balances and bookings' deposits, and what became of it: no sale."""

    kind: str
    method: str
    count: int
    amount: int


class Report(msgspec.Struct, frozen=True, tag="report", omit_defaults=True):
    """Totals so far (X), totals that close a drawer session (Z), or a closed day's (D); amounts in minor units.

    What the tenders come to is what `taxes` come to, gross, to the last unit.
    """

    kind: Literal["X", "Z", "D"]
    number: int | None
    title: str
    staff: str
    opened_at: int
    closed_at: int
    orders: int
    covers: int
    subtotal: int
    discount: int
    service: int
    cover: int
    tax: int
    total: int
    comped: int
    voids: int
    voided: int
    tenders: list[ReportTender]
    taxes: list[BillTax]
    movements: list[ReportMovement] = []
    last_backup: int | None = None
    """When (ms) a backup was last proven, 0: never; None where it is not told."""
    prepaid: list[ReportPrepaid] = []
    no_sales: int = 0
    opening: int = 0
    expected: int | None = None
    counted: int | None = None
    head_seq: int = 0
    head_hash: str = ""


class DrawerSlip(msgspec.Struct, frozen=True, tag="drawer_slip"):
    """Cash put into a drawer or taken out of it, to be signed."""

    kind: str
    drawer: str
    amount: int
    reason: str
    staff: str


class Booked(msgspec.Struct, frozen=True, omit_defaults=True):
    """One party that is expected: when (ms), who, how many, where; `deposit` is what was asked for."""

    at: int
    name: str
    covers: int
    tables: list[str] = []
    phone: str = ""
    note: str = ""
    deposit: int = 0


class BookingList(msgspec.Struct, frozen=True, tag="bookings"):
    """The bookings of a business day ("2026-11-22"), by time."""

    day: str
    bookings: list[Booked]


class Figure(msgspec.Struct, frozen=True, array_like=True):
    """A line of a report: what it is of, and one or two numbers as they are shown."""

    label: str
    middle: str
    right: str


class FigureList(msgspec.Struct, frozen=True, tag="figures"):
    """A report of the office on paper: its title, the days it is of, a heading and its lines."""

    title: str
    span: str
    heading: Figure
    figures: list[Figure]


class BottleLabel(msgspec.Struct, frozen=True, tag="bottle", omit_defaults=True):
    """A bottle kept for a guest until a day ("2026-11-22"); `size` and `rest` in thousandths of a ml."""

    code: str
    guest: str
    names: dict[str, str]
    size: int
    rest: int
    until: str
    place: str = ""


class TestPage(msgspec.Struct, frozen=True, tag="test"):
    """Shows what a printer can do: sizes, characters, QR, cut."""

    printer: str


class StartSlip(msgspec.Struct, frozen=True, tag="start"):
    """How tablets reach the box: its addresses as text, the first choice as QR."""

    addresses: list[str]
    url: str


class PairingSlip(msgspec.Struct, frozen=True, tag="pairing"):
    """One tablet's way in: the address with its code as QR, the code to type, and until when it is good."""

    url: str
    code: str
    expires_at: int


class Recovery(msgspec.Struct, frozen=True, tag="recovery"):
    """A printer is back after it was away: what was proven last, and how many papers follow."""

    printer: str
    away_since: int
    last_number: str
    waiting: int


class KeySlip(msgspec.Struct, frozen=True, tag="key", omit_defaults=True):
    """The owner's recovery key, to be put away; without `words` it was printed before and is forgotten."""

    fingerprint: str
    words: list[str] = []
    key: str = ""


class Kick(msgspec.Struct, frozen=True, tag="kick"):
    """Opens the cash drawer."""

    drawer: Literal[0, 1] = 0


Slip = TestPage | StartSlip | PairingSlip | Recovery | KeySlip
Content = Ticket | Bill | Report | DrawerSlip | BookingList | FigureList | BottleLabel | Slip | Kick
decode = msgspec.json.Decoder(Content).decode
encode = msgspec.json.Encoder().encode


def in_language(content: bytes, language: str) -> bytes:
    """A receipt for a guest of another language; other papers speak their station's."""
    paper = decode(content)
    return encode(msgspec.structs.replace(paper, language=language)) if isinstance(paper, Bill) else content
