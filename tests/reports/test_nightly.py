"""By night the box recounts what it told by day."""

import json
from typing import Any

from barbox.core.transaction import Transaction
from barbox.orders import commands
from barbox.orders.requests import NewItem, NewOrder
from barbox.payments import closing
from barbox.payments import commands as payments
from barbox.payments.closing import Count
from barbox.payments.commands import NewPayment
from barbox.payments.rules import NewTender
from barbox.reports import jobs
from barbox.reports.sales import TABLES
from tests.payments.books import Books, opened
from tests.reports.test_rollups import counted_right, told


def sell(books: Books, table: int = 1) -> int:
    """Somebody has a round and pays."""
    order = books.do(commands.place, NewOrder([NewItem(3, 2), NewItem(1, 1)], table_id=table, covers=2))
    tender = NewTender("card", order.total_amount)
    return books.do(payments.take, NewPayment(order.order_id, [tender])).order.total_amount


def at_night(books: Books, work: Any, *args: Any) -> Any:
    return books.loop.run_until_complete(work(books.database, *args))


def journal(books: Books, kind: str) -> list[Any]:
    return [json.loads(row[0]) for row in books.all("SELECT payload FROM journal WHERE kind = ? ORDER BY seq", kind)]


def spoil(books: Books, sql: str) -> None:
    """What no command of ours does."""

    def tamper(tx: Transaction) -> None:
        tx._direct().execute(sql)

    books.do(tamper)


def test_after_the_close_the_morning_report_is_made_once() -> None:
    with opened() as books:
        total = sell(books)
        at_night(books, jobs.tend)
        assert journal(books, "report.made") == [], "the evening goes on"
        books.do(closing.close_drawer, 1, Count([]))
        books.do(closing.close_day)
        at_night(books, jobs.tend)
        at_night(books, jobs.tend)
        assert journal(books, "report.made") == [{"total": total}]
        assert journal(books, "report.corrected") == []


def test_a_sum_that_is_wrong_is_found_named_and_put_right() -> None:
    with opened() as books:
        sell(books)
        day = books.one("SELECT max(business_day) FROM orders")
        before = told(books)
        spoil(books, "UPDATE sales_product SET quantity = quantity + 1000 WHERE product_id = 3")
        spoil(books, "DELETE FROM tax_taken")
        found = at_night(books, jobs.make, day)
        assert {each.table for each in found} == {"sales_product", "tax_taken"}
        assert told(books) == before
        counted_right(books)
        (noted,) = journal(books, "report.corrected")
        assert {each["table"] for each in noted["found"]} == {"sales_product", "tax_taken"}
        assert at_night(books, jobs.make, day) == []


def test_what_was_sold_before_there_were_reports_is_counted_when_the_box_starts() -> None:
    with opened() as books:
        for table in (1, 2, 3):
            sell(books, table)
        before = told(books)
        for rolled_up in (*TABLES, "deduction"):
            spoil(books, f"DELETE FROM {rolled_up}")  # noqa: S608
        at_night(books, jobs.count_the_past)
        assert told(books) == before
        spoil(books, "UPDATE sales_product SET quantity = 7")
        at_night(books, jobs.count_the_past)
        assert told(books) != before, "it was done: from here on the followers count, and the nightly check looks"
