"""Splitting, merging and moving lines: they are relabelled, never sent again, and not a unit is lost."""

from collections.abc import Callable, Sequence

import msgspec

from barbox.core.errors import BadRequest
from barbox.core.messages import View
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.orders import rules
from barbox.orders.book import (
    Taken,
    chosen,
    load_open,
    new_order,
    place_of,
    store,
    store_line,
    unfinished,
    whole,
)
from barbox.orders.discounts import settle_discounts
from barbox.orders.lines import tell_stations
from barbox.orders.models import Payment
from barbox.orders.requests import Merge, Move, Seated, Split
from barbox.orders.rows import LineRow, OrderRow, keep_terms, terms_of
from barbox.orders.views import OrderView

_REBOOK = freeze(lambda p: Payment.update(order_id=p.order_id).where(Payment.order_id == p.was))


class SplitView(View):
    """The order as it is now, and the one that was split off it, if any was."""

    order: OrderView
    new: OrderView | None


def split(tx: Transaction, order_id: int, request: Split) -> SplitView:
    """Split by line or seat into a new order, or evenly or by amount into shares of this one. Raises BadRequest."""
    ways: dict[str, Callable[[], SplitView]] = {
        "lines": lambda: _split_lines(tx, order_id, request),
        "seats": lambda: _split_seats(tx, order_id, request.seats or []),
        "parts": lambda: _share(tx, order_id, request.parts, None),
        "amounts": lambda: _share(tx, order_id, None, request.amounts),
    }
    asked = [way for way in ways if getattr(request, way) is not None]
    if len(asked) != 1:
        raise BadRequest("say exactly one of lines, seats, parts and amounts", "$")
    return ways[asked[0]]()


def _split_seats(tx: Transaction, order_id: int, seats: Sequence[int]) -> SplitView:
    taken = load_open(tx, order_id)
    leaving = [line for line in taken[1] if line.seat in seats and line.status != "void"]
    return _split_off(tx, taken, whole(taken[1], leaving), len(set(seats)), {"seats": seats})


def _split_lines(tx: Transaction, order_id: int, request: Split) -> SplitView:
    taken = load_open(tx, order_id)
    order, lines, _ = taken
    leaving: list[LineRow] = []
    for index, part in enumerate(request.lines or ()):
        leaving += chosen(tx, lines, [part.line_id], part.quantity, f"lines[{index}].quantity")
    unique = list({line.line_id: line for line in leaving}.values())
    return _split_off(tx, taken, unique, 0, {"lineIds": [line.line_id for line in unique], "of": order.number})


def _split_off(
    tx: Transaction, taken: Taken, leaving: list[LineRow], covers: int, facts: dict[str, object]
) -> SplitView:
    order, lines, _ = taken
    if not leaving:
        raise BadRequest("nothing of the order is there", "$")
    if len(leaving) == sum(line.status != "void" for line in lines):
        raise BadRequest("is all of the order: nothing would be left", "$")
    covers = min(covers, (order.covers or 0) - 1)
    seated = Seated(order.table_id, order.tab, covers if covers > 0 else None, bool(order.takeaway))
    return _to_new(tx, taken, leaving, seated, "order.split", facts)


def _to_new(
    tx: Transaction,
    taken: Taken,
    leaving: list[LineRow],
    seated: Seated,
    kind: str,
    facts: dict[str, object],
) -> SplitView:
    order, lines, tenders = taken
    new = new_order(tx, seated, customer=order.customer)
    new.staff_id, new.staff_name, new.member_id = order.staff_id, order.staff_name, order.member_id
    given = terms_of(order).discount
    if given is not None and given.kind == "percent":
        keep_terms(new, msgspec.structs.replace(terms_of(new), discount=given))
    else:
        settle_discounts(order, lines, leaving)
    keep_terms(new, msgspec.structs.replace(terms_of(new), split_from=order.id))
    if order.covers and seated.covers:
        order.covers -= seated.covers
    _relabel(tx, order, leaving, new)
    staying = _staying(lines, order, new)
    first = store(tx, kind, order, staying, tenders, {**facts, "into": new.id}, gone=leaving)
    return SplitView(first, store(tx, "order.splitoff", new, leaving, [], {"from": order.id}, insert=True))


