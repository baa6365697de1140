"""Lines in the making: from what a tablet asks to rows with snapshotted names and prices, and to station tickets."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from barbox.core import names
from barbox.core.errors import BadRequest, NotOffered
from barbox.core.money import THOUSANDTH, parse_quantity, times
from barbox.core.transaction import Transaction
from barbox.menu.queries import Catalogue, load_catalogue
from barbox.menu.rules import NO_TIERS, Modifier, Moment, PriceRule, Product, choose, rule_in_force, sized
from barbox.orders.requests import LineChange, NewItem, Part
from barbox.orders.rows import LineRow, OrderRow
from barbox.printing.commands import Routed, print_ticket
from barbox.printing.contents import Action, Ticket, TicketLine
from barbox.stock.commands import put_back
from barbox.stock.rules import MoveKind


def compose(
    tx: Transaction,
    order_id: int,
    items: Sequence[NewItem],
    area_id: int | None,
    tiers: frozenset[int] = NO_TIERS,
) -> list[LineRow]:
    """New lines at the prices in force now, for a member of these tiers. Raises BadRequest or NotOffered."""
    catalogue = tx.cached(load_catalogue)
    first = tx.number("line", len(items)) if items else 0
    moment = moment_of(tx.local_time) if catalogue.price_rules else Moment(0, 0)
    lines = []
    for index, item in enumerate(items):
        try:
            product = _offered(catalogue, item.item_id, "itemId")
            rule = None
            if catalogue.price_rules:
                rule = rule_in_force(product, catalogue.price_rules, moment, area_id, tiers)
            chosen = choose(product, item.modifiers, "modifiers")
            line = _line(tx, order_id, first + index, item, product, rule, chosen)
            lines.append(line)
            courses = [each for each in chosen if product.kind_of(each) == "set"] if chosen else ()
            if courses:
                line.station_id = None
                lines += _courses(tx, line, item, courses)
            elif item.parts:
                raise BadRequest("is for set menus", "parts")
        except BadRequest as refusal:
            raise refusal.within(f"items[{index}]") from None
    return lines


def moment_of(local: datetime) -> Moment:
    """A time on the venue's wall as weekday and minute, for happy hours."""
    return Moment(local.weekday(), local.hour * 60 + local.minute)


def _offered(catalogue: Catalogue, product_id: int, field: str) -> Product:
    product = catalogue.products.get(product_id)
    if product is None:
        raise BadRequest(f"there is no product {product_id}", field)
    if not product.available:
        raise NotOffered(product.id, product.names)
    return product


def _line(
    tx: Transaction,
    order_id: int,
    line_id: int,
    item: NewItem,
    product: Product,
    rule: PriceRule | None,
    chosen: Sequence[Modifier],
) -> LineRow:
    quantity = thousandths(item.quantity, product.unit, "quantity")
    if product.open_price:
        rule = None
    unit = unit_price(product, rule, chosen, item.price, "price")
    line = LineRow(
        order_id,
        line_id,
        product.id,
        product.names_json,
        quantity,
        unit,
        times(unit, quantity),
        product.tax_rate_id,
        product.tax_rate,
        product.station_id,
        "held" if item.hold else "preparing",
        tx.actor.staff_id,
        None if item.hold else tx.now,
        written(product, chosen),
        item.seat,
        item.course,
        item.note,
    )
    if rule is not None:
        line.rule_id = rule.id
    if not product.discountable or (rule is not None and not rule.combines):
        line.discountable = 0
    return line


def unit_price(
    product: Product, rule: PriceRule | None, chosen: Sequence[Modifier], asked: int | None, field: str
) -> int:
    """What one costs with what was chosen; `asked` is what an open-price product shall cost. Raises BadRequest."""
    if asked is not None and not product.open_price:
        raise BadRequest("is for open-price products only", field)
    if product.open_price:
        if asked is None:
            raise BadRequest("is needed: this product has no price of its own", field)
        return max(0, asked + sum(modifier.price for modifier in chosen))
    if not chosen:
        return sized(product, None, rule)
    size = next((each for each in chosen if product.kind_of(each) == "size"), None)
    return max(0, sized(product, size, rule) + sum(each.price for each in chosen if each is not size))


def _courses(tx: Transaction, parent: LineRow, item: NewItem, courses: Sequence[Modifier]) -> list[LineRow]:
    """What was chosen of a set menu, lines of their own for the stations that make it, priced in the set.

    The same twice with nothing said about it is one line. What a course's own choices cost is on the set's price.
    """
    catalogue = tx.cached(load_catalogue)
    said = list(item.parts)
    lines: list[LineRow] = []
    plain: dict[tuple[int, str | None], LineRow] = {}
    for course in courses:
        product = _offered(catalogue, course.product_id or 0, "parts")
        part = next((each for each in said if each.choice == course.id), None)
        if part is None:
            part = Part(course.id)
        else:
            said.remove(part)
        chosen = choose(product, part.modifiers, "parts.modifiers")
        key = course.id, part.note or item.note
        if not chosen and key in plain:
            plain[key].quantity += parent.quantity
            continue
        made = NewItem(product.id, item.quantity, part.modifiers, item.seat, item.course, key[1], item.hold)
        line = _line(tx, parent.order_id, tx.number("line"), made, _as_course(product), None, chosen)
        line.price = line.amount = 0
        line.parent_id, line.discountable = parent.line_id, 0
        if not chosen:
            plain[key] = line
        parent.price += supplement(line)
        lines.append(line)
    parent.amount = times(parent.price, parent.quantity)
    if said:
        raise BadRequest(f"{said[0].choice} was not chosen", "parts")
    return lines


