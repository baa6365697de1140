"""What counts as a sale, and how sales are summed.

A sale is an order that was settled: it counts on the business day it was settled, with what it came to then. Reopening
takes the same off again, on the day that happens. What is refunded afterwards stands apart: the sale stays a sale. So
the sums of any days are those of their drawers' Z reports, to the last unit. Money and taxes count when they are paid.
"""

from collections.abc import Iterable, Sequence

import msgspec

from barbox.orders.queries import LineRow, OrderRow, charge, discount_of, sums, terms_of
from barbox.orders.rules import discount_shares

MINUTE_MS = 60_000
SETTLED = ("orders", "covers", "subtotal", "discount", "service", "cover", "tax", "total", "comped", "refunded")
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "sales_hour": (("business_day", "hour"), SETTLED),
    "sales_staff": (("business_day", "staff_id"), SETTLED),
    "sales_table": (("business_day", "area_id", "table_id"), (*SETTLED, "seatings", "minutes")),
    "sales_product": (
        ("business_day", "product_id", "rule_id"),
        ("quantity", "in_sets", "amount", "discount", "comped_quantity", "comped"),
    ),
    "money_taken": (("business_day", "staff_id", "method"), ("count", "amount", "tip", "rounding", "refunded")),
    "tax_taken": (("business_day", "tax_rate_id", "rate"), ("gross", "tax")),
}
"""The roll-ups: what their rows are known by, and what they sum."""

Key = tuple[int | str, ...]


class SoldProduct(msgspec.Struct, frozen=True, array_like=True):
    """What one order had of a product by one happy hour (0: none)."""

    product_id: int
    rule_id: int
    quantity: int
    in_sets: int
    amount: int
    discount: int
    comped_quantity: int
    comped: int


class Given(msgspec.Struct, frozen=True, array_like=True):
    """A discount as it was settled."""

    staff_id: int
    reason: str
    amount: int


class Sale(msgspec.Struct, frozen=True):
    """A settled order, as the roll-ups count it. `minutes` is None where nobody sat at a table."""

    order_id: int
    hour: int
    staff_id: int
    area_id: int
    table_id: int
    minutes: int | None
    covers: int
    subtotal: int
    discount: int
    service: int
    cover: int
    tax: int
    total: int
    comped: int
    products: tuple[SoldProduct, ...]
    given: tuple[Given, ...]


def sale_of(order: OrderRow, lines: Sequence[LineRow], settled_at: int, *, tax_included: bool) -> Sale:
    """An order as it was settled at a moment (ms)."""
    terms = terms_of(order)
    lines = [line for line in lines if line.status != "void"]
    found = sums(order, list(lines), tax_included=tax_included)
    shares: list[int] = [0 for _ in lines]
    if terms.discount is not None:
        shares = discount_shares([charge(line) for line in lines], terms.discount)
    sold: dict[tuple[int, int], list[int]] = {}
    given: dict[tuple[int, str], int] = {}
    for line, share in zip(lines, shares, strict=True):
        own = charge(line).discount if line.discount is not None else 0
        row = sold.setdefault((line.product_id, line.rule_id or 0), [0] * 6)
        _count_line(row, line, own + share)
        discount = discount_of(line)
        if own and discount is not None:
            who = (discount.staff_id or 0, discount.reason)
            given[who] = given.get(who, 0) + own
    if terms.discount is not None and any(shares):
        who = (terms.discount.staff_id or 0, terms.discount.reason)
        given[who] = given.get(who, 0) + sum(shares)
    seated = order.table_id is not None and not order.takeaway and terms.split_from is None
    return Sale(
        order_id=order.id,
        hour=order.hour,
        staff_id=order.staff_id or 0,
        area_id=order.area_id or 0,
        table_id=order.table_id or 0,
        minutes=max(0, settled_at - order.opened_at) // MINUTE_MS if seated else None,
        covers=order.covers or 0,
        subtotal=found.subtotal,
        discount=found.discount,
        service=found.service,
        cover=found.cover,
        tax=found.tax,
        total=found.total,
        comped=sum(line.amount for line in lines if line.comp),
        products=tuple(SoldProduct(*key, *row) for key, row in sold.items()),
        given=tuple(Given(*who, amount) for who, amount in given.items()),
    )


def _count_line(row: list[int], line: LineRow, discount: int) -> None:
    if line.comp:
        row[4] += line.quantity
        row[5] += line.amount
    elif line.parent_id is not None:
        row[1] += line.quantity
    else:
        row[0] += line.quantity
        row[2] += line.amount
        row[3] += discount


class Tally:
    """Sums by roll-up and key, in the making."""

    __slots__ = ("sums",)

    def __init__(self) -> None:
        self.sums: dict[str, dict[Key, list[int]]] = {name: {} for name in TABLES}

    def sale(self, day: int, sale: Sale, sign: int) -> None:
        """Count a settled order, or take it off again (`sign` -1)."""
        settled = [1, sale.covers, sale.subtotal, sale.discount, sale.service, sale.cover, sale.tax, sale.total]
        settled += [sale.comped, 0]
        seated = [0, 0] if sale.minutes is None else [1, sale.minutes]
        self.add("sales_hour", (day, sale.hour), settled, sign)
        self.add("sales_staff", (day, sale.staff_id), settled, sign)
        self.add("sales_table", (day, sale.area_id, sale.table_id), [*settled, *seated], sign)
        for each in sale.products:
            product_id, rule_id, *sold = msgspec.structs.astuple(each)
            self.add("sales_product", (day, product_id, rule_id), sold, sign)

    def refund(self, day: int, order: OrderRow, amount: int) -> None:
        """Count what was given back of a settled order."""
        settled = [0] * 9 + [amount]
        self.add("sales_hour", (day, order.hour), settled)
        self.add("sales_staff", (day, order.staff_id or 0), settled)
        self.add("sales_table", (day, order.area_id or 0, order.table_id or 0), [*settled, 0, 0])

    def tender(self, day: int, staff_id: int, method: str, kind: str, amount: int, tip: int, rounding: int) -> None:
        """Count money taken or given back."""
        row = [int(kind == "payment"), amount, tip, rounding, -amount if kind == "refund" else 0]
        self.add("money_taken", (day, staff_id, method), row)

    def tax(self, day: int, tax_rate_id: int, rate: int, gross: int, tax: int) -> None:
        """Count what a payment was taxed."""
        self.add("tax_taken", (day, tax_rate_id, rate), [gross, tax])

    def add(self, table: str, key: Key, values: Sequence[int], sign: int = 1) -> None:
        """Add to a row."""
        rows = self.sums[table]
        row = rows.get(key)
        if row is None:
            rows[key] = [sign * value for value in values]
        else:
            for index, value in enumerate(values):
                row[index] += sign * value

    def rows(self, table: str) -> Iterable[tuple[int | str, ...]]:
        """A roll-up's rows that say something: key and sums."""
        return ((*key, *row) for key, row in self.sums[table].items() if any(row))
