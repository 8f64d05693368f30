import operator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.errors import InputError, Refused
from billing_tui.domain.money import (
    LARGEST,
    AmountTooLarge,
    CurrencyMismatch,
    Money,
    NotWholeMinorUnits,
    Rounding,
    round_units,
    split,
    split_money,
)

AMOUNTS = st.integers(-LARGEST, LARGEST)
WEIGHTS = st.lists(
    st.integers(0, 10**6) | st.decimals(0, 1000, places=6), min_size=1, max_size=20
).filter(any)


@pytest.mark.parametrize("amount", [1.0, 10.75, True, Decimal(1), "1", None, Fraction(1)])
def test_only_whole_minor_units_are_money(amount: object) -> None:
    with pytest.raises(NotWholeMinorUnits):
        Money(amount, "EUR")  # type: ignore[arg-type]


def test_money_fits_64_bits_in_both_directions() -> None:
    assert -Money(LARGEST, "EUR") == Money(-LARGEST, "EUR")
    for amount in (LARGEST + 1, -LARGEST - 1):
        with pytest.raises(AmountTooLarge) as refused:
            Money(amount, "EUR")
        assert isinstance(refused.value, InputError)
    with pytest.raises(AmountTooLarge):
        Money(LARGEST, "EUR") + Money(1, "EUR")


@pytest.mark.parametrize(
    "act", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge]
)
def test_currencies_never_mix(act: object) -> None:
    assert callable(act)
    with pytest.raises(CurrencyMismatch):
        act(Money(1, "EUR"), Money(1, "USD"))


def test_equal_amounts_of_two_currencies_are_not_equal() -> None:
    assert Money(1, "EUR") != Money(1, "USD")
    assert len({Money(1, "EUR"), Money(1, "EUR"), Money(1, "USD")}) == 2


def test_money_adds_and_compares() -> None:
    five, two = Money(5, "EUR"), Money(2, "EUR")
    assert (five + two, five - two, -five) == (Money(7, "EUR"), Money(3, "EUR"), Money(-5, "EUR"))
    assert abs(two - five) == Money(3, "EUR")
    assert (two < five, two <= two, five > two, five >= five) == (True,) * 4  # noqa: PLR0124
    assert (bool(two), bool(two - two)) == (True, False)


@pytest.mark.parametrize(
    ("exact", "away", "even"),
    [
        ("0.5", 1, 0),
        ("-0.5", -1, 0),
        ("1.5", 2, 2),
        ("2.5", 3, 2),
        ("-2.5", -3, -2),
        ("2.4999999999999999999999999999999999", 2, 2),
        ("2.5000000000000000000000000000000001", 3, 3),
        ("-0", 0, 0),
        ("9223372036854775806.5", LARGEST, LARGEST - 1),
        ("1E+5", 100000, 100000),
    ],
)
def test_ties(exact: str, away: int, even: int) -> None:
    for number in (Decimal(exact), Fraction(exact)):
        assert round_units(number, Rounding.HALF_AWAY) == away
        assert round_units(number, Rounding.HALF_EVEN) == even


@pytest.mark.parametrize(
    "odd", [0.5, 1, "1", Decimal("NaN"), Decimal("Infinity"), Decimal("1e999999")]
)
def test_only_exact_numbers_are_rounded(odd: object) -> None:
    with pytest.raises(NotWholeMinorUnits):
        round_units(odd)  # type: ignore[arg-type]


def nearest(exact: Fraction, mode: Rounding) -> int:
    """Rounding by its definition: the nearest whole number, a tie by the mode."""
    floor = exact.numerator // exact.denominator
    below, above = exact - floor, floor + 1 - exact
    if below != above:
        return floor if below < above else floor + 1
    if mode is Rounding.HALF_EVEN:
        return floor if floor % 2 == 0 else floor + 1
    return floor + 1 if exact > 0 else floor


@given(
    st.decimals(-(10**15), 10**15, places=9)
    | st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 2),
    st.sampled_from(Rounding),
)
def test_rounding_is_the_definition(exact: Decimal, mode: Rounding) -> None:
    assert round_units(exact, mode) == nearest(Fraction(exact), mode)
    assert round_units(Fraction(exact), mode) == nearest(Fraction(exact), mode)
    assert round_units(-exact, mode) == -round_units(exact, mode)


@given(st.fractions(), st.sampled_from(Rounding))
def test_rounding_fractions_is_the_definition(exact: Fraction, mode: Rounding) -> None:
    assert round_units(exact, mode) == nearest(exact, mode)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (1, [1, 1], [1, 0]),
        (0, [1, 2], [0, 0]),
        (10, [0, 1, 0], [0, 10, 0]),
        (100, [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")], [33, 33, 34]),
        (5, [Decimal("0.1"), 3], [0, 5]),
        (7, [2, 3, 5], [1, 2, 4]),
        (LARGEST, [1], [LARGEST]),
    ],
)
def test_splits(total: int, weights: list[Decimal | int], parts: list[int]) -> None:
    assert split(total, weights) == parts


@pytest.mark.parametrize(
    "weights", [[], [0], [0, Decimal(0)], [1, -1], [2, -1], [Decimal("-0.1"), 1]]
)
def test_weights_that_split_nothing_are_refused(weights: list[Decimal | int]) -> None:
    with pytest.raises(Refused):
        split(100, weights)


@pytest.mark.parametrize("weight", [0.5, True, "1"])
def test_weights_are_exact(weight: object) -> None:
    with pytest.raises(NotWholeMinorUnits):
        split(100, [1, weight])  # type: ignore[list-item]


@given(AMOUNTS, WEIGHTS)
def test_parts_sum_to_the_whole_and_lie_next_to_their_share(
    total: int, weights: list[Decimal | int]
) -> None:
    parts = split(total, weights)
    whole = sum(map(Fraction, weights))
    assert sum(parts) == total
    assert split(-total, weights) == [-part for part in parts]
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * Fraction(weight) / whole) < 1
        assert weight or part == 0


@given(st.integers(0, 10**9), st.integers(0, 1000), st.integers(1, 20))
def test_equal_weights_differ_by_one_and_the_earlier_get_more(
    total: int, weight: int, n: int
) -> None:
    parts = split(total, [weight + 1] * n)
    assert max(parts) - min(parts) <= 1
    assert all(earlier >= later for earlier, later in pairwise(parts))


def test_split_money_keeps_the_currency() -> None:
    assert split_money(Money(10, "EUR"), [1, 2]) == [Money(3, "EUR"), Money(7, "EUR")]
