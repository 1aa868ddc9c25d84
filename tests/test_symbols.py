"""Every letter and every term of the book is explained in one table."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
BESIDE = ("authoring", "checks", "symbols")  # the guide prints formulas of any kind
PAGES = sorted(page.stem for page in DOCS.glob("*.md") if page.stem not in BESIDE)
MARKED = re.compile(r"\\(?:mathcal|mathbb|mathbf|hat|bar)\s*\{?\s*\w\s*\}?")
SIGNS = frozenset(
    "Rightarrow begin binom bigl bigr cases cdot cdots circ ddots dfrac dots end exp frac ge gg iff implies in infty"
    " int langle le left leftarrow lim ln log lVert lvert max min ne neq odot operatorname partial pmatrix prod quad"
    " qquad rangle right rVert rvert sin sqrt subseteq sum tan tanh arccos arctan text tfrac tilde times to top"
    " underbrace approx aligned bmatrix vdots lt gt".split()
)


@cache
def read(page: str) -> str:
    """Return the text of a page without code and comments."""
    return re.sub(r"^---\n.*?\n---\n|<!--.*?-->|```.*?```|`[^`\n]*`", "", (DOCS / f"{page}.md").read_text(), flags=re.S)


def letters(tex: str) -> Iterator[str]:
    """Yield the letters of a formula, those with a hat or in another style by their command, without indices' words."""
    tex = re.sub(r"\\(?:text|operatorname|begin|end|mathrm|mathsf)\{[^{}]*\}", " ", tex)
    yield from (re.sub(r"[\s{}]", "", marked) for marked in MARKED.findall(tex))
    tex = MARKED.sub(" ", tex)
    yield from (f"\\{name}" for name in re.findall(r"\\([A-Za-z]+)", tex) if name not in SIGNS)
    yield from re.findall(r"[A-Za-z]", re.sub(r"\\[A-Za-z]+", " ", tex))


def formulas(text: str) -> Iterator[str]:
    for block, line in re.findall(r"\$\$(.*?)\$\$|\$([^$]+)\$", text, flags=re.S):
        yield block or line


@cache
def explained() -> tuple[frozenset[str], dict[str, set[str]]]:
    """Return the letters with one meaning on all pages, and for each page those that it adds."""
    shared: set[str] = set()
    added: dict[str, set[str]] = {page: set() for page in PAGES}
    for line in read("symbols").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| $") and len(cells) == 3:
            found = {letter for tex in formulas(cells[0]) for letter in letters(tex)}
            for page in re.findall(r"\]\((\w+)\.md", cells[2]) or [""]:
                (added[page] if page else shared).update(found)
    return frozenset(shared), added


@pytest.mark.parametrize("page", PAGES)
def test_every_letter_stands_in_the_table_of_symbols(page: str) -> None:
    """Each letter in a page's formulas has a meaning for that page, and no row claims a letter that the page lacks."""
    shared, added = explained()
    used = {letter for tex in formulas(read(page)) for letter in letters(tex)}
    assert used - shared - added[page] == set()
    assert added[page] - used == set()


def terms() -> dict[str, tuple[str, str]]:
    """Return the anchor and the sentence of each term."""
    found = re.findall(r"^\*(.+)\*\{#([\w-]+)\}\n:   (.+)$", read("symbols"), flags=re.M)
    return {term.lower(): (anchor, sentence) for term, anchor, sentence in found}


@cache
def words(page: str) -> str:
    """Return the running text of a page, of its links only what is read: no formulas, headings, alt texts."""
    text = re.sub(r"\]\([^)]*\)", "]()", read(page))
    away = r"\$\$.*?\$\$|\$[^$]+\$|\*\*|^ *(?:#|!\[|\?\?\?|\[[^\]\n]*\]: )[^\n]*"
    return re.sub(away, "", text, flags=re.S | re.M)


@pytest.mark.parametrize("page", PAGES)
def test_a_term_is_explained_where_a_page_first_uses_it(page: str) -> None:
    """There it stands in italics, with its meaning beside it, or leads to its sentence."""
    unexplained = []
    for term in terms():
        if first := re.search(rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])", words(page), flags=re.I):
            before = words(page)[: first.start()].rpartition("\n")[2]
            if before.count("[") == before.count("]") and before.count("*") % 2 == 0:
                unexplained.append(f"{before[-40:]}{first[0]}")
    assert unexplained == []


@pytest.mark.parametrize("page", PAGES)
def test_what_a_link_to_a_term_shows_is_its_sentence(page: str) -> None:
    """The titles of these links stand at the end of a page, as the table has them; each is used, and none is missing."""
    titles = re.findall(r'^\[(.+)\]: symbols\.md#(\S+) "(.+)"$', read(page), flags=re.M)
    assert [(terms()[term.lower()], term) for term, *_ in titles] == [((to, said), term) for term, to, said in titles]
    used = {term.lower() for term in re.findall(r"\[([^\]\n]+)\](?![(\[])", words(page))}
    assert used == {term.lower() for term, *_ in titles}
