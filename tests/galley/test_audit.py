"""The audit: what a reader meets on the finished site is what the press accounted for, and nothing else."""

import logging
import re
import shutil
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from galley.check.audit import audit
from galley.check.reading import read
from galley.page.scanner import scan
from galley.page.uniform import tokens
from galley.page.visible import blocks
from tests.conftest import Site
from tests.galley.book import ROOT, Book, make, make_noted

RICH = """\
# Rich

## Step 1: All kinds

As a list of what is there, with a note[^1] and another[^2], \\$5 and x<sup>2</sup>.

[^1]: It was 1991, on page 17.
[^2]: And 1994.

1. The first of 3.
2. The second, `x[4]`, and "quoted 5".

    A paragraph within, of 1990.

    - Nested 8.

- [x] Done in 2015.

| Year | Count |
|---|---:|
| 1997 | 4<br>6 |
| 1998 | **5** |

=== "Tab 1"

    One of 2.

=== "Tab 2"

    Two of 2.

!!! note "Box 9"

    In a box of 7, and [a link of 6](#step-1-all-kinds "titled 7").

??? tip "Fold 3"

    Folded 4.

Term 5
:   Defined in 2001.

```python title="code 1" linenums="1"
x = 3
y = 4
```

An LR of 3&nbsp;layers is <abbr title="of 12">short</abbr> and _named 2_.

*[LR]: learning rate, 6 letters

> Quoted in 1986.

<div markdown="1" aria-label="box 11">
Within HTML, 11.
</div>

![A plain picture of 3.](plain.svg)

## A figure to drag

![A line of slope 2.](figures/rich/slope.svg)

/// caption
The slope is 2 at the start.
///
"""
SLOPE = """\
from galley.figure import readout, slider


def slope(figure, *, w=slider(1, 3, start=2, step=1, label="slope $w_1$", marks={1: "the low end"})):
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 3))
    axes.plot([0, 1], [0, w], color="cool", label=f"slope {w:g}")
    axes.set_title(f"slope {w:g}")
    readout(figure, f"The slope is {w:g}.")
"""
EXTENSIONS = """
  - admonition
  - footnotes
  - abbr
  - attr_list
  - def_list
  - md_in_html
  - tables
  - pymdownx.details
  - pymdownx.superfences
  - pymdownx.highlight
  - pymdownx.tasklist
  - pymdownx.tabbed: {alternate_style: true}
"""


