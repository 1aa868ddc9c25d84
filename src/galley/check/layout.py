"""The rooms of a book agree: its nav, its pages, its modules, their tests and what is recorded share their stems."""

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from galley.check.links import made
from galley.findings import Finding
from galley.page.pieces import Page
from galley.project import Project


def check(project: Project, pages: Sequence[Page], *, records: bool = True) -> Iterator[Finding]:
    """Yield what one room holds and another lacks.

    Args:
        project: the book.
        pages: all its pages.
        records: whether what is recorded is a room too.
    """
    yield from _nav(project, {project.uri(page.path) for page in pages}, {*project.files()})
    stems: dict[str, Page] = {}
    for page in pages:
        first = stems.setdefault(project.stem(page.path), page)
        if page is not first:
            wrong = f"the stem {project.stem(page.path)} is taken by {project.uri(first.path)}"
            yield _first(page.path, wrong, "a stem names one page: rename this one")
    for path in _modules(project.package):
        if path.stem not in stems:
            yield _first(path, f"the module {path.stem} has no page", f"write {_page(project, path.stem)}")
        if not (test := project.tests / f"test_{path.stem}.py").is_file():
            yield _first(path, f"the module {path.stem} has no tests", f"write {project.named(test)}")
    for path in _modules(project.figures):
        if path.stem not in stems:
            yield _first(path, f"the figures {path.stem} have no page", f"write {_page(project, path.stem)}")
    for path in sorted((project.tests / "recorded").glob("*.json")) if records else ():
        if path.stem not in {*stems, "site"}:  # which notes what the configuration says
            yield _first(path, f"there is no page {path.stem}", "run make accept, which removes what is recorded of it")


def _nav(project: Project, names: set[str], files: set[str]) -> Iterator[Finding]:
    for page in project.nav:
        if page not in names | files and not made(page) and not urlsplit(page).scheme:
            near = difflib.get_close_matches(page, names - {*project.nav}, n=1)
            right = f"did you mean {near[0]}?" if near else f"write {project.named(project.docs / page)}"
            yield project.finding(page, f"the nav names {page}, which is not there", right)
    for name in project.strays():
        wrong = f"the nav does not name {project.named(project.docs / name)}"
        yield project.finding(project.nav[0], wrong, f"add {name} where it belongs in the book, or to not_in_nav")


def _modules(room: Path) -> list[Path]:
    return [path for path in sorted(room.glob("*.py")) if not path.stem.startswith("_")]


def _first(path: Path, wrong: str, right: str) -> Finding:
    return Finding(path, 1, 1, wrong, right)


def _page(project: Project, stem: str) -> str:
    return project.named(project.docs / f"{stem}.md")


def strange(docs: Path) -> Iterator[Finding]:
    """Yield what in the folder of the pages is neither file nor folder, which nobody could read to its end, and what leads out of it."""
    home = docs.resolve()
    for folder, inner, files in os.walk(docs):
        for name in (name for name in [*inner, *files] if not name.startswith(".")):
            path = Path(folder, name)
            if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(home):
                yield Finding(path, 1, 1, "it leads out of the folder of the pages", "put a copy in its place")
            elif path.exists() and not path.is_file() and not path.is_dir():
                yield Finding(path, 1, 1, "it is neither a file nor a folder", "take it away")
