"""Tapping kegs and cleaning lines. A keg that another follows on its tap is empty: what it gave is then settled."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from barbox.core.clock import BusinessDays, parse_day
from barbox.core.errors import BadRequest, Forbidden, NotFound, WrongState
from barbox.core.messages import Body, Id, Made
from barbox.core.money import show_quantity
from barbox.core.names import Names, encode
from barbox.core.settings import load_venue
from barbox.core.statements import Statement, freeze
from barbox.core.transaction import Transaction
from barbox.stock import shelf
from barbox.stock.items import row_of, thousandths
from barbox.stock.models import StockPack
from barbox.stock.queries import IdRow, ItemRow
from barbox.stock.rules import CONSUMED
from barbox.stock.shelf import load_shelf
from barbox.stock.taps.models import Keg, Tap, TapCleaning
from barbox.stock.taps.queries import ON_TAP, SINCE, TAKEN, TAP, KegRow, TakenRow, TapRow, given

T, K, C, P = Tap, Keg, TapCleaning, StockPack
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Note = Annotated[str, Meta(max_length=200)]

_LAST_MOVE = Statement("SELECT coalesce(max(id), 0) FROM stock_move", ())
_BIGGEST = freeze(
    lambda p: P.select(P.quantity).where((P.item_id == p.item_id) & (P.hidden == 0)).order_by(P.quantity.desc())
)


class _Quantity(msgspec.Struct):
    quantity: int


class EditTap(Body):
    """Where beer comes out; its line is cleaned every `cleanDays`."""

    names: Names
    sort: Annotated[int, Meta(ge=0, le=10_000)] = 0
    clean_days: Annotated[int, Meta(ge=1, le=365)] = 14


class TapKeg(Body):
    """A keg of an item, in its unit; without `size` what its largest pack holds.

    `wasteRest`: what the keg before should still have held is booked as waste.
    """

    item_id: Id
    size: Annotated[float, Meta(gt=0, le=10_000_000)] | None = None
    best_before: Day | None = None
    note: Note | None = None
    waste_rest: bool = False


class EmptyKeg(Body):
    """`wasteRest`: what the keg should still have held is booked as waste."""

    waste_rest: bool = False
    note: Note | None = None


class CleanTap(Body):
    """With what the line was cleaned."""

    means: Annotated[str, Meta(max_length=100)] = ""
    note: Note = ""


def save_tap(tx: Transaction, tap_id: int | None, body: EditTap) -> Made:
    """Add a tap, or change one. Raises NotFound."""
    values: dict[str, Any] = {"names": encode(body.names), "sort": body.sort, "clean_days": body.clean_days}
    if tap_id is None:
        tap_id = int(tx.run(T.insert(**values)).lastrowid or 0)
    else:
        _tap(tx, tap_id)
        tx.run(T.update(**values).where(T.id == tap_id))
    tx.emit("tap.changed", f"tap:{tap_id}", body, rooms=("office", "floor"))
    return Made(tap_id)


def hide_tap(tx: Transaction, tap_id: int) -> Made:
    """Take a tap away; its kegs and its log stay. Raises WrongState while a keg is on it."""
    _tap(tx, tap_id)
    if _on(tx, tap_id) is not None:
        raise WrongState("the tap", "not empty")
    tx.run(T.update(hidden=1).where(T.id == tap_id))
    tx.emit("tap.changed", f"tap:{tap_id}", {"hidden": True}, rooms=("office", "floor"))
    return Made(tap_id)


def tap_keg(tx: Transaction, tap_id: int, body: TapKeg) -> Made:
    """Put a keg on a tap; the one before it is empty. Returns the new keg's number."""
    _tap(tx, tap_id)
    row = row_of(tx, body.item_id)
    size = thousandths(body.size, "size") if body.size is not None else _usual_size(tx, row)
    if not size:
        raise BadRequest("is needed: none of its packs says how much a keg holds", "size")
    before = _on(tx, tap_id)
    if before is not None:
        _settle(tx, before, waste_rest=body.waste_rest, note=None)
    last = tx.one(_LAST_MOVE, IdRow)
    made = tx.run(
        K.insert(
            tap_id=tap_id,
            item_id=row.id,
            size=size,
            tapped_at=tx.now,
            tapped_by=tx.actor.staff_id,
            after_move=last.id if last else 0,
            best_before=_day(body.best_before),
            note=body.note or None,
        )
    )
    keg_id = int(made.lastrowid or 0)
    facts = {"kegId": keg_id, "itemId": row.id, "size": show_quantity(size)}
    tx.emit("keg.tapped", f"tap:{tap_id}", facts, rooms=("office", "floor"))
    return Made(keg_id)


