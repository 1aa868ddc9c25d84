"""The audit: what a reader meets on the finished site is what the press accounted for, and nothing else."""

import logging
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from galley.check.audit import audit
from tests.conftest import Site
from tests.galley.book import Book, make

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

<div markdown="1">
Within HTML, 11.
</div>
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
    book = make(tmp_path)
    accepted(book)
    return book


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
