"""Orders to suppliers: drafted, sent, received in one or several deliveries, closed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
import peewee
from msgspec import Meta

from barbox.core.clock import rfc3339
from barbox.core.database import Snapshot
from barbox.core.errors import BadRequest, NotFound, StaleVersion, WrongState
from barbox.core.messages import Amount, Body, Id, View
from barbox.core.money import show_quantity, times
from barbox.core.names import decode, first
from barbox.core.settings import load_venue, read_venue
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock.buying.models import Purchase, PurchaseLine
from barbox.stock.buying.suppliers import supplier_of
from barbox.stock.items import row_of, thousandths
from barbox.stock.models import StockItem, StockPack, Supplier
from barbox.stock.moves import Day
from barbox.stock.queries import PackRow

P, L, IT, SP, S = Purchase, PurchaseLine, StockItem, StockPack, Supplier

Status = Literal["draft", "sent", "partly", "closed", "cancelled"]
Packs = Annotated[float, Meta(gt=0, le=1_000_000)]
Note = Annotated[str, Meta(max_length=300)]
AWAITED = ("sent", "partly")


class EditPurchaseLine(Body):
    """So many packs of an item, or of its unit where it names no pack, at a `price` (minor units) for each.

    Without a price it is the last one paid.
    """

    item_id: Id
    packs: Packs
    pack_id: Id | None = None
    price: Amount | None = None
    note: Note | None = None


class EditPurchase(Body):
    """What to order. A change names the `version` it was made against."""

    supplier_id: Id
    lines: Annotated[list[EditPurchaseLine], Meta(min_length=1, max_length=500)]
    expected_on: Day | None = None
    note: Note | None = None
    version: int | None = None


class PurchaseLineView(View):
    """`quantity` is what the packs hold, in the item's unit; `amount` what they cost, null where no price is known."""

    line: int
    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    pack_id: int | None
    pack: dict[str, str] | None
    packs: float
    quantity: float
    price: int | None
    amount: int | None
    received: float
    note: str | None


class PurchaseHead(View):
    """`amount` is of the lines whose price is known; `expectedOn` YYYYMMDD."""

    id: int
    number: int
    supplier_id: int
    supplier: str
    status: Status
    version: int
    created_at: str
    business_day: int
    staff_id: int | None
    sent_at: str | None
    sent_as: str | None
    expected_on: int | None
    closed_at: str | None
    note: str | None
    amount: int


class PurchaseView(PurchaseHead):
    lines: list[PurchaseLineView]


class PurchasesView(View):
    purchases: list[PurchaseHead]


class PurchaseRow(msgspec.Struct):
    id: int
    number: int
    supplier_id: int
    status: Status
    version: int
    created_at: int
    business_day: int
    staff_id: int | None
    sent_at: int | None
    sent_as: str | None
    expected_on: int | None
    closed_at: int | None
    note: str | None
    supplier: str


class LineRow(msgspec.Struct):
    line: int
    item_id: int
    names: str
    unit: str
    pack_id: int | None
    pack: str | None
    pack_quantity: int
    packs: int
    price: int | None
    received: int
    note: str | None

    @property
    def quantity(self) -> int:
        """What the ordered packs hold, in thousandths of the unit."""
        return times(self.pack_quantity, self.packs)

    @property
    def amount(self) -> int | None:
        """What they cost, in minor units."""
        return None if self.price is None else times(self.price, self.packs)


class _Amount(msgspec.Struct):
    purchase_id: int
    packs: int
    price: int | None


ONE_UNIT = 1000
_head = tuple(getattr(P, name) for name in PurchaseRow.__struct_fields__[:-1])
_heads = P.select(*_head, S.name).join(S, on=(S.id == P.supplier_id))
PURCHASE = freeze(lambda p: _heads.where(P.id == p.id))
LINES = freeze(
    lambda p: (
        L.select(
            *(L.line, L.item_id, IT.names, IT.unit, L.pack_id, SP.names),
            peewee.fn.COALESCE(SP.quantity, ONE_UNIT),
            *(L.packs, L.price, L.received, L.note),
        )
        .join(IT, on=(IT.id == L.item_id))
        .join(SP, peewee.JOIN.LEFT_OUTER, on=(SP.id == L.pack_id))
        .where(L.purchase_id == p.id)
        .order_by(L.line)
    )
)


