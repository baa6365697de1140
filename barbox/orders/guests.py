"""Members and bookings at an order: whose it is, at which prices, and how a booking becomes one."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from barbox.core.clock import BusinessDays
from barbox.core.errors import BadRequest
from barbox.core.messages import Body, Id
from barbox.core.money import times
from barbox.core.settings import load_venue
from barbox.core.transaction import Transaction
from barbox.members.commands import guest, must_be_welcome
from barbox.menu.queries import Catalogue, load_catalogue
from barbox.menu.rules import NO_TIERS, Moment, rule_in_force
from barbox.orders.book import new_order, store, store_line
from barbox.orders.lines import kept_modifiers, moment_of, supplement, unit_price
from barbox.orders.requests import Seated
from barbox.orders.rows import LineRow, OrderRow
from barbox.orders.views import OrderView
from barbox.reservations import commands as reservations


class SeatReservation(Body):
    """Where they sit; by default at the tables that were promised. The order stands at the first."""

    table_ids: Annotated[list[Id], Meta(max_length=30)] = []


def tiers_of(tx: Transaction, order: OrderRow) -> frozenset[int]:
    """The tiers whose prices this order has."""
    return NO_TIERS if order.member_id is None else guest(tx, order.member_id).tiers


def attach(tx: Transaction, order: OrderRow, lines: Sequence[LineRow], member_id: int | None) -> None:
    """Make an order a member's, or nobody's; lines cost what they would have, had it been known when they were ordered.

    Where something is paid already prices stay. Raises BadRequest, and WrongState for somebody barred.
    """
    tiers = NO_TIERS
    if member_id is not None:
        found = guest(tx, member_id)
        must_be_welcome(tx, found)
        member_id, tiers = found.id, found.tiers
    if member_id != order.member_id and not order.paid:
        catalogue = tx.cached(load_catalogue)
        if any(rule.tier_id is not None for rule in catalogue.price_rules):
            for line in lines:
                extra = sum(supplement(each) for each in lines if each.parent_id == line.line_id)
                _reprice(tx, order, line, catalogue, tiers, extra)
    order.member_id = member_id


def _reprice(
    tx: Transaction, order: OrderRow, line: LineRow, catalogue: Catalogue, tiers: frozenset[int], extra: int
) -> None:
    """Give a line the member price it should have, or take away the one it should not; all else stays as it was.

    `extra` is what the courses of a set menu add to it.
    """
    product = catalogue.products.get(line.product_id)
    if product is None or product.open_price or line.status == "void" or line.parent_id is not None:
        return
    rule = rule_in_force(product, catalogue.price_rules, _ordered_at(tx, line), order.area_id, tiers)
    by_tier = {each.id for each in catalogue.price_rules if each.tier_id is not None}
    if line.rule_id not in by_tier and (rule is None or rule.id not in by_tier):
        return
    kept = {each.id for each in kept_modifiers(line)}
    chosen = [each for group in product.groups for each in group.modifiers if each.id in kept]
    if len(kept) != len(kept_modifiers(line)) or len(chosen) != len(kept):
        return
    line.price = unit_price(product, rule, chosen, None, "price") + extra
    line.amount = times(line.price, line.quantity)
    line.rule_id = rule.id if rule else None
    line.discountable = int(product.discountable and (rule is None or rule.combines))
    store_line(tx, line)


def _ordered_at(tx: Transaction, line: LineRow) -> Moment:
    venue = tx.cached(load_venue)
    return moment_of(BusinessDays(venue.timezone, venue.cutoff).local(line.sent_at or tx.now))


def seat_reservation(tx: Transaction, reservation_id: int, request: SeatReservation) -> OrderView:
    """They are here: one tap makes their booking an order at their table. Raises WrongState for who has ended."""
    booking, promised = reservations.load(tx, reservation_id)
    tables = request.table_ids or promised
    if not tables:
        raise BadRequest("name a table", "tableIds")
    order = new_order(tx, Seated(tables[0], None, booking.covers))
    if booking.member_id is not None:
        attach(tx, order, (), booking.member_id)
    reservations.seat(tx, reservation_id, order.id, tables)
    return store(tx, "order.placed", order, [], [], {"items": [], "reservationId": reservation_id}, insert=True)
