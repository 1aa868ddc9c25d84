"""The author's guide keeps to the press: its grammar is whole, its examples are checked, and its messages are real."""

import re
from pathlib import Path

import numpy as np
import pytest

from finish.browser import ROOT
from galley import build as press
from galley.check.outcome import PageChecks
from galley.maths import arithmetic, expressions, sets, tex, tokens
from galley.page.scanner import scan
from galley.project import load
from galley.run import worker
from tests.galley.test_mistakes import MISTAKES, Book, book  # noqa: F401  # the fixture

GUIDE = ROOT / "docs" / "authoring.md"
TEXT = GUIDE.read_text(encoding="utf-8")
TABLE = TEXT.partition("## The grammar\n")[2].partition("\n## ")[0]
ROWS = [re.split(r" \| ", line.strip("| \n")) for line in TABLE.splitlines() if line.startswith("| ") and "`" in line]
SETS = [row for row in ROWS if r"\in " in row[1]]


def code(text: str) -> list[str]:
    """Return the code spans of a text."""
    return re.findall(r"`([^`]+)`", text)


@pytest.fixture(scope="module")
def checks() -> PageChecks:
    """The guide, checked."""
    edition = press.check(load(ROOT), [GUIDE], compare=False)
    assert edition.findings == []
    return edition.pages[GUIDE]


@pytest.mark.parametrize("row", [row for row in ROWS if row not in SETS], ids=lambda row: row[0])
def test_each_form_is_shown_as_written(checks: PageChecks, row: list[str]) -> None:
    """The source of an example is what stands beside it, and each of its numbers and formulas is checked there."""
    form, written, shown = row
    parts = code(written)
    assert parts and all(part in shown for part in parts), form
    start = TEXT.index(f"| {form} | {written} | ") + len(f"| {form} | {written} | ")
    checked = [item for item in checks.items if start <= item.start < start + len(shown)]
    wanted = [part for part in parts if "<!--" in part or re.search(r"\$.*(=|\\approx|\\l|<|>|\\g|\\ne)", part)]
    assert len(checked) >= len(wanted), form
    assert wanted or form.startswith("part of a name")


def test_every_word_of_the_grammar_stands_in_the_table() -> None:
    """No relation or function of TeX, and no function or name of the expressions, is left out."""
    words = {word for row in ROWS for word in re.findall(r"\\[A-Za-z]+|[A-Za-z_]\w*|[-+*/<>=!]+", f"{row[0]} {row[1]}")}
    assert tex.RELATIONS.keys() - words == set()
    assert tokens.FUNCTIONS - words == set()
    assert arithmetic.FUNCTIONS.keys() - words == set()
    assert {"pi", "inf", "nan", "and", "or", "not", "+", "-", "*", "/", "**", "<=", ">=", "==", "!="} - words == set()


def test_every_set_stands_in_the_table() -> None:
    """Each set that a symbol can be drawn from has its example, and each example can be drawn from."""
    forms = set()
    for row in SETS:
        for example in code(row[1]):
            symbol, _, domain = example.strip("$").partition(r" \in ")
            assert symbol in sets.draw({symbol: domain}, np.random.default_rng(0))
            match = sets._SET.fullmatch(domain)
            assert match is not None
            forms |= {name for name, found in match.groupdict().items() if found}
    assert set(sets._SET.groupindex) == forms


def test_the_limits_are_those_of_the_press() -> None:
    """The guide names the limits of an expression as they are."""
    said = TABLE.replace(",", "").replace("\n", " ")
    assert (
        f"{expressions.MAX_LENGTH} characters {expressions.MAX_NODES} parts {expressions.MAX_DEPTH} levels "
        f"and {expressions.MAX_CALLS} calls; an array holds at most {arithmetic.MAX_ITEMS} numbers "
        f"a whole number at most {arithmetic.MAX_BITS} bits"
    ) in said
    assert f"may take {press.SECONDS:g} s of processor time and {worker.MEMORY >> 30} GiB" in said


def test_every_message_is_real() -> None:
    """Each error that the guide quotes is what one of the mistakes in the table of the tests is told by."""
    quoted = [line for block in re.findall(r"```text\n(.*?)\n```", TEXT, re.DOTALL) for line in block.split("\n\n")]
    told = {line for mistake in MISTAKES for line in mistake.told}
    assert len(quoted) >= 20
    assert [line for line in quoted if line not in told] == []


def test_the_diff_is_real(book: Book) -> None:  # noqa: F811  # the fixture
    """The lines of the diff that the guide explains are those that the command prints for the small book."""
    block = re.findall(r"```diff\n(.*?)```", TEXT, re.DOTALL)
    book.edit("docs/power.md", "in 1991", "in 1992")
    book.edit("figures/power.py", '"cool"', '"warm"')
    shown = [line for line in book.run("accept").stdout.splitlines() if line.startswith(("-", "+"))]
    assert block[0].splitlines() == [line for line in shown if not line.startswith(("---", "+++"))]


def test_the_readme_and_the_guide_show_the_same_forms() -> None:
    """What the README writes into a page, the press reads."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```markdown\n(.*?)```", readme + TEXT, re.DOTALL):
        assert scan(Path("docs/toy.md"), block)[1] == ()