def _relabel(tx: Transaction, order: OrderRow, leaving: list[LineRow], into: OrderRow) -> None:
    """The lines stand in another order from here on; stations hear of it only where the place is another."""
    for line in leaving:
        line.order_id = into.id
        store_line(tx, line, was_in=order.id)
    if (order.table_id, order.tab) != (into.table_id, into.tab):
        tell_stations(tx, "moved", into, unfinished(leaving), reason=place_of(order))


def _staying(lines: list[LineRow], order: OrderRow, into: OrderRow) -> list[LineRow]:
    """The lines that did not leave; an order that all have left ends as merged into the one they went to."""
    staying = [line for line in lines if line.order_id == order.id]
    if all(line.status == "void" for line in staying):
        order.status = "void"
        keep_terms(order, msgspec.structs.replace(terms_of(order), merged_into=into.id))
    return staying


def move_lines(tx: Transaction, order_id: int, request: Move) -> OrderView:
    """Move some lines to another order, or to a new one at a table or tab; returns the order they left."""
    taken = load_open(tx, order_id)
    order, lines, tenders = taken
    leaving = chosen(tx, lines, request.line_ids, request.quantity)
    facts: dict[str, object] = {"lineIds": [line.line_id for line in leaving], "reason": request.reason}
    if request.to_order_id is None:
        if request.table_id is None and request.tab is None:
            raise BadRequest("name an order, a table or a tab", "toOrderId")
        seated = Seated(request.table_id, request.tab)
        return _to_new(tx, taken, leaving, seated, "order.linesmoved", facts).order
    if request.to_order_id == order_id:
        raise BadRequest("is the order they are in", "toOrderId")
    target, there, paid = load_open(tx, request.to_order_id)
    settle_discounts(order, lines, leaving)
    _relabel(tx, order, leaving, target)
    into = {**facts, "into": target.id}
    shown = store(tx, "order.linesmoved", order, _staying(lines, order, target), tenders, into, gone=leaving)
    target.status, target.billed_at = "open", None
    store(tx, "order.changed", target, [*there, *leaving], paid, {**facts, "from": order.id})
    return shown


def merge(tx: Transaction, order_id: int, request: Merge) -> OrderView:
    """Make one order of several: lines, guests and what was paid come together, the others end as merged."""
    order, lines, tenders = load_open(tx, order_id)
    merged = []
    for other_id in dict.fromkeys(request.order_ids):
        if other_id == order_id:
            raise BadRequest("is the order itself", "orderIds")
        other, theirs, paid = load_open(tx, other_id)
        settle_discounts(other, theirs, theirs)
        _relabel(tx, other, theirs, order)
        tx.execute(_REBOOK, order_id=order.id, was=other.id)
        lines, tenders = [*lines, *theirs], [*tenders, *paid]
        order.paid, other.paid = order.paid + other.paid, 0
        order.covers = (order.covers or 0) + (other.covers or 0) or None
        other.status, other.covers = "void", None
        keep_terms(other, rules.Terms(merged_into=order.id))
        store(tx, "order.mergedinto", other, [], [], {"into": order.id, "reason": request.reason}, gone=theirs)
        merged.append(other.id)
    order.status, order.billed_at = "open", None
    return store(tx, "order.merged", order, lines, tenders, {"orders": merged, "reason": request.reason})


def _share(tx: Transaction, order_id: int, parts: int | None, amounts: Sequence[int] | None) -> SplitView:
    """Note who pays what of the balance; each share is paid by its number. Raises BadRequest where they do not fit."""
    order, lines, tenders = load_open(tx, order_id)
    balance = order.total - order.paid
    shares = list(amounts) if amounts is not None else rules.parts(balance, parts or 1)
    if sum(shares) != balance:
        raise BadRequest(f"come to {sum(shares)}, but {balance} is owed", "amounts")
    if not all(shares):
        raise BadRequest(f"are more than the {balance} owed can be split into", "parts")
    noted = tuple(rules.Share(amount) for amount in shares)
    keep_terms(order, msgspec.structs.replace(terms_of(order), shares=noted))
    return SplitView(store(tx, "order.shared", order, lines, tenders, {"shares": shares}), None)
