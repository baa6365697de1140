"""What to order from each supplier today, and why."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec
import peewee

from barbox.core.clock import show_day
from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.money import THOUSANDTH, show_quantity, times
from barbox.core.names import decode, first
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction
from barbox.stock import queries, rules
from barbox.stock.buying import needs
from barbox.stock.buying.models import Purchase, PurchaseLine, StockDemand
from barbox.stock.buying.needs import Need, Plan, Reason, Shelf, Use
from barbox.stock.buying.purchases import ONE_UNIT
from barbox.stock.buying.suppliers import OPEN, SUPPLIERS, SupplierRow
from barbox.stock.models import StockDay, StockItem, StockLevel, StockPack
from barbox.stock.queries import PackRow

D, IT, S, P, L, SP = StockDay, StockItem, StockLevel, Purchase, PurchaseLine, StockPack

ANYBODY = SupplierRow(0, "", None, None, None, None, None, "en", 1, 127, 0)
"""Brings what no supplier is named for: tomorrow."""

TEXTS: dict[Reason, dict[str, str]] = {
    "low": {"en": "{there} there or on order, reorder at {low}", "zh": "现有及在途 {there}，补货点 {low}"},
    "runs_out": {
        "en": "{there} there or on order, {foreseen} used by {next}: runs out before the delivery on {day}",
        "zh": "现有及在途 {there}，至 {next} 预计用 {foreseen}：{day} 到货前将用完",
    },
    "forecast": {
        "en": "{there} there or on order, {foreseen} used by {next}: at the reorder point before the next delivery",
        "zh": "现有及在途 {there}，至 {next} 预计用 {foreseen}：下次到货前将低于补货点",
    },
    "fill": {"en": "below par {par}: fills up to the minimum order", "zh": "低于标准库存 {par}：凑足起订金额"},
}


class SuggestedLine(View):
    """`quantity`, `onHand`, `onOrder` (drafts included), `foreseen` (used until `nextOn`) and `perDay` in the unit.

    `price` is of a pack, the last paid; `text` says why in the caller's language.
    """

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
    on_hand: float
    on_order: float
    low_at: float
    par: float
    per_day: float
    foreseen: float
    days_left: int | None
    reason: Reason
    text: str


class SuggestedOrder(View):
    """Ordered today it arrives on `arrivesOn`, the next on `nextOn` (YYYYMMDD). `missing` to the supplier's minimum.

    What no supplier is named for is an order without a `supplierId`.
    """

    supplier_id: int | None
    supplier: str
    arrives_on: int
    next_on: int
    amount: int
    minimum: int
    missing: int
    lines: list[SuggestedLine]


class SuggestedView(View):
    """`forecast` tells whether the next days are foreseen, rather than taken to be as the last four weeks."""

    orders: list[SuggestedOrder]
    forecast: bool


class _ItemRow(msgspec.Struct, gc=False):
    id: int
    names: str
    unit: str
    low_at: int
    par: int
    last_cost: int
    supplier_id: int | None
    on_hand: int
    since: int | None


class _UsedRow(msgspec.Struct, gc=False):
    item_id: int
    weekday: int
    used: int


class _AwaitedRow(msgspec.Struct, gc=False):
    item_id: int
    quantity: int


class _FactorRow(msgspec.Struct, gc=False):
    business_day: int
    factor: int


_on_hand = S.select(peewee.fn.COALESCE(peewee.fn.SUM(S.on_hand), 0)).where(S.item_id == IT.id)
_since = D.select(peewee.fn.MIN(D.business_day)).where(D.item_id == IT.id)
_ITEMS = freeze(
    IT.select(IT.id, IT.names, IT.unit, IT.low_at, IT.par, IT.last_cost, IT.supplier_id, _on_hand, _since)
    .where((IT.hidden == 0) & (IT.kind != "premix"))
    .order_by(IT.id)
)
_written = peewee.fn.SUBSTR(D.business_day, 1, 4).concat("-").concat(peewee.fn.SUBSTR(D.business_day, 5, 2))
_weekday = peewee.fn.STRFTIME("%w", _written.concat("-").concat(peewee.fn.SUBSTR(D.business_day, 7, 2))).cast("INTEGER")
_USED = freeze(
    lambda p: (
        D.select(D.item_id, (_weekday + 6) % 7, peewee.fn.SUM(D.quantity) * -1)
        .where(
            (D.business_day >= p.first)
            & (D.business_day < p.today)
            & (D.kind.in_(rules.CONSUMED) | ((D.kind == "production") & (D.quantity < 0)))
        )
        .group_by(D.item_id, (_weekday + 6) % 7)
    )
)
_AWAITED = freeze(
    L.select(
        L.item_id,
        peewee.fn.SUM((L.packs - L.received) * peewee.fn.COALESCE(SP.quantity, ONE_UNIT) / THOUSANDTH),
    )
    .join(P, on=(P.id == L.purchase_id))
    .join(SP, peewee.JOIN.LEFT_OUTER, on=(SP.id == L.pack_id))
    .where(P.status.in_(OPEN) & (L.packs > L.received))
    .group_by(L.item_id)
)
_FACTORS = freeze(
    lambda p: StockDemand.select(StockDemand.business_day, StockDemand.factor).where(
        StockDemand.business_day >= p.today
    )
)


def foresee(tx: Transaction, factors: Mapping[int, int]) -> None:
    """What the next days (YYYYMMDD) will use, per mille of such days in the last four weeks; past days are dropped."""
    tx.run(StockDemand.delete())
    for day, factor in factors.items():
        tx.run(StockDemand.insert(business_day=day, factor=factor, at=tx.now))


class _Suggesting(msgspec.Struct):
    """An item with its need and the pack it is bought in."""

    row: _ItemRow
    shelf: Shelf
    need: Need
    pack: PackRow | None
    reason: Reason | None
    days: int

    @property
    def size(self) -> int:
        return self.pack.quantity if self.pack else ONE_UNIT

    @property
    def packs(self) -> int:
        return needs.whole_packs(self.need.lacks, self.size)

    @property
    def price(self) -> int | None:
        """Of a pack: the last paid, else by what a unit last cost."""
        if self.pack is not None and self.pack.price is not None:
            return self.pack.price
        return rules.in_minor(rules.worth(self.size, self.row.last_cost)) if self.row.last_cost else None

    @property
    def amount(self) -> int:
        return times(self.price or 0, self.packs)


async def suggest(snapshot: Snapshot, today: int, supplier_id: int | None, language: str) -> SuggestedView:
    """What to order today, of one supplier or of all."""
    day = _date(today)
    used: dict[int, dict[int, int]] = {}
    for row in await snapshot.all(_USED, _UsedRow, first=_number(day - timedelta(needs.WINDOW)), today=today):
        used.setdefault(row.item_id, {})[row.weekday] = max(0, row.used)
    awaited = {row.item_id: row.quantity for row in await snapshot.all(_AWAITED, _AwaitedRow)}
    factors = {_date(row.business_day): row.factor for row in await snapshot.all(_FACTORS, _FactorRow, today=today)}
    suppliers = {row.id: row for row in await snapshot.all(SUPPLIERS, SupplierRow)}
    by_supplier: dict[int, list[_ItemRow]] = {}
    for item in await snapshot.all(_ITEMS, _ItemRow):
        owner = item.supplier_id if item.supplier_id in suppliers else 0
        if supplier_id in (None, owner):
            by_supplier.setdefault(owner or 0, []).append(item)
    packs = await queries.packs_of(snapshot, [item.id for items in by_supplier.values() for item in items])
    orders = []
    for owner, items in sorted(by_supplier.items(), key=lambda each: (not each[0], each[0])):
        supplier = suppliers.get(owner, ANYBODY)
        arrives = supplier.arrival(day)
        plan = Plan(day, arrives, supplier.arrival(arrives + timedelta(1 - supplier.lead_days)))
        found = [
            _item(item, Use(used.get(item.id, {}), _known(item, day)), awaited.get(item.id, 0), packs, factors, plan)
            for item in items
        ]
        lines = _filled([each for each in found if each.need.lacks], supplier.minimum)
        if lines:
            orders.append(_order(supplier, plan, lines, language))
    return SuggestedView(orders, bool(factors))


def _item(
    item: _ItemRow,
    use: Use,
    on_order: int,
    packs: Mapping[int, list[PackRow]],
    factors: Mapping[date, int],
    plan: Plan,
) -> _Suggesting:
    shelf = Shelf(item.on_hand, on_order, item.low_at, item.par)
    need = needs.need(shelf, use, factors, plan)
    pack = next(iter(packs.get(item.id, [])), None)
    return _Suggesting(item, shelf, need, pack, need.reason, (plan.next_arrives - plan.today).days)


def _filled(found: list[_Suggesting], minimum: int) -> list[_Suggesting]:
    """What is needed now, and where that is less than the minimum what is below par, the first to run out first."""
    wanted = [each for each in found if each.reason]
    amount = sum(each.amount for each in wanted)
    if not wanted or amount >= minimum:
        return wanted
    far = 9999
    others = [each for each in found if not each.reason and each.amount]
    for each in sorted(others, key=lambda one: one.need.days_left if one.need.days_left is not None else far):
        if amount >= minimum:
            break
        each.reason = "fill"
        amount += each.amount
        wanted.append(each)
    return wanted


def _order(supplier: SupplierRow, plan: Plan, found: list[_Suggesting], language: str) -> SuggestedOrder:
    amount = sum(each.amount for each in found)
    return SuggestedOrder(
        supplier_id=supplier.id or None,
        supplier=supplier.name,
        arrives_on=_number(plan.arrives),
        next_on=_number(plan.next_arrives),
        amount=amount,
        minimum=supplier.minimum,
        missing=max(0, supplier.minimum - amount),
        lines=[_line(each, plan, language) for each in found],
    )


def _line(each: _Suggesting, plan: Plan, language: str) -> SuggestedLine:
    item, shelf, reason = each.row, each.shelf, each.reason or "fill"
    said = TEXTS[reason]["zh" if language == "zh" else "en"].format(
        there=_shown(max(0, shelf.on_hand) + shelf.on_order, item.unit),
        low=_shown(item.low_at, item.unit),
        par=_shown(item.par, item.unit),
        foreseen=_shown(each.need.foreseen, item.unit),
        day=show_day(_number(plan.arrives)),
        next=show_day(_number(plan.next_arrives)),
    )
    return SuggestedLine(
        item_id=item.id,
        name=first(decode(item.names), language),
        names=decode(item.names),
        unit=item.unit,
        pack_id=each.pack.id if each.pack else None,
        pack=decode(each.pack.names) if each.pack else None,
        packs=show_quantity(each.packs),
        quantity=show_quantity(times(each.size, each.packs)),
        price=each.price,
        amount=None if each.price is None else each.amount,
        on_hand=show_quantity(shelf.on_hand),
        on_order=show_quantity(shelf.on_order),
        low_at=show_quantity(item.low_at),
        par=show_quantity(item.par),
        per_day=show_quantity(each.need.foreseen // each.days),
        foreseen=show_quantity(each.need.foreseen),
        days_left=each.need.days_left,
        reason=reason,
        text=said,
    )


def _shown(quantity: int, unit: str) -> str:
    number = f"{show_quantity(quantity):g}" if quantity % THOUSANDTH else str(quantity // THOUSANDTH)
    return number if unit == "piece" else f"{number} {unit}"


def _known(item: _ItemRow, today: date) -> int:
    """For how many days the item has been kept."""
    return (today - _date(item.since)).days if item.since else 0


def _date(day: int) -> date:
    return date.fromisoformat(show_day(day))


def _number(day: date) -> int:
    return int(f"{day:%Y%m%d}")
