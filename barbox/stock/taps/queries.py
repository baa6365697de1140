"""What is on tap: how much is left in each keg, what earlier ones gave, and when which line is to be cleaned.

What a keg gave is what the ledger took of its item since it was tapped, so no pour is ever told twice.
"""

from typing import Literal

import msgspec
import peewee

from barbox.core import names
from barbox.core.clock import BusinessDays, days_after, days_between, rfc3339, show_day
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.statements import Statement, freeze
from barbox.staff.models import Staff
from barbox.stock.models import StockItem
from barbox.stock.rules import CONSUMED
from barbox.stock.taps import rules
from barbox.stock.taps.models import Keg, Tap, TapCleaning

T, K, C, IT = Tap, Keg, TapCleaning, StockItem
LATEST = 200


class TapRow(msgspec.Struct):
    """The columns of `tap`, in their order."""

    id: int
    names: str
    sort: int
    clean_days: int
    hidden: int


class KegRow(msgspec.Struct):
    """The columns of `keg`, in their order."""

    id: int
    tap_id: int | None
    item_id: int
    size: int
    tapped_at: int
    tapped_by: int | None
    after_move: int
    best_before: int | None
    emptied_at: int | None
    emptied_by: int | None
    poured: int | None
    rest: int | None
    note: str | None


class TakenRow(msgspec.Struct):
    taken: int


class _ItemName(msgspec.Struct):
    id: int
    names: str
    unit: str


class _CleanedRow(msgspec.Struct):
    tap_id: int
    at: int


class _CleaningRow(msgspec.Struct):
    at: int
    staff_id: int | None
    staff: str | None
    means: str | None
    note: str | None


_tap = tuple(getattr(T, name) for name in TapRow.__struct_fields__)
_keg = tuple(getattr(K, name) for name in KegRow.__struct_fields__)
TAPS = freeze(T.select(*_tap).where(T.hidden == 0).order_by(T.sort, T.id))
TAP = freeze(lambda p: T.select(*_tap).where((T.id == p.id) & (T.hidden == 0)))
ON_TAP = freeze(K.select(*_keg).where(K.emptied_at.is_null()).order_by(K.id))
SINCE = freeze(lambda p: K.select(*_keg).where((K.item_id == p.item_id) & (K.id >= p.id)).order_by(K.id))
"""A keg, and those of the same item that were tapped later."""
_HISTORY = freeze(K.select(*_keg).order_by(K.id.desc()).limit(LATEST))
_OF_ITEM = freeze(lambda p: K.select(*_keg).where(K.item_id == p.item_id).order_by(K.id.desc()).limit(LATEST))
_LAST_CLEANED = Statement(
    "SELECT tap_id, at FROM tap_cleaning WHERE id IN (SELECT max(id) FROM tap_cleaning GROUP BY tap_id)",
    (),
)
_CLEANINGS = freeze(
    lambda p: (
        C.select(C.at, C.staff_id, Staff.name, C.means, C.note)
        .join(Staff, peewee.JOIN.LEFT_OUTER, on=(Staff.id == C.staff_id))
        .where(C.tap_id == p.tap_id)
        .order_by(C.id.desc())
        .limit(LATEST)
    )
)
_kinds = ", ".join(f"'{kind}'" for kind in CONSUMED)
TAKEN = Statement(
    "SELECT -coalesce((SELECT sum(quantity) FROM stock_day"  # noqa: S608 (kinds of moves, no text of anybody's)
    f" WHERE item_id = ? AND business_day > ? AND kind IN ({_kinds})), 0)"
    " - coalesce((SELECT sum(quantity) FROM stock_move WHERE id > ?"
    " AND id <= coalesce((SELECT last_move FROM stock_proof WHERE business_day = ?), 9000000000000000000)"
    f" AND item_id = ? AND business_day = ? AND kind IN ({_kinds})), 0)",
    ("item_id", "day", "after", "day", "item_id", "day"),
)
"""What was consumed of an item after a move of a business day: that day's moves one by one, later days by their sum."""


class KegView(View):
    """A keg that was tapped; quantities in its item's `unit`.

    `poured` is what the ledger took of it, `remaining` what should still be in it (of an emptied one: what was not
    accounted for), `share` what it has given of its size. `stale`: its best-before day is over.
    """

    keg_id: int
    tap_id: int | None
    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    size: float
    poured: float
    remaining: float
    share: float
    tapped_at: str
    tapped_by: int | None
    best_before: str | None
    stale: bool
    emptied_at: str | None
    emptied_by: int | None
    note: str | None


class KegsView(View):
    kegs: list[KegView]


class TapView(View):
    """A tap with the keg on it. Its line was cleaned `cleanedAt`, and is due by `cleanBy`; null: it never was."""

    tap_id: int
    name: str
    names: dict[str, str]
    sort: int
    clean_days: int
    cleaned_at: str | None
    clean_by: str | None
    cleaning: Literal["clean", "due", "overdue"]
    keg: KegView | None


class TapsView(View):
    taps: list[TapView]


class CleaningView(View):
    """A line that was cleaned by `staff`, also if they have left."""

    at: str
    staff_id: int | None
    staff: str | None
    means: str | None
    note: str | None


class CleaningsView(View):
    """The cleaning log of a tap, the newest first."""

    cleanings: list[CleaningView]


