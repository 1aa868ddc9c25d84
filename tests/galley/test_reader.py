"""What a reader meets: pages that are light, that all can use, and that lay out no more than is asked for."""

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.conftest import Site
from tests.studies.lighthouse import faults, served, visit


@pytest.mark.parametrize("stem", ["chain", "recurrence"])  # the two largest
def test_a_chapter_is_light(browser: Browser, site: Site, stem: str) -> None:
    """A first visit costs at most 250 kB as it is sent, and the page opens with at most 6,500 elements."""
    with served(site.folder) as url:
        size, elements, _ = visit(browser, f"{url}/{stem}/")
    assert size <= 250 * 1024
    assert elements <= 6500


@pytest.mark.parametrize(("stem", "width", "scheme"), [("scalar", 390, "dark"), ("api/scalar", 1280, "light")])
def test_axe_finds_nothing(browser: Browser, site: Site, stem: str, width: int, scheme: str) -> None:
    """The rules of axe hold on a page, all its folds open; the study asks for all pages, widths and schemes."""
    assert faults(browser, f"{site.url}{stem}/", width, scheme) == []


def test_an_anchor_is_reached(page: Page) -> None:
    """A link to the last section of a long page leads there, though nothing before it is laid out."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("recurrence/")
    last = page.locator("h2[id]").last.get_attribute("id")
    page.goto("scalar/")  # within a page that has only just come, the theme would lead back to its start
    page.goto(f"recurrence/#{last}")
    page.wait_for_function(
        "id => { const at = document.getElementById(id).getBoundingClientRect().top; return at >= 0 && at < innerHeight }",
        arg=last,
    )


def test_a_fold_is_laid_out_when_it_is_opened(page: Page) -> None:
    """The source and the numbers of a figure are no elements of the page before a reader asks for them."""
    page.goto("scalar/")
    fold = page.locator("details.behind").first
    assert fold.locator("table, .highlight").count() == 0
    fold.locator("summary").click()
    expect(fold.locator(".highlight")).to_be_visible()
    assert 1 <= fold.locator("tbody tr").count() <= 12
    assert fold.locator("thead th").all_inner_texts()[0] == "Series"


# How far each inline formula's last digit stands above the bottom of a nought that is set right behind it.
LINES = """[...document.querySelectorAll("article span.formula")].flatMap(formula => {
    const digit = [...formula.querySelectorAll("mrow > mn:last-child")].pop()
    if (!digit?.matches("semantics > mrow > mrow:last-child > mn")) return []
    const nought = Object.assign(document.createElement("span"), { textContent: "0" })
    formula.after(nought)
    const scale = parseFloat(getComputedStyle(formula).fontSize)
    return [(nought.getBoundingClientRect().bottom - digit.getBoundingClientRect().bottom) / scale]
})"""


def test_a_formula_stands_on_the_line_of_its_words(page: Page) -> None:
    """Digits at the end of a formula, short or long, stand as high above the foot of the line as those of any other."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("clipping/")
    page.add_style_tag(content="* { content-visibility: visible !important } article * { white-space: nowrap }")
    heights = page.evaluate(LINES)
    assert len(heights) > 9 and max(heights) - min(heights) < 0.15


# What has to be pushed aside to be read, and how many statements of long formulas have room on a line and are parted all the same.
CUT = """() => {
    const cut = [...document.querySelectorAll("article :is(.md-typeset__scrollwrap, div.formula)")].filter(each => each.scrollWidth > each.clientWidth + 1)
    const statements = [...document.querySelectorAll("mrow.wraps mrow.wraps")].map(each => [...each.children].map(piece => piece.getBoundingClientRect()))
    const parted = statements.filter(pieces => pieces.some((piece, at) => at && piece.left < pieces[at - 1].right - 1))
    return [cut.map(each => each.innerText), statements.length, parted.length]
}"""


@pytest.mark.parametrize("path", ["", "chain/"])
def test_a_phone_shows_tables_and_formulas_whole(page: Page, path: str) -> None:
    """At the width of a phone no table or formula is cut, and a formula of several statements breaks between them."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    page.add_style_tag(content="* { content-visibility: visible !important }")
    cut, statements, parted = page.evaluate(CUT)
    assert (cut, parted) == ([], 0)
    assert statements > 20 or not path


def test_a_formula_is_copied_as_its_tex(page: Page) -> None:
    """What is copied of a paragraph holds each of its formulas as it was typed, even if only part of one was selected."""
    page.goto("scalar/")
    words, tex = page.evaluate(
        """() => {
          const paragraph = document.querySelector("article > p:has(.formula)"), copied = new DataTransfer()
          getSelection().setBaseAndExtent(paragraph, 0, paragraph.querySelector("mi, mn").firstChild, 1)
          paragraph.dispatchEvent(new ClipboardEvent("copy", { clipboardData: copied, bubbles: true, cancelable: true }))
          return [copied.getData("text/plain"), paragraph.querySelector("annotation").textContent]
        }"""
    )
    assert words.endswith(f"${tex}$") and words.count("$") == 2


def test_the_index_comes_with_the_first_search(page: Page) -> None:
    """A visit that searches nothing does not load what a search needs, and one that does finds."""
    asked: list[str] = []
    page.on("response", lambda response: _note(response, asked))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("scalar/", wait_until="networkidle")
    assert asked == []
    page.keyboard.press("s")
    page.keyboard.type("clipping")
    page.locator(".md-search-result__item").first.wait_for()
    assert len(asked) == 1


def _note(response: Response, asked: list[str]) -> None:
    if response.url.endswith("search_index.json"):
        asked.append(response.url)