def built(book: Book, config: str = "mkdocs.yml") -> list[str]:
    """Build the book strictly, after accepting what it notes; return the lines that end the build, its paths relative to the book."""
    logging.getLogger("mkdocs").setLevel(logging.CRITICAL)
    loaded = load_config(str(book.root / config), strict=True, site_dir=str(book.root / "site"))
    loaded.plugins.on_startup(command="build", dirty=False)
    try:
        build(loaded)
    except Abort as abort:
        return abort.format_message().replace(f"{book.root}/", "").splitlines()
    finally:
        loaded.plugins.on_shutdown()
    return []


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Make a small book that has accepted what it notes."""
    return make_noted(tmp_path)


def accepted(book: Book) -> None:
    """Accept what the book notes."""
    done = book.run("accept")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the small book with a page of all kinds of text; return its site."""
    book = make(tmp_path_factory.mktemp("audit"))
    book.edit("mkdocs.yml", "[index.md, power.md]", "[index.md, power.md, rich.md]")
    book.write("mkdocs.yml", (book.root / "mkdocs.yml").read_text() + EXTENSIONS.lstrip("\n"))
    book.write("docs/rich.md", RICH)
    book.write("docs/plain.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1"/></svg>')
    book.write("figures/rich.py", SLOPE)
    accepted(book)
    assert built(book) == []
    return book.root / "site"


def test_a_site_with_all_kinds_of_text_is_clean(finished: Path) -> None:
    """Footnotes, tabs, boxes, lists, tables, terms, abbreviations, code and quotations come out as they were accounted for."""
    found = audit(finished)
    assert found.findings == []
    assert found.pages >= 4 and found.numerals > 100


def test_the_book_is_clean(site: Site) -> None:
    """The finished site of the book itself shows nothing that was not accounted for, and leaves nothing raw."""
    found = audit(site.folder)
    assert [str(finding) for finding in found.findings] == []
    assert found.numerals > 10_000


def test_the_command_needs_nothing_but_the_site(finished: Path, tmp_path: Path) -> None:
    """`galley audit SITE` counts what is clean, and tells line by line what is not, wherever it runs."""
    site = shutil.copytree(finished, tmp_path / "site")
    elsewhere = Book(tmp_path)
    done = elsewhere.spawn("audit", "site")
    assert done.returncode == 0 and re.fullmatch(r"site: \d+ numerals on \d+ pages, all accounted for\n", done.stdout)
    page = site / "power" / "index.html"
    html = page.read_text().replace(">0.0052<", ">0.0053<").replace("</article>", "<p>It is 0.87.</p></article>")
    page.write_text(html)
    (site / "extra").mkdir()
    (site / "extra" / "index.html").write_text("<html><body>Extra.</body></html>")
    done = elsewhere.run("audit", "site")
    assert done.returncode == 1
    guide = re.findall(r"```console\n(.*?)\n```", (ROOT / "docs" / "authoring.md").read_text(), re.DOTALL)[0].split(
        "\n\n"
    )
    lines, quoted = (
        [re.sub(r"(?<=html):\d+:\d+", "", line) for line in some] for some in (done.stderr.splitlines(), guide)
    )
    assert [line for line in quoted if line not in lines] == []
    (site / "checks.json").unlink()
    done = elsewhere.run("audit", "site")
    assert done.returncode == 1 and "the account of the press is not here" in done.stderr


def hook(book: Book, code: str) -> None:
    """Give the book a hook."""
    book.write("hook.py", code)
    book.write("mkdocs.yml", (book.root / "mkdocs.yml").read_text() + "hooks: [hook.py]\n")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def on_page_content(html, **_):\n    return html + '<p>It is 0.87.</p>'\n", "0.87"),
        ("def on_page_content(html, **_):\n    return html.replace('0.0052', '0.0053')\n", "0.0053 where 0.0052"),
        ("def on_post_page(output, **_):\n    return output.replace('1991', '')\n", "1991 stands in the source"),
        ("def on_page_markdown(markdown, page, **_):\n    page.meta['title'] = 'Powers 0.87'\n", "0.87"),
        ("def on_config(config):\n    config.site_name = 'Book 0.87'\n", "0.87"),
        ("def on_page_content(html, **_):\n    return html + '<p title=\"0.87\">See.</p>'\n", "0.87"),
        ("def on_page_content(html, **_):\n    return html + '<p>{{ value }}</p>'\n", "{{ is left as it was typed"),
        (
            'def on_page_content(html, **_):\n    return html + \'<img src="https://example.org/a.svg" alt="">\'\n',
            "loaded from",
        ),
        (
            "from pathlib import Path\ndef on_post_build(config):\n    path = Path(config.site_dir, 'extra.html')\n"
            "    path.write_text('<html><body>0.87</body></html>')\n",
            "did not come through the press",
        ),
    ],
    ids=["appended", "changed", "dropped", "title", "site name", "tooltip", "raw", "elsewhere", "page"],
)
def test_what_a_hook_does_behind_the_press_ends_the_build(book: Book, code: str, told: str) -> None:
    """Whatever a hook or a plugin adds to a page, changes on it or takes from it after the press has read it is told."""
    hook(book, code)
    assert any(told in line for line in built(book))


@pytest.mark.parametrize(
    "entry",
    [
        "site_name: Book 0.87",
        'copyright: <a href="https://example.org/by/4.0/">Since</a> 1991',
        "site_description: All 12 chapters",
    ],
)
def test_what_the_configuration_says_is_noted(book: Book, entry: str) -> None:
    """A numeral in the site's name, notice or description is noted once, and a change of it is told at its line."""
    text = (book.root / "mkdocs.yml").read_text().replace("site_name: Powers\n", "")
    lines = [] if entry.startswith("site_name") else ["site_name: Powers"]
    book.write("mkdocs.yml", "\n".join([*lines, entry, text]))
    name = entry.partition(":")[0]
    assert [line for line in book.problems(compare=True) if f"the numerals of {name} are not noted" in line]
    accepted(book)
    assert book.problems(compare=True) == []
    assert built(book) == []
    book.edit("mkdocs.yml", entry, entry[:-1] + "9" if entry[-1].isdigit() else entry.replace("12", "13"))
    number = len(lines) + 1
    assert [
        line for line in book.problems(compare=True) if line.startswith(f"mkdocs.yml:{number}:1: {name} is noted as")
    ]


def test_a_theme_that_prints_a_number_ends_the_build(book: Book) -> None:
    """A number in a template of the theme is nobody's, unless the configuration says it."""
    book.write("theme/main.html", '{% extends "base.html" %}{% block announce %}Edition 0.87{% endblock %}')
    book.edit("mkdocs.yml", "{name: material, font: false}", "{name: material, font: false, custom_dir: theme}")
    assert any("“Edition 0.87” shows 0.87 around the page" in line for line in built(book))


