"""Whatever a night brings: the roll-ups are what the raw rows come to, and what the Z reports say, to the last unit."""

import asyncio
import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from barbox.core.transaction import Transaction
from barbox.orders import commands
from barbox.orders.requests import NewItem, NewOrder, Void
from barbox.payments import closing
from barbox.payments.closing import Count
from barbox.payments.commands import NewPayment
from barbox.payments.commands import take as pay
from barbox.payments.rules import NewTender
from barbox.reports.recount import differences, rebuild
from barbox.reports.sales import TABLES
from tests.payments.books import Books, opened
from tests.payments.test_conservation import NIGHT, VENUES, Night, give_all_back, settle_all

ALWAYS = (20000101, 20991231)


def counted_right(books: Books) -> None:
    """No row of any roll-up differs from the raw ones."""
    included = bool(books.do(commands.around).venue.tax_included)

    def run(statement: Any, **parameters: Any) -> list[Any]:
        return books.all(statement.sql, *statement.bind(parameters))

    assert differences(run, *ALWAYS, tax_included=included) == []


def told(books: Books) -> dict[str, list[Any]]:
    """All rows of all roll-ups that say something."""
    found = {}
    for table, (keys, _) in TABLES.items():
        rows = books.all(f"SELECT * FROM {table}")  # noqa: S608
        columns = [row[1] for row in books.all(f"PRAGMA table_info({table})")]
        depth = len(keys)
        found[table] = sorted(row for row in rows if any(row[depth:]))
        assert columns == [*keys, *TABLES[table][1]]
    found["deduction"] = sorted(row[1:] for row in books.all("SELECT * FROM deduction"))
    return found


def the_z_agrees(books: Books) -> None:
    """Sums by hour, person, table, tender and tax rate are those of the drawer's Z."""
    if not books.all("SELECT id FROM drawer_session"):
        return
    z = books.do(closing.close_drawer, 1, Count([]))
    says = {
        "orders": z.orders,
        "covers": z.covers,
        "subtotal": z.subtotal,
        "discount": z.discount_amount,
        "service": z.service_amount,
        "cover": z.cover_amount,
        "tax": z.tax_amount,
        "total": z.total_amount,
        "comped": z.comped_amount,
        "refunded": 0,
    }
    for table in ("sales_hour", "sales_staff", "sales_table"):
        rows = books.all(f"SELECT {', '.join(f'coalesce(sum({name}), 0)' for name in says)} FROM {table}")  # noqa: S608
        found = dict(zip(says, rows[0], strict=True))
        assert found["refunded"] == books.one("SELECT coalesce(sum(refunded), 0) FROM orders WHERE status = 'paid'")
        assert found | {"refunded": 0} == says
    amount, discount, comped = books.all(
        "SELECT coalesce(sum(amount), 0), coalesce(sum(discount), 0), coalesce(sum(comped), 0) FROM sales_product"
    )[0]
    assert (amount, discount, comped) == (z.subtotal, z.discount_amount, z.comped_amount)
    tenders = {row[0]: row[1:] for row in books.all(
        "SELECT method, sum(count), sum(amount), sum(tip), sum(refunded), sum(rounding) FROM money_taken GROUP BY 1"
    )}  # fmt: skip
    assert tenders == {t.method: (t.count, t.amount, t.tips, t.refunds, t.rounding) for t in z.tenders}
    by_rate = "SELECT tax_rate_id, rate, sum(gross), sum(tax) FROM tax_taken GROUP BY 1, 2"
    taxes = {row[:2]: row[2:] for row in books.all(by_rate)}
    assert taxes == {(t.rate_id, t.rate): (t.gross, t.tax) for t in z.taxes}
    # A Z tells of voids since its drawer was opened, which the first payment did: some may have been before.
    count, amount = books.all("SELECT count(*), coalesce(sum(amount), 0) FROM deduction WHERE kind = 'void'")[0]
    assert (count >= z.voids, amount >= z.voided_amount) == (True, True)
    given = books.one("SELECT coalesce(sum(amount), 0) FROM deduction WHERE kind = 'discount'")
    assert given == z.discount_amount


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VENUES, NIGHT)
def test_roll_ups_are_the_raw_rows_and_the_z(venue: dict[str, Any], night: list[tuple[str, int, int, int]]) -> None:
    with opened(**venue) as books:
        doer = Night(books)
        for deed in night:
            doer.does(*deed)
        counted_right(books)
        settle_all(books)
        counted_right(books)
        the_z_agrees(books)
        give_all_back(books)
        counted_right(books)
        before = told(books)
        books.do(rebuild, *ALWAYS)
        assert told(books) == before
        counted_right(books)


def test_a_command_that_fails_after_its_sale_counts_nothing_and_a_batch_writes_each_row_once() -> None:
    with opened() as books:

        def sold(tx: Transaction, table: int) -> int:
            order = commands.place(tx, NewOrder([NewItem(3, 2)], table_id=table, covers=2))
            return pay(tx, NewPayment(order.order_id, [NewTender("cash", order.total_amount)])).payment_id

        def sold_but_refused(tx: Transaction) -> None:
            sold(tx, 2)
            commands.void(tx, 1, Void("too late: it is paid"))

        books.do(sold, 1)
        before = told(books)

        async def together() -> list[Any]:
            commands_of_one_batch = [*(books.database.write(sold, 3) for _ in range(5))]
            refused = books.database.write(sold_but_refused)
            return await asyncio.gather(*commands_of_one_batch, refused, return_exceptions=True)

        answers = books.loop.run_until_complete(together())
        assert sum(isinstance(each, Exception) for each in answers) == 1
        counted_right(books)
        assert [row for row in told(books)["sales_table"] if row[2] == 2] == []
        assert before["sales_hour"][0][2] + 5 == told(books)["sales_hour"][0][2]


def test_a_rebuild_among_commands_of_its_batch_counts_none_twice() -> None:
    with opened() as books:

        def sold(tx: Transaction) -> None:
            order = commands.place(tx, NewOrder([NewItem(4, 1)], tab="Li"))
            pay(tx, NewPayment(order.order_id, [NewTender("card", order.total_amount)]))

        def sold_rebuilt_sold(tx: Transaction) -> None:
            sold(tx)
            rebuild(tx, *ALWAYS)
            sold(tx)

        books.do(sold_rebuilt_sold)
        counted_right(books)
        assert books.one("SELECT sum(orders) FROM sales_hour") == 2


def test_what_was_tampered_with_is_found_and_named() -> None:
    with opened() as books:
        order = books.do(commands.place, NewOrder([NewItem(3, 2)], table_id=1))
        books.do(pay, NewPayment(order.order_id, [NewTender("cash", order.total_amount)]))
        books.do(lambda tx: tx._direct().execute("UPDATE sales_hour SET total = total + 1"))
        with pytest.raises(AssertionError, match="sales_hour"):
            counted_right(books)
        books.do(rebuild, *ALWAYS)
        counted_right(books)
        assert isinstance(books.connection, sqlite3.Connection)
