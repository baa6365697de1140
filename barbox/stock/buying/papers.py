"""An order to a supplier as a table, as a mail, and on paper, in the supplier's language."""

from decimal import Decimal
from typing import Literal

import msgspec

from barbox.core.clock import show_day
from barbox.core.database import Snapshot
from barbox.core.errors import NotFound, WrongState
from barbox.core.messages import Body, View
from barbox.core.money import exponent, show_amount
from barbox.core.names import first
from barbox.core.settings import Venue, load_venue, read_venue
from barbox.core.tables import Cell, Table, shown
from barbox.core.transaction import Transaction
from barbox.printing.commands import print_slip
from barbox.printing.contents import Figure, FigureList
from barbox.stock.buying.purchases import PurchaseLineView, PurchaseView, mark_sent, read_purchase
from barbox.stock.buying.suppliers import SUPPLIER, SupplierRow

WORDS = {
    "order": {"en": "Order", "zh": "采购单"},
    "item": {"en": "Item", "zh": "品名"},
    "pack": {"en": "Pack", "zh": "规格"},
    "packs": {"en": "Quantity", "zh": "数量"},
    "price": {"en": "Price", "zh": "单价"},
    "amount": {"en": "Amount", "zh": "金额"},
    "note": {"en": "Note", "zh": "备注"},
    "total": {"en": "Total", "zh": "合计"},
    "by": {"en": "Delivery wanted by {day}.", "zh": "请于 {day} 前送达。"},
    "subject": {"en": "Order {number} from {venue}", "zh": "{venue} 采购单 {number}"},
    "greeting": {"en": "Dear {name},", "zh": "{name}：您好！"},
    "please": {"en": "we would like to order:", "zh": "请按以下清单供货："},
    "thanks": {"en": "Thank you,", "zh": "谢谢！"},
}


class SendPurchase(Body):
    """How it goes to the supplier: on paper, as the text of a mail, or as a file."""

    how: Literal["print", "mail", "csv", "pdf"] = msgspec.field(name="as")


class SentPurchase(View):
    """The order, and of a mail to whom, with what subject and text; the job that prints it; where its file is."""

    purchase: PurchaseView
    to: str | None = None
    subject: str | None = None
    text: str | None = None
    job_id: int | None = None
    file: str | None = None


def send_purchase(tx: Transaction, purchase_id: int, body: SendPurchase) -> SentPurchase:
    """Send a draft, or what was sent once more. Raises NotFound, WrongState where no receipt printer is there."""
    told = mark_sent(tx, purchase_id, body.how)
    supplier = tx.one(SUPPLIER, SupplierRow, id=told.supplier_id)
    if supplier is None:
        raise NotFound("supplier", told.supplier_id)
    paper = Paper(told, supplier, tx.cached(load_venue))
    match body.how:
        case "mail":
            return SentPurchase(told, to=supplier.email, subject=paper.subject(), text=paper.text())
        case "print":
            job_id = print_slip(tx, paper.slip(), f"PO-{told.number}")
            if job_id is None:
                raise WrongState("the receipt printer", "not there")
            return SentPurchase(told, job_id=job_id)
        case "csv" | "pdf":
            return SentPurchase(told, file=f"/api/purchases/{purchase_id}/file?format={body.how}")


async def table_of(snapshot: Snapshot, purchase_id: int) -> tuple[Table, str]:
    """An order as a table, and the venue's name. Raises NotFound."""
    told = await read_purchase(snapshot, purchase_id)
    supplier = await snapshot.one(SUPPLIER, SupplierRow, id=told.supplier_id)
    if supplier is None:
        raise NotFound("supplier", told.supplier_id)
    venue = await read_venue(snapshot)
    return Paper(told, supplier, venue).table(), venue.name


class Paper:
    """Writes one order."""

    def __init__(self, told: PurchaseView, supplier: SupplierRow, venue: Venue) -> None:
        self.told, self.supplier, self.venue = told, supplier, venue

    def table(self) -> Table:
        """A line for each item, and their sum."""
        heading = [self._word(name) for name in ("item", "pack", "packs", "price", "amount", "note")]
        rows: list[list[Cell]] = [
            [
                first(each.names, self.supplier.language),
                self._pack(each),
                each.packs,
                self._major(each.price),
                self._major(each.amount),
                each.note or "",
            ]
            for each in self.told.lines
        ]
        rows.append([self._word("total"), "", None, None, self._major(self.told.amount), self.told.note or ""])
        title = f"{self._word('order')} {self.told.number}"
        return Table(title, f"{self.supplier.name}  {show_day(self.told.business_day)}", heading, rows, (0, 2, 4))

    def subject(self) -> str:
        """Of the mail."""
        return self._word("subject").format(number=self.told.number, venue=self.venue.name)

    def text(self) -> str:
        """The whole mail, to be sent from anywhere."""
        called = self.supplier.contact or self.supplier.name
        lines = [self._word("greeting").format(name=called), "", self._word("please"), ""]
        for each in self.told.lines:
            line = f"- {shown(each.packs)} × {first(each.names, self.supplier.language)}, {self._pack(each)}"
            lines.append(f"{line} ({each.note})" if each.note else line)
        if self.told.amount:
            lines += ["", f"{self._word('total')}: {show_amount(self.told.amount, self.venue.currency)}"]
        if self.told.expected_on:
            lines += ["", self._word("by").format(day=show_day(self.told.expected_on))]
        if self.told.note:
            lines += ["", self.told.note]
        return "\n".join([*lines, "", self._word("thanks"), self.venue.name, self.venue.address]).rstrip() + "\n"

    def slip(self) -> FigureList:
        """For the receipt printer: what, how many, for how much."""
        figures = [
            Figure(
                f"{first(each.names, self.supplier.language)} {self._pack(each)}",
                shown(each.packs),
                "" if each.amount is None else show_amount(each.amount, self.venue.currency),
            )
            for each in self.told.lines
        ]
        figures.append(Figure(self._word("total"), "", show_amount(self.told.amount, self.venue.currency)))
        heading = Figure(self._word("item"), self._word("packs"), self._word("amount"))
        return FigureList(f"{self._word('order')} {self.told.number}", self.supplier.name, heading, figures)

    def _pack(self, line: PurchaseLineView) -> str:
        return line.unit if line.pack is None else first(line.pack, self.supplier.language)

    def _major(self, amount: int | None) -> Decimal | None:
        return None if amount is None else Decimal(amount).scaleb(-exponent(self.venue.currency))

    def _word(self, key: str) -> str:
        return WORDS[key][self.supplier.language]
