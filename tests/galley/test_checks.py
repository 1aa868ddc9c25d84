"""What is checked on a page."""

from pathlib import Path

import pytest

from tests.galley.book import Book, make

PAGE = "docs/power.md"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book that passes."""
    return make(tmp_path)


def test_a_good_book_passes(book: Book) -> None:
    """Each kind of item is checked, and every numeral is accounted for."""
    edition = book.check()
    assert edition.findings == []
    checks = next(checks for path, checks in edition.pages.items() if path.name == "power.md")
    assert [(item.kind, item.expression) for item in checks.items] == [
        ("relation", "0.00515377520732011 | 0.005"),
        ("number", "power.power(0.9, 50)"),
        ("equation", "power.power"),
        ("statement", "power.power(0.9, 3) <= 1"),
        ("figure", "power.fall"),
        ("number", "power.power(0.9, 10)"),
    ]
    assert checks.items[2].note == "TeX compared at 40 random inputs"
    assert checks.counts == {"checked": 4, "input": 4, "noted": 1}


def test_a_step_is_compared_with_itself(book: Book) -> None:
    """A derivation step is bound to a test; where both sides can be evaluated, they are."""
    book.edit(
        PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->", "$$\nw \\cdot w = w^2\n$$\n<!-- eq: tests.power.test_step -->"
    )
    assert book.problems() == []


def test_what_pytest_is_told_elsewhere_does_not_count(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options for all runs of pytest on a machine are none for the tests of equations."""
    book.edit(
        PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->", "$$\nw \\cdot w = w^2\n$$\n<!-- eq: tests.power.test_step -->"
    )
    monkeypatch.setenv("PYTEST_ADDOPTS", "--numprocesses 2")
    assert book.spawn("accept").returncode == 0
    done = book.spawn("check")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_equation_that_is_not_compared_says_so(book: Book) -> None:
    """A step whose docstring declares nothing is counted apart, named with the way to get it compared, and noted word for word."""
    book.edit(
        PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->", "$$\n2 w = w + w\n$$\n<!-- eq: tests.power.test_step -->"
    )
    book.edit("tests/test_power.py", "For $w \\in \\mathbb{R}$: $$ w \\cdot w = w^2 $$", "$$ 2 w = w + w $$")
    assert book.run("accept").returncode == 0
    told = book.run("check", PAGE).stdout
    assert "0 equations compared, 1 equations not compared" in told
    assert (
        "docs/power.md:11:1: tests.power.test_step: its test passes; not compared: w has no value; "
        r"declare each symbol, as in $x \in \mathbb{R}$ or $x = 2 w$, in the docstring of tests.power.test_step"
    ) in told
    book.edit(PAGE, "2 w = w + w", "3 w = w + w")
    book.edit("tests/test_power.py", "2 w = w + w", "3 w = w + w")
    assert any("eq: tests.power.test_step is recorded as" in problem for problem in book.problems(compare=True))


