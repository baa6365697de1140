"""What carries a deposit (crates, kegs, cups), and where it is: in the house, at guests, owed to suppliers."""

import msgspec

from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.money import show_quantity
from barbox.core.names import decode, first
from barbox.core.statements import Statement
from barbox.stock import rules
from barbox.stock.moves import GUEST

_ROWS = Statement(
    "WITH item AS (SELECT deposit_item_id AS id FROM stock_pack WHERE deposit_item_id IS NOT NULL AND hidden = 0"
    " UNION SELECT item_id FROM stock_day WHERE kind IN ('deposit_in', 'deposit_out'))"
    " SELECT i.id, i.names, i.unit, i.cost,"
    " (SELECT coalesce(sum(on_hand), 0) FROM stock_level WHERE item_id = i.id),"
    " coalesce(sum(CASE WHEN m.document = ? THEN -m.quantity END), 0),"
    " coalesce(sum(CASE WHEN m.document IS NOT ? THEN m.quantity END), 0), max(m.business_day)"
    " FROM item JOIN stock_item i ON i.id = item.id AND i.hidden = 0"
    " LEFT JOIN stock_move m ON m.item_id = i.id AND m.kind NOT IN ('sale', 'void_back')"
    " AND m.kind IN ('deposit_in', 'deposit_out') GROUP BY i.id ORDER BY i.id",
    ("guest", "guests"),
)


class DepositItem(View):
    """`atGuests` went out to guests and is not back; `ofSuppliers` came from suppliers and was not fetched.

    Quantities in the item's unit, `deposit` what one is worth, `value` what suppliers owe for theirs, `guestValue` what
    guests get back, in minor units. `lastMoved` is YYYYMMDD, null: never.
    """

    item_id: int
    name: str
    names: dict[str, str]
    unit: str
    on_hand: float
    at_guests: float
    of_suppliers: float
    deposit: float
    value: int
    guest_value: int
    last_moved: int | None


class DepositsView(View):
    items: list[DepositItem]


class _Row(msgspec.Struct):
    id: int
    names: str
    unit: str
    cost: int
    on_hand: int
    at_guests: int
    of_suppliers: int
    last_moved: int | None


async def read(snapshot: Snapshot, language: str) -> DepositsView:
    """All that packs bring along, or that ever moved with a deposit on it."""
    rows = await snapshot.all(_ROWS, _Row, guest=GUEST, guests=GUEST)
    return DepositsView([_item(row, language) for row in rows])


def _item(row: _Row, language: str) -> DepositItem:
    names = decode(row.names)
    return DepositItem(
        item_id=row.id,
        name=first(names, language),
        names=names,
        unit=row.unit,
        on_hand=show_quantity(row.on_hand),
        at_guests=show_quantity(row.at_guests),
        of_suppliers=show_quantity(row.of_suppliers),
        deposit=rules.show_cost(row.cost),
        value=rules.in_minor(rules.worth(row.of_suppliers, row.cost)),
        guest_value=rules.in_minor(rules.worth(row.at_guests, row.cost)),
        last_moved=row.last_moved,
    )
