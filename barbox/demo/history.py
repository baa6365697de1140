"""The sample bar's past: weeks of evenings, lived through the same commands as tonight, at the hours they were.

So everything agrees: journal, drawers and their Z reports, members' points, roll-ups. It is done before the bar has
printers, so that nobody prints last month's tickets.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, cycle, islice
from zoneinfo import ZoneInfo

import msgspec

from barbox.core.actor import Actor
from barbox.core.settings import load_venue
from barbox.core.transaction import Transaction
from barbox.demo import nights
from barbox.demo.backroom import Backroom
from barbox.demo.cellar import Stocked, deliver, take_stock
from barbox.demo.nights import Basket, Party
from barbox.menu.queries import Catalogue, load_catalogue
from barbox.menu.rules import Product
from barbox.orders import commands as orders
from barbox.orders import discounts
from barbox.orders.models import OrderLine
from barbox.orders.requests import Comp, NewDiscount, NewItem, NewOrder, OrderChange, Void
from barbox.payments import closing, drawers
from barbox.payments import commands as payments
from barbox.payments.closing import Count, Denomination
from barbox.payments.commands import NewPayment
from barbox.payments.drawers import OpenDrawer
from barbox.payments.rules import NewTender

FLOAT = 50_000
OPENING, CLOSING = time(16, 30), time(3, 0)
STOCK_TAKE = 6
"""On Sundays, when the last guest has gone."""
WRONG_BY = (-500, -100, 100, 200)
REASONS = {
    "void": ("点错了", "客人等太久", "酒洒了"),
    "comp": ("生日", "上菜慢", "老客人"),
    "discount": ("朋友", "开业纪念", "员工"),
}


class Cast(msgspec.Struct, frozen=True):
    """Who and what takes part, by the names that `nights` uses."""

    manager: Actor
    staff: Sequence[Actor]
    tables: Mapping[str, int]
    products: Mapping[str, int]
    members: Sequence[int]
    stocked: Stocked
    backroom: Backroom | None = None
    """Where there is a past: what was done in it besides serving."""


Deed = tuple[int, int, Callable[[Transaction], None]]
"""When (ms), a running number, and what is done."""


def first_day(today: date, weeks: int) -> date:
    """The day on which so many weeks of past begin: they end yesterday."""
    return today - timedelta(days=7 * weeks)


def live(tx: Transaction, cast: Cast, day: date, *, a_day: float = 55.0) -> None:
    """One evening, from opening the drawer to closing the day."""
    zone = ZoneInfo(tx.cached(load_venue).timezone)
    midnight = datetime.combine(day, time(), zone)
    night = _Night(tx, cast, midnight)
    deeds = [deed for party in nights.evening(day, a_day=a_day) for deed in night.deeds(party)]
    night.at(_ms(datetime.combine(day, OPENING, zone)), cast.manager)
    deliver(tx, cast.stocked)
    if cast.backroom is not None:
        cast.backroom.open_up(tx, day)
    drawers.open_drawer(tx, drawers.FIRST_DRAWER, OpenDrawer(FLOAT))
    for moment, number, deed in sorted(deeds, key=lambda each: each[:2]):
        night.at(moment, cast.staff[number % len(cast.staff)])
        deed(tx)
    night.at(_ms(datetime.combine(day + timedelta(days=1), CLOSING, zone)), cast.manager)
    expected = closing.x_report(tx, drawers.FIRST_DRAWER).expected or 0
    wrong = WRONG_BY[day.toordinal() % len(WRONG_BY)] if day.toordinal() % 5 == 0 else 0
    closing.close_drawer(tx, drawers.FIRST_DRAWER, Count([Denomination(max(1, expected + wrong), 1)]))
    if day.weekday() == STOCK_TAKE:
        take_stock(tx, cast.stocked, day)
    closing.close_day(tx)
    # A display shows what is not served: these guests are long gone.
    tx.run(OrderLine.update(status="served", ready_at=OrderLine.sent_at).where(OrderLine.status == "preparing"))


class _Night:
    """An evening in the making: which order is whose."""

    def __init__(self, tx: Transaction, cast: Cast, midnight: datetime) -> None:
        self.tx = tx
        self.cast = cast
        self.midnight = _ms(midnight)
        self.catalogue: Catalogue = tx.cached(load_catalogue)
        self.made = 0
        self.clock = 0

    def at(self, moment: int, actor: Actor) -> None:
        """From here on it is then, and somebody else acts."""
        self.clock = max(moment, self.clock)
        self.tx.then(self.clock)
        self.tx.actor = actor

    def deeds(self, party: Party) -> Iterator[Deed]:
        """What a party does in its evening."""
        came, order_id = self.midnight + party.minute * 60_000, 0
        self.made += 1
        number = self.made * len(self.cast.staff) + party.staff

        def order(tx: Transaction, basket: Basket) -> None:
            nonlocal order_id
            items = [self._item(slug, quantity) for slug, quantity in basket]
            if order_id:
                orders.change(tx, order_id, OrderChange(items=items))
            else:
                order_id = orders.place(tx, self._seated(party, items)).order_id

        def pay(tx: Transaction) -> None:
            if party.deed is not None:
                self._do(order_id, party.deed, party.stay)
            owed = orders.load(tx, order_id)[0].total
            payments.take(tx, NewPayment(order_id, [NewTender(party.method, owed, tip=party.tip)]))

        for after, basket in party.rounds:
            yield came + after * 60_000, number, functools.partial(order, basket=basket)
        yield came + max(party.stay, party.rounds[-1][0] + 10) * 60_000, number, pay

    def _seated(self, party: Party, items: list[NewItem]) -> NewOrder:
        return NewOrder(
            items,
            table_id=self.cast.tables[party.table] if party.table else None,
            covers=party.covers,
            takeaway=party.table is None,
            member_id=self.cast.members[party.member] if party.member is not None else None,
        )

    def _do(self, order_id: int, deed: str, chance: int) -> None:
        """What the manager did about an order before it was paid."""
        tx, waiter = self.tx, self.tx.actor
        tx.actor = self.cast.manager
        reason = REASONS[deed][chance % 3]
        lines = [line for line in orders.load(tx, order_id)[1] if line.parent_id is None and line.status != "void"]
        if deed == "void" and len(lines) > 1:
            orders.void(tx, order_id, Void(reason, [lines[-1].line_id]))
        elif deed == "comp":
            orders.comp(tx, order_id, Comp([lines[0].line_id], reason))
        elif deed == "discount" and any(line.discountable for line in lines):
            discounts.discount(tx, order_id, NewDiscount("percent", 1000 if chance % 2 else 1500, reason))
        tx.actor = waiter

    def _item(self, slug: str, quantity: int) -> NewItem:
        product = self.catalogue.products[self.cast.products[slug]]
        return NewItem(product.id, quantity, _musts(product))


def _musts(product: Product) -> list[int]:
    """The first choices where one must choose; in a set the same may be had again."""
    chosen = [islice(cycle(group.modifiers), group.minimum) for group in product.groups]
    return [each.id for each in chain.from_iterable(chosen)]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
