"""What was used, thrown away and left standing, as tables to take along."""

from decimal import Decimal

from barbox.core.clock import show_day
from barbox.core.money import exponent
from barbox.core.tables import Cell, Table
from barbox.stock.consumption.queries import ConsumptionView, DeadView, WasteView

TEXTS: dict[str, tuple[str, str]] = {
    "consumption": ("Consumption", "消耗"),
    "waste": ("Waste", "报损"),
    "dead": ("Dead stock", "滞销库存"),
    "item": ("Item", "物品"),
    "unit": ("Unit", "单位"),
    "ml": ("ml", "毫升"),
    "g": ("g", "克"),
    "piece": ("pcs", "个"),
    "sold": ("Sold", "售出"),
    "comped": ("On the house", "赠送"),
    "staff": ("Staff drinks", "员工饮用"),
    "wasted": ("Waste", "报损"),
    "produced": ("Production", "制作"),
    "theoretical": ("Theoretical", "理论"),
    "actual": ("Counted", "实际"),
    "difference": ("Difference", "差异"),
    "value": ("Value of theoretical", "理论金额"),
    "difference_value": ("Value of difference", "差异金额"),
    "reason": ("Reason", "原因"),
    "person": ("Person", "员工"),
    "moves": ("Times", "次数"),
    "worth": ("Value", "金额"),
    "on_hand": ("On hand", "现有"),
    "last_used": ("Last used", "最近使用"),
    "last_received": ("Last received", "最近入库"),
    "never": ("never", "从未"),
    "days": ("Nothing used for {n} days", "{n} 天未使用"),
}
_QUANTITIES = ("sold", "comped", "staff", "wasted", "produced", "theoretical", "actual", "difference")


class UsedWriter:
    """Writes in a language, amounts in whole currency."""

    def __init__(self, language: str, currency: str) -> None:
        self._number = 1 if language == "zh" else 0
        self._digits = exponent(currency)

    def consumption(self, told: ConsumptionView, span: str) -> Table:
        """A line for each item, the most that is missing first."""
        names = ("item", "unit", *_QUANTITIES, "value", "difference_value")
        lines: list[list[Cell]] = [
            [
                *(each.name, self._word(each.unit), *(getattr(each, name) for name in _QUANTITIES)),
                *(self._money(each.value), self._money(each.difference_value)),
            ]
            for each in sorted(told.items, key=lambda each: (each.difference_value, -each.value))
        ]
        return self._table("consumption", span, names, lines, (0, 9, 11))

    def waste(self, told: WasteView, span: str) -> Table:
        """A line for each reason and person."""
        lines: list[list[Cell]] = [
            [row.reason, row.staff or "", row.moves, self._money(row.value)] for row in told.rows
        ]
        return self._table("waste", span, ("reason", "person", "moves", "worth"), lines, (0, 2, 3))

    def dead(self, told: DeadView, days: int) -> Table:
        """A line for each item, the dearest first."""
        lines: list[list[Cell]] = [
            [
                *(each.name, self._word(each.unit), each.on_hand, self._money(each.value)),
                show_day(each.last_used) if each.last_used else self._word("never"),
                show_day(each.last_received) if each.last_received else self._word("never"),
            ]
            for each in told.items
        ]
        names = ("item", "unit", "on_hand", "worth", "last_used", "last_received")
        return self._table("dead", self._word("days").format(n=days), names, lines, (0, 2, 3))

    def _table(
        self, name: str, span: str, heads: tuple[str, ...], lines: list[list[Cell]], slim: tuple[int, ...]
    ) -> Table:
        return Table(self._word(name), span, [self._word(each) for each in heads], lines, slim)

    def _word(self, name: str) -> str:
        return TEXTS[name][self._number]

    def _money(self, amount: int) -> Decimal:
        return Decimal(amount).scaleb(-self._digits)
