"""Hot SQL is written once, at the start: an order that is placed and paid builds no query."""

import sqlite3
from contextlib import closing
from typing import Any

import msgspec
import peewee
import pytest

from barbox.core.models import Counter
from barbox.core.statements import freeze
from barbox.orders.book import INSERT_LINE
from barbox.orders.queries import LINES
from barbox.orders.rows import LineRow
from tests.bar import Swan


async def test_an_order_is_placed_changed_and_paid_without_building_one_query(
    swan: Swan, monkeypatch: pytest.MonkeyPatch
) -> None:
    wei = await swan.sign_in("Wei")

    def built(*_: Any, **__: Any) -> Any:
        raise AssertionError("a query was built on the hot path")

    monkeypatch.setattr(peewee.BaseQuery, "sql", built)
    chicken = swan.item("Kung Pao Chicken", modifiers=[swan.modifiers["hot"]])
    order = await wei.post("/api/orders", {"tableId": swan.tables["T5"], "items": [swan.item("Tsingtao", 2), chicken]})
    assert order.status == 201, order.body
    more = await wei.put(f"/api/orders/{order['orderId']}", {"items": [swan.item("Fries")]})
    assert more.status == 200, more.body
    tender = {"method": "cash", "amount": more["balance"]}
    paid = await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
    assert paid.status == 201, paid.body
    assert (await wei.get(f"/api/orders/{order['orderId']}"))["status"] == "paid"


def test_a_statement_names_its_parameters_and_writes_its_constants() -> None:
    query = freeze(lambda p: Counter.insert(name=p.name, value=p.value))
    assert query.names == ("name", "value")
    assert query.bind({"value": 7, "name": "order"}) == ("order", 7)
    assert query.of(Counter(name="order", value=7)) == ("order", 7)
    quoted = freeze(Counter.select().where(Counter.name == "the owner's"))
    assert "'the owner''s'" in quoted.sql


def test_a_row_that_says_nothing_unusual_is_stored_by_the_shorter_statement_and_reads_the_same() -> None:
    plain = LineRow(1, 2, 3, "{}", 1000, 5, 5, 1, 600, 4, "preparing", 7, 99)
    noted = msgspec.structs.replace(plain, line_id=3, note="no ice")
    fitted = [INSERT_LINE.fit(line) for line in (plain, noted)]
    assert [len(values) for _, values in fitted] == [13, 24]
    with closing(sqlite3.connect(":memory:")) as books:
        books.execute(f"CREATE TABLE order_line ({', '.join(LineRow.__struct_fields__)})")
        for statement, values in fitted:
            books.execute(statement.sql, values)
        assert [LineRow(*row) for row in books.execute(LINES.sql, (1,))] == [plain, noted]


def test_what_can_not_be_frozen_is_refused_at_import_not_at_the_first_order() -> None:
    with pytest.raises(ValueError, match="literal"):
        freeze(Counter.select(peewee.SQL("'why?'")).where(Counter.value == 1))
    with pytest.raises(TypeError, match="constant"):
        freeze(Counter.select().where(Counter.value == peewee.Value(1.5, converter=False)))
