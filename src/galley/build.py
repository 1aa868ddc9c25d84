"""The press: checks all pages of a project at once, with their formulas set and their figures drawn."""

import ast
import difflib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from galley import engine
from galley.check import layout as rooms
from galley.check import links, recorded
from galley.check.figure_lint import lint
from galley.check.outcome import Item
from galley.check.page import plan
from galley.findings import Finding
from galley.page.pieces import Formula, Page
from galley.page.scanner import scan
from galley.project import Project
from galley.run.imports import Broken
from galley.run.work import Task
from galley.run.work import results as compute
from galley.run.workers import Failure, OverLimit, cores
from galley.site import katex
from galley.site.edition import Edition, images
from galley.site.flipbook import formulas

SECONDS = 20.0  # of processor time, for a binding or a figure
_NUMPY = ("numpy", *(f"numpy.{room}" for room in ("linalg", "ma", "random", "typing")))  # it loads some of itself late
CHECKING = (
    *_NUMPY,
    "galley.maths.expressions",
    "galley.check.compare",
)  # what workers of the press need, loaded once for all
DRAWING = (*CHECKING, "matplotlib.figure", "matplotlib.backends.backend_svg", "galley.drawing.draw")


def check(
    project: Project, paths: Sequence[Path] | None = None, *, compare: bool = True, texts: dict[Path, str] | None = None
) -> Edition:
    """Check pages and return what that came to, findings included.

    Args:
        project: the book.
        paths: its pages; all of them if None.
        compare: whether what is recorded is compared too.
        texts: pages as the engine hands them over, where that is not what their files hold; found by asking it if None.
    """
    edition = Edition(project)
    given = engine.texts(project) if texts is None else texts
    everything = [scan(path, given.get(path)) for path in dict.fromkeys([*project.pages(), *given])]
    chosen = None if paths is None else {path.resolve() for path in paths}
    pages = [page for page in everything if chosen is None or page.path.resolve() in chosen]
    library = project.library
    plans = [plan(page, project, library) for page in pages]
    edition.findings.extend(
        finding for path in _modules(project, pages) for finding in lint(path.read_text(encoding="utf-8"), path)
    )
    figures = _figures(project, pages, edition)
    _set_formulas(project, pages, edition)
    tasks = [Task(*job, preload=CHECKING) for each in plans for job in each.jobs]
    fonts = katex.truetype(project.root)[0].parent
    tasks += [_drawing(project, *name, fonts) for name in figures]
    results = compute(tasks, project.root, project.cache, count=cores(), seconds=SECONDS)
    for page, each in zip(pages, plans, strict=True):
        taken, results = results[: len(each.jobs)], results[len(each.jobs) :]
        edition.pages[page.path] = checks = each.finish(taken)
        edition.findings += checks.findings
    for figure, drawing in zip(figures, results, strict=True):
        if isinstance(drawing, Failure):
            _figure_failed(project, figure, drawing.error, edition)
        else:
            edition.figures[figure] = drawing
    _set_labels(project, edition)
    edition.findings.extend(links.check(project, pages, everything, list(_figure_functions(project)), edition.figures))
    edition.findings.extend(broken.finding for broken in library.broken.values())
    if chosen is None:
        edition.findings.extend(rooms.check(project, everything, records=compare))
    whole = not edition.findings and not library.broken
    for page in pages:
        if compare:
            edition.findings.extend(_moved(project, edition, page, whole=whole))
        drawn = []
        for image in images(page):
            if image.figure in edition.figures:
                chapter, name = image.figure or ("", "")
                source = f"figures/{chapter}.py"
                drawn.append(Item("figure", image.start, image.end, image.source, f"{chapter}.{name}", source=source))
        edition.pages[page.path] = edition.pages[page.path].with_items(drawn)
    edition.findings = sorted(set(edition.findings))
    return edition


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


def _set_formulas(project: Project, pages: Sequence[Page], edition: Edition) -> None:
    formulas = [(page, piece) for page in pages for piece in page.pieces if isinstance(piece, Formula)]
    wanted = [(formula.tex, formula.display) for _, formula in formulas]
    for (page, formula), result in zip(formulas, katex.set_math(wanted, project.cache, project.root), strict=True):
        if isinstance(result, katex.MathError):
            edition.findings.append(
                page.finding(
                    formula.at + (result.position or 0),
                    f"the formula cannot be set: {result.message}",
                    "write TeX that KaTeX knows",
                )
            )
        else:
            edition.formulas[formula.tex, formula.display] = result