async def read_purchases(
    snapshot: Snapshot, statuses: Sequence[Status], supplier_id: int | None, limit: int, before: int | None
) -> PurchasesView:
    """The latest orders, the newest first; all statuses where none is named."""
    which = P.id > 0
    if statuses:
        which &= P.status.in_(list(statuses))
    if supplier_id is not None:
        which &= P.supplier_id == supplier_id
    if before is not None:
        which &= P.id < before
    rows = await snapshot.all(_heads.where(which).order_by(P.id.desc()).limit(limit), PurchaseRow)
    amounts: dict[int, int] = {}
    priced = L.select(L.purchase_id, L.packs, L.price).where(L.purchase_id.in_([row.id for row in rows] or [0]))
    for each in await snapshot.all(priced, _Amount):
        amounts[each.purchase_id] = amounts.get(each.purchase_id, 0) + times(each.price or 0, each.packs)
    return PurchasesView([PurchaseHead(**_told(row), amount=amounts.get(row.id, 0)) for row in rows])


async def read_purchase(snapshot: Snapshot, purchase_id: int) -> PurchaseView:
    """One order. Raises NotFound."""
    row = await snapshot.one(PURCHASE, PurchaseRow, id=purchase_id)
    if row is None:
        raise NotFound("purchase", purchase_id)
    lines = await snapshot.all(LINES, LineRow, id=purchase_id)
    return _view(row, lines, (await read_venue(snapshot)).language)


def view_of(tx: Transaction, purchase_id: int) -> PurchaseView:
    """The same inside a command."""
    lines = tx.all(LINES, LineRow, id=purchase_id)
    return _view(purchase_of(tx, purchase_id), lines, tx.cached(load_venue).language)


def purchase_of(tx: Transaction, purchase_id: int) -> PurchaseRow:
    """Raises NotFound."""
    row = tx.one(PURCHASE, PurchaseRow, id=purchase_id)
    if row is None:
        raise NotFound("purchase", purchase_id)
    return row


def _told(row: PurchaseRow) -> dict[str, Any]:
    def at(moment: int | None) -> str | None:
        return None if moment is None else rfc3339(moment)

    told = msgspec.structs.asdict(row)
    return told | {name: at(told[name]) for name in ("created_at", "sent_at", "closed_at")}


def _view(row: PurchaseRow, lines: Iterable[LineRow], language: str) -> PurchaseView:
    shown = [
        PurchaseLineView(
            line=each.line,
            item_id=each.item_id,
            name=first(decode(each.names), language),
            names=decode(each.names),
            unit=each.unit,
            pack_id=each.pack_id,
            pack=decode(each.pack) if each.pack else None,
            packs=show_quantity(each.packs),
            quantity=show_quantity(each.quantity),
            price=each.price,
            amount=each.amount,
            received=show_quantity(each.received),
            note=each.note,
        )
        for each in lines
    ]
    return PurchaseView(**_told(row), amount=sum(each.amount or 0 for each in shown), lines=shown)


def save_purchase(tx: Transaction, purchase_id: int | None, body: EditPurchase) -> PurchaseView:
    """Draft an order, or change a draft.

    Raises NotFound, BadRequest naming the line, WrongState once it was sent, StaleVersion.
    """
    supplier_of(tx, body.supplier_id, "supplierId")
    values = {"supplier_id": body.supplier_id, "expected_on": body.expected_on, "note": body.note}
    if purchase_id is None:
        made = P.insert(
            **values,
            number=tx.number("purchase"),
            status="draft",
            version=1,
            created_at=tx.now,
            business_day=tx.business_day,
            staff_id=tx.actor.staff_id,
        )
        purchase_id = int(tx.run(made).lastrowid or 0)
    else:
        known = purchase_of(tx, purchase_id)
        if body.version != known.version:
            raise StaleVersion(view_of(tx, purchase_id))
        _must_be(known, "draft")
        tx.run(P.update(**values, version=known.version + 1).where(P.id == purchase_id))
        tx.run(L.delete().where(L.purchase_id == purchase_id))
    _write_lines(tx, purchase_id, body.lines)
    return tell(tx, purchase_id)


