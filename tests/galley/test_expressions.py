"""The language of bindings: what it computes, and what it refuses before anything runs."""

from fractions import Fraction
from pathlib import Path

import pytest

from galley.maths.expressions import Refused, constants, functions, mistakes
from galley.maths.values import evaluate
from galley.run.library import Library
from tests.galley import book


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The library of the small book."""
    root = book.make(tmp_path_factory.mktemp("book")).root
    return Library(root / "src/toys", root / "tests")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("2 ** -2", 0.25),
        ("1 < 2 <= 2", True),
        ("max(3, 4)", 4),
        ("max([1, 5, 2])", 5),
        ("power.power(2, depth=3)", 8.0),
        ("[1, 2, 3][1]", 2),
        ("sum(linspace(0, 1, 3))", 1.5),
        ("all(linspace(0, 1, 5) <= 1)", True),
        ("norm([3, 4])", 5.0),
        ("round(2.567, 1)", 2.6),
        ("not 1 > 2", True),
        ("1 > 2 or 2 > 1", True),
        ("[1, 2] == [1, 2] and [1, 2] <= [1, 3]", True),
        ("[1, 2] == [1, 3] and 1 < 2", False),
        ("[1, 2] + [3, 4]", [4, 6]),
        ("isnan(nan)", True),
        ("[1, 2, 3, 4][1:3]", [2, 3]),
        ("sum(arange(9)[::-2])", 20),
        ("[5, 6][:-1]", [5]),
        ("[1 < 2, False]", [True, False]),
        ("-abs(-2)", -2),
    ],
)
def test_values(library: Library, text: str, value: object) -> None:
    """Expressions are worth what Python and NumPy make of them."""
    assert mistakes(text, library) == []
    assert evaluate(text, library.package) == value


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("powr.power(1, 2)", 0, "did you mean power.power?"),
        ("power.powr(1, 2)", 0, "did you mean power.power?"),
        ("power.nothing_like_it(1)", 0, "power has power, untested, slow, greedy"),
        ("power.power(1)", 0, "missing a required argument: 'depth'"),
        ("power.power(1, 2, 3)", 0, "too many positional arguments"),
        ("power.power(1, 2, deep=3)", 0, "got an unexpected keyword argument 'deep'"),
        ("1 + (2", 4, "does not parse"),
        ("x + 1", 0, "the name x is unknown"),
        ("().__class__", 0, "not part of the expression language"),
        ("power.__dict__", 0, "not part of the expression language"),
        ("[i for i in [1]]", 0, "not part of the expression language"),
        ("(lambda: 1)()", 0, "cannot be called here"),
        ("__import__('os')", 0, "the function __import__ is unknown"),
        ("f'{1}'", 0, "not part of the expression language"),
        ("1 if 1 else 2", 0, "not part of the expression language"),
        ("power.power(*[1, 2])", 12, "not part of the expression language"),
        ("1 << 9", 0, "not part of the expression language"),
        ("роwer.power(1, 2)", 0, "is no character of the expression language"),
        ("1" * 500, 0, "at most 400"),
        ("(" * 90 + "1" + ")" * 90 + "+1" * 60, 0, "too large"),
    ],
)
def test_refused_unrun(library: Library, text: str, offset: int, words: str) -> None:
    """What is not of the language is refused at its place, with what would be right."""
    found = mistakes(text, library)
    assert found, f"{text} was let through"
    assert found[0].offset == offset
    assert words in f"{found[0].wrong}; {found[0].right}"


@pytest.mark.parametrize("text", ["9 ** 9 ** 9", "linspace(0, 1, 10 ** 9)", "arange(10 ** 12)", "'a' * 3", "'a' + 'b'"])
def test_refused_while_running(library: Library, text: str) -> None:
    """What would grow without bound ends at once."""
    assert mistakes(text, library) == []
    with pytest.raises(Refused):
        evaluate(text, library.package)


def test_overflow_is_no_value(library: Library) -> None:
    """A result that NumPy only warns of is an error."""
    with pytest.raises(RuntimeWarning):
        evaluate("exp(1000) > 1", library.package)


def test_constants_and_functions() -> None:
    """The inputs of an expression are its numbers, signs and quotients included."""
    assert constants("power.power(-3/2, 50) < 0.25") == {Fraction(n) for n in ("3", "-3", "2", "-3/2", "50", "0.25")}
    assert functions("max(power.power(1, 2), power.slow())") == {"power.power", "power.slow"}


def test_library_is_read_as_text(tmp_path: Path) -> None:
    """Looking at a package runs none of it."""
    (tmp_path / "trap.py").write_text("raise SystemExit('run')\n\ndef f():\n    '''Do.'''\n")
    assert list(Library(tmp_path, tmp_path).functions) == ["trap.f"]
