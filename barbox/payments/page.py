"""A receipt's page on the box: what the guest's own phone shows after scanning the QR code on paper."""

from collections.abc import Sequence
from html import escape

import msgspec

from barbox.core.clock import BusinessDays
from barbox.core.database import Snapshot
from barbox.core.money import SYMBOLS, show_amount
from barbox.core.names import first
from barbox.core.settings import Venue
from barbox.core.statements import freeze
from barbox.orders.queries import LineView, OrderView
from barbox.payments.models import Receipt

R = Receipt
_BY_TOKEN = freeze(lambda p: R.select(R.order_id, R.business_day, R.number, R.at).where(R.token == p.token))

WORDS: dict[str, dict[str, str]] = {
    "receipt": {"en": "Receipt", "zh": "电子小票"},
    "subtotal": {"en": "Subtotal", "zh": "小计"},
    "discount": {"en": "Discount", "zh": "折扣"},
    "service": {"en": "Service charge", "zh": "服务费"},
    "cover": {"en": "Cover charge", "zh": "开台费"},
    "total": {"en": "Total", "zh": "合计"},
    "rounding": {"en": "Cash rounding", "zh": "现金抹零"},
    "balance": {"en": "Still to pay", "zh": "未付"},
    "comp": {"en": "on the house", "zh": "赠送"},
    "tip": {"en": "tip", "zh": "小费"},
    "tendered": {"en": "Given", "zh": "实收"},
    "change": {"en": "Change", "zh": "找零"},
    "refund": {"en": "Refund", "zh": "退款"},
    "cash": {"en": "Cash", "zh": "现金"},
    "card": {"en": "Card", "zh": "刷卡"},
    "mobile": {"en": "Mobile", "zh": "移动支付"},
    "voucher": {"en": "Voucher", "zh": "代金券"},
    "member": {"en": "Balance", "zh": "储值"},
    "points": {"en": "Points", "zh": "积分"},
    "deposit": {"en": "Deposit", "zh": "订金"},
    "house": {"en": "On the house", "zh": "免单"},
    "walkout": {"en": "Not paid", "zh": "未付"},
}
STYLE = """
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif }
body { max-width: 26rem; margin: 0 auto; padding: 1.25rem }
h1 { font-size: 1.35rem; margin: 0 } p { margin: .15rem 0; opacity: .75 }
table { width: 100%; border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
td { padding: .25rem 0; vertical-align: top } td:last-child { text-align: right; white-space: nowrap }
.sum td { border-top: 1px solid; font-weight: 700; font-size: 1.15rem } small { opacity: .75 }
"""


class Known(msgspec.Struct):
    """A receipt as it is found by its secret."""

    order_id: int
    business_day: int
    number: int
    at: int


async def find(snapshot: Snapshot, token: str) -> Known | None:
    """The receipt with this secret."""
    return await snapshot.one(_BY_TOKEN, Known, token=token)


def page(known: Known, order: OrderView, venue: Venue, days: BusinessDays, language: str) -> str:
    """The receipt as a small HTML page that needs nothing else."""
    rows = [
        _row(
            f"{line.quantity:g} × {first(line.names, language)}",
            _line_amount(line, venue, language),
            below=_chosen(line, order, language),
        )
        for line in order.items
        if line.status != "void" and line.parent_id is None
    ]
    sums = [
        ("subtotal", order.subtotal if order.subtotal != order.total_amount else 0),
        ("discount", -order.discount_amount),
        ("service", order.service_amount),
        ("cover", order.cover_amount),
    ]
    rows += [_row(_word(key, language), _money(amount, venue)) for key, amount in sums if amount]
    taxes = [
        _row(f"{first(tax.names, language)} {tax.rate / 100:g}%", _money(tax.tax, venue))
        for tax in order.taxes
        if tax.tax
    ]
    symbol = SYMBOLS.get(venue.currency, venue.currency + " ")
    total = _row(_word("total", language), symbol + _money(order.total_amount, venue), "sum")
    rows += [*taxes, total] if not venue.tax_included else [total, *taxes]
    for tender in order.payments:
        name = _word(tender.method, language)
        label = f"{_word('refund', language)} {name}" if tender.kind == "refund" else name
        rows.append(_row(label, _money(tender.amount, venue)))
        if tender.tip:
            rows.append(_row(_word("tip", language), _money(tender.tip, venue)))
        if tender.change and tender.tendered is not None:
            rows.append(_row(_word("tendered", language), _money(tender.tendered, venue)))
            rows.append(_row(_word("change", language), _money(tender.change, venue)))
    ends = [("rounding", order.rounding_amount), ("balance", order.balance)]
    rows += [_row(_word(key, language), _money(amount, venue)) for key, amount in ends if amount]
    number = f"{known.business_day}-{known.number:04d}"
    address = "".join(f"<p>{escape(line)}</p>" for line in (*venue.address.split("\n"), venue.tax_number) if line)
    title = f"{_word('receipt', language)} {number}"
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{escape(venue.name)}</h1>{address}"
        f"<p>{title}</p><p>{days.local(known.at):%Y-%m-%d %H:%M} {escape(order.table_name or order.tab or '')}</p>"
        f"<table>{''.join(rows)}</table><p>{escape(venue.receipt_footer)}</p></html>"
    )


def _line_amount(line: LineView, venue: Venue, language: str) -> str:
    return _word("comp", language) if line.comp else _money(line.amount, venue)


def _chosen(line: LineView, order: OrderView, language: str) -> list[str]:
    """What was chosen of it: modifiers, and the courses of a set menu with theirs."""
    told = [first(each.names, language) for each in line.modifiers if not each.course]
    for each in order.items:
        if each.parent_id != line.line_id or each.status == "void":
            continue
        more = ", ".join(first(modifier.names, language) for modifier in each.modifiers)
        told.append(f"{first(each.names, language)} ({more})" if more else first(each.names, language))
    return told


def _row(name: str, value: str, mark: str = "", below: Sequence[str] = ()) -> str:
    attribute = f' class="{mark}"' if mark else ""
    small = "".join(f"<br><small>{escape(each)}</small>" for each in below)
    return f"<tr{attribute}><td>{escape(name)}{small}</td><td>{escape(value)}</td></tr>"


def _word(key: str, language: str) -> str:
    return WORDS[key][language]


def _money(amount: int, venue: Venue) -> str:
    return show_amount(amount, venue.currency)
