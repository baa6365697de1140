"""Lines in the making: from what a tablet asks to rows with snapshotted names and prices, and to station tickets."""

from collections.abc import Iterable, Sequence

import msgspec

from barbox.core import names
from barbox.core.errors import BadRequest, NotOffered
from barbox.core.money import THOUSANDTH, parse_quantity, times
from barbox.core.transaction import Transaction
from barbox.menu.queries import load_catalogue
from barbox.menu.rules import Modifier, Moment, Product, choose, price_in_force
from barbox.orders.queries import LineRow, OrderRow
from barbox.orders.requests import LineChange, NewItem
from barbox.printing.commands import Routed, print_ticket
from barbox.printing.contents import Action, Ticket, TicketLine
from barbox.stock.commands import Taken


def compose(tx: Transaction, order_id: int, items: Sequence[NewItem], area_id: int | None) -> list[LineRow]:
    """New lines at the prices in force now. Raises BadRequest or NotOffered naming the item."""
    catalogue = tx.cached(load_catalogue)
    first = tx.number("line", len(items)) if items else 0
    moment = now(tx) if catalogue.price_rules else Moment(0, 0)
    lines = []
    for index, item in enumerate(items):
        product = catalogue.products.get(item.item_id)
        if product is None:
            raise BadRequest(f"there is no product {item.item_id}", f"items[{index}].itemId")
        if not product.available:
            raise NotOffered(product.id, product.names)
        price = (
            price_in_force(product, catalogue.price_rules, moment, area_id) if catalogue.price_rules else product.price
        )
        chosen = choose(product, item.modifiers, f"items[{index}].modifiers")
        lines.append(_line(tx, order_id, first + index, item, product, price, chosen, f"items[{index}].quantity"))
    return lines


def now(tx: Transaction) -> Moment:
    """The venue's weekday and minute, for happy hours."""
    local = tx.local_time
    return Moment(local.weekday(), local.hour * 60 + local.minute)


def _line(
    tx: Transaction,
    order_id: int,
    line_id: int,
    item: NewItem,
    product: Product,
    price: int,
    chosen: Sequence[Modifier],
    field: str,
) -> LineRow:
    quantity = thousandths(item.quantity, field)
    unit = max(0, price + sum(modifier.price for modifier in chosen))
    return LineRow(
        order_id=order_id,
        line_id=line_id,
        product_id=product.id,
        names=names.encode(product.names),
        quantity=quantity,
        price=unit,
        amount=times(unit, quantity),
        tax_rate_id=product.tax_rate_id,
        tax_rate=product.tax_rate,
        modifiers=written(chosen),
        seat=item.seat,
        course=item.course,
        note=item.note,
        station_id=product.station_id,
        status="held" if item.hold else "preparing",
        staff_id=tx.actor.staff_id,
        sent_at=None if item.hold else tx.now,
        ready_at=None,
        comp=0,
        reason=None,
    )


def written(chosen: Sequence[Modifier]) -> str | None:
    """Chosen modifiers as a line keeps them."""
    if not chosen:
        return None
    kept = [{"id": m.id, "name": names.first(m.names, "en"), "names": m.names, "price": m.price} for m in chosen]
    return msgspec.json.encode(kept).decode()


def thousandths(quantity: float, field: str) -> int:
    """Raises BadRequest for a quantity finer than a thousandth."""
    if quantity == int(quantity):
        return int(quantity) * THOUSANDTH
    parsed = parse_quantity(quantity)
    if not parsed:
        raise BadRequest("has at most three decimals", field)
    return parsed


def rewritten(tx: Transaction, line: LineRow, change: LineChange, field: str) -> LineRow:
    """A held line with a change; its price stays the one it was ordered at."""
    new = msgspec.structs.replace(line)
    if change.modifiers is not None:
        product = tx.cached(load_catalogue).products.get(line.product_id)
        if product is None:
            raise BadRequest("is no longer on the menu", field)
        old = sum(m.price for m in _kept(line))
        chosen = choose(product, change.modifiers, f"{field}.modifiers")
        new.price = max(0, line.price - old + sum(modifier.price for modifier in chosen))
        new.modifiers = written(chosen)
    if change.quantity is not None:
        new.quantity = thousandths(change.quantity, f"{field}.quantity")
    new.amount = times(new.price, new.quantity)
    new.seat = change.seat or line.seat
    new.course = change.course or line.course
    new.note = line.note if change.note is None else change.note or None
    return new


class _Kept(msgspec.Struct):
    price: int
    names: dict[str, str]


_decode_kept = msgspec.json.Decoder(list[_Kept]).decode


def _kept(line: LineRow) -> list[_Kept]:
    return _decode_kept(line.modifiers) if line.modifiers else []


def taken(lines: Iterable[LineRow]) -> list[Taken]:
    """What lines take off the shelf."""
    return [Taken(line.product_id, line.quantity, names.decode(line.names)) for line in lines]


def tell_stations(
    tx: Transaction,
    action: Action,
    order: OrderRow,
    lines: Iterable[LineRow],
    *,
    reason: str | None = None,
) -> None:
    """Put the stations' tickets in the spool, in this same transaction."""
    routed = [Routed(line.station_id, _ticket_line(line)) for line in lines]
    ticket = Ticket(
        action=action,
        place=order.table_name or order.tab or "",
        order_number=order.number,
        staff=tx.actor.name,
        lines=[],
        covers=order.covers,
        reason=reason,
    )
    print_ticket(tx, ticket, order.id, routed)


def _ticket_line(line: LineRow) -> TicketLine:
    return TicketLine(
        quantity=line.quantity,
        names=names.decode(line.names),
        modifiers=[each.names for each in _kept(line)],
        seat=line.seat,
        course=line.course,
        note=line.note,
    )
