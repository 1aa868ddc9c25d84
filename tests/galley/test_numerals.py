"""Numerals in prose: their value, their precision and what they claim."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.page.numerals import numerals


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0.005", Fraction(5, 1000), Fraction(1, 1000)),
        ("0.0050", Fraction(5, 1000), Fraction(1, 10000)),
        ("117", Fraction(117), Fraction(1)),
        ("−1.5", Fraction(-3, 2), Fraction(1, 10)),
        ("-2", Fraction(-2), Fraction(1)),
        ("22,777.6", Fraction(227776, 10), Fraction(1, 10)),
        ("22\u202f778", Fraction(22778), Fraction(1)),
        ("5.2 × 10⁻³", Fraction(52, 10000), Fraction(1, 10000)),
        ("4e-9", Fraction(4, 10**9), Fraction(1, 10**9)),
        ("10⁻⁴⁸", Fraction(1, 10**48), None),
        ("12 %", Fraction(12, 100), Fraction(1, 100)),
        ("0.5%", Fraction(5, 1000), Fraction(1, 1000)),
        ("½", Fraction(1, 2), None),
        ("3⁄2", Fraction(3, 2), None),
        ("1/4", Fraction(1, 4), None),
        ("0.9²", Fraction(81, 100), None),
    ],
)
def test_forms(text: str, value: Fraction, unit: Fraction | None) -> None:
    """Each form that the guide lists has its value, and the unit of its last printed digit."""
    (found,) = numerals(f"so {text} it is")
    assert (found.text, found.value, found.unit) == (text, value, unit)


@pytest.mark.parametrize("text", ["0.5", "10⁻³", "5 %", "≈ 3", "= 3", "≤ 4", "3e5", "2 × 10⁵"])
def test_results_claim(text: str) -> None:
    """What is printed as a result is must be checked."""
    assert [found.claims for found in numerals(f"is {text} then")] == [True]


@pytest.mark.parametrize("text", ["50", "1/2", "2019", "−3"])
def test_counts_do_not_claim(text: str) -> None:
    """Whole numbers and fractions by themselves are recorded."""
    assert [found.claims for found in numerals(f"is {text} then")] == [False]


@pytest.mark.parametrize("text", ["float32", "arXiv:1211.5063", "v2.13", "2nd", "x_1", "#7", "x³", "λ₁", "⅕"])
def test_names(text: str) -> None:
    """A numeral glued to a word is part of a name and claims nothing."""
    found = list(numerals(f"see {text} there"))
    assert found
    assert all(numeral.named and not numeral.claims for numeral in found)


def test_ranges_are_no_signs() -> None:
    """A dash between two numerals does not make the second one negative."""
    assert [found.value for found in numerals("pages 19–35 and 3-4")] == [19, 35, 3, 4]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False))
def test_decimals_round_trip(number: object) -> None:
    """Any decimal reads as itself, to its last digit."""
    (found,) = numerals(f" {number} ")
    assert found.value == Fraction(str(number))
    assert found.unit == Fraction(1, 10**4)
