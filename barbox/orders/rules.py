"""What an order comes to, and what may follow what. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from barbox.core.money import added_tax, divide_half_up, included_tax, spread

LineStatus = Literal["held", "preparing", "ready", "served", "void"]
Rate = tuple[int, int]
"""A tax rate's number and basis points; number 0 is no tax."""

NEXT: dict[str, frozenset[str]] = {
    "held": frozenset({"preparing"}),
    "preparing": frozenset({"ready", "served"}),
    "ready": frozenset({"served", "preparing"}),
    "served": frozenset({"ready", "preparing"}),
    "void": frozenset(),
}
"""Line by line, what a display or waiter may set; going back is a recall."""


class Discount(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """Off a line or an order: `value` is basis points (percent) or minor units (amount)."""

    kind: Literal["percent", "amount"]
    value: int
    reason: str
    staff_id: int | None = None

    def of(self, amount: int) -> int:
        """What it takes off `amount`: never more than that."""
        return divide_half_up(amount * self.value, 10_000) if self.kind == "percent" else min(self.value, amount)


class Share(msgspec.Struct, frozen=True, rename="camel"):
    """One guest's part of an order split evenly or by amount."""

    amount: int
    paid: int = 0


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What was agreed for an order besides its lines: its area's charges when it was seated, discount and shares."""

    service_rate: int = 0
    cover_price: int = 0
    cover_rate: Rate | None = None
    """The tax rate of the cover charge; None taxes it as what was ordered is."""
    minimum_spend: int = 0
    discount: Discount | None = None
    shares: tuple[Share, ...] = ()
    split_from: int | None = None
    merged_into: int | None = None
    carried_over: str | None = None
    """Why it stays open although its day was closed."""
    carried_day: int = 0
    """The business day that was (YYYYMMDD)."""


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What a line adds to its order, at its tax rate (basis points), before its own `discount`.

    `discountable` says whether the order's discount may reach it.
    """

    amount: int
    tax_rate_id: int
    tax_rate: int
    discount: int = 0
    discountable: bool = True


class TaxSum(msgspec.Struct, frozen=True, gc=False):
    """Tax of one rate on the order's whole `base`, rounded once."""

    tax_rate_id: int
    rate: int
    base: int
    tax: int


class Totals(msgspec.Struct, frozen=True, gc=False):
    """`subtotal` is what the lines cost; total = subtotal - discount + service + cover, and tax where it is added."""

    subtotal: int
    taxes: tuple[TaxSum, ...]
    tax: int
    total: int
    discount: int = 0
    service: int = 0
    cover: int = 0


def totals(charges: Iterable[Charge], *, tax_included: bool, terms: Terms | None = None, covers: int = 0) -> Totals:
    """What an order comes to: tax per rate on the order's total per rate, rounded half up once."""
    by_rate: dict[Rate, int] = {}
    subtotal = 0
    charges = list(charges)
    for charge in charges:
        key = (charge.tax_rate_id, charge.tax_rate)
        by_rate[key] = by_rate.get(key, 0) + charge.amount - charge.discount
        subtotal += charge.amount
    service = cover = 0
    if terms is not None:
        if terms.discount is not None:
            for charge, share in zip(charges, discount_shares(charges, terms.discount), strict=True):
                by_rate[charge.tax_rate_id, charge.tax_rate] -= share
        net = sum(by_rate.values())
        service, cover = divide_half_up(net * terms.service_rate, 10_000), terms.cover_price * covers
        _charge(by_rate, service, cover, terms.cover_rate)
    gross = sum(by_rate.values())
    taxes = tuple([_tax(rate_id, rate, amount, tax_included) for (rate_id, rate), amount in sorted(by_rate.items())])
    tax = sum([each.tax for each in taxes])
    discount = subtotal + service + cover - gross
    return Totals(subtotal, taxes, tax, gross if tax_included else gross + tax, discount, service, cover)


def _charge(by_rate: dict[Rate, int], service: int, cover: int, cover_rate: Rate | None) -> None:
    """Add the charges to what each rate taxes: in proportion, where they have no rate of their own."""
    apart = cover and (cover_rate is not None or not any(by_rate.values()))
    shares = spread(service if apart else service + cover, list(by_rate.values()))
    for rate, share in zip(list(by_rate), shares, strict=True):
        by_rate[rate] += share
    if apart:
        key = cover_rate or (0, 0)
        by_rate[key] = by_rate.get(key, 0) + cover


def discount_shares(charges: Sequence[Charge], discount: Discount) -> list[int]:
    """An order's discount spread over the lines it reaches, by largest remainder."""
    nets = [charge.amount if charge.discountable and not charge.discount else 0 for charge in charges]
    return spread(discount.of(sum(nets)), nets)


def _tax(rate_id: int, rate: int, amount: int, included: bool) -> TaxSum:
    if included:
        tax = included_tax(amount, rate)
        return TaxSum(rate_id, rate, amount - tax, tax)
    return TaxSum(rate_id, rate, amount, added_tax(amount, rate))


def may_become(status: str, wanted: str) -> bool:
    """Whether a line of one status may be set to another; the same again is no fault."""
    return wanted == status or wanted in NEXT[status]


def parts(amount: int, count: int) -> list[int]:
    """`amount` in `count` parts that differ by at most one unit and sum to it exactly."""
    return spread(amount, [1] * count)