def test_pages_of_another_configuration_are_read_too(book: Book) -> None:
    """A second configuration with a folder of its own brings no page past the press; one that other tools write is named."""
    text = (book.root / "mkdocs.yml").read_text().replace("nav: [index.md, power.md]\n", "docs_dir: other\n")
    text = text.replace("{library: src/toys, tests: tests}", "{library: rooms, tests: rooms, figures: rooms}")
    (book.root / "rooms").mkdir()
    book.write("other.yml", text)
    book.write("other/index.md", "# Other\n\nIt is 0.87.\n")
    assert any("0.87 is not checked" in line for line in built(book, "other.yml"))
    book.write("other.yml", text.replace("figures: rooms}", "figures: rooms, generated: [index.md]}"))
    assert built(book, "other.yml") == []


def test_addresses_without_folders(book: Book) -> None:
    """Without directory URLs every page and file is found where it is then."""
    book.write("mkdocs.yml", (book.root / "mkdocs.yml").read_text() + "use_directory_urls: false\n")
    assert built(book) == []
    assert (book.root / "site" / "power.html").is_file()


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ("<p>!!! note</p>", "!!! is left"),
        ("<p>/// caption</p>", "/// is left"),
        ("<p>--8&lt;-- part.md</p>", "--8<-- is left"),
        ("<p>A note[^1].</p>", "[^1] is left"),
        ("<p>**bold</p>", "** is left"),
        ("<p>So \\(x\\).</p>", "\\( is left"),
        ("<p>So \\frac{1}{2}.</p>", "\\frac is left"),
        ("<li>[ ] to do</li>", "[ ] is left"),
        ("<p>{: .wide }</p>", "{: .wide } is left"),
        ("<p>##Gain</p>", "##G is left"),
        ("<p>a<!-- = x --></p>", "the comment <!-- = x --> is left"),
        ("<p>a<!-- holds: x --></p>", "the comment <!-- holds: x --> is left"),
        ('<code class="galley-broken">x</code>', "a formula is not set here"),
        ('<i id="a"></i><i id="a"></i>', "the id a stands on this page already"),
        ("<math><mn>1</mn><annotation>2</annotation></math>", "the formula 2 is shown as 1"),
        ('<sup><a class="footnote-ref" href="#fn:a">2</a></sup><ol><li id="fn:a">A</li></ol>', "2 numbers a footnote"),
        ('<div class="linenodiv"><pre>1\n3</pre></div>', "1 3 numbers a footnote, a line or a figure"),
        ('<figcaption><span class="caption-prefix">Figure 2.</span></figcaption>', "2 numbers a footnote, a line or a"),
    ],
)
def test_what_is_left_raw_or_broken(html: str, wrong: str) -> None:
    """What Markdown, TeX or the press should have taken is told; in code it may stand."""
    assert [said for _, said, _ in read(f"<article>{html}</article>").wrong if wrong in said]
    code = re.sub("<.*?>", "", html)
    assert (
        "class=" in html
        or "id=" in html
        or "<math" in html
        or "<!--" in html
        or not read(f"<article><code>{code}</code></article>").wrong
    )


@pytest.mark.parametrize(
    ("typed", "seen"),
    [("−0.105", "\u22120.105"), ("–0.105", "-0.105"), ("5 %", "5\u00a0%"), ("1,000", "1{,}000"), ("5\\,\\%", "5%")],
)
def test_numerals_are_uniform(typed: str, seen: str) -> None:
    """A numeral is the same however its minus, its spaces and its separators are written."""
    assert tokens(typed) == tokens(seen) and len(tokens(typed)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.35 %", "0.35"),
        ("-1", "1"),
        ("0.35e-3", "0.35e3"),
        ("10⁻³", "10³"),
        ("0.35 7", "0.357"),
        ("5", "$5"),
        (".91", "91"),
    ],
)
def test_numerals_that_differ(one: str, other: str) -> None:
    """A sign, a percent sign, a point or a dollar makes another numeral."""
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("It is 0.35<!-- = x -->7.", "It is 0.357."),
        ("It is 0.35<!-- = x --> %.", "It is 0.35 %."),
        ("It is &minus;0.35.", "It is −0.35."),
        ("It is &#48;.5.", "It is 0.5."),
        ("It is ①.", "It is ①."),
        ("It is [0.3](a.md)5.", "It is 0.35."),
    ],
)
def test_the_source_accounts_for_what_it_has_read_alone(source: str, seen: str) -> None:
    """What Markdown joins, and the scan has read as something else, is not the same to the audit."""
    page, _ = scan(Path("page.md"), f"# Page\n\n{source}\n")
    typed = [block.tokens for block in blocks(page) if block.kind == "text"]
    assert typed != [tuple(tokens(seen))]
