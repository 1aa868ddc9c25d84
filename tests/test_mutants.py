"""The mutants of pages and equations: how they are made and judged, that a lax press would be told of, and a sample, all caught."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from galley.project import load
from tests.galley.book import ROOT, Book, make
from tests.studies import formulas, numerals
from tests.studies.desk import Desk, Unchecked
from tests.studies.mutants import report
from tests.studies.rows import Row, Survivor
from tests.studies.truth import equation_holds, numeral_holds

SEED, SAMPLE = 7, 250


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The small book, whose library can be imported."""
    book = make(tmp_path)
    monkeypatch.syspath_prepend(book.root / "src")
    return book


def desk(book: Book) -> Desk:
    """Return a desk for the small book."""
    folder = book.root / "records"
    folder.mkdir()
    return Desk(load(book.root), folder)


def sample(count: int) -> Callable[[list], list]:
    """Return what chooses so many mutants, the same every time."""
    return lambda mutants: random.Random(SEED).sample(mutants, min(count, len(mutants)))


def test_numerals_of_the_small_book(book: Book) -> None:
    """Every changed numeral of a page is noticed, or left its statement true; every changed input is noticed."""
    pages, bindings = numerals.run(desk(book))
    assert (pages.survivors, bindings.survivors) == ([], [])
    assert (pages.caught, bindings.caught) == (pages.total, bindings.total)
    assert pages.apart == 4  # 0.0052 and 0.35 may lose their last digit, and the zero before the point


def test_equations_of_the_small_book(book: Book) -> None:
    """Every changed equation is noticed, also where its docstring was changed alike."""
    alone, value, both = formulas.run(desk(book))
    assert (alone.survivors, both.survivors) == ([], [])
    assert alone.caught == alone.total == both.caught == value.caught == 3


