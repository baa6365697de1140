"""Every change of an order: one function, one transaction, one journal entry, the tickets it causes."""

import msgspec
from msgspec import UNSET

from barbox.core.errors import BadRequest, Forbidden, StaleVersion, WrongState
from barbox.core.money import times
from barbox.core.settings import load_venue
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.orders import queries, rules
from barbox.orders.bills import bill_of as bill_of
from barbox.orders.bills import pay_code as pay_code
from barbox.orders.book import around as around
from barbox.orders.book import (
    chosen,
    fact,
    insert_lines,
    load_open,
    named,
    new_order,
    place_of,
    release,
    seat,
    store,
    store_line,
    unfinished,
    whole,
)
from barbox.orders.book import load as load
from barbox.orders.discounts import put_discount
from barbox.orders.guests import attach, tiers_of
from barbox.orders.lines import (
    GIVEN,
    compose,
    give_back,
    kept_modifiers,
    rewritten,
    supplement,
    tell_changed,
    tell_stations,
)
from barbox.orders.requests import (
    Again,
    Comp,
    Fire,
    LineChange,
    Move,
    NewItem,
    NewOrder,
    OrderChange,
    Part,
    Send,
    StatusChange,
    Transfer,
    Void,
)
from barbox.orders.rows import LineRow, OrderRow, TenderRow
from barbox.orders.settling import carry_over as carry_over
from barbox.orders.settling import record_payment as record_payment
from barbox.orders.settling import record_refund as record_refund
from barbox.orders.views import OrderView, view
from barbox.printing.commands import print_bill
from barbox.printing.contents import Action
from barbox.staff.commands import person
from barbox.stock.commands import rebook, take


def place(tx: Transaction, request: NewOrder) -> OrderView:
    """A new order: prices snapshotted, stock taken, lines stored, stations told, journalled: all of it or none."""
    customer = msgspec.json.encode(request.customer_info).decode() if request.customer_info else None
    order = new_order(tx, request, customer=customer)
    if request.member_id is not None:
        attach(tx, order, (), request.member_id)
    lines = compose(tx, order.id, request.items, order.area_id, tiers_of(tx, order))
    take(tx, order.id, lines)
    insert_lines(tx, lines)
    tell_stations(tx, "new", order, (line for line in lines if line.status == "preparing"))
    facts = {"items": [fact(line) for line in lines]} | ({"ageChecked": True} if request.age_checked else {})
    return store(tx, "order.placed", order, lines, [], facts, insert=True)


def change(tx: Transaction, order_id: int, request: OrderChange) -> OrderView:
    """Add lines, change some, covers, table, tab or discount.

    Raises StaleVersion for an edit of an older version, Forbidden for a discount by who may not give one and for a sent
    line made cheaper by who may not take one back.
    """
    order, lines, tenders = load_open(tx, order_id)
    edits = request.changes or request.covers or request.table_id or request.tab or request.discount
    if edits and request.version is None:
        raise BadRequest("is needed for a change", "version")
    if edits and request.version != order.version:
        raise StaleVersion(msgspec.to_builtins(view(order, lines, tenders, around(tx))))
    for index, each in enumerate(request.changes or ()):
        _change_line(tx, order, lines, each, f"changes[{index}]")
    order.covers = request.covers or order.covers
    if request.member_id is not UNSET:
        attach(tx, order, lines, request.member_id)
    if request.table_id or request.tab:
        before = place_of(order)
        seat(tx, order, request)
        tell_stations(tx, "moved", order, unfinished(lines), reason=before)
    new = _added(tx, order, request.items or [])
    lines += new
    if request.discount is not None:
        if not tx.actor.may("order.discount"):
            raise Forbidden("order.discount")
        put_discount(tx, order, lines, request.discount)
    facts = {
        "items": [fact(line) for line in new],
        "changes": request.changes,
        "covers": request.covers,
        "discount": request.discount,
    } | ({"ageChecked": True} if request.age_checked else {})
    if request.member_id is not UNSET:
        facts["memberId"] = request.member_id
    return store(tx, "order.changed", order, lines, tenders, facts)


def again(tx: Transaction, order_id: int, request: Again) -> OrderView:
    """The same once more, the last round by default: the products at the prices in force now."""
    order, lines, tenders = load_open(tx, order_id)
    ordered = [line for line in lines if line.status != "void" and line.parent_id is None]
    if request.line_ids is None:
        last = max((line.sent_at or 0 for line in ordered), default=0)
        wanted = [line for line in ordered if (line.sent_at or 0) == last]
    else:
        wanted = [line for line in named(lines, request.line_ids) if line in ordered]
    if not wanted:
        raise WrongState("the order", "without such lines")
    new = _added(tx, order, [_once_more(tx, line, lines) for line in wanted])
    return store(tx, "order.changed", order, [*lines, *new], tenders, {"items": [fact(line) for line in new]})


