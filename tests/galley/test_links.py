"""Links are followed as a reader would, and what is wrong with one is told with what would be right from where it stands."""

import pytest

from tests.galley.book import Book, make


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The small book with a figure that can be dragged, and a page in a folder."""
    book = make(tmp_path_factory.mktemp("links"))
    book.edit("figures/power.py", "from toys", "from galley.figure import number, readout, slider\nfrom toys")
    book.edit("figures/power.py", "depth=10", 'depth=slider(2, 12, step=1, start=10, label="depth")')
    text = (book.root / "figures/power.py").read_text().replace("range(depth", "range(int(depth)")
    limits = "    axes.set(xlim=(0, 12), ylim=(0, 1))\n    readout(figure, number(depth))\n"
    book.write("figures/power.py", text.replace("    axes.plot", f"{limits}    axes.plot"))
    book.edit("mkdocs.yml", "power.md]", "power.md, part/notes.md]")
    book.write("docs/data/list.csv", "1\n")
    book.write("docs/.hidden/volumes.md", "# Hidden\n")
    return book


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("../power.md#fall?depth=12", ""),
        ("../power.md#a-power", ""),
        ("../index.md", ""),
        ("notes.md#notes", ""),
        ("../data/list.csv", ""),
        ("../checks.md", ""),
        ("../checks/power/index.md", ""),
        ("../checks/long-name/index.md", ""),
        ("#notes", ""),
        ("mailto:someone@example.org", ""),
        ("power.md", "the link leads to power.md, which is not there; did you mean ../power.md?"),
        ("checks.md", "the link leads to checks.md, which is not there; "),
        ("../powr.md", "the link leads to ../powr.md, which is not there; did you mean ../power.md?"),
        ("../power/", "the link leads to ../power/, which is not there; did you mean ../power.md?"),
        ("../.hidden/volumes.md", "the link leads to ../.hidden/volumes.md, which is not there; pages are "),
        ("../power.md#fal?depth=12", "power.md shows no figure fal; did you mean #fall?"),
        ("../power.md#fall?depth=13", "the figure fall has no stop depth=13; its stops go from 2 to 12"),
        ("../power.md#fall?w=1.1", "the figure fall has no control w; what can be dragged there is depth"),
        ("#fall?depth=3", "notes.md shows no figure fall; its figures are none"),
        ("../power.md#a-powr", "power.md has no heading #a-powr; did you mean #a-power?"),
        ("javascript:run()", "javascript:run() is taken from elsewhere; "),
    ],
)
def test_a_link_leads_somewhere(book: Book, link: str, told: str) -> None:
    """A link to a page, a heading, a file or a stop of a figure is followed from the folder of its page."""
    book.write("docs/part/notes.md", f"# Notes\n\nSee [there]({link}).\n")
    problems = book.problems()
    if told:
        assert [problem.startswith(f"docs/part/notes.md:3:13: {told}") for problem in problems] == [True], problems
    else:
        assert problems == []


def test_the_engine_takes_a_link_to_a_stop(book: Book) -> None:
    """A strict build has nothing against the link that the guide documents."""
    book.write("docs/part/notes.md", "# Notes\n\nSee [there](../power.md#fall?depth=12).\n")
    settings = (book.root / "mkdocs.yml").read_text()
    book.write("mkdocs.yml", f"{settings}validation: {{anchors: warn}}\n")
    assert book.run("accept").returncode == 0
    built = book.run("site")
    assert built.returncode == 0, built.stderr
    assert 'href="../../power/#fall?depth=12"' in (book.root / "site/part/notes/index.html").read_text()
    book.write("mkdocs.yml", settings)
