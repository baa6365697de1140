"""How much to order: what is there and on its way, against what will be used until the next delivery. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, NamedTuple

from barbox.core.money import THOUSANDTH, divide_half_up

Reason = Literal["low", "runs_out", "forecast", "fill"]
"""At its reorder point; gone before a delivery; at its reorder point before the next one; for the minimum amount."""
WINDOW = 28
"""So many days back tell what is used."""
WEEKLY_FROM = 14
"""From so many days on weekdays are told apart."""
SHORTEST = 7


class Use(NamedTuple):
    """What was used (thousandths) on each weekday of the window, 0 being Monday, by an item known for `days` days."""

    weekdays: Mapping[int, int]
    days: int

    def on(self, weekday: int) -> int:
        """What such a day uses on average, in thousandths."""
        if self.days < WEEKLY_FROM:
            return divide_half_up(sum(self.weekdays.values()), max(SHORTEST, self.days))
        return divide_half_up(self.weekdays.get(weekday, 0), min(WINDOW, self.days) // 7)


class Shelf(NamedTuple):
    """What is there of an item and on its way, with its reorder point and par, in thousandths."""

    on_hand: int
    on_order: int
    low_at: int
    par: int


class Need(NamedTuple):
    """How much lacks (thousandths) at the arrival, what is used until the arrival after it, and why it is needed now.

    `days_left` is how long what is there lasts, None for longer than until that arrival.
    """

    lacks: int
    foreseen: int
    reason: Reason | None
    days_left: int | None


class Plan(NamedTuple):
    """When what is ordered today comes, and when what is ordered next can come."""

    today: date
    arrives: date
    next_arrives: date


def need(shelf: Shelf, use: Use, factors: Mapping[date, int], plan: Plan) -> Need:
    """What to order of an item today; `factors` per mille of the usual, by day."""
    there = max(0, shelf.on_hand) + shelf.on_order
    before, foreseen, days_left = 0, 0, None
    for number in range((plan.next_arrives - plan.today).days):
        day = plan.today + timedelta(number)
        foreseen += divide_half_up(use.on(day.weekday()) * factors.get(day, THOUSANDTH), THOUSANDTH)
        if day < plan.arrives:
            before = foreseen
        if days_left is None and foreseen and foreseen >= max(0, shelf.on_hand):
            days_left = number
    at_arrival = max(0, there - before)
    target = max(shelf.par, shelf.low_at + foreseen - before)
    reason: Reason | None = None
    if there <= shelf.low_at:
        reason = "low"
    elif before and there <= before:
        reason = "runs_out"
    elif foreseen and there - foreseen <= shelf.low_at:
        reason = "forecast"
    return Need(max(0, target - at_arrival), foreseen, reason, days_left)


def whole_packs(lacks: int, size: int) -> int:
    """How many packs (thousandths of one) hold at least what lacks."""
    return -(-lacks // size) * THOUSANDTH
