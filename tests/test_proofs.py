"""What is proofed on a page, and how each mistake is told: path, line, column, what is wrong and what would be right."""

from pathlib import Path

import pytest

from tests.book import Book, make

PAGE = "docs/power.md"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book that passes."""
    return make(tmp_path)


def test_a_good_book_passes(book: Book) -> None:
    """Each kind of item is proofed, and every numeral is accounted for."""
    edition = book.proof()
    assert edition.problems == []
    proofs = next(proofs for path, proofs in edition.pages.items() if path.name == "power.md")
    assert [(item.kind, item.expression) for item in proofs.items] == [
        ("relation", "0.00515377520732011 | 0.005"),
        ("number", "power.power(0.9, 50)"),
        ("equation", "power.power"),
        ("statement", "power.power(0.9, 3) <= 1"),
        ("figure", "power.fall"),
        ("number", "power.power(0.9, 10)"),
    ]
    assert proofs.items[2].note == "TeX compared at 40 random inputs"
    assert proofs.counts == {"proofed": 4, "input": 4, "recorded": 1}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            r"\approx 0.005$",
            r"\approx 0.006$",
            r"docs/power.md:9:29: $w^{50} \approx 0.006$ is false: the value is 0.00515377520732011; print 0.005",
        ),
        (
            "$w = 0.9$",
            "$w = 0.8$",
            r"docs/power.md:9:29: $w^{50} \approx 0.005$ is false: the value is 1.42724769270596e-5; print 1.42724769270596e-5",
        ),
        (
            "words 0.0052<!--",
            "words 0.0053<!--",
            "docs/power.md:9:62: 0.0053 is printed, but power.power(0.9, 50) = 0.00515377520732012; print 0.0052",
        ),
        (
            "holds: power.power(0.9, 3) <= 1",
            "holds: power.power(1.1, 3) <= 1",
            "docs/power.md:16:52: the statement is false: power.power(1.1, 3) <= 1 is False; mend the statement or the sentence",
        ),
        (
            "w^{L}\n$$",
            "w^{L-1}\n$$",
            "docs/power.md:11:1: the equation is not the one in the docstring of power.power; the docstring (src/toys/power.py:1) carries w^{L}",
        ),
        (
            "<!-- eq: power.power -->",
            "<!-- eq: power.powr -->",
            "docs/power.md:14:10: the function power.powr does not exist; did you mean power.power?",
        ),
        (
            "<!-- eq: power.power -->",
            "<!-- eq: tests.power.test_stp -->",
            "docs/power.md:14:10: the function tests.power.test_stp does not exist; did you mean tests.power.test_step?",
        ),
        (
            "<!-- eq: power.power -->",
            "",
            "docs/power.md:11:1: the display equation is bound to nothing; "
            "put <!-- eq: module.function --> on the line after it, or print a relation between numbers",
        ),
        (
            "$$\nw^{L}\n$$\n<!-- eq: power.power -->",
            "$$\n2 w\n$$\n<!-- eq: power.untested -->",
            "docs/power.md:14:10: no test calls power.untested; add one to tests/test_power.py that holds it against an independent value",
        ),
        (
            "<!-- = power.power(0.9, 10) -->",
            "",
            "docs/power.md:21:25: 0.35 is not checked; bind it with <!-- = … --> right behind it, "
            "or use it as an argument of a proof in this section",
        ),
        (
            "0.35<!-- = power.power(0.9, 10)",
            "0.35<!-- = power.power(0.9, [1, 2])",
            "docs/power.md:21:36: power.power(0.9, [1, 2]) failed: TypeError: unsupported operand type(s) for ** or pow(): 'float' and 'list'; "
            "give it arguments that it takes",
        ),
        (
            "It was known",
            "<!-- = power.power(1, 1) -->It was known",
            "docs/power.md:16:1: no numeral stands before this comment on its line; put the comment right behind the numeral that it proofs",
        ),
        (
            "It was known",
            "So $b = 7$. It was known",
            "docs/power.md:16:4: b is set to 7, but no later proof of this section uses it; "
            "bind it with <!-- = … --> if it is a result, or use it in a proof",
        ),
        (
            "It was known",
            r"So $z \le 4$. It was known",
            r"docs/power.md:16:11: 4 in $z \le 4$ is not checked; "
            "bind it with <!-- = … --> or <!-- holds: … --> behind the formula, or use it in a proof of this section",
        ),
        (
            "It was known",
            r"So $\sqrt{2} = 1.4$. It was known",
            r"docs/power.md:16:4: $\sqrt{2} = 1.4$ is false: a side is irrational or too long to be compared exactly "
            r"(the left side is 1.4142135623731 and the right side 1.4); write \approx",
        ),
        (
            "It was known",
            r"So $1/0 = 1$. It was known",
            r"docs/power.md:16:4: $1/0 = 1$ has no value: it divides by zero; print an expression that has one",
        ),
        (
            "It was known",
            r"So $\frac{a}{b$. It was known",
            "docs/power.md:16:15: the formula cannot be set: Unexpected end of input in a macro argument, expected '}'; write TeX that KaTeX knows",
        ),
        (
            "![A power falls.]",
            "![]",
            "docs/power.md:18:1: the image has no alt text; say between the brackets what a reader would conclude from it",
        ),
        (
            "power/fall.svg",
            "power/fal.svg",
            "docs/power.md:18:1: there is no figure power.fal; did you mean power.fall?",
        ),
        (
            "/// caption\nA power of 0.9 falls to 0.35<!-- = power.power(0.9, 10) -->.\n///\n",
            "",
            "docs/power.md:18:1: the figure has no caption; put a block /// caption … /// after it",
        ),
        (
            "It was known",
            "See [there](pwer.md). It was known",
            "docs/power.md:16:13: the link leads to pwer.md, which is not there; did you mean power.md?",
        ),
        (
            "It was known",
            "See [there](index.md#strt). It was known",
            "docs/power.md:16:13: index.md has no heading #strt; did you mean #start?",
        ),
    ],
)
def test_mistakes_on_a_page(book: Book, old: str, new: str, expected: str) -> None:
    """Each mistake is one line at its place that says what would be right."""
    book.edit(PAGE, old, new)
    assert book.problems() == [expected]


def test_all_problems_come_in_one_run(book: Book) -> None:
    """Mistakes of several pages and kinds are told together, in the order of their places."""
    book.edit("docs/index.md", "power.md#a-power", "power.md#a-powr")
    book.edit(PAGE, r"\approx 0.005$", r"\approx 0.006$")
    book.edit(PAGE, "0.35<!--", "0.36<!--")
    assert [problem.split(": ")[0] for problem in book.problems()] == [
        "docs/index.md:3:21",
        "docs/power.md:9:29",
        "docs/power.md:21:25",
    ]


def test_page_and_docstring_changed_together(book: Book) -> None:
    """An equation that is changed in both places is caught by its value at random inputs."""
    book.edit(PAGE, "w^{L}\n$$", "w^{L-1}\n$$")
    book.edit("src/toys/power.py", "$$ w^{L} $$", "$$ w^{L-1} $$")
    (problem,) = book.problems()
    assert problem.startswith("docs/power.md:11:1: the equation is false: at w = ")
    assert "the TeX is" in problem and "power.power returns" in problem


def test_a_step_is_compared_with_itself(book: Book) -> None:
    """A derivation step is bound to a test; where both sides can be evaluated, they are."""
    book.edit(
        PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->", "$$\nw \\cdot w = w^2\n$$\n<!-- eq: tests.power.test_step -->"
    )
    assert book.problems() == []
    book.edit(PAGE, "w^2", "w^3")
    book.edit("tests/test_power.py", "w^2", "w^3")
    assert "the equation is false: at w = " in book.problems()[0]


@pytest.mark.parametrize(
    ("call", "words"), [("slow()", "it ran longer than"), ("greedy()", "it took more memory than")]
)
def test_library_calls_are_limited(book: Book, monkeypatch: pytest.MonkeyPatch, call: str, words: str) -> None:
    """A call that takes too long or too much ends in a problem at its place; the other proofs go on."""
    assert book.problems() == []  # whatever is slow the first time is done
    monkeypatch.setattr("galley.press.SECONDS", 1.0)
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
    """True relations between numbers proof themselves."""
    book.write(PAGE, f"# A power\n\n{text}\n")
    assert book.problems() == []


@pytest.mark.parametrize(
    "text",
    [
        r"$1 + 1 = 3$", r"$0.9^{50} \approx 0.0051$", r"$0.1 + 0.2 = 0.30001$", r"$0.9^{50} \approx 0.00520$", r"$2 < 1$",
        r"$0.9^{1000000} \approx 10^{-45757.6}$", r"$1 < 2 < 2$", r"$\tfrac13 \approx 0.334$", r"$\tfrac13 = 0.333$", r"$-0.9^2 = 0.81$",
        r"$w = 0.9$ and $L = 50$ give $w^L < 0.001$", r"$1.1^{50} \approx 1.18 \times 10^{2}$", r"$1 \ne 1$", r"$117 \approx 1.1^{51}$",
        r"$2 \approx 2^{1} \cdot \frac{3}{2}$",
    ],
)  # fmt: skip
def test_relations_that_do_not_hold(book: Book, text: str) -> None:
    """False ones are told."""
    book.write(PAGE, f"# A power\n\n{text}\n")
    assert len(book.problems()) == 1
    assert "is false" in book.problems()[0]
