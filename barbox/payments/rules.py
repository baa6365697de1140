"""What a tender settles, what change it gives, what the smallest coin rounds, and whose tax a payment is. Pure."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest
from barbox.core.messages import Amount, Body, Id
from barbox.core.money import divide_half_up, spread

Method = Literal["cash", "card", "mobile", "voucher", "house", "member", "points", "deposit"]
Rate = tuple[int, int]


class NewTender(Body):
    """`amount` lowers the balance, `tip` comes on top; `tendered` is the cash handed over, for the change.

    A voucher's `reference` is its number; what is on the house says in it why. By balance ("member"), points or deposit
    pays the order's own member or booking, unless `account` tells another's number.
    """

    method: Method
    amount: Amount
    tip: Amount = 0
    tendered: Amount | None = None
    reference: Annotated[str, Meta(max_length=80)] | None = None
    account: Id | None = None


class Settled(msgspec.Struct, frozen=True):
    """A tender as it is booked, with the change it gives and what cash rounding added to it."""

    method: str
    amount: int
    tip: int = 0
    tendered: int | None = None
    reference: str | None = None
    change: int = 0
    rounding: int = 0


def settle(tenders: Sequence[NewTender], balance: int, step: int) -> list[Settled]:
    """Each tender with its change; cash is rounded to `step`, once for the payment, as a line of its own.

    Raises BadRequest naming the tender when it is too little, too much or odd.
    """
    paid = sum(tender.amount for tender in tenders)
    if paid > balance:
        raise BadRequest(f"{paid} is more than the {balance} still owed", "tenders")
    if paid == 0 and balance > 0:
        raise BadRequest("nothing is paid", "tenders")
    cash = [index for index, tender in enumerate(tenders) if tender.method == "cash"]
    rounding = rounded(sum(tenders[index].amount for index in cash), step)
    if cash and paid < balance and rounding < 0 and -rounding == sum(tenders[index].amount for index in cash):
        raise BadRequest("is less than the smallest coin", f"tenders[{cash[-1]}].amount")
    last = cash[-1] if cash else None
    return [
        _settled(tender, rounding if index == last else 0, f"tenders[{index}]") for index, tender in enumerate(tenders)
    ]


def rounded(amount: int, step: int) -> int:
    """What rounding cash to the nearest `step` adds or takes off."""
    return divide_half_up(amount, step) * step - amount


def _settled(tender: NewTender, rounding: int, field: str) -> Settled:
    if tender.method in ("voucher", "house") and not tender.reference:
        raise BadRequest("is needed: the voucher's number, or why it is on the house", f"{field}.reference")
    if tender.method == "house" and tender.tip:
        raise BadRequest("cannot be on the house", f"{field}.tip")
    change = 0
    if tender.tendered is not None:
        if tender.method != "cash":
            raise BadRequest("is for cash only", f"{field}.tendered")
        change = tender.tendered - tender.amount - rounding - tender.tip
        if change < 0:
            raise BadRequest(f"is {-change} too little", f"{field}.tendered")
    return Settled(tender.method, tender.amount, tender.tip, tender.tendered, tender.reference, change, rounding)


class TaxPart(msgspec.Struct, frozen=True):
    """`gross` with the `tax` in it, of one rate."""

    gross: int
    tax: int


def tax_parts(net: int, order: Mapping[Rate, TaxPart], booked: Mapping[Rate, TaxPart]) -> dict[Rate, TaxPart]:
    """What one more payment books per rate, when `net` of an order is paid with it and `booked` was before.

    Parts always sum to the payment; once all is paid, what was booked is the order's own taxes to the last unit, and
    once all is refunded, nothing.
    """
    rates = list(order)
    gross = dict(zip(rates, spread(net, [order[rate].gross for rate in rates]), strict=True))
    parts = {}
    for rate in {**order, **booked}:
        whole, before = order.get(rate, TaxPart(0, 0)), booked.get(rate, TaxPart(0, 0))
        now = gross.get(rate, 0)
        tax = divide_half_up(whole.tax * now, whole.gross) if whole.gross else 0
        parts[rate] = TaxPart(now - before.gross, tax - before.tax)
    return {rate: part for rate, part in parts.items() if part != TaxPart(0, 0)}
