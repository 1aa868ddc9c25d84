"""The scan of a raw page: what stands where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.findings import Finding
from galley.page import scanner
from galley.page.pieces import Binding, Formula, Image, Other, Page


def read(text: str) -> tuple[Page, tuple[Finding, ...]]:
    """Return a page that has no file, and what on it cannot be read."""
    return scanner.scan(Path("docs/toy.md"), text)


def scan(text: str) -> Page:
    """Return a page that has no file."""
    return read(text)[0]


def test_places_count_the_front_matter() -> None:
    """Lines and columns are those of the raw file."""
    page = scan("---\ntitle: T\n---\n# A\n\nSo $x$ here.\n")
    (formula,) = page.pieces
    assert isinstance(formula, Formula)
    assert page.place(formula.start) == (6, 4)
    assert page.place(formula.at) == (6, 5)


@pytest.mark.parametrize(
    ("text", "kind", "expression"),
    [
        ("5<!-- = f.g(1) -->", "=", "f.g(1)"),
        ("5<!--= f.g(1)-->", "=", "f.g(1)"),
        ("it is<!-- holds: f.g(1) > 2 -->", "holds", "f.g(1) > 2"),
        ("<!-- eq: f.g -->", "eq", "f.g"),
        ("5<!-- =\n f.g(1) -->", "=", "f.g(1)"),
    ],
)
def test_bindings(text: str, kind: str, expression: str) -> None:
    """The three bindings, with the place of their expression."""
    (binding,) = scan(text).pieces
    assert isinstance(binding, Binding)
    assert (binding.kind, binding.expression) == (kind, expression)
    assert text[binding.at :].startswith(expression)


def test_a_remark_is_no_binding() -> None:
    """A comment that begins with note: says nothing to the press."""
    page, findings = read("5 <!-- note: ask again -->")
    assert findings == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a <!-- hold: x --> b", "begins with 'hold:', which binds nothing"),
        ("a <!-- = 3 and on", "a comment is not closed"),
        ("costs 5 $ or so", "a dollar sign opens no formula"),
        ("# The case $w$", "a heading holds a formula"),
        ("# A {#a}\n\n## B {#a}\n", "the id a stands on this page already, in line 1"),
    ],
)
def test_mistakes(text: str, words: str) -> None:
    """What cannot be read is said at once."""
    assert [words in problem.wrong for problem in read(text)[1]] == [True]


def test_code_is_left_alone() -> None:
    """Nothing inside code binds, opens a formula or starts a section."""
    page, findings = read("# A\n\n```python\n# B\nx = $5  # <!-- = f.g(1) -->\n```\n\nand `$x` <!-- note: here -->\n")
    assert [piece.kind for piece in page.pieces if isinstance(piece, Other)] == ["code", "code"]
    assert [section.title for section in page.sections] == ["", "A"]
    assert findings == ()


def test_figures_and_captions() -> None:
    """An image of a figure has its chapter, its name and its caption; its alt text is prose."""
    page = scan("![Falls to 5.](figures/power/fall.svg)\n\n/// caption\nSee 6.\n///\n")
    (image,) = page.pieces
    assert isinstance(image, Image)
    assert image.figure == ("power", "fall")
    assert image.caption == "See 6.\n"
    assert [numeral.text for numeral in page.numerals] == ["5", "6"]


def test_prose_numerals_are_not_those_of_formulas_code_and_links() -> None:
    """Only prose is read for numerals."""
    page = scan('1 $2$ `3` [4](a5.md) <b id="6">7</b> <https://example.org/8> <!-- = 9 -->\n')
    assert [numeral.text for numeral in page.numerals] == ["1", "4", "7"]


def test_sections_number_equal_headings() -> None:
    """Slugs are those of the table of contents."""
    assert [section.slug for section in scan("# Step one\n## Step one\n## Mine {#yours}\n").sections] == [
        "",
        "step-one",
        "step-one_1",
        "yours",
    ]


@given(st.text(alphabet="$`<!->=1x\n []()#*\\{}", max_size=60))
def test_any_text_scans(text: str) -> None:
    """No text breaks the scan, and pieces never overlap."""
    page, findings = read(text)
    for one, other in zip(page.pieces, page.pieces[1:], strict=False):
        assert one.end <= other.start
    for problem in findings:
        assert 1 <= problem.line <= text.count("\n") + 1
