"""TeX as mathematics: what parses, what it is worth, and what is refused."""

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.maths.arrays import Arrays
from galley.maths.evaluation import evaluate
from galley.maths.reals import Reals, Undefined
from galley.maths.tex import chains
from galley.maths.tokens import same


def value(tex: str, **symbols: object) -> object:
    """Return what the single expression `tex` is worth."""
    (statement,) = chains(tex)
    (member,) = statement.members
    assert member is not None, f"{tex} was not read"
    return evaluate(member, symbols, Reals())


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"2^{10}", Fraction(1024)),
        (r"-3^2", Fraction(-9)),
        (r"(-3)^2", Fraction(9)),
        (r"\frac{1}{2} + \tfrac12", Fraction(1)),
        (r"\tfrac{3}{2} \cdot \tfrac12", Fraction(3, 4)),
        (r"1 - 2 - 3", Fraction(-4)),
        (r"8 / 2 / 2", Fraction(2)),
        (r"\left| -5 \right|", Fraction(5)),
        (r"|-5| \cdot |2 - 4|", Fraction(10)),
        (r"\lvert 1 - 3 \rvert^2", Fraction(4)),
        (r"\max(2, 3) - \min(2, 3)", Fraction(1)),
        (r"\sqrt{9/4}", Fraction(3, 2)),
        (r"22\,777.5", Fraction(45555, 2)),
        (r"22{,}777", Fraction(22777)),
        (r"5\,\%", Fraction(1, 20)),
        (r"4!", Fraction(24)),
        (r"\sum_{k=1}^{4} k^2", Fraction(30)),
        (r"\prod_{k=2}^{5} \frac{k}{k-1}", Fraction(5)),
        (r"\underbrace{3 \cdot 3 \cdots 3}_{4\ \text{factors}}", Fraction(81)),
        (r"2(3 + 4)", Fraction(14)),
        (r"5.2 \times 10^{-3}", Fraction(52, 10000)),
        (r"0.9^{-1}", Fraction(10, 9)),
        (r"\binom{5}{2} + \binom{2}{3}", Fraction(10)),
    ],
)
def test_exact_values(tex: str, expected: Fraction) -> None:
    """Rational formulas are worth exactly what they say."""
    assert value(tex) == expected


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"e^{-1}", math.exp(-1)),
        (r"\exp(2)", math.exp(2)),
        (r"\ln 2", math.log(2)),
        (r"\frac{\ln 2}{-\ln 0.9}", math.log(2) / -math.log(0.9)),
        (r"\log_{10} 1000", 3.0),
        (r"\sqrt{2}", math.sqrt(2)),
        (r"2\pi", 2 * math.pi),
        (r"\tanh(1)", math.tanh(1)),
        (r"\arccos\frac{1}{2}", math.pi / 3),
        (r"2^{1/2}", math.sqrt(2)),
        (r"\sin^2(1) + \cos^2(1)", 1.0),
    ],
)
def test_real_values(tex: str, expected: float) -> None:
    """Irrational formulas are worth what Python's own functions give."""
    assert float(value(tex)) == pytest.approx(expected, rel=1e-14)  # type: ignore[arg-type]  # a number here, and no matrix


def test_beyond_float64() -> None:
    """A power past any float keeps its logarithm."""
    assert float(mpmath.log10(mpmath.mpf(str(value(r"0.9^{1000000}"))))) == pytest.approx(
        -45757.490560675115, rel=1e-12
    )


def test_symbols() -> None:
    """Symbols take the values that are set, indices being part of their names."""
    assert value(r"w_1 w_{2}", **{"w_1": Fraction(2), "w_2": Fraction(5)}) == 10


def test_derivative() -> None:
    """A derivative of a closed expression is differentiated."""
    assert float(value(r"\frac{d}{dw} w^L", w=Fraction(9, 10), L=Fraction(50))) == pytest.approx(50 * 0.9**49, rel=1e-9)  # type: ignore[arg-type]  # a number here, and no matrix


@given(
    st.recursive(
        st.integers(1, 9).map(str),
        lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        max_leaves=8,
    )
)
def test_arithmetic_agrees_with_python(expression: str) -> None:
    """Any tree of sums, differences, products and quotients is worth what Python's fractions make of it."""
    try:
        expected = eval(expression.translate(str.maketrans({str(d): f"F({d})" for d in range(1, 10)})), {"F": Fraction})  # noqa: S307  # text made above
    except ZeroDivisionError:
        with pytest.raises(Undefined):
            value(expression.replace("*", r"\cdot"))
        return
    assert value(expression.replace("*", r"\cdot")) == expected


@pytest.mark.parametrize(
    "tex",
    [
        r"\lim_{L\to0} w^L",
        r"\cdots",
        r"2 3",
        r"\log 2",
        r"(1",
        r"x_",
        r"\frac{1}",
        r"\unknown{2}",
        r"\lVert x \rVert_1",
    ],
)
def test_refused(tex: str) -> None:
    """What has no value here is refused as a whole, never half understood."""
    assert all(member is None for statement in chains(tex) for member in statement.members)


def test_chains() -> None:
    """Commas, words and line ends part statements; relations part members."""
    assert [
        (len(s.members), s.relations) for s in chains(r"w = 0.9,\ L = 50 \quad\text{so}\quad w^L \approx 0.005")
    ] == [
        (2, ["="]),
        (2, ["="]),
        (2, ["~"]),
    ]
    assert [s.relations for s in chains(r"\begin{aligned} a &= b \\ &= c \\ d &< 2 \end{aligned}")] == [
        ["=", "="],
        ["<"],
    ]


def test_same_token_for_token() -> None:
    """White space does not count, anything else does."""
    assert same(r"g\cdot \tau", "g \\cdot\n\\tau")
    assert not same(r"w^{L}", r"w^{L-1}")
    assert not same(r"w^{L}", r"w^L")


@pytest.mark.parametrize(
    ("tex", "symbols", "expected"),
    [
        (r"\lVert g \rVert", {"g": [3.0, 4.0]}, 5.0),
        (r"g \cdot g", {"g": [3.0, 4.0]}, 25.0),
        (r"W x", {"W": [[0.0, 1.0], [2.0, 0.0]], "x": [3.0, 4.0]}, [[4.0], [6.0]]),
    ],
)
def test_arrays(tex: str, symbols: dict[str, list[float]], expected: object) -> None:
    """Norms, dot products and matrix products of arrays."""
    import numpy as np

    member = chains(tex)[0].members[0]
    assert member is not None
    np.testing.assert_allclose(
        evaluate(member, {name: np.array(entry) for name, entry in symbols.items()}, Arrays()), expected
    )


@pytest.mark.parametrize("tex", [r"1/0", r"\sqrt{-2}", r"\ln(0)", r"\ln(-1)", r"0^{-1}", r"(-2)^{1/2}"])
def test_undefined(tex: str) -> None:
    """An expression without a real value says so."""
    with pytest.raises(Undefined):
        value(tex)