def _write_lines(tx: Transaction, purchase_id: int, lines: Sequence[EditPurchaseLine]) -> None:
    seen: set[tuple[int, int | None]] = set()
    for number, line in enumerate(lines):
        field = f"lines[{number}]"
        if (line.item_id, line.pack_id) in seen:
            raise BadRequest("is there twice", f"{field}.itemId")
        seen.add((line.item_id, line.pack_id))
        pack = pack_of(tx, line.item_id, line.pack_id, field)
        price = line.price if line.price is not None or pack is None else pack.price
        tx.run(
            L.insert(
                purchase_id=purchase_id,
                line=number + 1,
                item_id=line.item_id,
                pack_id=line.pack_id,
                packs=thousandths(line.packs, f"{field}.packs"),
                price=price,
                note=line.note,
            )
        )


def pack_of(tx: Transaction, item_id: int, pack_id: int | None, field: str) -> PackRow | None:
    """A pack of this item, None for the item by its unit. Raises BadRequest."""
    try:
        row_of(tx, item_id)
    except NotFound:
        raise BadRequest(f"there is no item {item_id}", f"{field}.itemId") from None
    if pack_id is None:
        return None
    columns = (SP.id, SP.item_id, SP.names, SP.quantity, SP.barcode, SP.price, SP.deposit_item_id)
    pack = tx.one(SP.select(*columns).where((SP.id == pack_id) & (SP.hidden == 0)), PackRow)
    if pack is None or pack.item_id != item_id:
        raise BadRequest(f"it has no pack {pack_id}", f"{field}.packId")
    return pack


def mark_sent(tx: Transaction, purchase_id: int, how: str) -> PurchaseView:
    """It went to the supplier; once sent it may go again, another way. Raises NotFound, WrongState."""
    known = purchase_of(tx, purchase_id)
    _must_be(known, "draft", *AWAITED)
    expected = known.expected_on
    if expected is None:
        day = date.fromisoformat(str(tx.business_day))
        expected = int(f"{supplier_of(tx, known.supplier_id).arrival(day):%Y%m%d}")
    status = "sent" if known.status == "draft" else known.status
    change(tx, known, status=status, sent_at=tx.now, sent_as=how, expected_on=expected)
    return tell(tx, purchase_id)


def cancel_purchase(tx: Transaction, purchase_id: int) -> PurchaseView:
    """Nothing of it will come. Raises NotFound, WrongState once something came: then it is closed."""
    known = purchase_of(tx, purchase_id)
    _must_be(known, "draft", "sent")
    change(tx, known, status="cancelled", closed_at=tx.now)
    return tell(tx, purchase_id)


def close_purchase(tx: Transaction, purchase_id: int) -> PurchaseView:
    """What has not come is awaited no longer. Raises NotFound, WrongState."""
    known = purchase_of(tx, purchase_id)
    _must_be(known, *AWAITED)
    change(tx, known, status="closed", closed_at=tx.now)
    return tell(tx, purchase_id)


def change(tx: Transaction, known: PurchaseRow, **values: object) -> None:
    """Write some of its columns as its next version."""
    tx.run(P.update(**values, version=known.version + 1).where(P.id == known.id))


def tell(tx: Transaction, purchase_id: int) -> PurchaseView:
    """Every office screen hears of it."""
    view = view_of(tx, purchase_id)
    tx.emit("purchase.changed", f"purchase:{purchase_id}", view, rooms=("office",))
    return view


def _must_be(known: PurchaseRow, *statuses: str) -> None:
    if known.status not in statuses:
        raise WrongState("the order", known.status)
