"""What tablets send: commands ("add these lines", "void that line"), never their picture of an order."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from barbox.core.messages import Amount, Body, Id, ShortText
from barbox.orders.views import CustomerInfo

Quantity = Annotated[float, Meta(gt=0, le=10_000, description="up to three decimals")]
Note = Annotated[str, Meta(min_length=1, max_length=200)]
Seat = Annotated[int, Meta(ge=1, le=200)]
Course = Annotated[int, Meta(ge=1, le=9)]
Covers = Annotated[int, Meta(ge=1, le=500)]
Reason = Annotated[str, Meta(min_length=2, max_length=200)]
LineIds = Annotated[list[Id], Meta(min_length=1, max_length=200)]


class Part(Body):
    """What is said of one chosen course of a set menu: `choice` is its modifier's number."""

    choice: Id
    modifiers: Annotated[list[Id], Meta(max_length=30)] = []
    note: Note | None = None


class NewItem(Body):
    """A line to add; `hold` keeps it from its station until it is sent or its course fired.

    `price` is for open-price products only; `parts` for the courses of a set menu that need words of their own.
    """

    item_id: Id
    quantity: Quantity = 1
    modifiers: Annotated[list[Id], Meta(max_length=30)] = []
    seat: Seat | None = None
    course: Course | None = None
    note: Note | None = None
    hold: bool = False
    price: Amount | None = None
    parts: Annotated[list[Part], Meta(max_length=30)] = []


Items = Annotated[list[NewItem], Meta(min_length=1, max_length=200)]


class Seated(Body):
    """Where a party sits: a table, a named tab, or neither (sold over the counter)."""

    table_id: Id | None = None
    tab: ShortText | None = None
    covers: Covers | None = None
    takeaway: bool = False


class NewOrder(Body):
    """A round for a table, a named tab, or neither (sold over the counter).

    `ageChecked` is the waiter's word that the guests are old enough for what is on it.
    """

    items: Annotated[list[NewItem], Meta(max_length=200)]
    table_id: Id | None = None
    tab: ShortText | None = None
    covers: Covers | None = None
    customer_info: CustomerInfo | None = None
    takeaway: bool = False
    age_checked: bool = False
    member_id: Id | None = None


class LineChange(Body):
    """A change of a line; quantity 0 takes away one that was not sent yet.

    Of a line that a station is making, all but its quantity: the station gets a ticket that says what is different.
    """

    line_id: Id
    quantity: Annotated[float, Meta(ge=0, le=10_000)] | None = None
    modifiers: Annotated[list[Id], Meta(max_length=30)] | None = None
    seat: Seat | None = None
    course: Course | None = None
    note: Annotated[str, Meta(max_length=200)] | None = None


class NewDiscount(Body):
    """Off some lines, or off the order; `value` is basis points (percent) or minor units (amount); 0 takes it away."""

    kind: Literal["percent", "amount"]
    value: Amount
    reason: Reason
    line_ids: LineIds | None = None


class OrderChange(Body):
    """Adding `items` needs no version, for adding commutes, nor does `memberId` (null: nobody's); all else does."""

    version: Annotated[int, Meta(ge=1)] | None = None
    items: Items | None = None
    changes: Annotated[list[LineChange], Meta(min_length=1, max_length=200)] | None = None
    covers: Covers | None = None
    table_id: Id | None = None
    tab: ShortText | None = None
    discount: NewDiscount | None = None
    age_checked: bool = False
    member_id: Id | UnsetType | None = UNSET


class Send(Body):
    """Which held lines to send; all of them by default."""

    line_ids: LineIds | None = None


class Again(Body):
    """Which lines to order once more; the last round by default."""

    line_ids: LineIds | None = None


class Fire(Body):
    course: Course


class Void(Body):
    """Lines to take back, or `quantity` of the one line named; the whole order when none are named."""

    reason: Reason
    line_ids: LineIds | None = None
    quantity: Quantity | None = None


class Comp(Body):
    """Lines to give away, or `quantity` of the one line named; a `staff` drink is given to who works here."""

    line_ids: LineIds
    reason: Reason
    staff: bool = False
    quantity: Quantity | None = None


class Move(Body):
    """Where the party sits now: a table, or a tab's name.

    With `lineIds`, only these lines go, or `quantity` of the one line named: to `toOrderId`, or to a new order at that
    table or tab.
    """

    table_id: Id | None = None
    tab: ShortText | None = None
    line_ids: LineIds | None = None
    to_order_id: Id | None = None
    quantity: Quantity | None = None
    reason: Reason | None = None


class PartOfLine(Body):
    """A line, or `quantity` of it."""

    line_id: Id
    quantity: Quantity | None = None


class Split(Body):
    """Exactly one of: `lines` or `seats` for a new order of their own; `parts` or `amounts` for shares of this one."""

    lines: Annotated[list[PartOfLine], Meta(min_length=1, max_length=200)] | None = None
    seats: Annotated[list[Seat], Meta(min_length=1, max_length=100)] | None = None
    parts: Annotated[int, Meta(ge=2, le=100)] | None = None
    amounts: Annotated[list[Annotated[int, Meta(ge=1, le=10**11)]], Meta(min_length=2, max_length=100)] | None = None


class Merge(Body):
    """Orders that become part of this one."""

    order_ids: Annotated[list[Id], Meta(min_length=1, max_length=50)]
    reason: Reason | None = None


class Transfer(Body):
    """Whose order it is from now on."""

    staff_id: Id
    reason: Reason | None = None


class StatusChange(Body):
    line_ids: LineIds
    status: Literal["preparing", "ready", "served"]
