"""Whatever a night brings, in whatever order: not a unit of money, not a line and not a tax cent is lost or made."""

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barbox.core import journal
from barbox.core.errors import StaleVersion
from barbox.orders import commands, discounts, splits
from barbox.orders.queries import LINES, NOT_ENDED_ORDERS, OrderRow, sums
from barbox.orders.requests import (
    Again,
    Comp,
    LineChange,
    Merge,
    Move,
    NewDiscount,
    NewItem,
    NewOrder,
    OrderChange,
    PartOfLine,
    Split,
    Transfer,
    Void,
)
from barbox.orders.rows import LineRow
from barbox.payments import closing, refunds
from barbox.payments import commands as payments
from barbox.payments.closing import Count
from barbox.payments.commands import NewPayment
from barbox.payments.refunds import NewRefund, RefundTender
from barbox.payments.rules import Method, NewTender
from barbox.printing.contents import Ticket, decode
from tests.payments.books import PRICES, Books, opened

METHODS: tuple[Method, ...] = ("cash", "card", "mobile")
VENUES = st.fixed_dictionaries(
    {
        "taxIncluded": st.booleans(),
        "cashRounding": st.sampled_from([1, 5, 10, 50]),
        "service_rate": st.sampled_from([0, 0, 1000, 1250]),
        "cover_price": st.sampled_from([0, 0, 333]),
    }
)
NUMBER = st.integers(0, 10_000)
DEEDS = st.sampled_from(
    [
        *("place", "place", "add", "again", "discount", "discount_line", "void", "comp", "split", "divide"),
        *("seats", "merge", "move_lines", "move", "transfer", "share", "pay", "pay", "pay_part", "refund", "reopen"),
    ]
)
NIGHT = st.lists(st.tuples(DEEDS, NUMBER, NUMBER, NUMBER), min_size=1, max_size=40)


def items(a: int, b: int) -> list[NewItem]:
    """One to three lines, of one to four each, at some seat."""
    return [NewItem(1 + (a + i * 7) % len(PRICES), 1 + (b + i) % 4, seat=1 + (a + i) % 3) for i in range(1 + a % 3)]


BY_METHOD = """SELECT t.method, sum(t.amount) FROM payment p JOIN tender t ON t.payment_id = p.id
    WHERE p.order_id = ? GROUP BY t.method"""

ORDERS = f"SELECT {', '.join(OrderRow.__struct_fields__)} FROM orders"  # noqa: S608


