"""Discounts on lines and on orders, each with a reason and the one who gave it."""

import msgspec

from barbox.core.errors import BadRequest, WrongState
from barbox.core.transaction import Transaction
from barbox.orders import rules
from barbox.orders.book import load_open, named, store, store_line
from barbox.orders.requests import NewDiscount
from barbox.orders.rows import LineRow, OrderRow, charge, keep_discount, keep_terms, terms_of
from barbox.orders.views import OrderView


def discount(tx: Transaction, order_id: int, request: NewDiscount) -> OrderView:
    """Take something off lines or off the order, instead of what was taken off them before; 0 takes that back."""
    order, lines, tenders = load_open(tx, order_id)
    put_discount(tx, order, lines, request)
    return store(tx, "order.discounted", order, lines, tenders, msgspec.to_builtins(request))


def put_discount(tx: Transaction, order: OrderRow, lines: list[LineRow], request: NewDiscount) -> None:
    """The same on an order in hand. Raises BadRequest, and WrongState for a line that takes no discount."""
    if request.kind == "percent" and request.value > 10_000:
        raise BadRequest("is more than 100 %", "value")
    given = None
    if request.value:
        given = rules.Discount(request.kind, request.value, request.reason, tx.actor.staff_id)
    if request.line_ids is None:
        if given and not any(line.discountable and line.status != "void" for line in lines):
            raise WrongState("the order", "at special prices already")
        keep_terms(order, msgspec.structs.replace(terms_of(order), discount=given))
        return
    for line in named(lines, request.line_ids):
        if line.status == "void" or line.comp:
            raise WrongState("the line", "void" if line.status == "void" else "given away")
        if given and not line.discountable:
            raise WrongState("the line", "at a special price already")
        keep_discount(line, given)
        store_line(tx, line)


def settle_discounts(order: OrderRow, lines: list[LineRow], leaving: list[LineRow]) -> None:
    """Lines that leave an order take their part of its discount along, to the last unit, and get no second one."""
    given = terms_of(order).discount
    if given is None:
        return
    going, gone = {line.line_id for line in leaving}, 0
    shares = rules.discount_shares([charge(line) for line in lines], given)
    for line, share in zip(lines, shares, strict=True):
        if line.line_id in going and share:
            keep_discount(line, rules.Discount("amount", share, given.reason, given.staff_id))
            line.discountable = 0
            gone += share
    if given.kind == "amount":
        left = msgspec.structs.replace(given, value=given.value - gone) if given.value > gone else None
        keep_terms(order, msgspec.structs.replace(terms_of(order), discount=left))