def supplement(course: LineRow) -> int:
    """What the choices within one course of a set menu add to its price, in minor units; they never take off."""
    return sum(max(0, each.price) for each in kept_modifiers(course))


def _as_course(product: Product) -> Product:
    return msgspec.structs.replace(product, open_price=False)


def written(product: Product, chosen: Sequence[Modifier]) -> str | None:
    """Chosen modifiers as a line keeps them."""
    if not chosen:
        return None
    return msgspec.json.encode([_written(product, each) for each in chosen]).decode()


def _written(product: Product, modifier: Modifier) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "id": modifier.id,
        "name": names.first(modifier.names, "en"),
        "names": modifier.names,
        "price": modifier.price,
    }
    if product.kind_of(modifier) == "set":
        kept["course"] = True
    elif modifier.takes:
        kept |= {"takes": modifier.takes, "itemId": modifier.product_id}
    return kept


def thousandths(quantity: float, unit: str, field: str) -> int:
    """Raises BadRequest for a quantity finer than a thousandth, or than a piece where it is sold by the piece."""
    if quantity == int(quantity):
        return int(quantity) * THOUSANDTH
    if unit == "piece":
        raise BadRequest("is a whole number: this is sold by the piece", field)
    return parsed(quantity, field)


def parsed(quantity: float, field: str) -> int:
    """A quantity in thousandths. Raises BadRequest for a finer one."""
    found = parse_quantity(quantity)
    if not found:
        raise BadRequest("has at most three decimals", field)
    return found


def rewritten(tx: Transaction, line: LineRow, change: LineChange, field: str) -> LineRow:
    """A held line with a change; its price stays the one it was ordered at."""
    new = msgspec.structs.replace(line)
    product = tx.cached(load_catalogue).products.get(line.product_id)
    if change.modifiers is not None:
        if product is None:
            raise BadRequest("is no longer on the menu", field)
        if any(group.kind != "choice" for group in product.groups):
            raise BadRequest("is a size or set: take the line away and order anew", f"{field}.modifiers")
        old = sum(m.price for m in kept_modifiers(line))
        chosen = choose(product, change.modifiers, f"{field}.modifiers")
        new.price = max(0, line.price - old + sum(modifier.price for modifier in chosen))
        new.modifiers = written(product, chosen)
    if change.quantity is not None:
        new.quantity = thousandths(change.quantity, product.unit if product else "piece", f"{field}.quantity")
    new.amount = times(new.price, new.quantity)
    new.seat = change.seat or line.seat
    new.course = change.course or line.course
    new.note = line.note if change.note is None else change.note or None
    return new


GIVEN: tuple[MoveKind, ...] = ("sale", "comp", "staff")
"""What a line was consumed as, by its `comp`."""


class Kept(msgspec.Struct, rename="camel"):
    """A modifier as a line keeps it; `takes` thousandths of `item_id`'s stock, or, as a size, of the line's own."""

    id: int
    price: int
    names: dict[str, str]
    takes: int = 0
    item_id: int | None = None


_decode_kept = msgspec.json.Decoder(list[Kept]).decode


def kept_modifiers(line: LineRow) -> list[Kept]:
    """What was chosen for a line."""
    return _decode_kept(line.modifiers) if line.modifiers else []


def give_back(tx: Transaction, lines: Iterable[LineRow], among: Sequence[LineRow]) -> None:
    """Lines that were never made: what they took is on the shelf again. `among` are all lines of the order."""
    for line in lines:
        put_back(tx, line.order_id, [line], GIVEN[line.comp], among=among)


def tell_stations(
    tx: Transaction,
    action: Action,
    order: OrderRow,
    lines: Iterable[LineRow],
    *,
    reason: str | None = None,
) -> None:
    """Put the stations' tickets in the spool, in this same transaction."""
    _tell(tx, action, order, [Routed(line.station_id, _ticket_line(line), line.sent_at) for line in lines], reason)


def tell_changed(tx: Transaction, order: OrderRow, was: LineRow, now: LineRow) -> None:
    """Tell the station that makes a line what is different about it, if anything is."""
    shown, before = _ticket_line(now), _ticket_line(was)
    if shown != before:
        said = msgspec.structs.replace(shown, gone=[each for each in before.modifiers if each not in shown.modifiers])
        _tell(tx, "change", order, [Routed(now.station_id, said, now.sent_at)], None)


def _tell(tx: Transaction, action: Action, order: OrderRow, routed: Sequence[Routed], reason: str | None) -> None:
    place, takeaway = order.table_name or order.tab or "", bool(order.takeaway)
    ticket = Ticket(action, place, order.number, tx.actor.name, [], order.covers, reason, takeaway)
    print_ticket(tx, ticket, order.id, routed)


def _ticket_line(line: LineRow) -> TicketLine:
    modifiers = [each.names for each in kept_modifiers(line)] if line.modifiers else []
    return TicketLine(line.quantity, names.decode(line.names), modifiers, line.seat, line.course, line.note)
