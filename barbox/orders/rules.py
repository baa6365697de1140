"""What an order comes to, and what may follow what. Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from barbox.core.money import added_tax, included_tax

LineStatus = Literal["held", "preparing", "ready", "served", "void"]

NEXT: dict[str, frozenset[str]] = {
    "held": frozenset({"preparing"}),
    "preparing": frozenset({"ready", "served"}),
    "ready": frozenset({"served", "preparing"}),
    "served": frozenset({"ready", "preparing"}),
    "void": frozenset(),
}
"""Line by line, what a display or waiter may set; going back is a recall."""


class Charge(msgspec.Struct, frozen=True):
    """What a line adds to its order, at its tax rate (basis points)."""

    amount: int
    tax_rate_id: int
    tax_rate: int


class TaxSum(msgspec.Struct, frozen=True):
    """Tax of one rate on the order's whole `base`, rounded once."""

    tax_rate_id: int
    rate: int
    base: int
    tax: int


class Totals(msgspec.Struct, frozen=True):
    subtotal: int
    taxes: tuple[TaxSum, ...]
    tax: int
    total: int


def totals(charges: Iterable[Charge], *, tax_included: bool) -> Totals:
    """What an order comes to: tax per rate on the order's total per rate, rounded half up once."""
    by_rate: dict[tuple[int, int], int] = {}
    for charge in charges:
        key = (charge.tax_rate_id, charge.tax_rate)
        by_rate[key] = by_rate.get(key, 0) + charge.amount
    subtotal = sum(by_rate.values())
    taxes = tuple(_tax(rate_id, rate, amount, tax_included) for (rate_id, rate), amount in sorted(by_rate.items()))
    tax = sum(each.tax for each in taxes)
    return Totals(subtotal, taxes, tax, subtotal if tax_included else subtotal + tax)


def _tax(rate_id: int, rate: int, amount: int, included: bool) -> TaxSum:
    if included:
        tax = included_tax(amount, rate)
        return TaxSum(rate_id, rate, amount - tax, tax)
    return TaxSum(rate_id, rate, amount, added_tax(amount, rate))


def may_become(status: str, wanted: str) -> bool:
    """Whether a line of one status may be set to another; the same again is no fault."""
    return wanted == status or wanted in NEXT[status]
