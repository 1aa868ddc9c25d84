"""The press as a whole: caches, commands, and a site that is built whole or not at all."""

import json
from pathlib import Path

import pytest

from tests.galley.book import Book, make_noted

PAGE = "docs/power.md"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book that passes, its values noted."""
    return make_noted(tmp_path)


def test_the_library_redraws_a_figure(book: Book) -> None:
    """A figure is drawn anew when what it imports has changed, and only then."""
    before = book.check().figures["power", "fall"]
    book.edit("src/toys/power.py", '"""Never return."""', '"""Never return"""')
    assert book.check().figures["power", "fall"] == before
    book.edit("src/toys/power.py", "float(w) ** depth", "float(w) ** (2 * depth)")
    assert book.check().figures["power", "fall"].csv != before.csv


def test_check_names_pages(book: Book) -> None:
    """The command checks all pages or those named, and exits with what it found."""
    good = book.run("check")
    assert (good.returncode, good.stderr) == (0, "")
    assert (
        "docs/power.md: numerals 4 checked, 4 input, 0 cited, 1 noted; 1 equations compared, 0 equations not compared, "
        "1 relations, 2 numbers, 1 statements, 0 citations, 1 figures" in good.stdout
    )
    book.edit(PAGE, "0.35<!--", "0.36<!--")
    bad = book.run("check", PAGE)
    assert bad.returncode == 1
    assert (
        bad.stderr
        == "docs/power.md:21:25: 0.36 is printed, but power.power(0.9, 10) = 0.3486784401000001; print 0.35\n"
    )
    assert book.run("check", "docs/index.md").returncode == 0
    assert "is no page of" in book.run("check", "docs/nothing.md").stderr


def test_annotations_on_a_hosted_ci(
    book: Book, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a hosted CI each problem is an annotation too, on one line."""
    from galley.cli import main

    book.edit(PAGE, "0.35<!--", "0.36<!--")
    monkeypatch.chdir(book.root)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["check", PAGE]) == 1
    assert "::error file=docs/power.md,line=21,col=25::0.36 is printed, but " in capsys.readouterr().err


def test_value_says_what_to_type(book: Book) -> None:
    """The value of an expression, and forms in which it can be typed."""
    said = book.run("value", "power.power(0.9, 50)").stdout
    assert said.splitlines()[:3] == [
        "0.00515377520732012",
        "  0.005<!-- = power.power(0.9, 50) -->",
        "  0.0052<!-- = power.power(0.9, 50) -->",
    ]
    assert "  5.2 × 10⁻⁴⁶<!-- = power.power(0.9, 992) -->" not in book.run("value", "power.power(0.9, 992)").stdout
    assert "× 10⁻⁴⁶<!-- = power.power(0.9, 992) -->" in book.run("value", "power.power(0.9, 992)").stdout
    wrong = book.run("value", "power.powr(0.9, 50)")
    assert wrong.returncode == 1
    assert wrong.stderr == "<expression>:1:1: the function power.powr is unknown; did you mean power.power?\n"


def test_draw_writes_a_figure(book: Book) -> None:
    """One figure to one file, complete in itself."""
    assert book.run("draw", "power.fall", "fall.svg").returncode == 0
    drawn = (book.root / "fall.svg").read_text()
    assert "@font-face" in drawn and "var(--" not in drawn
    missing = book.run("draw", "power.fly")
    assert missing.returncode == 1
    assert "figures/power.py:1:1: the figure fly cannot be drawn: there is no function fly" in missing.stderr


def test_no_project(tmp_path: Path) -> None:
    """Outside of a book the press says so."""
    said = Book(tmp_path).run("check")
    assert (said.returncode, said.stderr) == (
        1,
        f"there is no mkdocs.yml in {tmp_path} or above it; go there, or name one with --config\n",
    )