class Night:
    """Deeds by name, each on some order or line that the numbers point to."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def orders(self, *statuses: str) -> list[int]:
        marks = ",".join("?" * len(statuses))
        return [row[0] for row in self.books.all(f"SELECT id FROM orders WHERE status IN ({marks})", *statuses)]  # noqa: S608

    def some(self, number: int, *statuses: str) -> int:
        found = self.orders(*(statuses or ("open", "billed")))
        return found[number % len(found)] if found else 0

    def lines(self, order_id: int) -> list[int]:
        query = "SELECT line_id FROM order_line WHERE order_id = ? AND status <> 'void' ORDER BY line_id"
        return [row[0] for row in self.books.all(query, order_id)]

    def line(self, order_id: int, number: int) -> list[int]:
        found = self.lines(order_id)
        return [found[number % len(found)]] if found else [1]

    def balance(self, order_id: int) -> int:
        found = self.books.all("SELECT total - paid FROM orders WHERE id = ?", order_id)
        return int(found[0][0]) if found else 0

    def part(self, number: int) -> float | None:
        """So many of a line, or, more often, all of it."""
        return None if number % 3 else (1 + number % 4000) / 1000

    def does(self, deed: str, a: int, b: int, c: int) -> None:
        getattr(self, deed)(a, b, c)

    def place(self, a: int, b: int, c: int) -> None:
        where = {"table_id": 1 + c % 3, "covers": 1 + c % 4} if c % 4 else {"tab": f"Tab {c}"}
        self.books.tried(commands.place, NewOrder(items(a, b), **where))

    def add(self, a: int, b: int, c: int) -> None:
        self.books.tried(commands.change, self.some(c), OrderChange(items=items(a, b)))

    def again(self, a: int, _b: int, _c: int) -> None:
        self.books.tried(commands.again, self.some(a), Again())

    def discount(self, a: int, b: int, c: int) -> None:
        request = NewDiscount("percent" if c % 2 else "amount", b, "some reason")
        self.books.tried(discounts.discount, self.some(a), request)

    def discount_line(self, a: int, b: int, c: int) -> None:
        order = self.some(a)
        request = NewDiscount("percent" if c % 2 else "amount", b, "some reason", self.line(order, c))
        self.books.tried(discounts.discount, order, request)

    def void(self, a: int, b: int, c: int) -> None:
        order = self.some(a)
        part = self.part(c) if c % 5 else None
        self.books.tried(commands.void, order, Void("a reason", self.line(order, b) if c % 5 else None, part))

    def comp(self, a: int, b: int, c: int) -> None:
        order = self.some(a)
        self.books.tried(commands.comp, order, Comp(self.line(order, b), "a reason", quantity=self.part(c)))

    def split(self, a: int, b: int, _c: int) -> None:
        order = self.some(a)
        self.books.tried(splits.split, order, Split(lines=[PartOfLine(each) for each in self.line(order, b)]))

    def divide(self, a: int, b: int, c: int) -> None:
        order = self.some(a)
        part = PartOfLine(self.line(order, b)[0], (1 + c % 4000) / 1000)
        self.books.tried(splits.split, order, Split(lines=[part]))

    def seats(self, a: int, b: int, _c: int) -> None:
        self.books.tried(splits.split, self.some(a), Split(seats=[1 + b % 3]))

    def merge(self, a: int, b: int, _c: int) -> None:
        self.books.tried(splits.merge, self.some(a), Merge([self.some(b)]))

    def move_lines(self, a: int, b: int, c: int) -> None:
        order = self.some(a)
        to = self.some(c) if c % 2 else None
        request = Move(line_ids=self.line(order, b), to_order_id=to, quantity=self.part(c))
        request.table_id = None if c % 2 else 1 + c % 3
        self.books.tried(splits.move_lines, order, request)

    def move(self, a: int, b: int, _c: int) -> None:
        self.books.tried(commands.move, self.some(a), Move(table_id=1 + b % 3) if b % 2 else Move(tab="Lin"))

    def transfer(self, a: int, _b: int, _c: int) -> None:
        self.books.tried(commands.transfer, self.some(a), Transfer(1))

    def share(self, a: int, b: int, _c: int) -> None:
        self.books.tried(splits.split, self.some(a), Split(parts=2 + b % 5))

    def pay(self, a: int, b: int, c: int) -> None:
        order = self.some(a)
        first = self.balance(order) * (b % 5) // 4
        rest = self.balance(order) - first
        tenders = [NewTender(METHODS[c % 3], first, tip=c % 7), NewTender(METHODS[b % 3], rest)]
        self.books.tried(payments.take, NewPayment(order, tenders))

    def pay_part(self, a: int, b: int, c: int) -> None:
        order = self.some(a)
        part = self.balance(order) * (1 + b % 9) // 10
        share = 1 + c % 3 if c % 4 == 0 else None
        self.books.tried(payments.take, NewPayment(order, [NewTender(METHODS[c % 3], part)], share))

    def refund(self, a: int, b: int, c: int) -> None:
        order = self.some(a, "open", "billed", "paid")
        found = self.books.all(BY_METHOD, order)
        if found:
            method, paid = found[c % len(found)]
            tender = RefundTender(method, max(0, paid) * (1 + b % 4) // 4)
            self.books.tried(refunds.refund, NewRefund(order, [tender], "a reason"))

    def reopen(self, a: int, _b: int, _c: int) -> None:
        self.books.tried(payments.reopen, self.some(a, "billed", "paid"), "a reason")


PAID_ON = """SELECT coalesce(sum(t.amount), 0) FROM payment p JOIN tender t ON t.payment_id = p.id
    WHERE p.order_id = ?"""
ORDERED = """SELECT json_extract(CAST(payload AS TEXT), '$.items') FROM journal
    WHERE kind IN ('order.placed', 'order.changed')"""


def lines_of(books: Books, order_id: int) -> list[LineRow]:
    """An order's lines as they are stored."""
    return [LineRow(*row) for row in books.all(LINES.sql, order_id)]


