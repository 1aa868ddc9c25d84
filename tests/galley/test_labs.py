"""Labs: run when what they depend on has changed, and only then; told where they are wrong; on the site as any page is."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from galley.check.audit import audit
from galley.labs import labs
from galley.project import load
from galley.site.edition import Edition
from tests.conftest import Site
from tests.galley.book import Book, make
from tests.galley.test_audit import built

NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "docs" / "labs").glob("*.ipynb"))
LAB = """\
# %% [markdown]
# # Lab: a power
#
# As the [chapter](../power.md) says, $w^{50}$ is small.

# %%
from toys import power


def inverse(depth):
    return 1 / power.power(0.9, depth)


# %%
from drawn import Drawn

# %% [markdown]
# ## Measured

# %%
print(f"{inverse(50):.0f}")
Drawn()
"""
DRAWN = """\
class Drawn:
    def _repr_html_(self):
        return '<svg viewBox="0 0 9 9" role="img" aria-label="five"><text>5</text></svg>'
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Make the small book with a lab that imports the library, and one that does not."""
    book = make(tmp_path)
    book.write("docs/labs/power.py", LAB)
    book.write("docs/labs/drawn.py", DRAWN)
    book.write("docs/labs/plain.py", "# %% [markdown]\n# # Lab: two\n\n# %%\nprint(1 + 1)\n")
    return book


def checked(book: Book) -> tuple[dict[str, labs.Lab], list[str]]:
    """Return the labs of the book, and what is wrong with them."""
    edition = Edition(load(book.root))
    found = labs.check(edition.project, edition)
    return found, [str(finding).replace(f"{book.root}/", "") for finding in edition.findings]


def test_a_lab_is_run_when_what_it_has_read_changes(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab is run again when it, what lies beside it, or the part of the library that it imports changes, and only then."""
    (book.root / ".cache").unlink()  # where an earlier run of this test has left all
    run, ran = labs.run, []

    def watched(jobs: list[Any], **options: Any) -> list[Any]:
        ran.extend(sorted(path.stem for _, (path, *_) in jobs))
        return run(jobs, **options)

    monkeypatch.setattr(labs, "run", watched)
    for file, old, new, expected in (
        ("docs/power.md", "It was known", "It has been known", ["plain", "power"]),  # the first time, both
        ("docs/labs/drawn.py", "five", "a five", ["power"]),
        ("src/toys/power.py", "float(w) ** depth", "float(w) ** (depth + 0)", ["power"]),
        ("docs/labs/plain.py", "1 + 1", "1 + 2", ["plain"]),
        ("docs/power.md", "It has been known", "It was known", []),
    ):
        book.edit(file, old, new)
        ran.clear()
        checked(book)
        assert ran == expected, file


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("return 1 /", "return 1 / 0 *", "11:1: ZeroDivisionError: division by zero; mend the lab"),
        ("print(", "assert inverse(50) < 0.9\nprint(", "21:1: AssertionError: inverse(50) < 0.9; mend the lab"),
        ("Drawn()", "Drawn(", "22:1: SyntaxError: incomplete input; mend the lab"),
        ("Drawn()", "__import__('os')._exit(1)", "21:1: Kernel died, most likely of too much time or memory; mend"),
    ],
    ids=["raises", "assert", "syntax", "exit"],
)
def test_a_lab_that_fails_is_told_where(book: Book, old: str, new: str, told: str) -> None:
    """What ends a lab is told at its line in the script, be it in a function of another cell, or at its cell."""
    book.edit("docs/labs/power.py", old, new)
    (book.root / "docs/labs/plain.py").unlink()
    _, wrong = checked(book)
    assert [line for line in wrong if line.startswith(f"docs/labs/power.py:{told}")], "\n".join(wrong)


def test_what_a_cell_prints_in_pieces_is_one_output(book: Book) -> None:
    """When a kernel hands over what is printed depends on time; the notebook does not."""
    code = 'import time\n\nfor word in ("one", "two"):\n    print(word, flush=True)\n    time.sleep(0.5)\n'
    book.write("docs/labs/plain.py", f"# %% [markdown]\n# # Lab: slowly\n\n# %%\n{code}")
    found, wrong = checked(book)
    (cell,) = (cell for cell in found["labs/plain.ipynb"].cells if cell["cell_type"] == "code")
    assert [output["text"] for output in cell["outputs"]] == [["one\n", "two\n"]], wrong


def test_nothing_is_noted_while_a_lab_fails(book: Book) -> None:
    """Whoever accepts what moved is told of a lab that fails, and neither a notebook nor a value is noted."""
    assert book.run("accept").returncode == 0
    before = {path: path.read_bytes() for path in [*book.root.glob("docs/labs/*"), *book.root.glob("tests/recorded/*")]}
    book.edit("docs/labs/plain.py", "1 + 1", "1 + 2")
    book.edit("docs/labs/power.py", "Drawn()", "Drawn(")
    done = book.run("accept")
    assert done.returncode == 1 and "docs/labs/power.py:22:1: SyntaxError" in done.stderr, done.stderr
    assert {path: path.read_bytes() for path in before if path.suffix != ".py"} == {
        path: held for path, held in before.items() if path.suffix != ".py"
    }
    book.edit("docs/labs/power.py", "Drawn(", "Drawn()")
    assert book.run("accept").stdout.splitlines() == ["docs/labs/plain.ipynb: written"]