def test_the_site_is_built_whole_or_not_at_all(book: Book) -> None:
    """A failure leaves the old site as it was, and nothing beside it."""
    assert book.run("site").returncode == 0
    built = sorted(path.relative_to(book.root / "site") for path in (book.root / "site").rglob("*"))
    before = {path: (book.root / "site" / path).stat().st_mtime_ns for path in built}
    book.edit(PAGE, "0.35<!--", "0.36<!--")
    failed = book.run("site")
    assert failed.returncode == 1
    assert "docs/power.md:21:25: 0.36 is printed" in failed.stderr
    assert {path: (book.root / "site" / path).stat().st_mtime_ns for path in built} == before
    assert [path.name for path in book.root.iterdir() if path.name.startswith(".site")] == []


def test_two_builds_are_equal(book: Book) -> None:
    """The same book gives the same bytes, but for the sitemap's date and compression."""
    contents = []
    for name in ("one", "two"):
        assert book.run("site", "--into", name).returncode == 0
        folder = book.root / name
        contents.append(
            {
                path.relative_to(folder): path.read_bytes()
                for path in folder.rglob("*")
                if path.is_file() and "sitemap" not in path.name
            }
        )
    assert contents[0] == contents[1]


def test_what_is_written_is_escaped(book: Book) -> None:
    """Markup in an expression, an alt text or a formula comes out as text."""
    book.edit(PAGE, "power.power(0.9, 3) <= 1", "power.power(0.9, 3) <= 1 and '<b>\"' == '<b>\"'")
    book.edit(PAGE, "![A power falls.]", '![A "power" <falls> & stays.]')
    assert book.run("accept").returncode == 0
    assert book.run("site").returncode == 0
    html = (book.root / "site/power/index.html").read_text()
    assert "&#x27;&lt;b&gt;&quot;&#x27;" in html
    assert 'A "power" &lt;falls&gt; &amp; stays.' in html or "A &quot;power&quot; &lt;falls&gt; &amp; stays." in html
    report = json.loads((book.root / "site/checks.json").read_text())
    assert {entry["page"] for entry in report["pages"]} == {"index.md", "power.md"}


def test_assets_for_another_engine(book: Book) -> None:
    """What an extension cannot emit is written into a site that another engine has built."""
    assert "is no folder; build the site first" in book.run("assets", "built").stderr
    (book.root / "built").mkdir()
    assert book.run("assets", "built").returncode == 0
    for name in (
        "assets/galley/galley.css",
        "assets/galley/fonts/math.woff2",
        "assets/galley/galley.mjs",
        "figures/power/fall.svg",
        "figures/power/fall.csv",
        "checks.json",
    ):
        assert (book.root / "built" / name).stat().st_size > 0
    assert not list((book.root / "built").rglob("*.md"))


def test_any_engine_sets_a_page(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the plugin the extension takes the page's path from the context that the engine adds, and refuses what is wrong."""
    import markdown
    from markdown.extensions import Extension
    from markdown.preprocessors import Preprocessor

    from galley.findings import Findings

    class Context(Extension):
        """Adds the page at hand, as an engine does."""

        def extendMarkdown(self, md: markdown.Markdown) -> None:
            step = Preprocessor(md)
            step.page = type("Page", (), {"path": "power.md"})()  # type: ignore[attr-defined]  # what an engine adds
            step.run = lambda lines: lines  # type: ignore[method-assign]  # it only carries the page
            md.preprocessors.register(step, "context", 100)

    monkeypatch.chdir(book.root)
    text = (book.root / PAGE).read_text().split("---\n", 2)[2]
    html = markdown.Markdown(extensions=[Context(), "galley", "pymdownx.blocks.caption"]).convert(text)
    assert 'data-galley="power"' in html
    assert 'class="galley-figure"' in html
    assert '<a href="figures/power/fall.csv" download>' in html  # as seen from the source, whence the engine leads it
    with pytest.raises(Findings, match="0.36 is printed"):
        markdown.Markdown(extensions=[Context(), "galley"]).convert(text.replace("0.35<!--", "0.36<!--"))
    book.edit("mkdocs.yml", "tests: tests}", "tests: tests, generated: [power.md]}")
    assert "<!-- = power" in markdown.Markdown(extensions=[Context(), "galley"]).convert(text)
