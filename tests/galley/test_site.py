"""The built site, as files and in a browser: every page ours, complete, readable and alone."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from galley.page.pieces import images
from galley.page.scanner import scan
from galley.project import load
from galley.site.html import MARKER
from galley.site.report import KINDS
from tests.conftest import Site

ROOT = Path(__file__).parents[2]
PROJECT = load(ROOT)
STEMS = [path.stem for path in PROJECT.pages()]
ILLUSTRATED = [path.stem for path in PROJECT.pages() if any(image.figure for image in images(scan(path)[0]))]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


def address(stem: str) -> str:
    """Return a page's address below the site's."""
    return "" if stem == "index" else f"{stem}/"


def html(site: Site, stem: str) -> str:
    """Return a page as it was built."""
    return (site.folder / address(stem) / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("stem", STEMS)
def test_every_page_came_through_the_press(site: Site, stem: str) -> None:
    """Each page carries the press's marker, and none of its bindings or TeX is left in the text."""
    page = html(site, stem)
    assert f'{MARKER}="{stem}"' in page
    assert "<!-- =" not in page and "<!-- holds" not in page and "<!-- eq" not in page
    assert "$$" not in re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)  # where the guide shows how it is written
    assert "galley-broken" not in page


@pytest.mark.parametrize("stem", STEMS)
def test_every_figure_is_there(site: Site, stem: str) -> None:
    """Each figure stands in the page once, with its own file, its data and its source."""
    page = html(site, stem)
    figures = [image.figure for image in images(scan(PROJECT.docs / f"{stem}.md")[0]) if image.figure]
    assert page.count('class="galley-figure"') == len(figures)
    for chapter, name in figures:
        drawn = (site.folder / f"figures/{chapter}/{name}.svg").read_text(encoding="utf-8")
        assert drawn.count("@font-face") >= 1 and "var(--" not in drawn
        assert (site.folder / f"figures/{chapter}/{name}.csv").read_text().startswith("series,x,y")
        assert f'def</span><span class="w"> </span><span class="nf">{name}</span>' in page


class _Ids(HTMLParser):
    """Collects ids, and what refers to them."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.references += (given.get("aria-labelledby") or "").split()


@pytest.mark.parametrize("stem", [*STEMS, "checks"])
def test_ids_are_unique(site: Site, stem: str) -> None:
    """No two things on a page share an id, and what is referred to is there."""
    parser = _Ids()
    parser.feed(html(site, stem))
    assert len(parser.ids) == len(set(parser.ids))
    assert set(parser.references) <= set(parser.ids)


def test_the_styles_and_the_script_are_there(site: Site) -> None:
    """What mkdocs.yml has every page load is part of the site."""
    loaded = re.findall(r'(?:href|src)="(assets/galley/[^"]+)"', html(site, "index"))
    assert sorted(loaded) == [
        f"assets/galley/{name}" for name in ("flipbook.mjs", "fonts/math.woff2", "galley.css", "galley.mjs")
    ]
    for name in loaded:
        assert (site.folder / name).stat().st_size > 0


def test_the_report_holds_every_item(site: Site) -> None:
    """The data of the report counts what the check counts, and lists its items with places and values."""
    report = json.loads((site.folder / "checks.json").read_text(encoding="utf-8"))
    assert [entry["page"] for entry in report["pages"]] == [
        path.relative_to(PROJECT.docs).as_posix() for path in PROJECT.pages()
    ]
    for entry in report["pages"]:
        lines = (PROJECT.docs / entry["page"]).read_text(encoding="utf-8").splitlines()
        assert set(entry["numerals"]) == {"checked", "input", "cited", "noted"}
        for item in entry["items"]:
            assert item["kind"] in KINDS
            if item["kind"] == "number":
                printed = item["printed"].strip("$")
                assert lines[item["line"] - 1][item["column"] - 1 :].lstrip("$").startswith(printed)
                assert isinstance(item["value"], int | float)


def test_the_promised_numbers_are_checked(site: Site) -> None:
    """0.9^50 ≈ 0.005 and 1.1^50 ≈ 117 are in the report of the scalar chapter."""
    report = json.loads((site.folder / "checks.json").read_text(encoding="utf-8"))
    printed = [item["printed"] for entry in report["pages"] if entry["page"] == "scalar.md" for item in entry["items"]]
    assert r"$0.9^{50} \approx 0.005$" in printed
    assert r"$1.1^{50} \approx 117$" in printed


def test_a_formula_enters_the_search_index_once(site: Site) -> None:
    """The index holds a formula's TeX, once, and nothing of its typeset form."""
    index = json.loads((site.folder / "search/search_index.json").read_text(encoding="utf-8"))
    text = "\n".join(entry["text"] for entry in index["docs"] if entry["location"].startswith("scalar/#step-3"))
    assert text.count(r"\underbrace{w \cdot w \cdots w}") == 1
    assert "\u22c5" not in text  # the dot that the typeset form shows


