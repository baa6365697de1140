"""Who delivers what the bar keeps."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
import peewee
from msgspec import Meta

from barbox.core.database import Snapshot
from barbox.core.errors import BadRequest, NotFound, WrongState
from barbox.core.messages import Amount, Body, Made, ShortText, View
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock.buying.models import Purchase
from barbox.stock.items import store_item
from barbox.stock.models import StockItem, Supplier
from barbox.stock.queries import IdRow
from barbox.stock.shelf import load_shelf

S, P, IT = Supplier, Purchase, StockItem

Weekday = Annotated[int, Meta(ge=0, le=6, description="0 is Monday")]
Line = Annotated[str, Meta(max_length=120)]
OPEN: tuple[Literal["draft", "sent", "partly"], ...] = ("draft", "sent", "partly")
"""What an order is until it is done."""


class EditSupplier(Body):
    """Who delivers within `leadDays` of an order, on these `weekdays` (0 is Monday), from a `minimum` amount on.

    Orders are written in the supplier's `language`.
    """

    name: ShortText
    contact: Line | None = None
    phone: Line | None = None
    email: Line | None = None
    address: Annotated[str, Meta(max_length=300)] | None = None
    note: Annotated[str, Meta(max_length=500)] | None = None
    language: Literal["en", "zh"] = "en"
    lead_days: Annotated[int, Meta(ge=0, le=60)] = 1
    weekdays: Annotated[list[Weekday], Meta(min_length=1, max_length=7)] = msgspec.field(
        default_factory=lambda: list(range(7))
    )
    minimum: Amount = 0


class SupplierRow(msgspec.Struct):
    """The columns of `supplier`, in their order."""

    id: int
    name: str
    contact: str | None
    phone: str | None
    email: str | None
    address: str | None
    note: str | None
    language: str
    lead_days: int
    weekdays: int
    minimum: int

    @property
    def days(self) -> list[int]:
        """The weekdays on which it delivers, 0 being Monday."""
        return [day for day in range(7) if self.weekdays >> day & 1]

    def arrival(self, ordered: date) -> date:
        """The first day on which what is ordered now can be there."""
        day = ordered + timedelta(self.lead_days)
        return next(later for n in range(7) if (later := day + timedelta(n)).weekday() in self.days)


class SupplierView(View):
    """`items` is how many items are bought there, `minimum` in minor units."""

    id: int
    name: str
    contact: str | None
    phone: str | None
    email: str | None
    address: str | None
    note: str | None
    language: str
    lead_days: int
    weekdays: list[int]
    minimum: int
    items: int


class SuppliersView(View):
    suppliers: list[SupplierView]


class _Counted(msgspec.Struct):
    supplier_id: int
    items: int


_columns = tuple(getattr(S, name) for name in SupplierRow.__struct_fields__)
SUPPLIERS = freeze(S.select(*_columns).where(S.hidden == 0).order_by(S.name, S.id))
SUPPLIER = freeze(lambda p: S.select(*_columns).where(S.id == p.id))
_ITEMS = freeze(
    IT.select(IT.supplier_id, peewee.fn.COUNT(IT.id))
    .where((IT.hidden == 0) & IT.supplier_id.is_null(False))
    .group_by(IT.supplier_id)
)


async def read_suppliers(snapshot: Snapshot) -> SuppliersView:
    """All of them, by name."""
    counts = {row.supplier_id: row.items for row in await snapshot.all(_ITEMS, _Counted)}
    rows = await snapshot.all(SUPPLIERS, SupplierRow)
    return SuppliersView([_view(row, counts.get(row.id, 0)) for row in rows])


def _view(row: SupplierRow, items: int) -> SupplierView:
    return SupplierView(**{**msgspec.structs.asdict(row), "weekdays": row.days}, items=items)


def save_supplier(tx: Transaction, supplier_id: int | None, body: EditSupplier) -> Made:
    """Add a supplier, or change one. Raises NotFound."""
    values = msgspec.structs.asdict(body) | {"weekdays": _bits(body.weekdays)}
    if supplier_id is None:
        supplier_id = int(tx.run(S.insert(**values)).lastrowid or 0)
    else:
        supplier_of(tx, supplier_id)
        tx.run(S.update(**values).where(S.id == supplier_id))
    tx.emit("stock.supplier", f"supplier:{supplier_id}", body, rooms=("office",))
    return Made(supplier_id)


def hide_supplier(tx: Transaction, supplier_id: int) -> Made:
    """Take a supplier away; history keeps it. Raises NotFound, WrongState while an order is open there."""
    supplier_of(tx, supplier_id)
    if tx.one(P.select(P.id).where((P.supplier_id == supplier_id) & P.status.in_(OPEN)).limit(1), IdRow):
        raise WrongState("the supplier", "waiting with an open order")
    for item in list(tx.cached(load_shelf).items.values()):
        if item.row.supplier_id == supplier_id:
            store_item(tx, msgspec.structs.replace(item.row, supplier_id=None))
    tx.run(S.update(hidden=1).where(S.id == supplier_id))
    tx.emit("stock.supplier", f"supplier:{supplier_id}", {"hidden": True}, rooms=("office",))
    return Made(supplier_id)


def supplier_of(tx: Transaction, supplier_id: int, field: str | None = None) -> SupplierRow:
    """One that is not hidden. Raises NotFound, or BadRequest where a `field` names it."""
    row = tx.one(S.select(*_columns).where((S.id == supplier_id) & (S.hidden == 0)), SupplierRow)
    if row is None:
        raise BadRequest(f"there is no supplier {supplier_id}", field) if field else NotFound("supplier", supplier_id)
    return row


def _bits(days: Iterable[int]) -> int:
    return sum(1 << day for day in set(days))
