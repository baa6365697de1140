"""Every change of an order: one function, one transaction, one journal entry, the tickets it causes."""

from collections.abc import Iterable
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.errors import BadRequest, NotFound, StaleVersion, WrongState
from barbox.core.settings import load_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.floor.queries import TableRow, load_tables
from barbox.orders import queries, rules
from barbox.orders.lines import compose, rewritten, taken, tell_stations
from barbox.orders.models import Order, OrderLine
from barbox.orders.queries import Around, LineRow, OrderRow, OrderView, TenderRow
from barbox.orders.requests import (
    Comp,
    Fire,
    LineChange,
    Move,
    NewOrder,
    OrderChange,
    Send,
    StatusChange,
    Void,
)
from barbox.printing.commands import print_bill
from barbox.printing.contents import Action, Bill, BillLine, BillTax, BillTender
from barbox.printing.queries import load_stations
from barbox.stock.commands import put_back, take

_ORDER_FIELDS = OrderRow.__struct_fields__
_LINE_FIELDS = LineRow.__struct_fields__
_LINE_KEY = ("order_id", "line_id")

INSERT_ORDER = freeze(lambda p: Order.insert(**{name: getattr(p, name) for name in _ORDER_FIELDS}))
UPDATE_ORDER = freeze(
    lambda p: Order.update(**{name: getattr(p, name) for name in _ORDER_FIELDS if name != "id"}).where(Order.id == p.id)
)
INSERT_LINE = freeze(lambda p: OrderLine.insert(**{name: getattr(p, name) for name in _LINE_FIELDS}))
UPDATE_LINE = freeze(
    lambda p: OrderLine.update(**{name: getattr(p, name) for name in _LINE_FIELDS if name not in _LINE_KEY}).where(
        (OrderLine.order_id == p.order_id) & (OrderLine.line_id == p.line_id)
    )
)


def place(tx: Transaction, request: NewOrder) -> OrderView:
    """A new order: prices snapshotted, stock taken, lines stored, stations told, journalled: all of it or none."""
    table = _table(tx, request.table_id)
    order = OrderRow(
        id=tx.number("order"),
        number=tx.number(f"order:{tx.business_day}"),
        business_day=tx.business_day,
        hour=tx.local_time.hour,
        status="open",
        version=0,
        seq=0,
        table_id=request.table_id,
        table_name=table.name if table else None,
        area_id=table.area_id if table else None,
        tab=request.tab,
        covers=request.covers,
        staff_id=tx.actor.staff_id,
        staff_name=tx.actor.name,
        customer=msgspec.json.encode(request.customer_info).decode() if request.customer_info else None,
        total=0,
        paid=0,
        opened_at=tx.now,
        billed_at=None,
        paid_at=None,
    )
    lines = compose(tx, order.id, request.items, order.area_id)
    take(tx, taken(lines))
    tx.execute_many(INSERT_LINE, map(msgspec.structs.asdict, lines))
    tell_stations(tx, "new", order, (line for line in lines if line.status == "preparing"))
    return _stored(tx, "order.placed", order, lines, [], [_fact(line) for line in lines], insert=True)


def change(tx: Transaction, order_id: int, request: OrderChange) -> OrderView:
    """Add lines, change held ones, covers, table or tab. Raises StaleVersion for an edit of an older version."""
    order, lines, tenders = load(tx, order_id)
    _must_be_open(order)
    edits = request.changes or request.covers or request.table_id or request.tab
    if edits and request.version is None:
        raise BadRequest("is needed for a change", "version")
    if edits and request.version != order.version:
        raise StaleVersion(msgspec.to_builtins(queries.view(order, lines, tenders, around(tx))))
    for index, each in enumerate(request.changes or ()):
        _change_line(tx, lines, each, f"changes[{index}]")
    order.covers = request.covers or order.covers
    if request.table_id or request.tab:
        _seat(tx, order, Move(table_id=request.table_id, tab=request.tab))
        tell_stations(tx, "moved", order, _unfinished(lines))
    new = compose(tx, order.id, request.items or (), order.area_id)
    take(tx, taken(new))
    tx.execute_many(INSERT_LINE, map(msgspec.structs.asdict, new))
    tell_stations(tx, "new", order, (line for line in new if line.status == "preparing"))
    if new:
        order.status, order.billed_at = "open", None
    facts = {"items": [_fact(line) for line in new], "changes": request.changes, "covers": request.covers}
    return _stored(tx, "order.changed", order, [*lines, *new], tenders, facts)


def send(tx: Transaction, order_id: int, request: Send) -> OrderView:
    """Send held lines to their stations. Raises WrongState when none of them is held."""
    order, lines, tenders = load(tx, order_id)
    _must_be_open(order)
    held = [line for line in _named(lines, request.line_ids) if line.status == "held"]
    return _send(tx, "order.sent", "new", order, lines, tenders, held)


def fire(tx: Transaction, order_id: int, request: Fire) -> OrderView:
    """Send the held lines of a course. Raises WrongState when it has none."""
    order, lines, tenders = load(tx, order_id)
    _must_be_open(order)
    held = [line for line in lines if line.status == "held" and line.course == request.course]
    return _send(tx, "order.sent", "fire", order, lines, tenders, held)


