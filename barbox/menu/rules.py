"""What a product costs at a moment, happy hours included, and which modifiers it may carry. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from barbox.core.errors import BadRequest
from barbox.core.money import divide_half_up

MINUTES_A_DAY = 1440
NO_TIERS: frozenset[int] = frozenset()
"""A guest who is no member."""


GroupKind = Literal["choice", "size", "set"]


class Modifier(msgspec.Struct, frozen=True):
    """`takes` thousandths of `product_id`'s stock, or, as a size, of the product's own."""

    id: int
    group_id: int
    names: dict[str, str]
    price: int
    product_id: int | None = None
    takes: int = 0


class Group(msgspec.Struct, frozen=True):
    """A choice on a product: between `minimum` and `maximum` of its modifiers.

    A "size" is part of the product's own price, happy hour included; what is chosen from a "set" is a product made at
    its own station.
    """

    id: int
    names: dict[str, str]
    minimum: int
    maximum: int
    modifiers: tuple[Modifier, ...] = ()
    kind: GroupKind = "choice"


class Product(msgspec.Struct, frozen=True):
    """A product as it can be ordered now; `station_id` is its own or its category's."""

    id: int
    category_id: int
    names: dict[str, str]
    price: int
    tax_rate_id: int
    tax_rate: int
    station_id: int | None
    available: bool
    barcode: str | None
    sort: int
    groups: tuple[Group, ...] = ()
    open_price: bool = False
    unit: str = "piece"
    age: int = 0
    discountable: bool = True
    names_json: str = ""
    """Its names as they are stored, and copied to every line that is ordered."""

    def kind_of(self, modifier: Modifier) -> GroupKind:
        """Whether a modifier is a plain choice, a size or part of a set."""
        return next(group.kind for group in self.groups if group.id == modifier.group_id)


class PriceRule(msgspec.Struct, frozen=True):
    """A happy hour. `value` is basis points off (percent), minor units off (amount) or the price itself (fixed).

    What is sold by it takes no further discount, unless it `combines`. One with a `tier_id` is a member price: for
    guests who have reached that tier.
    """

    id: int
    names: dict[str, str]
    weekdays: int
    from_minute: int
    until_minute: int
    area_id: int | None
    category_id: int | None
    product_id: int | None
    kind: Literal["percent", "amount", "fixed"]
    value: int
    priority: int
    combines: bool = False
    tier_id: int | None = None


class Moment(msgspec.Struct, frozen=True):
    """Local weekday (0 is Monday) and minutes past midnight."""

    weekday: int
    minute: int


def rule_in_force(
    product: Product,
    rules: Iterable[PriceRule],
    moment: Moment,
    area_id: int | None,
    tiers: frozenset[int] = NO_TIERS,
) -> PriceRule | None:
    """The rule that makes the product's price now, if any does: one alone, of the highest priority.

    `tiers` are those the guest has reached; of rules with one priority a member's own goes first.
    """
    applying = [rule for rule in rules if applies(rule, product, moment, area_id, tiers)]
    return max(applying, key=lambda each: (each.priority, each.tier_id is not None, each.id)) if applying else None


def applies(
    rule: PriceRule, product: Product, moment: Moment, area_id: int | None, tiers: frozenset[int] = NO_TIERS
) -> bool:
    """Whether a rule is for this product, place, moment and guest."""
    return (
        rule.product_id in (None, product.id)
        and rule.category_id in (None, product.category_id)
        and rule.area_id in (None, area_id)
        and (rule.tier_id is None or rule.tier_id in tiers)
        and _in_window(rule, moment)
    )


def discounted(price: int, rule: PriceRule) -> int:
    """`price` by one rule, never below zero."""
    match rule.kind:
        case "percent":
            return max(0, price - divide_half_up(price * rule.value, 10_000))
        case "amount":
            return max(0, price - rule.value)
        case "fixed":
            return rule.value


def sized(product: Product, size: Modifier | None, rule: PriceRule | None) -> int:
    """A product's price in a size; a rule's fixed price is the ordinary size's, other sizes cost in proportion."""
    price = product.price if size is None else max(0, product.price + size.price)
    if rule is None:
        return price
    if rule.kind == "fixed" and size is not None and product.price:
        return divide_half_up(rule.value * price, product.price)
    return discounted(price, rule)


def _in_window(rule: PriceRule, moment: Moment) -> bool:
    if rule.from_minute <= rule.until_minute:
        return _on(rule, moment.weekday) and rule.from_minute <= moment.minute < rule.until_minute
    if moment.minute >= rule.from_minute:
        return _on(rule, moment.weekday)
    return moment.minute < rule.until_minute and _on(rule, (moment.weekday - 1) % 7)


def _on(rule: PriceRule, weekday: int) -> bool:
    return bool(rule.weekdays >> weekday & 1)


def choose(product: Product, chosen: Sequence[int], field: str) -> tuple[Modifier, ...]:
    """The modifiers chosen for a product, in the menu's order. Raises BadRequest naming `field`."""
    if not product.groups:
        if chosen:
            raise BadRequest(f"{_english(product.names)} takes no modifiers", field)
        return ()
    left = list(chosen)
    found: list[Modifier] = []
    for group in product.groups:
        of_group = [modifier for modifier in group.modifiers for _ in range(left.count(modifier.id))]
        if not group.minimum <= len(of_group) <= group.maximum:
            wanted = f"{group.minimum} to {group.maximum}" if group.minimum != group.maximum else str(group.minimum)
            raise BadRequest(f"{_english(product.names)} needs {wanted} of {_english(group.names)}", field)
        found += of_group
        left = [each for each in left if each not in {modifier.id for modifier in of_group}]
    if left:
        raise BadRequest(f"{_english(product.names)} has no modifier {left[0]}", field)
    return tuple(found)


def _english(names: dict[str, str]) -> str:
    return names.get("en") or next(iter(names.values()))
