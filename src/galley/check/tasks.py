"""The work on pages, so that a page of which nothing has changed is neither read nor checked again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from galley.check import figures, recorded
from galley.check.outcome import PageChecks
from galley.check.page import plan
from galley.maths import values
from galley.maths.shared import Shared
from galley.page.pieces import Binding, Page
from galley.page.scanner import scan
from galley.project import Project
from galley.run.cache import digest
from galley.run.library import Library
from galley.run.work import Made, Steps, Task
from galley.run.workers import Job

_NUMPY = ("numpy", *(f"numpy.{room}" for room in ("linalg", "ma", "random", "typing")))  # it loads some of itself late
PRELOAD = (*_NUMPY, "galley.maths.shared", "galley.check.compare")  # what workers need for checks, loaded once for all


def scanned(project: Project, path: Path, text: str | None) -> Task:
    """Return a page and what on it cannot be read, as its file has it or as an engine hands it over."""

    def steps() -> Steps:
        yield from ()
        return scan(path, text)

    return Task(scan, (_home(project), path, text), steps=steps, reads=(path,))


def read(project: Project, path: Path) -> Task:
    """Return what a figure module holds, read as text."""

    def steps() -> Steps:
        yield from ()
        return figures.read(path)

    return Task(figures.read, (_home(project), path), steps=steps, reads=(path,))


def sound(project: Project, library: Library, path: Path) -> Task:
    """Return whether Python can read a module of the library or of its tests."""

    def steps() -> Steps:
        yield from ()
        broken = [each.finding for each in library.broken.values() if each.finding.path == path]
        return Made(not broken, (path,), kept=not broken)

    return Task("galley.run.library:Library", (_home(project), path), steps=steps, reads=(path,))


def checked(project: Project, library: Library, page: Page) -> Task:
    """Return the checks of a page; they depend on the modules that its bindings name and on these modules' tests."""

    def steps() -> Steps:
        planned = plan(page, project, library)
        checks = planned.finish((yield list(_tasks(project, planned.jobs))))
        named = {name for binding in _bindings(page) for name in re.findall(r"(\w+)\.\w", binding.expression)}
        reads = [path for path in library.files if path.stem.removeprefix("test_") in named]
        return Made(_bare(checks), tuple(reads), kept=not checks.findings)

    given = (_home(project), page.path, digest(page.text, page.raw), project.package, project.tests)
    return Task("galley.check.page:plan", given, steps=steps, reads=library.files)


def restored(page: Page, checks: PageChecks) -> PageChecks:
    """Return the checks as they were of the page, whose scan is not kept twice."""
    return replace(checks, page=page, counts=Counter(checks.counts))


def _tasks(project: Project, jobs: Sequence[Job]) -> Iterator[Task]:
    """Yield the tasks that a page's jobs come to; calls that several expressions make are made once."""
    shared = Shared((str(given[0]) for function, given in jobs if function is values.evaluate), project.package)
    for function, given in jobs:
        steps = (lambda text=given[0]: shared.steps(text)) if function is values.evaluate else None
        yield Task(function, given, preload=PRELOAD, steps=steps)


def _bare(checks: PageChecks) -> PageChecks:
    """Return the checks as plain data, without the page."""
    items = tuple(replace(item, value=recorded.plain(item.value)) for item in checks.items)
    given = {key: recorded.plain(value) for key, value in checks.values.items()}
    return replace(
        checks, page=Page(checks.page.path, "", ""), items=items, values=given, counts=Counter(checks.counts)
    )


def _bindings(page: Page) -> list[Binding]:
    return [piece for piece in page.pieces if isinstance(piece, Binding)]


def _home(project: Project) -> str:
    """Return what tells this place from any other: a page and its findings bear their full path."""
    return digest(str(project.root.resolve()))