def empty_keg(tx: Transaction, tap_id: int, body: EmptyKeg) -> Made:
    """The keg on a tap is empty, or is taken off. Raises WrongState where there is none."""
    _tap(tx, tap_id)
    keg = _on(tx, tap_id)
    if keg is None:
        raise WrongState("the tap", "empty")
    _settle(tx, keg, waste_rest=body.waste_rest, note=body.note)
    return Made(keg.id)


def clean_tap(tx: Transaction, tap_id: int, body: CleanTap) -> Made:
    """A tap's line was cleaned."""
    _tap(tx, tap_id)
    tx.run(
        C.insert(
            tap_id=tap_id,
            at=tx.now,
            staff_id=tx.actor.staff_id,
            means=body.means or None,
            note=body.note or None,
        )
    )
    tx.emit("tap.cleaned", f"tap:{tap_id}", body, rooms=("office", "floor"))
    return Made(tap_id)


def _settle(tx: Transaction, keg: KegRow, *, waste_rest: bool, note: str | None) -> None:
    poured = _poured(tx, keg)
    rest = max(0, keg.size - poured)
    tx.run(
        K.update(
            emptied_at=tx.now,
            emptied_by=tx.actor.staff_id,
            poured=poured,
            rest=rest,
            note=note or keg.note,
        ).where(K.id == keg.id)
    )
    if waste_rest and rest:
        if not tx.actor.may("stock.edit"):
            raise Forbidden("stock.edit")
        item = tx.cached(load_shelf).items[keg.item_id]
        shelf.book(tx, "waste", shelf.fetched(item, min(rest, max(0, item.on_hand))), document=f"keg:{keg.id}")
    facts = {"kegId": keg.id, "itemId": keg.item_id, "poured": show_quantity(poured), "rest": show_quantity(rest)}
    tx.emit("keg.emptied", f"tap:{keg.tap_id}", facts, rooms=("office", "floor"))


def _poured(tx: Transaction, keg: KegRow) -> int:
    """What a keg on tap has given until this instant."""
    oldest = min(each.id for each in tx.all(ON_TAP, KegRow) if each.item_id == keg.item_id)
    of_item = tx.all(SINCE, KegRow, item_id=keg.item_id, id=oldest)
    return given(of_item, {each.id: _taken(tx, each) for each in of_item if each.emptied_at is None})[keg.id]


def _taken(tx: Transaction, keg: KegRow) -> int:
    """What was consumed of a keg's item since it was tapped, with what this batch has not written of its days yet."""
    venue = tx.cached(load_venue)
    day = BusinessDays(venue.timezone, venue.cutoff).of(keg.tapped_at)
    found = tx.one(TAKEN, TakenRow, item_id=keg.item_id, day=day, after=keg.after_move)
    unwritten = sum(
        sums[0]
        for (of_day, item_id, _, kind), sums in tx.cached(load_shelf).days.items()
        if item_id == keg.item_id and of_day > day and kind in CONSUMED
    )
    return (found.taken if found else 0) - unwritten


def _usual_size(tx: Transaction, row: ItemRow) -> int:
    biggest = tx.one(_BIGGEST, _Quantity, item_id=row.id)
    return biggest.quantity if biggest else row.full_quantity or 0


def _tap(tx: Transaction, tap_id: int) -> TapRow:
    found = tx.one(TAP, TapRow, id=tap_id)
    if found is None:
        raise NotFound("tap", tap_id)
    return found


def _on(tx: Transaction, tap_id: int) -> KegRow | None:
    return next((each for each in tx.all(ON_TAP, KegRow) if each.tap_id == tap_id), None)


def _day(text: str | None) -> int | None:
    try:
        return parse_day(text) if text is not None else None
    except ValueError:
        raise BadRequest("is not a day", "bestBefore") from None
