"""The calls that read the ledger: an item's moves and costs, and the proof that the books agree."""

from typing import Annotated

from msgspec import Meta

from barbox.core.clock import days_after, rfc3339
from barbox.core.http import Call, Routes
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.names import decode, first
from barbox.core.settings import read_venue
from barbox.stock import ledger, queries, rules
from barbox.stock.ledger import DifferenceRow
from barbox.stock.queries import ItemRow

routes = Routes("stock")


class MoveView(View):
    """A move, or what was sold between two others (`day` is then true): `quantity` is what the shelf gained.

    `balance` is what was there after it, in all places. What was sold has the time of the last sale; in a ledger too
    large to go through it is a whole business day's, without a time, before that day's other moves.
    """

    at: str | None
    business_day: int
    day: bool
    kind: str
    location_id: int
    quantity: float
    value: int
    staff_id: int | None
    order_id: int | None
    document: str | None
    reason: str | None
    staff: str | None
    balance: float


class MovesView(View):
    """`earlier` is the day to ask `until` for what was before, null where that is all."""

    moves: list[MoveView]
    earlier: int | None


class MovesQuery(View):
    """From that business day back; `days` of them."""

    until: Annotated[int, Meta(ge=0, le=9999_12_31)] = 9999_12_31
    days: Annotated[int, Meta(ge=1, le=366)] = 31


@routes.get("/api/inventory/items/{item_id}/moves", "stock.edit")
async def moves(call: Call, item_id: int, query: MovesQuery) -> MovesView:
    """An item's history, newest first: sales summed up between its other moves, which stand one by one."""
    async with call.db.snapshot() as snapshot:
        rows = await ledger.history(snapshot, item_id, query.until, query.days)
    oldest = min((row.business_day for row in rows), default=0)
    return MovesView(
        earlier=days_after(oldest, -1) if len({row.business_day for row in rows}) == query.days else None,
        moves=[
            MoveView(
                at=rfc3339(row.at) if row.at else None,
                day=row.kind in ledger.SOLD,
                quantity=show_quantity(row.quantity),
                value=rules.in_minor(row.value),
                balance=show_quantity(row.balance),
                staff=row.staff,
                **{
                    name: getattr(row, name)
                    for name in ("business_day", "kind", "location_id", "staff_id", "order_id", "document", "reason")
                },
            )
            for row in rows
        ],
    )


class Difference(View):
    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    location_id: int
    quantity: float


class LastProofView(View):
    """The last business day (YYYYMMDD) whose books agreed, and when that was found."""

    business_day: int
    at: str
    moves: int


class ProofView(View):
    """By how much books differ: empty where the ledger's sum is what is on hand. `moves` were added up.

    `last` is the last nightly check that found nothing wrong, null before the first night.
    """

    differences: list[Difference]
    moves: int
    last: LastProofView | None


class ProofQuery(View):
    """`full`: from the first move on, not only what came since the last nightly check."""

    full: bool = False


@routes.get("/api/inventory/proof", "stock.edit")
async def proof(call: Call, query: ProofQuery) -> ProofView:
    """What the nightly check does: add up the ledger and compare it with what is on hand."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        found = await ledger.proof(snapshot, full=query.full)
        last = await ledger.last_proof(snapshot)
        wrong = {each.item_id for each in found.differences}
        items = {row.id: row for row in await snapshot.all(queries.ITEMS, ItemRow) if row.id in wrong} if wrong else {}
    told = LastProofView(last.business_day, rfc3339(last.at), last.moves) if last else None
    differences = [_difference(each, items.get(each.item_id), language) for each in found.differences]
    return ProofView(differences, found.moves, told)


def _difference(found: DifferenceRow, item: ItemRow | None, language: str) -> Difference:
    names = decode(item.names) if item else {"en": str(found.item_id)}
    unit = item.unit if item else "piece"
    return Difference(
        found.item_id, first(names, language), names, unit, found.location_id, show_quantity(found.quantity)
    )


class CostView(View):
    """So much came in (or was produced): what it cost then, and the average since, in minor units for one unit.

    `paid` is known of deliveries only. `at` is the time, `document` what it belongs to.
    """

    at: str
    business_day: int
    kind: str
    quantity: float
    average: float
    paid: float | None
    document: str | None


class CostsView(View):
    costs: list[CostView]


@routes.get("/api/inventory/items/{item_id}/costs", "stock.edit")
async def costs(call: Call, item_id: int) -> CostsView:
    """What an item cost each time some came in, newest first, at most 200."""
    async with call.db.snapshot() as snapshot:
        rows = await ledger.cost_history(snapshot, item_id)
    return CostsView(
        [
            CostView(
                at=rfc3339(row.at),
                business_day=row.business_day,
                kind=row.kind,
                quantity=show_quantity(row.quantity),
                average=rules.show_cost(row.value * 1000 // row.quantity),
                paid=None if row.paid is None else rules.show_cost(rules.cost_of(row.paid, row.quantity)),
                document=row.document,
            )
            for row in rows
        ]
    )
