"""Papers to look at: a round, a void, a reprint and a receipt of an evening that never was."""

from typing import Literal

import msgspec

from barbox.core.clock import BusinessDays
from barbox.core.settings import Venue
from barbox.printing.contents import (
    Bill,
    BillLine,
    BillTax,
    BillTender,
    Report,
    ReportMovement,
    ReportTender,
    Ticket,
    TicketLine,
)
from barbox.printing.marks import Marks
from barbox.printing.templates import Templates
from barbox.printing.tickets import lay_out
from printers.document import Document

Kind = Literal["ticket", "change", "void", "reprint", "receipt", "prebill", "report"]

NEGRONI = {"en": "Negroni", "zh": "内格罗尼"}
CHICKEN = {"en": "Kung Pao Chicken", "zh": "宫保鸡丁"}
BEER = {"en": "Tsingtao Draught 500 ml", "zh": "青岛生啤 500 毫升"}
HOT, PEANUTS = {"en": "extra hot", "zh": "特辣"}, {"en": "extra peanuts", "zh": "加花生"}
VAT = {"en": "VAT", "zh": "增值税"}

LINES = [
    TicketLine(2000, BEER, seat=1),
    TicketLine(1000, CHICKEN, [HOT, PEANUTS], course=1, note="!! peanut allergy at seat 3"),
    TicketLine(1000, NEGRONI, course=2, note="no orange"),
]
BILL = Bill(
    order_number=42,
    place="A5",
    staff="Wei",
    lines=[
        BillLine(2000, BEER, 2800, 5600),
        BillLine(1000, CHICKEN, 5100, 5100, [HOT, PEANUTS]),
        BillLine(1000, NEGRONI, 6800, 6800),
    ],
    subtotal=17500,
    discount=0,
    taxes=[BillTax(VAT, 600, 16509, 991)],
    total=17500,
    tenders=[BillTender("card", 10000, reference="4411"), BillTender("cash", 7500, 500, 10000, 2000)],
    covers=3,
    receipt=42,
    url="http://192.168.1.20/r/kE3v9Q2mXw7TzL4sHc81Nd",
)

REPORT = Report(
    kind="Z",
    number=128,
    title="Bar",
    staff="Ana",
    opened_at=0,
    closed_at=0,
    orders=86,
    covers=214,
    subtotal=1_284_600,
    discount=31_200,
    service=0,
    cover=0,
    tax=70_947,
    total=1_253_400,
    comped=6_800,
    voids=2,
    voided=9_600,
    tenders=[
        ReportTender("cash", 31, 402_700, tips=6_500),
        ReportTender("card", 38, 561_300, tips=18_200),
        ReportTender("mobile", 22, 289_400),
    ],
    taxes=[BillTax(VAT, 600, 1_182_453, 70_947)],
    movements=[ReportMovement("paid_out", -12_000, "ice"), ReportMovement("drop", -300_000, "safe")],
    no_sales=3,
    opening=50_000,
    expected=147_200,
    counted=147_100,
    head_seq=4711,
    head_hash="9f2c41d07be35a86",
)
EVENING_MS = 9 * 3_600_000


def sample(kind: Kind, language: str, moment: int, venue: Venue, days: BusinessDays, templates: Templates) -> Document:
    """A paper of this kind as it would come out now."""
    ticket = Ticket("new", "A5", 42, "Wei", LINES, 3, previous="K-0041")
    station = "厨房" if language == "zh" else "Kitchen"
    marks = Marks("R-0042" if kind in ("receipt", "prebill") else "K-0042", moment, station=station, language=language)
    match kind:
        case "ticket":
            return lay_out(ticket, marks, venue, days, templates)
        case "change":
            line = msgspec.structs.replace(LINES[1], modifiers=[HOT], gone=[PEANUTS])
            changed = msgspec.structs.replace(ticket, action="change", lines=[line], previous="K-0045", of=["K-0042"])
            return lay_out(changed, msgspec.structs.replace(marks, number="K-0046"), venue, days, templates)
        case "void":
            reason = "客人改主意了" if language == "zh" else "guest changed her mind"
            taken_back = Ticket("void", "A5", 42, "Ana", LINES[1:2], 3, reason=reason, previous="K-0046", of=["K-0042"])
            return lay_out(taken_back, msgspec.structs.replace(marks, number="K-0047"), venue, days, templates)
        case "reprint":
            again = msgspec.structs.replace(marks, copy=2, may_have_printed=True)
            return lay_out(ticket, again, venue, days, templates)
        case "receipt":
            return lay_out(BILL, marks, venue, days, templates)
        case "report":
            evening = msgspec.structs.replace(REPORT, opened_at=moment - EVENING_MS, closed_at=moment)
            return lay_out(evening, msgspec.structs.replace(marks, number="Z-128"), venue, days, templates)
        case "prebill":
            owed = msgspec.structs.replace(BILL, tenders=[], balance=BILL.total, pro_forma=True, url=None)
            return lay_out(owed, marks, venue, days, templates)
