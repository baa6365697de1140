"""Amounts: integers throughout, nothing lost and nothing made."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from barbox.core import money
from barbox.orders.rules import Charge, totals

amounts = st.integers(min_value=-(10**12), max_value=10**12)
rates = st.integers(min_value=0, max_value=10_000)


@given(amounts, st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40))
def test_a_discount_spread_over_the_lines_is_the_discount_to_the_last_cent(amount: int, weights: list[int]) -> None:
    assume(sum(weights))
    parts = money.spread(amount, weights)
    assert sum(parts) == amount
    assert len(parts) == len(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1
        assert weight or not part, "who bears no weight gets nothing"


@given(amounts, st.integers(min_value=1, max_value=40))
def test_an_even_split_differs_by_one_at_most(amount: int, guests: int) -> None:
    parts = money.spread(amount, [1] * guests)
    assert max(parts) - min(parts) <= 1


@given(st.integers(), st.integers().filter(bool))
def test_half_is_rounded_away_from_zero_in_integers(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = money.divide_half_up(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(exact - int(exact)) == Fraction(1, 2):
        assert abs(rounded) == int(abs(exact) + Fraction(1, 2))


@given(st.integers(min_value=0, max_value=10**12), rates)
def test_tax_inside_a_price_and_the_rest_are_the_price(gross: int, rate: int) -> None:
    tax = money.included_tax(gross, rate)
    net = gross - tax
    assert 0 <= tax <= gross
    assert abs(net * (10_000 + rate) - gross * 10_000) <= (10_000 + rate) / 2


@given(st.integers(min_value=0, max_value=10**12), rates)
def test_tax_on_top_is_what_paper_and_pencil_give(net: int, rate: int) -> None:
    exact = Decimal(net) * rate / 10_000
    assert money.added_tax(net, rate) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


lines = st.lists(
    st.builds(Charge, amount=st.integers(0, 10**9), tax_rate_id=st.integers(1, 3), tax_rate=rates), max_size=30
)


@given(lines, st.booleans())
def test_what_is_printed_sums_to_what_is_charged(charges: list[Charge], tax_included: bool) -> None:
    sums = totals(charges, tax_included=tax_included)
    assert sums.subtotal == sum(charge.amount for charge in charges)
    assert sums.tax == sum(each.tax for each in sums.taxes)
    assert sums.total == sum(each.base + each.tax for each in sums.taxes)
    assert sums.total == (sums.subtotal if tax_included else sums.subtotal + sums.tax)
    assert len({(each.tax_rate_id, each.rate) for each in sums.taxes}) == len(sums.taxes)


@given(st.integers(min_value=0, max_value=10**10))
def test_a_quantity_shown_is_the_quantity_asked(thousandths: int) -> None:
    assert money.parse_quantity(money.show_quantity(thousandths)) == thousandths


def test_a_quantity_finer_than_a_thousandth_is_refused() -> None:
    assert money.parse_quantity(0.0001) is None
    assert money.parse_quantity(1.0005) is None
    assert money.parse_quantity(0.001) == 1


def test_half_a_bottle_is_rounded_once() -> None:
    assert money.times(999, 500) == 500
    assert money.times(333, 1500) == 500
    assert money.times(1, 499) == 0


def test_amounts_are_shown_with_the_digits_of_their_currency() -> None:
    assert money.show_amount(12345, "CNY") == "123.45"
    assert money.show_amount(1234567, "JPY") == "1,234,567"
    assert money.show_amount(1500, "KWD") == "1.500"
    assert money.show_amount(-5, "EUR") == "-0.05"
    assert money.exponent("SEK") == 2