def void(tx: Transaction, order_id: int, request: Void) -> OrderView:
    """Take lines back, or the whole order. What was not made yet is on the shelf again, and its station is told."""
    order, lines, tenders = load(tx, order_id)
    _must_be_open(order)
    if request.line_ids is None and order.paid:
        raise WrongState("the order", "partly paid")
    gone = [line for line in _named(lines, request.line_ids) if line.status != "void"]
    tell_stations(tx, "void", order, [line for line in gone if line.status == "preparing"], reason=request.reason)
    for line in gone:
        if line.status in ("held", "preparing"):
            put_back(tx, line.product_id, line.quantity)
        line.status, line.reason = "void", request.reason
        _store_line(tx, line)
    if request.line_ids is None:
        order.status = "void"
    facts = {"lineIds": [line.line_id for line in gone], "reason": request.reason}
    return _stored(tx, "order.voided", order, lines, tenders, facts)


def comp(tx: Transaction, order_id: int, request: Comp) -> OrderView:
    """Give lines away, with a reason; they stay consumed."""
    order, lines, tenders = load(tx, order_id)
    _must_be_open(order)
    for line in _named(lines, request.line_ids):
        if line.status == "void":
            raise WrongState("the line", "void")
        line.comp, line.reason = 1, request.reason
        _store_line(tx, line)
    facts = {"lineIds": request.line_ids, "reason": request.reason, "comp": True}
    return _stored(tx, "order.changed", order, lines, tenders, facts)


def move(tx: Transaction, order_id: int, request: Move) -> OrderView:
    """Seat a party elsewhere: lines keep their identity, stations with unfinished ones hear of the new table."""
    order, lines, tenders = load(tx, order_id)
    _must_be_open(order)
    before = order.table_name or order.tab
    _seat(tx, order, request)
    tell_stations(tx, "moved", order, _unfinished(lines), reason=before)
    facts = {"from": before, "tableId": order.table_id, "tab": order.tab}
    return _stored(tx, "order.moved", order, lines, tenders, facts)


def set_status(tx: Transaction, order_id: int, request: StatusChange) -> OrderView:
    """A display bumps lines, or recalls them. Raises WrongState for a line that cannot become that."""
    order, lines, tenders = load(tx, order_id)
    for line in _named(lines, request.line_ids):
        if not rules.may_become(line.status, request.status) or line.status == "held":
            raise WrongState("the line", line.status)
        line.status = request.status
        line.ready_at = None if request.status == "preparing" else line.ready_at or tx.now
        _store_line(tx, line)
    facts = {"lineIds": request.line_ids, "status": request.status}
    return _stored(tx, "line.status", order, lines, tenders, facts)


def bill(tx: Transaction, order_id: int) -> OrderView:
    """The guests want to pay: print what they owe. Raises WrongState while lines are held."""
    order, lines, tenders = load(tx, order_id)
    _must_be_open(order)
    if any(line.status == "held" for line in lines):
        raise WrongState("the order", "not sent completely")
    order.status, order.billed_at = "billed", tx.now
    view = _stored(tx, "order.billed", order, lines, tenders, {})
    print_bill(tx, bill_of(view, pro_forma=True), order_id)
    return view


def record_payment(tx: Transaction, order_id: int, amount: int, facts: Any) -> OrderView:
    """Lower an order's balance by what was paid (its tenders are stored already); at zero it is paid."""
    order, lines, tenders = load(tx, order_id)
    order.paid += amount
    settled = order.paid == order.total
    if settled:
        order.status, order.paid_at = "paid", tx.now
        held = [line for line in lines if line.status == "held"]
        _release(tx, order, held, "new")
    return _stored(tx, "order.paid" if settled else "payment.taken", order, lines, tenders, facts)


def load(tx: Transaction, order_id: int) -> tuple[OrderRow, list[LineRow], list[TenderRow]]:
    """An order with its lines and tenders. Raises NotFound."""
    order = tx.one(queries.ORDER, OrderRow, id=order_id)
    if order is None:
        raise NotFound("order", order_id)
    lines = tx.all(queries.LINES, LineRow, order_id=order_id)
    return order, lines, tx.all(queries.TENDERS, TenderRow, order_id=order_id)


def around(tx: Transaction) -> Around:
    """What views need besides the order's rows, from the writer's memory."""
    return Around(tx.cached(load_venue), tx.cached(load_stations), tx.cached(load_rates))


def load_rates(tx: Transaction) -> dict[int, dict[str, str]]:
    """Tax rates' names; use through `tx.cached(load_rates)`."""
    return {row.id: names.decode(row.names) for row in tx.all(queries.RATES, queries.RateRow)}