def test_a_symbol_that_is_an_expression(book: Book) -> None:
    """A variance is a symbol of its own, so that a function that returns twice its equation is caught."""
    book.edit(
        "src/toys/power.py",
        "$$ 2 w $$\n",
        "$$ n \\sigma_w^{2} $$\n\n    w: $\\sigma_w^2 \\in (0, 9)$, n is three: $n = 3$\n",
    )
    book.edit("src/toys/power.py", "return 2 * w", "return 3 * w")
    book.edit("tests/test_power.py", "assert 3 * 3", "assert power.untested(1) == 3\n    assert 3 * 3")
    book.edit(PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->", "$$\nn \\sigma_w^{2}\n$$\n<!-- eq: power.untested -->")
    assert book.problems() == []
    (item,) = [item for item in book.check().pages[book.root / PAGE].items if item.kind == "equation"]
    assert item.note == "TeX compared at 40 random inputs"
    book.edit("src/toys/power.py", "return 3 * w", "return 6 * w")
    assert [problem.partition(" at ")[0] for problem in book.problems()] == [
        "docs/power.md:11:1: the equation is false:"
    ]


def test_quoted_numbers(book: Book) -> None:
    """A number with a source is listed and counted apart, accounts for no other, and is noted: another number there is told."""
    book.edit(
        PAGE,
        "It was known",
        "It gave 92 %<!-- cited: He et al. 2015, table 3 --> and $f = 0.7$<!-- cited: ibid. -->. It was known",
    )
    assert book.run("accept").returncode == 0
    checks = book.check().pages[book.root / PAGE]
    assert [(item.text, item.expression) for item in checks.items if item.kind == "citation"] == [
        ("92 %", "He et al. 2015, table 3"),
        ("$f = 0.7$", "ibid."),
    ]
    assert checks.counts["cited"] == 2
    book.edit(PAGE, "92 %", "93 %")
    assert [problem.partition(";")[0] for problem in book.problems(compare=True)] == [
        "docs/power.md:16:9: 93 % stands where 92 % is recorded"
    ]
    book.edit(PAGE, "93 %", "92 %")
    book.edit(PAGE, "table 3", "table 4")
    assert any("cited: He et al. 2015, table 4 is not recorded" in problem for problem in book.problems(compare=True))
    book.edit(PAGE, "It was known", "And 0.7 was known")
    assert "0.7 is not checked" in "".join(book.problems())


@pytest.mark.parametrize(
    ("call", "words"), [("slow()", "it took more than 1 s of processor time"), ("greedy()", "it took more memory than")]
)
def test_library_calls_are_limited(book: Book, monkeypatch: pytest.MonkeyPatch, call: str, words: str) -> None:
    """A call that takes too long or too much ends in a problem at its place; the other checks go on."""
    assert book.problems() == []  # whatever is slow the first time is done
    monkeypatch.setattr("galley.build.SECONDS", 1.0)
    monkeypatch.setattr("galley.run.workers.SLEEP", 1000)  # a loaded machine gives it its second late
    book.edit(PAGE, "0.35<!-- = power.power(0.9, 10)", f"0.35<!-- = power.{call}")
    book.edit(PAGE, "words 0.0052<!--", "words 0.0053<!--")
    problems = book.problems()
    assert [problem.split(": ")[0] for problem in problems] == ["docs/power.md:9:62", "docs/power.md:21:36"]
    assert f"power.{call} failed: {words}" in problems[1]


def test_the_library_is_read_afresh(book: Book) -> None:
    """A second run in the same process sees the code as it stands then."""
    assert book.problems() == []
    book.edit("src/toys/power.py", "** depth", "** (depth + 1)")
    assert any("power.power(0.9, 50) = 0.00463839768658810" in problem for problem in book.problems())


@pytest.mark.parametrize(
    "text",
    [
        r"$1 + 1 = 2$", r"$0.9^{50} \approx 0.0052$", r"$0.1 + 0.2 = 0.3$", r"$2^{10} = 1024$", r"$e^{-5} \approx 0.0067$",
        r"$0.9^{1000000} \approx 10^{-45757.5}$", r"$1 < 2 \le 2$", r"$\tfrac{1}{3} \ne 0.333$", r"$\tfrac13 \approx 0.333$",
        r"$5\,\% = \frac{1}{20}$", r"$1.1^{50} = 1.1^{49} \cdot 1.1 \approx 117.4$", r"$w = 0.9$ and $L = 50$ give $w^L < 0.01$",
        r"$1.1^{50} \approx 1.17 \times 10^{2}$", r"$-0.9^2 = -0.81$", r"$117 \approx 1.1^{50}$",
    ],
)  # fmt: skip
def test_relations_that_hold(book: Book, text: str) -> None:
    """True relations between numbers check themselves."""
    book.write(PAGE, f"# A power\n\n{text}\n")
    assert book.problems() == []


@pytest.mark.parametrize(
    "text",
    [
        r"$1 + 1 = 3$", r"$0.9^{50} \approx 0.0051$", r"$0.1 + 0.2 = 0.30001$", r"$0.9^{50} \approx 0.00520$", r"$2 < 1$",
        r"$0.9^{1000000} \approx 10^{-45757.6}$", r"$1 < 2 < 2$", r"$\tfrac13 \approx 0.334$", r"$\tfrac13 = 0.333$", r"$-0.9^2 = 0.81$",
        r"$w = 0.9$ and $L = 50$ give $w^L < 0.001$", r"$1.1^{50} \approx 1.18 \times 10^{2}$", r"$1 \ne 1$", r"$117 \approx 1.1^{51}$",
        r"$2 \approx 2^{1} \cdot \frac{3}{2}$", r"$0.2^2 \approx 0$", r"$\frac{1}{25} \approx 0.0$",
    ],
)  # fmt: skip
def test_relations_that_do_not_hold(book: Book, text: str) -> None:
    """False ones are told."""
    book.write(PAGE, f"# A power\n\n{text}\n")
    assert len(book.problems()) == 1
    assert "is false" in book.problems()[0]