def test_words_of_a_lab_are_checked(book: Book) -> None:
    """A numeral that the code does not hold and a formula that cannot be set are told, and a notebook that is not of this script."""
    book.edit("docs/labs/plain.py", "two\n", "two\n#\n# So $1 + 1$ is never 3.\n#\n# And $\\foo$.\n")
    (book.root / "docs/labs/power.py").unlink()
    assert checked(book)[1] == [
        "docs/labs/plain.ipynb:1:1: this is not plain.py as a notebook; run make accept",
        "docs/labs/plain.py:4:3: the words say 3, which the code of the lab does not hold; compute it, or say it without a numeral",
        "docs/labs/plain.py:6:8: the formula cannot be set: Unsupported function name: \\foo; write TeX that Temml knows",
    ]


def test_a_notebook_stands_alone(book: Book) -> None:
    """Notebook, script and what is run hold what the lab imports of beside it, the same each time; accepted, all is well."""
    found, _ = checked(book)
    assert list(labs.pair(load(book.root), found)) == ["docs/labs/plain.ipynb", "docs/labs/power.ipynb"]
    assert checked(book) == (found, [])
    lab = found["labs/power.ipynb"]
    assert DRAWN.strip() in lab.script and "from drawn" not in lab.script + lab.notebook + lab.executed
    assert [output for cell in json.loads(lab.notebook)["cells"] for output in cell.get("outputs", ())] == []


@pytest.mark.parametrize("name", NAMES)
def test_labs_are_pages_of_the_site(site: Site, name: str) -> None:
    """A lab's page is small, its formulas are set, nothing of Jupyter's own styles and scripts is left, and it can be taken along."""
    page = (site.folder / "labs" / name / "index.html").read_text(encoding="utf-8")
    words = page[page.index('<div class="lab">') : page.index("</article>")]
    assert len(words) < 60_000 and "<style" not in words and "<script" not in words and "jp-" not in words
    source = (Path(__file__).parents[2] / "docs" / "labs" / f"{name}.py").read_text(encoding="utf-8")
    assert words.count("<math") == len(re.findall(r"\$[^$\n]+\$", source)) and 'class="output"' in words
    for file in re.findall(r'href="([^"]+)" download', words):
        assert (site.folder / "labs" / name / file).resolve().is_file()
    assert f'href="../../{name}/"' in words
    chapter = (site.folder / name / "index.html").read_text(encoding="utf-8")
    assert f'href="../labs/{name}/"' in chapter


def test_the_audit_reads_labs(site: Site, tmp_path: Path) -> None:
    """Another digit in the words, in the code or in an output of a lab is told, and where its source stands."""
    folder = tmp_path / "site"
    for file in ("checks.json", "labs/clipping/index.html"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site.folder / file, folder / file)
    page = folder / "labs/clipping/index.html"
    html = page.read_text(encoding="utf-8")
    before = {str(each) for each in audit(folder).findings}
    for old, new in (
        (">no clipping, 2e-02<", ">no clipping, 3e-02<"),
        ("with the loss 0.470", "with the loss 0.471"),
        ('<span class="mf">0.05</span>', '<span class="mf">0.06</span>'),
    ):
        page.write_text(html.replace(old, new, 1), encoding="utf-8")
        found = [str(each) for each in audit(folder).findings if str(each) not in before]
        assert len(found) == 1 and "is accounted for" in found[0] and "labs/clipping" in found[0], (old, found)


def test_links_to_hosts_that_run_notebooks(book: Book) -> None:
    """Where the address of the repository is known, a lab links to where it can be opened; the links lead to the notebook beside it."""
    found, _ = checked(book)
    list(labs.pair(load(book.root), found))
    (book.root / ".cache").unlink()  # mkdocs-jupyter takes out of its own what another book has left there
    config = (book.root / "mkdocs.yml").read_text()
    plugin = "[search, galley, {mkdocs-jupyter: {include: ['*.ipynb'], ignore: ['*.md']}}]"
    config = config.replace("[search, galley]", plugin).replace(
        "power.md]", "power.md, labs/plain.ipynb, labs/power.ipynb]"
    )
    config += "exclude_docs: labs/*.py\nrepo_url: https://github.com/some/book\nedit_uri: blob/main/docs/\n"
    book.write("mkdocs.yml", config)
    assert book.run("accept").returncode == 0
    assert built(book) == []
    page = (book.root / "site/labs/power/index.html").read_text()
    assert 'href="https://colab.research.google.com/github/some/book/blob/main/docs/labs/power.ipynb"' in page
    assert 'href="https://mybinder.org/v2/gh/some/book/main?labpath=docs/labs/power.ipynb"' in page
    assert (book.root / "site/labs/power.py").read_text() == found["labs/power.ipynb"].script
    assert not list(book.root.glob("site/labs/drawn.py"))
