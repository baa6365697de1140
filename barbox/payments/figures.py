"""What a drawer session comes to: sums over what was booked in it, for X, Z and day reports."""

from collections.abc import Iterable
from typing import Any

import msgspec
import peewee

from barbox.core import names
from barbox.core.messages import View
from barbox.core.models import JournalEntry
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.menu.models import TaxRate
from barbox.orders.models import Payment, Tender
from barbox.payments.drawers import MOVEMENTS, MovementRow
from barbox.payments.models import PaymentTax, Prepayment, Settlement
from barbox.printing.contents import BillTax, Report, ReportMovement, ReportPrepaid, ReportTender

P, T, X, S = Payment, Tender, PaymentTax, Settlement
_sum = peewee.fn.SUM
_SETTLED = ("orders", "covers", "subtotal", "discount", "service", "cover", "tax", "total", "comped")

_TENDERS = freeze(
    lambda p: (
        P.select(T.method, P.kind, peewee.fn.COUNT(T.tender), _sum(T.amount), _sum(T.tip), _sum(T.rounding))
        .join(T, on=(T.payment_id == P.id))
        .where(P.session_id == p.session_id)
        .group_by(T.method, P.kind)
    )
)
_TAXES = freeze(
    lambda p: (
        P.select(X.tax_rate_id, X.rate, _sum(X.gross), _sum(X.tax))
        .join(X, on=(X.payment_id == P.id))
        .where(P.session_id == p.session_id)
        .group_by(X.tax_rate_id, X.rate)
        .order_by(X.rate)
    )
)
_SETTLEMENTS = freeze(
    lambda p: S.select(*(peewee.fn.COALESCE(_sum(getattr(S, name)), 0) for name in _SETTLED)).where(
        S.session_id == p.session_id
    )
)
_VOIDS = freeze(
    lambda p: JournalEntry.select(JournalEntry.payload).where(
        (JournalEntry.seq > p.since) & (JournalEntry.kind == "order.voided")
    )
)
_PREPAID = freeze(
    lambda p: (
        Prepayment.select(Prepayment.kind, Prepayment.method, peewee.fn.COUNT(Prepayment.id), _sum(Prepayment.amount))
        .where(Prepayment.session_id == p.session_id)
        .group_by(Prepayment.kind, Prepayment.method)
    )
)
_RATES = freeze(TaxRate.select(TaxRate.id, TaxRate.names))


class TenderFigure(View):
    """What came in by one means: `amount` is less refunds, without tips and rounding."""

    method: str
    count: int
    amount: int
    tips: int
    refunds: int
    rounding: int


class TaxFigure(View):
    """What was paid at one tax rate: gross = base + tax."""

    rate_id: int
    names: dict[str, str]
    rate: int
    gross: int
    base: int
    tax: int


class MovementFigure(View):
    kind: str
    amount: int
    reason: str


class PrepaidFigure(View):
    """Money for balances and deposits: no sale. `method` "bill" went onto bills, "kept" is what the house keeps."""

    kind: str
    method: str
    count: int
    amount: int


class Figures(View):
    """A report's figures. The tenders' amounts and the taxes' gross sum to the same, to the last unit.

    `voids` counts what was taken back in the whole house meanwhile; `expected` and what follows is told of closed
    sessions, and of open ones only in an X report.
    """

    kind: str
    number: int | None
    title: str
    staff_name: str
    business_day: str
    opened_at: str
    closed_at: str
    orders: int
    covers: int
    subtotal: int
    discount_amount: int
    service_amount: int
    cover_amount: int
    tax_amount: int
    total_amount: int
    comped_amount: int
    voids: int
    voided_amount: int
    tenders: list[TenderFigure]
    taxes: list[TaxFigure]
    movements: list[MovementFigure]
    no_sales: int
    float: int
    expected: int | None
    counted: int | None
    over_short: int | None
    journal_seq: int
    journal_hash: str
    prepaid: list[PrepaidFigure] = []


class Sums(msgspec.Struct):
    """What was booked in one session, or in several."""

    tenders: dict[str, list[int]]
    taxes: dict[tuple[int, int], list[int]]
    settled: list[int]
    movements: list[MovementRow]
    prepaid: dict[tuple[str, str], list[int]] = {}

    @property
    def cash(self) -> int:
        """What payments and movements should have left in the drawer besides the float."""
        _, amount, tips, _, rounding = self.tenders.get("cash", [0] * 5)
        prepaid = sum(amount for (_, method), (_, amount) in self.prepaid.items() if method == "cash")
        return amount + tips + rounding + prepaid + sum(each.amount for each in self.movements)