def bill_of(view: OrderView, *, pro_forma: bool = False) -> Bill:
    """An order as it stands on a receipt or pre-bill."""
    lines = [line for line in view.items if line.status != "void"]
    return Bill(
        order_number=view.number,
        place=view.table_name or view.tab or "",
        staff=view.staff_name,
        lines=[
            BillLine(
                quantity=round(line.quantity * 1000),
                names=line.names,
                price=line.price,
                amount=line.amount,
                modifiers=[modifier.names for modifier in line.modifiers],
                comp=line.comp,
            )
            for line in lines
        ],
        subtotal=view.subtotal,
        discount=view.discount_amount,
        taxes=[BillTax(tax.names, tax.rate, tax.base, tax.tax) for tax in view.taxes if tax.base or tax.tax],
        total=view.total_amount,
        tenders=[
            BillTender(each.method, each.amount, each.tip, each.tendered, each.change, each.reference)
            for each in view.payments
        ],
        balance=view.balance,
        covers=view.covers,
        pro_forma=pro_forma,
    )


def _send(
    tx: Transaction,
    kind: str,
    action: Action,
    order: OrderRow,
    lines: list[LineRow],
    tenders: list[TenderRow],
    held: list[LineRow],
) -> OrderView:
    if not held:
        raise WrongState("the order", "without held lines")
    _release(tx, order, held, action)
    return _stored(tx, kind, order, lines, tenders, {"lineIds": [line.line_id for line in held]})


def _release(tx: Transaction, order: OrderRow, held: list[LineRow], action: Action) -> None:
    for line in held:
        line.status, line.sent_at = "preparing", tx.now
        _store_line(tx, line)
    tell_stations(tx, action, order, held)


def _stored(
    tx: Transaction,
    kind: str,
    order: OrderRow,
    lines: list[LineRow],
    tenders: list[TenderRow],
    facts: Any,
    *,
    insert: bool = False,
) -> OrderView:
    """Bring total and version up to date, store the order, journal the facts and tell the rooms its whole new state."""
    context = around(tx)
    sums = rules.totals(map(queries.charge, lines), tax_included=context.venue.tax_included)
    order.total = sums.total
    if order.paid > order.total:
        raise WrongState("the order", "paid already with more than would be left")
    order.version += 1
    order.seq = tx.seq + 1
    row = msgspec.structs.asdict(order)
    tx.execute(INSERT_ORDER if insert else UPDATE_ORDER, **row)
    view = queries.view(order, lines, tenders, context)
    if insert:
        facts = {"number": order.number, "table": order.table_name, "tab": order.tab, "items": facts}
    stations = {line.station_id for line in lines if line.station_id is not None}
    rooms = {"floor"}.union(*(context.stations[each].rooms for each in stations if each in context.stations))
    tx.emit(kind, f"order:{order.id}", {**facts, "total": order.total}, state=view, rooms=tuple(rooms))
    return view


def _fact(line: LineRow) -> dict[str, Any]:
    fact: dict[str, Any] = {
        "lineId": line.line_id,
        "itemId": line.product_id,
        "quantity": line.quantity,
        "amount": line.amount,
    }
    return fact


def _store_line(tx: Transaction, line: LineRow) -> None:
    tx.execute(UPDATE_LINE, **msgspec.structs.asdict(line))


def _change_line(tx: Transaction, lines: list[LineRow], change: LineChange, field: str) -> None:
    index = next((i for i, line in enumerate(lines) if line.line_id == change.line_id), None)
    if index is None:
        raise BadRequest(f"the order has no line {change.line_id}", f"{field}.lineId")
    line = lines[index]
    if line.status != "held":
        raise WrongState("the line", line.status)
    if change.quantity == 0:
        put_back(tx, line.product_id, line.quantity)
        line.status, line.reason = "void", "taken away before it was sent"
    else:
        new = lines[index] = rewritten(tx, line, change, field)
        put_back(tx, line.product_id, line.quantity)
        take(tx, taken([new]))
        line = new
    _store_line(tx, line)


def _named(lines: list[LineRow], line_ids: list[int] | None) -> list[LineRow]:
    if line_ids is None:
        return lines
    by_id = {line.line_id: line for line in lines}
    missing = [each for each in line_ids if each not in by_id]
    if missing:
        raise BadRequest(f"the order has no line {missing[0]}", "lineIds")
    return [by_id[each] for each in dict.fromkeys(line_ids)]


def _unfinished(lines: Iterable[LineRow]) -> list[LineRow]:
    return [line for line in lines if line.status == "preparing"]


def _must_be_open(order: OrderRow) -> None:
    if order.status not in ("open", "billed"):
        raise WrongState("the order", order.status)


def _table(tx: Transaction, table_id: int | None) -> TableRow | None:
    if table_id is None:
        return None
    table = tx.cached(load_tables).get(table_id)
    if table is None:
        raise BadRequest(f"there is no table {table_id}", "tableId")
    return table


def _seat(tx: Transaction, order: OrderRow, where: Move) -> None:
    table = _table(tx, where.table_id)
    if table is None and where.tab is None:
        raise BadRequest("name a table or a tab", "tableId")
    order.table_id = table.id if table else None
    order.table_name = table.name if table else None
    order.area_id = table.area_id if table else None
    order.tab = where.tab
