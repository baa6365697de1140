"""When stock is short and when it runs low. Pure."""

from typing import Literal

Policy = Literal["refuse", "warn", "allow"]


def short(on_hand: int, policy: str) -> bool:
    """Whether a level after taking (thousandths) refuses the order."""
    return policy == "refuse" and on_hand < 0


def crossed(before: int, after: int, low_at: int) -> bool:
    """Whether a level has just fallen to its reorder point."""
    return after <= low_at < before
