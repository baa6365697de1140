"""What a tender settles and what change it gives. Pure."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest
from barbox.core.messages import Amount, Body

Method = Literal["cash", "card", "mobile"]


class NewTender(Body):
    """`amount` lowers the balance, `tip` comes on top; `tendered` is the cash handed over, for the change."""

    method: Method
    amount: Amount
    tip: Amount = 0
    tendered: Amount | None = None
    reference: Annotated[str, Meta(max_length=80)] | None = None


class Settled(msgspec.Struct, frozen=True):
    """A tender with the change it gives."""

    tender: NewTender
    change: int


def settle(tenders: Sequence[NewTender], balance: int) -> list[Settled]:
    """Each tender with its change. Raises BadRequest naming the tender when it is too little, too much or odd."""
    paid = sum(tender.amount for tender in tenders)
    if paid > balance:
        raise BadRequest(f"{paid} is more than the {balance} still owed", "tenders")
    if paid == 0 and balance > 0:
        raise BadRequest("nothing is paid", "tenders")
    return [Settled(tender, _change(tender, f"tenders[{index}].tendered")) for index, tender in enumerate(tenders)]


def _change(tender: NewTender, field: str) -> int:
    if tender.tendered is None:
        return 0
    if tender.method != "cash":
        raise BadRequest("is for cash only", field)
    change = tender.tendered - tender.amount - tender.tip
    if change < 0:
        raise BadRequest(f"is {-change} too little", field)
    return change