def _once_more(tx: Transaction, line: LineRow, lines: list[LineRow]) -> NewItem:
    product = tx.cached(load_catalogue).products.get(line.product_id)
    kept = kept_modifiers(line)
    price = line.price - sum(each.price for each in kept) if product and product.open_price else None
    choices = {each.product_id: each.id for group in product.groups for each in group.modifiers} if product else {}
    parts = [
        Part(choices[part.product_id], [each.id for each in kept_modifiers(part)], part.note)
        for part in lines
        if part.parent_id == line.line_id and part.product_id in choices
    ]
    return NewItem(
        item_id=line.product_id,
        quantity=line.quantity / 1000,
        modifiers=[each.id for each in kept],
        seat=line.seat,
        course=line.course,
        note=line.note,
        price=price,
        parts=parts,
    )


def _added(tx: Transaction, order: OrderRow, items: list[NewItem]) -> list[LineRow]:
    """New lines, taken off the shelf, stored and sent; an order whose bill was asked for is open again."""
    new = compose(tx, order.id, items, order.area_id, tiers_of(tx, order)) if items else []
    take(tx, order.id, new)
    insert_lines(tx, new)
    tell_stations(tx, "new", order, (line for line in new if line.status == "preparing"))
    if new:
        order.status, order.billed_at = "open", None
    return new


def send(tx: Transaction, order_id: int, request: Send) -> OrderView:
    """Send held lines to their stations. Raises WrongState when none of them is held."""
    order, lines, tenders = load_open(tx, order_id)
    held = [line for line in chosen(tx, lines, request.line_ids) if line.status == "held"]
    return _send(tx, "new", order, lines, tenders, held)


def fire(tx: Transaction, order_id: int, request: Fire) -> OrderView:
    """Send the held lines of a course. Raises WrongState when it has none."""
    order, lines, tenders = load_open(tx, order_id)
    held = [line for line in lines if line.status == "held" and line.course == request.course]
    return _send(tx, "fire", order, lines, tenders, held)


def _send(
    tx: Transaction,
    action: Action,
    order: OrderRow,
    lines: list[LineRow],
    tenders: list[TenderRow],
    held: list[LineRow],
) -> OrderView:
    if not held:
        raise WrongState("the order", "without held lines")
    release(tx, order, held, action)
    return store(tx, "order.sent", order, lines, tenders, {"lineIds": [line.line_id for line in held]})


def void(tx: Transaction, order_id: int, request: Void) -> OrderView:
    """Take lines back, or the whole order. What was not made yet is on the shelf again, and its station is told."""
    order, lines, tenders = load_open(tx, order_id)
    if request.line_ids is None and order.paid:
        raise WrongState("the order", "partly paid")
    gone = [line for line in chosen(tx, lines, request.line_ids, request.quantity) if line.status != "void"]
    tell_stations(tx, "void", order, unfinished(gone), reason=request.reason)
    facts = {"lineIds": [line.line_id for line in gone], "reason": request.reason, "amount": _worth(gone)}
    made = [line for line in gone if line.status not in ("held", "preparing") and not line.comp]
    if made:
        rebook(tx, order_id, made, "waste", request.reason, among=lines)
    give_back(tx, [line for line in gone if line.status in ("held", "preparing")], lines)
    for line in gone:
        line.status, line.reason = "void", request.reason
        store_line(tx, line)
    if request.line_ids is None:
        order.status = "void"
    return store(tx, "order.voided", order, lines, tenders, facts)


def not_ended(tx: Transaction) -> list[OrderRow]:
    """Orders that are open or billed, oldest first."""
    return tx.all(queries.NOT_ENDED_ORDERS, OrderRow)


def take_back_held(tx: Transaction, order_id: int, reason: str) -> None:
    """Take back what was never sent to a station. Raises WrongState for an order that has ended."""
    _, lines, _ = load_open(tx, order_id)
    held = [line.line_id for line in lines if line.status == "held"]
    if held:
        void(tx, order_id, Void(reason, held))


def comp(tx: Transaction, order_id: int, request: Comp) -> OrderView:
    """Give lines away, with a reason; they stay consumed."""
    order, lines, tenders = load_open(tx, order_id)
    given = chosen(tx, lines, request.line_ids, request.quantity)
    kind = 2 if request.staff else 1
    line_ids = [line.line_id for line in given]
    facts = {"lineIds": line_ids, "reason": request.reason, "comp": True, "amount": _worth(given)}
    if request.staff:
        facts["staff"] = True
    for line in given:
        if line.status == "void":
            raise WrongState("the line", "void")
        if not line.comp:
            rebook(tx, order_id, [line], GIVEN[kind], request.reason, among=lines)
        line.comp, line.reason = line.comp or kind, request.reason
        store_line(tx, line)
    return store(tx, "order.changed", order, lines, tenders, facts)


def _worth(lines: list[LineRow]) -> int:
    """What the journal says was taken back or given away, in minor units."""
    return sum(line.amount for line in lines if line.status != "void" and not line.comp)