def test_nothing_comes_from_another_host(site: Site) -> None:
    """No page, stylesheet or script loads anything from elsewhere."""
    loads = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=["']?(https?:)?//(?!localhost)""")
    for path in site.folder.rglob("*"):
        if path.suffix == ".html":
            found = [match.group() for match in loads.finditer(path.read_text(encoding="utf-8"))]
            assert [tag for tag in found if "canonical" not in tag] == []
        elif path.suffix == ".css":
            assert re.findall(r"url\([\"']?https?:[^)]*\)", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("stem", [*STEMS, "checks"])
def test_no_page_is_wider_than_its_window(page: Page, stem: str) -> None:
    """Nothing sticks out sideways, not even when everything that folds is open; at 320 pixels too, which is 1280 at 400 %."""
    page.set_viewport_size(WIDE)
    page.goto(address(stem))
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.wait_for_timeout(200)
    for width in (WIDE["width"], PHONE["width"], 320):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("stem", ILLUSTRATED)
def test_figures_show_in_both_schemes(
    browser: Browser, site: Site, stem: str, scheme: Literal["light", "dark"]
) -> None:
    """Text in a figure is in the equations' typeface, within the figure's width, legible, and of the scheme's colour."""
    with browser.new_context(viewport=PHONE, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(site.url + address(stem))
        page.evaluate("document.fonts.ready")
        found = page.evaluate(
            """() => [...document.querySelectorAll("svg.galley-figure text")].map(text => {
                const box = text.getBoundingClientRect(), style = getComputedStyle(text)
                return [text.textContent, style.fontFamily, style.fill, box.left, box.right, box.height,
                        text.ownerSVGElement.getScreenCTM().a * parseFloat(style.fontSize)]
            })"""
        )
        assert found
        fills = {fill for _, _, fill, *_ in found}
        words = {"light": {"rgb(35, 39, 47)", "rgb(90, 97, 112)"}, "dark": {"rgb(223, 226, 232)", "rgb(167, 174, 187)"}}
        assert fills & words[scheme]
        assert not fills & words["dark" if scheme == "light" else "light"]
        for text, family, _, left, right, _, _ in found:
            assert "STIX" in family, text
            assert left >= -1 and right <= PHONE["width"] + 1, text
        sizes = sorted(size for *_, size in found)
        assert sizes[len(sizes) // 2] >= 8.5


def test_checks_can_be_shown(page: Page) -> None:
    """The switch is off at first, marks every item when on, tells what an item was held against, and is remembered."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("scalar/")
    switch = page.get_by_role("switch", name="Show checks")
    assert not switch.is_checked()
    item = page.locator("[data-check^='0.9^{50} ']").first
    before = item.evaluate("each => getComputedStyle(each).backgroundColor")
    switch.check()
    assert item.evaluate("each => getComputedStyle(each).backgroundColor") != before
    item.focus()
    bar = page.locator(".checks-bar")
    assert bar.is_visible()
    assert "0.00515377520732011" in bar.inner_text()
    page.locator("[data-check^='scalar.half_life(0.9) =']").first.hover()
    assert "scalar.half_life(0.9) = 6.5788" in bar.inner_text()
    page.goto("clipping/")
    assert page.get_by_role("switch", name="Show checks").is_checked()
    assert page.locator("[data-check]").first.get_attribute("tabindex") == "0"


def test_checks_survive_instant_navigation(page: Page) -> None:
    """Going to another page and back without a reload keeps the switch working."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("scalar/")
    page.get_by_role("switch", name="Show checks").check()
    page.evaluate("window.kept = true")
    page.locator(".md-nav--primary a", has_text="lipping").first.click()
    page.wait_for_url("**/clipping/")
    page.locator('[data-galley="clipping"]').wait_for()
    assert page.evaluate("window.kept") is True
    switch = page.get_by_role("switch", name="Show checks")
    assert switch.is_checked()
    assert page.locator("[data-check]").first.get_attribute("tabindex") == "0"
    switch.uncheck()
    assert page.locator("[data-check]").first.get_attribute("tabindex") is None


def test_a_page_is_whole_without_scripts(browser: Browser, site: Site) -> None:
    """Formulas, figures and solutions stand there for a reader without JavaScript."""
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:
        page = context.new_page()
        page.goto(site.url + "scalar/")
        assert page.locator("svg.galley-figure").first.is_visible()
        assert page.locator(".formula math").first.is_visible()
        page.locator("details.success summary").first.click()
        assert page.locator("details.success p").nth(1).is_visible()
