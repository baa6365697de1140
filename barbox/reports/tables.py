"""Reports as tables of words and numbers, for files and paper."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from barbox.core import names
from barbox.core.clock import show_day
from barbox.core.money import divide_half_up, exponent
from barbox.core.tables import Cell, Table
from barbox.reports.deductions import DeductionView
from barbox.reports.engineering import MenuProduct
from barbox.reports.morning import MorningView
from barbox.reports.patterns import HappyHour, HeatCell
from barbox.reports.pour_cost import CostRow, PourCosts
from barbox.reports.queries import SalesRow
from barbox.reports.words import TEXTS, word

_COLUMNS = (
    *("orders", "covers", "count", "quantity", "in_sets", "amount", "discount", "service", "cover", "comped"),
    *("total", "tax", "refunded", "net", "tips", "rounding", "seatings", "turn_minutes"),
)
_AMOUNTS = frozenset(
    {
        *("amount", "discount", "service", "cover", "comped", "total", "tax", "refunded", "net", "tips", "rounding"),
    }
)


class Writer:
    """Writes reports in a language, amounts in whole currency."""

    def __init__(self, language: str, currency: str) -> None:
        self.language = language
        self._digits = exponent(currency)

    def sales(self, by: str, span: str, rows: Sequence[SalesRow], total: SalesRow) -> Table:
        """A line for each key, and their sum."""
        shown = [name for name in _COLUMNS if any(getattr(row, name) is not None for row in rows)]
        heads = [self._word(by), *(self._word("of_it_tax" if name == "tax" else name) for name in shown)]
        lines: list[list[Cell]] = [[self._called(row), *(self._figure(row, name) for name in shown)] for row in rows]
        averages = "orders" in shown
        if averages:
            heads += [self._word("average_order"), self._word("average_cover")]
            for line, row in zip(lines, rows, strict=True):
                line += [self._per(row.total, row.orders), self._per(row.total, row.covers)]
        if by in ("hour", "day", "week", "month", "staff", "table", "area"):
            last: list[Cell] = [self._word("total"), *(self._figure(total, name) for name in shown)]
            lines.append([*last, self._per(total.total, total.orders), self._per(total.total, total.covers)])
        middle = next(name for name in ("quantity", "orders", "count", "tax") if name in shown)
        slim = (0, 1 + shown.index(middle), 1 + shown.index("total"))
        return Table(f"{self._word('sales')} - {self._word(by)}", span, heads, lines, slim)

    def heat(self, span: str, cells: Sequence[HeatCell]) -> Table:
        """A line for each hour, a column for each weekday: what such an evening's hour brings on average."""
        hours = sorted({cell.hour for cell in cells}, key=lambda hour: (hour - 6) % 24)
        found = {(cell.weekday, cell.hour): cell for cell in cells}
        lines: list[list[Cell]] = [
            [f"{hour:02d}:00", *(self._mean(found.get((weekday, hour))) for weekday in range(7))] for hour in hours
        ]
        heads = [self._word("hour"), *(self._word(f"weekday_{number}") for number in range(7))]
        return Table(self._word("heatmap"), span, heads, lines, (0, 5, 6))

    def deductions(self, span: str, rows: Sequence[DeductionView]) -> Table:
        """A line for each kind, person and reason."""
        heads = [self._word(name) for name in ("kind", "staff", "reason", "count", "total")]
        lines: list[list[Cell]] = [
            [self._word(row.kind), row.staff_name, row.reason, row.count, self._money(row.amount)] for row in rows
        ]
        return Table(self._word("deductions"), span, heads, lines, (2, 1, 4))

    def happy_hours(self, span: str, rules: Sequence[HappyHour]) -> Table:
        """A line for each rule and product."""
        heads = [self._word(name) for name in ("rule", "product", "quantity", "sold_for", "regular_amount", "given")]
        lines: list[list[Cell]] = [
            [
                names.first(rule.names, self.language),
                names.first(each.names, self.language),
                each.quantity,
                self._money(each.amount),
                self._money(each.regular_amount),
                self._money(each.regular_amount - each.amount),
            ]
            for rule in rules
            for each in rule.products
        ]
        return Table(self._word("happy-hours"), span, heads, lines, (1, 2, 5))

    def menu(self, span: str, products: Sequence[MenuProduct]) -> Table:
        """A line for each product."""
        heads = [
            self._word(name)
            for name in ("product", "category", "quantity", "net", "price", "cost", "margin", "earned", "kind")
        ]
        lines: list[list[Cell]] = [
            [
                names.first(each.names, self.language),
                names.first(each.category_names, self.language),
                each.quantity,
                *(self._money(amount) for amount in (each.net, each.price, each.cost, each.margin, each.earned)),
                self._word(each.kind or "unknown"),
            ]
            for each in products
        ]
        return Table(self._word("menu"), span, heads, lines, (0, 2, 8))

    def pour_costs(self, span: str, costs: PourCosts) -> Table:
        """A line for each product below its category's, and the sum of all."""
        heads = [
            self._word(name)
            for name in ("category", "product", "quantity", "net_sales", "cost", "pour_cost", "margin", "given_cost")
        ]
        lines: list[list[Cell]] = []
        for category in costs.categories:
            called = names.first(category.names, self.language)
            lines.append([called, self._word("total"), *self._cost(category)])
            lines += [
                [called, names.first(each.names, self.language), *self._cost(each)]
                for each in costs.products
                if each.category_id == category.key
            ]
        lines.append([self._word("total"), "", *self._cost(costs.total)])
        return Table(self._word("pour-cost"), span, heads, lines, (1, 3, 5))

    def _cost(self, row: CostRow) -> list[Cell]:
        share = None if row.pour_cost is None else Decimal(row.pour_cost).scaleb(-2)
        amounts = (self._money(row.net), self._money(row.cost), share, self._money(row.margin), self._money(row.given))
        return [row.quantity, *amounts]

    def morning(self, told: MorningView) -> Table:
        """A line for each figure."""
        lines: list[list[Cell]] = [
            [self._word(name), self._figure(told.total, name)]
            for name in ("total", "orders", "covers", "discount", "comped", "refunded", "net")
        ]
        lines.append([self._word("average_order"), self._per(told.total.total, told.total.orders)])
        lines.append([self._word("average_cover"), self._per(told.total.total, told.total.covers)])
        lines.append([self._word("last_time"), self._money(told.last_time.total)])
        lines.append([self._word("usually"), self._money(told.usually.total)])
        lines += [[self._called(row), self._money(row.total)] for row in (*told.tenders, *told.products)]
        lines += [
            [f"{self._word(row.kind)}: {row.reason} ({row.staff_name})", self._money(row.amount)]
            for row in told.deductions
        ]
        lines += [
            [word("over_short", self.language, n=f"{each.z_number:04d}"), self._money(each.over_short)]
            for each in told.drawers
        ]
        lines += [[word("low", self.language, name=names.first(x.names, self.language)), x.on_hand] for x in told.low]
        lines += [
            [
                word("lapses", self.language, name=names.first(x.names, self.language), day=show_day(x.expires_on)),
                x.left,
            ]
            for x in told.lapsing
        ]
        lines += [
            [word("keeps", self.language, name=names.first(x.names, self.language), day=x.until), x.code]
            for x in told.bottles
        ]
        lines += [
            [word("clean", self.language, name=names.first(x.names, self.language)), x.clean_by or self._word("never")]
            for x in told.cleanings
        ]
        lines.append([self._word("bookings"), len(told.bookings)])
        lines.append([self._word("booked_covers"), told.booked_covers])
        backup = told.last_backup[:16].replace("T", " ") + "Z" if told.last_backup else self._word("never")
        lines.append([self._word("last_backup"), backup])
        lines += [
            [self._word(each.code), self._money(each.count) if each.code == "drawer_differs" else each.count]
            for each in told.alarms
        ]
        return Table(
            self._word("morning"), told.business_day, [self._word("figure"), self._word("value")], lines, (0, 1)
        )

    def _called(self, row: SalesRow) -> str:
        if row.names:
            return names.first(row.names, self.language)
        return self._word(row.key) if row.key in TEXTS else row.key

    def _figure(self, row: SalesRow, name: str) -> Cell:
        value: Any = getattr(row, name)
        return self._money(value) if name in _AMOUNTS else value

    def _money(self, minor: int | None) -> Cell:
        return None if minor is None else Decimal(minor).scaleb(-self._digits)

    def _per(self, amount: int, count: int | None) -> Cell:
        return self._money(divide_half_up(amount, count)) if count and count > 0 else None

    def _mean(self, cell: HeatCell | None) -> Cell:
        return None if cell is None else self._per(cell.total, cell.days)

    def _word(self, key: str) -> str:
        return word(key, self.language)