def move(tx: Transaction, order_id: int, request: Move) -> OrderView:
    """Seat a party elsewhere: lines keep their identity, stations with unfinished ones hear of the new table."""
    order, lines, tenders = load_open(tx, order_id)
    before, table = place_of(order), order.table_name
    seat(tx, order, request)
    tell_stations(tx, "moved", order, unfinished(lines), reason=before)
    facts = {"from": table, "tableId": order.table_id, "reason": request.reason}
    return store(tx, "order.moved", order, lines, tenders, facts)


def transfer(tx: Transaction, order_id: int, request: Transfer) -> OrderView:
    """Give an order to another waiter; nothing of it moves. Raises BadRequest for somebody who does not work here."""
    order, lines, tenders = load_open(tx, order_id)
    new, before = person(tx, request.staff_id), order.staff_id
    order.staff_id, order.staff_name = new.id, new.name
    facts = {"from": before, "to": new.id, "reason": request.reason}
    return store(tx, "order.transferred", order, lines, tenders, facts)


def reopen_order(tx: Transaction, order_id: int, reason: str) -> OrderView:
    """Go on with an order that was billed or paid; what was paid stays paid. Raises WrongState for any other."""
    order, lines, tenders = load(tx, order_id)
    if order.status not in ("billed", "paid"):
        raise WrongState("the order", order.status)
    if order.refunded:
        raise WrongState("the order", "refunded")
    before, order.status, order.billed_at, order.paid_at = order.status, "open", None, None
    return store(tx, "order.reopened", order, lines, tenders, {"was": before, "reason": reason})


def set_status(tx: Transaction, order_id: int, request: StatusChange) -> OrderView:
    """A display bumps lines, or recalls them. Raises WrongState for a line that cannot become that."""
    order, lines, tenders = load(tx, order_id)
    for line in named(lines, request.line_ids):
        if not rules.may_become(line.status, request.status) or line.status == "held":
            raise WrongState("the line", line.status)
        line.status = request.status
        line.ready_at = None if request.status == "preparing" else line.ready_at or tx.now
        store_line(tx, line)
    facts = {"lineIds": request.line_ids, "status": request.status}
    return store(tx, "line.status", order, lines, tenders, facts)


def bill(tx: Transaction, order_id: int, deposit: int = 0) -> OrderView:
    """The guests want to pay: print what they owe, less their `deposit`. Raises WrongState while lines are held."""
    order, lines, tenders = load_open(tx, order_id)
    if any(line.status == "held" for line in lines):
        raise WrongState("the order", "not sent completely")
    order.status, order.billed_at = "billed", tx.now
    shown = store(tx, "order.billed", order, lines, tenders, {})
    deposit = min(deposit, shown.balance)
    pay = pay_code(tx.cached(load_venue), shown.balance - deposit)
    print_bill(tx, bill_of(shown, pro_forma=True, pay=pay, deposit=deposit), order_id)
    return shown


def _change_line(tx: Transaction, order: OrderRow, lines: list[LineRow], change: LineChange, field: str) -> None:
    index = next((i for i, line in enumerate(lines) if line.line_id == change.line_id), None)
    if index is None:
        raise BadRequest(f"the order has no line {change.line_id}", f"{field}.lineId")
    line = lines[index]
    of_set = whole(lines, [line])
    if line.status != "held" and (line.status != "preparing" or change.quantity is not None):
        raise WrongState("the line", line.status)
    if change.quantity == 0:
        for each in of_set:
            give_back(tx, [each], lines)
            each.status, each.reason = "void", "taken away before it was sent"
            store_line(tx, each)
        return
    if len(of_set) > 1 and change.quantity is not None:
        raise BadRequest("is a set menu's: take it away and order anew", f"{field}.quantity")
    new = lines[index] = rewritten(tx, line, change, field)
    more = new.amount - line.amount if line.parent_id is None else _on_the_set(tx, lines, line, new)
    if line.status == "preparing":
        if more < 0 and not tx.actor.may("order.void"):
            raise Forbidden("order.void")
        if more:
            order.status, order.billed_at = "open", None
        tell_changed(tx, order, line, new)
    give_back(tx, [line], lines)
    take(tx, line.order_id, [new], among=lines)
    if new.comp:
        rebook(tx, line.order_id, [new], GIVEN[new.comp], new.reason or "", among=lines)
    store_line(tx, new)


def _on_the_set(tx: Transaction, lines: list[LineRow], was: LineRow, now: LineRow) -> int:
    """A course of a set menu was changed: what its choices cost is on the set's price. Returns what that adds."""
    parent = next(line for line in lines if line.line_id == was.parent_id)
    before = parent.amount
    now.price = now.amount = 0
    parent.price += supplement(now) - supplement(was)
    parent.amount = times(parent.price, parent.quantity)
    store_line(tx, parent)
    return parent.amount - before