async def read_taps(snapshot: Snapshot, days: BusinessDays, today: int, language: str) -> TapsView:
    """All taps, with what is left on them."""
    on_tap = await snapshot.all(ON_TAP, KegRow)
    views = await _views(snapshot, on_tap, days, today, language)
    by_tap = {each.tap_id: each for each in views}
    cleaned = {row.tap_id: row.at for row in await snapshot.all(_LAST_CLEANED, _CleanedRow)}
    shown = []
    for row in await snapshot.all(TAPS, TapRow):
        called, at = names.decode(row.names), cleaned.get(row.id)
        by = days_after(days.of(at), row.clean_days) if at is not None else None
        shown.append(
            TapView(
                tap_id=row.id,
                name=names.first(called, language),
                names=called,
                sort=row.sort,
                clean_days=row.clean_days,
                cleaned_at=rfc3339(at) if at is not None else None,
                clean_by=show_day(by) if by is not None else None,
                cleaning=rules.cleaning(days_between(today, by) if by is not None else None),
                keg=by_tap.get(row.id),
            )
        )
    return TapsView(shown)


async def to_clean(snapshot: Snapshot, days: BusinessDays, today: int, language: str) -> list[TapView]:
    """Taps whose line is to be cleaned by tomorrow, or should have been; those that wait longest first."""
    taps = (await read_taps(snapshot, days, today, language)).taps
    return sorted((each for each in taps if each.cleaning != "clean"), key=lambda each: each.clean_by or "")


async def read_kegs(snapshot: Snapshot, item_id: int | None, days: BusinessDays, today: int, language: str) -> KegsView:
    """The latest kegs, of an item or of all, the newest first."""
    if item_id is None:
        rows = await snapshot.all(_HISTORY, KegRow)
    else:
        rows = await snapshot.all(_OF_ITEM, KegRow, item_id=item_id)
    return KegsView(await _views(snapshot, rows, days, today, language))


async def read_cleanings(snapshot: Snapshot, tap_id: int) -> CleaningsView:
    """When a tap's line was cleaned, by whom, with what."""
    rows = await snapshot.all(_CLEANINGS, _CleaningRow, tap_id=tap_id)
    return CleaningsView([CleaningView(rfc3339(row.at), row.staff_id, row.staff, row.means, row.note) for row in rows])


def given(of_item: list[KegRow], taken: dict[int, int]) -> dict[int, int]:
    """What each open keg of an item has given.

    `of_item` are its kegs since the oldest open one, by number; `taken` what was consumed since each open one was
    tapped. What kegs gave that came and went meanwhile is theirs.
    """
    on_tap = [keg for keg in of_item if keg.emptied_at is None]
    gone = {keg.id: keg.poured or 0 for keg in of_item if keg.emptied_at is not None}
    own = [taken[keg.id] - sum(poured for number, poured in gone.items() if number > keg.id) for keg in on_tap]
    return dict(zip((keg.id for keg in on_tap), rules.shared(own), strict=True))


async def _views(
    snapshot: Snapshot, rows: list[KegRow], days: BusinessDays, today: int, language: str
) -> list[KegView]:
    poured: dict[int, int] = {}
    oldest: dict[int, int] = {}
    for row in sorted(rows, key=lambda each: -each.id):
        if row.emptied_at is None:
            oldest[row.item_id] = row.id
    for item_id, keg_id in oldest.items():
        of_item = await snapshot.all(SINCE, KegRow, item_id=item_id, id=keg_id)
        taken = {}
        for keg in of_item:
            if keg.emptied_at is None:
                day = days.of(keg.tapped_at)
                found = await snapshot.one(TAKEN, TakenRow, item_id=item_id, day=day, after=keg.after_move)
                taken[keg.id] = found.taken if found else 0
        poured |= given(of_item, taken)
    items = await _items(snapshot, {row.item_id for row in rows})
    return [_view(row, poured.get(row.id), items[row.item_id], today, language) for row in rows]


async def _items(snapshot: Snapshot, ids: set[int]) -> dict[int, _ItemName]:
    query = IT.select(IT.id, IT.names, IT.unit).where(IT.id.in_(sorted(ids)))
    return {row.id: row for row in await snapshot.all(query, _ItemName)}


def _view(row: KegRow, now_poured: int | None, item: _ItemName, today: int, language: str) -> KegView:
    called = names.decode(item.names)
    poured = now_poured if now_poured is not None else row.poured or 0
    rest = row.rest if row.rest is not None else max(0, row.size - poured)
    return KegView(
        keg_id=row.id,
        tap_id=row.tap_id,
        item_id=row.item_id,
        name=names.first(called, language),
        names=called,
        unit=item.unit,
        size=show_quantity(row.size),
        poured=show_quantity(poured),
        remaining=show_quantity(rest),
        share=round(poured / row.size, 4),
        tapped_at=rfc3339(row.tapped_at),
        tapped_by=row.tapped_by,
        best_before=show_day(row.best_before) if row.best_before is not None else None,
        stale=row.best_before is not None and row.best_before < today,
        emptied_at=rfc3339(row.emptied_at) if row.emptied_at is not None else None,
        emptied_by=row.emptied_by,
        note=row.note,
    )
