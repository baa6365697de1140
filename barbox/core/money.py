"""Amounts: integers in the minor unit of the venue's one currency. Never a float."""

import functools
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

EXPONENTS = {
    "CNY": 2,
    "EUR": 2,
    "USD": 2,
    "GBP": 2,
    "HKD": 2,
    "CHF": 2,
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "KWD": 3,
    "BHD": 3,
}
"""Digits after the point by ISO 4217 code; a code not listed has 2."""

SYMBOLS = {"CNY": "¥", "JPY": "¥", "EUR": "€", "USD": "$", "GBP": "£", "HKD": "HK$", "KRW": "₩"}

THOUSANDTH = 1000
"""Quantities are kept as integers in thousandths: 1.5 is 1500."""


def exponent(currency: str) -> int:
    """How many digits the currency's minor unit stands behind the point."""
    return EXPONENTS.get(currency, 2)


def divide_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded half away from zero, in integers throughout."""
    if numerator >= 0 < denominator:
        return (2 * numerator + denominator) // (2 * denominator)
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def times(price: int, thousandths: int) -> int:
    """What `thousandths` of a quantity cost at `price` each, rounded half up once."""
    return divide_half_up(price * thousandths, THOUSANDTH)


def included_tax(gross: int, rate: int) -> int:
    """The tax inside `gross` at `rate` basis points (600 is 6 %)."""
    return divide_half_up(gross * rate, 10_000 + rate)


def added_tax(net: int, rate: int) -> int:
    """The tax to be added to `net` at `rate` basis points."""
    return divide_half_up(net * rate, 10_000)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights` by largest remainder: the parts sum to `amount` exactly."""
    total = sum(weights)
    if total == 0:
        return [0 for _ in weights]
    sign = -1 if amount < 0 else 1
    shares = [divmod(abs(amount) * weight, total) for weight in weights]
    parts = [whole for whole, _ in shares]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    for index in by_remainder[: abs(amount) - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]


def parse_quantity(quantity: float) -> int | None:
    """A quantity as sent ("2", "0.5") in thousandths, or None when it is finer than that."""
    scaled = Decimal(str(quantity)) * THOUSANDTH
    whole = int(scaled.to_integral_value(ROUND_HALF_UP))
    return whole if whole == scaled else None


@functools.lru_cache(maxsize=1024)
def show_quantity(thousandths: int) -> int | float:
    """Thousandths as the number people read: 2000 is 2, 1500 is 1.5."""
    whole, rest = divmod(thousandths, THOUSANDTH)
    return thousandths / THOUSANDTH if rest else whole


def show_amount(amount: int, currency: str) -> str:
    """An amount for paper, without symbol: 12345 in CNY is "123.45"."""
    digits = exponent(currency)
    return f"{Decimal(amount).scaleb(-digits):,.{digits}f}"