def sums_of(tx: Transaction, session_ids: Iterable[int]) -> Sums:
    """What was booked in these sessions."""
    sums = Sums({}, {}, [0] * len(_SETTLED), [])
    for session_id in session_ids:
        for method, kind, count, amount, tip, rounding in tx.execute(_TENDERS, session_id=session_id):
            row = sums.tenders.setdefault(method, [0] * 5)
            row[0] += count if kind == "payment" else 0
            row[1] += amount
            row[2] += tip
            row[3] -= amount if kind == "refund" else 0
            row[4] += rounding
        for rate_id, rate, gross, tax in tx.execute(_TAXES, session_id=session_id):
            found = sums.taxes.setdefault((rate_id, rate), [0, 0])
            found[0] += gross
            found[1] += tax
        settled = tx.execute(_SETTLEMENTS, session_id=session_id).fetchone()
        sums.settled = [a + b for a, b in zip(sums.settled, settled, strict=True)]
        sums.movements += tx.all(MOVEMENTS, MovementRow, session_id=session_id)
        for kind, method, count, amount in tx.execute(_PREPAID, session_id=session_id):
            row = sums.prepaid.setdefault((kind, method), [0, 0])
            row[0] += count
            row[1] += amount
    return sums


def voids_since(tx: Transaction, seq: int) -> tuple[int, int]:
    """How often something was taken back since a journal entry, and what it was worth."""
    payloads = [msgspec.json.decode(row[0]) for row in tx.execute(_VOIDS, since=seq)]
    return len(payloads), sum(each.get("amount", 0) for each in payloads)


def fill(tx: Transaction, sums: Sums, voids: tuple[int, int], **about: Any) -> Figures:
    """A report of these sums; `about` says the rest."""
    called = {row[0]: names.decode(row[1]) for row in tx.execute(_RATES)}
    orders, covers, subtotal, discount, service, cover, tax, total, comped = sums.settled
    return Figures(
        orders=orders,
        covers=covers,
        subtotal=subtotal,
        discount_amount=discount,
        service_amount=service,
        cover_amount=cover,
        tax_amount=tax,
        total_amount=total,
        comped_amount=comped,
        voids=voids[0],
        voided_amount=voids[1],
        tenders=[TenderFigure(method, *row) for method, row in sorted(sums.tenders.items())],
        taxes=[
            TaxFigure(rate_id, called.get(rate_id, {"en": "Tax", "zh": "税"}), rate, gross, gross - of_it, of_it)
            for (rate_id, rate), (gross, of_it) in sorted(sums.taxes.items())
        ],
        movements=[MovementFigure(m.kind, m.amount, m.reason) for m in sums.movements if m.kind != "no_sale"],
        prepaid=[PrepaidFigure(kind, method, *row) for (kind, method), row in sorted(sums.prepaid.items())],
        no_sales=sum(move.kind == "no_sale" for move in sums.movements),
        **about,
    )


def paper(figures: Figures, opened_at: int, closed_at: int) -> Report:
    """The report as it is printed."""
    return Report(
        kind=figures.kind,  # type: ignore[arg-type]
        number=figures.number,
        title=figures.title,
        staff=figures.staff_name,
        opened_at=opened_at,
        closed_at=closed_at,
        orders=figures.orders,
        covers=figures.covers,
        subtotal=figures.subtotal,
        discount=figures.discount_amount,
        service=figures.service_amount,
        cover=figures.cover_amount,
        tax=figures.tax_amount,
        total=figures.total_amount,
        comped=figures.comped_amount,
        voids=figures.voids,
        voided=figures.voided_amount,
        tenders=[
            ReportTender(each.method, each.count, each.amount, each.tips, each.refunds, each.rounding)
            for each in figures.tenders
        ],
        taxes=[BillTax(each.names, each.rate, each.base, each.tax) for each in figures.taxes],
        movements=[ReportMovement(each.kind, each.amount, each.reason) for each in figures.movements],
        no_sales=figures.no_sales,
        prepaid=[ReportPrepaid(each.kind, each.method, each.count, each.amount) for each in figures.prepaid],
        opening=figures.float,
        expected=figures.expected,
        counted=figures.counted,
        head_seq=figures.journal_seq,
        head_hash=figures.journal_hash,
    )