def totals_hold(books: Books) -> None:
    """Every order's total is that of its lines; what was paid on it is in its tenders and nowhere else."""
    included = bool(books.do(commands.around).venue.tax_included)
    for row in books.all(f"{ORDERS} ORDER BY id"):
        order = OrderRow(*row)
        lines = lines_of(books, order.id)
        found = sums(order, lines, tax_included=included)
        assert order.total == found.total
        assert found.total == found.subtotal - found.discount + found.service + found.cover + (
            0 if included else found.tax
        )
        assert sum(tax.base + tax.tax for tax in found.taxes) == found.total
        assert 0 <= found.discount <= found.subtotal
        assert 0 <= order.refunded <= order.paid <= order.total
        assert order.status != "paid" or order.paid == order.total
        net = (
            "SELECT coalesce(sum(t.amount), 0) FROM payment p JOIN tender t ON t.payment_id = p.id WHERE p.order_id = ?"
        )
        assert order.paid - order.refunded == books.one(net, order.id)
    unbooked = """
        SELECT p.id FROM payment p WHERE (SELECT coalesce(sum(amount), 0) FROM tender WHERE payment_id = p.id)
          <> (SELECT coalesce(sum(gross), 0) FROM payment_tax WHERE payment_id = p.id)"""
    assert books.all(unbooked) == []


def nothing_is_lost(books: Books) -> None:
    """What the journal says was ordered is there, each line in one order, and was told to the station once."""
    ordered: Counter[int] = Counter()
    worth: Counter[int] = Counter()
    for (payload,) in books.all(ORDERED):
        for item in json.loads(payload or "[]"):
            ordered[item["itemId"]] += item["quantity"]
            worth[item["itemId"]] += item["amount"]
    there = {row[0]: row[1:] for row in books.all(
        "SELECT product_id, sum(quantity), sum(amount) FROM order_line GROUP BY product_id")}  # fmt: skip
    assert {product: found[0] for product, found in there.items()} == ordered
    assert {product: found[1] for product, found in there.items()} == worth
    told = 0
    for (content,) in books.all("SELECT content FROM print_job WHERE kind = 'ticket'"):
        ticket = decode(content)
        if isinstance(ticket, Ticket) and ticket.action == "new":
            told += sum(line.quantity for line in ticket.lines)
    assert told == sum(ordered.values())


def settle_all(books: Books) -> None:
    """The last guests pay."""
    for row in books.all(NOT_ENDED_ORDERS.sql):
        order = OrderRow(*row)
        books.do(payments.take, NewPayment(order.id, [NewTender("card", order.total - order.paid)]))


