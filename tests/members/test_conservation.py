"""Whatever a night brings: no point and no unit of anybody's money is lost, made, or kept twice."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barbox.core import journal
from barbox.members import commands as members
from barbox.members.commands import EditMember, MergeMember
from barbox.members.rules import BonusStep, Program, points_for
from barbox.menu.commands import EditPriceRule, save_price_rule
from barbox.orders import commands as orders
from barbox.orders.queries import OrderView, view
from barbox.orders.requests import NewOrder, OrderChange
from barbox.payments import commands as payments
from barbox.payments import guests, prepaid
from barbox.payments.commands import NewPayment
from barbox.payments.prepaid import PayOut, TopUp
from barbox.payments.rules import NewTender
from tests.payments.books import Books, opened
from tests.payments.test_conservation import NUMBER, Night, items, settle_all, the_z_is_right, totals_hold

PROGRAM = Program(earn_per=7, point_value=3, expiry_months=1, bonuses=[BonusStep(1000, 137)])
WAYS = ("member", "points", "cash", "card")
DEEDS = st.sampled_from(
    [
        *("join", "top_up", "top_up", "pay_out", "sit", "sit", "sit", "attach", "settle", "settle", "pay_by", "pay_by"),
        *("refund", "refund", "reopen", "add", "void", "comp", "discount", "split", "merge", "merge_members", "lapse"),
    ]
)
NIGHT = st.lists(st.tuples(DEEDS, NUMBER, NUMBER, NUMBER), min_size=4, max_size=30)


class Guests(Night):
    """The night of test_conservation, with members at the tables."""

    def member(self, number: int) -> int:
        found = self.books.all("SELECT id FROM member")
        return int(found[number % len(found)][0]) if found else 1

    def join(self, a: int, _b: int, _c: int) -> None:
        self.books.tried(members.join, EditMember(name="Li", card=f"{a}"))

    def top_up(self, a: int, b: int, _c: int) -> None:
        self.books.tried(prepaid.top_up, self.member(a), TopUp("card", 1 + b))

    def pay_out(self, a: int, b: int, _c: int) -> None:
        self.books.tried(prepaid.pay_out, self.member(a), PayOut("card", 1 + b % 3000, "a reason"))

    def sit(self, a: int, b: int, c: int) -> None:
        self.books.tried(orders.place, NewOrder(items(a, b), table_id=1 + c % 3, member_id=self.member(c)))

    def attach(self, a: int, b: int, c: int) -> None:
        member = self.member(b) if c % 4 else None
        self.books.tried(orders.change, self.some(a), OrderChange(member_id=member))

    def pay_by(self, a: int, b: int, c: int) -> None:
        order, way = self.some(a), WAYS[c % 4]
        part = self.balance(order) * (1 + b % 10) // 10
        account = self.member(b) if b % 3 == 0 and way in ("member", "points") else None
        tender = NewTender(way, part - part % 3 if way == "points" else part, account=account)  # type: ignore[arg-type]
        self.books.tried(payments.take, NewPayment(order, [tender]))

    def settle(self, a: int, b: int, _c: int) -> None:
        order = self.some(a)
        owed = self.balance(order)
        by_points = owed * (b % 4) // 12 * 3
        tenders = [NewTender("points", by_points), NewTender("card", owed - by_points)]
        self.books.tried(payments.take, NewPayment(order, [each for each in tenders if each.amount]))

    def merge_members(self, a: int, b: int, _c: int) -> None:
        self.books.tried(members.merge, self.member(a), MergeMember(self.member(b)).member_id)

    def lapse(self, _a: int, _b: int, _c: int) -> None:
        self.books.do(members.write_off_all_lapsed)


def ledgers_hold(books: Books) -> None:
    """Money that came is there, was spent or went back; points are what is paid, still, and nothing else."""
    money = "SELECT coalesce(sum(amount), 0) FROM member_entry WHERE account IN ('balance', 'bonus') AND kind {}"
    came = books.one("SELECT coalesce(sum(amount), 0) FROM prepayment WHERE kind = 'balance'")
    given = books.one(money.format("IN ('granted', 'lapsed')"))
    spent = books.one("SELECT coalesce(sum(amount + tip), 0) FROM tender WHERE method = 'member'")
    assert books.one(money.format("IS NOT NULL")) == came + given - spent
    by_points = books.one("SELECT coalesce(sum(amount), 0) FROM tender WHERE method = 'points'")
    turned = """SELECT coalesce(sum(CASE kind WHEN 'spent' THEN basis ELSE -basis END), 0) FROM member_entry
        WHERE account = 'points' AND kind IN ('spent', 'returned')"""
    assert books.one(turned) == by_points
    minus = """SELECT coalesce(m.merged_into, m.id), account, sum(amount) FROM member m JOIN member_entry e
        ON e.member_id = m.id WHERE account IN ('balance', 'bonus', 'spend') GROUP BY 1, 2 HAVING sum(amount) < 0"""
    assert books.all(minus) == []
    for (order_id,) in books.all("SELECT id FROM orders"):
        earned_is_right(books, books.do(_view, order_id))


def _view(tx: Any, order_id: int) -> OrderView:
    return view(*orders.load(tx, order_id), orders.around(tx))


def earned_is_right(books: Books, order: OrderView) -> None:
    """What an order has earned is what its payment earned, less what went back; an open one has earned nothing."""
    earned = """SELECT coalesce(sum(amount), 0) FROM member_entry
        WHERE order_id = ? AND account = ? AND kind IN ('earned', 'taken_back')"""
    points, spend = (books.one(earned, order.order_id, account) for account in ("points", "spend"))
    if order.status != "paid" or order.member_id is None:
        assert (points, spend) == (0, 0)
        return
    sale = books.do(guests._sale, order)
    assert spend == sale.paid
    if not order.refunded_amount:
        assert points == points_for(PROGRAM, sale, 100, 100)
    assert points >= 0
    assert points == 0 or sale.earning > 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NIGHT)
def test_a_random_night_of_members_is_conserved(night: list[tuple[str, int, int, int]]) -> None:
    with opened() as books:
        books.do(members.save_program, PROGRAM)
        rule = EditPriceRule({"en": "Members"}, [*range(7)], 0, 1440, "percent", 1000, product_id=4, tier_id=1)
        books.do(save_price_rule, None, rule)
        doer = Guests(books)
        doer.join(1, 0, 0)
        doer.join(2, 0, 0)
        doer.sit(1, 1, 1)
        for deed in night:
            doer.does(*deed)
            ledgers_hold(books)
        totals_hold(books)
        settle_all(books)
        ledgers_hold(books)
        the_z_is_right(books)
        assert journal.verify(books.connection).seq == books.database.seq
