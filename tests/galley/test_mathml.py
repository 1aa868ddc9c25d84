"""Formulas are set while the site is built."""

import subprocess
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from material.plugins.search.plugin import Parser

from galley.run.cache import Cache
from galley.site import mathml

ROOT = Path(__file__).parents[2]
FORMULAS = [
    (r"w^{50} \approx 0.005", False),
    (r"\frac{a}{b} < \sqrt{\lVert x \rVert_2}", True),
    (r"\begin{aligned} a &= b \\ c &= \sum_{k=1}^{L} d_k \end{aligned}", True),
    (r"\underbrace{w \cdot w \cdots w}_{L\ \text{factors}} \tag{1}", True),
]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def error(tex: str, cache: Cache) -> mathml.MathError:
    (result,) = mathml.set_math([(tex, False)], cache, ROOT)
    assert isinstance(result, mathml.MathError)
    return result


def searched(html: str) -> str:
    """Return what Material's search keeps of a page."""
    parser = Parser()
    parser.feed(html)
    parser.close()
    return unescape("".join("".join(section.title + section.text) for section in parser.data))


def test_sets_formulas_in_order_and_well_formed(cache: Cache) -> None:
    """Each formula gets MathML of its own, which is balanced and carries its TeX."""
    for (tex, display), html in zip(FORMULAS, mathml.set_math(FORMULAS, cache, ROOT), strict=True):
        assert isinstance(html, str)
        tree = ElementTree.fromstring(html)
        assert (tree.tag, tree.get("display")) == ("math", "block" if display else None)
        assert ["".join(note.itertext()) for note in tree.iter("annotation")] == [tex]


def test_a_formula_breaks_after_a_wide_space_and_then_before_a_relation(cache: Cache) -> None:
    """Statements keep together where a line has room for them; a formula without a place where a line may end is whole."""
    formulas = [(r"a + b = c \le d, \qquad e = f, \quad g", True), ("a + b", True), ("{}", True)]
    wide, whole, empty = mathml.set_math(formulas, cache, ROOT)
    assert isinstance(wide, str) and isinstance(whole, str) and isinstance(empty, str)
    tree = ElementTree.fromstring(wide)
    row = tree.find("semantics//mrow[@class='wraps']")
    assert tree.get("class") == "wraps" and row is not None
    pieces = [[each] if each.get("class") != "wraps" else list(each) for each in row]
    said = [["".join(piece.itertext()) for piece in statement] for statement in pieces]
    assert said == [["a+b", "=c", "≤d,"], ["e", "=f,"], ["g"]]
    assert "wraps" not in whole + empty


def test_what_a_browser_sets_less_well_than_tex(cache: Cache) -> None:
    """Operators in scripts are set tight, a prime is raised once, a function stands off a fraction, and a root is held up."""
    script, prime, function, root = map(
        str,
        mathml.set_math(
            [("x_{k-1}", False), ("f'", False), (r"\frac12 \ln n", False), (r"\sqrt{n}", False)], cache, ROOT
        ),
    )
    assert '<mo lspace="0em" rspace="0em">−</mo>' in script
    assert "<msup>" not in prime and "′" in prime
    assert '</mfrac><mspace width="0.1667em"></mspace>' in function
    assert '<mspace height="0.7em"></mspace></msqrt>' in root


@pytest.mark.parametrize("formula", FORMULAS)
def test_search_finds_the_tex_once(formula: tuple[str, bool], cache: Cache) -> None:
    """The index of Material holds a formula as its TeX and nothing else, wherever it stands."""
    (html,) = mathml.set_math([formula], cache, ROOT)
    page = f'<h1 id="a">Title {html}</h1><p>before <span>{html}</span> after</p>'
    tex = " ".join(formula[0].split())
    assert " ".join(searched(page).split()) == f"Title {tex}<p>before {tex} after</p>"


@pytest.mark.parametrize(
    ("tex", "position", "message"),
    [
        (r"x + \foo", 4, r"Unsupported function name: \foo"),
        (r"𝒙 + \foo", 4, r"Unsupported function name: \foo"),
        (r"x^{2", 4, "Expected '}', got 'EOF'"),
        (r"a é", 2, "used in math mode"),
        (r"a + \href{b}{c}", 4, r"\href"),
        (r"\htmlData{a=b}{c}", 0, r"\htmlData"),
        (r"\includegraphics{a}", 0, "not trusted"),
        (r"a \tag{1}", None, "only in display mode"),
    ],
)
def test_malformed_formula(tex: str, position: int | None, message: str, cache: Cache) -> None:
    """What Temml does not take is returned with its reason in one line and its place, counted in characters."""
    result = error(tex, cache)
    assert message in result.message
    assert "\n" not in result.message
    assert result.position == position


def test_an_error_does_not_hide_the_others(cache: Cache) -> None:
    """Formulas beside a malformed one are set."""
    first, second, third = mathml.set_math([("a", False), (r"\foo", False), ("b", False)], cache, ROOT)
    assert isinstance(first, str) and isinstance(second, mathml.MathError) and isinstance(third, str)


def test_cached_formulas_start_no_node(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """A formula is set once; one that failed is tried again."""
    before = mathml.set_math(FORMULAS, cache, ROOT)
    error(r"\foo", cache)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Node was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert mathml.set_math(FORMULAS, cache, ROOT) == before
    assert mathml.set_math([], cache, ROOT) == []
    with pytest.raises(AssertionError, match="Node was started"):
        error(r"\foo", cache)


def test_inline_and_display_are_kept_apart(cache: Cache) -> None:
    """The same TeX is set differently in a line and displayed, whichever comes first."""
    inline, display = mathml.set_math([(r"\sum_{k} x", False), (r"\sum_{k} x", True)], cache, ROOT)
    assert inline != display
    assert mathml.set_math([(r"\sum_{k} x", True)], cache, ROOT) == [display]


def test_without_temml_says_what_to_do(cache: Cache, tmp_path: Path) -> None:
    """Where the npm packages are missing, one sentence says so."""
    with pytest.raises(RuntimeError, match="make"):
        mathml.set_math([("a", False)], cache, tmp_path)


PIECES = [*r"ab12+=<(){}^_&%$#~\ é", r"\frac", r"\left", r"\right", r"\text", "\n"]


@settings(max_examples=20, deadline=None)  # each example starts Node
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), min_size=10))
@example(texts=[r"\aa"])  # of which Temml says something by the way
def test_any_text_is_set_or_refused_in_place(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """No text stops the press: it is set, or refused at one of its characters or its end."""
    results = mathml.set_math([(tex, True) for tex in texts], Cache(tmp_path_factory.mktemp("cache")), ROOT)
    for tex, result in zip(texts, results, strict=True):
        if isinstance(result, mathml.MathError):
            assert result.position is None or 0 <= result.position <= len(tex)


def test_the_stylesheet_asks_for_no_font() -> None:
    """Temml's rules come without its font, which the site does not ship."""
    rules = mathml.stylesheet(ROOT)
    assert (
        "mtable.tml-jot" in rules and "@font-face" not in rules and "url(./" not in rules and "Temml.woff2" not in rules
    )
