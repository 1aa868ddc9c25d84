"""What the press does not let a figure module hold."""

from pathlib import Path

import pytest

from galley.check.figure_lint import lint

PATH = Path("figures/sample.py")


@pytest.mark.parametrize(
    ("source", "column", "words"),
    [
        ('title("after 50 layers")', 7, "the numeral 50 is typed into a string"),
        ('title(f"{n} of 8")', 7, "the numeral 8 is typed into a string"),
        (r'title(r"$\frac{1}{2}$")', 7, "the numeral 1 is typed into a string"),
        (r'title(r"$w^{50}$")', 7, "the numeral 50 is typed into a string"),
        (r'title(r"$w^{12}$ of 3")', 7, "the numeral 12 is typed into a string"),
        (r'title(r"$10^{-3}$")', 7, "the numeral 10 is typed into a string"),
        (r'title(r"$2^n$")', 7, "the numeral 2 is typed into a string"),
        ('title("30 dots")', 7, "the numeral 30 is typed into a string"),
        ('title("%.1f of 7")', 7, "the numeral 7 is typed into a string"),
        ('title("{:.2f} of 7")', 7, "the numeral 7 is typed into a string"),
        ('title("about .5")', 7, "the numeral"),
        ("text(x, fontsize=small)", 9, "fontsize is set here"),
        ("y = w**depth", 5, "a formula stands in a figure"),
        ("y = a @ b", 5, "a formula stands in a figure"),
        ("y **= n", 1, "a formula stands in a figure"),
        ("y = np.exp(x)", 5, "the formula exp stands in a figure"),
        ("y = math.sqrt(x)", 5, "the formula sqrt stands in a figure"),
        ("y = np.linalg.norm(x)", 5, "linear algebra stands in a figure"),
        ("from math import log", 1, "a formula is imported"),
        ('plot(x, color="#0072b2")', 15, "the colour #0072b2 is typed"),
        ('COLOUR = "#abc"', 10, "the colour #abc is typed"),
        ("import matplotlib.pyplot as plt", 1, "pyplot is imported"),
        ("from matplotlib import pyplot", 1, "pyplot is imported"),
        ("from matplotlib.pyplot import plot", 1, "pyplot is imported"),
        ("matplotlib.rcParams", 1, "rcParams is touched"),
        ("y = = x", 5, "the module cannot be read: invalid syntax"),
    ],
)
def test_each_offence_is_found_where_it_stands(source: str, column: int, words: str) -> None:
    """Typed numerals, formulas and style are problems, at their line and column."""
    problems = lint(f'"""Figures, 2 of them."""\n{source}\n', PATH)
    assert [(problem.line, problem.wrong.startswith(words)) for problem in problems] == [(2, True)]
    assert problems[0].path == PATH
    assert problems[0].column == column


@pytest.mark.parametrize(
    "source",
    [
        'title(f"{value:.2f} and {other:>8}")',
        'title(format(value, ".3g"))',
        'title(f"$w = {number(w, decimals=1)}$")',
        r'title(r"$z_1 \sigma_{12} \log_{10} x$ in float32")',
        'plot(x, color="accent2", linestyle="--", linewidth=0.8, facecolor="none")',
        "x = np.linspace(0, 1, 50) * 2 + 1",
        r'axes.set_xlabel(r"$n \sigma^2$")',
        r'title(r"$x^2 + y^{2} + \|J\|^2 + (a b)^{3} + W^{-1} + A_{11}^2$")',
        'axis.set_major_formatter("%.1f")',
        'title("%+.2e and %d" % (a, b))',
        'title("{:.2f} and {name:>8.1f}".format(a, name=b))',
        'figure.subplots(subplot_kw={"projection": "3d"})',
        "rng = np.random.default_rng(0)",
        "middle = np.median(x, axis=0)",
        "def f() -> None:\n    'It has 3 lines.'",
        "figure.set_size_inches(400 / 72, 180 / 72)",
    ],
)
def test_drawing_is_let_alone(source: str) -> None:
    """Formats, indices, names, roles, grids of points, generators and docstrings are as they should be."""
    assert lint(source, PATH) == []


def test_problems_come_in_the_order_of_the_lines() -> None:
    """Two offences are two problems, first line first."""
    assert [problem.line for problem in lint('a = "3"\nb = w**2\nc = "4"\n', PATH)] == [1, 2, 3]
