"""The pages of the library: every function, its formulas set, led to from what was checked against it, and back."""

import re
from pathlib import Path

from galley.project import load
from galley.site import api
from galley.site.edition import Edition
from tests.conftest import Site
from tests.galley.book import make

LIBRARY = load(Path(__file__).parents[2]).library


def test_every_function_has_its_place(site: Site) -> None:
    """Each public function of the library stands on its module's page, with its signature and where its source is, and nothing raw."""
    for name, function in LIBRARY.functions.items():
        module, _, called = name.partition(".")
        page = (site.folder / "api" / module / "index.html").read_text(encoding="utf-8")
        part = page.partition(f'<h2 id="{called}">')[2].partition("<h2 id=")[0].partition("</article>")[0]
        assert f"{called}(" in part and f"<code>{function.place(LIBRARY.package.parents[1])}</code>" in part, name
        text = re.sub(r"<annotation.*?</annotation>", "", part)
        assert "$" not in text and "\\" not in text, name
        assert part.count("<math") >= len(function.equations), name


def test_checks_lead_to_functions_and_back(site: Site) -> None:
    """A checked number leads from the report to its function, and the function to the section in which the number stands."""
    report = (site.folder / "checks/scalar/index.html").read_text(encoding="utf-8")
    row = re.search(r"<tr>(?:(?!</tr>).)*scalar\.half_life\(0\.9\)(?:(?!</tr>).)*</tr>", report)
    assert row and 'href="../../api/scalar/#half_life"' in row[0]
    page = (site.folder / "api/scalar/index.html").read_text(encoding="utf-8")
    part = page.partition('<h2 id="half_life">')[2].partition("<h2 id=")[0]
    leads = re.findall(r'href="../../scalar/#([^"]+)"', part)
    chapter = (site.folder / "scalar/index.html").read_text(encoding="utf-8")
    assert leads and all(f'id="{name}"' in chapter for name in leads)


def test_a_list_of_checks_leads_to_its_page(site: Site) -> None:
    """It leads to the start, to its page and to the index of lists, and not to each page of the book."""
    report = (site.folder / "checks/scalar/index.html").read_text(encoding="utf-8")
    nav = report.partition('<nav class="md-nav md-nav--primary"')[2].partition("</nav>")[0]
    assert re.findall(r'<a href="([^"]*)" class="md-nav__link"', nav) == ["../..", "../../scalar/", "../"]


def test_formulas_of_docstrings_are_checked(tmp_path: Path) -> None:
    """A formula that cannot be set is told at its function; without its line in the nav, a book has no such pages."""
    book = make(tmp_path)
    book.edit("src/toys/power.py", "$$ 2 w $$", "$$ 2 \\foo $$")
    edition = Edition(load(book.root))
    assert list(api.typeset(edition.project, edition)) == [] and api.pages(edition.project, edition) == {}
    book.edit("mkdocs.yml", "power.md]", "power.md, api.md]")
    edition = Edition(load(book.root))
    (told,) = [str(each).replace(f"{book.root}/", "") for each in api.typeset(edition.project, edition)]
    assert told.startswith("src/toys/power.py:13:1: the formula 2 \\foo of this docstring cannot be set: Unsupported")
    made = api.pages(edition.project, edition)
    assert set(made) == {"api.md", "api/power/index.md"}
    assert "nothing is checked against it by itself" in made["api/power/index.md"]
