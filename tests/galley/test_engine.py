"""The text that the engine hands over is the text that is checked, whoever changed it on its way."""

import json
from pathlib import Path

import pytest
from markdown import Markdown
from mkdocs.commands.build import build
from mkdocs.config import load_config

from galley import engine
from galley.build import check
from galley.extension import Shared
from galley.project import load
from tests.galley.book import Book, make_noted

FALSE = "0.36<!-- = power.power(0.9, 10) -->"
TOLD = "0.36 is printed, but power.power(0.9, 10) = 0.3486784401000001; print 0.35"
SEEN = f"""\
def on_page_markdown(markdown, page, **_):
    return markdown if page.file.generated_by else markdown + "\\n\\nLeft: {FALSE}.\\n"
"""
UNSEEN = SEEN.replace("on_page_markdown", "change") + 'globals()["on_page_" + "markdown"] = change\n'
READ = f"""\
def on_page_read_source(page, **_):
    return "# Read\\n\\nLeft: {FALSE}.\\n" if page.file.src_uri == "index.md" else None
"""
MADE = f"""\
from mkdocs.structure.files import File


def on_files(files, config):
    files.append(File.generated(config, "made.md", content="# Made\\n\\nLeft: {FALSE}.\\n"))
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """The small book with a hook that does nothing yet, its values accepted."""
    book = make_noted(tmp_path)
    book.edit("mkdocs.yml", "plugins:", "hooks: [hook.py]\nplugins:")
    book.write("hook.py", "")
    return book


@pytest.mark.parametrize(
    ("hook", "places"),
    [
        (SEEN, ["docs/index.md", "docs/power.md"]),
        (READ, ["docs/index.md:3:1"]),
        (MADE, ["docs/made.md:3:7"]),
    ],
    ids=["markdown", "source", "files"],
)
def test_what_a_hook_says_is_checked(book: Book, hook: str, places: list[str]) -> None:
    """A number that a hook puts onto a page is held against the code, by the press's command and by the engine's."""
    book.write("hook.py", hook)
    for said in (book.run("check").stderr, book.run("site").stderr, book.spawn("build", module="mkdocs").stdout):
        lines = [line for line in said.splitlines() if TOLD in line]
        assert len(lines) == len(places), said
        assert all(line.startswith(place) for line, place in zip(lines, places, strict=True)), said


def test_what_no_command_can_foresee_ends_the_build(book: Book) -> None:
    """A change that shows only while pages are rendered is checked then: all pages are told of, and no page is written."""
    book.write("hook.py", UNSEEN)
    assert book.run("check").returncode == 0
    built = book.spawn("build", module="mkdocs")
    assert built.returncode == 1
    told = [line.partition(":")[0] for line in built.stdout.splitlines() if TOLD in line]
    assert told == ["docs/index.md", "docs/power.md"]
    assert not list((book.root / "site").rglob("*.html"))


def test_what_changes_late_and_is_right_is_reported(book: Book) -> None:
    """What was checked while pages were rendered stands in the report like the rest, and is marked on its page."""
    book.write("hook.py", SEEN.replace("0.36", "0.35"))
    assert book.run("accept").returncode == 0
    book.write("hook.py", UNSEEN.replace("0.36", "0.35"))
    built = book.spawn("build", module="mkdocs")
    assert built.returncode == 0, built.stdout
    assert 'data-check="power.power(0.9, 10) = 0.3486' in (book.root / "site/index.html").read_text()
    report = json.loads((book.root / "site/checks.json").read_text())
    assert [item["printed"] for item in report["pages"][0]["items"]] == ["0.35"]


def test_a_page_that_comes_as_it_is_on_disk_is_checked_once(book: Book) -> None:
    """Front matter, line ends and tabs are no change: nothing is checked again while pages are rendered."""
    text = (book.root / "docs/power.md").read_text()
    (book.root / "docs/power.md").write_bytes(text.replace("\n", "\r\n").encode())
    book.write("docs/index.md", "\n\n# Start\n\n*\tRead about\t[powers](power.md#a-power).  \n\n\n")
    assert book.run("accept").returncode == 0
    config = load_config(str(book.root / "mkdocs.yml"), site_dir=str(book.root / "site"))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    shared = config.plugins["galley"].shared
    assert isinstance(shared, Shared)
    assert (shared.again, len(shared.edition.pages)) == (set(), 2)


def test_a_plain_book_asks_the_engine_nothing(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can change a page, MkDocs' configuration is not even loaded."""
    monkeypatch.setattr(engine, "_config", lambda *_: pytest.fail("MkDocs was loaded"))
    assert engine.texts(load(book.root)) == {}


@pytest.mark.parametrize("listed", ["  - pymdownx.snippets", "  - pymdownx.snippets: {base_path: parts}"])
def test_a_snippet_is_part_of_its_page(book: Book, listed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a file of its own is checked on the page that takes it in."""
    monkeypatch.chdir(book.root)  # which the extension looks from
    book.edit("mkdocs.yml", "  - pymdownx.blocks.caption", f"  - pymdownx.blocks.caption\n{listed}")
    part = "part.md" if "base_path" in listed else "parts/part.md"
    book.write("parts/part.md", f"Left: {FALSE}.\n")
    book.edit("docs/index.md", "# Start\n", f'# Start\n\n--8<-- "{part}"\n')
    assert [line for line in book.problems() if TOLD in line and line.startswith("docs/index.md:3:")], book.problems()


def test_a_hook_that_fails_is_a_line(book: Book) -> None:
    """What another's code raises is told in one line, with the name of the configuration."""
    book.write("hook.py", "def on_page_markdown(markdown, **_):\n    raise KeyError('depth')\n")
    said = book.run("check")
    assert said.returncode == 1
    assert said.stderr == (
        "mkdocs.yml:1:1: MkDocs and its plugins hand over no text: KeyError: 'depth'; mend what it names\n"
    )


def test_what_is_rendered_within_a_page_is_no_page(book: Book) -> None:
    """Another tool that renders Markdown of its own while a page is at hand gets it as it is."""
    project = load(book.root)
    shared = Shared(check(project, compare=False, texts={}), {})
    shared.path = project.docs / "index.md"
    text = (book.root / "docs/index.md").read_text()

    def convert() -> str:
        return Markdown(extensions=["galley"], extension_configs={"galley": {"shared": shared}}).convert(text)

    assert "checks-switch" in convert()
    assert "checks-switch" not in convert()
    assert shared.again == set()


def test_any_other_engine_hands_over_its_text(book: Book) -> None:
    """A text that is given is the one that is checked, with the front matter of its file."""
    path = book.root / "docs/power.md"
    edition = check(load(book.root), [path], compare=False, texts={path: f"# Powers\n\nLeft: {FALSE}.\n"})
    assert [finding.wrong for finding in edition.findings if "0.36" in finding.wrong] == [TOLD.partition(";")[0]]
    book.edit("docs/power.md", "title: Powers", "title: 0.7 powers")
    edition = check(load(book.root), [path], compare=False, texts={path: "# Powers\n\nNothing.\n"})
    assert [(finding.line, finding.wrong) for finding in edition.findings] == [(2, "0.7 is not checked")]