def the_z_is_right(books: Books) -> None:
    """Sum of Z = sum of payments = sum of totals less refunds; per tax rate what the orders' own taxes say."""
    taken = books.one("SELECT coalesce(sum(amount), 0) FROM tender")
    owed = books.one("SELECT coalesce(sum(total - refunded), 0) FROM orders")
    if not books.all("SELECT id FROM drawer_session"):
        assert taken == owed == 0
        return
    cash = books.one("SELECT coalesce(sum(amount + tip + rounding), 0) FROM tender WHERE method = 'cash'")
    z = books.do(closing.close_drawer, 1, Count([]))
    assert sum(each.amount for each in z.tenders) == sum(each.gross for each in z.taxes) == taken == owed
    assert z.total_amount == books.one("SELECT coalesce(sum(total), 0) FROM orders WHERE status = 'paid'")
    assert z.expected == cash
    assert z.orders == books.one("SELECT count(*) FROM orders WHERE status = 'paid'")
    included = bool(books.do(commands.around).venue.tax_included)
    rates: Counter[tuple[int, int]] = Counter()
    taxes: Counter[tuple[int, int]] = Counter()
    refunded = books.one("SELECT sum(refunded) FROM orders")
    for row in books.all(f"{ORDERS} WHERE status = 'paid'"):
        order = OrderRow(*row)
        lines = lines_of(books, order.id)
        for tax in sums(order, lines, tax_included=included).taxes:
            rates[tax.tax_rate_id, tax.rate] += tax.base + tax.tax
            taxes[tax.tax_rate_id, tax.rate] += tax.tax
    if not refunded:
        assert {(each.rate_id, each.rate): each.gross for each in z.taxes if each.gross} == +rates
        assert {(each.rate_id, each.rate): each.tax for each in z.taxes if each.tax} == +taxes


def give_all_back(books: Books) -> None:
    """Every unit goes back by the tender it came in: then no tax is left either."""
    query = """SELECT p.order_id, t.method, sum(t.amount) FROM payment p JOIN tender t ON t.payment_id = p.id
        GROUP BY p.order_id, t.method HAVING sum(t.amount) > 0"""
    for order_id, method, amount in books.all(query):
        books.do(refunds.refund, NewRefund(order_id, [RefundTender(method, amount)], "all back"))
    assert books.one("SELECT coalesce(sum(amount), 0) FROM tender") == 0
    assert books.one("SELECT coalesce(sum(rounding), 0) FROM tender") == 0
    left = "SELECT tax_rate_id, sum(gross), sum(tax) FROM payment_tax GROUP BY tax_rate_id, rate"
    assert all(gross == tax == 0 for _, gross, tax in books.all(left))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VENUES, NIGHT)
def test_a_random_night_is_conserved_to_the_last_unit(
    venue: dict[str, Any], night: list[tuple[str, int, int, int]]
) -> None:
    with opened(**venue) as books:
        doer = Night(books)
        for deed in night:
            doer.does(*deed)
            totals_hold(books)
        nothing_is_lost(books)
        settle_all(books)
        totals_hold(books)
        the_z_is_right(books)
        give_all_back(books)
        assert journal.verify(books.connection).seq == books.database.seq


TAPS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["add", "edit", "look"]), NUMBER), max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TAPS)
def test_two_tablets_on_one_table_lose_nothing(taps: list[tuple[str, str, int]]) -> None:
    with opened() as books:
        held = [NewItem(1, 1, hold=True), NewItem(2, 1, hold=True)]
        order = now = books.do(commands.place, NewOrder(held, table_id=1))
        known = {"A": order, "B": order}
        line, quantity = order.items[0].line_id, 1.0
        added: Counter[int] = Counter({1: 1, 2: 1})
        for tablet, tap, number in taps:
            if tap == "look":
                known[tablet] = now
            elif tap == "add":
                new = NewItem(3 + number % 4, 1)
                now = known[tablet] = books.do(commands.change, order.order_id, OrderChange(items=[new]))
                added[new.item_id] += 1
            else:
                edit = OrderChange(version=known[tablet].version, changes=[LineChange(line, 1 + number % 9)])
                fresh = known[tablet].version == now.version
                try:
                    now = known[tablet] = books.do(commands.change, order.order_id, edit)
                    quantity = 1 + number % 9
                    assert fresh
                except StaleVersion as refusal:
                    assert not fresh
                    assert refusal.fields["current"]["version"] == now.version
        assert Counter(each.item_id for each in now.items) == added
        assert now.items[0].quantity == quantity
        assert now.total_amount == sum(each.amount for each in now.items)
