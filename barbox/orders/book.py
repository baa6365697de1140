"""The order book: an order taken out, changed by a command, and put back with its journal entry."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.errors import BadRequest, NotFound, WrongState
from barbox.core.money import spread
from barbox.core.settings import load_venue
from barbox.core.statements import Insert, freeze
from barbox.core.transaction import Transaction
from barbox.floor.queries import TableRow, load_areas, load_tables
from barbox.menu.queries import load_catalogue
from barbox.orders import queries, rules
from barbox.orders.lines import parsed, tell_stations
from barbox.orders.models import Order, OrderLine
from barbox.orders.requests import Move, NewOrder, OrderChange, Seated
from barbox.orders.rows import (
    LineRow,
    OrderRow,
    TenderRow,
    discount_of,
    keep_discount,
    keep_terms,
    sums,
    terms_of,
)
from barbox.orders.views import Around, OrderView, view
from barbox.printing.contents import Action
from barbox.printing.queries import load_stations

_ORDER_FIELDS = OrderRow.__struct_fields__
_LINE_FIELDS = LineRow.__struct_fields__

INSERT_ORDER = Insert(Order, OrderRow)
UPDATE_ORDER = freeze(
    lambda p: Order.update(**{name: getattr(p, name) for name in _ORDER_FIELDS if name != "id"}).where(Order.id == p.id)
)
INSERT_LINE = Insert(OrderLine, LineRow)
UPDATE_LINE = freeze(
    lambda p: OrderLine.update(**{name: getattr(p, name) for name in _LINE_FIELDS if name != "line_id"}).where(
        (OrderLine.order_id == p.was_in) & (OrderLine.line_id == p.line_id)
    )
)

Taken = tuple[OrderRow, list[LineRow], list[TenderRow]]


def load(tx: Transaction, order_id: int) -> Taken:
    """An order with its lines and tenders. Raises NotFound."""
    order = tx.one(queries.ORDER, OrderRow, id=order_id)
    if order is None:
        raise NotFound("order", order_id)
    lines = tx.all(queries.LINES, LineRow, order_id=order_id)
    return order, lines, tx.all(queries.TENDERS, TenderRow, order_id=order_id)


def load_open(tx: Transaction, order_id: int) -> Taken:
    """The same for an order that can still change. Raises WrongState when it is paid or void."""
    taken = load(tx, order_id)
    must_be_open(taken[0])
    return taken


def around(tx: Transaction) -> Around:
    """What views need besides the order's rows, from the writer's memory."""
    return Around(tx.cached(load_venue), tx.cached(load_stations), tx.cached(load_rates))


def load_rates(tx: Transaction) -> dict[int, dict[str, str]]:
    """Tax rates' names; use through `tx.cached(load_rates)`."""
    return {row.id: names.decode(row.names) for row in tx.all(queries.RATES, queries.RateRow)}


def new_order(tx: Transaction, request: Seated | NewOrder, *, customer: str | None = None) -> OrderRow:
    """A row for an order that begins now, at its area's terms. Raises BadRequest for a table that is not there."""
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
        total=0,
        paid=0,
        opened_at=tx.now,
        customer=customer,
        takeaway=int(request.takeaway),
    )
    _agree(tx, order)
    return order


def insert_lines(tx: Transaction, lines: Iterable[LineRow]) -> None:
    """Store new lines."""
    tx.insert_rows(INSERT_LINE, lines)


def store_line(tx: Transaction, line: LineRow, was_in: int | None = None) -> None:
    """Store a changed line; `was_in` is the order it comes from when it was moved."""
    tx.execute(UPDATE_LINE, was_in=was_in or line.order_id, **msgspec.structs.asdict(line))


def store(
    tx: Transaction,
    kind: str,
    order: OrderRow,
    lines: list[LineRow],
    tenders: list[TenderRow],
    facts: Any,
    *,
    insert: bool = False,
    gone: Iterable[LineRow] = (),
) -> OrderView:
    """Bring total and version up to date, store the order, journal the facts and tell the rooms its whole new state.

    `gone` are lines that left it: their stations hear of it too.
    Raises WrongState when less would be owed than was paid: money is given back first.
    """
    context = around(tx)
    found = sums(order, lines, tax_included=context.venue.tax_included)
    if order.terms is not None and found.total != order.total:
        keep_terms(order, msgspec.structs.replace(terms_of(order), shares=()))
    order.total = found.total
    if order.paid > order.total:
        raise WrongState("the order", "paid already with more than would be left")
    order.version += 1
    order.seq = tx.seq + 1
    if insert:
        tx.insert_row(INSERT_ORDER, order)
    else:
        tx.store(UPDATE_ORDER, order)
    shown = view(order, lines, tenders, context, found)
    rooms = {"floor"}
    for station_id in {line.station_id for line in (*lines, *gone)}:
        if station_id in context.stations:
            rooms.update(context.stations[station_id].rooms)
    new = {"number": order.number, "table": order.table_name} if insert else {}
    facts = {**new, **facts, "total": order.total}
    tx.emit(kind, f"order:{order.id}", facts, state=shown, rooms=rooms, rows=(order, lines))
    return shown


def release(tx: Transaction, order: OrderRow, held: Iterable[LineRow], action: Action) -> None:
    """Send held lines to their stations."""
    held = list(held)
    for line in held:
        line.status, line.sent_at = "preparing", tx.now
        store_line(tx, line)
    tell_stations(tx, action, order, held)