def test_a_press_that_agrees_to_everything_is_told_of(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the press neither compares results nor the record, the study lists what got through, with its place."""
    table = desk(book)
    monkeypatch.setattr("galley.check.bindings.agrees", lambda goal, value: True)
    monkeypatch.setattr("galley.check.recorded.compare", lambda *arguments: [])
    pages, bindings = numerals.run(table)
    assert pages.missed and bindings.missed
    said = report([pages, bindings])
    assert "MISSED" in said
    assert any(line.startswith("docs/power.md:9:62: digit: 0.0052 → …") for line in said.splitlines())
    assert any(line.startswith("docs/power.md:16:17: digit: 1991 → …") for line in said.splitlines())


def test_a_press_that_reads_no_docstring_is_told_of(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """If any TeX passes for that of the docstring, an equation changed on the page alone survives, and is listed."""
    table = desk(book)
    monkeypatch.setattr("galley.check.equations.same", lambda one, other: True)
    monkeypatch.setattr(Desk, "run", lambda *arguments: None)
    alone, _, _ = formulas.run(table)
    assert alone.missed and str(alone.survivors[0]).startswith("docs/power.md:12:1: ")


def test_a_book_with_problems_teaches_nothing(book: Book) -> None:
    """A book that does not pass by itself is refused."""
    book.edit("docs/power.md", "0.35<!--", "0.36<!--")
    with pytest.raises(Unchecked, match=r"power.md: 0.36 is printed.*mend the book first"):
        desk(book)


def section(text: str) -> numerals.Section:
    """Return a section that holds a text."""
    return numerals.Section(Path("x.md"), 3, text, [], {}, Path("x.json"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so 0.9 is", {"so 0.0 is", "so .9 is", "so 0 is", "so -0.9 is"}),
        ("at −19", {"at −10", "at −9", "at −1", "at 19"}),
        ("$w^{L-1}$", {"$w^{L-2}$", "$w^{L+1}$"}),
        ("$z_0$", {"$z_1$"}),
        ("10⁻⁶", {"11⁻⁶", "0⁻⁶", "1⁻⁶", "-10⁻⁶", "10⁻⁷", "10⁶"}),
        ("½", {"¼", "−½"}),
        ("λ₁", {"λ₂"}),
        ("7,448", {"7,449", "7,48", "7,44", "-7,448"}),
        ("float32", {"float33", "float2", "float3"}),
        ("1<!-- = 2 -->", {"2<!-- = 2 -->", "-1<!-- = 2 -->"}),
    ],
)
def test_changes_of_numerals(text: str, expected: set[str]) -> None:
    """A numeral loses a digit, its last digit counts on, its sign turns; a name and an index have no sign."""
    assert {mutant.text for mutant in numerals.mutants(section(text), inputs=False)} == expected


def test_changes_of_bindings() -> None:
    """The numerals of comments are mutants of their own; they stand at their line and column of the page."""
    (one, other, *_) = numerals.mutants(section("a 1\nb 2<!-- = 10 -->"), inputs=True)
    assert {one.text, other.text} <= {"a 1\nb 2<!-- = 11 -->", "a 1\nb 2<!-- = 0 -->", "a 1\nb 2<!-- = 1 -->"}
    assert one.section.place(one.start) == (4, 11)


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("w^{L} = a", {"w^{L+1} = a", "w^{L} < a", "L^{L} = a", "w^{a} = a", "w^{L} = w"}),
        ("x_t \\le 2", {"x_{t+1} \\le 2", "x_t \\ge 2", "x_t \\le 3", "t_t \\le 2", "x_x \\le 2"}),
        (r"\frac{a \cdot 2}{3}", {r"\frac{ 2}{3}", r"\frac{a }{3}", r"\frac{a \cdot 3}{3}", r"\frac{a \cdot 2}{4}"}),
        (r"\lVert -c \, g \rVert", {r"\lVert +c \, g \rVert", r"\lVert - g \rVert", r"\lVert -c \rVert",
                                    r"\lVert -g \, g \rVert", r"\lVert -c \, c \rVert"}),
        (r"e^{\ln 2}", {r"e^{\ln 2+1}", r"e^{\ln 3}"}),
    ],
)  # fmt: skip
def test_changes_of_equations(tex: str, expected: set[str]) -> None:
    """One token changes: an exponent, an index, a relation, a sign, a numeral, a symbol for the next one; or a factor goes."""
    assert {tex[:start] + new + tex[end:] for _, start, end, new in formulas.changes(tex)} == {
        each.replace(r"\lVert -c \rVert", r"\lVert -c  \rVert") for each in expected
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it is 0.005<!-- = 0.00515 -->.", True),
        ("it is 0.006<!-- = 0.00515 -->.", False),
        ("it is 0<!-- = 0.4 -->.", False),
        ("it is -0<!-- = 0 -->.", True),
        ("it is 12,528<!-- = 12527.8 -->.", True),
        ("a share of 9.5 %<!-- = 0.095 -->.", True),
        ("a share of 9.5 %<!-- = 9.5 -->.", False),
        ("a share of 9.5 percent<!-- = 0.095 -->.", True),
        ("it is .9⁵⁰<!-- = 0.9**50 -->.", True),
        ("it is 0.9⁵¹<!-- = 0.9**50 -->.", False),
        ("it is −4.6 × 10⁷<!-- = -4.63e7 -->.", True),
        ("it is $4.6 \\times 10^{-7}$<!-- = 4.63e-7 -->.", True),
        ("it is $4.6 \\times 10^{-7}$<!-- = 4.63e7 -->.", False),
        ("so $1 / 0.9 \\approx 1.11$", True),
        ("so $1 / 0.9 \\approx 1.12$", False),
        ("so $2^{3} = 8$", True),
        ("so $2 < 2$", False),
        ("in 2019, or so", None),
    ],
)
def test_truth_of_numerals(text: str, expected: bool | None) -> None:
    """What is printed is held against Python's own value of the binding, or the formula against itself."""
    start = next(index for index, character in enumerate(text) if character.isdigit())
    end = next((index for index in range(start, len(text)) if text[index] in "<$, "), len(text))
    assert numeral_holds(text, start, end, "gradients") is expected


@pytest.mark.parametrize(
    ("tex", "sets", "expected"),
    [
        (r"\lVert c g \rVert = c \lVert g \rVert", r"$g \in \mathbb{R}^n$, $c \in (0, 1]$", True),
        (r"\lVert c g \rVert = \lVert g \rVert", r"$g \in \mathbb{R}^n$, $c \in (0, 1]$", False),
        (r"\frac{d}{dw} w^{L} = L \cdot w^{L-1}", r"$w \in [1, 2]$, $L \in \{1, \dots, 9\}$", True),
        (r"\frac{d}{dw} w^{L} = L \cdot w^{L}", r"$w \in [1, 2]$, $L \in \{1, \dots, 9\}$", False),
        (r"\sum_{k=0}^{n} \binom{n}{k} = 2^{n}", r"$n \in \{0, \dots, 9\}$", True),
        (r"\lim_{n \to \infty} (1 + \frac{c}{n})^{n} = e^{c}", r"$c \in [-1, 1]$", True),
        (r"\min(1, \frac{a}{\lvert b \rvert}) \le 1", r"$a \in (0, \infty)$, $b \in \mathbb{R}$", True),
        (r"\sqrt{a} < a", r"$a \in (0, \infty)$", False),
        (r"q = a", r"$a \in (0, \infty)$", None),
    ],
)
def test_truth_of_equations(tex: str, sets: str, expected: bool | None) -> None:
    """An equation is true if it holds all over the sets of its symbols; without a value for each nothing is said."""
    assert equation_holds(tex, sets) is expected


def test_report() -> None:
    """The table says what was missed, and what survived stands under it with its place."""
    rows = [Row("good", 3, 3, 1), Row("bad", 1, 2, 0, [Survivor("x.md", 3, 4, "digit: 1 → 2")])]
    assert report(rows).splitlines() == [
        "class  caught / total    share  mark  apart",
        "good       3 /     3  100.00%  100%      1",
        "bad        1 /     2   50.00%  100%      0  MISSED",
        "",
        "bad: 1 survived",
        "x.md:3:4: digit: 1 → 2",
    ]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for the whole book."""
    yield Desk(load(ROOT), tmp_path_factory.mktemp("records"))


def test_a_sample_of_numerals(table: Desk) -> None:
    """None of some mutants of the book's numerals survives; `make mutants` tries all."""
    for row in numerals.run(table, sample(SAMPLE)):
        assert row.survivors == []


def test_a_sample_of_equations(table: Desk) -> None:
    """Of some mutants of the book's equations, all are noticed on the page alone, and most where the docstring was changed alike."""
    alone, _, both = formulas.run(table, sample(SAMPLE // 4))
    assert alone.survivors == []
    assert both.share > formulas.BY_RECORD - 0.15
