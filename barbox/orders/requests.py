"""What tablets send: commands ("add these lines", "void that line"), never their picture of an order."""

from typing import Annotated, Literal

from msgspec import Meta

from barbox.core.messages import Body, Id, ShortText
from barbox.orders.queries import CustomerInfo

Quantity = Annotated[float, Meta(gt=0, le=10_000, description="up to three decimals")]
Note = Annotated[str, Meta(min_length=1, max_length=200)]
Seat = Annotated[int, Meta(ge=1, le=200)]
Course = Annotated[int, Meta(ge=1, le=9)]
Covers = Annotated[int, Meta(ge=1, le=500)]
Reason = Annotated[str, Meta(min_length=2, max_length=200)]
LineIds = Annotated[list[Id], Meta(min_length=1, max_length=200)]


class NewItem(Body):
    """A line to add; `hold` keeps it from its station until it is sent or its course fired."""

    item_id: Id
    quantity: Quantity = 1
    modifiers: Annotated[list[Id], Meta(max_length=30)] = []
    seat: Seat | None = None
    course: Course | None = None
    note: Note | None = None
    hold: bool = False


Items = Annotated[list[NewItem], Meta(min_length=1, max_length=200)]


class NewOrder(Body):
    """A round for a table, a named tab, or neither (sold over the counter)."""

    items: Annotated[list[NewItem], Meta(max_length=200)]
    table_id: Id | None = None
    tab: ShortText | None = None
    covers: Covers | None = None
    customer_info: CustomerInfo | None = None


class LineChange(Body):
    """A change of a line that was not sent yet; quantity 0 takes it away."""

    line_id: Id
    quantity: Annotated[float, Meta(ge=0, le=10_000)] | None = None
    modifiers: Annotated[list[Id], Meta(max_length=30)] | None = None
    seat: Seat | None = None
    course: Course | None = None
    note: Annotated[str, Meta(max_length=200)] | None = None


class OrderChange(Body):
    """Adding `items` needs no version, for adding commutes; everything else is made against one."""

    version: Annotated[int, Meta(ge=1)] | None = None
    items: Items | None = None
    changes: Annotated[list[LineChange], Meta(min_length=1, max_length=200)] | None = None
    covers: Covers | None = None
    table_id: Id | None = None
    tab: ShortText | None = None


class Send(Body):
    """Which held lines to send; all of them by default."""

    line_ids: LineIds | None = None


class Fire(Body):
    course: Course


class Void(Body):
    """Lines to take back; the whole order when none are named."""

    reason: Reason
    line_ids: LineIds | None = None


class Comp(Body):
    line_ids: LineIds
    reason: Reason


class Move(Body):
    """Where the party sits now: a table, or a tab's name."""

    table_id: Id | None = None
    tab: ShortText | None = None


class StatusChange(Body):
    line_ids: LineIds
    status: Literal["preparing", "ready", "served"]
