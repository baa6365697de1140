"""Whatever several tablets do at once: what is on hand is the ledger's sum, and what a simple book says."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barbox.core.database import Database
from barbox.core.errors import Refusal
from barbox.orders import commands
from barbox.orders.requests import Comp, NewItem, NewOrder, StatusChange, Void
from barbox.orders.views import OrderView
from barbox.stock import ledger
from barbox.stock.buying.delivered import DeliveryView
from barbox.stock.buying.deliveries import DeliveredLine, NewDelivery, ReceivePurchase, receive_delivery
from barbox.stock.buying.reversals import ReverseDelivery, reverse_delivery
from barbox.stock.commands import (
    Deposit,
    EditItem,
    EditRecipe,
    Ingredient,
    Production,
    RecipeOf,
    StockChange,
    StockItem,
    StockPolicy,
    StockTransfer,
    adjust,
    count,
    deposit,
    produce,
    receive,
    save_item,
    save_recipe,
    set_policy,
    transfer,
    waste,
)
from tests.payments.books import Books, opened

GIN, LIME, SYRUP, BEER, COLA = 1_000_001, 1_000_002, 1_000_003, 1, 2
BAR, CELLAR = 1, 2
GIMLET, SOUR = 3, 4
STOCKED = (GIN, LIME, SYRUP, BEER, COLA)
GIMLETS = {GIN: 61_800, LIME: 1_000, SYRUP: 20_000}
"""60 ml of gin with 3 % lost, a lime, 20 ml of syrup."""
SYRUP_OF = {LIME: 3_000, COLA: 250}
"""Makes a litre; there is a lot of lime in it, and for the sake of the test some cola."""
STEPS = (
    *("order", "order", "order", "void", "serve", "comp", "staff", "receive", "count", "count_bar", "waste"),
    *("transfer", "produce", "adjust", "deposit", "recipe", "fail", "deliver", "reverse"),
)
ROUNDED = 1_000
"""Millionths of the minor unit: each line is rounded to one of them."""
NUMBER = st.integers(0, 999)
DAY = st.lists(st.lists(st.tuples(st.sampled_from(STEPS), NUMBER, NUMBER), min_size=1, max_size=6), max_size=12)


@dataclass
class Simple:
    """The same bar in a few lines: what is there of each item at each place, in thousandths."""

    there: dict[int, dict[int, int]] = field(default_factory=lambda: {each: {} for each in STOCKED})
    gimlet: dict[int, int] = field(default_factory=lambda: dict(GIMLETS))
    lines: dict[tuple[int, int], tuple[dict[int, int], str]] = field(default_factory=dict)

    def total(self, item: int) -> int:
        return sum(self.there[item].values())

    def add(self, item: int, place: int, quantity: int) -> None:
        self.there[item][place] = self.there[item].get(place, 0) + quantity

    def take(self, item: int, quantity: int, first: int = BAR) -> None:
        """From the bar first, then the cellar, or the other way round; what nobody has is owed by the first."""
        for place in (first, BAR + CELLAR - first):
            part = min(quantity, max(0, self.there[item].get(place, 0)))
            self.add(item, place, -part)
            quantity -= part
        self.add(item, first, -quantity)

    def lacks(self, wanted: dict[int, int]) -> bool:
        return any(item != COLA and self.total(item) < much for item, much in wanted.items())

    def one(self, product: int) -> dict[int, int]:
        if product == GIMLET:
            return self.gimlet
        return {GIN: 45_000, LIME: 500} if product == SOUR else {product: 1_000}


def furnish(books: Books) -> None:
    books.do(save_item, None, EditItem({"en": "Gin"}, unit="ml", cost=14.25, low_at=500))
    books.do(save_item, None, EditItem({"en": "Lime"}, cost=150))
    books.do(save_item, None, EditItem({"en": "Syrup"}, unit="ml", kind="premix"))
    books.do(set_policy, COLA, StockPolicy("allow"))
    books.do(set_policy, BEER, StockPolicy("refuse", 6))
    lines = [Ingredient(GIN, 60, 30), Ingredient(LIME, 1), Ingredient(SYRUP, 20)]
    books.do(save_recipe, RecipeOf(product_id=GIMLET), EditRecipe(lines))
    books.do(save_recipe, RecipeOf(product_id=SOUR), EditRecipe([Ingredient(GIN, 45), Ingredient(LIME, 0.5)]))
    syrup = EditRecipe([Ingredient(LIME, 3), Ingredient(COLA, 0.25)], yields=1000)
    books.do(save_recipe, RecipeOf(item_id=SYRUP), syrup)


class Shift:
    """Tablets that ask for several things at once, and the simple book that says what should become of each."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.simple = Simple()
        self.orders: list[OrderView] = []
        self.delivered: dict[int, tuple[int, int]] = {}

    def at_once(self, steps: list[tuple[str, int, int]]) -> None:
        """All in one turn of the loop, so in one commit; in the order in which they were asked."""
        asked = [getattr(self, step)(a, b) for step, a, b in steps]

        async def ask() -> list[Any]:
            write = self.books.database.write_as
            waiting = [write(self.books.actor, command, *arguments) for command, arguments, _ in asked]
            return await asyncio.gather(*waiting, return_exceptions=True)

        for got, (_, _, expected) in zip(self.books.loop.run_until_complete(ask()), asked, strict=True):
            refused = isinstance(got, Refusal)
            assert refused or not isinstance(got, BaseException), got
            assert expected(None if refused else got) is not refused, (got, expected)

    def order(self, a: int, b: int) -> Any:
        asked = [NewItem(1 + (a + i) % 4, 1 + (b + i) % 3) for i in range(1 + a % 3)]

        def expected(got: OrderView | None) -> bool:
            wanted: dict[int, int] = {}
            for each in asked:
                for item, much in self.simple.one(each.item_id).items():
                    wanted[item] = wanted.get(item, 0) + much * int(each.quantity)
            if self.simple.lacks(wanted):
                return False
            for item, much in wanted.items():
                self.simple.take(item, much)
            if got is not None:
                self.orders.append(got)
                for line in got.items:
                    one = self.simple.one(line.item_id)
                    taken = {item: much * int(line.quantity) for item, much in one.items()}
                    self.simple.lines[got.order_id, line.line_id] = taken, "preparing"
            return True

        return commands.place, (NewOrder(asked),), expected

    def _line(self, a: int, b: int) -> tuple[int, int] | None:
        if not self.orders:
            return None
        order = self.orders[a % len(self.orders)]
        return order.order_id, order.items[b % len(order.items)].line_id

    def _of_line(self, a: int, b: int, command: Callable[..., Any], ask: Callable[[int], Any], then: Any) -> Any:
        found = self._line(a, b)
        if found is None:
            return self.fail(a, b)
        order_id, line_id = found

        def expected(_got: Any) -> bool:
            taken, status = self.simple.lines[order_id, line_id]
            after = then(taken, status)
            if after is None:
                return False
            self.simple.lines[order_id, line_id] = taken, after
            return True

        return command, (order_id, ask(line_id)), expected

    def void(self, a: int, b: int) -> Any:
        def then(taken: dict[int, int], status: str) -> str:
            if status == "preparing":
                for item, much in taken.items():
                    self.simple.add(item, BAR, much)
            return "void"

        return self._of_line(a, b, commands.void, lambda line: Void("they left", [line]), then)

    def serve(self, a: int, b: int) -> Any:
        def then(_taken: dict[int, int], status: str) -> str | None:
            return None if status == "void" else "ready"

        ask = lambda line: StatusChange([line], "ready")  # noqa: E731
        return self._of_line(a, b, commands.set_status, ask, then)

    def comp(self, a: int, b: int) -> Any:
        def then(_taken: dict[int, int], status: str) -> str | None:
            return None if status == "void" else status

        return self._of_line(a, b, commands.comp, lambda line: Comp([line], "regulars"), then)

    def staff(self, a: int, b: int) -> Any:
        def then(_taken: dict[int, int], status: str) -> str | None:
            return None if status == "void" else status

        return self._of_line(a, b, commands.comp, lambda line: Comp([line], "after work", staff=True), then)

    def receive(self, a: int, b: int) -> Any:
        item, much, place = STOCKED[a % 5], 1 + b, BAR if b % 3 else CELLAR

        def expected(_got: Any) -> bool:
            self.simple.add(item, place, much * 1000)
            return True

        said = StockItem(item, much, location_id=place, amount=much * (1 + a % 37) if b % 2 else None)
        return receive, (StockChange([said]),), expected

    def count(self, a: int, b: int) -> Any:
        item, much = STOCKED[a % 5], b / 4

        def expected(_got: Any) -> bool:
            gained = int(much * 1000) - self.simple.total(item)
            if gained < 0:
                self.simple.take(item, -gained)
            else:
                self.simple.add(item, BAR, gained)
            return True

        return count, (StockChange([StockItem(item, much)]),), expected

    def count_bar(self, a: int, b: int) -> Any:
        item, much = STOCKED[a % 5], b / 4

        def expected(_got: Any) -> bool:
            self.simple.there[item][BAR] = int(much * 1000)
            return True

        return count, (StockChange([StockItem(item, much, location_id=BAR)]),), expected

    def adjust(self, a: int, b: int) -> Any:
        return (adjust, *self.count(a, b)[1:])

    def waste(self, a: int, b: int) -> Any:
        item, much = STOCKED[a % 5], 1 + b % 90

        def expected(_got: Any) -> bool:
            if self.simple.lacks({item: much * 1000}):
                return False
            self.simple.take(item, much * 1000)
            return True

        return waste, (StockChange([StockItem(item, much)], reason="fell"),), expected

    def transfer(self, a: int, b: int) -> Any:
        item, much = STOCKED[a % 5], 1 + b % 300
        here, to = (CELLAR, BAR) if a % 2 else (BAR, CELLAR)

        def expected(_got: Any) -> bool:
            if item != COLA and self.simple.there[item].get(here, 0) < much * 1000:
                return False
            self.simple.add(item, here, -much * 1000)
            self.simple.add(item, to, much * 1000)
            return True

        return transfer, (StockTransfer([StockItem(item, much)], here, to),), expected

    def produce(self, a: int, b: int) -> Any:
        much, made = 1 + b, b if a % 3 else None

        def expected(_got: Any) -> bool:
            wanted = {item: takes * much // 1000 for item, takes in SYRUP_OF.items()}
            if self.simple.lacks(wanted):
                return False
            for item, takes in wanted.items():
                self.simple.take(item, takes)
            self.simple.add(SYRUP, BAR, (much if made is None else made) * 1000)
            return True

        return produce, (Production(SYRUP, much, made=made),), expected

    def deposit(self, a: int, b: int) -> Any:
        out, much = bool(a % 2), 1 + b % 40

        def expected(_got: Any) -> bool:
            if out and self.simple.there[BEER].get(BAR, 0) < much * 1000:
                return False
            self.simple.add(BEER, BAR, -much * 1000 if out else much * 1000)
            return True

        return deposit, (Deposit([StockItem(BEER, much)], "out" if out else "in"),), expected

    def deliver(self, a: int, b: int) -> Any:
        item, much = STOCKED[a % 5], 1 + b % 90

        def expected(got: DeliveryView) -> bool:
            self.simple.add(item, CELLAR, much * 1000)
            self.delivered[got.id] = item, much
            return True

        return receive_delivery, (NewDelivery([DeliveredLine(item, much, amount=b, location_id=CELLAR)]),), expected

    def reverse(self, a: int, b: int) -> Any:
        """A delivery was written down wrong: nothing of it came, or one less."""
        if not self.delivered:
            return self.deliver(a, b)
        delivery_id = sorted(self.delivered)[a % len(self.delivered)]
        item, much = self.delivered[delivery_id]
        rest = much - 1 if b % 2 else 0

        def expected(got: DeliveryView | None) -> bool:
            if delivery_id not in self.delivered or (item != COLA and self.simple.total(item) < (much - rest) * 1000):
                return False
            self.simple.take(item, much * 1000, CELLAR)
            self.simple.add(item, CELLAR, rest * 1000)
            del self.delivered[delivery_id]
            if got is not None and rest:
                self.delivered[got.id] = item, rest
            return True

        line = DeliveredLine(item, rest, amount=b, location_id=CELLAR)
        instead = ReceivePurchase([line]) if rest else None
        return reverse_delivery, (delivery_id, ReverseDelivery("miscounted", instead)), expected

    def recipe(self, a: int, _b: int) -> Any:
        """Another recipe for the gimlet, in the middle of service: lines ordered before keep theirs."""
        gin = 40 + a % 40

        def expected(_got: Any) -> bool:
            self.simple.gimlet = {GIN: gin * 1000, LIME: 2_000}
            return True

        body = EditRecipe([Ingredient(GIN, gin), Ingredient(LIME, 2)])
        return save_recipe, (RecipeOf(product_id=GIMLET), body), expected

    def fail(self, a: int, _b: int) -> Any:
        """Much is received, and then it is refused after all: nothing of it stays."""

        def refused(tx: Any) -> None:
            receive(tx, StockChange([StockItem(STOCKED[a % 5], 50), StockItem(STOCKED[(a + 1) % 5], 50)]))
            receive(tx, StockChange([StockItem(5 + a % 2, 1, amount=100)]))  # counted for the first time
            waste(tx, StockChange([StockItem(GIN, 1)]))

        return refused, (), lambda _got: False


async def proof_of(database: Database) -> ledger.Proof:
    """What the nightly check finds."""
    async with database.snapshot() as snapshot:
        return await ledger.proof(snapshot, full=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DAY)
def test_on_hand_is_the_ledgers_sum_and_what_a_simple_book_says(day: list[list[tuple[str, int, int]]]) -> None:
    with opened() as books:
        furnish(books)
        shift = Shift(books)
        shift.at_once([("receive", each, 60 + each) for each in range(5)])
        for steps in day:
            shift.at_once(steps)
        on_hand = {(row[0], row[1]): row[2] for row in books.all("SELECT * FROM stock_level WHERE on_hand <> 0")}
        said = {
            (item, place): much for item, places in shift.simple.there.items() for place, much in places.items() if much
        }
        assert on_hand == said
        ledger = "SELECT item_id, location_id, sum(quantity) FROM {} GROUP BY 1, 2 HAVING sum(quantity) <> 0"
        for book in ("stock_move", "stock_day"):
            assert {row[:2]: row[2] for row in books.all(ledger.format(book))} == said
        assert books.loop.run_until_complete(proof_of(books.database)).differences == []
        assert books.one("SELECT sum(value) FROM stock_move") == books.one("SELECT sum(value) FROM stock_day")
        low = (
            "SELECT id FROM stock_item i WHERE coalesce((SELECT sum(on_hand) FROM stock_level WHERE item_id = i.id), 0)"
        )
        assert set(books.all("SELECT item_id FROM stock_low")) == set(books.all(f"{low} <= low_at"))
        of_orders = dict(books.all("SELECT kind, -sum(value) FROM stock_move WHERE order_id IS NOT NULL GROUP BY 1"))
        of_products = dict(books.all("SELECT kind, sum(spent) FROM cost_day GROUP BY 1"))
        for kind in of_orders.keys() | of_products.keys():
            assert abs(of_orders.get(kind, 0) - of_products.get(kind, 0)) <= ROUNDED, kind
        assert not [key for key, much in on_hand.items() if much < 0 and key[0] != COLA]
