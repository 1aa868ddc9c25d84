"""How pages show figures: each with its alt text and its caption, once, and drawable."""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from galley.check.figure_lint import lint
from galley.drawing.drawing import FigureError
from galley.findings import Finding
from galley.page.pieces import Page, images
from galley.run.imports import Broken
from galley.run.workers import OverLimit

Name = tuple[str, str]  # of a figure: its module and its function


@dataclass(frozen=True)
class Modules:
    """The figure modules of a book, read as text: no code runs here."""

    folder: Path

    @cached_property
    def functions(self) -> dict[Name, range]:
        """The lines of each figure function."""
        return {
            (path.stem, node.name): range(node.lineno, (node.end_lineno or node.lineno) + 1)
            for path, tree in self._trees.items()
            for node in (tree.body if tree else ())
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }

    @cached_property
    def broken(self) -> set[str]:
        """The modules that cannot be read."""
        return {path.stem for path, tree in self._trees.items() if tree is None}

    @cached_property
    def _trees(self) -> dict[Path, ast.Module | None]:
        return {path: _parsed(path) for path in sorted(self.folder.glob("*.py"))}

    def path(self, chapter: str) -> Path:
        """Return the file of a module."""
        return self.folder / f"{chapter}.py"

    def lint(self, chapters: Iterable[str]) -> Iterator[Finding]:
        """Yield what must not stand in some modules."""
        for path in self._trees:
            if path.stem in chapters:
                yield from lint(path.read_text(encoding="utf-8"), path)


def _parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None


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
            opened = re.match(r"\s*///", page.text[image.end :])
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
        elif (
            image.figure not in modules.functions and image.figure[0] not in modules.broken
        ):  # of these the linter tells where
            near = difflib.get_close_matches(name, map(".".join, modules.functions), n=1)
            right = f"write a function {image.figure[1]} in {modules.folder.name}/{image.figure[0]}.py"
            yield page.finding(image.start, f"there is no figure {name}", f"did you mean {near[0]}?" if near else right)
        shown.add(image.figure)


def failed(modules: Modules, name: Name, error: Exception, told: Iterable[Finding]) -> Iterator[Finding]:
    """Yield why a figure cannot be drawn, unless what has been told already stands in its function."""
    path, lines = modules.path(name[0]), modules.functions.get(name, range(1, 1))
    if isinstance(error, Broken):
        yield error.finding
    elif isinstance(error, FigureError):
        if not any(finding.path == path and finding.line in lines for finding in told):
            yield error.finding(path, name[1])
    else:
        limit = isinstance(error, OverLimit | MemoryError)
        wrong = "it took more memory than it may" if isinstance(error, MemoryError) else str(error)
        right = "make it smaller or faster" if limit else "mend the function"
        yield Finding(path, lines.start, 1, f"the figure {name[1]} cannot be drawn: {wrong}", right)
