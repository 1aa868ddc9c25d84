"""How pages show figures: each with its alt text and its caption, once, and drawable."""

import ast
import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from galley.check.figure_lint import lint
from galley.drawing.drawing import FigureError
from galley.findings import Finding
from galley.page.pieces import Page, images
from galley.run.imports import Broken, unreadable
from galley.run.workers import OverLimit

Name = tuple[str, str]  # of a figure: its module and its function


@dataclass(frozen=True)
class Module:
    """A figure module, read as text: no code runs here.

    Attributes:
        path: Its file.
        functions: The first and the last line of each figure function; none if it cannot be read.
        findings: What must not stand in it.
        broken: Whether it cannot be read.
    """

    path: Path
    functions: Mapping[str, tuple[int, int]]
    findings: tuple[Finding, ...]
    broken: bool


def read(path: Path) -> Module:
    """Return what can be said of a figure module without running it."""
    source = path.read_bytes()
    try:
        body = ast.parse(source).body
        findings = lint(source.decode("utf-8"), path)
    except (SyntaxError, ValueError) as error:
        return Module(path, {}, (unreadable(path, error).finding,), broken=True)
    found = [node for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    lines = {node.name: (node.lineno, node.end_lineno or node.lineno) for node in found}
    return Module(path, lines, tuple(findings), broken=False)


def paths(folder: Path) -> list[Path]:
    """Return the files of the figure modules in a folder."""
    return sorted(folder.glob("*.py"))


class Modules:
    """The figure modules of a book, as they have been read, or as they stand in their folder now."""

    def __init__(self, folder: Path, modules: Iterable[Module] | None = None) -> None:
        self.folder = folder
        known = map(read, paths(folder)) if modules is None else modules
        self.modules = {module.path.stem: module for module in known}
        self.functions: dict[Name, tuple[int, int]] = {
            (chapter, name): lines
            for chapter, module in self.modules.items()
            for name, lines in module.functions.items()
        }

    def path(self, chapter: str) -> Path:
        """Return the file of a module."""
        return self.folder / f"{chapter}.py"

    def broken(self, chapter: str) -> bool:
        """Tell whether a module is there and cannot be read."""
        return chapter in self.modules and self.modules[chapter].broken

    def lint(self, chapters: Collection[str]) -> Iterator[Finding]:
        """Yield what must not stand in some modules."""
        for chapter, module in self.modules.items():
            yield from module.findings if chapter in chapters else ()


def drawable(pages: Sequence[Page], modules: Modules) -> list[Name]:
    """Return the figures that pages show and that there are."""
    shown = dict.fromkeys(image.figure for page in pages for image in images(page) if image.figure)
    return [name for name in shown if name in modules.functions]


def check(page: Page, modules: Modules) -> Iterator[Finding]:
    """Yield what is wrong with how a page shows its figures."""
    shown: set[Name] = set()
    for image in images(page):
        if not image.alt.strip():
            right = "say between the brackets what a reader would conclude from it"
            yield page.finding(image.start, "the image has no alt text", right)
        if image.figure is None:
            continue
        if image.caption is None:
            opened = re.match(r"[\s>]*/{3,}[ \t]*(?:figure-)?caption\b", page.text[image.end :])
            wrong = "the caption of the figure is not closed" if opened else "the figure has no caption"
            yield page.finding(
                image.start, wrong, "end it with ///" if opened else "put a block /// caption … /// after it"
            )
        elif not image.caption.strip():
            yield page.finding(image.start, "the caption of the figure is empty", "say in it what the figure shows")
        name = ".".join(image.figure)
        if image.figure in shown:
            yield page.finding(
                image.start, f"the figure {name} stands on this page already", "show it once and refer to it"
            )
        elif image.figure not in modules.functions and not modules.broken(
            image.figure[0]
        ):  # of these the linter tells where
            near = difflib.get_close_matches(name, map(".".join, modules.functions), n=1)
            right = f"write a function {image.figure[1]} in {modules.folder.name}/{image.figure[0]}.py"
            yield page.finding(image.start, f"there is no figure {name}", f"did you mean {near[0]}?" if near else right)
        shown.add(image.figure)


def failed(modules: Modules, name: Name, error: Exception, told: Iterable[Finding]) -> Iterator[Finding]:
    """Yield why a figure cannot be drawn, unless what has been told already stands in its function."""
    path, (first, last) = modules.path(name[0]), modules.functions.get(name, (1, 1))
    if isinstance(error, Broken):
        yield error.finding
    elif isinstance(error, FigureError):
        if not any(finding.path == path and first <= finding.line <= last for finding in told):
            yield error.finding(path, name[1])
    else:
        limit = isinstance(error, OverLimit | MemoryError)
        wrong = "it took more memory than it may" if isinstance(error, MemoryError) else str(error)
        right = "make it smaller or faster" if limit else "mend the function"
        yield Finding(path, first, 1, f"the figure {name[1]} cannot be drawn: {wrong}", right)