def fact(line: LineRow) -> dict[str, Any]:
    """A line as the journal keeps it."""
    kept: dict[str, Any] = {
        "lineId": line.line_id,
        "itemId": line.product_id,
        "quantity": line.quantity,
        "amount": line.amount,
    }
    if line.parent_id is not None:
        kept["parentId"] = line.parent_id
    return kept


def named(lines: list[LineRow], line_ids: Sequence[int] | None) -> list[LineRow]:
    """The lines with these numbers, or all. Raises BadRequest for a line the order does not have."""
    if line_ids is None:
        return lines
    by_id = {line.line_id: line for line in lines}
    missing = [each for each in line_ids if each not in by_id]
    if missing:
        raise BadRequest(f"the order has no line {missing[0]}", "lineIds")
    return [by_id[each] for each in dict.fromkeys(line_ids)]


def whole(lines: list[LineRow], chosen: Iterable[LineRow]) -> list[LineRow]:
    """The chosen lines, with every set menu of which a part was chosen complete."""
    sets = {line.parent_id or line.line_id for line in chosen}
    return [line for line in lines if (line.parent_id or line.line_id) in sets]


def chosen(
    tx: Transaction,
    lines: list[LineRow],
    line_ids: Sequence[int] | None,
    quantity: float | None = None,
    field: str = "quantity",
) -> list[LineRow]:
    """The named lines, or all, with their set menus complete; or `quantity` of the one named, from now on a line apart.

    Raises BadRequest for more than the line has or a part of a set menu, WrongState for a part of a void line.
    """
    found = named(lines, line_ids)
    if quantity is None:
        return whole(lines, found)
    if line_ids is None or len(found) != 1:
        raise BadRequest("is of one line: name it", field)
    (line,), wanted = found, parsed(quantity, field)
    if line.status == "void":
        raise WrongState("the line", "void")
    if wanted > line.quantity:
        raise BadRequest("is more than the line has", field)
    if wanted == line.quantity:
        return whole(lines, found)
    if len(whole(lines, found)) > 1:
        raise BadRequest("is a set menu: it stays whole", field)
    return [_divide(tx, lines, line, wanted)]


def _divide(tx: Transaction, lines: list[LineRow], line: LineRow, quantity: int) -> LineRow:
    """`quantity` of a line becomes a line of its own, in the same order; amount and discount are shared exactly."""
    own, rest = spread(line.amount, [quantity, line.quantity - quantity])
    part = msgspec.structs.replace(line, line_id=tx.number("line"), quantity=quantity, amount=own)
    given = discount_of(line)
    if given is not None and given.kind == "amount":
        taken_off = min(given.value, line.amount)
        share, left = spread(taken_off, [own, rest])
        keep_discount(part, msgspec.structs.replace(given, value=share))
        keep_discount(line, msgspec.structs.replace(given, value=left))
    line.quantity, line.amount = line.quantity - quantity, rest
    store_line(tx, line)
    insert_lines(tx, [part])
    lines.append(part)
    return part


def unfinished(lines: Iterable[LineRow]) -> list[LineRow]:
    """What a station is still making."""
    return [line for line in lines if line.status == "preparing"]


def must_be_open(order: OrderRow) -> None:
    """Raises WrongState when it is paid or void."""
    if order.status not in ("open", "billed"):
        raise WrongState("the order", order.status)


def seat(tx: Transaction, order: OrderRow, where: Seated | Move | OrderChange) -> None:
    """Put an order at another table or tab, at its area's terms. Raises BadRequest."""
    table = _table(tx, where.table_id)
    if table is None and where.tab is None:
        raise BadRequest("name a table or a tab", "tableId")
    order.table_id = table.id if table else None
    order.table_name = table.name if table else None
    order.area_id = table.area_id if table else None
    order.tab = where.tab
    _agree(tx, order)


def place_of(order: OrderRow) -> str:
    """Where it is, for people."""
    return order.table_name or order.tab or f"#{order.number}"


def _agree(tx: Transaction, order: OrderRow) -> None:
    """Take over the charges of the area where the party sits; what is taken away pays none."""
    area = None
    if order.area_id is not None and not order.takeaway:
        area = tx.cached(load_areas).get(order.area_id)
    if area is None or not area.charges:
        if order.terms is None:
            return
        charges = rules.Terms()
    else:
        rate_id = area.cover_tax_rate_id
        rate = tx.cached(load_catalogue).tax_rates.get(rate_id) if rate_id is not None else None
        charges = rules.Terms(
            service_rate=area.service_rate,
            cover_price=area.cover_price,
            cover_rate=(rate_id, rate) if rate_id is not None and rate is not None else None,
            minimum_spend=area.minimum_spend,
        )
    terms = msgspec.structs.replace(
        terms_of(order),
        service_rate=charges.service_rate,
        cover_price=charges.cover_price,
        cover_rate=charges.cover_rate,
        minimum_spend=charges.minimum_spend,
    )
    keep_terms(order, terms)


def _table(tx: Transaction, table_id: int | None) -> TableRow | None:
    if table_id is None:
        return None
    table = tx.cached(load_tables).get(table_id)
    if table is None:
        raise BadRequest(f"there is no table {table_id}", "tableId")
    return table
