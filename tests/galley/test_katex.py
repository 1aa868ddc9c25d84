"""Formulas are set while the site is built."""

import re
import subprocess
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from material.plugins.search.plugin import Parser

from galley.run.cache import Cache
from galley.site import katex

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


def error(tex: str, cache: Cache) -> katex.MathError:
    (result,) = katex.set_math([(tex, False)], cache, ROOT)
    assert isinstance(result, katex.MathError)
    return result


def searched(html: str) -> str:
    """Return what Material's search keeps of a page."""
    parser = Parser()
    parser.feed(html)
    parser.close()
    return unescape("".join("".join(section.title + section.text) for section in parser.data))


def test_sets_formulas_in_order_and_well_formed(cache: Cache) -> None:
    """Each formula gets its own HTML, which is balanced and carries MathML."""
    for (tex, display), html in zip(FORMULAS, katex.set_math(FORMULAS, cache, ROOT), strict=True):
        assert isinstance(html, str)
        tree = ElementTree.fromstring(re.sub(r"(data-search-exclude)(?=[ >])", r'\1=""', html))
        assert tree.get("class") == ("katex-display" if display else "katex")
        assert ["".join(note.itertext()) for note in tree.iter("{http://www.w3.org/1998/Math/MathML}annotation")] == [
            tex
        ]
        assert [child.get("class") for child in tree.iter("katex-html")] == ["katex-html"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_search_finds_the_tex_once(formula: tuple[str, bool], cache: Cache) -> None:
    """The index of Material holds a formula as its TeX and nothing else, wherever it stands."""
    (html,) = katex.set_math([formula], cache, ROOT)
    page = f'<h1 id="a">Title {html}</h1><p>before <span>{html}</span> after</p>'
    tex = " ".join(formula[0].split())
    assert " ".join(searched(page).split()) == f"Title {tex}<p>before {tex} after</p>"


@pytest.mark.parametrize(
    ("tex", "position", "message"),
    [
        (r"x + \foo", 4, r"Undefined control sequence: \foo"),
        (r"𝒙 + \foo", 4, r"Undefined control sequence: \foo"),
        (r"x^{2", 4, "Expected '}', got 'EOF'"),
        (r"a é", 2, "unicodeTextInMathMode"),
        (r"a + \href{b}{c}", 4, r"\href is not allowed"),
        (r"\htmlData{a=b}{c}", None, "htmlExtension"),
    ],
)
def test_malformed_formula(tex: str, position: int | None, message: str, cache: Cache) -> None:
    """What KaTeX does not take is returned with its reason in one line and its place, counted in characters."""
    result = error(tex, cache)
    assert message in result.message
    assert "\n" not in result.message
    assert result.position == position


def test_an_error_does_not_hide_the_others(cache: Cache) -> None:
    """Formulas beside a malformed one are set."""
    first, second, third = katex.set_math([("a", False), (r"\foo", False), ("b", False)], cache, ROOT)
    assert isinstance(first, str) and isinstance(second, katex.MathError) and isinstance(third, str)


def test_cached_formulas_start_no_node(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """A formula is set once; one that failed is tried again."""
    before = katex.set_math(FORMULAS, cache, ROOT)
    error(r"\foo", cache)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Node was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert katex.set_math(FORMULAS, cache, ROOT) == before
    assert katex.set_math([], cache, ROOT) == []
    with pytest.raises(AssertionError, match="Node was started"):
        error(r"\foo", cache)


def test_inline_and_display_are_kept_apart(cache: Cache) -> None:
    """The same TeX is set differently in a line and displayed, whichever comes first."""
    inline, display = katex.set_math([(r"\sum_{k} x", False), (r"\sum_{k} x", True)], cache, ROOT)
    assert inline != display
    assert katex.set_math([(r"\sum_{k} x", True)], cache, ROOT) == [display]


def test_without_katex_says_what_to_do(cache: Cache, tmp_path: Path) -> None:
    """Where the npm packages are missing, one sentence says so."""
    with pytest.raises(RuntimeError, match="make"):
        katex.set_math([("a", False)], cache, tmp_path)


PIECES = [*r"ab12+=<(){}^_&%$#~\ é", r"\frac", r"\left", r"\right", r"\text", "\n"]


@settings(max_examples=20, deadline=None)  # each example starts Node
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), min_size=10))
def test_any_text_is_set_or_refused_in_place(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """No text stops the press: it is set, or refused at one of its characters or its end."""
    results = katex.set_math([(tex, True) for tex in texts], Cache(tmp_path_factory.mktemp("cache")), ROOT)
    for tex, result in zip(texts, results, strict=True):
        if isinstance(result, katex.MathError):
            assert result.position is None or 0 <= result.position <= len(tex)


def test_stylesheet_names_the_fonts() -> None:
    """Every WOFF2 font that the stylesheet asks for is there, and each has its TrueType twin."""
    named = set(re.findall(r"fonts/([\w-]+)\.woff2", katex.stylesheet(ROOT).read_text()))
    assert named
    assert named == {font.stem for font in katex.fonts(ROOT)} == {font.stem for font in katex.truetype(ROOT)}
