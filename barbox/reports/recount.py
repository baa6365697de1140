"""The roll-ups made anew from the raw rows: to prove that they are right, and to put right what is not.

Raw are settlements with their orders' lines (or what was counted of a sale that was undone), payments, tenders and
their taxes, and the journal, of what was taken back and given away.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from barbox.core.clock import DAY_MS
from barbox.core.models import JournalEntry
from barbox.core.settings import load_venue
from barbox.core.statements import Statement, freeze
from barbox.core.transaction import Transaction
from barbox.orders.queries import LINES, ORDER, LineRow, OrderRow
from barbox.payments.models import Settlement
from barbox.reports.counting import UPSERTS, waiting
from barbox.reports.models import Deduction, SaleUndone
from barbox.reports.sales import TABLES, Key, Sale, Tally, sale_of

D, J, S, U = Deduction, JournalEntry, Settlement, SaleUndone
_SETTLED = freeze(
    lambda p: (
        S.select(S.id, S.order_id, S.orders, S.business_day, S.at)
        .where((S.business_day >= p.first) & (S.business_day <= p.last))
        .order_by(S.business_day, S.id)
    )
)
_UNDONE = freeze(lambda p: U.select(U.body).where(U.settlement_id == p.settlement_id))
_UNDONE_BEFORE = freeze(
    lambda p: (
        U.select(U.body)
        .where((U.order_id == p.order_id) & (U.settlement_id < p.settlement_id))
        .order_by(U.settlement_id.desc())
        .limit(1)
    )
)
_MONEY = Statement(
    "SELECT p.business_day, coalesce(p.staff_id, 0), t.method, sum(p.kind = 'payment'), sum(t.amount), sum(t.tip),"
    " sum(t.rounding), sum(CASE p.kind WHEN 'refund' THEN -t.amount ELSE 0 END)"
    " FROM payment p JOIN tender t ON t.payment_id = p.id WHERE p.business_day BETWEEN ? AND ? GROUP BY 1, 2, 3",
    ("first", "last"),
)
_TAXES = Statement(
    "SELECT p.business_day, x.tax_rate_id, x.rate, sum(x.gross), sum(x.tax)"
    " FROM payment p JOIN payment_tax x ON x.payment_id = p.id WHERE p.business_day BETWEEN ? AND ? GROUP BY 1, 2, 3",
    ("first", "last"),
)
_REFUNDS = Statement(
    "SELECT p.business_day, p.order_id, -sum(t.amount) FROM payment p JOIN tender t ON t.payment_id = p.id"
    " JOIN orders o ON o.id = p.order_id WHERE p.business_day BETWEEN ? AND ? AND p.kind = 'refund'"
    " AND o.status = 'paid' AND p.id > (SELECT max(s.payment_id) FROM settlement s WHERE s.order_id = p.order_id)"
    " GROUP BY p.id",
    ("first", "last"),
)
_TOLD = Statement(
    "SELECT business_day, at, staff_id, kind, subject, payload FROM journal WHERE seq BETWEEN ? AND ?"
    " AND (kind = 'order.voided' OR (kind = 'order.changed' AND instr(payload, CAST('\"comp\":true' AS BLOB))))",
    ("first", "last"),
)
_FIRST_SINCE = freeze(lambda p: J.select(J.at).where(J.seq == p.seq))
_LAST_SEQ = Statement("SELECT coalesce(max(seq), 0) FROM journal", ())
_DEDUCTED = freeze(
    lambda p: D.select(D.kind, D.business_day, D.staff_id, D.reason, D.amount, D.order_id, D.at).where(
        (D.business_day >= p.first) & (D.business_day <= p.last)
    )
)
_FORGET = {
    table: Statement(f"DELETE FROM {table} WHERE business_day BETWEEN ? AND ?", ("first", "last"))  # noqa: S608
    for table in (*TABLES, "deduction")
}
_COUNTED = {
    table: Statement(
        f"SELECT {', '.join((*keys, *measures))} FROM {table} WHERE business_day BETWEEN ? AND ?",  # noqa: S608
        ("first", "last"),
    )
    for table, (keys, measures) in TABLES.items()
}
_DEDUCT = Statement(
    "INSERT INTO deduction (kind, business_day, staff_id, reason, amount, order_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ("kind", "business_day", "staff_id", "reason", "amount", "order_id", "at"),
)
_decode_sale = msgspec.json.Decoder(Sale).decode

DeductionRow = tuple[str, int, int, str, int, int, int]
"""Kind, business day, whose, why, how much, of which order, when (ms)."""


class Run(Protocol):
    """Runs a statement: a transaction's `execute`, or a connection's."""

    def __call__(self, statement: Statement, **parameters: Any) -> Iterable[tuple[Any, ...]]: ...


class Difference(msgspec.Struct, frozen=True):
    """A row of a roll-up that is not what the raw rows come to."""

    table: str
    key: Key
    counted: tuple[int, ...]
    raw: tuple[int, ...]


class Recount:
    """Some business days (YYYYMMDD, both included) summed from the raw rows."""

    def __init__(self, run: Run, first: int, last: int, *, tax_included: bool) -> None:
        self._run = run
        self._tax_included = tax_included
        self.tally = Tally()
        self.deductions: list[DeductionRow] = []
        for settlement_id, order_id, sign, day, at in list(run(_SETTLED, first=first, last=last)):
            sale = self._sale(settlement_id, order_id, sign, at)
            self.tally.sale(day, sale, sign)
            self.deductions += [
                ("discount", day, each.staff_id, each.reason, sign * each.amount, order_id, at) for each in sale.given
            ]
        for day, order_id, amount in list(run(_REFUNDS, first=first, last=last)):
            self.tally.refund(day, self._order(order_id), amount)
        for table, query in (("money_taken", _MONEY), ("tax_taken", _TAXES)):
            for row in run(query, first=first, last=last):
                self.tally.add(table, row[:3], row[3:])
        self.deductions += self._from_journal(first, last)

    def _sale(self, settlement_id: int, order_id: int, sign: int, at: int) -> Sale:
        if sign < 0:
            bodies = list(self._run(_UNDONE_BEFORE, order_id=order_id, settlement_id=settlement_id))
        else:
            bodies = list(self._run(_UNDONE, settlement_id=settlement_id))
        if bodies:
            return _decode_sale(bodies[0][0])
        lines = [LineRow(*row) for row in self._run(LINES, order_id=order_id)]
        return sale_of(self._order(order_id), lines, at, tax_included=self._tax_included)

    def _order(self, order_id: int) -> OrderRow:
        return OrderRow(*next(iter(list(self._run(ORDER, id=order_id)))))

    def _from_journal(self, first: int, last: int) -> Iterable[DeductionRow]:
        (most,) = next(iter(self._run(_LAST_SEQ)))
        begin = self._first_since(_noon(first) - 2 * DAY_MS, most)
        end = self._first_since(_noon(last) + 2 * DAY_MS, most)
        for day, at, staff_id, kind, subject, payload in self._run(_TOLD, first=begin, last=end):
            if first <= day <= last:
                told = msgspec.json.decode(payload)
                what = "void" if kind == "order.voided" else "comp"
                if what == "void" or told.get("comp") is True:
                    order_id = int(subject.partition(":")[2])
                    yield (what, day, staff_id or 0, told["reason"], told["amount"], order_id, at)

    def _first_since(self, moment: int, most: int) -> int:
        """The first journal entry at or after a moment: time never runs backwards in it."""
        low, high = 1, most + 1
        while low < high:
            middle = (low + high) // 2
            (at,) = next(iter(list(self._run(_FIRST_SINCE, seq=middle))))
            low, high = (middle + 1, high) if at < moment else (low, middle)
        return low


def differences(run: Run, first: int, last: int, *, tax_included: bool) -> list[Difference]:
    """Where the roll-ups of some business days are not what the raw rows come to."""
    raw = Recount(run, first, last, tax_included=tax_included)
    found = []
    for table, (keys, _) in TABLES.items():
        depth = len(keys)
        counted = {row[:depth]: row[depth:] for row in run(_COUNTED[table], first=first, last=last) if any(row[depth:])}
        right: dict[Key, tuple[Any, ...]] = {row[:depth]: row[depth:] for row in raw.tally.rows(table)}
        found += [
            Difference(table, key, counted.get(key, ()), right.get(key, ()))
            for key in sorted(counted.keys() | right.keys())
            if counted.get(key) != right.get(key)
        ]
    told, right_told = Counter(run(_DEDUCTED, first=first, last=last)), Counter(raw.deductions)
    found += [Difference("deduction", row[:4], (), row[4:]) for row in right_told - told]
    found += [Difference("deduction", row[:4], row[4:], ()) for row in told - right_told]
    return found


def rebuild(tx: Transaction, first: int, last: int) -> None:
    """Make the roll-ups of some business days anew; what this batch has yet to write is not counted twice."""
    raw = Recount(tx.execute, first, last, tax_included=tx.cached(load_venue).tax_included)
    for forget in _FORGET.values():
        tx.execute(forget, first=first, last=last)
    yet = waiting(tx)
    for table in TABLES:
        for row in list(yet.rows(table)):
            depth = len(TABLES[table][0])
            if first <= int(row[0]) <= last:
                raw.tally.add(table, row[:depth], row[depth:], -1)  # type: ignore[arg-type]
        tx.insert_tuples(UPSERTS[table], raw.tally.rows(table))
    tx.insert_tuples(_DEDUCT, sorted(raw.deductions, key=lambda row: row[6]))


def _noon(day: int) -> int:
    return int(datetime(day // 10_000, day // 100 % 100, day % 100, 12, tzinfo=UTC).timestamp() * 1000)
