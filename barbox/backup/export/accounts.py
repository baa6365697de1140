"""What accountants ask for: each business day's takings by tax rate and by means of payment, as XLSX or CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec
import peewee

from barbox.core import money, names, spreadsheet
from barbox.core.clock import show_day
from barbox.core.database import Snapshot
from barbox.core.settings import Venue
from barbox.core.statements import freeze
from barbox.menu.models import TaxRate
from barbox.orders.models import Payment, Tender
from barbox.payments.models import PaymentTax

P, T, X = Payment, Tender, PaymentTax
_sum = peewee.fn.SUM

_RATES = freeze(
    lambda p: (
        P.select(P.business_day, X.rate, TaxRate.names, _sum(X.gross), _sum(X.tax))
        .join(X, on=(X.payment_id == P.id))
        .join(TaxRate, peewee.JOIN.LEFT_OUTER, on=(TaxRate.id == X.tax_rate_id))
        .where((P.business_day >= p.first) & (P.business_day <= p.last))
        .group_by(P.business_day, X.rate, X.tax_rate_id)
        .order_by(P.business_day, X.rate, X.tax_rate_id)
    )
)
_TENDERS = freeze(
    lambda p: (
        P.select(
            P.business_day,
            T.method,
            P.kind,
            peewee.fn.COUNT(T.tender),
            _sum(T.amount),
            _sum(T.tip),
            _sum(T.rounding),
        )
        .join(T, on=(T.payment_id == P.id))
        .where((P.business_day >= p.first) & (P.business_day <= p.last))
        .group_by(P.business_day, T.method, P.kind)
        .order_by(P.business_day, T.method, P.kind)
    )
)
WORDS = {
    "en": {
        "taxes": ["Day", "Tax", "Rate %", "Net", "Tax amount", "Gross"],
        "tenders": ["Day", "Means", "Kind", "Number", "Amount", "Tips", "Cash rounding"],
        "payment": "payment",
        "refund": "refund",
        "cash": "cash",
        "card": "card",
        "mobile": "mobile",
        "voucher": "voucher",
        "house": "on the house",
        "walkout": "not paid",
    },
    "zh": {
        "taxes": ["日期", "税种", "税率 %", "不含税", "税额", "含税"],
        "tenders": ["日期", "支付方式", "类别", "笔数", "金额", "小费", "抹零"],
        "payment": "收款",
        "refund": "退款",
        "cash": "现金",
        "card": "刷卡",
        "mobile": "移动支付",
        "voucher": "代金券",
        "house": "免单",
        "walkout": "未付",
    },
}
"""Headings, and what a sheet calls things; a means without a word here is told by its own name."""


class RateRow(msgspec.Struct):
    day: int
    rate: int
    names: str | None
    gross: int
    tax: int


class TenderRow(msgspec.Struct):
    day: int
    method: str
    kind: str
    count: int
    amount: int
    tips: int
    rounding: int


class Totals(msgspec.Struct):
    """The days' totals: the taxes' gross and the tenders' amounts come to the same, to the last unit."""

    taxes: list[RateRow]
    tenders: list[TenderRow]


async def totals(snapshot: Snapshot, first: int, last: int) -> Totals:
    """Of the business days from `first` to `last` (YYYYMMDD), both included."""
    return Totals(
        await snapshot.all(_RATES, RateRow, first=first, last=last),
        await snapshot.all(_TENDERS, TenderRow, first=first, last=last),
    )


def as_xlsx(of: Totals, venue: Venue, language: str) -> bytes:
    """A sheet by tax rate and a sheet by means of payment."""
    out = io.BytesIO()
    spreadsheet.write(out, {part: rows(of, part, venue, language) for part in ("taxes", "tenders")})
    return out.getvalue()


def as_csv(of: Totals, part: str, venue: Venue, language: str) -> bytes:
    """One part, "taxes" or "tenders", with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows(of, part, venue, language))
    return out.getvalue().encode("utf-8-sig")


def rows(of: Totals, part: str, venue: Venue, language: str) -> Iterator[Sequence[object]]:
    """A heading, then a line a day and rate, or a day and means; amounts in whole currency with its decimals."""
    words, digits = WORDS[language], money.exponent(venue.currency)

    def amount(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-digits)

    yield words[part]
    if part == "taxes":
        for tax in of.taxes:
            called = names.first(names.decode(tax.names), language) if tax.names else ""
            net, of_it, gross = amount(tax.gross - tax.tax), amount(tax.tax), amount(tax.gross)
            yield (show_day(tax.day), called, Decimal(tax.rate) / 100, net, of_it, gross)
    else:
        for row in of.tenders:
            method, kind = words.get(row.method, row.method), words.get(row.kind, row.kind)
            sums = (amount(row.amount), amount(row.tips), amount(row.rounding))
            yield (show_day(row.day), method, kind, row.count, *sums)
