"""The order of a run: scan, plan, compute, judge, compare with what was noted; one list of findings comes out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

from galley import engine
from galley.check import figures, links, masthead, recorded, tasks
from galley.check import layout as rooms
from galley.check.outcome import Item, PageChecks
from galley.drawing.drawing import Drawing
from galley.findings import Finding, Findings
from galley.labs import labs
from galley.page.pieces import Page, images
from galley.project import Project
from galley.run.cache import write_whole
from galley.run.work import Task, results
from galley.run.workers import SECONDS, Failure, cores
from galley.site import api, typeset
from galley.site.edition import Edition

DRAWING = (*tasks.PRELOAD, "matplotlib.figure", "matplotlib.backends.backend_svg", "galley.drawing.draw")
CHANCE = "seed its random numbers, sort its sets, and let it ask neither for the time nor for anything's identity"


@contextmanager
def _told() -> Iterator[None]:
    """Tell of a file that the system keeps from us as of any other mistake."""
    try:
        yield
    except OSError as error:
        if not isinstance(error.filename, str):
            raise
        wrong = f"it cannot be used: {error.strerror}"
        raise Findings(
            [Finding(Path(error.filename), 1, 1, wrong, "let it be a file that may be read and written")]
        ) from error


@_told()
def check(
    project: Project,
    paths: Sequence[Path] | None = None,
    *,
    compare: bool = True,
    texts: dict[Path, str] | None = None,
    stale: Callable[[], bool] = bool,
) -> Edition:
    """Check pages and return what that came to, findings included.

    Args:
        project: the book.
        paths: its pages; all of them if None.
        compare: whether what is recorded is compared too.
        texts: pages as the engine hands them over, where that is not what their files hold; found by asking it if None.
        stale: tells, when it is asked, whether all is in vain by now.

    Raises:
        Findings: if a file cannot be read.
        Stale: if all is in vain.
    """
    edition = Edition(project)
    if strange := list(rooms.strange(project.docs)):
        raise Findings(strange)
    given = engine.texts(project) if texts is None else texts
    compute = partial(results, root=project.root, cache=project.cache, count=cores(), seconds=SECONDS, stale=stale)
    paths_of_all = dict.fromkeys([*project.pages(), *given])
    scanned = compute([tasks.scanned(project, path, given.get(path)) for path in paths_of_all])
    everything = [page for page, _ in scanned]
    chosen = None if paths is None else {path.resolve() for path in paths}
    pages = [page for page in everything if chosen is None or page.path.resolve() in chosen]
    library, told = project.library, edition.findings
    told += [finding for page, found in scanned if page in pages for finding in found]
    read = compute([tasks.read(project, path) for path in figures.paths(project.figures)])
    modules = figures.Modules(project.figures, read)

    shown = figures.drawable(pages, modules)
    told += typeset.pages(project, pages, edition)
    wanted = [*(drawing(project, name) for name in shown), *(tasks.checked(project, library, page) for page in pages)]
    values = compute(wanted)

    told += modules.lint({project.stem(page.path) for page in pages} | {chapter for chapter, _ in _named(pages)})
    for page, value in zip(pages, values[len(shown) :], strict=True):
        edition.pages[page.path] = checks = tasks.restored(page, value)
        told += [*checks.findings, *figures.check(page, modules)]
    for name, value in zip(shown, values, strict=False):
        if isinstance(value, Failure):
            told += list(figures.failed(modules, name, value.error, told))
        else:
            edition.figures[name] = value
    told += typeset.labels(project, edition, modules)
    told += links.check(project, pages, everything, list(modules.functions), edition.figures)
    if not all(compute([tasks.sound(project, library, path) for path in library.files])):
        told += [broken.finding for broken in library.broken.values()]
    if chosen is None:
        told += rooms.check(project, everything, records=compare)
        told += masthead.check(project) if compare else ()
        told += api.typeset(project, edition)

    whole = not told
    for page in pages:
        if compare:
            told += _moved(project, edition, page, whole=whole)
        edition.pages[page.path] = edition.pages[page.path].with_items(list(_drawn(edition, page)))
    edition.findings = sorted(set(told))
    return edition


def drawing(project: Project, name: figures.Name) -> Task:
    """Return what draws a figure."""
    given = (project.rooms, *name)
    module = project.figures / f"{name[0]}.py"
    return Task("galley.drawing.draw:draw_named", given, preload=DRAWING, part=(module, name[1]), cost=1.0)


@_told()
def draw(project: Project, chapter: str, name: str) -> Drawing:
    """Return the drawing of one figure.

    Raises:
        Findings: if it cannot be drawn.
    """
    (drawn,) = results([drawing(project, (chapter, name))], project.root, project.cache, count=cores(), seconds=SECONDS)
    if isinstance(drawn, Failure):
        modules = figures.Modules(project.figures)
        raise Findings(figures.failed(modules, (chapter, name), drawn.error, []))
    return cast("Drawing", drawn)


def _named(pages: Sequence[Page]) -> set[figures.Name]:
    return {image.figure for page in pages for image in images(page) if image.figure}


def _drawn(edition: Edition, page: Page) -> Iterator[Item]:
    """Yield the figures of a page as what was checked on it."""
    folder = edition.project.figures.name
    for image in images(page):
        if image.figure and image.figure in edition.figures:
            name, source = ".".join(image.figure), f"{folder}/{image.figure[0]}.py"
            yield Item("figure", image.start, image.end, image.source, name, source=source)


def _moved(project: Project, edition: Edition, page: Page, *, whole: bool) -> list[Finding]:
    """Return what moved since the record, but for places that a check has found wrong already."""
    drawings = edition.drawings(page)
    places = {".".join(image.figure): image.start for image in images(page) if image.figure}
    wrong = {finding.line for finding in edition.findings if finding.path == page.path}
    failed = {name for name in places if name not in drawings}
    moved = recorded.compare(project.recorded(page.path), edition.pages[page.path], drawings, places, whole=whole)
    return [
        finding
        for finding in moved
        if finding.line not in wrong
        and not (failed and any(finding.wrong.startswith(f"the figure {name} ") for name in failed))
    ]


@_told()
def accept(project: Project, say: Callable[[str], None], paths: Sequence[Path] | None = None) -> list[Finding]:
    """Note anew what moved on some pages, or on all, after showing it; return the findings that keep it from doing so.

    All that a page gives of which something is noted otherwise is computed a second time, by another process and with another order of
    sets: what depends on chance is told here, and not by whoever builds next.
    """
    edition = check(project, paths, compare=False)
    found_labs = labs.check(project, edition) if paths is None else {}
    pairs = {lab.pair for lab in found_labs.values()}  # which are written anew below
    if found := [finding for finding in edition.findings if finding.path not in pairs]:
        return found
    noted = {masthead.path(project): masthead.state(project)} if paths is None and masthead.state(project) else {}
    for path, checks in edition.pages.items():
        target = project.recorded(path)
        noted[target] = recorded.settled(target, recorded.state(checks, edition.drawings(checks.page)))
    moved = {target: changes for target, content in noted.items() if (changes := recorded.differences(target, content))}
    fresh = [checks for path, checks in edition.pages.items() if project.recorded(path) in moved]
    shown = _named([checks.page for checks in fresh])
    drawn = {name: drawing for name, drawing in edition.figures.items() if name in shown}
    if found := [*_drawn_by_chance(project, drawn), *_valued_by_chance(project, fresh)]:
        return found
    for name in labs.pair(project, found_labs):
        say(f"{name}: written")
    for target, changes in moved.items():
        say("\n".join(changes))
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, recorded.dump(noted[target]).encode())
    for gone in sorted(set((project.tests / "recorded").glob("*.json")) - set(noted)) if paths is None else ():
        say(f"{gone.name}: removed, nothing of it is left to note")
        gone.unlink()
    return []


def _drawn_by_chance(project: Project, drawn: dict[figures.Name, Drawing]) -> list[Finding]:
    """Return which figures look otherwise when they are drawn once more."""
    modules = figures.Modules(project.figures)
    again = _again(project, [drawing(project, name) for name in drawn])
    found: list[Finding] = []
    for (name, first), second in zip(drawn.items(), again, strict=True):
        if isinstance(second, Failure):
            found += figures.failed(modules, name, second.error, [])
        elif first != second:
            wrong = f"the figure {name[1]} is drawn otherwise each time"
            found.append(Finding(modules.path(name[0]), modules.functions[name][0], 1, wrong, CHANCE))
    return found


def _valued_by_chance(project: Project, pages: Sequence[PageChecks]) -> list[Finding]:
    """Return which values of some pages are others when they are computed once more."""
    found: list[Finding] = []
    again = _again(project, [tasks.checked(project, project.library, checks.page) for checks in pages])
    for checks, second in zip(pages, again, strict=True):
        values = tasks.restored(checks.page, second).values
        for key, value in checks.values.items():
            if not recorded.close(recorded.plain(value), recorded.plain(values.get(key))):
                place = checks.page.place(checks.value_places.get(key, 0))
                found.append(Finding(checks.page.path, *place, f"{key} is another value each time", CHANCE))
    return found


def _again(project: Project, wanted: Sequence[Task]) -> list[Any]:
    """Return what tasks come to in other processes, with another order of sets."""
    return results(wanted, project.root, project.cache, count=cores(), seconds=SECONDS, seed=1)