def _set_labels(project: Project, edition: Edition) -> None:
    """Set the formulas beside the controls of figures."""
    wanted = [
        (figure, tex) for figure, drawing in edition.figures.items() if drawing.controls for tex in formulas(drawing)
    ]
    results = katex.set_math([(tex, False) for _, tex in wanted], project.cache, project.root)
    for ((chapter, name), tex), result in zip(wanted, results, strict=True):
        if isinstance(result, katex.MathError):
            path = project.figures / f"{chapter}.py"
            line = _figure_functions(project)[chapter, name].start
            wrong = f"the formula ${tex}$ beside a control of {name} cannot be set: {result.message}"
            edition.findings.append(Finding(path, line, 1, wrong, "write TeX that KaTeX knows"))
        else:
            edition.formulas[tex, False] = result


def _figures(project: Project, pages: Sequence[Page], edition: Edition) -> list[tuple[str, str]]:
    """Return the figures that pages show, after noting what is wrong with how they show them."""
    known = _figure_functions(project)
    broken = {path.stem for path in _modules(project, pages) if _parsed(path) is None}
    wanted: list[tuple[str, str]] = []
    for page in pages:
        shown: set[tuple[str, str]] = set()
        for image in images(page):
            name = image.figure
            if not image.alt.strip():
                edition.findings.append(
                    page.finding(
                        image.start,
                        "the image has no alt text",
                        "say between the brackets what a reader would conclude from it",
                    )
                )
            if name is None:
                continue
            if image.caption is None:
                opened = re.match(r"\s*///", page.text[image.end :])
                wrong = "the caption of the figure is not closed" if opened else "the figure has no caption"
                edition.findings.append(
                    page.finding(
                        image.start, wrong, "end it with ///" if opened else "put a block /// caption … /// after it"
                    )
                )
            elif not image.caption.strip():
                edition.findings.append(
                    page.finding(image.start, "the caption of the figure is empty", "say in it what the figure shows")
                )
            if name in shown:
                edition.findings.append(
                    page.finding(
                        image.start,
                        f"the figure {'.'.join(name)} stands on this page already",
                        "show it once and refer to it",
                    )
                )
                continue
            shown.add(name)
            if name[0] in broken:
                continue  # the linter tells where
            if name not in known:
                near = difflib.get_close_matches(".".join(name), [".".join(entry) for entry in known], n=1)
                right = f"did you mean {near[0]}?" if near else f"write a function {name[1]} in figures/{name[0]}.py"
                edition.findings.append(page.finding(image.start, f"there is no figure {'.'.join(name)}", right))
                continue
            if name not in wanted:
                wanted.append(name)
    return wanted


def _figure_functions(project: Project) -> dict[tuple[str, str], range]:
    """Return the lines of each figure function."""
    found = {}
    for path in sorted(project.figures.glob("*.py")):
        for node in getattr(_parsed(path), "body", ()):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[path.stem, node.name] = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return found


def _drawing(project: Project, chapter: str, name: str, fonts: Path) -> Task:
    """Return what draws a figure."""
    module = project.figures / f"{chapter}.py"
    arguments = (project.rooms, chapter, name, fonts)
    return Task("galley.drawing.draw:draw_named", arguments, preload=DRAWING, part=(module, name), cost=1.0)


def _parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return None


def _modules(project: Project, pages: Sequence[Page]) -> list[Path]:
    """Return the figure modules of some pages: those that bear their stems, and those whose figures they show."""
    stems = {project.stem(page.path) for page in pages} | {
        image.figure[0] for page in pages for image in images(page) if image.figure
    }
    return [path for path in sorted(project.figures.glob("*.py")) if path.stem in stems]


def _figure_failed(project: Project, name: tuple[str, str], error: Any, edition: Edition) -> None:
    """Tell why a figure cannot be drawn, unless the linter has complained of its function already."""
    path = project.figures / f"{name[0]}.py"
    lines = _figure_functions(project)[name]
    if isinstance(error, OverLimit | MemoryError):
        wrong = "it took more memory than it may" if isinstance(error, MemoryError) else str(error)
        edition.findings.append(
            Finding(path, lines.start, 1, f"the figure {name[1]} cannot be drawn: {wrong}", "make it smaller or faster")
        )
    elif isinstance(error, Broken):
        edition.findings.append(error.finding)
    elif not any(finding.path == path and finding.line in lines for finding in edition.findings):
        edition.findings.append(error.finding(path, name[1]))


def accept(project: Project, say: Callable[[str], None], paths: Sequence[Path] | None = None) -> list[Finding]:
    """Note anew what moved on some pages, or on all, after showing it; return the findings that keep it from doing so."""
    edition = check(project, paths, compare=False)
    if edition.findings:
        return edition.findings
    current = set()
    for path, checks in edition.pages.items():
        target = project.recorded(path)
        content = recorded.settled(target, recorded.state(checks, edition.drawings(checks.page)))
        current.add(target)
        moved = recorded.differences(target, content)
        if moved:
            say("\n".join(moved))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(recorded.dump(content), encoding="utf-8")
    for stale in sorted(set((project.tests / "recorded").glob("*.json")) - current) if paths is None else ():
        say(f"{stale.name}: removed, its page is gone")
        stale.unlink()
    return []
