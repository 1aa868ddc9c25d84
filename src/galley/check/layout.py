"""The rooms of a book agree: its nav, its pages, its modules, their tests and what is recorded share their stems."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from galley.check.links import GENERATED
from galley.findings import Finding
from galley.page.scanner import Page
from galley.project import Project


def check(project: Project, pages: Sequence[Page], *, records: bool = True) -> Iterator[Finding]:
    """Yield what one room holds and another lacks.

    Args:
        project: the book.
        pages: all its pages.
        records: whether what is recorded is a room too.
    """
    yield from _nav(project, {page.path.relative_to(project.docs).as_posix() for page in pages})
    stems = {page.stem for page in pages}
    for path in _modules(project.package):
        if path.stem not in stems:
            yield _first(path, f"the module {path.stem} has no page", f"write {_page(project, path.stem)}")
        if not (test := project.tests / f"test_{path.stem}.py").is_file():
            yield _first(path, f"the module {path.stem} has no tests", f"write {_named(project, test)}")
    for path in _modules(project.figures):
        if path.stem not in stems:
            yield _first(path, f"the figures {path.stem} have no page", f"write {_page(project, path.stem)}")
    for path in sorted((project.tests / "recorded").glob("*.json")) if records else ():
        if path.stem not in stems:
            yield _first(path, f"there is no page {path.stem}", "run make accept, which removes what is recorded of it")


def _nav(project: Project, names: set[str]) -> Iterator[Finding]:
    for entry in project.nav:
        if entry.page not in names | GENERATED and not urlsplit(entry.page).scheme:
            near = difflib.get_close_matches(entry.page, names - {other.page for other in project.nav}, n=1)
            right = f"did you mean {near[0]}?" if near else f"write {_named(project, project.docs / entry.page)}"
            wrong = f"the nav names {entry.page}, which is not there"
            yield Finding(project.config, entry.line, entry.column, wrong, right)
    for name in sorted(names - {entry.page for entry in project.nav}) if project.nav else ():
        first = project.nav[0]
        wrong = f"the nav does not name {_named(project, project.docs / name)}"
        yield Finding(project.config, first.line, first.column, wrong, f"add {name} where it belongs in the book")


def _modules(room: Path) -> list[Path]:
    return [path for path in sorted(room.glob("*.py")) if not path.stem.startswith("_")]


def _first(path: Path, wrong: str, right: str) -> Finding:
    return Finding(path, 1, 1, wrong, right)


def _page(project: Project, stem: str) -> str:
    return _named(project, project.docs / f"{stem}.md")


def _named(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()
