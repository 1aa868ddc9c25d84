"""Recorded values: every change that no check sees is red until it is accepted."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.check.recorded import close, plain
from galley.maths.reals import Reals
from tests.galley.book import Book, make, make_noted

PAGE = "docs/power.md"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book whose values are recorded."""
    return make_noted(tmp_path)


def test_accepted_is_green(book: Book) -> None:
    """What was accepted passes, and is accepted again without a word."""
    assert book.problems(compare=True) == []
    assert book.run("accept").stdout == ""


def test_nothing_recorded_yet(tmp_path: Path) -> None:
    """A new page says once that its values have to be accepted."""
    book = make(tmp_path)
    assert book.problems(compare=True) == [
        "docs/index.md:1:1: nothing is recorded of this page yet; run make accept once its checks pass",
        "docs/power.md:1:1: nothing is recorded of this page yet; run make accept once its checks pass",
    ]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (PAGE, "in 1991", "in 1992", "docs/power.md:16:17: 1992 stands where 1991 is recorded"),
        (PAGE, "after 50 layers", "after 51 layers", "docs/power.md:9:107: 51 stands where 50 is recorded"),
        (PAGE, "It was known in 1991", "It was known", "docs/power.md:16:31: 1991 is recorded before this place, but is not printed"),
        (PAGE, "It was known", "In 3 ways it was known", "docs/power.md:16:4: 3 is not recorded"),
        (PAGE, "in 1991, and", "in 1991.\n\nAnd", "docs/power.md:9:6: the numerals of this section stand in other paragraphs than those recorded"),
        (PAGE, "$w = 0.9$ the", "$w = 0.90$ the", "docs/power.md:9:6: w = 0.90 stands where w = 0.9 is recorded"),
        (PAGE, "w^{50} ", "w^{51} ", "docs/power.md:9:29: w^{51} \\approx # stands where w^{50} \\approx # is recorded"),
        (PAGE, "title: Powers", "title: 3 powers", "docs/power.md:2:8: 3 is not recorded"),
        (PAGE, "It was known", "It was `n - 1`, known", "docs/power.md:16:8: -1 is not recorded"),
        (PAGE, "](figures", "](figures", ""),
        ("figures/power.py", "power.power(0.9, k)", "power.power(0.9000001, k)", "docs/power.md:18:1: power.fall: "),
        ("figures/power.py", "depth=10", "depth=11", "docs/power.md:18:1: power.fall: "),
        ("figures/power.py", '"cool"', '"warm"', "docs/power.md:18:1: power.fall: "),
        ("src/toys/power.py", "float(w) ** depth", "float(w) ** depth * 1.00001", "docs/power.md:11:1: the equation is false"),
    ],
)  # fmt: skip
def test_drift(book: Book, path: str, old: str, new: str, expected: str) -> None:
    """A change that leaves every printed digit true is told at its place."""
    book.edit(path, old, new)
    problems = book.problems(compare=True)
    if not expected:
        assert problems == []
        return
    assert any(problem.startswith(expected) for problem in problems), problems
    assert book.problems() == [] or path.startswith("src")


def test_a_value_that_moved(book: Book) -> None:
    """Mathematics that moved without changing a printed digit shows."""
    book.edit("src/toys/power.py", "$$ w^{L} $$", "none")
    book.edit(PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->\n", "")
    assert book.run("accept").returncode == 0
    book.edit("src/toys/power.py", "float(w) ** depth", "float(w) ** depth * 1.000001")
    problems = book.problems(compare=True)
    assert "power.power(0.9, 50) is recorded as 0.00515377520732012 and is 0.005153780361" in "\n".join(problems)


def test_accept_refuses_while_a_check_fails(book: Book) -> None:
    """A wrong number is not recorded away."""
    before = (book.root / "tests/recorded/power.json").read_text()
    book.edit(PAGE, "0.35<!--", "0.36<!--")
    refused = book.run("accept")
    assert refused.returncode == 1
    assert "docs/power.md:21:25: 0.36 is printed" in refused.stderr
    assert (book.root / "tests/recorded/power.json").read_text() == before


def test_accept_shows_what_moved(book: Book) -> None:
    """What is recorded anew is shown as a diff, and a page that is gone loses its file."""
    book.edit(PAGE, "in 1991", "in 1992")
    shown = book.run("accept").stdout
    assert '-"numerals"' not in shown
    assert "1991" in shown and "1992" in shown
    assert "tests/recorded/power.json" in shown
    for path in (PAGE, "figures/power.py", "src/toys/power.py"):
        (book.root / path).unlink()
    book.edit("mkdocs.yml", ", power.md", "")
    book.write("docs/index.md", "# Start\n")
    assert "power.json: removed, nothing of it is left to note" in book.run("accept").stdout
    assert not (book.root / "tests/recorded/power.json").exists()


def test_a_broken_record_is_told(book: Book) -> None:
    """A record that cannot be read is a problem at its own path."""
    book.write("tests/recorded/power.json", "{")
    assert book.problems(compare=True)[-1].startswith(
        "tests/recorded/power.json:1:1: the recorded values cannot be read: "
    )


@given(st.floats(1e-300, 1e300), st.floats(-1, 1))
def test_tolerance(value: float, share: float) -> None:
    """Values agree to a part in a hundred million, and no further."""
    assert close(value, value * (1 + 0.9e-8 * share))
    assert not close(value, value * (1 + 3e-8)) or value * (1 + 3e-8) == value


def test_lists_have_one_tolerance() -> None:
    """A list is compared by its largest magnitude; its length, words and truth exactly."""
    assert close([1e8, 0.0], [1e8, 0.5])
    assert not close([1e8, 0.0], [1e8, 2.0])
    assert not close([1.0], [1.0, 2.0])
    assert not close("a", "b")
    assert not close(True, 1)
    assert close({"a": 1.0}, {"a": 1.0}) and not close({"a": 1.0}, {"b": 1.0})


def test_beyond_float64() -> None:
    """A number that no float holds is recorded by its logarithm."""
    tiny = Reals().power(Fraction(9, 10), Fraction(1_000_000))
    assert plain(tiny) == {"sign": 1, "log10": pytest.approx(-45757.490560675115)}
    assert json.dumps(plain([Fraction(1, 4), float("nan"), True, 3])) == '[0.25, "nan", true, 3]'
